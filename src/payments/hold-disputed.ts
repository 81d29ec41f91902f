// What a dispute does to its payment: a part of what was captured is held back, and given back when the merchant wins. The
// caller books the ledger in the same transaction. Must never take more than is left of the payment, whatever a provider took.

import type { Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { lockPayment, type PaymentRow, peekPayment, refundable } from './payment.ts';

/** The payment behind one of our authorizations, with the row lock. Undefined: we did not make this call, or await its answer. */
export async function lockPaymentOfAttempt(
  tx: Tx,
  account_id: string,
  attempt_id: string,
): Promise<PaymentRow | undefined> {
  const attempt = await tx
    .selectFrom('attempts')
    .select('payment_id')
    .where('account_id', '=', account_id)
    .where('id', '=', attempt_id)
    .executeTakeFirst();
  if (!attempt || !(await peekPayment(tx, account_id, attempt.payment_id))) return undefined;
  return await lockPayment(tx, account_id, attempt.payment_id);
}

/** Holds `amount`, or what is left of the payment if that is less; returns what is held. */
export async function holdDisputed(ctx: Ctx, tx: Tx, payment: PaymentRow, amount: number): Promise<number> {
  const held = Math.min(amount, refundable(payment));
  await changeDisputed(ctx, tx, payment, held);
  return held;
}

export async function releaseDisputed(ctx: Ctx, tx: Tx, payment: PaymentRow, held: number): Promise<void> {
  await changeDisputed(ctx, tx, payment, -held);
}

/** The version rises, so that a verdict on older rows is applied anew to these. */
async function changeDisputed(ctx: Ctx, tx: Tx, payment: PaymentRow, by: number): Promise<void> {
  await tx
    .updateTable('payments')
    .set({
      amount_disputed: payment.amount_disputed + by,
      version: payment.version + 1,
      updated_at: ctx.env.clock.now(),
    })
    .where('account_id', '=', payment.account_id)
    .where('id', '=', payment.id)
    .execute();
}
