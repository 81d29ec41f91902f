// Amounts between Wink's numbers and our integers: exact both ways, and refused when they are not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../kit/fault.ts';
import { type Currency, maxAmount } from '../../kit/money.ts';
import { majorOf, minorOf } from './amounts.ts';

const rows: [number, Currency, number][] = [
  [42.77, 'USD', 4277],
  [0.1, 'EUR', 10],
  [1, 'JPY', 1],
  [1.005, 'KWD', 1005],
  [0.00000001, 'BTC', 1],
  [0.12345678, 'BTC', 12_345_678],
  [21, 'BTC', 2_100_000_000],
  [9_999_999_999.99, 'USD', maxAmount],
  [0, 'USD', 0],
];

test('both ways, also where JSON writes 1e-8', () => {
  for (const [major, currency, minor] of rows) {
    assert.equal(minorOf(major, currency, 'totalPrice'), minor, `${major} ${currency}`);
    assert.equal(majorOf(minor, currency), major);
    assert.equal(JSON.parse(JSON.stringify(majorOf(minor, currency))), major);
  }
});

test('every cent up to a thousand comes back as it was', () => {
  for (let cents = 0; cents <= 100_000; cents++) assert.equal(minorOf(cents / 100, 'USD', 'x'), cents);
});

test('too many decimals are refused by name, never rounded', () => {
  for (const [major, currency] of [
    [42.775, 'USD'],
    [0.1 + 0.2, 'EUR'],
    [1.5, 'JPY'],
    [0.000000001, 'BTC'],
    [1e-20, 'USD'],
  ] as const) {
    assert.throws(
      () => minorOf(major, currency, 'totalPrice'),
      (error) =>
        isFault(error, 'parameter_invalid') && error.param === 'totalPrice' && error.message.includes('decimals'),
    );
  }
  assert.throws(
    () => minorOf(10_000_000_000, 'USD', 'totalPrice'),
    (error) => isFault(error, 'amount_too_large'),
  );
});
