// VINR's table: its paths, each with the operation behind it.

import Type from 'typebox';
import { notFound } from '../../kit/fault.ts';
import { Amount } from '../../operation/fields.ts';
import { cancelPayment } from '../../payments/cancel-payment.ts';
import { capturePayment } from '../../payments/capture-payment.ts';
import { createPayment } from '../../payments/create-payment.ts';
import { createRefund } from '../../payments/create-refund.ts';
import { getPayment, getRefund, listPayments, listRefunds } from '../../payments/read-payments.ts';
import { getSettlement, listSettlements, listSettlementTransactions } from '../../settlements/settlement.ts';
import { createEndpoint, deleteEndpoint, getEndpoint, listEndpoints } from '../../webhooks/manage-endpoints.ts';
import { type Call, type DialectRoute, route } from '../dialect.ts';
import {
  CreatePayment,
  CreateRefund,
  idempotencyKey,
  PageOf,
  Paging,
  Payment,
  pageOf,
  paymentInput,
  paymentOf,
  Refund,
  RefundFilter,
  refundInput,
  refundOf,
  Settlement,
  settlementOf,
  Transaction,
  transactionOf,
} from './shapes.ts';
import { CreateWebhook, eventsInput, Webhook, webhookOf } from './webhooks.ts';

const nothing = Type.Object({}, { additionalProperties: false });
const idOf = ({ params }: Call) => params.id ?? '';

export const routes: readonly DialectRoute[] = [
  route({
    method: 'POST',
    path: '/payments',
    summary: 'Create a payment',
    input: CreatePayment,
    output: Payment,
    status: 201,
    faults: ['currency_unsupported', 'permission_denied'],
    example: { amount: 1000, currency: 'EUR', returnUrl: 'https://shop.example.com/done', metadata: { order: '1042' } },
    run: async (call, body) =>
      paymentOf(
        await call.perform(
          createPayment,
          paymentInput(body),
          idempotencyKey(call.idempotency_key, body.idempotencyKey),
        ),
      ),
  }),
  route({
    method: 'GET',
    path: '/payments',
    summary: 'List payments',
    input: Paging,
    output: PageOf(Payment),
    run: async (call, query) => pageOf(await call.perform(listPayments, query), query, paymentOf),
  }),
  route({
    method: 'GET',
    path: '/payments/{id}',
    summary: 'Retrieve a payment',
    input: nothing,
    output: Payment,
    faults: ['not_found'],
    run: async (call) => paymentOf(await call.perform(getPayment, { id: idOf(call) })),
  }),
  route({
    method: 'POST',
    path: '/payments/{id}/capture',
    summary: 'Capture an authorized payment',
    input: Type.Object({ amount: Type.Optional(Amount) }, { additionalProperties: false }),
    output: Payment,
    faults: ['not_found', 'state_invalid', 'amount_too_large', 'payment_in_progress'],
    // One capture ends a VINR payment: none of its five statuses means that a part is still held.
    run: async (call, body) =>
      paymentOf(await call.perform(capturePayment, { id: idOf(call), ...body, final: true }, call.idempotency_key)),
  }),
  route({
    method: 'POST',
    path: '/payments/{id}/cancel',
    summary: 'Cancel a payment',
    input: nothing,
    output: Payment,
    faults: ['not_found', 'state_invalid', 'payment_in_progress'],
    run: async (call) => paymentOf(await call.perform(cancelPayment, { id: idOf(call) }, call.idempotency_key)),
  }),
  route({
    method: 'POST',
    path: '/refunds',
    summary: 'Create a refund',
    input: CreateRefund,
    output: Refund,
    status: 201,
    faults: [
      'not_found',
      'payment_not_refundable',
      'payment_fully_refunded',
      'nothing_refundable',
      'amount_too_large',
      'insufficient_balance',
    ],
    example: { payment: 'pay_1234567890', amount: 500, reason: 'requested_by_customer' },
    run: async (call, body) => refundOf(await call.perform(createRefund, refundInput(body), call.idempotency_key)),
  }),
  route({
    method: 'GET',
    path: '/refunds',
    summary: 'List refunds',
    input: RefundFilter,
    output: PageOf(Refund),
    run: async (call, query) => pageOf(await call.perform(listRefunds, query), query, refundOf),
  }),
  route({
    method: 'GET',
    path: '/refunds/{id}',
    summary: 'Retrieve a refund',
    input: nothing,
    output: Refund,
    faults: ['not_found'],
    run: async (call) => refundOf(await call.perform(getRefund, { id: idOf(call) })),
  }),
  route({
    method: 'POST',
    path: '/webhooks',
    summary: 'Register a webhook endpoint',
    input: CreateWebhook,
    output: Webhook,
    status: 201,
    faults: ['url_refused', 'limit_reached'],
    example: { url: 'https://shop.example.com/vinr', enabledEvents: ['payment.completed'] },
    run: async (call, body) =>
      webhookOf(
        await call.perform(
          createEndpoint,
          { url: body.url, events: eventsInput(body.enabledEvents), dialect: 'vinr' },
          call.idempotency_key,
        ),
      ),
  }),
  route({
    method: 'GET',
    path: '/webhooks',
    summary: 'List webhook endpoints',
    input: Paging,
    output: PageOf(Webhook),
    run: async (call, query) =>
      pageOf(await call.perform(listEndpoints, { ...query, dialect: 'vinr' }), query, webhookOf),
  }),
  route({
    method: 'DELETE',
    path: '/webhooks/{id}',
    summary: 'Remove a webhook endpoint',
    input: nothing,
    output: Type.Object({ id: Type.String(), object: Type.Literal('webhook'), deleted: Type.Literal(true) }),
    faults: ['not_found'],
    async run(call) {
      const id = idOf(call);
      // An endpoint of another wire format is none of this dialect's.
      if ((await call.perform(getEndpoint, { id })).dialect !== 'vinr') throw notFound('webhook endpoint', id);
      await call.perform(deleteEndpoint, { id });
      return { id, object: 'webhook' as const, deleted: true as const };
    },
  }),
  route({
    method: 'GET',
    path: '/settlements',
    summary: 'List settlements',
    input: Paging,
    output: PageOf(Settlement),
    run: async (call, query) => pageOf(await call.perform(listSettlements, query), query, settlementOf),
  }),
  route({
    method: 'GET',
    path: '/settlements/{id}',
    summary: 'Retrieve settlement details',
    input: nothing,
    output: Settlement,
    faults: ['not_found'],
    run: async (call) => settlementOf(await call.perform(getSettlement, { id: idOf(call) })),
  }),
  route({
    method: 'GET',
    path: '/settlements/{id}/transactions',
    summary: 'List transactions in a settlement',
    input: Paging,
    output: PageOf(Transaction),
    faults: ['not_found'],
    run: async (call, query) =>
      pageOf(await call.perform(listSettlementTransactions, { id: idOf(call), ...query }), query, transactionOf),
  }),
];
