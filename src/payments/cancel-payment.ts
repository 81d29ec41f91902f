// Cancelling: a pending payment ends at once; a held amount is given back by the provider first. What was captured stays captured.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { storeAnswer } from '../operation/once.ts';
import { operation } from '../operation/operation.ts';
import { act, settle } from './attempt.ts';
import { beginAttempt, inProgress, wrongState } from './begin-attempt.ts';
import { capturable, findPayment, lockPayment, PaymentObject, type PaymentRow, paymentObject } from './payment.ts';
import { cancelByBitcoin } from './resolve-bitcoin.ts';

export const cancelPayment = operation({
  name: 'payments.cancel',
  scope: 'payments:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Cancel a payment',
  description:
    'Ends a payment that was not captured, and gives a held amount back to the customer. After a partial capture it gives back the rest, and the payment is `completed`. ' +
    'A completed payment is refunded instead.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PaymentObject,
  faults: ['not_found', 'state_invalid', 'payment_in_progress'],
  example: { id: '{authorized_payment}' },
  async run(ctx, input) {
    const known = await findPayment(ctx.env.db.query, ctx.account.account_id, input.id);
    if (known.status === 'pending') return paymentObject(ctx.env, await cancelPending(ctx, input.id));
    const { payment, attempt } = await beginAttempt(ctx, input.id, (before) => {
      if (before.status === 'processing' || before.amount_capture_pending > 0) throw inProgress();
      if (before.status !== 'authorized' && before.status !== 'requires_authentication') {
        throw wrongState(
          before,
          'cancelled',
          'only a pending or authorized one, or one that waits for authentication, can',
        );
      }
      const amount = before.status === 'authorized' ? capturable(before) : before.amount;
      return { kind: 'void', amount, change: { status: 'processing', released: true, decline_code: null } };
    });
    if (payment.payment_method?.type === 'bitcoin') return paymentObject(ctx.env, await cancelByBitcoin(ctx, attempt));
    const provider_reference = payment.provider_reference ?? payment.id;
    const verdict = await act(ctx, attempt, (provider) =>
      provider.void({ reference: attempt.id, provider_reference, amount: attempt.amount, currency: payment.currency }),
    );
    return paymentObject(ctx.env, (await settle(ctx, { payment, attempt, refund: undefined }, verdict)).payment);
  },
});

/** Nothing is at the provider yet, so one transaction is all. */
async function cancelPending(ctx: Ctx, id: string): Promise<PaymentRow> {
  const { account_id } = ctx.account;
  return await ctx.env.db.tx(async (tx) => {
    const before = await lockPayment(tx, account_id, id);
    if (before.status === 'cancelled') return before;
    const payment = await cancelWaiting(ctx, tx, before);
    if (!payment) throw inProgress();
    // No attempt will answer the claim later, so this transaction does.
    if (ctx.claim) await storeAnswer(tx, account_id, ctx.claim, JSON.stringify(paymentObject(ctx.env, payment)));
    return payment;
  });
}

/** In the caller's transaction and under the payment's lock; undefined: its customer is paying it, or it has come to its end. */
export async function cancelWaiting(ctx: Ctx, tx: Tx, before: PaymentRow): Promise<PaymentRow | undefined> {
  if (before.status !== 'pending') return undefined;
  const payment: PaymentRow = {
    ...before,
    status: 'cancelled',
    version: before.version + 1,
    updated_at: ctx.env.clock.now(),
  };
  await tx
    .updateTable('payments')
    .set({ status: payment.status, version: payment.version, updated_at: payment.updated_at })
    .where('account_id', '=', payment.account_id)
    .where('id', '=', payment.id)
    .execute();
  await emit(ctx, tx, 'payment.cancelled', paymentObject(ctx.env, payment));
  return payment;
}
