// How a list is read: filters by column, newest first, one page by its cursor. One statement, whatever is asked; each filter must have
// an index that begins as the table's key does. Must never read a business table without its account, which the type demands.

import { type RawBuilder, type Selectable, type SelectType, sql } from 'kysely';
import type { Executor, Tx } from '../db/db.ts';
import type { DB } from '../db/types.ts';
import { idAt } from '../kit/id.ts';
import { type List, type Page, toList, windowOf } from '../kit/page.ts';
import { instantOf } from './fields.ts';

/** Of what is left out or undefined there is no condition. */
type Bounds<V> = { eq?: V; in?: readonly V[]; gt?: V; gte?: V; lt?: V; lte?: V };
type Filter<V> = V | readonly V[] | Bounds<V>;

type Where<T extends keyof DB> = {
  [Column in keyof DB[T]]?: Filter<NonNullable<SelectType<DB[T][Column]>>> | null;
} & (DB[T] extends { account_id: string } ? { account_id: string } : unknown);

type Listed<T extends keyof DB, Row, Shown> = {
  from: T;
  /** A value to equal, several to be one of, bounds, or null for a column that is to be null. */
  where: Where<T>;
  /** Conditions on more than a column as it stands. */
  also?: readonly (RawBuilder<unknown> | false | 0 | undefined)[];
  /** All of the table's when left out. */
  columns?: readonly ((keyof DB[T] & string) | RawBuilder<unknown>)[];
  /** The rows of the page as their public objects, with what else these need read for all of them at once. */
  show(rows: Row[]): Shown[] | Promise<Shown[]>;
};

const operators = { eq: sql`=`, gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` };

function conditionsOf([column, filter]: [column: string, filter: unknown]): RawBuilder<unknown>[] {
  const name = sql.ref(column);
  if (filter === undefined) return [];
  if (filter === null) return [sql`${name} is null`];
  // A list of one is planned as that value, so that its index gives the order, too; `= any` of an array is not.
  if (Array.isArray(filter)) return [sql`${name} in (${sql.join(filter)})`];
  if (typeof filter !== 'object' || filter instanceof Date) return [sql`${name} = ${filter}`];
  const { in: several, ...bounds } = filter as Bounds<unknown>;
  const set = (Object.keys(bounds) as (keyof typeof bounds)[]).filter((test) => bounds[test] !== undefined);
  return [...conditionsOf([column, several]), ...set.map((test) => sql`${name} ${operators[test]} ${bounds[test]}`)];
}

export async function readList<T extends keyof DB, Shown, Row = Selectable<DB[T]>>(
  query: Executor | Tx,
  page: Page,
  { from, where, also = [], columns = [sql`*`], show }: Listed<T, Row, Shown>,
): Promise<List<Shown>> {
  const window = windowOf(page);
  const picked = columns.map((column) => (typeof column === 'string' ? sql.ref(column) : column));
  const conditions = [
    sql`true`,
    ...Object.entries(where).flatMap(conditionsOf),
    ...also.filter((one) => typeof one === 'object'),
    ...conditionsOf(['id', { lt: window.after, gt: window.before }]),
  ];
  const { rows } = await sql<Row>`
    select ${sql.join(picked)} from ${sql.table(from)} where ${sql.join(conditions, sql` and `)}
    order by id ${window.before === undefined ? sql`desc` : sql`asc`} limit ${window.limit + 1}`.execute(query);
  const list = toList(rows, window, (row) => row);
  return { ...list, data: await show(list.data) };
}

export const each =
  <Row, Shown>(show: (row: Row) => Shown) =>
  (rows: Row[]): Shown[] =>
    rows.map((row) => show(row));

/** What two fields of a list's input say of a time: the first is included, the second is not. */
export function timesBetween<Field extends string>(
  input: { [F in Field]?: string },
  from: Field,
  to: Field,
  read: (text: string, param: string) => Date = instantOf,
) {
  const at = (param: Field) => (input[param] === undefined ? undefined : read(input[param], param));
  return { gte: at(from), lt: at(to) };
}

/** The same of ids, which begin with the time they were made at: a range of time is a range of the key. */
export function idsBetween<Field extends string>(prefix: string, ...range: Parameters<typeof timesBetween<Field>>) {
  const { gte, lt } = timesBetween(...range);
  return { gte: gte && idAt(prefix, gte), lt: lt && idAt(prefix, lt) };
}
