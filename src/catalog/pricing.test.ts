import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../kit/fault.ts';
import { amountOf, type PricingModel, type Terms, type Tier, transformed } from './pricing.ts';

const terms = (pricing_model: PricingModel, of: number | Tier[], more: Partial<Terms> = {}): Terms => ({
  pricing_model,
  amounts: [
    { currency: 'USD', unit_amount: typeof of === 'number' ? of : null, tiers: typeof of === 'number' ? null : of },
  ],
  transform_quantity: null,
  ...more,
});
const tier = (up_to: number | null, unit_amount: number, flat_amount = 0): Tier => ({
  up_to,
  unit_amount,
  flat_amount,
});

const tiersOf = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 1_000 }),
      unit_amount: fc.integer({ min: 0, max: 100_000 }),
      flat_amount: fc.integer({ min: 0, max: 100_000 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) => {
    let end = 0;
    return list.map(({ size, unit_amount, flat_amount }, i) => {
      end += size;
      return tier(i === list.length - 1 ? null : end, unit_amount, flat_amount);
    });
  });
const quantities = fc.integer({ min: 1, max: 20_000 });

test('the table that everybody draws: 1–5 at 7.00, 6–10 at 6.50, from 11 at 6.00', () => {
  const tiers = [tier(5, 700), tier(10, 650), tier(null, 600)];
  const rows: [number, number, number][] = [
    [1, 700, 700],
    [5, 3500, 3500],
    [6, 4150, 3900],
    [10, 6750, 6500],
    [11, 7350, 6600],
    [20, 12750, 12000],
  ];
  for (const [quantity, graduated, volume] of rows) {
    assert.equal(amountOf(terms('tiered_graduated', tiers), 'USD', quantity), graduated);
    assert.equal(amountOf(terms('tiered_volume', tiers), 'USD', quantity), volume);
  }
});

test('graduated: each unit costs what its own tier says, and each entered tier its flat amount, once', () => {
  fc.assert(
    fc.property(tiersOf, quantities, (tiers, quantity) => {
      let sum = 0;
      for (let unit = 1; unit <= quantity; unit++) {
        const at = tiers.findIndex((one) => one.up_to === null || unit <= one.up_to);
        const before = tiers[at - 1];
        sum += tiers[at]?.unit_amount ?? 0;
        if (unit === (before?.up_to ?? 0) + 1) sum += tiers[at]?.flat_amount ?? 0;
      }
      assert.equal(amountOf(terms('tiered_graduated', tiers), 'USD', quantity), sum);
    }),
    { numRuns: 60 },
  );
});

test('graduated: one more never costs less', () => {
  fc.assert(
    fc.property(tiersOf, quantities, (tiers, quantity) => {
      const of = (n: number) => amountOf(terms('tiered_graduated', tiers), 'USD', n) ?? -1;
      assert.ok(of(quantity + 1) >= of(quantity));
    }),
  );
});

test('volume: one more never costs less within a tier, and never more than the same tier’s unit and flat amount allow', () => {
  fc.assert(
    fc.property(tiersOf, quantities, (tiers, quantity) => {
      const of = (n: number) => amountOf(terms('tiered_volume', tiers), 'USD', n) ?? -1;
      const tierAt = (n: number) => tiers.find((one) => one.up_to === null || n <= one.up_to);
      const here = tierAt(quantity);
      assert.equal(of(quantity), quantity * (here?.unit_amount ?? 0) + (here?.flat_amount ?? 0));
      if (tierAt(quantity + 1) === here) assert.equal(of(quantity + 1) - of(quantity), here?.unit_amount);
    }),
  );
});

test('whatever the terms: a whole number, or a refusal; never a float, never beyond what an amount holds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999_999_999_999 }),
      fc.integer({ min: 0, max: 1_000_000_000 }),
      fc.option(fc.record({ divide_by: fc.integer({ min: 2, max: 9_999 }), round: fc.constantFrom('up', 'down') }), {
        nil: null,
      }),
      (unit, quantity, transform_quantity) => {
        try {
          const amount = amountOf(terms('per_seat', unit, { transform_quantity } as Partial<Terms>), 'USD', quantity);
          assert.ok(Number.isSafeInteger(amount) && amount !== undefined && amount >= 0 && amount <= 999_999_999_999);
        } catch (error) {
          assert.ok(isFault(error, 'amount_too_large'));
        }
      },
    ),
  );
});

test('packs are rounded up or down, and another currency is not guessed', () => {
  assert.equal(transformed(11, { divide_by: 10, round: 'up' }), 2);
  assert.equal(transformed(11, { divide_by: 10, round: 'down' }), 1);
  assert.equal(transformed(20, { divide_by: 10, round: 'up' }), 2);
  assert.equal(amountOf(terms('flat', 500, { transform_quantity: { divide_by: 10, round: 'up' } }), 'USD', 11), 1000);
  assert.equal(amountOf(terms('flat', 500), 'EUR', 1), undefined);
});
