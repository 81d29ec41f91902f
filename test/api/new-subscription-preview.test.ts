// What a new subscription would come to. What must not appear: another amount than the one that is charged afterwards, a row, a use of a
// coupon, an answer about somebody else's customer.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { previewNewSubscription } from '../../src/billing/preview-new-subscription.ts';
import { previewSubscription } from '../../src/billing/preview-subscription.ts';
import { createTaxRate } from '../../src/catalog/manage-tax-rates.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { ask, clockFor, invoicesOf, newPayer, newPrice, openBilling, subscribe } from '../kit/billing.ts';
import { changedTables, rowCounts } from '../kit/row-counts.ts';
import { newCode, newCoupon, newMeter, refusal, usagePrice } from '../kit/usage.ts';
import { closeProven, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let price: string;

before(async () => {
  ({ w, ctx, price } = await openBilling(3_000));
  await ask(ctx, createTaxRate, { display_name: 'VAT', country: 'DE', rate_ppm: 190_000, inclusive: false });
});
after(() => closeProven(w));

const address = { country: 'DE', line1: 'Unter den Linden 1', city: 'Berlin', postal_code: '10115' };
let payers = 0;
/** By a clock that stands, so that what is asked twice is of the same moment. */
async function payer(): Promise<string> {
  const customer = await newPayer(w, { email: `payer-${++payers}@example.com`, address });
  await clockFor(ctx, customer, '2027-04-16T00:00:00Z');
  return customer;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
const sums = ({ subtotal, discount, tax, total, amount_due, due_at, period_start, period_end }: any) => ({
  subtotal,
  discount,
  tax,
  total,
  amount_due,
  due_at,
  period_start,
  period_end,
});

describe('the invoice that is written is the one that was shown, and so is the one after it', () => {
  const cases: Record<string, () => Promise<Record<string, unknown>>> = {
    'a quantity, with tax': async () => ({ quantity: 2, automatic_tax: true }),
    'a coupon once: the next invoice is in full': async () => ({
      coupon: await newCoupon(ctx, { percentage_bps: 2_500, duration: 'once' }),
      automatic_tax: true,
    }),
    'a code for three months, after a trial': async () => ({
      promotion_code: (await newCode(ctx, { percentage_bps: 1_000, duration: 'repeating', duration_months: 3 })).id,
      trial_days: 14,
    }),
    'a billing day: a part first': async () => ({ billing_day: 1 }),
    'a billing day after a trial': async () => ({ billing_day: 1, trial_days: 14 }),
    'sent, and due in time': async () => ({ collection_method: 'send_invoice', days_until_due: 10 }),
    'another plan after one period': async () => ({
      cycles: 1,
      phases: [{ price: await newPrice(ctx, 5_000), quantity: 3 }],
    }),
    'by usage': async () => ({ price: await usagePrice(ctx, (await newMeter(ctx)).id) }),
  };
  for (const [name, more] of Object.entries(cases)) {
    test(name, async () => {
      const input = { customer: await payer(), price, ...(await more()) };
      const before_ = await rowCounts(w);
      const shown = await ask(ctx, previewNewSubscription, input);
      assert.deepEqual(changedTables(before_, await rowCounts(w)), [], 'nothing is written');
      const made = await subscribe(ctx, input);
      const [first] = await invoicesOf(ctx, made.id);
      assert.deepEqual(sums(shown.first_invoice), sums(first));
      assert.equal(shown.charged_now, first.collection_method === 'send_invoice' ? 0 : (first.amount_paid ?? 0));
      const next = await ask(ctx, previewSubscription, { id: made.id });
      assert.deepEqual(sums(shown.next_invoice), sums(next));
      assert.deepEqual(shown.next_invoice.item, next.item);
      assert.deepEqual([shown.trial_end, shown.currency], [made.trial_end, made.currency]);
    });
  }
});

test('a coupon that is given once is on the first invoice alone', async () => {
  const coupon = await newCoupon(ctx, { percentage_bps: 2_500, duration: 'once' });
  const { first_invoice, next_invoice } = await ask(ctx, previewNewSubscription, {
    customer: await payer(),
    price,
    coupon,
  });
  assert.deepEqual([first_invoice.amount_due, next_invoice.amount_due], [2_250, 3_000]);
  assert.equal(first_invoice.discounts[0].coupon, coupon);
});

test('a price that was edited after it was shown is refused, and nothing is begun', async () => {
  const edited = await newPrice(ctx, 1_000);
  const input = { customer: await payer(), price: edited };
  const { price_snapshot } = (await ask(ctx, previewNewSubscription, input)).first_invoice.item;
  const changed = await w.call('PATCH', `/v1/prices/${edited}`, { amounts: [{ currency: 'USD', unit_amount: 9_000 }] });
  assert.equal(changed.status, 200, changed.text);
  const rows = await rowCounts(w);
  const told = await refusal(subscribe(ctx, { ...input, price_snapshot }));
  assert.deepEqual(told, ['state_invalid', 'price_snapshot']);
  assert.deepEqual(changedTables(rows, await rowCounts(w)), []);
  const now = (await ask(ctx, previewNewSubscription, input)).first_invoice;
  const made = await subscribe(ctx, { ...input, price_snapshot: now.item.price_snapshot });
  assert.deepEqual([made.status, made.latest_payment.amount, now.amount_due], ['active', 9_000, 9_000]);
});

test('what creating it would refuse is refused for the same field', async () => {
  const customer = await payer();
  const bare = (await w.call('POST', '/v1/customers', { email: 'bare@example.com' })).body.id;
  for (const input of [
    { customer: bare, price },
    { customer, price, promotion_code: 'NOPE' },
    { customer, price: `price_${'0'.repeat(26)}` },
    { customer, price, trial_days: 3, trial_end: '2027-05-01T00:00:00Z' },
    { customer, price, cycles: 2 },
    { customer, price, days_until_due: 3 },
  ]) {
    const told = await refusal(ask(ctx, previewNewSubscription, input));
    assert.deepEqual(told, await refusal(subscribe(ctx, input)), JSON.stringify(input));
  }
});

test('a stranger’s customer is not there, and a publishable key asks in vain', async () => {
  const customer = await payer();
  const body = { customer, price };
  const path = '/v1/subscriptions/preview';
  assert.equal((await w.call('POST', path, body)).status, 200);
  assert.equal((await w.call('POST', path, body, { as: w.other.secret })).status, 404);
  assert.equal((await w.call('POST', path, body, { as: w.tenant.publishable })).status, 403);
});
