// Subscriptions: begun, charged, renewed, changed, ended. What must not appear: a second charge of one period, a change that was not paid
// for, more given back than was paid, another account's rows.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cancelPlanChange, cancelSubscription, revokeCancellation } from '../../src/billing/cancel-subscription.ts';
import { pauseSubscription, resumeSubscription } from '../../src/billing/pause-subscription.ts';
import { previewSubscription } from '../../src/billing/preview-subscription.ts';
import { getSubscription, listSubscriptions } from '../../src/billing/read-subscriptions.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { updatePrice } from '../../src/catalog/manage-prices.ts';
import { days, hours } from '../../src/kit/clock.ts';
import type { Ctx } from '../../src/operation/context.ts';
import {
  advance,
  ask,
  bill,
  clockFor,
  invoicesOf,
  newCard,
  newCustomer,
  newPrice,
  openBilling,
  subscribe,
  subscriptionOf,
} from '../kit/billing.ts';
import { refusal } from '../kit/usage.ts';
import type { World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let customer: string;
let card: string;
let price: string;

before(async () => {
  ({ w, ctx, price } = await openBilling());
  customer = await newCustomer(w);
  card = await newCard(w, customer);
});
after(() => w.close());

describe('beginning', () => {
  test('the first period is charged at once, and its invoice is paid', async () => {
    const s = await subscribe(ctx, {
      customer,
      price,
      payment_method: card,
      quantity: 2,
      merchant_reference: 'club_1',
    });
    assert.equal(s.status, 'active');
    assert.equal(s.latest_payment.status, 'completed');
    assert.equal(s.latest_payment.amount, 2_000);
    assert.deepEqual([s.item.amount, s.item.quantity, s.elapsed_cycles, s.open_invoice], [2_000, 2, 1, null]);
    const [invoice, ...more] = await invoicesOf(ctx, s.id);
    assert.equal(more.length, 0);
    assert.equal(invoice.status, 'paid');
    assert.deepEqual([invoice.total, invoice.amount_paid, invoice.lines.length], [2_000, 2_000, 1]);
    assert.equal(invoice.payment, s.latest_payment.id);
    const paid = await w.call('GET', `/v1/payments/${invoice.payment}`);
    assert.equal(paid.body.description, `Invoice ${invoice.number}`);
    await w.verify();
  });

  test('a declined card leaves it incomplete; another card within a day makes it active', async () => {
    const poor = await newCustomer(w);
    await newCard(w, poor, '4000000000000341');
    const s = await subscribe(ctx, { customer: poor, price });
    assert.equal(s.status, 'incomplete');
    assert.equal(s.latest_payment.status, 'failed');
    assert.equal(s.latest_payment.decline.code, 'generic_decline');
    const good = await newCard(w, poor);
    const after = await ask(ctx, updateSubscription, { id: s.id, payment_method: good });
    assert.equal(after.status, 'active');
    assert.equal((await invoicesOf(ctx, s.id)).length, 1, 'no second invoice for the period');
  });

  test('unpaid for 23 hours it is incomplete_expired, and its invoice is void', async () => {
    const poor = await newCustomer(w);
    await newCard(w, poor, '4000000000000341');
    const s = await subscribe(ctx, { customer: poor, price });
    w.clock.advance(hours(23) + 1_000);
    await bill(w);
    const ended = await subscriptionOf(ctx, s.id);
    assert.equal(ended.status, 'incomplete_expired');
    const [invoice] = await invoicesOf(ctx, s.id);
    assert.equal(invoice.status, 'void');
  });

  test('a card that needs its owner: incomplete with a page to send them to, active when they come back', async () => {
    const careful = await newCustomer(w);
    const needs = (await import('../../src/connectors/simulator/cards.ts')).testCards.find(
      (c) => c.scenario === 'challenge',
    );
    await newCard(w, careful, needs?.number);
    const s = await subscribe(ctx, { customer: careful, price });
    assert.equal(s.status, 'incomplete');
    assert.equal(s.latest_payment.status, 'requires_authentication');
    assert.match(s.latest_payment.checkout_url, /\/pay\/pay_/);
    assert.deepEqual(await refusal(ask(ctx, cancelSubscription, { id: s.id })), ['payment_in_progress', 'id']);
  });

  test('a trial charges nothing until it ends, and then once', async () => {
    const s = await subscribe(ctx, { customer, price, trial_days: 14 });
    assert.deepEqual([s.status, s.latest_payment, s.elapsed_cycles], ['trialing', null, 0]);
    const [free] = await invoicesOf(ctx, s.id);
    assert.deepEqual([free.status, free.total, free.payment], ['paid', 0, null]);
    w.clock.advance(days(15));
    await bill(w);
    const after = await subscriptionOf(ctx, s.id);
    assert.equal(after.status, 'active');
    assert.equal(after.current_period_start, s.trial_end);
    assert.equal((await invoicesOf(ctx, s.id)).length, 2);
  });

  test('the same key makes one subscription and one charge', async () => {
    const body = { customer, price };
    const first = await subscribe(ctx, body, 'sub-key-1');
    const again = await subscribe(ctx, body, 'sub-key-1');
    assert.deepEqual(again, first);
    assert.equal((await invoicesOf(ctx, first.id)).length, 1);
  });

  test('what cannot be sold is refused by the field', async () => {
    const stranger = await newCustomer(w);
    const rows: [Record<string, unknown>, [string, string]][] = [
      [{ customer: 'cus_nobody', price }, ['not_found', 'customer']],
      [{ customer, price: 'price_none' }, ['not_found', 'price']],
      [{ customer: stranger, price }, ['parameter_missing', 'payment_method']],
      [{ customer: stranger, price, payment_method: card }, ['parameter_invalid', 'payment_method']],
      [{ customer, price, currency: 'EUR' }, ['currency_unsupported', 'price']],
      [{ customer, price, trial_days: 3, trial_end: '2040-01-01T00:00:00Z' }, ['parameter_invalid', 'trial_end']],
      [{ customer, price, quantity: 0 }, ['parameter_invalid', 'quantity']],
      [{ customer, price, cycles: 2 }, ['parameter_invalid', 'cycles']],
      [{ customer, price, phases: [{ price }] }, ['parameter_missing', 'cycles']],
    ];
    for (const [body, expected] of rows) assert.deepEqual(await refusal(subscribe(ctx, body)), expected);
  });
});

describe('changing the plan', () => {
  const start = '2027-04-01T00:00:00Z';
  const half = '2027-04-16T00:00:00Z';
  const renewal = '2027-05-02T00:00:00Z';

  async function atHalf(more: Record<string, unknown> = {}) {
    const who = await newCustomer(w, { address: { country: 'DE' } });
    await newCard(w, who);
    const clock = await clockFor(ctx, who, start);
    const s = await subscribe(ctx, { customer: who, price, ...more });
    assert.equal(s.status, 'active');
    await advance(w, ctx, clock, half);
    return { s, clock, who };
  }

  test('prorate_now: the rest is settled at once, as the preview said', async () => {
    const dear = await newPrice(ctx, 3_000);
    const { s } = await atHalf();
    const preview = await ask(ctx, previewSubscription, { id: s.id, price: dear });
    const changed = await ask(ctx, updateSubscription, { id: s.id, price: dear, proration: 'prorate_now' });
    const last = (await invoicesOf(ctx, s.id)).at(-1);
    assert.deepEqual(
      last.lines.map((l: { amount: number }) => l.amount),
      [-500, 1_500],
    );
    assert.deepEqual([last.amount_due, preview.amount_due, changed.item.amount], [1_000, 1_000, 3_000]);
    assert.equal(changed.current_period_end, s.current_period_end);
  });

  test('a downgrade gives credit, and the next invoice takes it', async () => {
    const cheap = await newPrice(ctx, 200);
    const { s, clock } = await atHalf();
    const changed = await ask(ctx, updateSubscription, { id: s.id, price: cheap });
    assert.equal(changed.credit_balance, 400);
    await advance(w, ctx, clock, renewal);
    const last = (await invoicesOf(ctx, s.id)).at(-1);
    assert.deepEqual([last.total, last.credit_applied, last.amount_due, last.status], [200, 200, 0, 'paid']);
    assert.equal((await subscriptionOf(ctx, s.id)).credit_balance, 200);
  });

  test('prorate_next: nothing now, the lines come with the renewal', async () => {
    const dear = await newPrice(ctx, 3_000);
    const { s, clock } = await atHalf();
    const changed = await ask(ctx, updateSubscription, { id: s.id, price: dear, proration: 'prorate_next' });
    assert.deepEqual([changed.pending_amount, changed.item.amount], [1_000, 3_000]);
    assert.equal((await invoicesOf(ctx, s.id)).length, 1);
    await advance(w, ctx, clock, renewal);
    const last = (await invoicesOf(ctx, s.id)).at(-1);
    assert.deepEqual([last.lines.length, last.amount_due], [3, 4_000]);
    assert.equal((await subscriptionOf(ctx, s.id)).pending_amount, 0);
  });

  test('none: the new price begins with the next period; full_now begins a new period now', async () => {
    const dear = await newPrice(ctx, 3_000);
    const { s, clock } = await atHalf();
    await ask(ctx, updateSubscription, { id: s.id, price: dear, proration: 'none' });
    await advance(w, ctx, clock, renewal);
    assert.deepEqual(
      (await invoicesOf(ctx, s.id)).map((i) => i.total),
      [1_000, 3_000],
    );
    const full = await ask(ctx, updateSubscription, { id: s.id, price, proration: 'full_now' });
    assert.equal(full.current_period_start, new Date(renewal).toISOString());
    assert.deepEqual(
      (await invoicesOf(ctx, s.id)).map((i) => i.total),
      [1_000, 3_000, 1_000],
    );
  });

  test('another cycle begins a new period with the unused time given back', async () => {
    const yearly = await newPrice(ctx, 9_000, { recurring: { interval: 'year' } });
    const { s } = await atHalf();
    assert.deepEqual(await refusal(ask(ctx, updateSubscription, { id: s.id, price: yearly, proration: 'none' })), [
      'parameter_invalid',
      'proration',
    ]);
    const changed = await ask(ctx, updateSubscription, { id: s.id, price: yearly });
    assert.equal(changed.current_period_end, '2028-04-16T00:00:00.000Z');
    assert.equal((await invoicesOf(ctx, s.id)).at(-1).amount_due, 8_500);
  });

  test('a change that cannot be paid changes nothing', async () => {
    const dear = await newPrice(ctx, 3_000);
    const { s, who } = await atHalf();
    const bad = await newCard(w, who, '4000000000000341');
    const changed = await ask(ctx, updateSubscription, { id: s.id, price: dear, payment_method: bad });
    assert.deepEqual([changed.status, changed.item.amount, changed.open_invoice], ['active', 1_000, null]);
    assert.equal(changed.latest_payment.status, 'failed');
    assert.deepEqual(
      (await invoicesOf(ctx, s.id)).map((i) => i.status),
      ['paid', 'void'],
    );
  });

  test('at the end of the period: scheduled, can be taken back, and takes effect with the renewal', async () => {
    const dear = await newPrice(ctx, 3_000);
    const { s, clock } = await atHalf();
    const later = await ask(ctx, updateSubscription, { id: s.id, price: dear, at: 'period_end' });
    assert.equal(later.item.amount, 1_000);
    assert.equal(later.upcoming_item.amount, 3_000);
    assert.equal((await ask(ctx, previewSubscription, { id: s.id })).amount_due, 3_000);
    const back = await ask(ctx, cancelPlanChange, { id: s.id });
    assert.equal(back.upcoming_item.amount, 1_000);
    await ask(ctx, updateSubscription, { id: s.id, price: dear, at: 'period_end' });
    await advance(w, ctx, clock, renewal);
    assert.deepEqual(
      (await invoicesOf(ctx, s.id)).map((i) => i.total),
      [1_000, 3_000],
    );
  });

  test('a price edit leaves old subscribers alone, also when only their quantity changes', async () => {
    const edited = await newPrice(ctx, 1_000);
    const { s, clock } = await atHalf({ price: edited });
    await ask(ctx, updatePrice, { id: edited, amounts: [{ currency: 'USD', unit_amount: 9_900 }] });
    await ask(ctx, updateSubscription, { id: s.id, quantity: 2, proration: 'none' });
    await advance(w, ctx, clock, renewal);
    assert.deepEqual(
      (await invoicesOf(ctx, s.id)).map((i) => i.total),
      [1_000, 2_000],
    );
  });

  test('phases: two months cheap, then the full price', async () => {
    const dear = await newPrice(ctx, 3_000);
    const who = await newCustomer(w);
    await newCard(w, who);
    const clock = await clockFor(ctx, who, start);
    const s = await subscribe(ctx, { customer: who, price, cycles: 2, phases: [{ price: dear }] });
    await advance(w, ctx, clock, '2027-07-15T00:00:00Z');
    assert.deepEqual(
      (await invoicesOf(ctx, s.id)).map((i) => i.total),
      [1_000, 1_000, 3_000, 3_000],
    );
  });
});

describe('ending and resting', () => {
  const start = '2027-01-31T09:00:00Z';
  async function running() {
    const who = await newCustomer(w);
    await newCard(w, who);
    const clock = await clockFor(ctx, who, start);
    return { clock, s: await subscribe(ctx, { customer: who, price }) };
  }

  test('at the end of the period, taken back, said again; then it ends, and nothing is charged after it', async () => {
    const { s, clock } = await running();
    const set = await ask(ctx, cancelSubscription, { id: s.id, reason: 'Too dear', reason_code: 'too_expensive' });
    assert.deepEqual([set.status, set.cancel_at_period_end, set.cancel_at], ['active', true, s.current_period_end]);
    const kept = await ask(ctx, revokeCancellation, { id: s.id });
    assert.deepEqual([kept.cancel_at_period_end, kept.cancel_at, kept.cancel_reason], [false, null, null]);
    await ask(ctx, cancelSubscription, { id: s.id, reason: 'Too dear', reason_code: 'too_expensive' });
    await advance(w, ctx, clock, '2027-06-01T00:00:00Z');
    const ended = await subscriptionOf(ctx, s.id);
    assert.deepEqual(
      [ended.status, ended.ended_at, ended.cancel_reason_code],
      ['canceled', s.current_period_end, 'too_expensive'],
    );
    assert.equal((await invoicesOf(ctx, s.id)).length, 1);
    assert.deepEqual(await refusal(ask(ctx, revokeCancellation, { id: s.id })), ['state_invalid', 'id']);
  });

  test('now: it ends at once and nothing is given back', async () => {
    const { s } = await running();
    const ended = await ask(ctx, cancelSubscription, { id: s.id, at: 'now' });
    assert.equal(ended.status, 'canceled');
    assert.equal((await w.call('GET', `/v1/payments/${s.latest_payment.id}`)).body.amount_refunded, 0);
  });

  test('paused over the end of its period: nothing is charged, and a new period begins when it is resumed', async () => {
    const { s, clock } = await running();
    await ask(ctx, pauseSubscription, { id: s.id });
    await advance(w, ctx, clock, '2027-04-10T12:00:00Z');
    assert.equal((await invoicesOf(ctx, s.id)).length, 1);
    const back = await ask(ctx, resumeSubscription, { id: s.id });
    assert.deepEqual([back.paused, back.current_period_start], [false, '2027-04-10T12:00:00.000Z']);
    assert.equal((await invoicesOf(ctx, s.id)).length, 2);
    await ask(ctx, pauseSubscription, { id: s.id, resumes_at: '2027-04-20T00:00:00Z' });
    await advance(w, ctx, clock, '2027-05-11T00:00:00Z');
    const invoices = await invoicesOf(ctx, s.id);
    assert.deepEqual(invoices.map((i) => i.period_start).slice(1), [
      '2027-04-10T12:00:00.000Z',
      '2027-05-10T12:00:00.000Z',
    ]);
  });
});

test('lists by status, customer, price and period, newest first; strangers see nothing', async () => {
  const own = await newPrice(ctx, 700);
  const a = await subscribe(ctx, { customer, price: own });
  const b = await subscribe(ctx, { customer, price: own });
  const ids = async (input: Record<string, unknown>) =>
    (await ask(ctx, listSubscriptions, input)).data.map((s: { id: string }) => s.id);
  assert.deepEqual(await ids({ price: own }), [b.id, a.id]);
  assert.deepEqual(await ids({ price: own, limit: 1, starting_after: b.id }), [a.id]);
  assert.deepEqual(await ids({ price: own, status: ['canceled'] }), []);
  assert.deepEqual(await ids({ customer, price: own, status: ['active', 'past_due'] }), [b.id, a.id]);
  assert.deepEqual(await ids({ price: own, current_period_end_to: a.current_period_end }), []);
  const stranger = w.ctx(w.other);
  assert.deepEqual((await ask(stranger, listSubscriptions, {})).data, []);
  assert.deepEqual(await refusal(ask(stranger, getSubscription, { id: a.id })), ['not_found', 'id']);
});
