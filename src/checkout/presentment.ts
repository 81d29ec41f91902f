// What a session is charged: its own sum, or the one of the offer that its customer chose. Pure; both were made and kept before
// (local-currency.ts), and a browser has no part in either.

import type { Exchange } from '../fx/exchange.ts';
import { Fault } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Breakdown } from '../payments/payment.ts';
import type { LocalOrder } from './local-order.ts';
import type { SessionRow, StoredLine } from './session.ts';
import { plainLine, sumsOf } from './sums.ts';
import type { CheckoutView } from './view.ts';

/** What a session keeps of an offer (`checkout_sessions.exchange`). */
export type HeldExchange = LocalOrder & {
  currency: Currency;
  /** Null: nothing had to be converted. */
  rate: string | null;
  markup_bps: number;
  fx_rates: string | null;
  rate_date: string | null;
  country: string;
  quoted_at: string;
};

/** The session as its customer sees it: in the chosen currency, with the sums of the offer. */
export function presented(session: SessionRow): SessionRow {
  const chosen = session.presentment_currency === null ? undefined : session.exchange;
  if (!chosen) return session;
  const line_items = session.line_items.map((line, i): StoredLine => {
    const local = chosen.line_items[i];
    return local ? { ...line, unit_amount: local.unit_amount, amount: local.amount } : line;
  });
  const { currency, taxes, discounts, amount_total } = chosen;
  return { ...session, currency, line_items, taxes, discounts, amount_total };
}

/** Both choices, for the page. */
export function offerOf(session: SessionRow): CheckoutView['offer'] {
  const { exchange: held, currency, amount_total, presentment_currency } = session;
  if (!held) return null;
  return {
    choices: [
      { currency, amount_total, chosen: presentment_currency === null },
      { currency: held.currency, amount_total: held.amount_total, chosen: presentment_currency !== null },
    ],
    rate: held.rate,
    markup_bps: held.markup_bps,
    rate_date: held.rate_date,
  };
}

export type Charge = {
  amount: number;
  currency: Currency;
  breakdown: Breakdown;
  /** Of all taxes, those that the lines hold included. */
  tax: number;
  exchange: Exchange | undefined;
};

/** `named`: the currency that the page showed when it was pressed. Another tab may have chosen another since. */
export function refuseOtherCurrency(currency: Currency, named: string | undefined): void {
  if (named === undefined || named === currency) return;
  throw new Fault('parameter_invalid', `This page is paid in ${currency}, not in ${named}. Load the page again.`, {
    param: 'currency',
  });
}

/** A code or a quantity that was changed in another tab: nobody is charged what they did not see. */
function refuseOtherAmount(amount: number, named: number | undefined): void {
  if (named === undefined || named === amount) return;
  throw new Fault('parameter_invalid', `This page comes to ${amount}, not to ${named}. Load the page again.`, {
    param: 'amount',
  });
}

export function chargeOf(session: SessionRow, named: { currency?: string; amount?: number }): Charge {
  const shown = presented(session);
  refuseOtherCurrency(shown.currency, named.currency);
  refuseOtherAmount(shown.amount_total, named.amount);
  return {
    amount: shown.amount_total,
    currency: shown.currency,
    breakdown: { ...sumsOf(shown), line_items: shown.line_items.map(plainLine) },
    tax: shown.taxes.reduce((sum, tax) => sum + tax.amount, 0),
    exchange: exchangeOf(session),
  };
}

function exchangeOf(session: SessionRow): Exchange | undefined {
  if (session.presentment_currency === null || !session.exchange) return undefined;
  const { rate, markup_bps, fx_rates } = session.exchange;
  return { amount: session.amount_total, currency: session.currency, rate, markup_bps, fx_rates };
}
