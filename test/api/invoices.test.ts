// Invoices and what happens when one cannot be paid. What must not appear: a gap or a repeat in the numbers, a try with a card that was
// declined for good, a charge after the invoice was voided or given up, tax that does not add up.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import {
  getInvoice,
  listInvoices,
  markInvoiceUncollectible,
  payInvoice,
  voidInvoice,
} from '../../src/billing/manage-invoices.ts';
import { retryWithNewCard } from '../../src/billing/new-card.ts';
import { getBillingSettings, updateBillingSettings } from '../../src/billing/settings.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { createTaxRate } from '../../src/catalog/manage-tax-rates.ts';
import { listEvents } from '../../src/events/read-events.ts';
import type { Ctx } from '../../src/operation/context.ts';
import {
  advance,
  ask,
  begin,
  changeCard,
  clockFor,
  invoicesOf,
  loseCard,
  lost,
  newCard,
  newCustomer,
  newPrice,
  openBilling,
  poor,
  subscribe,
  subscriptionOf,
} from '../kit/billing.ts';
import { refusal } from '../kit/usage.ts';
import type { World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let price: string;

before(async () => {
  ({ w, ctx, price } = await openBilling());
});
after(() => w.close());

/** Runs from 1 January 2027; its card is `number` from the second period on. */
async function failing(number: string) {
  const made = await begin(w, ctx, { price });
  return { ...made, good: made.card, bad: await changeCard(w, ctx, made, number) };
}
const tries = async (customer: string) =>
  (await w.call('GET', `/v1/payments?customer=${customer}&limit=100`)).body.data.length;

describe('a renewal that cannot be paid', () => {
  test('is tried again after 2, 5, 7 and 7 days; then it is given up and the subscription ends', async () => {
    const { customer, clock, id } = await failing(poor);
    await ask(ctx, updateSubscription, { id, payment_method: await newCard(w, customer, poor) });
    await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: await newCard(w, customer, poor) });
    const days = [1, 3, 8, 15, 22];
    for (const [i, day] of days.entries()) {
      const at = `2027-02-${String(day).padStart(2, '0')}T00:00:00.000Z`;
      await advance(w, ctx, clock, at);
      const last = (await invoicesOf(ctx, id)).at(-1);
      assert.equal(last.charges, i + 1, `tried on day ${day}`);
      assert.equal(last.decline_code, 'insufficient_funds');
      assert.equal((await subscriptionOf(ctx, id)).status, i < 4 ? 'past_due' : 'canceled');
      assert.equal(last.status, i < 4 ? 'open' : 'uncollectible');
      if (i < 3) assert.equal(last.next_charge_at, `2027-02-${String(days[i + 1]).padStart(2, '0')}T00:00:00.000Z`);
    }
    await advance(w, ctx, clock, '2027-08-01T00:00:00Z');
    assert.equal(await tries(customer), 6, 'the first period, and five tries of the second');
    const ended = await subscriptionOf(ctx, id);
    assert.deepEqual([ended.cancel_reason_code, ended.open_invoice], ['payment_failed', null]);
    assert.equal((await invoicesOf(ctx, id)).length, 2);
  });

  test('a hard decline is not tried again with that card; the customer’s other card is', async () => {
    const { customer, clock, good, id } = await failing(lost);
    await advance(w, ctx, clock, '2027-02-02T00:00:00Z');
    const last = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual(
      [last.charges, last.decline_code, last.next_charge_at],
      [1, 'lost_card', '2027-02-22T00:00:00.000Z'],
    );
    await advance(w, ctx, clock, '2027-02-21T00:00:00Z');
    assert.equal((await invoicesOf(ctx, id)).at(-1).charges, 1, 'not tried again');
    assert.ok(good);
    await retryWithNewCard(ctx, customer);
    const paid = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual([paid.status, paid.charges], ['paid', 2]);
    assert.equal((await subscriptionOf(ctx, id)).status, 'active');
    await retryWithNewCard(ctx, customer);
    assert.equal(await tries(customer), 3, 'a reaction that runs twice charges once');
  });

  test('without another card a hard decline ends with the schedule, and was tried once', async () => {
    const { customer, clock, good, id } = await failing(lost);
    await loseCard(w, good);
    await advance(w, ctx, clock, '2027-03-15T00:00:00Z');
    assert.equal((await subscriptionOf(ctx, id)).status, 'canceled');
    assert.equal((await invoicesOf(ctx, id)).at(-1).status, 'uncollectible');
    assert.equal(await tries(customer), 2);
  });

  test('what fails when the wait is over is given up: two cards that were declined for good do not take turns', async () => {
    const { customer, clock, good, id } = await failing(lost);
    await loseCard(w, good);
    await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: await newCard(w, customer, lost) });
    await advance(w, ctx, clock, '2027-02-23T00:00:00Z');
    const last = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual([last.status, last.charges, last.decline_code], ['uncollectible', 2, 'lost_card']);
    assert.equal((await subscriptionOf(ctx, id)).status, 'canceled');
  });

  test('the card that was declined for good, chosen again, ends nothing: another one has until the end of the schedule', async () => {
    const { customer, clock, bad, id } = await failing(lost);
    await advance(w, ctx, clock, '2027-02-02T00:00:00Z');
    await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: bad });
    for (const payment_method of [null, bad]) {
      const kept = await ask(ctx, updateSubscription, { id, payment_method });
      assert.equal(kept.status, 'past_due');
    }
    const last = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual([last.status, last.charges, last.next_charge_at], ['open', 1, '2027-02-22T00:00:00.000Z']);
  });

  test('who presses "pay" again and again, or brings poor cards, spends no try of the schedule', async () => {
    const { customer, clock, id } = await failing(poor);
    await advance(w, ctx, clock, '2027-02-01T00:00:00Z');
    const last = (await invoicesOf(ctx, id)).at(-1);
    for (let presses = 5; presses > 0; presses--) {
      const tried = await ask(ctx, payInvoice, { id: last.id });
      assert.deepEqual([tried.status, tried.next_charge_at], ['open', last.next_charge_at]);
    }
    await ask(ctx, updateSubscription, { id, payment_method: await newCard(w, customer, poor) });
    const after = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual([after.status, after.charges, after.next_charge_at], ['open', 7, last.next_charge_at]);
    await advance(w, ctx, clock, '2027-02-21T00:00:00Z');
    assert.equal((await subscriptionOf(ctx, id)).status, 'past_due');
    await advance(w, ctx, clock, '2027-02-22T00:00:00Z');
    assert.equal((await subscriptionOf(ctx, id)).status, 'canceled');
    assert.equal((await invoicesOf(ctx, id)).at(-1).charges, 11, 'four tries by the schedule, whatever came between');
  });

  test('another card that is declined for good is not tried again, and ends nothing before the schedule does', async () => {
    const { customer, clock, good, bad, id } = await failing(poor);
    await advance(w, ctx, clock, '2027-02-01T00:00:00Z');
    await ask(ctx, updateSubscription, { id, payment_method: await newCard(w, customer, lost) });
    for (const card of [good, bad]) await loseCard(w, card);
    await advance(w, ctx, clock, '2027-02-21T00:00:00Z');
    assert.equal((await subscriptionOf(ctx, id)).status, 'past_due');
    await advance(w, ctx, clock, '2027-02-22T00:00:00Z');
    assert.equal((await subscriptionOf(ctx, id)).status, 'canceled');
    assert.equal(await tries(customer), 3, 'the first period, and each card once');
  });

  test('without a schedule it is given up at once, and the subscription is told to be past due', async () => {
    const before = await ask(ctx, getBillingSettings, {});
    await ask(ctx, updateBillingSettings, { retry_days: [], after_retries: 'keep_past_due' });
    const { clock, id } = await failing(poor);
    await advance(w, ctx, clock, '2027-02-02T00:00:00Z');
    assert.equal((await invoicesOf(ctx, id)).at(-1).status, 'uncollectible');
    assert.equal((await subscriptionOf(ctx, id)).status, 'past_due');
    const told = await ask(ctx, listEvents, { object_id: id, type: 'subscription.past_due' });
    assert.deepEqual(
      told.data.map((event: { data: { status: string } }) => event.data.status),
      ['past_due'],
    );
    await ask(ctx, updateBillingSettings, { retry_days: before.retry_days, after_retries: before.after_retries });
  });

  test('a new card is charged at once, and the periods that waited are billed after it', async () => {
    const { customer, clock, id } = await failing(poor);
    await advance(w, ctx, clock, '2027-02-10T00:00:00Z');
    assert.equal((await subscriptionOf(ctx, id)).status, 'past_due');
    const after = await ask(ctx, updateSubscription, { id, payment_method: await newCard(w, customer) });
    assert.deepEqual([after.status, after.open_invoice], ['active', null]);
    await advance(w, ctx, clock, '2027-03-02T00:00:00Z');
    assert.deepEqual(
      (await invoicesOf(ctx, id)).map((i) => [i.status, i.period_start.slice(0, 10)]),
      [
        ['paid', '2027-01-01'],
        ['paid', '2027-02-01'],
        ['paid', '2027-03-01'],
      ],
    );
  });

  test('the card of the subscription is gone: the customer’s default is charged', async () => {
    const { customer, clock, bad, id } = await failing(poor);
    await loseCard(w, bad);
    await advance(w, ctx, clock, '2027-02-01T00:00:00Z');
    assert.equal((await invoicesOf(ctx, id)).at(-1).status, 'paid');
    assert.equal(await tries(customer), 2);
  });

  test('no card at all: nothing is charged, and it ends with the schedule', async () => {
    const { customer, clock, bad, good, id } = await failing(poor);
    await loseCard(w, bad);
    await loseCard(w, good);
    await advance(w, ctx, clock, '2027-02-02T00:00:00Z');
    const last = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual([last.status, last.decline_code, last.charges], ['open', 'payment_method_missing', 0]);
    await advance(w, ctx, clock, '2027-03-15T00:00:00Z');
    assert.equal((await subscriptionOf(ctx, id)).status, 'canceled');
    assert.equal(await tries(customer), 1);
  });

  test('the schedule is a setting; kept past due, it rests until somebody pays', async () => {
    const before = await ask(ctx, getBillingSettings, {});
    assert.deepEqual([before.retry_days, before.after_retries], [[2, 5, 7, 7], 'cancel']);
    await ask(ctx, updateBillingSettings, { retry_days: [1], after_retries: 'keep_past_due' });
    const { customer, clock, id } = await failing(poor);
    await advance(w, ctx, clock, '2027-04-01T00:00:00Z');
    const last = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual([last.status, last.charges], ['uncollectible', 2]);
    assert.equal((await subscriptionOf(ctx, id)).status, 'past_due');
    const paid = await ask(ctx, payInvoice, { id: last.id, payment_method: await newCard(w, customer) });
    assert.deepEqual([paid.status, paid.latest_payment.status], ['paid', 'completed']);
    assert.equal((await subscriptionOf(ctx, id)).status, 'active');
    await ask(ctx, updateBillingSettings, { retry_days: before.retry_days, after_retries: 'cancel' });
    assert.deepEqual(await refusal(ask(ctx, updateBillingSettings, { retry_days: [0] })), [
      'parameter_invalid',
      'retry_days[0]',
    ]);
  });

  test('changes of the settings at once: none writes over another', async () => {
    const before = await ask(ctx, getBillingSettings, {});
    const wanted = { retry_days: [3, 3], after_retries: 'keep_past_due', after_due_days: 40, reminder_days: [-7] };
    await Promise.all(
      Object.entries(wanted).map(([name, value]) => ask(ctx, updateBillingSettings, { [name]: value })),
    );
    const { object: _, ...settings } = before;
    assert.deepEqual(await ask(ctx, getBillingSettings, {}), { ...before, ...wanted });
    await ask(ctx, updateBillingSettings, settings);
  });

  test('canceled while past due: nothing more is charged, and the open invoice can still be paid', async () => {
    const { customer, clock, good, id } = await failing(poor);
    await advance(w, ctx, clock, '2027-02-02T00:00:00Z');
    await ask(ctx, cancelSubscription, { id, at: 'now' });
    await advance(w, ctx, clock, '2027-06-02T00:00:00Z');
    const last = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual([last.status, last.charges], ['open', 1]);
    const paid = await ask(ctx, payInvoice, { id: last.id, payment_method: good });
    assert.equal(paid.status, 'paid');
    assert.equal((await subscriptionOf(ctx, id)).status, 'canceled', 'money that comes late brings nothing back');
    assert.equal(await tries(customer), 3);
  });
});

