// Words that the page, the document and mails share: what a line is, and about a payment.

import type { LinePart } from '../invoice-sums.ts';
import type { DocumentView } from './view.ts';
import type { SayWord } from './words.ts';

type Paid = Omit<DocumentView['payments'][number], 'at' | 'amount'>;

export function paidBy(say: SayWord, { brand, last_four, out_of_band }: Paid): string {
  if (out_of_band) return say('by_out_of_band');
  if (brand === null && last_four === null) return say('payment');
  const name = brand === null ? say('card') : brand.charAt(0).toUpperCase() + brand.slice(1);
  return say('payment_by', { method: last_four === null ? name : `${name} •••• ${last_four}` });
}

/** `within 30 days`, in the forms of number that the language has. */
export const termsIn = (say: SayWord, locale: string, days: number): string =>
  say('terms_within', {
    days: new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(days),
  });

export type Told = {
  /** As it was written, in the merchant's language. */
  description: string;
  /** Of what; null: a line by hand. */
  product_name: string | null;
  localized_name: string | null;
  part: LinePart | null;
  quantity: number | null;
};

/** A line in the reader's language: the product by its name of the day, and what is billed of it. */
export function lineText(say: SayWord, { description, product_name, localized_name, part, quantity }: Told): string {
  if (product_name === null) return description;
  const product = localized_name ?? product_name;
  if (part === null) {
    // `2 × Coffee`; what somebody wrote in other words stays that.
    const count = description.slice(0, -product_name.length);
    return description.endsWith(product_name) && /^(\d+ × )?$/.test(count) ? `${count}${product}` : description;
  }
  const several = quantity !== null && quantity > 1 && part !== 'trial';
  return say(`line_${part}`, { name: several ? `${quantity} × ${product}` : product });
}

/** With every line as its reader is told of it. */
export const worded = (view: DocumentView, say: SayWord): DocumentView => ({
  ...view,
  lines: view.lines.map((line) => ({ ...line, description: lineText(say, line) })),
});
