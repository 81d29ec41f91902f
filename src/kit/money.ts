// Amounts are integers of a currency's minor unit. No float touches one; text in major units exists only at the borders.

import { assert } from './assert.ts';
import { Fault } from './fault.ts';

// Decimals by ISO 4217 (BTC: the eight of its own protocol). KWD and BHD stand for the currencies with three.
export const currencies = {
  USD: 2,
  EUR: 2,
  CNY: 2,
  CAD: 2,
  JPY: 0,
  AUD: 2,
  SGD: 2,
  HKD: 2,
  KRW: 0,
  GBP: 2,
  AED: 2,
  THB: 2,
  IDR: 2,
  PHP: 2,
  MYR: 2,
  BRL: 2,
  INR: 2,
  CHF: 2,
  SEK: 2,
  NOK: 2,
  DKK: 2,
  PLN: 2,
  NZD: 2,
  MXN: 2,
  KWD: 3,
  BHD: 3,
  BTC: 8,
} as const satisfies Record<string, 0 | 2 | 3 | 8>;

export type Currency = keyof typeof currencies;

/** Twelve digits: the width of the amount field in ISO 8583, which card networks carry. Far below 2^53. */
export const maxAmount = 999_999_999_999;

export const isCurrency = (text: string): text is Currency => Object.hasOwn(currencies, text);

export function currencyOf(text: string, param = 'currency'): Currency {
  if (isCurrency(text)) return text;
  const upper = text.toUpperCase();
  const hint = isCurrency(upper)
    ? ` Write it in capitals: '${upper}'.`
    : ` Supported: ${Object.keys(currencies).join(', ')}.`;
  throw new Fault('currency_unsupported', `'${text}' is not a supported currency.${hint}`, { param });
}

/** 1234 USD → "12.34". Integer arithmetic on the digits. */
export function toMajor(amount: number, currency: Currency): string {
  assert(Number.isSafeInteger(amount), 'an amount is a safe integer');
  const places = currencies[currency];
  const digits = String(Math.abs(amount)).padStart(places + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** "12.34" USD → 1234; undefined when the text is no amount of this currency (too many decimals, not a number). */
export function fromMajor(text: string, currency: Currency): number | undefined {
  const match = /^(-?)(\d{1,13})(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const places = currencies[currency];
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > places) return undefined;
  const amount = Number(`${match[2]}${fraction.padEnd(places, '0')}`);
  if (!Number.isSafeInteger(amount)) return undefined;
  return match[1] === '-' && amount !== 0 ? -amount : amount;
}

/** `amount × bps / 10,000`, half a minor unit rounds up (docs/adr/0006). Exact: the product is taken in bigint. */
export function share(amount: number, bps: number): number {
  assert(amount >= 0 && Number.isSafeInteger(amount), 'a share is taken of a non-negative amount');
  return Number((BigInt(amount) * BigInt(bps) + 5_000n) / 10_000n);
}

/** An amount inside a refusal: `1500 ($15.00)`. A dialect that writes major units leaves the first half out. */
export const said = (amount: number, currency: Currency): string => `${amount} (${display(amount, currency)})`;

/** For people: grouped digits, the currency's sign. `locale` is BCP 47. */
export function display(amount: number, currency: Currency, locale = 'en'): string {
  if (currency === 'BTC') return `${toMajor(amount, currency)} BTC`;
  const places = currencies[currency];
  // Intl takes decimal text exactly, so no float is made on the way.
  const text = toMajor(amount, currency) as unknown as number;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  }).format(text);
}
