// An early warning of an issuer: its customer does not know a payment, and a dispute may follow. A refund before that costs less
// than the dispute; an account may have it made by itself. Must never refund more than once for one warning.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Tx } from '../db/db.ts';
import type { FraudWarnings } from '../db/types.ts';
import { emit } from '../events/emit.ts';
import { isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, ListOf, pageFields } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { type Operation, operation, perform } from '../operation/operation.ts';
import { createRefund } from '../payments/create-refund.ts';
import { findPayment, type PaymentRow, refundable } from '../payments/payment.ts';

export type Warned = { payment: PaymentRow; amount: number; provider: string; at: Date };

type Row = Selectable<FraudWarnings>;

export const FraudWarningObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('fraud_warning'),
    payment: Type.String(),
    amount: Type.Integer({ description: 'What the issuer’s customer does not know, in minor units of `currency`.' }),
    currency: Type.String(),
    provider: Type.String(),
    warned_at: Type.String({ format: 'date-time', description: 'When the issuer said so.' }),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'FraudWarning' },
);
export type FraudWarningObject = Static<typeof FraudWarningObject>;

const fraudWarningObject = (row: Row): FraudWarningObject => ({
  id: row.id,
  object: 'fraud_warning',
  payment: row.payment_id,
  amount: row.amount,
  currency: row.currency,
  provider: row.provider,
  warned_at: row.warned_at.toISOString(),
  created_at: row.created_at.toISOString(),
});

export const listFraudWarnings = operation({
  name: 'fraud_warnings.list',
  scope: 'disputes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List fraud warnings',
  description:
    'Newest first. A payment that was warned of is likely to be disputed; a refund in full before that costs no dispute fee.',
  input: Type.Object({ ...pageFields, payment: Type.Optional(Id) }, { additionalProperties: false }),
  output: ListOf(FraudWarningObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'fraud_warnings',
      where: {
        account_id: ctx.account.account_id,
        payment_id: input.payment,
      },
      show: each(fraudWarningObject),
    }),
});

export async function recordWarning(ctx: Ctx, tx: Tx, { payment, amount, provider, at }: Warned): Promise<void> {
  const row = await tx
    .insertInto('fraud_warnings')
    .values({
      account_id: ctx.account.account_id,
      id: newId('fw', ctx.env),
      payment_id: payment.id,
      amount,
      currency: payment.currency,
      provider,
      warned_at: at,
      created_at: ctx.env.clock.now(),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await emit(ctx, tx, 'fraud_warning.created', fraudWarningObject(row));
}

/**
 * The reaction to the event. Refunds what is left of the payment when its amount, in the minor units of its own currency, is
 * within the account's limit. What refuses the refund now (an empty balance, a dispute that was faster) will not be mended by
 * asking again, so it is told and left to the merchant, who has the event.
 */
export async function refundWarned(ctx: Ctx, warning_id: string): Promise<void> {
  const { env, account } = ctx;
  const { account_id, fraud_warning_refund_limit: limit } = account;
  if (limit === null) return;
  const warning = await env.db.query
    .selectFrom('fraud_warnings')
    .select('payment_id')
    .where('account_id', '=', account_id)
    .where('id', '=', warning_id)
    .executeTakeFirst();
  if (!warning) return;
  const payment = await findPayment(env.db.query, account_id, warning.payment_id);
  if (payment.amount > limit || refundable(payment) === 0) return;
  const input = { payment: payment.id, reason: 'fraudulent', note: 'Refunded by itself after a fraud warning' };
  try {
    await perform(createRefund as unknown as Operation, ctx, { input, idempotency_key: `refund_of_${warning_id}` });
  } catch (error) {
    if (!isFault(error) || error.code === 'idempotency_in_flight') throw error;
    env.log.warn(
      { warning: warning_id, code: error.code },
      'a payment with a fraud warning could not be refunded by itself',
    );
  }
}
