import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Rate } from '../catalog/tax.ts';
import { discountParts, givenBack, type SubscriptionDiscount } from './discount.ts';
import { type LineDraft, lineOf, sumsOf } from './invoice-sums.ts';
import type { Item } from './subscription.ts';

const item = (more: Partial<Item> = {}): Item => ({
  product: 'prod_1',
  product_name: 'Coffee',
  tax_category: null,
  price: 'price_1',
  price_snapshot: 'psnap_1',
  quantity: 1,
  pricing_model: 'flat',
  unit_amount: 1_000,
  amount: 1_000,
  interval: 'month',
  interval_count: 1,
  trial_days: 0,
  ...more,
});
const discount = (more: Partial<SubscriptionDiscount> = {}): SubscriptionDiscount => ({
  coupon: 'coup_1',
  name: 'Welcome',
  promotion_code: null,
  code: null,
  percentage_bps: 2_500,
  fixed_amounts: null,
  applies_to: 'all',
  product_ids: [],
  price_ids: [],
  duration: 'repeating',
  duration_months: 2,
  starts_at: '2026-01-01T00:00:00.000Z',
  ends_at: '2026-03-01T00:00:00.000Z',
  invoice: null,
  ...more,
});
const fixed = (amount: number, more: Partial<SubscriptionDiscount> = {}) =>
  discount({ percentage_bps: null, fixed_amounts: { USD: amount }, ...more });
const line = (amount: number, start = '2026-01-01T00:00:00Z', more: Partial<LineDraft> = {}) =>
  lineOf(item(), { start: new Date(start), end: new Date('2026-02-01T00:00:00Z') }, { amount, ...more });

test('it counts for periods that begin within its time: with its beginning, without its end', () => {
  const at = (start: string) => discountParts(discount(), 'USD', [line(1_000, start)])[0];
  assert.deepEqual(
    ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z', '2026-02-28T23:59:59.999Z', '2026-03-01T00:00:00Z'].map(at),
    [0, 250, 250, 0],
  );
});

test('what is given back, what was worked out before and what another product costs are left alone', () => {
  const only = discount({ applies_to: 'products', product_ids: ['prod_1'] });
  const other = line(1_000, undefined, { item: item({ product: 'prod_2' }) });
  const lines = [line(-400, undefined, { proration: true }), line(800, undefined, { discount: 5 }), other, line(1_000)];
  assert.deepEqual(discountParts(only, 'USD', lines), [0, 0, 0, 250]);
});

test('a fixed amount takes no more than there is, a part of it off a part of a period, all of it when it counts once', () => {
  assert.deepEqual(discountParts(fixed(1_500), 'USD', [line(1_000)]), [1_000]);
  assert.deepEqual(discountParts(fixed(300), 'EUR', [line(1_000)]), [0]);
  const half = line(500, undefined, { proration: true });
  assert.deepEqual(discountParts(fixed(300), 'USD', [half]), [150]);
  assert.deepEqual(discountParts(fixed(300, { duration: 'once', ends_at: null }), 'USD', [half]), [300]);
});

test('one that counts once counts for one invoice, and again when that is void', () => {
  const used = discount({ duration: 'once', invoice: 'in_1' });
  assert.deepEqual(discountParts(used, 'USD', [line(1_000)]), [0]);
  assert.equal(givenBack(used, 'in_2'), used);
  assert.deepEqual(discountParts(givenBack(used, 'in_1'), 'USD', [line(1_000)]), [250]);
});

test('whatever the lines and the coupon: the parts make the discount, no line goes below nothing, and the sums are exact', () => {
  const drafts = fc.array(
    fc.record({
      amount: fc.integer({ min: -5_000_000, max: 9_999_999 }),
      product: fc.constantFrom('prod_1', 'prod_2'),
      proration: fc.boolean(),
      known: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
      start: fc.constantFrom('2025-12-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z'),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const coupons = fc.oneof(
    fc.integer({ min: 1, max: 10_000 }).map((percentage_bps) => discount({ percentage_bps })),
    fc.integer({ min: 1, max: 9_999_999 }).map((amount) => fixed(amount)),
    fc.integer({ min: 1, max: 9_999_999 }).map((amount) => fixed(amount, { duration: 'once', ends_at: null })),
    fc
      .integer({ min: 1, max: 10_000 })
      .map((percentage_bps) => discount({ percentage_bps, applies_to: 'products', product_ids: ['prod_1'] })),
  );
  const rates: Rate[] = [
    {
      id: 'txr_1',
      display_name: 'VAT',
      country: 'DE',
      region: null,
      tax_category: null,
      rate_ppm: 190_000,
      inclusive: false,
    },
  ];
  fc.assert(
    fc.property(drafts, coupons, fc.integer({ min: 0, max: 10_000 }), (list, by, credit) => {
      const lines = list.map(({ amount, product, proration, known, start }) =>
        line(amount, start, {
          proration,
          item: item({ product, amount: 10_000_000 }),
          tax: amount < 0 ? 0 : null,
          discount: amount < 0 ? 0 : known === null ? null : Math.min(known, amount),
        }),
      );
      const sums = sumsOf(lines, { rates, place: { country: 'DE' } }, credit, { discount: by, currency: 'USD' });
      const add = (of: (one: (typeof sums.lines)[number]) => number) =>
        sums.lines.reduce((all, one) => all + of(one), 0);
      assert.equal(
        add((one) => one.discount),
        sums.discount,
      );
      assert.equal(
        sums.discounts.reduce((all, one) => all + one.amount, 0),
        sums.discount,
      );
      assert.equal(
        add((one) => one.tax),
        sums.tax,
      );
      assert.equal(sums.subtotal - sums.discount + sums.tax, sums.total);
      assert.equal(sums.total + sums.credit_granted - sums.credit_applied, sums.amount_due);
      for (const [i, one] of sums.lines.entries()) {
        assert.ok(one.discount >= 0 && one.discount <= Math.max(0, one.amount));
        if (lines[i]?.discount === null && lines[i]?.period_start.startsWith('2026-03'))
          assert.ok(by.ends_at === null || one.discount === 0, 'nothing after its time');
      }
    }),
  );
});
