// Reading payments and refunds: get, list with filters, timeline. Every filter has an index that begins with the account.

import { sql } from 'kysely';
import Type from 'typebox';
import { notFound } from '../kit/fault.ts';
import { idAt } from '../kit/id.ts';
import { currencyOf } from '../kit/money.ts';
import { toList, windowOf } from '../kit/page.ts';
import {
  Amount,
  CurrencyCode,
  Id,
  instantOf,
  ListOf,
  Metadata,
  nullable,
  pageFields,
  text,
} from '../operation/fields.ts';
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

const Instant = Type.String({ maxLength: 40, format: 'date-time' });

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
      created_to: Type.Optional(Type.String({ maxLength: 40, format: 'date-time', description: 'Not included.' })),
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
    },
    { additionalProperties: false },
  ),
  output: ListOf(PaymentObject),
  faults: ['parameter_invalid', 'currency_unsupported'],
  example: { status: ['completed', 'authorized'], limit: 3 },
  async run(ctx, input) {
    const window = windowOf(input);
    let query = ctx.env.db.query
      .selectFrom('payments')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .orderBy('id', window.before === undefined ? 'desc' : 'asc')
      .limit(window.limit + 1);
    if (input.amount !== undefined) query = query.where('amount', '=', input.amount);
    if (input.amount_min !== undefined) query = query.where('amount', '>=', input.amount_min);
    if (input.amount_max !== undefined) query = query.where('amount', '<=', input.amount_max);
    if (input.currency !== undefined) query = query.where('currency', '=', currencyOf(input.currency));
    if (input.email !== undefined) query = query.where(sql`lower(email)`, '=', input.email.toLowerCase());
    if (input.card_last_four !== undefined) query = query.where('card_last_four', '=', input.card_last_four);
    // The id begins with the time, so a range of time is a range of ids.
    if (input.created_from !== undefined)
      query = query.where('id', '>=', idAt('pay', instantOf(input.created_from, 'created_from')));
    if (input.created_to !== undefined)
      query = query.where('id', '<', idAt('pay', instantOf(input.created_to, 'created_to')));
    if (input.status !== undefined) query = query.where('status', 'in', input.status);
    if (input.metadata !== undefined)
      query = query.where(sql<boolean>`metadata @> ${JSON.stringify(input.metadata)}::jsonb and metadata <> '{}'`);
    if (input.merchant_reference !== undefined)
      query = query.where('merchant_reference', '=', input.merchant_reference);
    if (input.customer !== undefined) query = query.where('customer_id', '=', input.customer);
    if (input.checkout_session !== undefined) query = query.where('checkout_session_id', '=', input.checkout_session);
    if (window.after !== undefined) query = query.where('id', '<', window.after);
    if (window.before !== undefined) query = query.where('id', '>', window.before);
    return toList((await query.execute()) as PaymentRow[], window, (row) => paymentObject(ctx.env, row));
  },
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
  async run(ctx, input) {
    const window = windowOf(input);
    let query = ctx.env.db.query
      .selectFrom('refunds')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .orderBy('id', window.before === undefined ? 'desc' : 'asc')
      .limit(window.limit + 1);
    if (input.payment !== undefined) query = query.where('payment_id', '=', input.payment);
    if (input.status !== undefined) query = query.where('status', '=', input.status);
    if (window.after !== undefined) query = query.where('id', '<', window.after);
    if (window.before !== undefined) query = query.where('id', '>', window.before);
    return toList((await query.execute()) as RefundRow[], window, refundObject);
  },
});
