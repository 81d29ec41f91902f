// Wink's table: its paths, each with the operation behind it.

import Type from 'typebox';
import { createSession } from '../../checkout/create-session.ts';
import { getSession } from '../../checkout/manage-sessions.ts';
import { getCustomer, listCustomers } from '../../customers/manage-customers.ts';
import { currencyOf } from '../../kit/money.ts';
import { createRefund } from '../../payments/create-refund.ts';
import { getPayment, getRefund, listPayments, listRefunds } from '../../payments/read-payments.ts';
import { type DialectRoute, route } from '../dialect.ts';
import { minorOf } from './amounts.ts';
import {
  CreateRefund,
  CreateSession,
  Customer,
  customerOf,
  ListOf,
  listOf,
  Paging,
  pageInput,
  Refund,
  RefundFilter,
  refundOf,
  Session,
  sessionInput,
  sessionOf,
  Transaction,
  transactionOf,
} from './shapes.ts';

const nothing = Type.Object({}, { additionalProperties: false });

export const routes: readonly DialectRoute[] = [
  route({
    method: 'POST',
    path: '/checkout-sessions',
    summary: 'Create a checkout session',
    input: CreateSession,
    output: Session,
    status: 201,
    faults: ['total_mismatch', 'currency_unsupported', 'amount_too_large'],
    example: {
      totalPrice: 42.77,
      currency: 'USD',
      lineItems: [{ name: 'Coffee beans, 1 kg', quantity: 2, unitPrice: 19.99 }],
      discounts: [{ name: 'Welcome', amount: 1 }],
      taxes: [{ name: 'VAT', amount: 3.79 }],
      successUrl: 'https://shop.example.com/thanks',
      cancelUrl: 'https://shop.example.com/cart',
    },
    run: async (call, body) => sessionOf(await call.perform(createSession, sessionInput(body), call.idempotency_key)),
  }),
  route({
    method: 'GET',
    path: '/checkout-sessions/{sessionId}',
    summary: 'Get a checkout session',
    input: nothing,
    output: Session,
    faults: ['not_found'],
    run: async (call) => sessionOf(await call.perform(getSession, { id: call.params.sessionId ?? '' })),
  }),
  route({
    method: 'GET',
    path: '/customers',
    summary: 'List all customers',
    input: Paging,
    output: ListOf(Customer),
    run: async (call, query) => listOf(await call.perform(listCustomers, pageInput(query)), customerOf),
  }),
  route({
    method: 'GET',
    path: '/customers/{customerId}',
    summary: 'Get a customer',
    input: nothing,
    output: Customer,
    faults: ['not_found'],
    run: async (call) => customerOf(await call.perform(getCustomer, { id: call.params.customerId ?? '' })),
  }),
  route({
    method: 'GET',
    path: '/transactions',
    summary: 'List all transactions',
    input: Paging,
    output: ListOf(Transaction),
    run: async (call, query) => listOf(await call.perform(listPayments, pageInput(query)), transactionOf),
  }),
  route({
    method: 'GET',
    path: '/transactions/{transactionId}',
    summary: 'Get a transaction',
    input: nothing,
    output: Transaction,
    faults: ['not_found'],
    run: async (call) => transactionOf(await call.perform(getPayment, { id: call.params.transactionId ?? '' })),
  }),
  route({
    method: 'POST',
    path: '/refunds',
    summary: 'Issue a refund',
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
    example: { transactionId: 'pay_01', amount: 5, reason: 'requested_by_customer' },
    async run(call, { transactionId: payment, amount, reason }) {
      const asked = { payment, ...(reason === undefined ? {} : { reason }) };
      if (amount === undefined) return refundOf(await call.perform(createRefund, asked, call.idempotency_key));
      // An amount is written in the currency of its transaction, which only the transaction knows.
      const { currency } = await call.perform(getPayment, { id: payment });
      const minor = minorOf(amount, currencyOf(currency), 'amount');
      return refundOf(await call.perform(createRefund, { ...asked, amount: minor }, call.idempotency_key));
    },
  }),
  route({
    method: 'GET',
    path: '/refunds',
    summary: 'Get all refunds',
    input: RefundFilter,
    output: ListOf(Refund),
    run: async (call, { transactionId, ...query }) =>
      listOf(
        await call.perform(listRefunds, {
          ...pageInput(query),
          ...(transactionId === undefined ? {} : { payment: transactionId }),
        }),
        refundOf,
      ),
  }),
  route({
    method: 'GET',
    path: '/refunds/{refundId}',
    summary: 'Get a refund',
    input: nothing,
    output: Refund,
    faults: ['not_found'],
    run: async (call) => refundOf(await call.perform(getRefund, { id: call.params.refundId ?? '' })),
  }),
];
