// Amounts and times for people: minor units by the currency's exponent, times by the merchant's zone.

import { type Currency, display, fromMajor, isCurrency, toMajor } from '../../../../src/kit/money.ts';
import { language } from '../words.ts';

export const money = (amount: number, currency: string): string =>
  isCurrency(currency) ? display(amount, currency, language) : `${amount} ${currency}`;

/** For an amount field: “12.34”. */
export const major = (amount: number, currency: string): string =>
  isCurrency(currency) ? toMajor(amount, currency) : String(amount);

/** What a person typed; undefined when it is no amount of this currency. A comma is taken for a point when it stands alone. */
export function minor(text: string, currency: string): number | undefined {
  const plain = text.trim().replaceAll(/\s/g, '');
  const point = /^\d+,\d+$/.test(plain) ? plain.replace(',', '.') : plain.replaceAll(',', '');
  return isCurrency(currency) ? fromMajor(point, currency as Currency) : undefined;
}

export const day = (at: string | Date, zone: string): string =>
  new Intl.DateTimeFormat(language, { timeZone: zone, dateStyle: 'medium' }).format(new Date(at));

export const dayAndTime = (at: string, zone: string): string =>
  new Intl.DateTimeFormat(language, {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(at));

export const exact = (at: string, zone: string): string =>
  new Intl.DateTimeFormat(language, { timeZone: zone, dateStyle: 'full', timeStyle: 'long' }).format(new Date(at));

/** A local day such as 2026-01-31, as the settlement calendar gives it. */
export const calendarDay = (text: string): string => day(`${text}T12:00:00Z`, 'UTC');
