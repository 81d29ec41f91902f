// A year by test clock, against golden invoices: every cycle, both changes of clocks, trials, rests, failures. What must not appear: a period
// billed twice or left out, an invoice out of its order, a customer who lives by another time than their clock's.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import { completeTestClock, deleteTestClock } from '../../src/billing/end-test-clock.ts';
import {
  advanceTestClock,
  createTestClock,
  getTestClock,
  listTestClocks,
} from '../../src/billing/manage-test-clocks.ts';
import { pauseSubscription } from '../../src/billing/pause-subscription.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import type { Ctx } from '../../src/operation/context.ts';
import {
  advance,
  ask,
  begin,
  bill,
  clockFor,
  invoicesOf,
  loseCard,
  newCard,
  newCustomer,
  newPrice,
  openBilling,
  subscribe,
  subscriptionOf,
} from '../kit/billing.ts';
import { liveCtx } from '../kit/payouts.ts';
import { refusal } from '../kit/usage.ts';
import type { World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let crash_at: string | undefined;

before(async () => {
  const probe = (point: string) => {
    if (point !== crash_at) return;
    crash_at = undefined;
    throw new Error(`the process died at ${point}`);
  };
  ({ w, ctx } = await openBilling(1_000, { probe }));
});
after(() => w.close());

/** `2027-01-31T09:00Z 10.00 paid`: when a period begins, what it came to, how it stands. */
const golden = async (id: string) =>
  (await invoicesOf(ctx, id)).map((i) => `${i.period_start.slice(0, 16)}Z ${(i.total / 100).toFixed(2)} ${i.status}`);

type Life = {
  start: string;
  time_zone?: string;
  card?: string;
  recurring?: Record<string, unknown>;
  unit_amount?: number;
  more?: Record<string, unknown>;
};

async function live(life: Life) {
  const here: Ctx = { ...ctx, account: { ...ctx.account, time_zone: life.time_zone ?? 'UTC' } };
  const price = await newPrice(here, life.unit_amount ?? 1_000, { recurring: life.recurring ?? { interval: 'month' } });
  return await begin(w, here, { start: life.start, number: life.card, price, ...life.more });
}

const months = (day: (month: number) => number, time: (month: number) => string, count = 12, year = 2027) =>
  Array.from({ length: count }, (_, i) => {
    const month = (i % 12) + 1;
    const y = year + Math.floor(i / 12);
    return `${y}-${String(month).padStart(2, '0')}-${String(day(month)).padStart(2, '0')}T${time(month)}Z 10.00 paid`;
  });

describe('a year of golden invoices', () => {
  test('monthly from 31 January: the last day of each month', async () => {
    const last = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    const life = await live({ start: '2027-01-31T09:00:00Z' });
    const clock = await life.to('2028-01-01T00:00:00Z');
    assert.deepEqual(
      await golden(life.id),
      months(
        (m) => last[m - 1] ?? 0,
        () => '09:00',
      ),
    );
    assert.deepEqual([clock.status, clock.frozen_time], ['ready', '2028-01-01T00:00:00.000Z']);
    // Eleven renewals, each with its reminder before it.
    assert.deepEqual([clock.advance.status, clock.advance.moments], ['succeeded', 22]);
    assert.equal((await subscriptionOf(ctx, life.id)).elapsed_cycles, 12);
  });

  test('monthly in New York: nine in the morning there, on both sides of both changes of clocks', async () => {
    const life = await live({ start: '2027-01-15T14:00:00Z', time_zone: 'America/New_York' });
    await life.to('2028-01-01T00:00:00Z');
    assert.deepEqual(
      await golden(life.id),
      months(
        () => 15,
        (m) => (m >= 3 && m <= 10 ? '13:00' : '14:00'),
      ),
    );
  });

  test('monthly in Auckland, where the 31st begins on the 30th of UTC', async () => {
    const life = await live({ start: '2027-01-30T12:00:00Z', time_zone: 'Pacific/Auckland' });
    await life.to('2027-06-15T00:00:00Z');
    assert.deepEqual(await golden(life.id), [
      '2027-01-30T12:00Z 10.00 paid',
      '2027-02-27T12:00Z 10.00 paid',
      '2027-03-30T12:00Z 10.00 paid',
      '2027-04-29T13:00Z 10.00 paid',
      '2027-05-30T13:00Z 10.00 paid',
    ]);
  });

  test('weekly: 52 Mondays and one more', async () => {
    const life = await live({ start: '2027-01-04T08:00:00Z', recurring: { interval: 'week' } });
    await life.to('2028-01-03T08:00:00Z');
    const expected = Array.from({ length: 53 }, (_, i) => {
      const at = new Date(Date.UTC(2027, 0, 4 + 7 * i, 8));
      return `${at.toISOString().slice(0, 16)}Z 10.00 paid`;
    });
    assert.deepEqual(await golden(life.id), expected);
  });

  test('yearly from 29 February: the 28th, until the next leap year', async () => {
    const life = await live({ start: '2028-02-29T12:00:00Z', recurring: { interval: 'year' } });
    await life.to('2032-03-01T00:00:00Z');
    assert.deepEqual(await golden(life.id), [
      '2028-02-29T12:00Z 10.00 paid',
      '2029-02-28T12:00Z 10.00 paid',
      '2030-02-28T12:00Z 10.00 paid',
      '2031-02-28T12:00Z 10.00 paid',
      '2032-02-29T12:00Z 10.00 paid',
    ]);
  });

  test('every ten days, and every quarter', async () => {
    const tens = await live({ start: '2027-03-01T00:00:00Z', recurring: { interval: 'day', interval_count: 10 } });
    await tens.to('2027-04-01T00:00:00Z');
    assert.deepEqual(
      (await golden(tens.id)).map((line) => line.slice(0, 10)),
      ['2027-03-01', '2027-03-11', '2027-03-21', '2027-03-31'],
    );
    const quarters = await live({
      start: '2027-11-30T00:00:00Z',
      recurring: { interval: 'month', interval_count: 3 },
    });
    await quarters.to('2028-12-01T00:00:00Z');
    assert.deepEqual(
      (await golden(quarters.id)).map((line) => line.slice(0, 10)),
      ['2027-11-30', '2028-02-29', '2028-05-30', '2028-08-30', '2028-11-30'],
    );
  });

  test('a trial of 14 days, then monthly from the day it ended; a plan change, a rest, an end', async () => {
    const life = await live({ start: '2027-01-10T10:00:00Z', more: { trial_days: 14 } });
    const dear = await newPrice(ctx, 4_000);
    await life.to('2027-04-08T10:00:00Z');
    await ask(ctx, updateSubscription, { id: life.id, price: dear, proration: 'prorate_now' });
    await life.to('2027-05-01T00:00:00Z');
    await ask(ctx, pauseSubscription, { id: life.id, resumes_at: '2027-08-01T00:00:00Z' });
    await life.to('2027-09-15T00:00:00Z');
    await ask(ctx, cancelSubscription, { id: life.id, reason: 'Enough' });
    await life.to('2028-01-10T10:00:00Z');
    assert.deepEqual(await golden(life.id), [
      '2027-01-10T10:00Z 0.00 paid',
      '2027-01-24T10:00Z 10.00 paid',
      '2027-02-24T10:00Z 10.00 paid',
      '2027-03-24T10:00Z 10.00 paid',
      '2027-04-08T10:00Z 15.48 paid',
      '2027-04-24T10:00Z 40.00 paid',
      '2027-08-01T00:00Z 40.00 paid',
      '2027-09-01T00:00Z 40.00 paid',
    ]);
    const ended = await subscriptionOf(ctx, life.id);
    assert.deepEqual([ended.status, ended.ended_at], ['canceled', '2027-10-01T00:00:00.000Z']);
  });

  test('a card that fails when it is charged again ends the subscription after the schedule', async () => {
    const customer = await newCustomer(w);
    const good = await newCard(w, customer);
    const price = await newPrice(ctx, 1_000);
    const clock = await clockFor(ctx, customer, '2027-01-31T09:00:00Z');
    const s = await subscribe(ctx, { customer, price, payment_method: good });
    await advance(w, ctx, clock, '2027-05-15T00:00:00Z');
    const bad = await newCard(w, customer, '4000000000000341');
    await loseCard(w, good);
    await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: bad });
    await advance(w, ctx, clock, '2028-01-31T09:00:00Z');
    assert.deepEqual(await golden(s.id), [
      '2027-01-31T09:00Z 10.00 paid',
      '2027-02-28T09:00Z 10.00 paid',
      '2027-03-31T09:00Z 10.00 paid',
      '2027-04-30T09:00Z 10.00 paid',
      '2027-05-31T09:00Z 10.00 uncollectible',
    ]);
    const ended = await subscriptionOf(ctx, s.id);
    assert.deepEqual([ended.status, ended.ended_at], ['canceled', '2027-06-21T09:00:00.000Z']);
  });
});

