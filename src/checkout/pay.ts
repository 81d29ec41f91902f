// What the hosted page does: show, pay, ask how it stands. The page's authority is the id in its address and reaches this one
// session (or payment) only; amount and currency are never taken from the browser.

import Type, { type Static } from 'typebox';
import { findPromotion } from '../coupons/promotion-code.ts';
import { type Redemption, redemptionGuard, reserve } from '../coupons/redemption.ts';
import { customerFields } from '../customers/customer.ts';
import { insertCustomer } from '../customers/manage-customers.ts';
import { GuardFailed, type Statement } from '../db/db.ts';
import { assert } from '../kit/assert.ts';
import { Fault, isFault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation, Replay } from '../operation/operation.ts';
import { cancelPayment } from '../payments/cancel-payment.ts';
import { confirm } from '../payments/confirm-payment.ts';
import { beginPayment, refuseAccount } from '../payments/create-payment.ts';
import { declineText } from '../payments/decline.ts';
import { bitcoinBegin } from '../payments/pay-bitcoin.ts';
import { findPayment, type PaymentRow, peekPayment } from '../payments/payment.ts';
import { refreshPayment } from '../payments/resolve.ts';
import { waitsForBitcoin, withdrawInvoice } from '../payments/resolve-bitcoin.ts';
import { findPaymentMethod } from '../vault/payment-method.ts';
import { followPayment } from './follow-payment.ts';
import { orderOf, refusalFault, weigh } from './quote.ts';
import { findSession, lockSession, redirectUrl, type SessionRow } from './session.ts';
import { plainLine, sumsOf } from './sums.ts';
import { PayResult } from './view.ts';

