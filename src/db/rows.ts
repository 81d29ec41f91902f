// Statements over rows: many rows travel as one parameter per column, however many they are; a few as one parameter per value. The text
// depends only on the columns (and on how few they are), so Postgres plans it once. Knows no table's meaning.

import type { Part, Statement } from './db.ts';
import { textOf } from './merge.ts';

/** Column name → Postgres type. `long` is text that may be long. */
export type Columns = Record<string, string>;

/**
 * JSON and long text travel side by side in one binary parameter; two arrays say where each begins and how long it is. As elements
 * of a text array every quote in them would be escaped here and read back there, which cost more than writing the row.
 */
const isPacked = (type: string) => type === 'jsonb' || type === 'long';

/** Rows of parameters as a table `u` of these columns: `from` stands in a statement's text, `values` are its parameters. */
export type RowTable = { from: string; values(rows: readonly Record<string, unknown>[]): unknown[] };

/**
 * One array is unnested and gives the place in the others: unnesting all makes a store of rows for each, 4 µs per column and
 * statement. (The planner takes an unnested parameter for ten rows, which is what makes it look into tables by index.)
 */
export function rowTable(columns: Columns): RowTable {
  const list = Object.entries(columns);
  const packed = list.filter(([, type]) => isPacked(type));
  const flat = list.filter(([, type]) => !isPacked(type));
  const pack = flat.length + packed.length * 2 + 1;
  const picked = list.map(([name, type]) => {
    if (!isPacked(type)) return `($${flat.findIndex(([n]) => n === name) + 1}::${type}[])[i] as ${name}`;
    const at = flat.length + packed.findIndex(([n]) => n === name) * 2 + 1;
    const text = `convert_from(substring($${pack}::bytea from ($${at}::int[])[i] for ($${at + 1}::int[])[i]), 'UTF8')`;
    return `${text}${type === 'jsonb' ? '::jsonb' : ''} as ${name}`;
  });
  return {
    from: `(select ${picked.join(', ')} from unnest($1::${flat[0]?.[1]}[]) with ordinality as x (x, i)) u`,
    values(rows) {
      const plain = flat.map(([name, type]) => {
        // The driver writes a Date in local time, part by part; the text of its instant costs a fifth.
        if (type === 'timestamptz')
          return rows.map((row) => (row[name] instanceof Date ? row[name].toISOString() : (row[name] ?? null)));
        return rows.map((row) => row[name] ?? null);
      });
      return packed.length === 0 ? plain : [...plain, ...packLong(packed, rows)];
    },
  };
}

function packLong(columns: [string, string][], rows: readonly Record<string, unknown>[]): unknown[] {
  const places: unknown[] = [];
  let all = '';
  let next = 1;
  for (const [name, type] of columns) {
    const at: (number | null)[] = [];
    const length: (number | null)[] = [];
    for (const row of rows) {
      const value = row[name] ?? null;
      if (value === null) {
        at.push(null);
        length.push(null);
        continue;
      }
      const text = type === 'jsonb' ? JSON.stringify(value) : String(value);
      const bytes = Buffer.byteLength(text);
      at.push(next);
      length.push(bytes);
      all += text;
      next += bytes;
    }
    places.push(at, length);
  }
  return [...places, Buffer.from(all)];
}

/** Beyond these a parameter per value costs more than it saves. */
const few = 4;

/** A few rows as a table `u`: reading arrays and taking their elements is a quarter of what a call costs Postgres that comes alone. */
function fewOf(columns: [string, string][], count: number): string {
  let n = 0;
  const row = () => columns.map(([name, type]) => `$${++n}::${type === 'long' ? 'text' : type} as ${name}`).join(', ');
  const rows = Array.from({ length: count }, () => `select ${row()}`);
  return `(${rows.join(' union all ')}) u`;
}

function fewValues(columns: [string, string][], rows: readonly Record<string, unknown>[]): unknown[] {
  return rows.flatMap((row) =>
    columns.map(([name, type]) => {
      const value = row[name] ?? null;
      if (value instanceof Date) return value.toISOString();
      return type === 'jsonb' && value !== null ? JSON.stringify(value) : value;
    }),
  );
}

type Rows = readonly Record<string, unknown>[];
/** `from`: the rows as a table `u`; `count`: how many they are. */
type Make = (rows: { from: string; count: string }) => Part;

/** One change by rows of these columns: what it gives makes its statement, none when there are no rows. */
export function rowChange(name: string, columns: Columns, make: Make): (rows: Rows) => Statement[] {
  const list = Object.entries(columns);
  const table = rowTable(columns);
  const part = make({ from: table.from, count: 'cardinality($1)' });
  const many = { name, text: textOf(part), part };
  const forms: { name: string; text: string; part: Part }[] = [];
  const formOf = (count: number) => {
    const part = make({ from: fewOf(list, count), count: `${count}` });
    return { name: `${name}_few_${count}`, text: textOf(part), part };
  };
  return (rows) => {
    if (rows.length === 0) return [];
    return [
      {
        ...many,
        get values() {
          return table.values(rows);
        },
        get few() {
          if (rows.length > few) return undefined;
          forms[rows.length] ??= formOf(rows.length);
          return { ...forms[rows.length], values: fewValues(list, rows) } as Statement;
        },
      },
    ];
  };
}

const known = new Map<string, (rows: Rows) => Statement[]>();

/** The change of these very columns, under a name that is theirs alone. */
function knownOf(name: string, columns: [string, string][], make: Make): (rows: Rows) => Statement[] {
  const key = `${name} ${columns.join(' ')}`;
  let found = known.get(key);
  if (!found) {
    found = rowChange(`${name}_${known.size}`, Object.fromEntries(columns), make);
    known.set(key, found);
  }
  return found;
}

export function insertRows(table: string, columns: Columns, rows: readonly Record<string, unknown>[]): Statement[] {
  if (rows.length === 0) return [];
  const list = Object.entries(columns);
  const found = knownOf(`insert_${table}`, list, ({ from }) => {
    const names = list.map(([column]) => column).join(', ');
    return { change: `insert into ${table} (${names}) select ${names} from ${from}` };
  });
  return found(rows);
}

/**
 * Sets `set` on the rows whose `match` columns equal, and expects every one to be found, else the guard fails. `extra` is a
 * fixed condition or assignment of the table's own room.
 */
export function updateRows(
  table: string,
  match: Columns,
  set: Columns,
  rows: readonly Record<string, unknown>[],
  guard: string,
  extra: { where?: string; set?: string } = {},
): Statement[] {
  if (rows.length === 0) return [];
  const matches = Object.keys(match);
  const sets = Object.entries(set);
  const list = [...Object.entries(match).map(([name, type]): [string, string] => [`m_${name}`, type]), ...sets];
  const found = knownOf(`update_${table}_${guard}`, list, ({ from, count }) => {
    const assignments = sets.map(([column]) => `${column} = u.${column}`);
    if (extra.set) assignments.push(extra.set);
    const where = matches.map((column) => `t.${column} = u.m_${column}`);
    if (extra.where) where.push(extra.where);
    return {
      change: `update ${table} t set ${assignments.join(', ')} from ${from} where ${where.join(' and ')}`,
      expect: `florin_expect((select count(*) from done), ${count}, '${guard}')`,
    };
  });
  const flat = rows.map((row) => ({
    ...row,
    ...Object.fromEntries(matches.map((n) => [`m_${n}`, row[`m_${n}`] ?? row[n]])),
  }));
  return found(flat);
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
