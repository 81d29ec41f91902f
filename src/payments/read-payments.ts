// Reading payments and refunds: get, list with filters, timeline. Every filter has an index that begins with the account.

import { sql } from 'kysely';
import Type from 'typebox';
import { notFound } from '../kit/fault.ts';
import { currencyOf } from '../kit/money.ts';
import {
  Amount,
  CurrencyCode,
  Id,
  Instant,
  ListOf,
  Metadata,
  nullable,
  pageFields,
  text,
} from '../operation/fields.ts';
import { each, idsBetween, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { declineText } from './decline.ts';
import { findPayment, PaymentObject, type PaymentRow, paymentObject, paymentStatuses } from './payment.ts';
import { RefundObject, type RefundRow, refundObject } from './refund.ts';

export const getPayment = operation({
  name: 'payments.get',
  scope: 'payments:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a payment',
  description: 'The payment as it is now.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PaymentObject,
  faults: ['not_found'],
  example: { id: '{payment}' },
  run: async (ctx, input) =>
    paymentObject(ctx.env, await findPayment(ctx.env.db.query, ctx.account.account_id, input.id)),
});

export const listPayments = operation({
  name: 'payments.list',
  scope: 'payments:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List payments',
  description: 'Newest first. Filters add up; `status` and `metadata` may hold several.',
  input: Type.Object(
    {
      ...pageFields,
      amount: Type.Optional(Amount),
      amount_min: Type.Optional(Amount),
      amount_max: Type.Optional(Amount),
      currency: Type.Optional(CurrencyCode),
      email: Type.Optional(Type.String({ maxLength: 254 })),
      card_last_four: Type.Optional(Type.String({ pattern: '^[0-9]{4}$', description: 'four digits' })),
      created_from: Type.Optional(Instant),
      created_to: Type.Optional({ ...Instant, description: 'Not included.' }),
      status: Type.Optional(
        Type.Array(Type.Enum([...paymentStatuses]), {
          minItems: 1,
          maxItems: 7,
          description: 'In a query: `status=failed&status=pending`, or `status=failed,pending`.',
        }),
      ),
      metadata: Type.Optional(Metadata),
      merchant_reference: Type.Optional(text(200)),
      customer: Type.Optional(Id),
      checkout_session: Type.Optional(Id),
      invoice: Type.Optional({ ...Id, description: 'Every payment that was begun for this invoice.' }),
      subscription: Type.Optional({ ...Id, description: 'Of any of its invoices.' }),
    },
    { additionalProperties: false },
  ),
  output: ListOf(PaymentObject),
  faults: ['parameter_invalid', 'currency_unsupported'],
  example: { status: ['completed', 'authorized'], limit: 3 },
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'payments',
      where: {
        account_id: ctx.account.account_id,
        amount: { eq: input.amount, gte: input.amount_min, lte: input.amount_max },
        currency: input.currency && currencyOf(input.currency),
        card_last_four: input.card_last_four,
        id: idsBetween('pay', input, 'created_from', 'created_to'),
        status: input.status,
        merchant_reference: input.merchant_reference,
        customer_id: input.customer,
        checkout_session_id: input.checkout_session,
        invoice_id: input.invoice,
      },
      also: [
        // As an array, which is made first: joined, they could be looked for among all payments, newest on.
        input.subscription !== undefined &&
          sql`invoice_id = any (array(select i.id from invoices i
            where i.account_id = ${ctx.account.account_id} and i.subscription_id = ${input.subscription}))`,
        input.email !== undefined && sql`lower(email) = ${input.email.toLowerCase()}`,
        input.metadata && sql`metadata @> ${JSON.stringify(input.metadata)}::jsonb and metadata <> '{}'`,
      ],
      show: each((row: PaymentRow) => paymentObject(ctx.env, row)),
    }),
});

const TimelineEntry = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['created', 'authorize', 'capture', 'void', 'refund', 'increase']),
  status: Type.Enum(['started', 'unknown', 'action', 'pending', 'approved', 'declined', 'done']),
  amount: Type.Integer(),
  refund: nullable(Type.String()),
  decline: nullable(Type.Object({ code: Type.String(), message: Type.String(), advice: Type.String() })),
  provider_reference: nullable(Type.String()),
  at: Type.String({ format: 'date-time' }),
  settled_at: nullable(Type.String({ format: 'date-time' })),
});

export const getTimeline = operation({
  name: 'payments.timeline',
  scope: 'payments:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a payment’s timeline',
  description:
    'Everything that was asked of the provider for this payment, oldest first, with how each call ended. `unknown`: no answer yet; it is being asked after.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Type.Object({ object: Type.Literal('timeline'), payment: Type.String(), entries: Type.Array(TimelineEntry) }),
  faults: ['not_found'],
  example: { id: '{payment}' },
  async run(ctx, input) {
    const { account_id } = ctx.account;
    const payment = await findPayment(ctx.env.db.query, account_id, input.id);
    const attempts = await ctx.env.db.query
      .selectFrom('attempts')
      .selectAll()
      .where('account_id', '=', account_id)
      .where('payment_id', '=', payment.id)
      .orderBy('id')
      .limit(1000)
      .execute();
    const created = {
      id: payment.id,
      kind: 'created' as const,
      status: 'done' as const,
      amount: payment.amount,
      refund: null,
      decline: null,
      provider_reference: null,
      at: payment.created_at.toISOString(),
      settled_at: payment.created_at.toISOString(),
    };
    const entries = attempts.map((a) => ({
      id: a.id,
      kind: a.kind as 'authorize' | 'capture' | 'void' | 'refund' | 'increase',
      status: a.status as 'started' | 'unknown' | 'action' | 'pending' | 'approved' | 'declined',
      amount: a.amount,
      refund: a.refund_id,
      decline: a.decline_code === null ? null : declineText(a.decline_code),
      provider_reference: a.provider_reference,
      at: a.created_at.toISOString(),
      settled_at: a.settled_at?.toISOString() ?? null,
    }));
    return { object: 'timeline' as const, payment: payment.id, entries: [created, ...entries] };
  },
});

export const getRefund = operation({
  name: 'refunds.get',
  scope: 'refunds:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a refund',
  description: 'The refund as it is now.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: RefundObject,
  faults: ['not_found'],
  example: { id: '{refund}' },
  async run(ctx, input) {
    const row = await ctx.env.db.query
      .selectFrom('refunds')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', input.id)
      .executeTakeFirst();
    if (!row) throw notFound('refund', input.id);
    return refundObject(row as RefundRow);
  },
});

export const listRefunds = operation({
  name: 'refunds.list',
  scope: 'refunds:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List refunds',
  description: 'Newest first.',
  input: Type.Object(
    { ...pageFields, payment: Type.Optional(Id), status: Type.Optional(Type.Enum(['pending', 'succeeded', 'failed'])) },
    { additionalProperties: false },
  ),
  output: ListOf(RefundObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'refunds',
      where: {
        account_id: ctx.account.account_id,
        payment_id: input.payment,
        status: input.status,
      },
      show: each((row: RefundRow) => refundObject(row)),
    }),
});