const PayInput = Type.Object(
  {
    id: Id,
    token: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    payment_method: Type.Optional(Id),
    payment_method_type: Type.Optional(Type.Enum(['bitcoin'])),
    email: customerFields.email,
    save_payment_method: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
type PayInput = Static<typeof PayInput>;

/** The page holds one id; asking for another one is asking for a stranger's. */
export function refuseOtherPage(ctx: Ctx, id: string): void {
  if (ctx.actor.kind === 'page' && ctx.actor.link_id !== id) throw notFound('checkout page', id);
}

export const payCheckout = operation({
  name: 'checkout.pay',
  scope: 'checkout:write',
  actors: ['page'],
  kind: 'process',
  summary: 'Pay on the hosted page',
  description: 'One attempt at a time: while one is under way, or after one paid, no other is begun.',
  input: PayInput,
  output: PayResult,
  faults: [
    'not_found',
    'token_used',
    'token_expired',
    'card_invalid',
    'feature_unavailable',
    'amount_too_small',
    'promotion_code_refused',
  ],
  async run(ctx, input) {
    refuseOtherPage(ctx, input.id);
    // The claim belongs to this operation's answer, not to the payment's.
    const { claim: _claim, ...bare } = ctx;
    return input.id.startsWith('pay_') ? await payPayment(bare, input) : await paySession(bare, input);
  },
});

async function payPayment(ctx: Ctx, input: PayInput): Promise<PayResult> {
  let known = await settleWaiting(ctx, await findPayment(ctx.env.db.query, ctx.account.account_id, input.id));
  if (waitsForBitcoin(known) && input.payment_method_type === undefined) {
    await withdrawInvoice(ctx, known);
    known = await findPayment(ctx.env.db.query, ctx.account.account_id, input.id);
  }
  if (known.status !== 'pending') return paymentResult(known);
  if (input.payment_method !== undefined)
    throw new Fault('parameter_invalid', 'Saved cards are not offered on this page.', { param: 'payment_method' });
  const { token, email, payment_method_type } = input;
  const payment = await confirm(ctx, {
    id: input.id,
    ...(token === undefined ? {} : { token }),
    ...(payment_method_type === undefined ? {} : { payment_method_type }),
    ...(email === undefined ? {} : { email }),
  });
  return paymentResult(payment);
}

async function paySession(ctx: Ctx, input: PayInput): Promise<PayResult> {
  const { env, account } = ctx;
  let session = await findSession(env.db.query, account.account_id, input.id);
  if (session.payment_id !== null && session.payment_status === 'processing') {
    // Pressing pay again while the bank's challenge waits means: another card. The waiting attempt is closed first.
    const waiting = await peekPayment(env.db.query, account.account_id, session.payment_id);
    if (waiting && waitsForBitcoin(waiting)) {
      if (input.payment_method_type === 'bitcoin') return await standing(ctx, input.id);
      await withdrawInvoice(ctx, waiting);
    } else if (waiting?.status === 'requires_authentication') await cancelPayment_(ctx, waiting);
    await followPayment(ctx, session.payment_id);
    session = await findSession(env.db.query, account.account_id, input.id);
  }
  const closed = closedResult(env.clock.now(), session);
  if (closed) return closed;
  await refuseForeignMethod(ctx, session, input.payment_method);

  const payment_id = newId('pay', env);
  const bitcoin = await bitcoinOf(ctx, session, input, payment_id);
  const save = (input.save_payment_method ?? false) && session.customer_known;
  const sums = sumsOf(session);
  const customer = session.customer_id ?? (await customerFor(ctx, session, input.email));
  const email = session.customer_email ?? input.email;
  const use = await redemptionOf(ctx, session, { payment_id, customer: customer ?? null, email: email ?? null });
  try {
    const payment = await beginPayment(
      ctx,
      {
        amount: session.amount_total,
        currency: session.currency,
        capture: session.capture,
        ...(input.token === undefined ? {} : { token: input.token }),
        ...(input.payment_method === undefined ? {} : { payment_method: input.payment_method }),
        ...(customer === undefined ? {} : { customer }),
        ...(email === undefined ? {} : { email }),
        ...(session.description === null ? {} : { description: session.description }),
        ...(session.merchant_reference === null ? {} : { merchant_reference: session.merchant_reference }),
        metadata: session.metadata,
      },
      {
        id: payment_id,
        ...(bitcoin ? { bitcoin } : {}),
        checkout_session_id: session.id,
        breakdown: {
          ...sums,
          line_items: session.line_items.map(plainLine),
        },
        guards: [claimSession(ctx, session, payment_id, save), ...(use ? reserve(ctx, use) : [])],
      },
    );
    assert(!(payment instanceof Replay), 'a payment without a claim is not replayed');
  } catch (error) {
    // Another tab was first: say how that one stands.
    if (error instanceof GuardFailed && error.guard === 'session') return await standing(ctx, input.id);
    if (error instanceof GuardFailed && error.guard === redemptionGuard) throw await whyRefused(ctx, session, use);
    throw error;
  }
  await followPayment(ctx, payment_id);
  const payment = await findPayment(env.db.query, account.account_id, payment_id);
  return sessionResult(await findSession(env.db.query, account.account_id, input.id), payment);
}

async function bitcoinOf(ctx: Ctx, session: SessionRow, input: PayInput, payment_id: string) {
  if (input.payment_method_type === undefined) return undefined;
  if (input.token !== undefined || input.payment_method !== undefined) {
    throw new Fault('parameter_invalid', 'Give either a card or payment_method_type, not both.', {
      param: 'payment_method_type',
    });
  }
  refuseAccount(ctx);
  const { amount_total: amount, currency, capture } = session;
  return await bitcoinBegin(ctx, { payment_id, amount, currency, capture });
}

/**
 * Held in the transaction that records the payment: at most one payment of a session is under way, and none after it is paid. What is
 * asked for is what the session comes to: a code that was taken or removed in another tab meanwhile is another sum.
 */
function claimSession(ctx: Ctx, session: SessionRow, payment_id: string, save: boolean): Statement {
  return {
    name: 'checkout_claim',
    text: `with done as (
        update checkout_sessions set payment_id = $3, payment_status = 'processing', save_payment_method = $4, updated_at = $5
        where account_id = $1 and id = $2 and status = 'open' and payment_status = 'unpaid' and expires_at > $5
          and amount_total = $6 and promotion_code_id is not distinct from $7 returning 1)
      select florin_expect((select count(*) from done), 1, 'session')`,
    values: [
      ctx.account.account_id,
      session.id,
      payment_id,
      save,
      ctx.env.clock.now(),
      session.amount_total,
      session.promotion_code_id,
    ],
  };
}

type Redeeming = { payment_id: string; customer: string | null; email: string | null };

async function redemptionOf(ctx: Ctx, session: SessionRow, who: Redeeming): Promise<Redemption | undefined> {
  if (session.promotion_code_id === null) return undefined;
  return {
    ...who,
    promotion: await findPromotion(ctx.env.db.query, session.account_id, session.promotion_code_id),
    checkout_session_id: session.id,
    amount_discount: sumsOf(session).discount,
    currency: session.currency,
  };
}

/** The code does not count any more; what has changed since it was taken is looked up for the words alone. */
async function whyRefused(ctx: Ctx, session: SessionRow, use: Redemption | undefined): Promise<Fault> {
  assert(use, 'a guard of a redemption belongs to one');
  const { query } = ctx.env.db;
  const promotion = await findPromotion(query, session.account_id, use.promotion.code.id);
  const weighed = await weigh(ctx, query, promotion, orderOf(session), use);
  return refusalFault('refused' in weighed ? weighed : { refused: 'used_up', minimum: null }, session.currency);
}

async function cancelPayment_(ctx: Ctx, payment: PaymentRow): Promise<void> {
  assert(cancelPayment.kind === 'process', 'cancelling is a process');
  await cancelPayment.run({ ...ctx, actor: { kind: 'system' } }, { id: payment.id });
}

async function refuseForeignMethod(ctx: Ctx, session: SessionRow, payment_method: string | undefined): Promise<void> {
  if (payment_method === undefined) return;
  const { row } = await findPaymentMethod(ctx.env.db.query, ctx.account.account_id, payment_method);
  if (!session.customer_known || row.customer_id !== session.customer_id)
    throw notFound('payment method', payment_method, 'payment_method');
}

/** A customer who typed an address becomes a customer of the merchant. */
async function customerFor(ctx: Ctx, session: SessionRow, email: string | undefined): Promise<string | undefined> {
  if (email === undefined || session.customer_email !== null) return undefined;
  return await ctx.env.db.tx(async (tx) => {
    // Of many tabs that send the address at once, one makes the customer.
    const locked = await lockSession(tx, session.account_id, session.id);
    if (locked.customer_id !== null) return locked.customer_id;
    const customer = await insertCustomer(ctx, tx, { email });
    await tx
      .updateTable('checkout_sessions')
      .set({ customer_id: customer.id, customer_email: email, updated_at: ctx.env.clock.now() })
      .where('account_id', '=', session.account_id)
      .where('id', '=', session.id)
      .execute();
    return customer.id;
  });
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

async function standing(ctx: Ctx, id: string): Promise<PayResult> {
  const { query } = ctx.env.db;
  const { account_id } = ctx.account;
  if (id.startsWith('pay_')) return paymentResult(await settleWaiting(ctx, await findPayment(query, account_id, id)));
  const session = await findSession(query, account_id, id);
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
async function settleWaiting(ctx: Ctx, payment: PaymentRow): Promise<PaymentRow> {
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

function closedResult(now: Date, session: SessionRow): PayResult | undefined {
  if (session.status === 'complete')
    return { ...nothing('complete'), redirect_url: redirectUrl(session.success_url, 'session_id', session.id) };
  if (session.status === 'expired' || session.expires_at <= now) return nothing('expired');
  return undefined;
}

function sessionResult(session: SessionRow, payment: PaymentRow): PayResult {
  if (session.status === 'complete')
    return { ...nothing('complete'), redirect_url: redirectUrl(session.success_url, 'session_id', session.id) };
  return openResult(payment);
}

function paymentResult(payment: PaymentRow): PayResult {
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
      return payment.decline_code === null
        ? nothing('open')
        : { ...nothing('declined'), decline: declineText(payment.decline_code) };
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
