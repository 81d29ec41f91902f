// Usage and coupons of subscriptions under attack: many callers for the last use of a code, one event told by many at once, events that
// arrive while their period is billed. What must not appear: a second use, an event that counts twice or in no period.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { runBilling } from '../../src/billing/billing-run.ts';
import { createSubscription } from '../../src/billing/create-subscription.ts';
import { getPromotionCode } from '../../src/coupons/manage-promotion-codes.ts';
import { type OpenEnv, openEnv } from '../../src/env.ts';
import { isFault } from '../../src/kit/fault.ts';
import { silentLog } from '../../src/kit/log.ts';
import { createMeterEvent } from '../../src/meters/create-events.ts';
import { summarizeMeterEvents } from '../../src/meters/read-events.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { ask, invoicesOf, newCard, newCustomer, newPrice, subscribe } from '../kit/billing.ts';
import { newCode, newMeter, usagePrice, use } from '../kit/usage.ts';
import { closeProven, openWorld, type World } from '../kit/world.ts';

let w: World;
let other: OpenEnv;
let ctx: Ctx;
let theirs: Ctx;
let crash_at: string | undefined;

before(async () => {
  w = await openWorld({
    settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
    probe: (point) => {
      if (point === crash_at) throw new Error(`the process died at ${point}`);
    },
  });
  ctx = w.ctx();
  // A second process's worth of connections and lanes on the same database.
  other = openEnv({
    config: { ...w.env.config, pool_size: 8 },
    database_url: w.url,
    root_key: createHash('sha256').update('test root key').digest(),
    clock: w.clock,
    log: silentLog,
  });
  theirs = { ...ctx, env: other };
});
after(async () => {
  await other.close();
  await closeProven(w);
});

const on = (i: number) => (i % 2 === 0 ? ctx : theirs);

