// Statements over rows: many rows travel as one parameter per column, however many they are; a few as one parameter per value. The text
// depends only on the columns (and on how few they are), so Postgres plans it once. Knows no table's meaning.

import type { Part, Statement } from './db.ts';
import { textOf } from './merge.ts';

/** Column name → Postgres type. `long` is text that may be long. */
export type Columns = Record<string, string>;

type Row = Readonly<Record<string, unknown>>;
type Rows = readonly Row[];

/** `or`: the row's own name for it, where it has none of this one. */
type Column = { name: string; type: string; or: string };

const columnsOf = (columns: Columns): Column[] =>
  Object.entries(columns).map(([name, type]) => ({ name, type, or: name }));

/**
 * JSON and long text travel side by side in one binary parameter; two arrays say where each begins and how long it is. As elements
 * of a text array every quote in them would be escaped here and read back there, which cost more than writing the row.
 */
const isPacked = ({ type }: Column) => type === 'jsonb' || type === 'long';

const textIn = (type: string, value: unknown): string => (type === 'jsonb' ? JSON.stringify(value) : String(value));

/** Rows of parameters as a table `u` of these columns: `from` stands in a statement's text, `values` are its parameters. */
export type RowTable = { from: string; values(rows: Rows): unknown[] };

export const rowTable = (columns: Columns): RowTable => manyOf(columnsOf(columns));

/**
 * One array is unnested and gives the place in the others: unnesting all makes a store of rows for each, 4 µs per column and
 * statement. (The planner takes an unnested parameter for ten rows, which is what makes it look into tables by index.)
 */
function manyOf(columns: Column[]): RowTable {
  const packed = columns.filter(isPacked);
  const flat = columns.filter((column) => !isPacked(column));
  const pack = flat.length + packed.length * 2 + 1;
  const picked = columns.map((column) => {
    const { name, type } = column;
    if (!isPacked(column)) return `($${flat.indexOf(column) + 1}::${type}[])[i] as ${name}`;
    const at = flat.length + packed.indexOf(column) * 2 + 1;
    const text = `convert_from(substring($${pack}::bytea from ($${at}::int[])[i] for ($${at + 1}::int[])[i]), 'UTF8')`;
    return `${text}${type === 'jsonb' ? '::jsonb' : ''} as ${name}`;
  });
  return {
    from: `(select ${picked.join(', ')} from unnest($1::${flat[0]?.type}[]) with ordinality as x (x, i)) u`,
    values(rows) {
      const plain: unknown[] = flat.map(({ name, or }) => rows.map((row) => row[name] ?? row[or] ?? null));
      if (packed.length > 0) packLong(packed, rows, plain);
      return plain;
    },
  };
}

function packLong(columns: Column[], rows: Rows, values: unknown[]): void {
  let all = '';
  let next = 1;
  for (const { name, or, type } of columns) {
    const at: (number | null)[] = [];
    const length: (number | null)[] = [];
    for (const row of rows) {
      const value = row[name] ?? row[or] ?? null;
      if (value === null) {
        at.push(null);
        length.push(null);
        continue;
      }
      const text = textIn(type, value);
      const bytes = Buffer.byteLength(text);
      at.push(next);
      length.push(bytes);
      all += text;
      next += bytes;
    }
    values.push(at, length);
  }
  values.push(Buffer.from(all));
}

/** Beyond these a parameter per value costs more than it saves. */
const few = 4;

/** A few rows as a table `u`: reading arrays and taking their elements is a quarter of what a call costs Postgres that comes alone. */
function fewOf(columns: Column[], count: number): RowTable {
  let n = 0;
  const one = () =>
    columns.map(({ name, type }) => `$${++n}::${type === 'long' ? 'text' : type} as ${name}`).join(', ');
  const rows = Array.from({ length: count }, () => `select ${one()}`);
  return {
    from: `(${rows.join(' union all ')}) u`,
    values(rows) {
      const values: unknown[] = [];
      for (const row of rows) {
        for (const { name, or, type } of columns) {
          const value = row[name] ?? row[or] ?? null;
          // The driver writes a Date in local time, part by part; the text of its instant costs a fifth.
          if (value instanceof Date) values.push(value.toISOString());
          else values.push(type === 'jsonb' && value !== null ? JSON.stringify(value) : value);
        }
      }
      return values;
    },
  };
}

/** `from`: the rows as a table `u`; `count`: how many they are. */
type Make = (rows: { from: string; count: string }) => Part;

type Form = { name: string; text: string; part: Part; table: RowTable };

/** One change by rows of these columns, made once; what it gives makes a statement of rows, none when there are none. */
export const rowChange = (name: string, columns: Columns, make: Make) => changeOf(name, columnsOf(columns), make);

function changeOf(name: string, columns: Column[], make: Make): (rows: Rows) => Statement[] {
  const formOf = (name: string, table: RowTable, count: string): Form => {
    const part = make({ from: table.from, count });
    return { name, text: textOf(part), part, table };
  };
  const many = formOf(name, manyOf(columns), 'cardinality($1)');
  const forms: Form[] = [];
  return (rows) => {
    if (rows.length === 0) return [];
    const { name, text, part, table } = many;
    return [
      {
        name,
        text,
        part,
        get values() {
          return table.values(rows);
        },
        get few() {
          const count = rows.length;
          if (count > few) return undefined;
          forms[count] ??= formOf(`${name}_few_${count}`, fewOf(columns, count), `${count}`);
          const { table, ...form } = forms[count];
          return { ...form, values: table.values(rows) };
        },
      },
    ];
  };
}

let made = 0;

export function insertRows(table: string, columns: Columns): (rows: Rows) => Statement[] {
  const names = Object.keys(columns).join(', ');
  return rowChange(`insert_${table}_${made++}`, columns, ({ from }) => ({
    change: `insert into ${table} (${names}) select ${names} from ${from}`,
  }));
}

/**
 * Sets `set` on the rows whose `match` columns equal, and expects every one to be found, else the guard fails. `m_…` of a row is the value
 * that is looked for, where it differs from the one to write. `extra` is a fixed condition or assignment of the table's own room.
 */
export function updateRows(
  table: string,
  match: Columns,
  set: Columns,
  guard: string,
  extra: { where?: string; set?: string } = {},
): (rows: Rows) => Statement[] {
  const looked_for = columnsOf(match).map(({ name, type }) => ({ name: `m_${name}`, type, or: name }));
  const assignments = Object.keys(set).map((column) => `${column} = u.${column}`);
  if (extra.set) assignments.push(extra.set);
  const where = Object.keys(match).map((column) => `t.${column} = u.m_${column}`);
  if (extra.where) where.push(extra.where);
  return changeOf(`update_${table}_${guard}_${made++}`, [...looked_for, ...columnsOf(set)], ({ from, count }) => ({
    change: `update ${table} t set ${assignments.join(', ')} from ${from} where ${where.join(' and ')}`,
    expect: `florin_expect((select count(*) from done), ${count}, '${guard}')`,
  }));
}

const needsNoQuotes = /^[\w.:+/-]+$/;
const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

function elementText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value).toString('hex')}"`;
  const text = String(value);
  return needsNoQuotes.test(text) && !/^null$/i.test(text) ? text : quoted(text);
}

/** What Postgres reads as an array of these values; the driver's own way escapes every element twice over. */
export function arrayText(values: readonly unknown[]): string {
  return `{${values.map(elementText).join(',')}}`;
}
