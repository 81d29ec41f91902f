import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertRows, updateRows } from './rows.ts';

const columns = { account_id: 'text', amount: 'bigint', metadata: 'jsonb', at: 'timestamptz' };

test('no rows, no statement', () => {
  assert.deepEqual(insertRows('t', columns, []), []);
  assert.deepEqual(updateRows('t', { id: 'text' }, { status: 'text' }, [], 'g'), []);
});

test('one array per column, however many rows; the text is the same for one row and for many, so it is planned once', () => {
  const row = (i: number) => ({
    account_id: `a${i}`,
    amount: i,
    metadata: { i },
    at: new Date(i),
    extra: 'not a column',
  });
  const [one] = insertRows('t_insert', columns, [row(1)]);
  const [many] = insertRows('t_insert', columns, [row(1), row(2), row(3)]);
  assert.ok(one && many);
  assert.deepEqual([one.name, one.text], [many.name, many.text]);
  assert.equal(
    one.text,
    'insert into t_insert (account_id, amount, metadata, at) select u.account_id, u.amount, u.metadata::jsonb, u.at from unnest($1::text[], $2::bigint[], $3::text[], $4::timestamptz[]) as u (account_id, amount, metadata, at)',
  );
  assert.deepEqual(many.values, [
    ['a1', 'a2', 'a3'],
    [1, 2, 3],
    ['{"i":1}', '{"i":2}', '{"i":3}'],
    [1, 2, 3].map((ms) => new Date(ms).toISOString()),
  ]);
});

test('what is missing is null; json null stays SQL null, and text in json is quoted once', () => {
  const [statement] = insertRows('t_null', columns, [
    { account_id: 'a' },
    { account_id: 'b', metadata: null, amount: 0 },
    { account_id: 'c', metadata: 'text' },
  ]);
  assert.deepEqual(statement?.values, [
    ['a', 'b', 'c'],
    [null, 0, null],
    [null, null, '"text"'],
    [null, null, null],
  ]);
});

test('an update counts what it found, and its guard tells when a row is missing', () => {
  const [statement] = updateRows(
    't_update',
    { id: 'text', version: 'integer' },
    { status: 'text', data: 'jsonb' },
    [{ id: 'x', version: 2, m_version: 1, status: 's', data: { a: 1 } }],
    'version',
  );
  assert.ok(statement);
  assert.match(
    statement.text,
    /update t_update t set status = u\.status, data = u\.data::jsonb from unnest\(\$1::text\[\], \$2::integer\[\], \$3::text\[\], \$4::text\[\]\)/,
  );
  assert.match(statement.text, /where t\.id = u\.m_id and t\.version = u\.m_version returning 1/);
  assert.match(statement.text, /florin_expect\(\(select count\(\*\) from done\), \$5::bigint, 'version'\)/);
  // `m_version` is the version that is looked for, `version` would be the one to write.
  assert.deepEqual(statement.values, [['x'], [1], ['s'], ['{"a":1}'], 1]);
});

test('a fixed condition and a fixed assignment of the room are added', () => {
  const [statement] = updateRows('t_extra', { id: 'text' }, { a: 'text' }, [{ id: 'x', a: 'y' }], 'g', {
    where: "t.status = 'open'",
    set: 'n = t.n + 1',
  });
  assert.match(statement?.text ?? '', /set a = u\.a, n = t\.n \+ 1 from .* and t\.status = 'open' returning 1/s);
});

test('two statements on one table by other columns keep apart', () => {
  const [a] = insertRows('t_twice', { id: 'text' }, [{ id: '1' }]);
  const [b] = insertRows('t_twice', { id: 'text', status: 'text' }, [{ id: '1', status: 's' }]);
  assert.notEqual(a?.name, b?.name);
  assert.match(b?.text ?? '', /\(id, status\)/);
});
