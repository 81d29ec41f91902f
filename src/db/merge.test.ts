import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Part, Statement } from './db.ts';
import { merged, textOf } from './merge.ts';

const changing = (name: string, part: Part, values: unknown[]): Statement => ({
  name,
  text: textOf(part),
  values,
  part,
});

const insert = changing('insert', { change: 'insert into a (x) select $1' }, [1]);
const update = changing(
  'update',
  {
    change: 'update b set y = $2 where x = any($1)',
    expect: `florin_expect((select count(*) from done), cardinality($1), 'b')`,
  },
  [[2], 3],
);

describe('one statement of many changes', () => {
  test('by itself a change is its text, and its condition follows it', () => {
    assert.equal(insert.text, 'insert into a (x) select $1');
    assert.equal(
      update.text,
      `with done as (update b set y = $2 where x = any($1) returning 1) select florin_expect((select count(*) from done), cardinality($1), 'b')`,
    );
  });

  test('parameters follow one another, and each condition counts the rows of its own change', () => {
    const [one, ...more] = merged([insert, update, update]);
    assert.equal(more.length, 0);
    assert.deepEqual(one?.values, [1, [2], 3, [2], 3]);
    assert.equal(
      one?.text,
      `with part_0 as (insert into a (x) select $1 returning 1),
part_1 as (update b set y = $3 where x = any($2) returning 1),
part_2 as (update b set y = $5 where x = any($4) returning 1)
select florin_expect((select count(*) from part_1), cardinality($2), 'b'), florin_expect((select count(*) from part_2), cardinality($4), 'b')`,
    );
  });

  test('a part reads what another one returns, where that is a table when it stands alone', () => {
    const first = changing('first', { change: 'insert into c select $1', as: 'given', returning: 'c.id' }, [1]);
    const second = changing(
      'second',
      { change: 'insert into d select id from c', within: 'insert into d select id from given' },
      [],
    );
    const [one] = merged([first, second]);
    assert.equal(
      one?.text,
      `with given as (insert into c select $1 returning c.id),
part_1 as (insert into d select id from given returning 1)
select 1`,
    );
    assert.equal(second.text, 'insert into d select id from c');
  });

  test('a batch of one takes the forms for a few rows, where there are some; a larger one never does', () => {
    const few = changing('insert_few_1', { change: 'insert into a (x) select $1, $2' }, [7, 8]);
    const both = { ...insert, few };
    assert.deepEqual(merged([both, update], true)[0]?.values, [7, 8, [2], 3]);
    assert.match(
      merged([both, update], true)[0]?.text ?? '',
      /select \$1, \$2 returning 1\),\npart_1 as \(update b set y = \$4/,
    );
    assert.deepEqual(merged([both], true), [few]);
    assert.deepEqual(merged([both, update]), merged([insert, update]));
    assert.deepEqual(merged([both]), [both]);
  });

  test('one that stands for itself keeps all as they came; the same batch has the same name', () => {
    const alone = { name: 'alone', text: 'select 1', values: [] };
    assert.deepEqual(merged([insert, alone]), [insert, alone]);
    assert.deepEqual(merged([insert]), [insert]);
    assert.equal(merged([insert, update])[0]?.name, merged([insert, update])[0]?.name);
    assert.notEqual(merged([insert, update])[0]?.name, merged([update, insert])[0]?.name);
  });
});
