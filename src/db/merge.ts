// Many changes as one statement. A transaction of eight statements costs the server and us eight times what a statement costs besides its
// work; as parts of one `with` it costs that once, needs no begin and commit, and half of the time of a caller who comes alone. Pure.

import { must } from '../kit/assert.ts';
import type { Part, Statement } from './db.ts';

/** By itself: the change, and what must hold after it. */
export const textOf = ({ change, as = 'done', expect }: Part): string =>
  expect === undefined ? change : `with ${as} as (${change} returning 1) select ${expect}`;

type Made = { name: string; text: string };
const made = new Map<string, Made>();

/** The same changes as one statement; as they came when one of them stands for itself, or is alone. */
export function merged(all: Statement[], alone = false): Statement[] {
  // Only of a batch of one: forms of every mix of rows would be texts without end for Postgres to keep.
  const statements = alone ? all.map((statement) => statement.few ?? statement) : all;
  if (statements.length < 2 || statements.some(({ part }) => part === undefined)) return statements;
  const key = statements.map(({ name }) => name).join(' ');
  const values = statements.map((statement) => statement.values);
  let found = made.get(key);
  if (!found) {
    found = {
      name: `merged_${made.size}`,
      text: written(
        statements,
        values.map(({ length }) => length),
      ),
    };
    made.set(key, found);
  }
  return [{ ...found, values: values.flat(1) }];
}

function written(statements: Statement[], parameters: number[]): string {
  const changes: string[] = [];
  // In the order of the batch: of two that do not hold, the first one is told.
  const expected: string[] = [];
  let before = 0;
  for (const [i, { part }] of statements.entries()) {
    const { change, returning = '1', as = 'done', expect, within = change } = must(part, 'every statement is a part');
    const moved = (text: string) => text.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + before}`);
    // Another part reads a named one; the others are called by their place.
    const name = as === 'done' ? `part_${i}` : as;
    changes.push(`${name} as (${moved(within)} returning ${returning})`);
    if (expect !== undefined) expected.push(moved(expect).replaceAll(` from ${as})`, ` from ${name})`));
    before += parameters[i] ?? 0;
  }
  return `with ${changes.join(',\n')}\nselect ${expected.length > 0 ? expected.join(', ') : '1'}`;
}
