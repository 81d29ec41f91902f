// Wink's spellings of keys and merchants.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf, keyText, merchantText } from './auth.ts';

const body = 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0';

test('every environment by its names; what is spelled otherwise is no key', () => {
  for (const name of ['test', 'sandbox']) assert.equal(keyOf(`sk-${name}-${body}`), `sk_test_${body}`);
  for (const name of ['live', 'prod', 'production']) assert.equal(keyOf(`sk-${name}-${body}`), `sk_live_${body}`);
  for (const text of [
    `sk_test_${body}`,
    `pk-test-${body}`,
    `sk-${body}`,
    `sk-toString-${body}`,
    `sk-constructor-${body}`,
    `sk-test-${body}x`,
    `sk-test-${body}\n`,
    `SK-TEST-${body}`,
  ])
    assert.equal(keyOf(text), undefined, text);
});

test('ours in its spelling', () => {
  assert.equal(keyText(`sk_test_${body}`), `sk-test-${body}`);
  assert.equal(merchantText('mcht_01m7ybnbr5134ddr33pqcvyapd'), 'merchant-01m7ybnbr5134ddr33pqcvyapd');
});
