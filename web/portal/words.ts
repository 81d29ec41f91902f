// How the portal names things: dates on the merchant's clocks, prices with their cycle, cards. Pure.

import { currencyOf } from '../../src/kit/money.ts';
import type { PortalCard, PortalSubscription } from '../../src/portal/view.ts';
import { brandNames, isBrand } from '../checkout/marks.ts';
import { moneyIn, type Page, sayIn as sayInCheckout } from '../checkout/page.ts';
import { sayIn } from './messages.ts';

export const dateIn = (page: Page, time_zone: string) => {
  const format = new Intl.DateTimeFormat(page.locale, {
    calendar: 'gregory',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: time_zone,
  });
  return (at: string): string => format.format(new Date(at));
};

export const money = (page: Page, currency: string) => moneyIn(page.locale, currencyOf(currency));

type Priced = Pick<PortalSubscription['item'], 'amount' | 'interval' | 'interval_count'>;

export function priceText(page: Page, { amount, interval, interval_count }: Priced, currency: string): string {
  const say = sayIn(page.locale);
  const shown = money(page, currency)(amount);
  if (interval_count === 1) return say(`per_${interval}`, { amount: shown });
  const span = new Intl.NumberFormat(page.locale, { style: 'unit', unit: interval, unitDisplay: 'long' });
  return say('per_span', { amount: shown, span: span.format(interval_count) });
}

export function cardText(page: Page, { brand, last_four }: Pick<PortalCard, 'brand' | 'last_four'>): string {
  const say = sayInCheckout(page.locale);
  return say('card_ending', { brand: isBrand(brand) ? brandNames[brand] : say('card_brand'), last_four });
}

/** Isolated: a date of figures keeps its order in a line from right to left. */
export const expiryText = ({ exp_month, exp_year }: PortalCard): string =>
  `\u2066${String(exp_month).padStart(2, '0')}/${String(exp_year).slice(-2)}\u2069`;

export const isExpired = ({ exp_month, exp_year }: PortalCard, now: Date): boolean =>
  exp_year < now.getUTCFullYear() || (exp_year === now.getUTCFullYear() && exp_month < now.getUTCMonth() + 1);
