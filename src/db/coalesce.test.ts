// The batching lane on a real database: what travels together shares one commit, a bad row fails alone, a failed guard is found by
// halving, a lost connection rejects what was on it and is made anew, and alone a call goes out at once.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import { eventually } from '../../test/kit/eventually.ts';
import { cloneDatabase } from '../../test/kit/world.ts';
import { Lane } from './coalesce.ts';
import { GuardFailed, type Statement } from './db.ts';

type Item = { id: string; n?: number | string; guard?: string; slow_ms?: number };

describe('a lane', () => {
  let database: Awaited<ReturnType<typeof cloneDatabase>>;
  let owner: pg.Client;
  let planned: string[][] = [];
  let lane: Lane<Item>;
  const lanes: Lane<Item>[] = [];

  before(async () => {
    database = await cloneDatabase();
    owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(
      'create table lane_rows (id text primary key, n integer not null check (n > 0)); create table lane_other (id text primary key)',
    );
  });
  after(async () => {
    for (const one of lanes) await one.close();
    await owner.end();
    await database.drop();
  });
  beforeEach(async () => {
    await owner.query('truncate lane_rows, lane_other');
    lane = newLane();
    await lane.add({ id: 'warm' });
    planned = [];
  });

  function newLane(options: { max?: number; name?: string } = {}): Lane<Item> {
    const made = new Lane<Item>({
      client_config: { connectionString: database.url, application_name: options.name ?? 'lane' },
      plan,
      ...(options.max === undefined ? {} : { max: options.max }),
    });
    lanes.push(made);
    return made;
  }

  function plan(items: Item[]): Statement[] {
    planned.push(items.map((i) => i.id));
    const guards = items.flatMap(({ guard }) => (guard === undefined ? [] : [guard]));
    const slow = Math.max(0, ...items.map((i) => i.slow_ms ?? 0));
    return [
      {
        name: 'lane_rows',
        text: 'insert into lane_rows (id, n) select * from unnest($1::text[], $2::integer[])',
        values: [items.map((i) => i.id), items.map((i) => i.n ?? 1)],
      },
      ...(slow > 0 ? [{ name: 'lane_slow', text: 'select pg_sleep($1)', values: [slow / 1_000] }] : []),
      ...guards.map((guard) => ({ name: 'lane_guard', text: 'select florin_expect(0, 1, $1)', values: [guard] })),
      {
        name: 'lane_other',
        text: 'insert into lane_other (id) select unnest($1::text[])',
        values: [items.map((i) => i.id)],
      },
    ];
  }

  const outcomes = async (items: Item[], on = lane) => {
    const settled = await Promise.allSettled(items.map((item) => on.add(item)));
    return Object.fromEntries(
      settled.map((s, i) => [items[i]?.id ?? '', s.status === 'fulfilled' ? 'done' : s.reason]),
    );
  };
  const stored = async () => {
    const { rows } = await owner.query<{ id: string; both: boolean }>(
      "select coalesce(r.id, o.id) as id, r.id is not null and o.id is not null as both from lane_rows r full join lane_other o on o.id = r.id where coalesce(r.id, o.id) <> 'warm' order by 1",
    );
    assert.ok(
      rows.every((row) => row.both),
      'an item is written whole or not at all',
    );
    return rows.map((row) => row.id);
  };
  const many = (count: number, prefix = 'i'): Item[] =>
    Array.from({ length: count }, (_, i) => ({ id: `${prefix}${String(i).padStart(3, '0')}` }));
  const sessions = async (name: string, state = '%') =>
    (
      await owner.query(
        'select 1 from pg_stat_activity where datname = current_database() and application_name like $1 and state like $2',
        [name, state],
      )
    ).rowCount ?? 0;
  const onTheWire = () =>
    eventually('something is on the wire', async () => (await sessions('lane%', 'active')) || undefined);
  const gone = (name: string) =>
    eventually('its sessions are gone', async () => ((await sessions(name)) === 0 ? true : undefined));

  test('calls of one moment are one transaction: one commit for all', async () => {
    const items = many(100);
    assert.deepEqual(new Set(Object.values(await outcomes(items))), new Set(['done']));
    assert.deepEqual(planned, [items.map((i) => i.id)]);
    const { rows } = await owner.query<{ count: number }>(
      "select count(distinct xmin::text)::int as count from lane_rows where id <> 'warm'",
    );
    assert.equal(rows[0]?.count, 1);
    assert.equal((await stored()).length, 100);
  });

  test('what arrives while a batch is on the wire leaves together with the next one, in the order it came', async () => {
    const first = lane.add({ id: 'a', slow_ms: 300 });
    await onTheWire();
    const rest = ['b', 'c', 'd'].map((id) => lane.add({ id }));
    assert.deepEqual(planned, [['a']]);
    await Promise.all([first, ...rest]);
    assert.deepEqual(planned, [['a'], ['b', 'c', 'd']]);
  });

  test('alone, a call goes out at once: it is planned within the same turn of the loop, without a timer', async (t) => {
    const added = lane.add({ id: 'alone' });
    await new Promise((done) => setImmediate(done));
    await Promise.resolve();
    await Promise.resolve();
    assert.deepEqual(planned, [['alone']]);
    await added;
    const timers = t.mock.method(globalThis, 'setTimeout');
    for (let i = 0; i < 50; i++) await lane.add({ id: `one${i}` });
    assert.equal(planned.length, 51);
    assert.equal(timers.mock.callCount(), 0, 'one at a time waits for nothing but its commit');
  });

  test('more than the largest batch is split, and all of it arrives', async () => {
    const small = newLane({ max: 10 });
    await outcomes(many(35), small);
    assert.deepEqual(
      planned.map((p) => p.length),
      [10, 10, 10, 5],
    );
    assert.equal((await stored()).length, 35);
  });

  test('one poison row fails alone; every other one is written, each caller gets its own answer', async () => {
    for (const [poison, code] of [
      [{ n: 0 }, '23514'],
      [{ n: 'x' }, '22P02'],
      [{ id: 'a\u0000b' }, '22021'],
      [{ id: 'warm' }, '23505'],
      [{ n: 2 ** 40 }, '22003'],
    ] as const) {
      await owner.query("delete from lane_rows where id <> 'warm'; delete from lane_other where id <> 'warm'");
      const items = many(40);
      items[17] = { ...items[17], id: 'poison', ...poison };
      const bad = items[17].id;
      const result = await outcomes(items);
      const failed = Object.entries(result).filter(([, r]) => r !== 'done');
      assert.deepEqual(
        failed.map(([id]) => id),
        [bad],
        code,
      );
      assert.equal((failed[0]?.[1] as { code?: string } | undefined)?.code, code);
      assert.equal((await stored()).length, 39, code);
    }
  });

  test('two rows of one batch that clash: one is written, the other fails', async () => {
    const settled = await Promise.allSettled(
      [...many(6), { id: 'same' }, ...many(6, 'j'), { id: 'same' }].map((item) => lane.add(item)),
    );
    assert.equal(settled.filter((s) => s.status === 'rejected').length, 1);
    assert.equal((await stored()).length, 13);
  });

  test('guards that fail are found by halving: their callers learn which, the others are written', async () => {
    const items = many(64);
    const guarded: Record<string, string> = { i003: 'token', i040: 'claim', i041: 'session' };
    const result = await outcomes(
      items.map((item) => ({ ...item, ...(guarded[item.id] === undefined ? {} : { guard: guarded[item.id] }) })),
    );
    for (const { id } of items) {
      const answer = result[id];
      if (guarded[id] === undefined) assert.equal(answer, 'done', id);
      else assert.ok(answer instanceof GuardFailed && answer.guard === guarded[id], id);
    }
    assert.equal((await stored()).length, 61);
    // Halving costs a few batches per offender, not one per item.
    assert.ok(planned.length < 45, `${planned.length} batches`);
  });

  test('a lane goes on after a failure', async () => {
    await outcomes([{ id: 'bad', n: 0 }]);
    assert.deepEqual(await outcomes([{ id: 'good' }]), { good: 'done' });
  });

  test('a lost connection rejects what was on it, never tries it again, and the next call connects anew', async () => {
    const lost = newLane({ name: 'lane-lost' });
    await lost.add({ id: 'before' });
    const onWire = outcomes(
      many(5).map((item) => ({ ...item, slow_ms: 5_000 })),
      lost,
    );
    await onTheWire();
    const waiting = outcomes([{ id: 'waiting' }], lost);
    planned = [];
    await owner.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lane-lost'");
    for (const [id, answer] of Object.entries(await onWire)) assert.ok(answer instanceof Error, id);
    // What had not left yet was on no connection, so nothing is unknown about it.
    assert.deepEqual(await waiting, { waiting: 'done' });
    assert.deepEqual(await outcomes([{ id: 'after' }], lost), { after: 'done' });
    assert.deepEqual(planned, [['waiting'], ['after']], 'what may have been committed is not sent again');
    assert.deepEqual(await stored(), ['after', 'before', 'waiting']);
    const one = 'one connection, none left behind';
    await eventually(one, async () => ((await sessions('lane-lost')) === 1 ? true : undefined));
  });

  test('an idle connection that the server drops is no failure of the next call', async () => {
    const idle = newLane({ name: 'lane-idle' });
    await idle.add({ id: 'one' });
    await owner.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lane-idle'");
    // The server says so before it lets go; then it is for us to read.
    await gone('lane-idle');
    await new Promise((done) => setTimeout(done, 200));
    assert.deepEqual(await outcomes([{ id: 'two' }], idle), { two: 'done' });
  });

  test('a server that is not there rejects each call, and the next one tries again', async () => {
    const nowhere = new Lane<Item>({ client_config: { connectionString: 'postgres://nobody@127.0.0.1:1/none' }, plan });
    for (let i = 0; i < 2; i++) await assert.rejects(nowhere.add({ id: 'x' }), { code: 'ECONNREFUSED' });
    await nowhere.close();
  });

  test('deadlocks between two lanes are tried again until both are through', async () => {
    const cross = (text: string) =>
      new Lane<Item>({
        client_config: { connectionString: database.url, application_name: 'lane-cross' },
        plan: (items) => items.map(() => ({ name: 'lane_cross', text, values: [] })),
      });
    await owner.query("insert into lane_rows values ('p', 1), ('q', 1)");
    const bump = (a: string, b: string) =>
      `with x as (update lane_rows set n = n + 1 where id = '${a}' returning pg_sleep(0.05)), y as (select count(*) from x) update lane_rows set n = n + 1 where id = '${b}' and (select count from y) > 0`;
    const [one, two] = [cross(bump('p', 'q')), cross(bump('q', 'p'))];
    lanes.push(one, two);
    await Promise.all([one.add({ id: '1' }), two.add({ id: '2' })]);
    const { rows } = await owner.query<{ id: string; n: number }>(
      "select id, n from lane_rows where id in ('p', 'q') order by 1",
    );
    assert.deepEqual(
      rows.map((r) => r.n),
      [3, 3],
    );
  });

  test('closing waits for what was taken in', async () => {
    const closing = newLane();
    const added = outcomes(
      many(3).map((item) => ({ ...item, slow_ms: 50 })),
      closing,
    );
    await new Promise((done) => setImmediate(done));
    await closing.close();
    assert.deepEqual(new Set(Object.values(await added)), new Set(['done']));
  });
});
