import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import {
  type Currency,
  currencies,
  currencyOf,
  display,
  fromMajor,
  isCurrency,
  maxAmount,
  share,
  toMajor,
} from './money.ts';

const currency = fc.constantFrom(...(Object.keys(currencies) as Currency[]));
const amount = fc.oneof(
  fc.integer({ min: 0, max: maxAmount }),
  fc.constantFrom(0, 1, 9, 10, 99, 100, 101, 999, 1_000, 99_999_999, 100_000_000, maxAmount),
);

test('minor to major text, by the decimals of the currency', () => {
  const table: [number, Currency, string][] = [
    [1_999, 'USD', '19.99'],
    [5, 'USD', '0.05'],
    [0, 'USD', '0.00'],
    [-5, 'USD', '-0.05'],
    [1_999, 'JPY', '1999'],
    [0, 'JPY', '0'],
    [-1, 'KRW', '-1'],
    [1_999, 'KWD', '1.999'],
    [1, 'BHD', '0.001'],
    [1, 'BTC', '0.00000001'],
    [150_000_000, 'BTC', '1.50000000'],
    [maxAmount, 'USD', '9999999999.99'],
    [Number.MAX_SAFE_INTEGER, 'USD', '90071992547409.91'],
    [-Number.MAX_SAFE_INTEGER, 'BTC', '-90071992.54740991'],
  ];
  for (const [minor, code, text] of table) assert.equal(toMajor(minor, code), text);
});

test('major text to minor: exact, or nothing', () => {
  const table: [string, Currency, number | undefined][] = [
    ['19.99', 'USD', 1_999],
    ['19.9', 'USD', 1_990],
    ['19', 'USD', 1_900],
    ['19.990', 'USD', 1_999],
    ['19.999', 'USD', undefined],
    ['1.5', 'JPY', undefined],
    ['1.0', 'JPY', 1],
    ['-0.05', 'USD', -5],
    ['-0', 'USD', 0],
    ['007', 'USD', 700],
    ['', 'USD', undefined],
    ['.5', 'USD', undefined],
    ['5.', 'USD', undefined],
    ['1e3', 'USD', undefined],
    ['1,000', 'USD', undefined],
    [' 1', 'USD', undefined],
    ['+1', 'USD', undefined],
    ['NaN', 'USD', undefined],
    ['Infinity', 'USD', undefined],
    ['0x10', 'USD', undefined],
    ['١', 'USD', undefined],
    ['0.1', 'BTC', 10_000_000],
    ['0.000000001', 'BTC', undefined],
    ['90071992547409.91', 'USD', undefined],
    ['9999999999999', 'JPY', 9_999_999_999_999],
    ['99999999999999', 'JPY', undefined],
    ['9999999999999.99', 'USD', 999_999_999_999_999],
    ['9999999999999', 'BTC', undefined],
  ];
  for (const [text, code, minor] of table) assert.equal(fromMajor(text, code), minor, `${text} ${code}`);
  assert.ok(Object.is(fromMajor('-0.00', 'USD'), 0), 'no negative zero');
});

test('every amount of every currency goes there and back', () => {
  fc.assert(
    fc.property(amount, currency, fc.boolean(), (value, code, negative) => {
      const minor = negative ? 0 - value : value;
      assert.equal(fromMajor(toMajor(minor, code), code), minor);
    }),
    { numRuns: 5_000 },
  );
});

test('text with one decimal too many is refused, zeros at the end are not', () => {
  fc.assert(
    fc.property(amount, currency, fc.integer({ min: 1, max: 9 }), (value, code, digit) => {
      const text = toMajor(value, code);
      const dot = text.includes('.') ? '' : '.';
      assert.equal(fromMajor(`${text}${dot}${digit}`, code), undefined);
      assert.equal(fromMajor(`${text}${dot}000`, code), value);
    }),
  );
});

test('a fraction of a minor unit is a bug, never a sum', () => {
  for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
    assert.throws(() => toMajor(bad, 'USD'), /safe integer/);
  for (const bad of [-1, 0.5, 2 ** 53]) assert.throws(() => share(bad, 100), /non-negative/);
});

test('a share is the exact product, half a unit up: against a reference in whole numbers', () => {
  const table: [number, number, number][] = [
    [1_999, 290, 58],
    [100, 50, 1],
    [99, 50, 0],
    [1, 5_000, 1],
    [1, 4_999, 0],
    [0, 290, 0],
    [100, 0, 0],
    [100, 10_000, 100],
    [maxAmount, 290, 29_000_000_000],
  ];
  for (const [value, bps, part] of table) assert.equal(share(value, bps), part);
  fc.assert(
    fc.property(fc.oneof(amount, fc.maxSafeNat()), fc.integer({ min: 0, max: 10_000 }), (value, bps) => {
      const part = BigInt(share(value, bps));
      const twice = 2n * BigInt(value) * BigInt(bps);
      // part is the one integer with part − ½ ≤ value × bps / 10,000 < part + ½.
      assert.ok((2n * part - 1n) * 10_000n <= twice && twice < (2n * part + 1n) * 10_000n);
      assert.ok(part >= 0n && part <= BigInt(value));
    }),
    { numRuns: 5_000 },
  );
});

test('a share grows with the amount and with the rate', () => {
  fc.assert(
    fc.property(
      amount,
      amount,
      fc.integer({ min: 0, max: 10_000 }),
      fc.integer({ min: 0, max: 10_000 }),
      (a, b, r, s) => {
        assert.ok(share(Math.min(a, b), r) <= share(Math.max(a, b), r));
        assert.ok(share(a, Math.min(r, s)) <= share(a, Math.max(r, s)));
      },
    ),
  );
});

test('a currency is known by its capitals; others are refused with what to write', () => {
  for (const code of Object.keys(currencies)) assert.equal(currencyOf(code), code);
  for (const code of ['usd', 'Usd', 'XXX', '', 'toString', '__proto__', 'USD ', 'constructor']) {
    assert.ok(!isCurrency(code));
    assert.throws(
      () => currencyOf(code, 'price.currency'),
      (error) =>
        isFault(error, 'currency_unsupported') &&
        error.param === 'price.currency' &&
        /capitals: 'USD'|Supported: USD/.test(error.message),
    );
  }
});

test('shown to people: the sign and the decimals of the currency, exact up to the largest amount', () => {
  assert.equal(display(1_999, 'USD'), '$19.99');
  assert.equal(display(-1_999, 'USD'), '-$19.99');
  assert.equal(display(1_999, 'JPY'), '¥1,999');
  assert.equal(display(1_999, 'KWD').replace(/\s/g, ' '), 'KWD 1.999');
  assert.equal(display(1, 'BTC'), '0.00000001 BTC');
  assert.equal(display(maxAmount, 'USD'), '$9,999,999,999.99');
  assert.equal(display(Number.MAX_SAFE_INTEGER, 'USD'), '$90,071,992,547,409.91');
  assert.equal(display(123_456, 'EUR', 'de').replace(/\s/g, ' '), '1.234,56 €');
  fc.assert(
    fc.property(amount, currency, (value, code) => {
      assert.equal(display(value, code).replace(/[^\d]/g, ''), toMajor(value, code).replace('.', ''));
    }),
  );
});
