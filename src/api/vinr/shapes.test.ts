// VINR's shapes against the reference's own example, and each way of translating.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFault } from '../../kit/fault.ts';
import type { PaymentObject } from '../../payments/payment.ts';
import { paymentStatuses } from '../../payments/payment.ts';
import type { RefundObject } from '../../payments/refund.ts';
import { fieldsOf } from './form.ts';
import {
  idempotencyKey,
  pageOf,
  paymentInput,
  paymentOf,
  refundInput,
  refundOf,
  statuses,
  statusOf,
} from './shapes.ts';

const payment: PaymentObject = {
  id: 'pay_1234567890',
  object: 'payment',
  status: 'completed',
  amount: 1000,
  currency: 'EUR',
  description: null,
  metadata: {},
  return_url: null,
  checkout_url: null,
  amount_capturable: 0,
  amount_captured: 1000,
  amount_refunded: 0,
  created_at: '2026-04-15T10:30:00.123Z',
} as unknown as PaymentObject;

describe('payments', () => {
  test('the response of the reference, field by field', () => {
    const { amountCapturable, amountCaptured, amountRefunded, ...documented } = paymentOf(payment);
    assert.deepEqual(documented, {
      id: 'pay_1234567890',
      object: 'payment',
      status: 'completed',
      amount: 1000,
      currency: 'EUR',
      created_at: '2026-04-15T10:30:00Z',
      metadata: {},
    });
    assert.deepEqual([amountCapturable, amountCaptured, amountRefunded], [0, 1000, 0]);
  });

  test('each of our statuses is one of the five', () => {
    for (const status of paymentStatuses) assert.ok(statuses.includes(statusOf[status]), status);
    assert.equal(statusOf.authorized, 'pending');
    assert.equal(statusOf.processing, 'pending');
  });

  test('metadata is handed through as it is, whatever its keys are spelled like', () => {
    const metadata = { return_url: 'a', returnUrl: 'b', 'odd key': 'c' };
    assert.deepEqual(paymentOf({ ...payment, metadata }).metadata, metadata);
    assert.deepEqual(paymentInput({ amount: 1, currency: 'EUR', metadata }).metadata, metadata);
  });

  test('every documented parameter arrives, and the idempotency key is none of the input', () => {
    const body = {
      amount: 1000,
      currency: 'EUR',
      description: 'Tea',
      returnUrl: 'https://shop.test/done',
      metadata: { order: '7' },
      idempotencyKey: 'k',
      capture: false,
    };
    assert.deepEqual(paymentInput(body), {
      amount: 1000,
      currency: 'EUR',
      description: 'Tea',
      return_url: 'https://shop.test/done',
      metadata: { order: '7' },
      capture: false,
    });
  });

  test('the key of the header or of the body; two that differ are refused', () => {
    assert.equal(idempotencyKey(undefined, undefined), undefined);
    assert.equal(idempotencyKey('a', undefined), 'a');
    assert.equal(idempotencyKey(undefined, 'b'), 'b');
    assert.equal(idempotencyKey('a', 'a'), 'a');
    assert.throws(
      () => idempotencyKey('a', 'b'),
      (error) => isFault(error, 'idempotency_key_invalid'),
    );
  });
});

test('a refund’s fourth reason survives the way through ours', () => {
  const made = refundInput({ payment: 'pay_1', reason: 'product_not_received' });
  assert.deepEqual(made, { payment: 'pay_1', reason: 'other', note: 'product_not_received' });
  const refund = { ...made, id: 're_1', status: 'succeeded', amount: 5, currency: 'EUR', metadata: {} };
  const shown = refundOf({ ...refund, created_at: '2026-04-15T10:30:00.000Z' } as unknown as RefundObject);
  assert.equal(shown.reason, 'product_not_received');
});

test('the cursor goes on in the direction that was asked; a total is told where it is known', () => {
  const list = (has_more: boolean) => ({ object: 'list' as const, data: [{ id: 'c' }, { id: 'b' }], has_more });
  const page = (has_more: boolean, asked: Parameters<typeof pageOf>[1]) => pageOf(list(has_more), asked, (x) => x).page;
  assert.deepEqual(page(true, {}), { has_more: true, next_cursor: 'b', total_estimate: null });
  assert.deepEqual(page(true, { starting_after: 'd' }), { has_more: true, next_cursor: 'b', total_estimate: null });
  assert.deepEqual(page(true, { ending_before: 'a' }), { has_more: true, next_cursor: 'c', total_estimate: null });
  assert.deepEqual(page(false, {}), { has_more: false, next_cursor: null, total_estimate: 2 });
  assert.deepEqual(page(false, { starting_after: 'd' }), { has_more: false, next_cursor: null, total_estimate: null });
});

test('a form’s fields: lists by either spelling, maps left for the schema, names of the language harmless', () => {
  const fields = fieldsOf('a=1&list[]=x&list[]=y&also=1&also=2&one[]=z&metadata[order]=7&__proto__=p');
  assert.deepEqual(
    { ...fields },
    { a: '1', list: ['x', 'y'], also: ['1', '2'], one: ['z'], 'metadata[order]': '7', ['__proto__']: 'p' },
  );
  assert.equal(({} as Record<string, unknown>).p, undefined);
});
