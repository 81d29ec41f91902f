// What invoices and credit notes say, in the languages that we speak. Another language of the customer's still decides how dates and
// amounts are written.

import { ar } from './words/ar.ts';
import { de } from './words/de.ts';
import { en } from './words/en.ts';
import { es } from './words/es.ts';
import { fr } from './words/fr.ts';
import { ja } from './words/ja.ts';
import { zh } from './words/zh.ts';

export type Word = keyof typeof en;
export type Words = Record<Word, string>;

export const wordTables = { en, de, fr, es, ar, ja, zh } as const satisfies Record<string, Words>;
export type WordLanguage = keyof typeof wordTables;

export function wordLanguage(locale: string): WordLanguage {
  const [base = ''] = locale.toLowerCase().split('-');
  return Object.hasOwn(wordTables, base) ? (base as WordLanguage) : 'en';
}

export type SayWord = (word: Word, values?: Record<string, string>) => string;

export const wordsIn =
  (locale: string): SayWord =>
  (word, values = {}) =>
    wordTables[wordLanguage(locale)][word].replaceAll(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);

/** The words' language with the customer's region when they fit: dates and amounts are written by it. */
export const localeOf = (locale: string | null): string => {
  if (locale === null) return 'en';
  const language = wordLanguage(locale);
  try {
    const known = new Intl.Locale(locale);
    return known.language === language ? new Intl.Locale(language, { region: known.region }).toString() : language;
  } catch {
    return language;
  }
};

/** A day of the merchant's, as the reader writes it. */
export const dayIn = (locale: string, time_zone: string) => {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: time_zone });
  return (at: string | Date) => format.format(new Date(at));
};

/** Both days of a period: its end is the beginning of the next one, which is not its last day. */
export const spanIn = (locale: string, time_zone: string) => {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: time_zone });
  return (start: string | Date, end: string | Date) =>
    format.formatRange(new Date(start), new Date(Math.max(new Date(start).getTime(), new Date(end).getTime() - 1)));
};

/** `190000` of a million, as a percentage. */
export const rateIn = (locale: string, ppm: number) =>
  new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 4 }).format(ppm / 1_000_000);

/** Where, line by line, with the country in the reader's words. */
export function addressLines(
  locale: string,
  address: {
    line1?: string;
    line2?: string;
    city?: string;
    state?: string;
    postal_code?: string;
    country?: string;
  } | null,
): string[] {
  if (!address) return [];
  const { line1, line2, city, state, postal_code, country } = address;
  const place = [postal_code, city].filter(Boolean).join(' ');
  const name =
    country && (new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' }).of(country) ?? country);
  return [line1, line2, [place, state].filter(Boolean).join(', '), name].filter(
    (line): line is string => line !== undefined && line !== '',
  );
}
