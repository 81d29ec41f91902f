// VINR's names for our events, its payloads and its signature.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { eventTypes } from '../../events/event.ts';
import { isFault } from '../../kit/fault.ts';
import { secretText } from '../../webhooks/sign.ts';
import { eventsInput, signatureOf, vinrEvents, vinrWebhooks, webhookOf } from './webhooks.ts';

const payload = JSON.stringify({
  id: 'pay_1',
  object: 'payment',
  status: 'completed',
  amount: 1000,
  currency: 'EUR',
  description: null,
  return_url: 'https://shop.test/done',
  checkout_url: null,
  amount_capturable: 0,
  amount_captured: 1000,
  amount_refunded: 0,
  metadata: { order: '7' },
  created_at: '2026-04-15T10:30:00.123Z',
});
const event = {
  id: 'evt_1',
  type: 'payment.completed',
  payload,
  request_id: null,
  created_at: new Date('2026-04-15T10:30:01.9Z'),
};

test('the body is VINR’s, the same at every try; the signature is that of timestamp and body', () => {
  const secret = Buffer.alloc(32, 7);
  const first = vinrWebhooks.write(event, [secret, Buffer.alloc(32, 8)], new Date(1_776_249_000_000));
  const second = vinrWebhooks.write(event, [secret], new Date(1_776_249_060_000));
  assert.equal(first.body, second.body);
  assert.deepEqual(JSON.parse(first.body), {
    id: 'evt_1',
    object: 'event',
    type: 'payment.completed',
    created: '2026-04-15T10:30:01Z',
    data: {
      id: 'pay_1',
      object: 'payment',
      status: 'completed',
      amount: 1000,
      currency: 'EUR',
      returnUrl: 'https://shop.test/done',
      amountCapturable: 0,
      amountCaptured: 1000,
      amountRefunded: 0,
      created_at: '2026-04-15T10:30:00Z',
      metadata: { order: '7' },
    },
  });
  const expected = createHmac('sha256', secretText(secret)).update(`1776249000.${first.body}`).digest('hex');
  assert.deepEqual(first.headers, { 'x-vinr-timestamp': '1776249000', 'x-vinr-signature': expected });
  assert.notEqual(second.headers['x-vinr-signature'], expected);
  assert.equal(signatureOf(secretText(secret), '1776249000', first.body), expected);
});

test('names go both ways; every type that is spoken is one of ours', () => {
  for (const type of vinrWebhooks.event_types) assert.ok((eventTypes as readonly string[]).includes(type), type);
  assert.deepEqual(eventsInput(undefined), ['*']);
  assert.deepEqual(eventsInput(['*']), ['*']);
  assert.deepEqual(eventsInput(['refund.completed', 'dispute.opened']), ['refund.succeeded', 'dispute.created']);
  for (const name of vinrEvents) {
    const [type] = eventsInput([name]);
    const shown = webhookOf({ events: [type], created_at: '2026-01-01T00:00:00.000Z' } as never);
    assert.deepEqual(shown.enabledEvents, [name]);
  }
  for (const wrong of [['payment.succeeded'], ['*', 'payment.completed'], ['__proto__']]) {
    assert.throws(
      () => eventsInput(wrong),
      (error) => isFault(error, 'parameter_invalid') && error.param === 'enabledEvents',
    );
  }
});

test('a secret is shown when there is one, and never otherwise', () => {
  const endpoint = {
    id: 'we_1',
    url: 'https://a.test',
    status: 'enabled',
    events: [],
    created_at: '2026-01-01T00:00:00.000Z',
  };
  assert.ok(!('secret' in webhookOf({ ...endpoint, secret: null } as never)));
  assert.equal(webhookOf({ ...endpoint, secret: 'whsec_x' } as never).secret, 'whsec_x');
});

test('refunds, disputes and settlements are told in VINR’s names and shapes', () => {
  const created_at = '2026-04-15T10:30:00.000Z';
  const told = (type: string, data: Record<string, unknown>) =>
    JSON.parse(
      vinrWebhooks.write({ ...event, type, payload: JSON.stringify({ ...data, created_at }) }, [], new Date(0)).body,
    );
  const money = { amount: 500, currency: 'EUR' };
  const refund = { id: 're_1', object: 'refund', payment: 'pay_1', status: 'failed', reason: 'duplicate', ...money };
  const failed = told('refund.failed', { ...refund, metadata: {}, note: null, failure_code: 'closed' });
  assert.equal(failed.type, 'refund.updated');
  assert.deepEqual(failed.data, { ...refund, created_at: '2026-04-15T10:30:00Z', metadata: {} });

  const dispute = { id: 'dp_1', object: 'dispute', payment: 'pay_1', status: 'lost', reason: 'fraudulent', ...money };
  const resolved = told('dispute.closed', { ...dispute, evidence: { text: 'private' }, fee: 1500 });
  assert.equal(resolved.type, 'dispute.resolved');
  assert.deepEqual(resolved.data, { ...dispute, created_at: '2026-04-15T10:30:00Z' });

  const settled = told('settlement.created', {
    id: 'setl_1',
    currency: 'EUR',
    gross: 1000,
    refunded: 100,
    fees: 59,
    net: 841,
    transaction_count: 2,
    period_start: created_at,
    period_end: created_at,
  });
  assert.equal(settled.type, 'settlement.completed');
  assert.deepEqual(
    [settled.data.grossAmount, settled.data.refundedAmount, settled.data.feeAmount, settled.data.netAmount],
    [1000, 100, 59, 841],
  );
});
