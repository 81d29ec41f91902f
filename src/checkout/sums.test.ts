import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../kit/fault.ts';
import { maxAmount } from '../kit/money.ts';
import { refuseWrongSums, sumsOf } from './sums.ts';

const item = (quantity: number, unit_amount: number) => ({ name: 'A', quantity, unit_amount });
const extra = (amount: number) => ({ name: 'E', amount });
const shown = (
  amount_total: number,
  line_items: ReturnType<typeof item>[] = [],
  taxes: number[] = [],
  discounts: number[] = [],
) => ({
  amount_total,
  line_items,
  taxes: taxes.map(extra),
  discounts: discounts.map(extra),
});

test('lines less discounts plus taxes make the total; without lines the subtotal follows from it', () => {
  assert.deepEqual(sumsOf(shown(4_277, [item(2, 1_999)], [379], [100])), {
    subtotal: 3_998,
    tax: 379,
    discount: 100,
    total: 4_277,
  });
  assert.deepEqual(sumsOf(shown(4_277)), { subtotal: 4_277, tax: 0, discount: 0, total: 4_277 });
  assert.deepEqual(sumsOf(shown(1_000, [], [200], [50])), { subtotal: 850, tax: 200, discount: 50, total: 1_000 });
  assert.deepEqual(sumsOf(shown(5, [item(3, 0), item(1, 5)])), { subtotal: 5, tax: 0, discount: 0, total: 5 });
});

const lines = fc.array(
  fc.record({ quantity: fc.integer({ min: 1, max: 1_000 }), unit_amount: fc.integer({ min: 0, max: 100_000 }) }),
  { minLength: 1, maxLength: 20 },
);
const extras = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 5 });

test('any cart: the right total passes, any other one is refused with the exact difference', () => {
  fc.assert(
    fc.property(lines, extras, extras, fc.integer({ min: -1_000, max: 1_000 }), (cart, taxes, discounts, error) => {
      const items = cart.map((l) => item(l.quantity, l.unit_amount));
      const reference =
        cart.reduce((sum, l) => sum + BigInt(l.quantity) * BigInt(l.unit_amount), 0n) +
        taxes.reduce((sum, t) => sum + BigInt(t), 0n) -
        discounts.reduce((sum, d) => sum + BigInt(d), 0n);
      const right = Number(reference);
      const subtotal = cart.reduce((sum, l) => sum + l.quantity * l.unit_amount, 0);
      const off = discounts.reduce((sum, d) => sum + d, 0);
      const attempt = () => refuseWrongSums(shown(right + error, items, taxes, discounts), 'USD');
      if (error !== 0)
        return assert.throws(
          attempt,
          (thrown) =>
            isFault(thrown, 'total_mismatch') &&
            thrown.param === 'amount_total' &&
            thrown.message.includes(`the difference is ${error} (`),
        );
      if (off > subtotal)
        return assert.throws(attempt, (thrown) => isFault(thrown, 'total_mismatch') && thrown.param === 'discounts');
      assert.deepEqual(attempt(), { subtotal, tax: taxes.reduce((sum, t) => sum + t, 0), discount: off, total: right });
    }),
    { numRuns: 2_000 },
  );
});

test('the difference is told in the money of the currency', () => {
  const message = (currency: 'USD' | 'JPY' | 'KWD' | 'BTC') => {
    try {
      refuseWrongSums(shown(1_500, [item(1, 1_000)]), currency);
      return '';
    } catch (error) {
      return error instanceof Error ? error.message.replaceAll(/\s/g, ' ') : '';
    }
  };
  assert.match(message('USD'), /difference is 500 \(\$5\.00\)/);
  assert.match(message('JPY'), /difference is 500 \(¥500\)/);
  assert.match(message('KWD'), /difference is 500 \(KWD 0\.500\)/);
  assert.match(message('BTC'), /difference is 500 \(0\.00000500 BTC\)/);
});

test('discounts beyond the lines, taxes beyond the total: each by its own name', () => {
  assert.throws(
    () => refuseWrongSums(shown(50, [item(1, 100)], [100], [150]), 'USD'),
    (e) => isFault(e, 'total_mismatch') && e.param === 'discounts' && /150.*100/.test(e.message),
  );
  assert.throws(
    () => refuseWrongSums(shown(100, [], [200]), 'USD'),
    (e) => isFault(e, 'total_mismatch') && e.param === 'taxes' && /200/.test(e.message),
  );
  assert.equal(refuseWrongSums(shown(100, [], [100]), 'USD').subtotal, 0);
});

test('sums beyond 2^53 are refused wherever they arise, never rounded and never a failure of ours', () => {
  const tooLarge = (input: ReturnType<typeof shown>) =>
    assert.throws(
      () => refuseWrongSums(input, 'USD'),
      (e) => isFault(e, 'amount_too_large') && /Correct their amounts or quantities/.test(e.message),
    );
  tooLarge(shown(1, [item(1_000_000, maxAmount)]));
  tooLarge(
    shown(
      1,
      Array.from({ length: 100 }, () => item(1_000_000, maxAmount)),
    ),
  );
  tooLarge(
    shown(
      1,
      [item(9_007, maxAmount)],
      Array.from({ length: 20 }, () => maxAmount),
    ),
  );
  // 9007 × (10^12 − 1) is below 2^53: told by its difference.
  assert.throws(
    () => refuseWrongSums(shown(1, [item(9_007, maxAmount)]), 'USD'),
    (e) => isFault(e, 'total_mismatch') && /-9006999999990992/.test(e.message),
  );
});
