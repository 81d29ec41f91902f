// How a mail speaks: sentences, amounts, dates and lengths of time in one language, with dates on the merchant's clocks. Pure.

import { directionOf, fill, type Language, languageOf } from '../../web/checkout/messages.ts';
import { moneyIn } from '../../web/checkout/page.ts';
import type { Interval } from '../billing/cycle.ts';
import { currencyOf } from '../kit/money.ts';
import { type MessageKey, tables } from './messages.ts';

export type Words = {
  locale: string;
  language: Language;
  direction: 'ltr' | 'rtl';
  say(key: MessageKey, values?: Record<string, string>): string;
  money(amount: number, currency: string): string;
  /** `at` is ISO 8601. */
  date(at: string): string;
  /** Without saying twice what both have in common. */
  range(from: string, to: string): string;
  /** A month of a card: `1` is January. */
  month(year: number, month: number): string;
  /** `3 months`, in the forms of number that the language has; of one of them only its name. */
  every(interval: Interval, count: number): string;
  minutes(count: number): string;
};

/** Isolated, so that a Latin name in a line from right to left does not take the signs around it along. */
const isolated = (text: string) => `\u2068${text}\u2069`;

export function wordsIn(locale: string, time_zone: string): Words {
  const language = languageOf(locale);
  const direction = directionOf(locale);
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { calendar: 'gregory', ...options });
  const unit = (unit: string, count: number) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  return {
    locale,
    language,
    direction,
    say(key, values = {}) {
      const shown =
        direction === 'ltr'
          ? values
          : Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isolated(value)]));
      return fill(tables[language][key], shown);
    },
    money: (amount, currency) => moneyIn(locale, currencyOf(currency))(amount),
    date: (at) => format({ dateStyle: 'long', timeZone: time_zone }).format(new Date(at)),
    range: (from, to) => format({ dateStyle: 'long', timeZone: time_zone }).formatRange(new Date(from), new Date(to)),
    month: (year, month) =>
      format({ month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(Date.UTC(year, month - 1, 15))),
    every: (interval, count) => (count === 1 ? nameOf(locale, interval) : unit(interval, count)),
    minutes: (count) => unit('minute', count),
  };
}

/** `month`, `Monat`, `mois`: the one's name without its number. */
const nameOf = (locale: string, unit: string): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
    .formatToParts(1)
    .filter(({ type }) => type === 'unit')
    .map(({ value }) => value)
    .join('')
    .trim();

/**
 * Text that others wrote (names of merchants and products): one line, without signs that would turn the direction of what follows.
 * Applied to all data of a mail, whatever its shape.
 */
export function plain<T>(value: T): T {
  if (typeof value === 'string')
    return value.replaceAll(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, '').replaceAll(/[\s\p{Cc}]+/gu, ' ') as T;
  if (Array.isArray(value)) return value.map((one) => plain(one)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)])) as T;
}
