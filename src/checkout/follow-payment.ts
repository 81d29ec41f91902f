// What a payment's outcome does to its session: the upward effect, run right after the payment by the page and once more by the
// reaction to its event, in any order, as often as it likes. A session is paid by one payment; another one that succeeds is refunded.

import { sql } from 'kysely';
import { confirmRedemption, releaseRedemption } from '../coupons/redemption.ts';
import type { Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { loadAccount } from '../identity/account.ts';
import { isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { perform } from '../operation/operation.ts';
import { cancelPayment } from '../payments/cancel-payment.ts';
import { createRefund } from '../payments/create-refund.ts';
import { type PaymentRow, peekPayment } from '../payments/payment.ts';
import { attachCard } from '../vault/payment-method.ts';
import { freePlace, takePlace } from './link-use.ts';
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
      await releaseRedemption(ctx, tx, payment.id);
      await letGo(ctx, tx, session, payment);
      return false;
    }
    if (session.status === 'complete') {
      const second = session.payment_id !== payment.id;
      if (second) await releaseRedemption(ctx, tx, payment.id);
      return second;
    }
    await confirmRedemption(ctx, tx, payment.id);
    const saved = session.save_payment_method ? await saveCard(ctx, tx, payment) : null;
    await complete(ctx, tx, session, {
      payment_status: 'paid',
      payment_id: payment.id,
      payment_method_id: payment.payment_method_id ?? saved,
    });
    return false;
  });
  if (surplus) await giveBack(ctx, payment, session_id);
}

async function letGo(ctx: Ctx, tx: Tx, session: SessionRow, payment: PaymentRow): Promise<void> {
  if (session.payment_id !== payment.id || session.status === 'complete') return;
  await freePlace(tx, session);
  await tx
    .updateTable('checkout_sessions')
    .set({ payment_id: null, payment_status: 'unpaid', updated_at: ctx.env.clock.now() })
    .where('account_id', '=', session.account_id)
    .where('id', '=', session.id)
    .execute();
}

type Paid = Pick<SessionRow, 'payment_status' | 'payment_method_id'> & { payment_id?: string };

/** Under the session's lock. A subscription that it begins gets its id here, and is made by the reaction to the event. */
export async function complete(ctx: Ctx, tx: Tx, session: SessionRow, paid: Paid): Promise<void> {
  await takePlace(ctx, tx, session);
  const now = ctx.env.clock.now();
  const subscription_id = session.subscription_terms ? newId('sub', ctx.env) : null;
  const changed = await tx
    .updateTable('checkout_sessions')
    .set({ status: 'complete', ...paid, subscription_id, completed_at: now, updated_at: now })
    .where('account_id', '=', session.account_id)
    .where('id', '=', session.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const object = sessionObject(ctx.env, changed as unknown as SessionRow);
  await emit(ctx, tx, 'checkout_session.completed', object);
  if (session.status === 'expired') await emit(ctx, tx, 'checkout_session.late_payment', object);
}

/** A customer who was deleted while paying has paid all the same; only their card is not kept. */
async function saveCard(ctx: Ctx, tx: Tx, payment: PaymentRow): Promise<string | null> {
  const { customer_id, card_id } = payment;
  if (customer_id === null || card_id === null || payment.payment_method_id !== null) return null;
  const customer = await tx
    .selectFrom('customers')
    .select('id')
    .where('account_id', '=', payment.account_id)
    .where('id', '=', customer_id)
    .where('deleted_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!customer) return null;
  const { id } = await attachCard(ctx, tx, {
    customer_id,
    card_id,
    billing_address: payment.payment_method?.type === 'card' ? payment.payment_method.billing_address : null,
  });
  return id;
}

/**
 * The second payment of a session that is paid: its money goes back, and one event says so. The key makes it one refund however
 * often this runs; where the balance does not cover it yet, the event tells the merchant and the reaction comes again later.
 */
async function giveBack(ctx: Ctx, payment: PaymentRow, session_id: string): Promise<void> {
  const idempotency_key = `late-payment-${payment.id}`;
  let uncovered: unknown;
  try {
    if (payment.status === 'authorized')
      await perform(cancelPayment, ctx, { idempotency_key, input: { id: payment.id } });
    else if (payment.amount_refunded === 0) {
      const note = 'Second payment of a session that was paid already';
      await perform(createRefund, ctx, { idempotency_key, input: { payment: payment.id, reason: 'duplicate', note } });
    }
  } catch (error) {
    // Of bitcoin only the merchant can give it back: the event below asks them to.
    if (!isFault(error, 'insufficient_balance') && !isFault(error, 'method_not_refundable')) throw error;
    if (error.code === 'insufficient_balance') uncovered = error;
  }
  await ctx.env.db.tx(async (tx) => {
    const session = await lockSession(tx, ctx.account.account_id, session_id);
    const told = await tx
      .selectFrom('events')
      .select('id')
      .where('account_id', '=', ctx.account.account_id)
      .where('object_id', '=', session_id)
      .where('type', '=', 'checkout_session.late_payment')
      .where(sql<boolean>`payload like ${`%"payment":"${payment.id}"%`}`)
      .limit(1)
      .executeTakeFirst();
    if (told) return;
    await emit(ctx, tx, 'checkout_session.late_payment', { ...sessionObject(ctx.env, session), payment: payment.id });
  });
  if (uncovered) throw uncovered;
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
