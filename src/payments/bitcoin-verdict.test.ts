import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BitcoinFacts } from '../connectors/bitcoin.ts';
import { bitcoinUri, bitcoinVerdict, missing, surplus } from './bitcoin-verdict.ts';

const until = new Date('2026-03-01T12:15:00Z');
const before = new Date(until.getTime() - 1);
const facts = (amount_received: number, amount_confirmed = 0): BitcoinFacts => ({
  invoice: 'inv_1',
  address: 'tb1qxyz',
  label: 'Beans & Co?',
  amount: 1_000,
  amount_received,
  amount_confirmed,
  amount_elsewhere: 0,
  rate: null,
  expires_at: until.toISOString(),
});

test('time ends only what did not come', () => {
  const cases: [received: number, confirmed: number, in_time: string, after: string][] = [
    [0, 0, 'action', 'invoice_expired'],
    [999, 0, 'action', 'underpaid'],
    [999, 999, 'action', 'underpaid'],
    [1_000, 0, 'pending', 'pending'],
    [1_000, 999, 'pending', 'pending'],
    [1_000, 1_000, 'approved', 'approved'],
    [5_000, 1_000, 'approved', 'approved'],
  ];
  for (const [received, confirmed, in_time, after] of cases) {
    const told = (now: Date) => {
      const verdict = bitcoinVerdict(facts(received, confirmed), 'sim_1', now);
      return verdict.kind === 'declined' ? verdict.code : verdict.kind;
    };
    assert.deepEqual([told(before), told(until)], [in_time, after], `${received} received, ${confirmed} confirmed`);
  }
});

test('what is missing, what is too much, and the address over what is missing', () => {
  assert.deepEqual([missing(facts(400)), surplus(facts(400))], [600, 0]);
  assert.deepEqual([missing(facts(1_500)), surplus(facts(1_500))], [0, 500]);
  assert.equal(bitcoinUri(facts(400)), 'bitcoin:tb1qxyz?amount=0.00000600&label=Beans%20%26%20Co%3F');
});
