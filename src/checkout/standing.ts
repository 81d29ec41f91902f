// How a hosted page stands: asked by the page, and answered after each press. Looks at the provider where a challenge or an open outcome
// waits. Must never begin a payment.

import Type from 'typebox';
import { isFault, notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import type { SetupRow } from '../payments/card-setup.ts';
import { declineText } from '../payments/decline.ts';
import { findPayment, type PaymentRow, peekPayment } from '../payments/payment.ts';
import { refreshPayment } from '../payments/resolve.ts';
import { waitsForBitcoin } from '../payments/resolve-bitcoin.ts';
import { followPayment } from './follow-payment.ts';
import { findSession, redirectUrl, type SessionRow } from './session.ts';
import { setupOf } from './set-up-session.ts';
import { PayResult } from './view.ts';

/** The page holds one id; asking for another one is asking for a stranger's. */
export function refuseOtherPage(ctx: Ctx, id: string): void {
  if (ctx.actor.kind === 'page' && ctx.actor.link_id !== id) throw notFound('checkout page', id);
}

export const checkoutStatus = operation({
  name: 'checkout.status',
  scope: 'checkout:read',
  actors: ['page'],
  kind: 'process',
  summary: 'Ask how a hosted page stands',
  description: 'Looks at the provider when a challenge or an open outcome waits.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PayResult,
  faults: ['not_found'],
  async run(ctx, input) {
    refuseOtherPage(ctx, input.id);
    return await standing(ctx, input.id);
  },
});

export async function standing(ctx: Ctx, id: string): Promise<PayResult> {
  const { query } = ctx.env.db;
  const { account_id } = ctx.account;
  if (id.startsWith('pay_')) return paymentResult(await settleWaiting(ctx, await findPayment(query, account_id, id)));
  let session = await findSession(query, account_id, id);
  const setup = session.status === 'open' && session.payment_id === null ? await setupOf(ctx, session) : undefined;
  if (setup) session = await findSession(query, account_id, id);
  if (setup && session.status === 'open' && session.setup_id === setup.id) return setupResult(setup);
  if (session.payment_id === null)
    return closedResult(ctx.env.clock.now(), session) ?? (await lastDecline(ctx, id)) ?? nothing('open');
  const known = await peekPayment(query, account_id, session.payment_id);
  if (!known) return nothing('processing');
  const payment = await settleWaiting(ctx, known);
  await followPayment(ctx, payment.id);
  return sessionResult(await findSession(query, account_id, id), payment);
}

/** Whoever asks second (the page, after the bank's return settled it) hears of the decline as well. */
async function lastDecline(ctx: Ctx, session_id: string): Promise<PayResult | undefined> {
  const row = await ctx.env.db.query
    .selectFrom('payments')
    .selectAll()
    .where('account_id', '=', ctx.account.account_id)
    .where('checkout_session_id', '=', session_id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && openResult(row as PaymentRow);
}

/** Asks the provider when something is open. A provider that does not answer now is asked again by the safety job. */
export async function settleWaiting(ctx: Ctx, payment: PaymentRow): Promise<PaymentRow> {
  if (payment.status !== 'requires_authentication' && payment.status !== 'processing') return payment;
  try {
    await refreshPayment(ctx, payment);
  } catch (error) {
    if (isFault(error)) throw error;
    ctx.env.log.warn({ payment: payment.id, error }, 'the provider did not say how a payment stands');
  }
  return await findPayment(ctx.env.db.query, payment.account_id, payment.id);
}

const nothing = (state: PayResult['state']): PayResult => ({
  state,
  redirect_url: null,
  action_url: null,
  decline: null,
  bitcoin_uri: null,
});

export function closedResult(now: Date, session: SessionRow): PayResult | undefined {
  if (session.status === 'complete')
    return { ...nothing('complete'), redirect_url: redirectUrl(session.success_url, 'session_id', session.id) };
  if (session.status === 'expired' || session.expires_at <= now) return nothing('expired');
  return undefined;
}

export function sessionResult(session: SessionRow, payment: PaymentRow): PayResult {
  if (session.status === 'complete')
    return { ...nothing('complete'), redirect_url: redirectUrl(session.success_url, 'session_id', session.id) };
  return openResult(payment);
}

function setupResult({ status, next_action_url, decline_code }: SetupRow): PayResult {
  if (status === 'requires_authentication')
    return { ...nothing('requires_authentication'), action_url: next_action_url };
  return decline_code === null ? nothing('processing') : { ...nothing('declined'), decline: declineText(decline_code) };
}

export function paymentResult(payment: PaymentRow): PayResult {
  if (payment.status === 'completed' || payment.status === 'authorized') {
    return { ...nothing('complete'), redirect_url: redirectUrl(payment.return_url, 'payment_id', payment.id) };
  }
  return openResult(payment);
}

function openResult(payment: PaymentRow): PayResult {
  switch (payment.status) {
    case 'requires_authentication':
      return waitsForBitcoin(payment)
        ? { ...nothing('requires_authentication'), bitcoin_uri: payment.next_action_url }
        : { ...nothing('requires_authentication'), action_url: payment.next_action_url };
    case 'failed':
    case 'pending':
      if (payment.decline_code === null) return nothing('open');
      return {
        ...nothing('declined'),
        decline: declineText(payment.decline_code),
        // What failed for good cannot be tried here again: whoever sent the customer here is told.
        redirect_url: payment.status === 'failed' ? redirectUrl(payment.return_url, 'payment_id', payment.id) : null,
      };
    case 'cancelled':
      return payment.checkout_session_id === null ? nothing('cancelled') : nothing('open');
    case 'processing':
    case 'completed':
    case 'authorized':
      return nothing('processing');
    default:
      throw new Error('a payment has a known status');
  }
}