test('200 subscriptions at once for the last use of a code: one begins', async () => {
  const price = await newPrice(ctx, 1_000);
  const customers: string[] = [];
  for (let i = 0; i < 20; i++) {
    const customer = await newCustomer(w, { email: `racer-${i}@example.com` });
    await newCard(w, customer);
    customers.push(customer);
  }
  const code = await newCode(ctx, {}, { max_redemptions: 1 });
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      ask(on(i), createSubscription, { customer: customers[i % 20], price, promotion_code: code.id }).then(
        (s) => s.status as string,
        (error) => {
          if (isFault(error)) return error.code as string;
          throw error;
        },
      ),
    ),
  );
  assert.equal(outcomes.filter((one) => one === 'active').length, 1);
  assert.equal(outcomes.filter((one) => one === 'promotion_code_refused').length, 199);
  const { times_reserved, times_redeemed } = await ask(ctx, getPromotionCode, { id: code.id });
  assert.deepEqual([times_reserved, times_redeemed], [0, 1]);
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::int as count from subscriptions where discount is not null`.execute(w.env.db.query);
  assert.equal(rows[0]?.count, 1, 'nothing of the others is left');
});

test('a first order is one, whichever codes a customer tries at once', async () => {
  const price = await newPrice(ctx, 1_000);
  const customer = await newCustomer(w, { email: 'first@example.com' });
  await newCard(w, customer);
  const codes = [];
  for (let i = 0; i < 10; i++) codes.push((await newCode(ctx, {}, { first_order_only: true })).id);
  const done = await Promise.allSettled(
    codes.map((promotion_code, i) => ask(on(i), createSubscription, { customer, price, promotion_code })),
  );
  assert.equal(done.filter((one) => one.status === 'fulfilled').length, 1);
  for (const one of done) if (one.status === 'rejected') assert.ok(isFault(one.reason, 'promotion_code_refused'));
});

test('a beginning that dies and is repeated by its key uses its code once', async () => {
  const price = await newPrice(ctx, 1_000);
  const customer = await newCustomer(w, { email: 'dying@example.com' });
  await newCard(w, customer);
  const code = await newCode(ctx);
  const body = { customer, price, promotion_code: code.id };
  for (const point of ['subscription.recorded', 'invoice.charged']) {
    crash_at = point;
    await assert.rejects(ask(ctx, createSubscription, body, 'begin-with-code'), /died/);
  }
  crash_at = undefined;
  while ((await runBilling(w.env)) > 0);
  const s = await ask(ctx, createSubscription, body, 'begin-with-code');
  assert.equal(s.discount.code, code.code);
  const { times_reserved, times_redeemed } = await ask(ctx, getPromotionCode, { id: code.id });
  assert.equal(times_reserved + times_redeemed, 1);
});

test('one event told 100 times at once is one event', async () => {
  const { event_name, id } = await newMeter(ctx);
  const customer = await newCustomer(w);
  const body = { event_name, payload: { customer, value: 7 }, identifier: 'the-one' };
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(on(i), createMeterEvent, body)));
  assert.equal(new Set(answers.map((one) => one.id)).size, 1);
  const span = { id, customer, from: '2000-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' };
  assert.equal((await ask(ctx, summarizeMeterEvents, span)).data[0].value, '7');
});

test('a request that dies after its events were written counts them once when it is repeated by its key', async () => {
  const { event_name, id } = await newMeter(ctx);
  const customer = await newCustomer(w);
  const body = { event_name, payload: { customer, value: 3 } };
  crash_at = 'meter_event.recorded';
  await assert.rejects(ask(ctx, createMeterEvent, body, 'events-1'), /died/);
  crash_at = undefined;
  const first = await ask(ctx, createMeterEvent, body, 'events-1');
  assert.deepEqual(await ask(ctx, createMeterEvent, body, 'events-1'), first);
  await ask(ctx, createMeterEvent, body, 'events-2');
  const span = { id, customer, from: '2000-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' };
  assert.equal((await ask(ctx, summarizeMeterEvents, span)).data[0].value, '6');
});

test('events that arrive while their period is billed count once: in it, or in the next one', async () => {
  const meter = await newMeter(ctx);
  const price = await usagePrice(ctx, meter.id);
  const customers: string[] = [];
  const subscriptions: string[] = [];
  for (let i = 0; i < 8; i++) {
    const customer = await newCustomer(w);
    await newCard(w, customer);
    customers.push(customer);
    subscriptions.push((await subscribe(ctx, { customer, price })).id);
  }
  const [first] = await invoicesOf(ctx, subscriptions[0] ?? '');
  const end = new Date(first.period_end);
  w.clock.advance(end.getTime() + 1_000 - w.clock.now().getTime());
  const timestamp = new Date(end.getTime() - 1_000).toISOString();
  let told = 0;
  const tell = async (i: number) => {
    for (let k = 0; k < 25; k++, told++)
      await use(on(i), meter.event_name, customers[(i + k) % 8] ?? '', 1, {
        timestamp,
        identifier: `racing-${i}-${k}`,
      });
  };
  const untilQuiet = async (env: OpenEnv) => {
    while ((await runBilling(env, 3)) > 0);
  };
  await Promise.all([...Array.from({ length: 8 }, (_, i) => tell(i)), untilQuiet(w.env), untilQuiet(other)]);
  await untilQuiet(w.env);
  const { rows: billed } = await sql<{ value: number }>`
    select coalesce(sum(l.quantity), 0)::int as value from invoice_lines l where l.meter_id = ${meter.id}`.execute(
    w.env.db.query,
  );
  const { rows: waiting } = await sql<{ value: number }>`
    select count(*)::int as value from meter_events where meter_id = ${meter.id} and counted_at >= ${end}`.execute(
    w.env.db.query,
  );
  assert.equal((billed[0]?.value ?? 0) + (waiting[0]?.value ?? 0), told, 'none is lost, none counts twice');
});
