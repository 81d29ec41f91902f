import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mostSatoshis, rateText, satoshisFor } from './bitcoin-rate.ts';

const usd = { minor_units: 6_400_000, satoshis: 100_000_000, currency: 'USD' as const };

test('the last satoshi is rounded up, a whole one stays', () => {
  assert.equal(satoshisFor(6_400, usd), 100_000);
  assert.equal(satoshisFor(1_001, usd), 15_641, '15640.625');
  assert.equal(satoshisFor(1, { minor_units: 10 ** 15, satoshis: 1 }), 1, 'never nothing');
});

test('any amount at any rate: worth at least the price, and by less than one satoshi more', () => {
  const whole = (max: number) => fc.integer({ min: 1, max });
  fc.assert(
    fc.property(whole(999_999_999_999), whole(10 ** 14), whole(10 ** 11), (amount, minor_units, satoshis) => {
      const asked = satoshisFor(amount, { minor_units, satoshis });
      if (asked > mostSatoshis) return;
      const worth = (sat: number) => BigInt(sat) * BigInt(minor_units);
      const price = BigInt(amount) * BigInt(satoshis);
      assert.ok(worth(asked) >= price);
      assert.ok(worth(asked - 1) < price);
    }),
    { numRuns: 2_000 },
  );
});

test('a rate as it is shown', () => {
  assert.equal(rateText(usd), '1 BTC = $64,000.00');
  assert.equal(rateText({ ...usd, satoshis: 1_000 }), '0.00001000 BTC = $64,000.00');
});
