// What a payment's outcome does to its session: the upward effect, run right after the payment by the page and once more by the
// reaction to its event, in any order, as often as it likes. A session is paid by one payment; another one that succeeds is refunded.

import { sql } from 'kysely';
import type { Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { loadAccount } from '../identity/account.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { perform } from '../operation/operation.ts';
import { cancelPayment } from '../payments/cancel-payment.ts';
import { createRefund } from '../payments/create-refund.ts';
import { type PaymentRow, peekPayment } from '../payments/payment.ts';
import { attachCard } from '../vault/payment-method.ts';
import { markExpired } from './manage-sessions.ts';
import { lockSession, type SessionRow, sessionObject } from './session.ts';

export async function followPayment(ctx: Ctx, payment_id: string): Promise<void> {
  const payment = await peekPayment(ctx.env.db.query, ctx.account.account_id, payment_id);
  const session_id = payment?.checkout_session_id;
  if (!payment || !session_id) return;
  const took = payment.status === 'completed' || payment.status === 'authorized';
  const ended = payment.status === 'failed' || payment.status === 'cancelled';
  if (!took && !ended) return;
  const surplus = await ctx.env.db.tx(async (tx) => {
    const session = await lockSession(tx, ctx.account.account_id, session_id);
    if (ended) {
      await letGo(ctx, tx, session, payment);
      return false;
    }
    if (session.status === 'complete') {
      if (session.payment_id === payment.id) return false;
      await emit(ctx, tx, 'checkout_session.late_payment', { ...sessionObject(ctx.env, session), payment: payment.id });
      return true;
    }
    await complete(ctx, tx, session, payment);
    return false;
  });
  if (surplus) await giveBack(ctx, payment);
}

async function letGo(ctx: Ctx, tx: Tx, session: SessionRow, payment: PaymentRow): Promise<void> {
  if (session.payment_id !== payment.id || session.status === 'complete') return;
  await tx
    .updateTable('checkout_sessions')
    .set({ payment_id: null, payment_status: 'unpaid', updated_at: ctx.env.clock.now() })
    .where('account_id', '=', session.account_id)
    .where('id', '=', session.id)
    .execute();
}

async function complete(ctx: Ctx, tx: Tx, session: SessionRow, payment: PaymentRow): Promise<void> {
  const now = ctx.env.clock.now();
  const changed = await tx
    .updateTable('checkout_sessions')
    .set({ status: 'complete', payment_status: 'paid', payment_id: payment.id, completed_at: now, updated_at: now })
    .where('account_id', '=', session.account_id)
    .where('id', '=', session.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const object = sessionObject(ctx.env, changed as unknown as SessionRow);
  if (
    session.save_payment_method &&
    payment.customer_id !== null &&
    payment.card_id !== null &&
    payment.payment_method_id === null
  ) {
    await attachCard(ctx, tx, {
      customer_id: payment.customer_id,
      card_id: payment.card_id,
      billing_address: payment.payment_method?.billing_address ?? null,
    });
  }
  await emit(ctx, tx, 'checkout_session.completed', object);
  if (session.status === 'expired') await emit(ctx, tx, 'checkout_session.late_payment', object);
}

/** The second payment of a session that is paid: its money goes back. The key makes it one refund however often this runs. */
async function giveBack(ctx: Ctx, payment: PaymentRow): Promise<void> {
  if (payment.status === 'completed' && payment.amount_refunded > 0) return;
  const call = { idempotency_key: `late-payment-${payment.id}` };
  if (payment.status === 'authorized') await perform(cancelPayment, ctx, { ...call, input: { id: payment.id } });
  else
    await perform(createRefund, ctx, {
      ...call,
      input: { payment: payment.id, reason: 'duplicate', note: 'Second payment of a session that was paid already' },
    });
}

/** Closes sessions whose hour is over and for which nothing is under way. Returns how many. */
export async function expireDue(env: Env): Promise<number> {
  const now = env.clock.now();
  const due = await sql<{ account_id: string; id: string }>`
    select account_id, id from checkout_sessions where status = 'open' and payment_status = 'unpaid' and expires_at <= ${now} order by expires_at limit 500`.execute(
    env.db.query,
  );
  for (const { account_id, id } of due.rows) {
    const account = await loadAccount(env.db.query, account_id);
    if (!account) continue;
    const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
    await env.db.tx(async (tx) => {
      const session = await lockSession(tx, account_id, id);
      if (session.status === 'open' && session.payment_status === 'unpaid' && session.expires_at <= now)
        await markExpired(ctx, tx, session);
    });
  }
  return due.rows.length;
}
