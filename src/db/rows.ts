// Statements over arrays: one row of parameters per column, however many rows travel. The text depends only on the
// columns, so Postgres plans it once. Knows no table's meaning.

import type { Statement } from './db.ts';

/** Column name → Postgres type. jsonb travels as text, because an array of jsonb is quoted twice otherwise. */
export type Columns = Record<string, string>;

const cast = (type: string) => (type === 'jsonb' ? 'text' : type);
const arrays = (columns: [string, string][], from: number) =>
  columns.map(([, type], i) => `$${from + i}::${cast(type)}[]`).join(', ');
const picked = (columns: [string, string][]) =>
  columns.map(([name, type]) => (type === 'jsonb' ? `u.${name}::jsonb` : `u.${name}`)).join(', ');

function valuesOf(columns: [string, string][], rows: Record<string, unknown>[]): unknown[] {
  return columns.map(([name, type]) => {
    if (type === 'jsonb')
      return rows.map((row) => (row[name] === null || row[name] === undefined ? null : JSON.stringify(row[name])));
    // The driver writes a Date in local time, part by part; the text of its instant costs a fifth.
    if (type === 'timestamptz')
      return rows.map((row) => (row[name] instanceof Date ? row[name].toISOString() : (row[name] ?? null)));
    return rows.map((row) => row[name] ?? null);
  });
}

const known = new Map<string, { name: string; text: string }>();

/** The text of these very columns, under a name that is theirs alone. */
function textOf(name: string, columns: [string, string][], make: () => string): { name: string; text: string } {
  const key = `${name} ${columns.join(' ')}`;
  let found = known.get(key);
  if (!found) {
    found = { name: `${name}_${known.size}`, text: make() };
    known.set(key, found);
  }
  return found;
}

export function insertRows(table: string, columns: Columns, rows: Record<string, unknown>[]): Statement[] {
  if (rows.length === 0) return [];
  const list = Object.entries(columns);
  const statement = textOf(`insert_${table}`, list, () => {
    const names = list.map(([column]) => column).join(', ');
    return `insert into ${table} (${names}) select ${picked(list)} from unnest(${arrays(list, 1)}) as u (${names})`;
  });
  return [{ ...statement, values: valuesOf(list, rows) }];
}

/**
 * Sets `set` on the rows whose `match` columns equal, and expects every one to be found, else the guard fails. `extra` is a
 * fixed condition or assignment of the table's own room.
 */
export function updateRows(
  table: string,
  match: Columns,
  set: Columns,
  rows: Record<string, unknown>[],
  guard: string,
  extra: { where?: string; set?: string } = {},
): Statement[] {
  if (rows.length === 0) return [];
  const matches = Object.entries(match);
  const sets = Object.entries(set);
  const list = [...matches.map(([name, type]): [string, string] => [`m_${name}`, type]), ...sets];
  const statement = textOf(`update_${table}_${guard}`, list, () => {
    const assignments = sets.map(([column, type]) => `${column} = u.${column}${type === 'jsonb' ? '::jsonb' : ''}`);
    if (extra.set) assignments.push(extra.set);
    const where = matches.map(([column]) => `t.${column} = u.m_${column}`);
    if (extra.where) where.push(extra.where);
    return `with done as (update ${table} t set ${assignments.join(', ')} from unnest(${arrays(list, 1)}) as u (${list.map(([n]) => n).join(', ')})
      where ${where.join(' and ')} returning 1)
      select florin_expect((select count(*) from done), $${list.length + 1}::bigint, '${guard}')`;
  });
  const flat = rows.map((row) => ({
    ...row,
    ...Object.fromEntries(matches.map(([n]) => [`m_${n}`, row[`m_${n}`] ?? row[n]])),
  }));
  return [{ ...statement, values: [...valuesOf(list, flat), rows.length] }];
}
