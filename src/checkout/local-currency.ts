// The customer's own currency on the page: offered by the country they come from, at a rate that holds as long as the session, and chosen
// by its name alone. What it comes to is computed here and kept on the session; no amount and no rate is ever taken from a browser.

import Type from 'typebox';
import { findSnapshot, termsIn } from '../catalog/price.ts';
import { amountOf } from '../catalog/pricing.ts';
import { findPromotion } from '../coupons/promotion-code.ts';
import type { Tx } from '../db/db.ts';
import { countryOfAddress, currencyOfCountry } from '../fx/country.ts';
import { fxSettings } from '../fx/settings.ts';
import { isStale, latestSnapshot, rateOf } from '../fx/snapshot.ts';
import { Fault } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { CurrencyCode, Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { type LocalOrder, localOrder } from './local-order.ts';
import type { HeldExchange } from './presentment.ts';
import { refuseClosed } from './promotion.ts';
import { findSession, lockSession, type SessionRow } from './session.ts';
import { refuseOtherPage } from './standing.ts';

const isOpen = (now: Date, { status, payment_status, expires_at }: SessionRow) =>
  status === 'open' && payment_status === 'unpaid' && expires_at > now;

/** Never of a subscription: what is charged again next month has no rate today. */
const offers = (now: Date, session: SessionRow) =>
  isOpen(now, session) &&
  session.currency_options === 'automatic' &&
  session.subscription_terms === null &&
  session.currency !== 'BTC';

const offeredBy = ({ exchange }: SessionRow) => ({ currency: exchange?.currency ?? null });

/** Whether a customer who pays with this has nothing new to be offered. */
const stands = ({ exchange, presentment_currency, currency: own }: SessionRow, currency: Currency): boolean =>
  exchange === null ? currency === own : presentment_currency !== null || exchange.currency === currency;

export const offerCurrency = operation({
  name: 'checkout.offer_currency',
  scope: 'checkout:write',
  actors: ['page'],
  kind: 'process',
  summary: 'Offer the customer their own currency',
  description:
    'Asked before the page is shown, by the country of the address it comes from. The rate of that moment holds; an offer that nobody has ' +
    'chosen gives way to one of another country, because whoever looks first may be a program that follows links. ' +
    'In the sandbox the country may be named, because a test comes from nowhere.',
  input: Type.Object(
    { id: Id, country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', description: 'Sandbox only.' })) },
    { additionalProperties: false },
  ),
  output: Type.Object({ currency: nullable(Type.String()) }),
  faults: ['not_found', 'parameter_invalid'],
  async run(ctx, input) {
    refuseOtherPage(ctx, input.id);
    const { env, account } = ctx;
    if (input.country !== undefined && account.mode !== 'sandbox')
      throw new Fault('parameter_invalid', 'A country is named in the sandbox only.', { param: 'country' });
    if (input.id.startsWith('pay_')) return { currency: null };
    const [session, { adaptive_pricing }] = await Promise.all([
      findSession(env.db.query, account.account_id, input.id),
      fxSettings(env.db.query, account.account_id),
    ]);
    if (!offers(env.clock.now(), session)) return offeredBy(session);
    if (!adaptive_pricing.enabled) return { currency: null };
    const country = input.country ?? (ctx.from && (await countryOfAddress(ctx.from.address)));
    const currency = country === undefined ? undefined : currencyOfCountry(country);
    if (country === undefined || currency === undefined || stands(session, currency)) return offeredBy(session);
    return await env.db.tx(async (tx) => {
      // Of two first visits at once, one makes the offer.
      const locked = await lockSession(tx, account.account_id, input.id);
      if (!offers(env.clock.now(), locked) || stands(locked, currency)) return offeredBy(locked);
      const { markup_bps } = adaptive_pricing;
      const held =
        currency === locked.currency ? undefined : await quoted(ctx, tx, locked, { country, currency, markup_bps });
      await keep(ctx, tx, locked, held);
      return { currency: held?.currency ?? null };
    });
  },
});

type Wanted = { country: string; currency: Currency; markup_bps: number };

async function quoted(
  ctx: Ctx,
  tx: Tx,
  session: SessionRow,
  { country, currency, markup_bps }: Wanted,
): Promise<HeldExchange | undefined> {
  const snapshot = await latestSnapshot(ctx.env, tx);
  const stale = isStale({ env: ctx.env, mode: ctx.account.mode }, snapshot);
  const rate = stale ? undefined : rateOf(snapshot, session.currency, currency);
  const order = await ordered(ctx, tx, session, { currency, rate: rate ?? null, markup_bps });
  if (!order) return undefined;
  const quoted_at = ctx.env.clock.now().toISOString();
  // Prices that the merchant set in this currency are no conversion: no rate of ours, and no markup.
  if (!order.converted || rate === undefined)
    return { ...order, currency, rate: null, markup_bps: 0, fx_rates: null, rate_date: null, country, quoted_at };
  const { id: fx_rates, published_on: rate_date } = snapshot;
  return { ...order, currency, rate, markup_bps, fx_rates, rate_date, country, quoted_at };
}

async function ordered(
  ctx: Ctx,
  tx: Tx,
  session: SessionRow,
  { currency, rate, markup_bps }: Pick<HeldExchange, 'currency' | 'rate' | 'markup_bps'>,
): Promise<LocalOrder | undefined> {
  const { account_id, promotion_code_id } = session;
  return await localOrder(ctx, tx, session, {
    to: currency,
    rate: rate === null ? undefined : { from: session.currency, to: currency, rate, markup_bps },
    predefined: await predefinedOf(tx, session, currency),
    promotion: promotion_code_id === null ? undefined : await findPromotion(tx, account_id, promotion_code_id),
  });
}

/** By the terms under which each line is sold: an edit of the price since then is not for this customer. */
async function predefinedOf(tx: Tx, session: SessionRow, currency: Currency): Promise<(number | undefined)[]> {
  const amounts: (number | undefined)[] = [];
  for (const { price_snapshot, quantity } of session.line_items) {
    const snapshot = price_snapshot && (await findSnapshot(tx, session.account_id, price_snapshot));
    amounts.push(snapshot ? amountOf(termsIn(snapshot), currency, quantity) : undefined);
  }
  return amounts;
}

/** After anything else changed what the session comes to: the offer follows, at the rate it was made with, or it is withdrawn. */
export async function followSums(ctx: Ctx, tx: Tx, session: SessionRow): Promise<void> {
  const held = session.exchange;
  if (!held) return;
  const order = await ordered(ctx, tx, session, held);
  await keep(ctx, tx, session, order ? { ...held, ...order } : undefined);
}

async function keep(ctx: Ctx, tx: Tx, session: SessionRow, held: HeldExchange | undefined, currency?: string | null) {
  const chosen = currency === undefined ? session.presentment_currency : currency;
  await tx
    .updateTable('checkout_sessions')
    .set({
      exchange: held ? JSON.stringify(held) : null,
      presentment_currency: held ? chosen : null,
      presentment_amount: held && chosen !== null ? held.amount_total : null,
      updated_at: ctx.env.clock.now(),
    })
    .where('account_id', '=', session.account_id)
    .where('id', '=', session.id)
    .execute();
}

export const setCurrency = operation({
  name: 'checkout.set_currency',
  scope: 'checkout:write',
  actors: ['page'],
  kind: 'write',
  summary: 'Choose the currency on the hosted page',
  description: 'The session’s own, or the one that was offered. Amount and rate are those of the offer.',
  input: Type.Object({ id: Id, currency: CurrencyCode }, { additionalProperties: false }),
  output: Type.Object({ currency: Type.String() }),
  faults: ['not_found', 'currency_unsupported', 'session_complete', 'session_expired', 'payment_in_progress'],
  async run(ctx, input, tx) {
    refuseOtherPage(ctx, input.id);
    const session = await lockSession(tx, ctx.account.account_id, input.id);
    refuseClosed(ctx.env.clock.now(), session);
    const { currency } = input;
    const offered = session.exchange ?? undefined;
    if (currency !== session.currency && currency !== offered?.currency)
      throw new Fault(
        'currency_unsupported',
        `This page takes ${[session.currency, ...(offered ? [offered.currency] : [])].join(' or ')}.`,
        { param: 'currency' },
      );
    await keep(ctx, tx, session, offered, currency === session.currency ? null : currency);
    return { currency };
  },
});
