import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type CodeTerms,
  type CouponTerms,
  type DiscountedLine,
  discountOf,
  type Refusal,
  refusalOf,
} from './discount.ts';

const coupon = (more: Partial<CouponTerms> = {}): CouponTerms => ({
  discount_type: 'percentage',
  percentage_bps: 2_500,
  fixed_amounts: null,
  applies_to: 'all',
  product_ids: [],
  price_ids: [],
  valid_from: null,
  valid_until: null,
  max_redemptions: null,
  minimum_amounts: {},
  times_reserved: 0,
  times_redeemed: 0,
  deleted_at: null,
  ...more,
});
const code = (more: Partial<CodeTerms> = {}): CodeTerms => ({
  active: true,
  customer_ids: [],
  max_redemptions: null,
  minimum_amounts: {},
  valid_from: null,
  expires_at: null,
  times_reserved: 0,
  times_redeemed: 0,
  ...more,
});
const line = (amount: number, product: string | null = null, price: string | null = null): DiscountedLine => ({
  amount,
  product,
  price,
});
const fixed = (amount: number) =>
  coupon({ discount_type: 'fixed_amount', percentage_bps: null, fixed_amounts: { USD: amount } });

test('a percentage of what it applies to, split by the lines it applies to', () => {
  const only = coupon({ applies_to: 'products', product_ids: ['a'] });
  assert.deepEqual(discountOf(coupon(), 'USD', [line(1_000), line(333)]), { amount: 333, lines: [250, 83] });
  assert.deepEqual(discountOf(only, 'USD', [line(1_000, 'a'), line(500, 'b')]), { amount: 250, lines: [250, 0] });
  const one = coupon({ applies_to: 'prices', price_ids: ['p'] });
  assert.deepEqual(discountOf(one, 'USD', [line(1_000, 'a', 'p'), line(500, 'a', 'q')]), {
    amount: 250,
    lines: [250, 0],
  });
  assert.deepEqual(discountOf(only, 'USD', [line(500, 'b'), line(9)]), { refused: 'not_applicable', minimum: null });
});

test('a fixed amount takes at most what it applies to, which may be the whole order', () => {
  const some = { ...fixed(900), applies_to: 'products' as const, product_ids: ['a'] };
  assert.deepEqual(discountOf(some, 'USD', [line(500, 'a'), line(500, 'b')]), { amount: 500, lines: [500, 0] });
  assert.deepEqual(discountOf(fixed(950), 'USD', [line(500), line(400)]), { amount: 900, lines: [500, 400] });
  const whole = coupon({ percentage_bps: 10_000 });
  assert.deepEqual(discountOf(whole, 'USD', [line(500), line(401)]), { amount: 901, lines: [500, 401] });
});

test('whatever the lines: the parts make the discount, and no line gives more than it costs', () => {
  const lines = fc.array(
    fc.record({
      amount: fc.integer({ min: 0, max: 999_999_999 }),
      product: fc.constantFrom('a', 'b', null),
      price: fc.constant(null),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const coupons = fc.oneof(
    fc.integer({ min: 1, max: 10_000 }).map((percentage_bps) => coupon({ percentage_bps })),
    fc.integer({ min: 1, max: 9_999_999 }).map(fixed),
    fc
      .integer({ min: 1, max: 10_000 })
      .map((percentage_bps) => coupon({ percentage_bps, applies_to: 'products', product_ids: ['a'] })),
  );
  fc.assert(
    fc.property(coupons, lines, (terms, list) => {
      const done = discountOf(terms, 'USD', list);
      if ('refused' in done) return;
      assert.equal(
        done.lines.reduce((a, b) => a + b, 0),
        done.amount,
      );
      assert.ok(done.amount > 0);
      for (const [i, part] of done.lines.entries()) {
        assert.ok(Number.isSafeInteger(part) && part >= 0 && part <= (list[i]?.amount ?? 0));
        if (terms.applies_to === 'products' && list[i]?.product !== 'a') assert.equal(part, 0);
      }
    }),
  );
});

test('the ladder of refusals', () => {
  const now = new Date('2026-06-15T12:00:00Z');
  const before = new Date(now.getTime() - 1);
  const later = new Date(now.getTime() + 1);
  const table: [Partial<CouponTerms>, Partial<CodeTerms>, Refusal | undefined][] = [
    [{}, {}, undefined],
    [{}, { active: false }, 'inactive'],
    [{ deleted_at: before }, {}, 'inactive'],
    [{ valid_from: later }, {}, 'not_started'],
    [{ valid_from: now }, {}, undefined],
    [{}, { valid_from: later }, 'not_started'],
    [{ valid_until: now }, {}, 'expired'],
    [{ valid_until: later }, {}, undefined],
    [{}, { expires_at: before }, 'expired'],
    [{ max_redemptions: 3, times_reserved: 1, times_redeemed: 2 }, {}, 'used_up'],
    [{ max_redemptions: 3, times_redeemed: 2 }, {}, undefined],
    [{}, { max_redemptions: 1, times_reserved: 1 }, 'used_up'],
    [{}, { customer_ids: ['cus_2'] }, 'customer'],
    [{}, { customer_ids: ['cus_1', 'cus_2'] }, undefined],
    [{ minimum_amounts: { USD: 5_001 } }, {}, 'minimum'],
    [{ minimum_amounts: { USD: 5_000 } }, {}, undefined],
    [{ minimum_amounts: { EUR: 1 } }, {}, 'currency'],
    [{}, { minimum_amounts: { USD: 9_000 } }, 'minimum'],
    [{ percentage_bps: null, fixed_amounts: { EUR: 5 } }, {}, 'currency'],
  ];
  for (const [of, by, expected] of table) {
    const said = refusalOf(coupon(of), code(by), { now, subtotal: 5_000, currency: 'USD', customer: 'cus_1' });
    assert.equal(said?.refused, expected, JSON.stringify([of, by]));
    if (expected === 'minimum') assert.ok((said?.minimum ?? 0) > 5_000);
  }
  const guest = { now, subtotal: 5_000, currency: 'USD', customer: null } as const;
  assert.equal(refusalOf(coupon(), code({ customer_ids: ['cus_1'] }), guest)?.refused, 'customer');
});
