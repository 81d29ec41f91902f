// What was sold and what it comes to, as rows: shared by receipts and invoices. Pure.

import { lineText, type Told } from '../../billing/document/said.ts';
import { wordsIn } from '../../billing/document/words.ts';
import type { Row } from '../letter.ts';
import { rowOf } from '../letter.ts';
import type { Words } from '../words.ts';

export type Sold = {
  /** `line`: of an invoice, which is worded in the reader's language. */
  items: { name: string; quantity: number; amount: number; line?: Told }[];
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
};

export function soldRows(sold: Sold, currency: string, { say, money, locale }: Words): { items: Row[]; sums: Row[] } {
  const { subtotal, discount, tax, total } = sold;
  // A tax that the prices hold already changes no sum.
  const on_top = subtotal - discount + tax === total;
  const plain = subtotal === total && tax === 0 && discount === 0;
  return {
    items: sold.items.map(({ name, quantity, amount, line }) => ({
      label: line
        ? lineText(wordsIn(locale), line)
        : quantity === 1
          ? name
          : say('quantity', { name, quantity: String(quantity) }),
      value: money(amount, currency),
    })),
    sums: [
      ...(plain ? [] : [{ label: say('subtotal'), value: money(subtotal, currency) }]),
      ...rowOf(say('discount'), discount === 0 ? null : money(-discount, currency)),
      ...rowOf(say(on_top ? 'tax' : 'tax_included'), tax === 0 ? null : money(tax, currency)),
      { label: say('total'), value: money(total, currency), strong: true },
    ],
  };
}

export const sampleSold: Sold = {
  items: [
    { name: 'Espresso beans, 1 kg', quantity: 2, amount: 4400 },
    { name: 'Filter paper', quantity: 1, amount: 600 },
  ],
  subtotal: 5000,
  discount: 500,
  tax: 855,
  total: 5355,
};
