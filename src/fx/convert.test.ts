import assert from 'node:assert/strict';
import { test } from 'node:test';
import currencyCodes from 'currency-codes';
import fc from 'fast-check';
import { isFault } from '../kit/fault.ts';
import { type Currency, currencies, maxAmount } from '../kit/money.ts';
import { convert, decimalOf, fractionOf } from './convert.ts';

const all = Object.keys(currencies) as Currency[];

test('every currency has the decimals that ISO 4217 gives it, by the list of its maintenance agency', () => {
  for (const code of all) {
    // Bitcoin is no currency of theirs: its eight decimals are those of its own protocol.
    if (code === 'BTC') continue;
    assert.equal(currencyCodes.code(code)?.digits, currencies[code], code);
  }
  assert.equal(currencies.BTC, 8);
});

test('the currencies that are promised are there', () => {
  for (const code of 'USD EUR CNY CAD JPY AUD SGD HKD KRW GBP AED THB IDR PHP MYR BRL INR BTC'.split(' '))
    assert.ok(Object.hasOwn(currencies, code), code);
});

test('an amount in another currency: by the decimals of both, half a minor unit up, the markup on top', () => {
  const table: [number, Currency, Currency, string, number, number][] = [
    [1_999, 'USD', 'EUR', '0.927299703264', 0, 1_854],
    [1_999, 'USD', 'EUR', '0.927299703264', 200, 1_891],
    [1_000, 'USD', 'JPY', '157.25', 0, 1_573],
    [1_000, 'USD', 'JPY', '157.24', 0, 1_572],
    [1_572, 'JPY', 'USD', '0.00635', 0, 998],
    [1_000, 'USD', 'KWD', '0.3071', 0, 3_071],
    [3_071, 'KWD', 'JPY', '512.3', 0, 1_573],
    [1_000, 'EUR', 'BTC', '0.000017', 0, 17_000],
    [150_000_000, 'BTC', 'JPY', '9216000', 0, 13_824_000],
    [1, 'JPY', 'KWD', '0.00195', 0, 2],
    [5, 'USD', 'EUR', '0.9', 0, 5],
    [0, 'USD', 'EUR', '0.9', 200, 0],
    // Half a minor unit rounds up, a little less does not.
    [1, 'USD', 'EUR', '0.5', 0, 1],
    [3, 'USD', 'EUR', '0.5', 0, 2],
    [3, 'USD', 'EUR', '0.4999999999', 0, 1],
    // What costs something never becomes nothing.
    [1, 'KRW', 'USD', '0.0007', 0, 1],
    [1, 'IDR', 'EUR', '0.00006', 0, 1],
    [maxAmount, 'EUR', 'USD', '1.0784', 0, 1_078_399_999_999],
  ];
  for (const [amount, from, to, rate, markup_bps, expected] of table)
    assert.equal(convert(amount, { from, to, rate, markup_bps }), expected, `${amount} ${from} in ${to} at ${rate}`);
});

const amount = fc.integer({ min: 1, max: 1_000_000_000 });
const currency = fc.constantFrom(...all);
const rate = fc
  .tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 9 }))
  .map(([digits, places]) => decimalOf({ numerator: BigInt(digits), denominator: 10n ** BigInt(places) }));

test('a conversion is the nearest whole number to the exact product, and never less than one', () => {
  fc.assert(
    fc.property(amount, currency, currency, rate, fc.integer({ min: 0, max: 1_000 }), (value, from, to, text, bps) => {
      const { numerator, denominator } = fractionOf(text) ?? { numerator: 0n, denominator: 1n };
      const shift = currencies[to] - currencies[from];
      const top = BigInt(value) * numerator * BigInt(10_000 + bps) * 10n ** BigInt(Math.max(0, shift));
      const bottom = denominator * 10_000n * 10n ** BigInt(Math.max(0, -shift));
      if (top / bottom > 9_000_000_000_000_000n) return;
      const got = BigInt(convert(value, { from, to, rate: text, markup_bps: bps }));
      if (got === 1n && top * 2n < bottom) return;
      assert.ok((2n * got - 1n) * bottom <= 2n * top && 2n * top < (2n * got + 1n) * bottom);
    }),
    { numRuns: 5_000 },
  );
});

test('more costs no less, in any currency at any rate', () => {
  fc.assert(
    fc.property(amount, amount, currency, currency, rate, (a, b, from, to, text) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)];
      try {
        assert.ok(convert(less, { from, to, rate: text }) <= convert(more, { from, to, rate: text }));
      } catch (error) {
        assert.ok(isFault(error, 'amount_too_large'));
      }
    }),
  );
});

test('what is more than an amount can hold is refused, and so is what is no rate', () => {
  assert.throws(
    () => convert(maxAmount, { from: 'EUR', to: 'IDR', rate: '17527.83' }),
    (error) => isFault(error, 'amount_too_large'),
  );
  for (const bad of ['', '0', '0.0', '-1', '1e3', 'NaN', '1,5', '.5', '1.', '0x1', ' 1', '1234567890123456'])
    assert.equal(fractionOf(bad), undefined, bad);
  assert.throws(() => convert(1, { from: 'EUR', to: 'USD', rate: '0' }), /positive decimal/);
  assert.throws(() => convert(0.5, { from: 'EUR', to: 'USD', rate: '1' }), /whole number/);
});

test('a rate is written with twelve digits that count, half up, and no zeros behind', () => {
  const table: [bigint, bigint, string][] = [
    [1n, 1n, '1'],
    [10_784n, 10_000n, '1.0784'],
    [10_000n, 10_784n, '0.927299703264'],
    [1n, 3n, '0.333333333333'],
    [2n, 3n, '0.666666666667'],
    [1n, 1_752_783n, '0.000000570521279588'],
    [100n, 1n, '100'],
    [123_456_789_012_345n, 1n, '123456789012345'],
  ];
  for (const [numerator, denominator, text] of table) assert.equal(decimalOf({ numerator, denominator }), text);
});
