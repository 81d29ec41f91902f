// What `florin seed` makes is what payments make: the books hold, and the API shows it like any other. And a seal's running sums,
// from which balances of the past and statements are made, are proved as well as its hash.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { seedVolume } from '../../bench/seed-volume.ts';
import { verifyAll } from '../../src/verify.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let key: string;

before(async () => {
  w = await openWorld();
  const [payer] = await seedVolume(w.env, { payments: 600, accounts: 3, days: 20 }, () => {});
  key = String(payer?.key);
});
after(() => w.close());

test('the books of seeded payments hold, and their objects have the shape of all others', async () => {
  await w.verify();
  const { data } = (await w.call('GET', '/v1/payments?limit=100', undefined, { as: key })).body;
  assert.equal(data.length, 100);
  const statuses = data.map((p: { status: string }) => p.status);
  assert.deepEqual([...new Set(statuses)].sort(), ['completed', 'failed']);
  const [refunded] = data.filter((p: { amount_refunded: number }) => p.amount_refunded > 0);
  const refunds = (await w.call('GET', `/v1/refunds?payment=${refunded.id}`, undefined, { as: key })).body.data;
  assert.deepEqual([refunds[0].amount, refunds[0].status], [refunded.amount_refunded, 'succeeded']);
  const whole = data.find(
    (p: { amount_refunded: number; status: string }) => p.amount_refunded === 0 && p.status === 'completed',
  );
  const events = (await w.call('GET', `/v1/events?object_id=${whole.id}`, undefined, { as: key })).body.data;
  assert.deepEqual(
    events.map((e: { type: string }) => e.type),
    ['payment.completed', 'payment.created'],
  );
  assert.deepEqual(events[0].data, whole, 'the last event carries the payment as it is');
  assert.deepEqual(Object.keys(events[1].data), Object.keys(whole));
});

test('statement and trial balance of seeded books close, and their settlements are listed', async () => {
  const from = new Date(w.clock.now().getTime() - 20 * 86_400_000).toISOString().slice(0, 7);
  for (const path of [`statement?month=${from}`, 'trial_balance', 'settlements', 'balance_activities']) {
    const reply = await w.call('GET', `/v1/reports/${path}`, undefined, { as: key });
    assert.equal(reply.status, 200, reply.text);
    assert.ok(reply.text.split('\r\n').length > 2, path);
  }
});

test('activities of a stretch of time are those of the whole list that happened in it', async () => {
  const all = [];
  for (let after_id = ''; ; ) {
    const path = `/v1/balance_activities?limit=100${after_id}`;
    const { body } = await w.call('GET', path, undefined, { as: key });
    all.push(...body.data);
    if (!body.has_more) break;
    after_id = `&starting_after=${body.data.at(-1).id}`;
  }
  assert.ok(all.length > 150, 'enough for the bounds to be halved');
  const times = all.map((a: { created_at: string }) => a.created_at).sort();
  for (const [first, last] of [
    [0.1, 0.12],
    [0.4, 0.65],
    [0, 0.3],
    [0.97, 1],
  ] as const) {
    const from = times[Math.floor(first * (times.length - 1))];
    const to = times[Math.floor(last * (times.length - 1))];
    assert.ok(from !== undefined && to !== undefined);
    const path = `/v1/balance_activities?limit=100&created_from=${from}&created_to=${to}`;
    const { data } = (await w.call('GET', path, undefined, { as: key })).body;
    const expected: unknown[] = all.filter((a: { created_at: string }) => a.created_at >= from && a.created_at < to);
    assert.ok(expected.length > 0);
    assert.deepEqual(data, expected.slice(0, 100));
  }
});

test('one edit of a seal’s sums or times with the guards switched off is found', async () => {
  const client = new pg.Client({ connectionString: w.url });
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const edit of [
      'available = available + 1, incoming = incoming - 1',
      `last_at = last_at + interval '1 day'`,
      `first_at = first_at + interval '1 ms'`,
    ]) {
      const { rows } = await client.query('select * from ledger_seals order by account_id limit 1');
      await client.query(
        `update ledger_seals set ${edit} where account_id = $1 and currency = $2 and last_position = $3`,
        [rows[0].account_id, rows[0].currency, rows[0].last_position],
      );
      const failed = (await verifyAll(w.env.db.query)).filter((f) => !f.ok);
      assert.equal(failed.length, 1, edit);
      assert.match(failed[0]?.name ?? '', /sealed stretch/);
      assert.equal(failed[0]?.examples.length, 1);
      await client.query(
        'update ledger_seals set available = $1, incoming = $2, last_at = $3, first_at = $4 where account_id = $5 and currency = $6 and last_position = $7',
        [
          rows[0].available,
          rows[0].incoming,
          rows[0].last_at,
          rows[0].first_at,
          rows[0].account_id,
          rows[0].currency,
          rows[0].last_position,
        ],
      );
    }
    await w.verify();
  } finally {
    await client.end();
  }
});
