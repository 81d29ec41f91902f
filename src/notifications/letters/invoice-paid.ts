// The receipt of an invoice.

import { type Card, cardName, rowOf, type Template } from '../letter.ts';
import { type Invoiced, invoiceFacts, sampleInvoice } from './invoiced.ts';
import { soldRows } from './sold.ts';

export type InvoicePaid = Invoiced & { amount_paid: number; paid_at: string; method: Card | null };

export const invoicePaid: Template<InvoicePaid> = {
  kind: 'invoice_paid',
  write(data, words, merchant) {
    const { say, money, date } = words;
    const { number } = data;
    const amount = money(data.amount_paid, data.currency);
    const text =
      data.amount_paid === 0
        ? say('paid_nothing', { merchant, number })
        : say('paid_text', { merchant, number, amount });
    return {
      subject: say('paid_subject', { merchant, number }),
      heading: say('paid_heading'),
      paragraphs: [text],
      amount: { label: say('amount_paid'), value: amount },
      ...soldRows(data.sold, data.currency, words),
      ...(data.url === null ? {} : { button: { label: say('view_invoice'), url: data.url } }),
      facts: [
        ...rowOf(say('credit'), data.credit === 0 ? null : money(-data.credit, data.currency)),
        { label: say('date'), value: date(data.paid_at) },
        ...rowOf(say('payment_method'), data.method && cardName(data.method, words)),
        ...invoiceFacts(data, words),
      ],
    };
  },
  sample: {
    ...sampleInvoice,
    amount_paid: 2380,
    paid_at: '2026-03-01T08:00:00Z',
    method: { brand: 'mastercard', last_four: '4444' },
  },
};
