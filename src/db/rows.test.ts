import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayText, insertRows, updateRows } from './rows.ts';

const columns = { account_id: 'text', amount: 'bigint', metadata: 'jsonb', at: 'timestamptz' };

test('no rows, no statement', () => {
  assert.deepEqual(insertRows('t', columns)([]), []);
  assert.deepEqual(updateRows('t', { id: 'text' }, { status: 'text' }, 'g')([]), []);
});

const unpacked = (values: unknown[], at: number, length: number, row: number): string | null => {
  const begin = (values[at] as (number | null)[])[row];
  if (begin === null || begin === undefined) return null;
  const size = (values[length] as number[])[row] ?? 0;
  return (values.at(-1) as Buffer).subarray(begin - 1, begin - 1 + size).toString();
};

test('one array per column, however many rows; the text is the same for one row and for many, so it is planned once', () => {
  const row = (i: number) => ({
    account_id: `a${i}`,
    amount: i,
    metadata: { i: 'ü'.repeat(i) },
    at: new Date(i),
    extra: 'not a column',
  });
  const insert = insertRows('t_insert', columns);
  const [one] = insert([row(1)]);
  const [many] = insert([row(1), row(2), row(3)]);
  assert.ok(one && many);
  assert.deepEqual([one.name, one.text], [many.name, many.text]);
  assert.equal(
    one.text,
    "insert into t_insert (account_id, amount, metadata, at) select account_id, amount, metadata, at from (select ($1::text[])[i] as account_id, ($2::bigint[])[i] as amount, convert_from(substring($6::bytea from ($4::int[])[i] for ($5::int[])[i]), 'UTF8')::jsonb as metadata, ($3::timestamptz[])[i] as at from unnest($1::text[]) with ordinality as x (x, i)) u",
  );
  assert.deepEqual(many.values.slice(0, 3), [['a1', 'a2', 'a3'], [1, 2, 3], [1, 2, 3].map((ms) => new Date(ms))]);
  for (const i of [1, 2, 3]) assert.equal(unpacked(many.values, 3, 4, i - 1), `{"i":"${'ü'.repeat(i)}"}`);
});

test('of a few rows each value is a parameter; as many columns, the same order, the same nothing', () => {
  const row = { account_id: 'a', amount: 1, metadata: { a: 'ü"' }, at: new Date(5), extra: 'not a column' };
  const insert = insertRows('t_few', columns);
  const few = (count: number) =>
    insert(Array.from({ length: count }, (_, i) => (i === 0 ? row : { account_id: 'b', metadata: null })))[0]?.few;
  assert.equal(
    few(1)?.text,
    'insert into t_few (account_id, amount, metadata, at) select account_id, amount, metadata, at from (select $1::text as account_id, $2::bigint as amount, $3::jsonb as metadata, $4::timestamptz as at) u',
  );
  assert.deepEqual(few(2)?.values, ['a', 1, '{"a":"ü\\""}', '1970-01-01T00:00:00.005Z', 'b', null, null, null]);
  assert.match(few(2)?.text ?? '', / union all select \$5::text as account_id/);
  assert.equal(new Set([1, 2, 3, 4].map((count) => few(count)?.name)).size, 4);
  assert.equal(few(5), undefined);
});

test('an update of a few rows expects as many as came', () => {
  const [statement] = updateRows('t_few', { id: 'text' }, { a: 'text' }, 'g')([{ id: 'x', a: 'y' }, { id: 'z' }]);
  assert.match(statement?.few?.text ?? '', /florin_expect\(\(select count\(\*\) from done\), 2, 'g'\)/);
});

test('what is missing is null; json null stays SQL null, and text in json is quoted once', () => {
  const [statement] = insertRows(
    't_null',
    columns,
  )([{ account_id: 'a' }, { account_id: 'b', metadata: null, amount: 0 }, { account_id: 'c', metadata: 'text' }]);
  assert.ok(statement);
  assert.deepEqual(statement.values.slice(0, 3), [
    ['a', 'b', 'c'],
    [null, 0, null],
    [null, null, null],
  ]);
  assert.deepEqual(
    [0, 1, 2].map((row) => unpacked(statement.values, 3, 4, row)),
    [null, null, '"text"'],
  );
});

test('an update counts what it found, and its guard tells when a row is missing', () => {
  const [statement] = updateRows(
    't_update',
    { id: 'text', version: 'integer' },
    { status: 'text', data: 'jsonb' },
    'version',
  )([{ id: 'x', version: 2, m_version: 1, status: 's', data: { a: 1 } }]);
  assert.ok(statement);
  assert.match(statement.text, /update t_update t set status = u\.status, data = u\.data from \(select \(\$1::text/);
  assert.match(statement.text, /where t\.id = u\.m_id and t\.version = u\.m_version returning 1/);
  assert.match(statement.text, /florin_expect\(\(select count\(\*\) from done\), cardinality\(\$1\), 'version'\)/);
  // `m_version` is the version that is looked for, `version` would be the one to write.
  assert.deepEqual(statement.values.slice(0, 3), [['x'], [1], ['s']]);
  assert.equal(unpacked(statement.values, 3, 4, 0), '{"a":1}');
});

test('a fixed condition and a fixed assignment of the room are added', () => {
  const [statement] = updateRows('t_extra', { id: 'text' }, { a: 'text' }, 'g', {
    where: "t.status = 'open'",
    set: 'n = t.n + 1',
  })([{ id: 'x', a: 'y' }]);
  assert.match(statement?.text ?? '', /set a = u\.a, n = t\.n \+ 1 from .* and t\.status = 'open' returning 1/s);
});

test('an array is written as Postgres reads it, whatever the text', () => {
  assert.equal(arrayText([]), '{}');
  assert.equal(arrayText([1, -2, true, false, null, undefined]), '{1,-2,t,f,NULL,NULL}');
  assert.equal(
    arrayText(['null', 'NULL', '', 'a b', 'a,b', '{}', 'a"b', 'a\\b', 'ü']),
    String.raw`{"null","NULL","","a b","a,b","{}","a\"b","a\\b","ü"}`,
  );
  assert.equal(arrayText([Buffer.from([0, 255])]), String.raw`{"\\x00ff"}`);
  assert.equal(arrayText([new Date(0)]), '{1970-01-01T00:00:00.000Z}');
});

test('two statements on one table by other columns keep apart', () => {
  const [a] = insertRows('t_twice', { id: 'text' })([{ id: '1' }]);
  const [b] = insertRows('t_twice', { id: 'text', status: 'text' })([{ id: '1', status: 's' }]);
  assert.notEqual(a?.name, b?.name);
  assert.match(b?.text ?? '', /\(id, status\)/);
});
