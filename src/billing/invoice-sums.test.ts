import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Rate } from '../catalog/tax.ts';
import { lineOf, sumsOf } from './invoice-sums.ts';
import type { Item } from './subscription.ts';

const item: Item = {
  product: 'prod_1',
  product_name: 'Coffee',
  tax_category: 'physical_goods',
  price: 'price_1',
  price_snapshot: 'snap_1',
  quantity: 1,
  pricing_model: 'flat',
  unit_amount: 1_000,
  amount: 1_000,
  interval: 'month',
  interval_count: 1,
  trial_days: 0,
};
const period = { start: new Date('2026-01-01T00:00:00Z'), end: new Date('2026-02-01T00:00:00Z') };
const rate = (rate_ppm: number, inclusive: boolean): Rate => ({
  id: 'txr_1',
  display_name: 'VAT',
  country: 'DE',
  region: null,
  tax_category: null,
  rate_ppm,
  inclusive,
});
const place = { country: 'DE' };

test('an exclusive tax comes on top, an inclusive one does not', () => {
  const added = sumsOf([lineOf(item, period)], { rates: [rate(190_000, false)], place }, 0);
  assert.deepEqual([added.subtotal, added.tax, added.total, added.amount_due], [1_000, 190, 1_190, 1_190]);
  const within = sumsOf([lineOf(item, period)], { rates: [rate(190_000, true)], place }, 0);
  assert.deepEqual([within.tax, within.total, within.taxes[0]?.amount], [0, 1_000, 160]);
});

test('credit pays first, and what is left of it stays; a negative total becomes credit', () => {
  const untaxed = { rates: [], place: null };
  const part = sumsOf([lineOf(item, period)], untaxed, 300);
  assert.deepEqual([part.credit_applied, part.amount_due], [300, 700]);
  const all = sumsOf([lineOf(item, period)], untaxed, 5_000);
  assert.deepEqual([all.credit_applied, all.amount_due], [1_000, 0]);
  const back = lineOf(item, period, { amount: -1_500, tax: -10, proration: true });
  const owed = sumsOf([lineOf(item, period), back], untaxed, 200);
  assert.deepEqual([owed.total, owed.credit_granted, owed.credit_applied, owed.amount_due], [-510, 510, 0, 0]);
});

test('whatever the lines, taxes and credit: the lines make the totals, and nothing is asked for twice', () => {
  const lines = fc.array(
    fc
      .record({ amount: fc.integer({ min: 0, max: 999_999_999 }), back: fc.boolean() })
      .map(({ amount, back }) =>
        lineOf(item, period, back ? { amount: -amount, tax: -Math.floor(amount / 7) } : { amount }),
      ),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(
      lines,
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 999_999_999 }),
      (drafts, ppm, inclusive, credit) => {
        const sums = sumsOf(drafts, { rates: [rate(ppm, inclusive)], place }, credit);
        const of = (pick: (line: (typeof sums.lines)[number]) => number) =>
          sums.lines.reduce((all, line) => all + pick(line), 0);
        assert.equal(
          of((line) => line.amount),
          sums.subtotal,
        );
        assert.equal(
          of((line) => line.tax),
          sums.tax,
        );
        assert.equal(
          sums.taxes.reduce((all, tax) => all + (tax.inclusive ? 0 : tax.amount), 0),
          sums.tax,
        );
        assert.equal(sums.subtotal + sums.tax, sums.total);
        assert.equal(sums.total + sums.credit_granted - sums.credit_applied, sums.amount_due);
        assert.ok(sums.credit_applied <= credit && sums.amount_due >= 0);
        assert.ok(sums.credit_granted === 0 || sums.amount_due === 0);
      },
    ),
  );
});