describe('the clock itself', () => {
  test('a payment that is decided later holds the clock, so what follows comes after it', async () => {
    const life = await live({ start: '2027-01-01T00:00:00Z' });
    const slow = (await import('../../src/connectors/simulator/cards.ts')).testCards.find(
      (c) => c.scenario === 'approved_later',
    );
    await ask(ctx, updateSubscription, { id: life.id, payment_method: await newCard(w, life.customer, slow?.number) });
    await ask(ctx, advanceTestClock, { id: life.clock, to: '2027-03-15T00:00:00Z' });
    await bill(w);
    const waiting = await ask(ctx, getTestClock, { id: life.clock });
    assert.deepEqual([waiting.status, waiting.frozen_time], ['advancing', '2027-02-01T00:00:00.000Z']);
    assert.deepEqual(await refusal(ask(ctx, advanceTestClock, { id: life.clock, to: '2027-04-01T00:00:00Z' })), [
      'state_invalid',
      'id',
    ]);
    for (let i = 0; i < 6; i++) {
      w.clock.advance(65_000);
      await w.work();
      await bill(w);
    }
    assert.deepEqual(await golden(life.id), [
      '2027-01-01T00:00Z 10.00 paid',
      '2027-02-01T00:00Z 10.00 paid',
      '2027-03-01T00:00Z 10.00 paid',
    ]);
    assert.equal((await ask(ctx, getTestClock, { id: life.clock })).status, 'ready');
  });

  test('what breaks on the way is told, and advancing again goes on without a second charge', async () => {
    const life = await live({ start: '2027-01-01T00:00:00Z' });
    crash_at = 'clock.moved';
    const broken = await life.to('2027-03-15T00:00:00Z');
    assert.deepEqual([broken.status, broken.advance.status], ['failed', 'failed']);
    assert.equal(typeof broken.advance.error, 'string');
    await life.to('2027-03-15T00:00:00Z');
    assert.equal((await golden(life.id)).length, 3);
  });

  test('webhooks come along: the events of a renewal are there when the clock has arrived', async () => {
    const life = await live({ start: '2027-01-01T00:00:00Z' });
    await life.to('2027-02-02T00:00:00Z');
    const events = await w.call('GET', '/v1/events?limit=100');
    const types = events.body.data
      .filter(
        (e: { data: { subscription?: string; id: string } }) =>
          e.data.id === life.id || e.data.subscription === life.id,
      )
      .map((e: { type: string }) => e.type)
      .reverse();
    assert.deepEqual(types, [
      'subscription.created',
      'invoice.open',
      'invoice.paid',
      'subscription.activated',
      'subscription.renewal_upcoming',
      'invoice.open',
      'subscription.renewed',
      'invoice.paid',
    ]);
  });

  test('real time does not touch its customer', async () => {
    const life = await live({ start: '2027-01-01T00:00:00Z' });
    w.clock.advance(1_000 * 86_400 * 800);
    await bill(w);
    assert.equal((await golden(life.id)).length, 1);
  });

  test('by a subscription that runs already; one clock per customer; not into the past; sandbox only', async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const price = await newPrice(ctx, 1_000);
    const s = await subscribe(ctx, { customer, price });
    const name = 'by subscription';
    assert.deepEqual(
      await refusal(ask(ctx, createTestClock, { name, subscription: s.id, frozen_time: '2026-01-01T00:00:00Z' })),
      ['parameter_invalid', 'frozen_time'],
    );
    const clock = await ask(ctx, createTestClock, { name, subscription: s.id });
    assert.equal(clock.customer, customer);
    assert.equal((await subscriptionOf(ctx, s.id)).test_clock, clock.id);
    assert.deepEqual(await refusal(ask(ctx, createTestClock, { name, customer })), ['state_invalid', 'customer']);
    assert.deepEqual(await refusal(ask(ctx, createTestClock, { name })), ['parameter_missing', 'customer']);
    assert.deepEqual(await refusal(ask(await liveCtx(w), createTestClock, { name, customer })), [
      'feature_unavailable',
      undefined,
    ]);
    assert.deepEqual(await refusal(ask(ctx, advanceTestClock, { id: clock.id, to: clock.frozen_time })), [
      'parameter_invalid',
      'to',
    ]);
    assert.deepEqual(await refusal(ask(w.ctx(w.other), getTestClock, { id: clock.id })), ['not_found', 'id']);
    const done = await ask(ctx, completeTestClock, { id: clock.id, reason: 'seen enough' });
    assert.deepEqual([done.status, done.complete_reason], ['completed', 'seen enough']);
    assert.equal((await subscriptionOf(ctx, s.id)).status, 'canceled');
    const list = await ask(ctx, listTestClocks, { customer });
    assert.deepEqual(
      list.data.map((c: { id: string }) => c.id),
      [clock.id],
    );
    const anew = await subscribe(ctx, { customer, price });
    assert.equal(anew.test_clock, null);
  });

  test('deleted, also on its way: it stops, its subscriptions end, what was billed stays, and the customer lives by the real time', async () => {
    const { customer, clock, id } = await live({ start: '2030-01-01T00:00:00Z' });
    await ask(ctx, advanceTestClock, { id: clock, to: '2031-01-01T00:00:00Z' });
    assert.deepEqual(await ask(ctx, deleteTestClock, { id: clock }), {
      id: clock,
      object: 'test_clock',
      deleted: true,
    });
    await bill(w);
    const s = await subscriptionOf(ctx, id);
    assert.deepEqual([s.status, s.ended_at], ['canceled', '2030-01-01T00:00:00.000Z']);
    assert.deepEqual(await golden(id), ['2030-01-01T00:00Z 10.00 paid']);
    assert.deepEqual(await refusal(ask(ctx, getTestClock, { id: clock })), ['not_found', 'id']);
    assert.deepEqual(await refusal(ask(ctx, deleteTestClock, { id: clock })), ['not_found', 'id']);
    assert.deepEqual((await ask(ctx, listTestClocks, { customer })).data, []);
    const anew = await subscribe(ctx, { customer, price: s.item.price });
    assert.equal(anew.test_clock, null);
    await w.verify();
  });
});
