// What the hosted page is painted from: a session, or a payment that is paid on our page. Reads only, and only what a customer may see.

import Type from 'typebox';
import { brandingOf } from '../identity/branding.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { bitcoinUri, missing } from '../payments/bitcoin-verdict.ts';
import { findPayment, type PaymentRow, peekPayment } from '../payments/payment.ts';
import { waitsForBitcoin } from '../payments/resolve-bitcoin.ts';
import { refuseOtherPage } from './pay.ts';
import { findSession, redirectUrl, type SessionRow } from './session.ts';
import { lineAmount, sumsOf } from './sums.ts';
import { CheckoutView } from './view.ts';

export const viewCheckout = operation({
  name: 'checkout.view',
  scope: 'checkout:read',
  actors: ['page'],
  kind: 'read',
  summary: 'Show a hosted page',
  description: 'What the customer may see, and nothing else.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CheckoutView,
  faults: ['not_found'],
  async run(ctx, input) {
    refuseOtherPage(ctx, input.id);
    const { account_id } = ctx.account;
    if (input.id.startsWith('pay_')) return paymentView(ctx, await findPayment(ctx.env.db.query, account_id, input.id));
    return await sessionView(ctx, await findSession(ctx.env.db.query, account_id, input.id));
  },
});

async function sessionView(ctx: Ctx, session: SessionRow): Promise<CheckoutView> {
  const { query } = ctx.env.db;
  const payment =
    session.payment_id === null ? undefined : await peekPayment(query, session.account_id, session.payment_id);
  return {
    ...(await common(ctx)),
    id: session.id,
    state: sessionState(ctx.env.clock.now(), session, payment),
    amount_total: session.amount_total,
    amount_subtotal: sumsOf(session).subtotal,
    currency: session.currency,
    description: session.description,
    line_items: session.line_items.map((item) => ({
      name: item.name,
      description: item.description ?? null,
      quantity: item.quantity,
      unit_amount: item.unit_amount,
      amount: lineAmount(item),
      image_url: item.image_url ?? null,
    })),
    taxes: session.taxes.map(({ name, amount, inclusive = false }) => ({ name, amount, inclusive })),
    discounts: session.discounts.map(({ name, amount, code }) => ({
      name: code === undefined ? name : `${name} (${code})`,
      amount,
    })),
    promotion: {
      allowed: session.allow_promotion_codes,
      code: session.discounts.find((one) => one.code !== undefined)?.code ?? null,
    },
    customer_email: session.customer_email,
    payment_methods:
      session.customer_known && session.customer_id !== null && session.status === 'open'
        ? await savedCards(ctx, session.customer_id)
        : [],
    can_save: session.customer_known,
    locale: session.locale,
    allowed_origins: session.allowed_origins,
    redirect_url: redirectUrl(session.success_url, 'session_id', session.id),
    cancel_url: session.cancel_url,
    action_url: payment && waitsForBitcoin(payment) ? null : (payment?.next_action_url ?? null),
    expires_at: session.expires_at.toISOString(),
    takes_bitcoin: session.capture && takesBitcoin(ctx),
    bitcoin: bitcoinView(ctx, payment),
  };
}

function sessionState(now: Date, session: SessionRow, payment: PaymentRow | undefined): CheckoutView['state'] {
  if (session.status === 'complete') return 'complete';
  if (payment?.status === 'requires_authentication') return 'requires_authentication';
  if (payment?.status === 'processing' || (payment === undefined && session.payment_status === 'processing'))
    return 'processing';
  return session.status === 'expired' || session.expires_at <= now ? 'expired' : 'open';
}

async function paymentView(ctx: Ctx, payment: PaymentRow): Promise<CheckoutView> {
  const states: Record<PaymentRow['status'], CheckoutView['state']> = {
    pending: 'open',
    requires_authentication: 'requires_authentication',
    processing: 'processing',
    authorized: 'complete',
    completed: 'complete',
    failed: 'cancelled',
    cancelled: 'cancelled',
  };
  return {
    ...(await common(ctx)),
    id: payment.id,
    state: states[payment.status],
    amount_total: payment.amount,
    amount_subtotal: payment.amount,
    currency: payment.currency,
    description: payment.description,
    line_items: [],
    taxes: [],
    discounts: [],
    promotion: { allowed: false, code: null },
    customer_email: payment.email,
    payment_methods: [],
    can_save: false,
    locale: null,
    allowed_origins: [],
    redirect_url: redirectUrl(payment.return_url, 'payment_id', payment.id),
    cancel_url: payment.cancel_url,
    action_url: waitsForBitcoin(payment) ? null : payment.next_action_url,
    expires_at: null,
    takes_bitcoin: payment.capture && takesBitcoin(ctx),
    bitcoin: bitcoinView(ctx, payment),
  };
}

const takesBitcoin = ({ account }: Ctx) => account.mode === 'sandbox' && account.payment_methods.includes('bitcoin');

function bitcoinView(ctx: Ctx, payment: PaymentRow | undefined): CheckoutView['bitcoin'] {
  const facts = payment?.payment_method?.type === 'bitcoin' ? payment.processing.bitcoin : undefined;
  if (!payment || !facts || facts.address === null) return null;
  if (payment.status !== 'requires_authentication' && payment.status !== 'processing') return null;
  const { rate } = facts;
  return {
    address: facts.address,
    uri: bitcoinUri(facts),
    amount_missing: missing(facts),
    amount_received: facts.amount_received,
    rate: rate && { currency: rate.currency, minor_units: rate.minor_units, satoshis: rate.satoshis },
    expires_at: facts.expires_at,
    wallet_url:
      ctx.account.mode === 'sandbox' ? `${ctx.env.config.public_url}/simulator/bitcoin/${facts.invoice}` : null,
  };
}

async function common(ctx: Ctx): Promise<Pick<CheckoutView, 'mode' | 'merchant' | 'branding'>> {
  const { account } = ctx;
  const { color, corners, icon_url } = await brandingOf(ctx.env.db.query, account.merchant_id);
  return {
    mode: account.mode,
    merchant: { name: account.merchant_name, logo_url: account.merchant_logo_url },
    branding: { color, corners, icon_url },
  };
}

async function savedCards(ctx: Ctx, customer_id: string): Promise<CheckoutView['payment_methods']> {
  return await ctx.env.db.query
    .selectFrom('payment_methods')
    .innerJoin('cards', (join) =>
      join
        .onRef('cards.account_id', '=', 'payment_methods.account_id')
        .onRef('cards.id', '=', 'payment_methods.card_id'),
    )
    .select(['payment_methods.id', 'brand', 'last_four', 'exp_month', 'exp_year'])
    .where('payment_methods.account_id', '=', ctx.account.account_id)
    .where('payment_methods.customer_id', '=', customer_id)
    .where('detached_at', 'is', null)
    .orderBy('payment_methods.id', 'desc')
    .limit(10)
    .execute();
}
