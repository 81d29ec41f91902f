// What mails say of an invoice, whatever became of it. Pure.

import { type Row, rowOf } from '../letter.ts';
import type { Words } from '../words.ts';
import type { Sold } from './sold.ts';

export type Invoiced = {
  number: string;
  currency: string;
  amount_due: number;
  /** Taken from what the customer had left. */
  credit: number;
  sold: Sold;
  /** Null of an invoice by hand. */
  period: { from: string; to: string } | null;
  /** Where it can be seen; null where there is no such page. */
  url: string | null;
};

export const invoiceFacts = (data: Invoiced, { say, range }: Words): Row[] => [
  { label: say('invoice_number'), value: data.number },
  ...rowOf(say('period'), data.period && range(data.period.from, data.period.to)),
];

export const sampleInvoice: Invoiced = {
  number: '000042',
  currency: 'EUR',
  amount_due: 2380,
  credit: 0,
  sold: {
    items: [{ name: 'Coffee club', quantity: 1, amount: 2000 }],
    subtotal: 2000,
    discount: 0,
    tax: 380,
    total: 2380,
  },
  period: { from: '2026-03-01T08:00:00Z', to: '2026-04-01T08:00:00Z' },
  url: 'https://example.com/invoice/sample',
};
