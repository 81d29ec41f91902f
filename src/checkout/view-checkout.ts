// What the hosted page is painted from: a session, or a payment that is paid on our page. Reads only, and only what a customer may see.

import Type from 'typebox';
import { localizedNames } from '../catalog/product.ts';
import { brandingOf } from '../identity/branding.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { bitcoinUri, missing } from '../payments/bitcoin-verdict.ts';
import { findSetup, type SetupRow } from '../payments/card-setup.ts';
import { findPayment, type PaymentRow, peekPayment } from '../payments/payment.ts';
import { waitsForBitcoin } from '../payments/resolve-bitcoin.ts';
import { findPaymentLink, stateOf } from './payment-link.ts';
import { offerOf, presented } from './presentment.ts';
import { findSession, redirectUrl, type SessionRow } from './session.ts';
import { refuseOtherPage } from './standing.ts';
import { lineAmount, sumsOf } from './sums.ts';
import { CheckoutView } from './view.ts';

export const viewCheckout = operation({
  name: 'checkout.view',
  scope: 'checkout:read',
  actors: ['page'],
  kind: 'read',
  summary: 'Show a hosted page',
  description: 'What the customer may see, and nothing else.',
  input: Type.Object(
    { id: Id, locale: Type.Optional(Type.String({ description: 'Of the page, where the session names none.' })) },
    { additionalProperties: false },
  ),
  output: CheckoutView,
  faults: ['not_found'],
  async run(ctx, input) {
    refuseOtherPage(ctx, input.id);
    const { account_id } = ctx.account;
    const { query } = ctx.env.db;
    // What needs nothing of the other is read at the same time: a customer waits for it.
    if (input.id.startsWith('pay_')) {
      const [payment, look] = await Promise.all([findPayment(query, account_id, input.id), common(ctx)]);
      return paymentView(ctx, payment, look);
    }
    const [session, look] = await Promise.all([findSession(query, account_id, input.id), common(ctx)]);
    return await sessionView(ctx, session, look, session.locale === null ? input.locale : undefined);
  },
});

async function sessionView(ctx: Ctx, found: SessionRow, look: Look, locale: string | undefined): Promise<CheckoutView> {
  const { query } = ctx.env.db;
  const { account_id, payment_id, setup_id, customer_id } = found;
  const [priced, payment, setup, link_closed, payment_methods] = await Promise.all([
    inLanguage(ctx, found, locale),
    payment_id === null ? undefined : peekPayment(query, account_id, payment_id),
    setup_id !== null && found.payment_status === 'processing' ? findSetup(query, account_id, setup_id) : undefined,
    linkClosed(ctx, found),
    found.customer_known && customer_id !== null && found.status === 'open' ? savedCards(ctx, customer_id) : [],
  ]);
  const session = presented(priced);
  return {
    ...look,
    id: session.id,
    state: sessionState(ctx.env.clock.now(), session, payment ?? setup),
    recurring: session.line_items[0]?.recurring ?? null,
    amount_total: session.amount_total,
    amount_subtotal: sumsOf(session).subtotal,
    currency: session.currency,
    offer: offerOf(priced),
    description: session.description,
    line_items: session.line_items.map((item) => ({
      name: item.name,
      description: item.description ?? null,
      quantity: item.quantity,
      unit_amount: item.unit_amount,
      amount: lineAmount(item),
      image_url: item.image_url ?? null,
      adjustable: session.status === 'open' ? (item.adjustable_quantity ?? null) : null,
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
    custom_text: session.custom_text,
    success_message: session.success_message,
    link_closed,
    payment_methods,
    can_save: session.customer_known && session.subscription_terms === null,
    locale: session.locale,
    allowed_origins: session.allowed_origins,
    redirect_url: redirectUrl(session.success_url, 'session_id', session.id),
    cancel_url: session.cancel_url,
    action_url:
      payment && waitsForBitcoin(payment) ? null : (payment?.next_action_url ?? setup?.next_action_url ?? null),
    expires_at: session.expires_at.toISOString(),
    takes_bitcoin:
      session.capture && session.subscription_terms === null && session.amount_total > 0 && takesBitcoin(ctx),
    bitcoin: bitcoinView(ctx, payment),
  };
}

/** Of a session that names no language, the lines are told in the reader's, as far as the catalog has names in it. */
async function inLanguage(ctx: Ctx, session: SessionRow, locale: string | undefined): Promise<SessionRow> {
  if (locale === undefined) return session;
  const ids = session.line_items.flatMap(({ product }) => (product === undefined ? [] : [product]));
  const names = await localizedNames(ctx.env.db.query, session.account_id, ids, locale);
  if (names.size === 0) return session;
  const named = (line: SessionRow['line_items'][number]) => ({
    ...line,
    name: names.get(line.product ?? '') ?? line.name,
  });
  return { ...session, line_items: session.line_items.map(named) };
}

/** Only told where the page is over: one that is open and whose link has closed says so when it is paid. */
async function linkClosed(ctx: Ctx, session: SessionRow): Promise<CheckoutView['link_closed']> {
  if (session.payment_link_id === null || session.status !== 'expired') return null;
  const link = await findPaymentLink(ctx.env.db.query, session.account_id, session.payment_link_id);
  const state = stateOf(link, ctx.env.clock.now());
  return state === 'active' ? null : state;
}

function sessionState(
  now: Date,
  session: SessionRow,
  payment: Pick<PaymentRow, 'status'> | SetupRow | undefined,
): CheckoutView['state'] {
  if (session.status === 'complete') return 'complete';
  if (payment?.status === 'requires_authentication') return 'requires_authentication';
  if (payment?.status === 'processing' || (payment === undefined && session.payment_status === 'processing'))
    return 'processing';
  return session.status === 'expired' || session.expires_at <= now ? 'expired' : 'open';
}

function paymentView(ctx: Ctx, payment: PaymentRow, look: Look): CheckoutView {
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
    ...look,
    id: payment.id,
    state: states[payment.status],
    amount_total: payment.amount,
    amount_subtotal: payment.amount,
    recurring: null,
    offer: null,
    currency: payment.currency,
    description: payment.description,
    line_items: [],
    taxes: [],
    discounts: [],
    promotion: { allowed: false, code: null },
    customer_email: payment.email,
    custom_text: null,
    success_message: null,
    link_closed: null,
    payment_methods: [],
    can_save: false,
    locale: null,
    allowed_origins: [],
    redirect_url: redirectUrl(payment.return_url, 'payment_id', payment.id),
    cancel_url: payment.cancel_url ?? wayBack(payment),
    action_url: waitsForBitcoin(payment) ? null : payment.next_action_url,
    expires_at: null,
    takes_bitcoin: payment.capture && takesBitcoin(ctx),
    bitcoin: bitcoinView(ctx, payment),
  };
}

/** Of one that was begun elsewhere, with a card that is saved there: another is not tried on this page. */
const wayBack = ({ status, return_url, id }: PaymentRow): string | null =>
  ['requires_authentication', 'failed', 'cancelled'].includes(status)
    ? redirectUrl(return_url, 'payment_id', id)
    : null;

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

type Look = Pick<CheckoutView, 'mode' | 'merchant' | 'branding'>;

async function common(ctx: Ctx): Promise<Look> {
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
