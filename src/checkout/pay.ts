// What the hosted page does: show, pay, ask how it stands. The page's authority is the id in its address and reaches this one
// session (or payment) only; amount and currency are never taken from the browser.

import Type, { type Static } from 'typebox';
import { findPromotion } from '../coupons/promotion-code.ts';
import { type Redemption, redemptionGuard, reserve } from '../coupons/redemption.ts';
import { customerFields } from '../customers/customer.ts';
import { GuardFailed, type Statement } from '../db/db.ts';
import { assert } from '../kit/assert.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { CurrencyCode, Id } from '../operation/fields.ts';
import { operation, Replay } from '../operation/operation.ts';
import { cancelPayment } from '../payments/cancel-payment.ts';
import { confirm } from '../payments/confirm-payment.ts';
import { beginPayment, refuseAccount } from '../payments/create-payment.ts';
import { bitcoinBegin } from '../payments/pay-bitcoin.ts';
import { findPayment, type PaymentRow, peekPayment } from '../payments/payment.ts';
import { waitsForBitcoin, withdrawInvoice } from '../payments/resolve-bitcoin.ts';
import { findPaymentMethod } from '../vault/payment-method.ts';
import { completeFree, isFree } from './complete-free.ts';
import { followPayment } from './follow-payment.ts';
import { customerOfGuest } from './guest.ts';
import { holdPlace, linkGuard } from './link-use.ts';
import { markExpired } from './manage-sessions.ts';
import { type Charge, chargeOf, refuseOtherCurrency } from './presentment.ts';
import { orderOf, refusalFault, weigh } from './quote.ts';
import { findSession, lockSession, type SessionRow } from './session.ts';
import { leaveSetup, setsUp, setUpSession, setupOf } from './set-up-session.ts';
import { closedResult, paymentResult, refuseOtherPage, sessionResult, settleWaiting, standing } from './standing.ts';
import { sumsOf } from './sums.ts';
import { PayResult } from './view.ts';

