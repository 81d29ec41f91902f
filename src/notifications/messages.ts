// What mails to customers say, in every language of the checkout. English decides the keys; a table that lacks one does not compile,
// nor does a language of the checkout without a table here.

import { type Language, languageOf } from '../../web/checkout/messages.ts';
import { ar } from './messages/ar.ts';
import { de } from './messages/de.ts';
import { en } from './messages/en.ts';
import { es } from './messages/es.ts';
import { fr } from './messages/fr.ts';

export type MessageKey = keyof typeof en;
export type Messages = Record<MessageKey, string>;

export const tables: Record<Language, Messages> = { en, de, fr, es, ar };

export const languages = Object.keys(tables) as Language[];

/** The first of these tags whose language we speak, with its region, which shapes numbers and dates; English when there is none. */
export function localeFor(...wanted: (string | null | undefined)[]): string {
  for (const tag of wanted) {
    const found = spoken(tag);
    if (found) return found;
  }
  return 'en';
}

function spoken(tag: string | null | undefined): string | undefined {
  if (!tag) return undefined;
  try {
    const { language, region } = new Intl.Locale(tag.replaceAll('_', '-'));
    // `languageOf` knows no third answer: what it does not speak it calls English.
    if (languageOf(language) !== language) return undefined;
    return new Intl.Locale(language, region === undefined ? {} : { region }).toString();
  } catch {
    return undefined;
  }
}
