// What a mail says, before it is markup or plain text: both are made of the same. And what a template is.

import type { MailKind } from '../operation/context.ts';
import type { Words } from './words.ts';

export type Row = { label: string; value: string; strong?: boolean };

export type Letter = {
  subject: string;
  heading: string;
  /** Begins the mail, and is what a list of mails shows beside the subject. */
  paragraphs: string[];
  /** Set large. */
  amount?: Row;
  /** What was sold, and what it comes to. */
  items?: Row[];
  sums?: Row[];
  facts?: Row[];
  button?: { label: string; url: string };
  after?: string[];
};

/** Data of a template is what JSON can hold; amounts are integers, times ISO 8601. */
export type Template<Data> = {
  kind: MailKind;
  write(data: Data, words: Words, merchant: string): Letter;
  /** For the preview: a customer's mail as it would be. */
  sample: Data;
};

/** A row where there is something to say. */
export const rowOf = (label: string, value: string | null | undefined, strong = false): Row[] =>
  value === null || value === undefined || value === '' ? [] : [{ label, value, ...(strong ? { strong } : {}) }];

export type Card = { brand: string; last_four: string };

const brands: Record<string, string> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  american_express: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  diners_club: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
};

/** As cards are written everywhere, whatever the language. */
export const cardName = (card: Card, { say, direction }: Words): string => {
  const name = `${brands[card.brand] ?? say('card_plain')} •••• ${card.last_four}`;
  return direction === 'rtl' ? `\u2066${name}\u2069` : name;
};
