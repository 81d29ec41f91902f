// Test clocks in processes of their own: killed on their way, and moved by two workers at once. What must not appear: a moment that is
// left out or happens twice, an invoice out of its order, a clock that never arrives.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { advanceTestClock, getTestClock } from '../../src/billing/manage-test-clocks.ts';
import { seconds } from '../../src/kit/clock.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { ask, clockFor, invoicesOf, newCard, newCustomer, newPrice, subscribe } from '../kit/billing.ts';
import { killServers, startServer } from '../kit/server-process.ts';
import { openWorld, type World } from '../kit/world.ts';
import { eachOf, long } from './money.ts';

let w: World;
let ctx: Ctx;
let price: string;
let ahead_ms = 0;
const pass = (ms: number) => {
  ahead_ms += ms;
  w.clock.advance(ms);
};

before(async () => {
  w = await openWorld({ settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
  ctx = w.ctx();
  price = await newPrice(ctx, 1_000);
});
after(async () => {
  await killServers();
  await w.close();
});

/** A customer at the start of 2030 with two subscriptions, and their clock on its way to the middle of May. */
async function onItsWay(): Promise<{ clock: string; subscriptions: string[] }> {
  const customer = await newCustomer(w);
  await newCard(w, customer);
  const clock = await clockFor(ctx, customer, '2030-01-10T00:00:00Z');
  const subscriptions = await eachOf(2, async () => (await subscribe(ctx, { customer, price })).id as string);
  await ask(ctx, advanceTestClock, { id: clock, to: '2030-05-15T00:00:00Z' });
  return { clock, subscriptions };
}

async function arrive(clock: string): Promise<void> {
  for (let left = 20; left > 0; left--) {
    const { status } = await ask(ctx, getTestClock, { id: clock });
    if (status === 'ready') return;
    assert.equal(status, 'advancing');
    // A dead worker's lease, and then the pauses after which a provider is asked what became of a call.
    pass(seconds(65));
    await w.work();
  }
  assert.fail('the clock never arrived');
}

/** Five periods, each billed and charged once, made and told of at the moment it began. */
async function expectFivePeriods(subscriptions: string[]): Promise<void> {
  for (const id of subscriptions) {
    const invoices = await invoicesOf(ctx, id);
    assert.deepEqual(
      invoices.map((i) => [i.period_start.slice(0, 10), i.created_at.slice(0, 10), i.status]),
      ['2030-01-10', '2030-02-10', '2030-03-10', '2030-04-10', '2030-05-10'].map((day) => [day, day, 'paid']),
    );
    for (const { id: invoice, payment } of invoices) {
      const { rows } = await sql<{ taken: number; told: number }>`
        select (select count(*) from payments p join simulator_calls c on c.account_id = p.account_id and c.provider_reference = p.provider_reference
            where p.invoice_id = ${invoice} and c.status = 'approved')::int as taken,
          (select count(*) from events where object_id = ${invoice} and type = 'invoice.paid')::int as told`.execute(
        w.env.db.query,
      );
      assert.deepEqual(rows[0], { taken: 1, told: 1 }, `${invoice} ${payment}`);
    }
    const { rows } = await sql<{ type: string }>`
      select type from events where object_id = ${id} or object_id = any(${invoices.map((i) => i.id)}) order by id`.execute(
      w.env.db.query,
    );
    const order = rows
      .map((row) => row.type)
      .filter((type) => type === 'subscription.renewed' || type === 'invoice.paid');
    const renewed = ['subscription.renewed', 'invoice.paid'];
    assert.deepEqual(order, ['invoice.paid', ...renewed, ...renewed, ...renewed, ...renewed]);
  }
  await w.verify();
}

describe('killed on its way', () => {
  for (const point of [
    'clock.moved:3',
    'billing.moving:2',
    'billing.moved:2',
    'invoice.claiming:3',
    'authorize.recorded:4',
    'authorize.settled:5',
    'invoice.settled:2',
    ...Array.from({ length: long ? 60 : 3 }, () => `sql:${60 + Math.floor(Math.random() * 240)}`),
  ]) {
    test(`at ${point}: whoever comes next goes on from there`, async () => {
      const { clock, subscriptions } = await onItsWay();
      const worker = await startServer({ database_url: w.url, worker: true, crash_at: point, ahead_ms });
      // The clock may arrive a moment before the process gets to die: it is asked to end in order, and dies on its way to that.
      await Promise.race([worker.ended, arrived([clock]).then(() => worker.stop())]);
      const how = await worker.ended;
      if (!point.startsWith('sql')) assert.equal(how, 'SIGKILL', `it passes ${point}`);
      await arrive(clock);
      await expectFivePeriods(subscriptions);
    });
  }
});

/** Polled from outside, so that what a worker does is its own. */
async function arrived(clocks: string[]): Promise<void> {
  for (let left = 1_800; left > 0; left--) {
    const { rows } = await sql`select 1 from test_clocks where id = any(${clocks}) and status = 'advancing'`.execute(
      w.env.db.query,
    );
    if (rows.length === 0) return;
    await sleep(100);
  }
  throw new Error('the clocks were not moved within three minutes');
}

describe('two workers', () => {
  test('12 clocks on their way: each moment of each happens once', async () => {
    const lives = await eachOf(12, onItsWay);
    const workers = await Promise.all([1, 2].map(() => startServer({ database_url: w.url, worker: true, ahead_ms })));
    await arrived(lives.map(({ clock }) => clock));
    await Promise.all(workers.map((worker) => worker.stop()));
    const moments = new Set<number>();
    for (const { clock, subscriptions } of lives) {
      moments.add((await ask(ctx, getTestClock, { id: clock })).advance.moments);
      await expectFivePeriods(subscriptions);
    }
    assert.equal(moments.size, 1, 'they live the same life, so none had a moment twice');
  });

  test('one whose lease ran out while it was at work: both go on, and nothing happens twice', async () => {
    const { clock, subscriptions } = await onItsWay();
    const workers = await Promise.all([1, 2].map(() => startServer({ database_url: w.url, worker: true, ahead_ms })));
    // No lease holds: both take the clock whenever they look.
    const until = arrived([clock]);
    let over = false;
    void until.finally(() => {
      over = true;
    });
    while (!over) {
      await sql`update test_clocks set leased_until = created_at where id = ${clock} and status = 'advancing'`.execute(
        w.env.db.query,
      );
      await sleep(5);
    }
    await until;
    await Promise.all(workers.map((worker) => worker.stop()));
    assert.equal((await ask(ctx, getTestClock, { id: clock })).status, 'ready');
    await expectFivePeriods(subscriptions);
  });
});