describe('by hand', () => {
  test('void: nothing is asked for any more, and the subscription goes on', async () => {
    const { clock, id } = await failing(poor);
    await advance(w, ctx, clock, '2027-02-02T00:00:00Z');
    const open = (await invoicesOf(ctx, id)).at(-1);
    const voided = await ask(ctx, voidInvoice, { id: open.id });
    assert.deepEqual([voided.status, voided.number, voided.next_charge_at], ['void', open.number, null]);
    assert.equal((await subscriptionOf(ctx, id)).status, 'active');
    assert.deepEqual(await refusal(ask(ctx, voidInvoice, { id: open.id })), ['state_invalid', 'id']);
    assert.deepEqual(await refusal(ask(ctx, payInvoice, { id: open.id })), ['state_invalid', 'id']);
    const [paid] = await invoicesOf(ctx, id);
    assert.deepEqual(await refusal(ask(ctx, voidInvoice, { id: paid.id })), ['state_invalid', 'id']);
  });

  test('given up: not charged any more, can be paid all the same', async () => {
    const { customer, clock, id } = await failing(poor);
    await advance(w, ctx, clock, '2027-02-02T00:00:00Z');
    const open = (await invoicesOf(ctx, id)).at(-1);
    const given = await ask(ctx, markInvoiceUncollectible, { id: open.id });
    assert.deepEqual([given.status, given.next_charge_at], ['uncollectible', null]);
    const paid = await ask(ctx, payInvoice, { id: open.id, payment_method: await newCard(w, customer) });
    assert.equal(paid.status, 'paid');
    const again = await ask(ctx, payInvoice, { id: open.id });
    assert.equal(again.payment, paid.payment, 'what is paid is not paid twice');
  });

  test('strangers find nothing', async () => {
    const { id } = await failing(poor);
    const [invoice] = await invoicesOf(ctx, id);
    const stranger = w.ctx(w.other);
    for (const op of [getInvoice, payInvoice, voidInvoice, markInvoiceUncollectible])
      assert.deepEqual(await refusal(ask(stranger, op, { id: invoice.id })), ['not_found', 'id']);
    assert.deepEqual((await ask(stranger, listInvoices, {})).data, []);
  });
});

