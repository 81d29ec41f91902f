// Coupons and promotion codes on subscriptions: what is taken off which invoice, and how often a code was used. What must not appear: a
// discount beyond its time, more given back than was paid, a use that counts twice or is lost.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import { voidInvoice } from '../../src/billing/manage-invoices.ts';
import { previewSubscription } from '../../src/billing/preview-subscription.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { createTaxRate } from '../../src/catalog/manage-tax-rates.ts';
import { deleteCoupon } from '../../src/coupons/manage-coupons.ts';
import { getPromotionCode } from '../../src/coupons/manage-promotion-codes.ts';
import { hours } from '../../src/kit/clock.ts';
import type { Ctx } from '../../src/operation/context.ts';
import {
  advance,
  ask,
  bill,
  clockFor,
  invoicesOf,
  newCard,
  newPayer,
  newPrice,
  openBilling,
  subscribe,
  subscriptionOf,
} from '../kit/billing.ts';
import { newCode, newCoupon, refusal } from '../kit/usage.ts';
import { closeProven, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let price: string;

before(async () => {
  ({ w, ctx, price } = await openBilling());
});
after(() => closeProven(w));

let payers = 0;
const payer = (more: Record<string, unknown> = {}, number?: string): Promise<string> =>
  newPayer(w, { email: `payer-${++payers}@example.com`, ...more }, number);
const counts = async (id: string) => {
  const { times_reserved, times_redeemed } = await ask(ctx, getPromotionCode, { id });
  return [times_reserved, times_redeemed];
};
const amounts = async (id: string) =>
  (await invoicesOf(ctx, id)).map((one) => [one.subtotal, one.discount, one.amount_due]);

describe('how long it lasts', () => {
  const start = '2027-01-31T00:00:00Z';
  async function months(code: Record<string, unknown>, to: string, more: Record<string, unknown> = {}) {
    const customer = await payer();
    const clock = await clockFor(ctx, customer, start);
    const s = await subscribe(ctx, { customer, price, promotion_code: code['id'], ...more });
    await advance(w, ctx, clock, to);
    return s.id as string;
  }

  test('once: the first invoice alone', async () => {
    const code = await newCode(ctx);
    const id = await months(code, '2027-03-31T12:00:00Z');
    assert.deepEqual(await amounts(id), [
      [1_000, 250, 750],
      [1_000, 0, 1_000],
      [1_000, 0, 1_000],
    ]);
    assert.deepEqual(await counts(code.id), [0, 1]);
  });

  test('once, after a trial: the first invoice with an amount, not the trial’s', async () => {
    const code = await newCode(ctx);
    const id = await months(code, '2027-03-20T00:00:00Z', { trial_days: 14 });
    assert.deepEqual(await amounts(id), [
      [0, 0, 0],
      [1_000, 250, 750],
      [1_000, 0, 1_000],
    ]);
    assert.deepEqual(await counts(code.id), [0, 1], 'a trial that began has used it');
  });

  test('repeating: as many months as it says, also of periods that began on the 31st', async () => {
    const code = await newCode(ctx, { duration: 'repeating', duration_months: 3 });
    const id = await months(code, '2027-05-31T12:00:00Z');
    assert.deepEqual(
      (await amounts(id)).map(([, discount]) => discount),
      [250, 250, 250, 0, 0],
    );
  });

  test('forever, whatever becomes of the coupon', async () => {
    const code = await newCode(ctx, { fixed_amounts: { USD: 300 }, duration: 'forever' });
    const customer = await payer();
    const clock = await clockFor(ctx, customer, start);
    const s = await subscribe(ctx, { customer, price, promotion_code: code.code.toLowerCase() });
    assert.deepEqual([s.discount.code, s.discount.ends_at, s.discount.invoice], [code.code, null, null]);
    await ask(ctx, deleteCoupon, { id: code.coupon });
    await advance(w, ctx, clock, '2027-02-28T12:00:00Z');
    assert.deepEqual(
      (await amounts(s.id)).map(([, discount]) => discount),
      [300, 300],
    );
    const [first] = await invoicesOf(ctx, s.id);
    assert.deepEqual(first.discounts, [
      { coupon: code.coupon, name: 'Welcome', promotion_code: code.id, code: code.code, amount: 300 },
    ]);
  });
});

describe('what it takes off', () => {
  test('never more than there is; an invoice of nothing is paid, and the subscription runs', async () => {
    const code = await newCode(ctx, { fixed_amounts: { USD: 5_000 }, duration: 'once' });
    const s = await subscribe(ctx, { customer: await payer(), price, promotion_code: code.id });
    assert.deepEqual([s.status, s.latest_payment], ['active', null]);
    assert.deepEqual(await amounts(s.id), [[1_000, 1_000, 0]]);
    assert.deepEqual(await counts(code.id), [0, 1]);
  });

  test('taxes are of what is left', async () => {
    await ask(ctx, createTaxRate, { display_name: 'USt', country: 'AT', rate_ppm: 200_000, inclusive: false });
    const coupon = await newCoupon(ctx);
    const customer = await payer({ address: { country: 'AT' } });
    const s = await subscribe(ctx, { customer, price, coupon, automatic_tax: true });
    const [invoice] = await invoicesOf(ctx, s.id);
    assert.deepEqual([invoice.subtotal, invoice.discount, invoice.tax, invoice.total], [1_000, 250, 150, 900]);
    assert.deepEqual([invoice.lines[0].discount, invoice.lines[0].tax], [250, 150]);
    assert.equal(s.discount.promotion_code, null, 'given by the merchant, without a code');
  });

  test('only the products that it applies to: else it is refused, and after a change of plan it rests', async () => {
    const other = await newPrice(ctx, 2_000);
    const code = await newCode(ctx, { applies_to: 'prices', prices: [price], duration: 'forever' });
    const customer = await payer();
    assert.deepEqual(await refusal(subscribe(ctx, { customer, price: other, promotion_code: code.id })), [
      'promotion_code_refused',
      'promotion_code',
    ]);
    const s = await subscribe(ctx, { customer, price, promotion_code: code.id });
    const next = await ask(ctx, previewSubscription, { id: s.id });
    assert.deepEqual([next.subtotal, next.discount, next.amount_due], [1_000, 250, 750]);
    const changed = await ask(ctx, previewSubscription, { id: s.id, price: other, at: 'period_end' });
    assert.deepEqual([changed.discount, changed.amount_due], [0, 2_000]);
  });

  test('a change of plan gives back what was really paid, and discounts what it charges', async () => {
    const better = await newPrice(ctx, 2_000);
    const code = await newCode(ctx, { duration: 'forever' });
    const customer = await payer();
    const clock = await clockFor(ctx, customer, '2027-04-01T00:00:00Z');
    const s = await subscribe(ctx, { customer, price, promotion_code: code.id });
    await advance(w, ctx, clock, '2027-04-16T00:00:00Z');
    const said = await ask(ctx, previewSubscription, { id: s.id, price: better });
    // Half of 7.50 back; half of 20.00 less a quarter.
    assert.deepEqual([said.subtotal, said.discount, said.total], [625, 250, 375]);
    const done = await ask(ctx, updateSubscription, { id: s.id, price: better });
    assert.equal(done.latest_payment.amount, 375);
    const back = await ask(ctx, previewSubscription, { id: s.id, price });
    assert.equal(back.total, 375 - 750, 'what was just charged comes back, and no more');
  });

  test('a fixed amount takes its part off a part of a period', async () => {
    const better = await newPrice(ctx, 2_000);
    const coupon = await newCoupon(ctx, { fixed_amounts: { USD: 400 }, duration: 'forever' });
    const customer = await payer();
    const clock = await clockFor(ctx, customer, '2027-04-01T00:00:00Z');
    const s = await subscribe(ctx, { customer, price, coupon });
    await advance(w, ctx, clock, '2027-04-16T00:00:00Z');
    const said = await ask(ctx, previewSubscription, { id: s.id, price: better });
    assert.deepEqual([said.subtotal, said.discount, said.total], [-300 + 1_000, 200, 500]);
    const later = await ask(ctx, updateSubscription, { id: s.id, price: better, proration: 'prorate_next' });
    assert.equal(later.pending_amount, 700);
    await advance(w, ctx, clock, '2027-05-01T12:00:00Z');
    const invoice = (await invoicesOf(ctx, s.id)).at(-1);
    assert.deepEqual([invoice.subtotal, invoice.discount, invoice.total], [2_700, 600, 2_100]);
  });
});

describe('given, replaced, taken away', () => {
  test('by an update, from the next invoice on; null takes it away', async () => {
    const customer = await payer();
    const clock = await clockFor(ctx, customer, '2027-04-01T00:00:00Z');
    const s = await subscribe(ctx, { customer, price });
    const code = await newCode(ctx, { duration: 'forever' });
    const looked = await ask(ctx, previewSubscription, { id: s.id, promotion_code: code.code });
    assert.equal(looked.discount, 250);
    assert.deepEqual(await counts(code.id), [0, 0], 'a preview uses nothing up');
    await ask(ctx, updateSubscription, { id: s.id, promotion_code: code.code });
    await Promise.all([1, 2].map(() => ask(ctx, updateSubscription, { id: s.id, promotion_code: code.id })));
    assert.deepEqual(await counts(code.id), [0, 1], 'said again it is not used again');
    await advance(w, ctx, clock, '2027-05-02T00:00:00Z');
    const gone = await ask(ctx, updateSubscription, { id: s.id, promotion_code: null });
    assert.equal(gone.discount, null);
    await advance(w, ctx, clock, '2027-06-02T00:00:00Z');
    assert.deepEqual(
      (await amounts(s.id)).map(([, discount]) => discount),
      [0, 250, 0],
    );
  });

  test('a change that could not be paid gives a code that counts once back', async () => {
    const better = await newPrice(ctx, 9_000);
    const customer = await payer();
    const clock = await clockFor(ctx, customer, '2027-04-01T00:00:00Z');
    const s = await subscribe(ctx, { customer, price });
    const bad = await newCard(w, customer, '4000000000000341');
    const coupon = await newCoupon(ctx);
    await advance(w, ctx, clock, '2027-04-16T00:00:00Z');
    const refused = await ask(ctx, updateSubscription, { id: s.id, coupon, payment_method: bad, price: better });
    assert.equal(refused.latest_payment.status, 'failed');
    const now = await subscriptionOf(ctx, s.id);
    assert.deepEqual([now.item.amount, now.discount.coupon, now.discount.invoice], [1_000, coupon, null]);
  });
});

describe('how often a code was used', () => {
  test('reserved while the first payment is open, counted when it is paid, free again when it never was', async () => {
    const code = await newCode(ctx, {}, { max_redemptions: 1 });
    const poor = await payer({}, '4000000000000341');
    const s = await subscribe(ctx, { customer: poor, price, promotion_code: code.id });
    assert.equal(s.status, 'incomplete');
    assert.deepEqual(await counts(code.id), [1, 0]);
    const rich = await payer();
    const used = ['promotion_code_refused', 'promotion_code'];
    assert.deepEqual(await refusal(subscribe(ctx, { customer: rich, price, promotion_code: code.id })), used);
    w.clock.advance(hours(23) + 1_000);
    await bill(w);
    assert.deepEqual(await counts(code.id), [0, 0]);
    const second = await subscribe(ctx, { customer: rich, price, promotion_code: code.id });
    assert.equal(second.status, 'active');
    assert.deepEqual(await counts(code.id), [0, 1]);
  });

  test('canceled or voided before it began: free again', async () => {
    const code = await newCode(ctx);
    const poor = await payer({}, '4000000000000341');
    const one = await subscribe(ctx, { customer: poor, price, promotion_code: code.id });
    await ask(ctx, cancelSubscription, { id: one.id });
    const two = await subscribe(ctx, { customer: poor, price, promotion_code: code.id });
    await ask(ctx, voidInvoice, { id: two.open_invoice });
    assert.deepEqual(await counts(code.id), [0, 0]);
  });

  test('paid later with another card: counted once', async () => {
    const code = await newCode(ctx);
    const poor = await payer({}, '4000000000000341');
    const s = await subscribe(ctx, { customer: poor, price, promotion_code: code.id });
    const good = await newCard(w, poor);
    assert.equal((await ask(ctx, updateSubscription, { id: s.id, payment_method: good })).status, 'active');
    assert.deepEqual(await counts(code.id), [0, 1]);
  });

  test('every limit of a code holds, and says which it is', async () => {
    const customer = await payer();
    const once = await newCode(ctx, {}, { max_per_customer: 1 });
    await subscribe(ctx, { customer, price, promotion_code: once.id });
    const first = await newCode(ctx, {}, { first_order_only: true });
    const rich = await newCode(ctx, { minimum_amounts: { USD: 1_001 } });
    const theirs = await newCode(ctx, {}, { customers: [await payer()] });
    const euros = await newCode(ctx, { fixed_amounts: { EUR: 100 } });
    const coupon = await newCoupon(ctx, { max_redemptions: 1 });
    await subscribe(ctx, { customer, price, coupon });
    const rows: [Record<string, unknown>, RegExp, string][] = [
      [{ promotion_code: once.id }, /used this promotion code as often/, 'promotion_code'],
      [{ promotion_code: first.id }, /first order/, 'promotion_code'],
      [{ promotion_code: rich.id }, /10\.01/, 'promotion_code'],
      [{ promotion_code: theirs.id }, /other customers/, 'promotion_code'],
      [{ promotion_code: euros.id }, /USD/, 'promotion_code'],
      [{ promotion_code: 'NO-SUCH' }, /no such/, 'promotion_code'],
      [{ coupon }, /coupon was used/, 'coupon'],
    ];
    for (const [more, words, param] of rows) {
      const reply = await w.call('POST', '/v1/subscriptions', { customer, price, ...more });
      assert.equal(reply.status, 422, reply.text);
      assert.equal(reply.body.code, 'promotion_code_refused');
      assert.equal(reply.body.param, param);
      assert.match(reply.body.detail, words);
    }
    const both = await w.call('POST', '/v1/subscriptions', { customer, price, coupon, promotion_code: once.id });
    assert.deepEqual([both.status, both.body.param], [400, 'coupon']);
    const none = await w.call('POST', '/v1/subscriptions', { customer, price, coupon: 'coup_none' });
    assert.deepEqual([none.status, none.body.param], [404, 'coupon']);
  });
});
