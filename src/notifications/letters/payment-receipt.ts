// What a customer paid once, and for what. A payment of an invoice has the invoice's own mail (invoice-paid.ts).

import { type Card, cardName, rowOf, type Template } from '../letter.ts';
import { type Sold, sampleSold, soldRows } from './sold.ts';

export type PaymentReceipt = {
  amount: number;
  currency: string;
  paid_at: string;
  /** The merchant's own reference, else ours. */
  reference: string;
  description: string | null;
  method: Card | 'bitcoin' | null;
  /** Null where nobody said what the amount is made of. */
  sold: Sold | null;
};

export const paymentReceipt: Template<PaymentReceipt> = {
  kind: 'payment_receipt',
  write(data, words, merchant) {
    const { say, money, date } = words;
    const amount = money(data.amount, data.currency);
    const on = date(data.paid_at);
    const method = data.method === 'bitcoin' ? say('bitcoin') : data.method && cardName(data.method, words);
    return {
      subject: say('receipt_subject', { merchant }),
      heading: say('receipt_heading'),
      paragraphs: [
        say('receipt_text', { merchant, amount, date: on }),
        ...(data.description ? [data.description] : []),
      ],
      amount: { label: say('amount_paid'), value: amount },
      ...(data.sold ? soldRows(data.sold, data.currency, words) : {}),
      facts: [
        { label: say('date'), value: on },
        ...rowOf(say('payment_method'), method),
        { label: say('reference'), value: data.reference },
      ],
    };
  },
  sample: {
    amount: 5355,
    currency: 'EUR',
    paid_at: '2026-03-02T10:30:00Z',
    reference: 'order_1042',
    description: null,
    method: { brand: 'visa', last_four: '4242' },
    sold: sampleSold,
  },
};
