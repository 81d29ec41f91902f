// What the page says, in every language it speaks. English decides the keys; a table that lacks one does not compile.
// Placeholders are `{name}`; values are put in as plain text, escaping is the renderer's duty.

import { ar } from './messages/ar.ts';
import { de } from './messages/de.ts';
import { en } from './messages/en.ts';
import { es } from './messages/es.ts';
import { fr } from './messages/fr.ts';

export { fill } from './words.ts';

export type MessageKey = keyof typeof en;
export type Messages = Record<MessageKey, string>;

export const tables = { en, de, fr, es, ar } as const satisfies Record<string, Messages>;
export type Language = keyof typeof tables;

const isLanguage = (text: string): text is Language => Object.hasOwn(tables, text);

/** Declines the page has its own words for; any other code is told in the server's words. */
export const declineKeys = [
  'generic_decline',
  'insufficient_funds',
  'expired_card',
  'incorrect_cvc',
  'processing_error',
  'authentication_failed',
  'authentication_abandoned',
  'underpaid',
  'invoice_expired',
] as const;

/** What the script needs of the table. Sent within the page, so the script carries no language at all. */
export const scriptKeys = [
  'show_details',
  'hide_details',
  'cvc_back',
  'cvc_front',
  'postal_code',
  'zip_code',
  'pay_amount',
  'processing',
  'processing_text',
  'processing_slow',
  'auth_not_done',
  'auth_title',
  'auth_new_tab',
  'success_title',
  'error_email_missing',
  'error_email',
  'error_number_missing',
  'error_number_short',
  'error_number',
  'error_live_card',
  'error_expiry_missing',
  'error_expiry',
  'error_expired',
  'error_cvc_missing',
  'error_cvc',
  'error_name_missing',
  'error_postal_missing',
  'error_postal',
  'error_field',
  'offline',
  'unreachable_safe',
  'unreachable_unsure',
  'try_again',
  'too_many',
  'press_again',
  'unexpected',
  'reference',
  'decline_generic_decline',
  'advice_generic_decline',
  'decline_insufficient_funds',
  'advice_insufficient_funds',
  'decline_expired_card',
  'advice_expired_card',
  'decline_incorrect_cvc',
  'advice_incorrect_cvc',
  'decline_processing_error',
  'advice_processing_error',
  'decline_authentication_failed',
  'advice_authentication_failed',
  'decline_authentication_abandoned',
  'advice_authentication_abandoned',
  'decline_underpaid',
  'advice_underpaid',
  'decline_invoice_expired',
  'advice_invoice_expired',
  'bitcoin_left',
  'bitcoin_seen_title',
  'bitcoin_seen',
  'bitcoin_small',
  'copied',
  'promo_missing',
  'promo_unknown',
  'promo_gone',
  'quantity_range',
] as const satisfies readonly MessageKey[];
export type ScriptKey = (typeof scriptKeys)[number];

export function languageOf(locale: string): Language {
  const [language = ''] = locale.toLowerCase().split('-');
  return isLanguage(language) ? language : 'en';
}

export const directionOf = (locale: string): 'ltr' | 'rtl' => (languageOf(locale) === 'ar' ? 'rtl' : 'ltr');

/**
 * The session's locale decides, else the browser's list; always one that we speak. A region, which shapes numbers and the
 * country chosen at first, is taken from the browser when the session names the language alone.
 */
export function chooseLocale(wanted: string | null, accept: string | undefined): string {
  const listed = acceptedLocales(accept);
  const first = [wanted, ...listed].map(spoken).find((locale) => locale !== undefined);
  if (!first) return 'en';
  if (first.region) return first.toString();
  const regional = listed.map(spoken).find((locale) => locale?.language === first.language && locale.region);
  return (regional ?? first).toString();
}

function spoken(text: string | null): Intl.Locale | undefined {
  if (text === null) return undefined;
  try {
    const locale = new Intl.Locale(text.replaceAll('_', '-'));
    // Only language and region: an extension such as `-u-nu-…` in a header shall not change how amounts look.
    return isLanguage(locale.language) ? new Intl.Locale(locale.language, { region: locale.region }) : undefined;
  } catch {
    return undefined;
  }
}

/** `de-CH, fr;q=0.5` → ['de-CH', 'fr'], best first. Bounded: a header may be long. */
export function acceptedLocales(accept = ''): string[] {
  return accept
    .slice(0, 500)
    .split(',')
    .slice(0, 20)
    .map((part, order) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const quality = parameters.map((p) => /^\s*q=([01](?:\.\d{1,3})?)\s*$/.exec(p)?.[1]).find((q) => q !== undefined);
      return { tag, order, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ tag, quality }) => tag !== '' && tag !== '*' && quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order)
    .map(({ tag }) => tag);
}
