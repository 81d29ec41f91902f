// The first transaction of a movement on a payment that exists (confirm, capture, void, increase): the payment is locked, the
// caller's refusals are asked of it as it is now, and its change and the attempt are committed before the provider is called.

import { isDuplicate, runAll, type Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { bindEffect } from '../operation/once.ts';
import { attemptStatements } from './attempt.ts';
import { type AttemptRow, newAttempt } from './attempt-row.ts';
import { lockPayment, type PaymentRow } from './payment.ts';

export type Plan = {
  kind: 'authorize' | 'capture' | 'void' | 'increase';
  amount: number;
  final?: boolean;
  /** What of the payment changes when the attempt begins. */
  change: Partial<PaymentRow>;
};

export type Begun = { payment: PaymentRow; attempt: AttemptRow };

export async function beginAttempt(
  ctx: Ctx,
  id: string,
  plan: (payment: PaymentRow, tx: Tx) => Promise<Plan> | Plan,
): Promise<Begun> {
  const { account_id } = ctx.account;
  try {
    return await ctx.env.db.tx(async (tx) => {
      const before = await lockPayment(tx, account_id, id);
      const { kind, amount, final, change } = await plan(before, tx);
      const payment: PaymentRow = {
        ...before,
        ...change,
        version: before.version + 1,
        updated_at: ctx.env.clock.now(),
      };
      const attempt = newAttempt(ctx, {
        payment_id: id,
        kind,
        amount,
        provider: payment.provider ?? ctx.account.provider,
        ...(final === undefined ? {} : { final }),
      });
      await tx
        .updateTable('payments')
        .set({
          status: payment.status,
          amount_capture_pending: payment.amount_capture_pending,
          released: payment.released,
          card_id: payment.card_id,
          card_last_four: payment.card_last_four,
          payment_method_id: payment.payment_method_id,
          payment_method: payment.payment_method && JSON.stringify(payment.payment_method),
          email: payment.email,
          provider: payment.provider,
          decline_code: payment.decline_code,
          version: payment.version,
          updated_at: payment.updated_at,
        })
        .where('account_id', '=', account_id)
        .where('id', '=', id)
        .execute();
      await runAll(tx, [
        ...attemptStatements([attempt]),
        ...(ctx.claim ? [bindEffect(account_id, ctx.claim, attempt.id)] : []),
      ]);
      return { payment, attempt };
    });
  } catch (error) {
    // The unique index on open attempts: one movement at a time.
    if (isDuplicate(error)) throw inProgress(error);
    throw error;
  }
}

export const inProgress = (cause?: unknown) =>
  new Fault(
    'payment_in_progress',
    'Another change of this payment is under way. Wait for its outcome (by event, or by getting the payment), then try again.',
    {
      retry_after: 2,
      cause,
    },
  );

export const wrongState = (payment: PaymentRow, verb: string, needs: string) =>
  new Fault('state_invalid', `This payment cannot be ${verb}: its status is '${payment.status}', and ${needs}.`, {
    param: 'id',
  });
