// The same question of many callers: those who ask in one turn of the loop are answered by one statement, and each gets the row of
// its own key. Nobody waits for another turn. Knows no table, and must never mix up two callers' rows.

import type { Statement } from './db.ts';

/** A question for the row of a key: `one` with a parameter per part, `many` with an array per part, whose rows tell their `place` from 1. */
export type Question = { name: string; one: string; many: string };

type Point = <Row>(statement: Statement) => Promise<Row[]>;
type Lookup = <Row>(question: Question, key: string[]) => Promise<Row | undefined>;

type Asked = { key: string[]; found: (row: unknown) => void; failed: (error: unknown) => void };

export function lookups(point: Point): Lookup {
  const waiting = new Map<string, Asked[]>();

  async function ask({ name, one, many }: Question): Promise<void> {
    const asked = waiting.get(name) ?? [];
    waiting.delete(name);
    const [first, ...more] = asked;
    if (!first) return;
    try {
      if (more.length === 0) {
        first.found((await point({ name, text: one, values: first.key }))[0]);
        return;
      }
      const values = first.key.map((_, part) => asked.map(({ key }) => key[part]));
      const rows = await point<{ place: number }>({ name: `${name}_many`, text: many, values });
      const found = new Map(rows.map(({ place, ...row }) => [place, row]));
      for (const [i, { found: tell }] of asked.entries()) tell(found.get(i + 1));
    } catch (error) {
      for (const { failed } of asked) failed(error);
    }
  }

  return <Row>(question: Question, key: string[]) =>
    new Promise<Row | undefined>((found, failed) => {
      const one: Asked = { key, found: found as Asked['found'], failed };
      const before = waiting.get(question.name);
      if (before) {
        before.push(one);
        return;
      }
      waiting.set(question.name, [one]);
      // Requests that were read from their sockets in the same turn are all here by then.
      setImmediate(() => ask(question));
    });
}
