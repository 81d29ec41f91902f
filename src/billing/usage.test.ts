import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../kit/fault.ts';
import { decimalOf, plainDecimal, wholeUnits } from '../meters/value.ts';
import type { Item } from './subscription.ts';
import { usageAmount } from './usage.ts';

const item = (usage: Partial<NonNullable<Item['usage']>>, unit_amount: number | null = null): Item => ({
  product: 'prod_1',
  product_name: 'API',
  tax_category: null,
  price: 'price_1',
  price_snapshot: 'psnap_1',
  quantity: 1,
  pricing_model: 'usage',
  unit_amount,
  amount: 0,
  interval: 'month',
  interval_count: 1,
  trial_days: 0,
  usage: { meter: 'mtr_1', tiers: null, tiers_mode: null, transform_quantity: null, ...usage },
});

test('a unit that was begun counts whole, once per period', () => {
  assert.deepEqual(
    ['0', '0.000000000001', '1', '1.000000000000', '12.5', '13.000000000001'].map(wholeUnits),
    [0, 1, 1, 1, 13, 14],
  );
  assert.deepEqual(['0.000000000000', '12.500000000000', '100', '1000.0'].map(plainDecimal), [
    '0',
    '12.5',
    '100',
    '1000',
  ]);
});

test('a value is a decimal of at most a thousand million with twelve places, and nothing else', () => {
  for (const good of [0, 12, '0', '0.000000000001', '1000000000', '999999999.999999999999'])
    assert.equal(decimalOf(good, 'v'), String(good));
  for (const bad of [
    -1,
    1.5e300,
    '1e3',
    '01',
    '.5',
    '5.',
    ' 1',
    '1000000001',
    '1000000000.000000000001',
    'NaN',
    '0x10',
    '',
  ])
    assert.throws(
      () => decimalOf(bad, 'v'),
      (error) => isFault(error, 'parameter_invalid') && error.param === 'v',
    );
});

test('whatever the tiers: graduated is the sum of its units, volume is all by one tier, and more never costs less by units', () => {
  const tiers = fc
    .array(
      fc.record({
        step: fc.integer({ min: 1, max: 40 }),
        unit: fc.integer({ min: 0, max: 90 }),
        flat: fc.integer({ min: 0, max: 90 }),
      }),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    .map((steps) => {
      let up_to = 0;
      return steps.map(({ step, unit, flat }, i) => {
        up_to += step;
        return { up_to: i === steps.length - 1 ? null : up_to, unit_amount: unit, flat_amount: flat };
      });
    });
  fc.assert(
    fc.property(tiers, fc.integer({ min: 0, max: 250 }), (list, quantity) => {
      const tierOf = (unit: number) => list.findIndex(({ up_to }) => up_to === null || unit <= up_to);
      const entered = new Set<number>();
      let graduated = 0;
      for (let unit = 1; unit <= quantity; unit++) {
        const at = tierOf(unit);
        if (!entered.has(at)) graduated += list[at]?.flat_amount ?? 0;
        entered.add(at);
        graduated += list[at]?.unit_amount ?? 0;
      }
      assert.equal(usageAmount(item({ tiers: list, tiers_mode: 'graduated' }), 'USD', quantity), graduated);
      const one = list[tierOf(quantity)];
      const volume = quantity === 0 ? 0 : quantity * (one?.unit_amount ?? 0) + (one?.flat_amount ?? 0);
      assert.equal(usageAmount(item({ tiers: list, tiers_mode: 'volume' }), 'USD', quantity), volume);
    }),
  );
});

test('more than an amount can hold is the most that it can hold', () => {
  assert.equal(usageAmount(item({}, 1_000), 'USD', 1_000_000_000), 999_999_999_999);
});

test('packs: begun ones count when rounded up, and do not when rounded down', () => {
  const sold = (round: 'up' | 'down', quantity: number) =>
    usageAmount(item({ transform_quantity: { divide_by: 1_000, round } }, 25), 'USD', quantity);
  assert.deepEqual(
    [0, 1, 1_000, 1_001].map((n) => sold('up', n)),
    [0, 25, 25, 50],
  );
  assert.deepEqual(
    [0, 999, 1_000, 1_999].map((n) => sold('down', n)),
    [0, 0, 25, 25],
  );
});
