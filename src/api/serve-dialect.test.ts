// How a refusal of the core is told in a dialect's names and units.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../kit/fault.ts';
import { said } from '../kit/money.ts';
import { toldIn } from './serve-dialect.ts';

const names = {
  amount_total: 'totalPrice',
  line_items: 'lineItems',
  unit_amount: 'unitPrice',
  payment: 'transactionId',
};

test('fields in its names, paths part by part, the id by the name of the path; other words stay', () => {
  const told = toldIn(
    { names, major_units: false },
    new Fault('parameter_invalid', "'line_items[0].unit_amount' of this payment, amount_total 1500 ($15.00).", {
      param: 'line_items[0].unit_amount',
    }),
  );
  assert.equal(told.param, 'lineItems[0].unitPrice');
  assert.equal(told.message, "'lineItems[0].unitPrice' of this payment, totalPrice 1500 ($15.00).");
  assert.equal(
    toldIn({ names, major_units: false }, new Fault('not_found', 'No.', { param: 'id' }), 'refundId').param,
    'refundId',
  );
  assert.equal(
    toldIn({ names, major_units: false }, new Fault('not_found', 'No.', { param: 'constructor' })).param,
    'constructor',
  );
});

test('where amounts are major units the minor half goes, whatever the currency and the sign', () => {
  const message = `${said(1500, 'USD')}, ${said(-1, 'BTC')}, ${said(1_000, 'KWD')}, ${said(-499, 'JPY')} (of 3)`;
  const told = toldIn({ names, major_units: true }, new Fault('total_mismatch', message)).message;
  assert.equal(told.replaceAll(/\u00a0/g, ' '), '$15.00, -0.00000001 BTC, KWD 1.000, -¥499 (of 3)');
  assert.equal(toldIn({ names, major_units: false }, new Fault('total_mismatch', message)).message, message);
});

test('what only the log may see, and when to come back, go along', () => {
  const cause = new Error('why');
  const told = toldIn(
    { names, major_units: true },
    new Fault('unavailable', 'Later.', { retry_after: 2, cause, internal: 'x' }),
  );
  assert.deepEqual([told.retry_after, told.internal, told.cause], [2, 'x', cause]);
});