test('taxes of the customer’s country come on top, and a credit gives back the tax that was paid', async () => {
  await ask(ctx, createTaxRate, { display_name: 'VAT', country: 'AT', rate_ppm: 200_000, inclusive: false });
  const customer = await newCustomer(w, { address: { country: 'AT' } });
  await newCard(w, customer);
  const clock = await clockFor(ctx, customer, '2027-04-01T00:00:00Z');
  const s = await subscribe(ctx, { customer, price, automatic_tax: true });
  const [first] = await invoicesOf(ctx, s.id);
  assert.deepEqual([first.subtotal, first.tax, first.total, first.amount_paid], [1_000, 200, 1_200, 1_200]);
  assert.equal(first.taxes[0].name, 'VAT');
  await advance(w, ctx, clock, '2027-04-16T00:00:00Z');
  const dear = await newPrice(ctx, 3_000);
  await ask(ctx, updateSubscription, { id: s.id, price: dear });
  const change = (await invoicesOf(ctx, s.id)).at(-1);
  assert.deepEqual(
    change.lines.map((l: { amount: number; tax: number }) => [l.amount, l.tax]),
    [
      [-500, -100],
      [1_500, 300],
    ],
  );
  assert.deepEqual([change.subtotal, change.tax, change.amount_paid], [1_000, 200, 1_200]);
});

test('the numbers of an account have no gap and no repeat; the books hold', async () => {
  const numbers: number[] = [];
  for (let after: string | undefined; ; ) {
    const page = await ask(ctx, listInvoices, { limit: 100, ...(after ? { starting_after: after } : {}) });
    numbers.push(...page.data.map((i: { number: string }) => Number(i.number.slice(4))));
    if (!page.has_more) break;
    after = page.data.at(-1).id;
  }
  assert.deepEqual(
    numbers.sort((a, b) => a - b),
    Array.from({ length: numbers.length }, (_, i) => i + 1),
  );
  await w.verify();
});
