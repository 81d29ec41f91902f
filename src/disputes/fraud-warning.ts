// An early warning of an issuer: its customer does not know a payment, and a dispute may follow. A refund before that costs less
// than the dispute; an account may have it made by itself. Must never refund more than once for one warning.

import type { Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';
import { createRefund } from '../payments/create-refund.ts';
import { findPayment, type PaymentRow, refundable } from '../payments/payment.ts';

export type Warned = { payment: PaymentRow; amount: number; provider: string; at: Date };

export async function recordWarning(ctx: Ctx, tx: Tx, { payment, amount, provider, at }: Warned): Promise<void> {
  const { account_id } = ctx.account;
  const { id: payment_id, currency } = payment;
  const id = newId('fw', ctx.env);
  const now = ctx.env.clock.now();
  await tx
    .insertInto('fraud_warnings')
    .values({ account_id, id, payment_id, amount, currency, provider, warned_at: at, created_at: now })
    .execute();
  const object = {
    id,
    object: 'fraud_warning',
    payment: payment_id,
    amount,
    currency,
    provider,
    warned_at: at.toISOString(),
    created_at: now.toISOString(),
  };
  await emit(ctx, tx, 'fraud_warning.created', object);
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