const PayInput = Type.Object(
  {
    id: Id,
    token: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    payment_method: Type.Optional(Id),
    payment_method_type: Type.Optional(Type.Enum(['bitcoin'])),
    /** The one that the page showed; which ones there are is the session's. */
    currency: Type.Optional(CurrencyCode),
    /** As the page showed it: never what is charged, only what is refused when it is another. */
    amount: Type.Optional(Type.Integer()),
    email: customerFields.email,
    save_payment_method: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
type PayInput = Static<typeof PayInput>;

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
  refuseOtherCurrency(known.currency, input.currency);
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
  if (session.setup_id !== null && session.payment_status === 'processing' && session.payment_id === null) {
    if ((await setupOf(ctx, session))?.status === 'requires_authentication') await leaveSetup(ctx, session);
    session = await findSession(env.db.query, account.account_id, input.id);
  }
  const closed = closedResult(env.clock.now(), session);
  if (closed) return closed;
  await refuseForeignMethod(ctx, session, input.payment_method);
  const charge = chargeOf(session, input);

  const payment_id = newId('pay', env);
  const bitcoin = await bitcoinOf(ctx, { session, charge }, input, payment_id);
  const save = session.subscription_terms !== null || ((input.save_payment_method ?? false) && session.customer_known);
  const customer = session.customer_id ?? (await customerFor(ctx, session, input.email));
  const guest = session.guest || session.customer_id === null;
  const email = session.customer_email ?? input.email;
  if (session.subscription_terms && customer === undefined)
    throw new Fault('parameter_missing', "'email' is required: a subscription belongs to somebody.", {
      param: 'email',
    });
  const free = isFree(session);
  const unpaid = free || setsUp(session);
  const redeemer = { customer: guest ? null : (customer ?? null), email: email ?? null };
  const use = await redemptionOf(ctx, session, { ...redeemer, payment_id: unpaid ? null : payment_id });
  if (!free) refuseNoMethod(input);
  try {
    if (free) {
      await completeFree(ctx, session, use);
      return await standing(ctx, input.id);
    }
    if (customer !== undefined && setsUp(session)) {
      await setUpSession(ctx, { session, customer, use, token: input.token, payment_method: input.payment_method });
      return await standing(ctx, input.id);
    }
    const payment = await beginPayment(
      ctx,
      {
        amount: charge.amount,
        currency: charge.currency,
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
        breakdown: charge.breakdown,
        tax: charge.tax,
        ...(charge.exchange ? { exchange: charge.exchange } : {}),
        guards: [
          claimSession(ctx, session, payment_id, save),
          ...(use ? reserve(ctx, use) : []),
          ...holdPlace(ctx, session),
        ],
      },
    );
    assert(!(payment instanceof Replay), 'a payment without a claim is not replayed');
  } catch (error) {
    // Another tab was first: say how that one stands.
    if (error instanceof GuardFailed && error.guard === 'session') return await standing(ctx, input.id);
    if (error instanceof GuardFailed && error.guard === redemptionGuard) throw await whyRefused(ctx, session, use);
    if (error instanceof GuardFailed && error.guard === linkGuard) return await closeForLink(ctx, session);
    throw error;
  }
  await followPayment(ctx, payment_id);
  const payment = await findPayment(env.db.query, account.account_id, payment_id);
  return sessionResult(await findSession(env.db.query, account.account_id, input.id), payment);
}

type Charged = { session: SessionRow; charge: Charge };

async function bitcoinOf(ctx: Ctx, { session, charge }: Charged, input: PayInput, payment_id: string) {
  if (input.payment_method_type === undefined) return undefined;
  if (input.token !== undefined || input.payment_method !== undefined) {
    throw new Fault('parameter_invalid', 'Give either a card or payment_method_type, not both.', {
      param: 'payment_method_type',
    });
  }
  if (session.subscription_terms)
    throw new Fault('parameter_invalid', 'A subscription is charged again and again, which needs a card.', {
      param: 'payment_method_type',
    });
  refuseAccount(ctx);
  const { amount, currency } = charge;
  return await bitcoinBegin(ctx, { payment_id, amount, currency, capture: session.capture });
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
          and amount_total = $6 and promotion_code_id is not distinct from $7 and presentment_currency is not distinct from $8
          and presentment_amount is not distinct from $9 returning 1)
      select florin_expect((select count(*) from done), 1, 'session')`,
    values: [
      ctx.account.account_id,
      session.id,
      payment_id,
      save,
      ctx.env.clock.now(),
      session.amount_total,
      session.promotion_code_id,
      session.presentment_currency,
      session.presentment_amount,
    ],
  };
}

/** A press without a card would leave a payment that waits for nobody. */
function refuseNoMethod({ token, payment_method, payment_method_type }: PayInput): void {
  if (token !== undefined || payment_method !== undefined || payment_method_type !== undefined) return;
  throw new Fault('parameter_missing', "Give a card: a 'token' or a 'payment_method'.", { param: 'token' });
}

/** The link that made this session was switched off or is used up: nobody can pay here any more. */
async function closeForLink(ctx: Ctx, session: SessionRow): Promise<PayResult> {
  await ctx.env.db.tx(async (tx) => {
    const locked = await lockSession(tx, session.account_id, session.id);
    if (locked.status === 'open' && locked.payment_status === 'unpaid') await markExpired(ctx, tx, locked);
  });
  return await standing(ctx, session.id);
}

type Redeeming = { payment_id: string | null; customer: string | null; email: string | null };

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

/** A customer who typed an address is a customer of the merchant; who, is said in guest.ts. */
async function customerFor(ctx: Ctx, session: SessionRow, email: string | undefined): Promise<string | undefined> {
  if (email === undefined || session.customer_email !== null) return undefined;
  return await customerOfGuest(ctx, session, email, session.subscription_terms !== null);
}
