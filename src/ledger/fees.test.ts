// Fees: the most exact rule counts, halves round up, and no fee is more than the amount.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '../operation/context.ts';
import { captureFee, disputeFee, exchangeFee, regionOf } from './fees.ts';

const account = (fee_schedule: Account['fee_schedule'], merchant_country = 'US') =>
  ({ fee_schedule, merchant_country }) as Account;
const paid = (card_country: string | null) => ({ method: 'card' as const, card_country });
const bitcoin = { method: 'bitcoin' as const, card_country: null };

test('the rule with the most conditions that fit decides; the first of equals', () => {
  const a = account({
    rules: [
      { bps: 290, fixed: 30 },
      { region: 'international', bps: 440, fixed: 30 },
      { currency: 'JPY', bps: 360, fixed: 0 },
      { currency: 'JPY', region: 'international', bps: 500, fixed: 10 },
    ],
  });
  assert.equal(captureFee(a, 10_000, 'USD', paid('US')), 320);
  assert.equal(captureFee(a, 10_000, 'USD', paid('FR')), 470);
  assert.equal(captureFee(a, 10_000, 'JPY', paid('US')), 360);
  assert.equal(captureFee(a, 10_000, 'JPY', paid('FR')), 510);
  assert.equal(captureFee(account({}), 10_000, 'USD', paid('US')), 0);
});

test('a half minor unit rounds up; a fee never exceeds the amount', () => {
  const a = account({ rules: [{ bps: 250, fixed: 0 }] });
  assert.equal(captureFee(a, 20, 'USD', paid('US')), 1, '0.5');
  assert.equal(captureFee(a, 19, 'USD', paid('US')), 0, '0.475');
  assert.equal(captureFee(account({ rules: [{ bps: 290, fixed: 30 }] }), 7, 'USD', paid('US')), 7);
});

test('regions: a member of the European Economic Area is not foreign to another', () => {
  assert.equal(regionOf('DE', 'DE'), 'domestic');
  assert.equal(regionOf('DE', 'FR'), 'eea');
  assert.equal(regionOf('DE', 'US'), 'international');
  assert.equal(regionOf('US', 'FR'), 'international');
  assert.equal(regionOf('US', null), 'domestic');
});

test('a dispute costs what its currency says, else the usual', () => {
  const a = account({ dispute: [{ amount: 1500 }, { currency: 'JPY', amount: 2000 }] });
  assert.equal(disputeFee(a, 'USD'), 1500);
  assert.equal(disputeFee(a, 'JPY'), 2000);
  assert.equal(disputeFee(account({}), 'USD'), 0);
});

test('Bitcoin has a rule of its own', () => {
  const a = account({
    rules: [
      { method: 'bitcoin', bps: 100, fixed: 0 },
      { bps: 290, fixed: 30 },
    ],
  });
  assert.equal(captureFee(a, 10_000, 'USD', bitcoin), 100);
  assert.equal(captureFee(a, 10_000, 'USD', paid('US')), 320);
});

test('another currency than the account’s own costs the exchange fee on top; BTC does not; never more than the amount', () => {
  const a = { ...account({ rules: [{ bps: 290, fixed: 30 }], exchange: { bps: 200 } }), currency: 'USD' } as Account;
  assert.equal(exchangeFee(a, 10_000, 'USD'), 0);
  assert.equal(exchangeFee(a, 10_000, 'BTC'), 0);
  assert.equal(exchangeFee(a, 10_000, 'EUR'), 200);
  assert.equal(captureFee(a, 10_000, 'EUR', paid('US')), 520);
  assert.equal(captureFee(a, 10, 'EUR', paid('US')), 10);
  assert.equal(exchangeFee(account({}), 10_000, 'EUR'), 0);
});
