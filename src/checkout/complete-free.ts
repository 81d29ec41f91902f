// An order of which a promotion code takes everything off: completed by a press of the page, without a payment. Session, use of the code and
// place of the link are written in one transaction, under the session's lock, so that it happens once however many presses there are.

import { confirmForSession, type Redemption, reserve } from '../coupons/redemption.ts';
import { asGuard, runAll, type Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { refuseAccount } from '../payments/create-payment.ts';
import { complete } from './follow-payment.ts';
import { lockSession, type SessionRow } from './session.ts';

/** Nothing to pay, and nothing that is charged later. */
export const isFree = (session: Pick<SessionRow, 'subscription_terms' | 'amount_total'>): boolean =>
  session.amount_total === 0 && session.subscription_terms === null;

/** Where another press was first, or the order is another one by now, nothing happens. Throws GuardFailed of the code or the link. */
export async function completeFree(ctx: Ctx, session: SessionRow, use: Redemption | undefined): Promise<void> {
  refuseAccount(ctx);
  try {
    await ctx.env.db.tx((tx) => finish(ctx, tx, session, use));
    ctx.env.nudge();
  } catch (error) {
    throw asGuard(error) ?? error;
  }
}

async function finish(ctx: Ctx, tx: Tx, session: SessionRow, use: Redemption | undefined): Promise<void> {
  const locked = await lockSession(tx, session.account_id, session.id);
  const open =
    locked.status === 'open' && locked.payment_status === 'unpaid' && locked.expires_at > ctx.env.clock.now();
  if (!open || !isFree(locked) || locked.promotion_code_id !== session.promotion_code_id) return;
  if (use) {
    await runAll(tx, reserve(ctx, use));
    await confirmForSession(ctx, tx, session.id);
  }
  await complete(ctx, tx, locked, { payment_status: 'no_payment_required', payment_method_id: null });
}
