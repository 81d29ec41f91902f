// What the portal says, in every language of the checkout. English decides the keys; a table that lacks one does not compile, nor does a
// language of the checkout without a table here. Placeholders are `{name}`.

import { directionOf, fill, type Language, languageOf } from '../checkout/messages.ts';
import { ar } from './messages/ar.ts';
import { de } from './messages/de.ts';
import { en } from './messages/en.ts';
import { es } from './messages/es.ts';
import { fr } from './messages/fr.ts';

export type MessageKey = keyof typeof en;
export type Messages = Record<MessageKey, string>;

export const tables: Record<Language, Messages> = { en, de, fr, es, ar };

export type Say = (key: MessageKey, values?: Record<string, string>) => string;

/** In a line from right to left each value is isolated, so that a Latin name takes no sign around it along. */
export const sayIn =
  (locale: string): Say =>
  (key, values = {}) => {
    const shown =
      directionOf(locale) === 'ltr'
        ? values
        : Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `\u2068${value}\u2069`]));
    return fill(tables[languageOf(locale)][key], shown);
  };
