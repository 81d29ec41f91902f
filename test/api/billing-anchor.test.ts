// Billing days: the part of a period that comes first, and what is given back of it. What must not appear: more than a period's price for a
// part, a day that drifts, a second invoice of a period.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { previewSubscription } from '../../src/billing/preview-subscription.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { ask, begin, invoicesOf, newPrice, openBilling, subscribe } from '../kit/billing.ts';
import { newCode, newMeter, refusal, usagePrice, use } from '../kit/usage.ts';
import { closeProven, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let price: string;

before(async () => {
  ({ w, ctx, price } = await openBilling(3_000));
});
after(() => closeProven(w));

const begun = (start: string, more: Record<string, unknown>) => begin(w, ctx, { start, price, ...more });
const shown = async (id: string) =>
  (await invoicesOf(ctx, id)).map((one) => [
    one.period_start.slice(0, 10),
    one.period_end.slice(0, 10),
    one.amount_due,
  ]);

test('a day of the month: half a month is charged now, then each month on that day', async () => {
  const { s, to } = await begun('2027-04-16T00:00:00Z', { billing_day: 1 });
  assert.deepEqual([s.status, s.elapsed_cycles, s.latest_payment.amount], ['active', 1, 1_500]);
  await to('2027-06-01T00:00:00Z');
  assert.deepEqual(await shown(s.id), [
    ['2027-04-16', '2027-05-01', 1_500],
    ['2027-05-01', '2027-06-01', 3_000],
    ['2027-06-01', '2027-07-01', 3_000],
  ]);
  const [first] = await invoicesOf(ctx, s.id);
  assert.deepEqual([first.lines[0].proration, /^Part of a period/.test(first.lines[0].description)], [true, true]);
});

test('the 31st: the last day of each month', async () => {
  const { s, to } = await begun('2027-01-31T08:00:00Z', { billing_day: 31 });
  await to('2027-04-30T08:00:00Z');
  assert.deepEqual(
    (await shown(s.id)).map(([from]) => from),
    ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30'],
  );
  const { s: late, to: pass } = await begun('2027-02-14T08:00:00Z', { billing_day: 31 });
  await pass('2027-04-30T08:00:00Z');
  assert.deepEqual(
    (await shown(late.id)).map(([from]) => from),
    ['2027-02-14', '2027-02-28', '2027-03-31', '2027-04-30'],
  );
});

test('a date without proration: nothing until then', async () => {
  const { s, to } = await begun('2027-04-16T00:00:00Z', {
    billing_cycle_anchor: '2027-05-10T12:00:00Z',
    proration: 'none',
  });
  assert.deepEqual([s.status, s.latest_payment], ['active', null]);
  await to('2027-06-10T12:00:00Z');
  assert.deepEqual(await shown(s.id), [
    ['2027-04-16', '2027-05-10', 0],
    ['2027-05-10', '2027-06-10', 3_000],
    ['2027-06-10', '2027-07-10', 3_000],
  ]);
});

test('after a trial a part comes first, too', async () => {
  const { s, to } = await begun('2027-04-02T00:00:00Z', { billing_day: 1, trial_days: 14 });
  assert.equal(s.status, 'trialing');
  await to('2027-06-01T00:00:00Z');
  assert.deepEqual(await shown(s.id), [
    ['2027-04-02', '2027-04-16', 0],
    ['2027-04-16', '2027-05-01', 1_500],
    ['2027-05-01', '2027-06-01', 3_000],
    ['2027-06-01', '2027-07-01', 3_000],
  ]);
});

test('a change within the part gives back what is left of the part, and charges the same time of the new price', async () => {
  const dear = await newPrice(ctx, 6_000);
  const { s, to } = await begun('2027-04-16T00:00:00Z', { billing_day: 1 });
  await to('2027-04-26T00:00:00Z');
  const said = await ask(ctx, previewSubscription, { id: s.id, price: dear });
  // 5 of 30 days: 5.00 back of 15.00 for 15 days, 10.00 of 60.00.
  assert.deepEqual(
    said.lines.map((line: { amount: number }) => line.amount),
    [-500, 1_000],
  );
  const done = await ask(ctx, updateSubscription, { id: s.id, price: dear });
  assert.equal(done.latest_payment.amount, 500);
  await to('2027-05-01T00:00:00Z');
  assert.deepEqual((await shown(s.id)).at(-1), ['2027-05-01', '2027-06-01', 6_000]);
});

test('a part of a trial that was changed gives back no more than it cost', async () => {
  const { s, to } = await begun('2027-04-02T00:00:00Z', { billing_day: 1, trial_days: 14 });
  await to('2027-04-21T00:00:00Z');
  const cheap = await newPrice(ctx, 300);
  const said = await ask(ctx, previewSubscription, { id: s.id, price: cheap });
  assert.deepEqual(
    said.lines.map((line: { amount: number }) => line.amount),
    [-1_000, 100],
  );
});

test('a coupon takes its part off the part; usage of the part is billed with the first whole period', async () => {
  const code = await newCode(ctx, { fixed_amounts: { USD: 1_000 }, duration: 'forever' });
  const { s } = await begun('2027-04-16T00:00:00Z', { billing_day: 1, promotion_code: code.id });
  assert.equal(s.latest_payment.amount, 1_000);
  const least = await newCode(ctx, { minimum_amounts: { USD: 3_000 } });
  const free = await begun('2027-04-16T00:00:00Z', { billing_day: 1, proration: 'none', promotion_code: least.id });
  await free.to('2027-06-01T00:00:00Z');
  assert.deepEqual(
    (await shown(free.s.id)).map(([, , due]) => due),
    [0, 2_250, 3_000],
  );
  const { event_name, id } = await newMeter(ctx);
  const metered = await begun('2027-04-16T00:00:00Z', { billing_day: 1, price: await usagePrice(ctx, id) });
  await use(ctx, event_name, metered.customer, 10);
  await metered.to('2027-05-01T00:00:00Z');
  assert.deepEqual(
    (await shown(metered.s.id)).map(([, , due]) => due),
    [0, 30],
  );
});

test('what contradicts itself is refused by the field', async () => {
  const { customer } = await begun('2027-04-16T00:00:00Z', {});
  const week = await newPrice(ctx, 100, { recurring: { interval: 'week' } });
  const rows: [Record<string, unknown>, string][] = [
    [{ billing_day: 1, billing_cycle_anchor: '2027-05-01T00:00:00Z' }, 'billing_day'],
    [{ billing_day: 32 }, 'billing_day'],
    [{ billing_day: 5, price: week }, 'billing_day'],
    [{ billing_cycle_anchor: '2027-04-15T00:00:00Z' }, 'billing_cycle_anchor'],
    [{ billing_cycle_anchor: '2027-05-16T00:00:01Z' }, 'billing_cycle_anchor'],
    [{ proration: 'none' }, 'proration'],
    [{ billing_day: 1, trial_days: 3, proration: 'none' }, 'proration'],
  ];
  for (const [more, param] of rows)
    assert.deepEqual(await refusal(subscribe(ctx, { customer, price, ...more })), ['parameter_invalid', param]);
});
