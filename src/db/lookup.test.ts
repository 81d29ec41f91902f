// Questions that meet in one turn of the loop: one statement for all of them, each caller its own row, and an error told to all.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Statement } from './db.ts';
import { lookups, type Question } from './lookup.ts';

const question: Question = { name: 'thing', one: 'one', many: 'many' };
const other: Question = { name: 'other', one: 'other one', many: 'other many' };

/** Answers as the database would, rows of `many` in another order than asked; keys that begin with `no` are not there. */
function asked() {
  const statements: Statement[] = [];
  const lookup = lookups(async <Row>(statement: Statement): Promise<Row[]> => {
    statements.push(statement);
    const [first, second] = statement.values;
    if (Array.isArray(first) && Array.isArray(second)) {
      const rows = first.map((account, i) => ({ account, id: second[i], place: i + 1 }));
      return rows.filter(({ id }) => !String(id).startsWith('no')).reverse() as Row[];
    }
    return (String(second).startsWith('no') ? [] : [{ account: first, id: second }]) as Row[];
  });
  return { statements, lookup };
}

describe('lookups', () => {
  test('alone: the plain statement, its row, or undefined', async () => {
    const { statements, lookup } = asked();
    assert.deepEqual(await lookup(question, ['a', '1']), { account: 'a', id: '1' });
    assert.equal(await lookup(question, ['a', 'none']), undefined);
    assert.deepEqual(
      statements.map(({ name, text, values }) => [name, text, values]),
      [
        ['thing', 'one', ['a', '1']],
        ['thing', 'one', ['a', 'none']],
      ],
    );
  });

  test('together: one statement, each its own row and nothing of another, also where the same key is asked twice', async () => {
    const { statements, lookup } = asked();
    const keys = [
      ['a', '1'],
      ['b', '1'],
      ['a', 'nothing'],
      ['a', '1'],
      ['b', '2'],
    ];
    const rows = await Promise.all(keys.map((key) => lookup(question, key)));
    assert.deepEqual(rows, [
      { account: 'a', id: '1' },
      { account: 'b', id: '1' },
      undefined,
      { account: 'a', id: '1' },
      { account: 'b', id: '2' },
    ]);
    assert.deepEqual(
      statements.map(({ name, text }) => [name, text]),
      [['thing_many', 'many']],
    );
  });

  test('two questions do not travel as one', async () => {
    const { statements, lookup } = asked();
    await Promise.all([lookup(question, ['a', '1']), lookup(other, ['a', '2'])]);
    assert.deepEqual(statements.map(({ name }) => name).sort(), ['other', 'thing']);
  });

  test('an error is told to everybody who asked, and the next one asks anew', async () => {
    const lookup = lookups(async () => {
      throw new Error('the line is down');
    });
    for (const result of await Promise.allSettled([lookup(question, ['a', '1']), lookup(question, ['a', '2'])]))
      assert.match(String(result.status === 'rejected' && result.reason), /the line is down/);
    await assert.rejects(lookup(question, ['a', '3']), /the line is down/);
  });
});
