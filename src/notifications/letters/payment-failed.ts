// A payment of a subscription that did not go through: why, what the customer can do, and when it is tried again.

import { type Card, cardName, rowOf, type Template } from '../letter.ts';

export type PaymentFailed = {
  amount: number;
  currency: string;
  product: string;
  number: string;
  why: 'declined' | 'funds' | 'expired' | 'confirm' | 'no_card';
  card: Card | null;
  /** Null: not by itself. */
  again_at: string | null;
  url: string | null;
  /** Nothing renews: an invoice by hand. */
  once: boolean;
};

export const paymentFailed: Template<PaymentFailed> = {
  kind: 'payment_failed',
  write(data, words, merchant) {
    const { say, money, date } = words;
    const amount = money(data.amount, data.currency);
    const why = say(`failed_why_${data.why}`);
    const does = data.why === 'declined' || data.why === 'funds' || data.why === 'expired' ? [say('failed_do')] : [];
    return {
      subject: say('failed_subject', { merchant }),
      heading: say('failed_heading'),
      paragraphs: [
        say('failed_text', { merchant, amount, product: data.product }),
        [why, ...does].join(' '),
        data.again_at === null
          ? say(data.once ? 'failed_last_once' : 'failed_last')
          : say('failed_again', { date: date(data.again_at) }),
      ],
      amount: { label: say('amount_due'), value: amount },
      ...(data.url === null ? {} : { button: { label: say('pay_now'), url: data.url } }),
      facts: [
        ...rowOf(say('payment_method'), data.card && cardName(data.card, words)),
        { label: say('invoice_number'), value: data.number },
      ],
    };
  },
  sample: {
    amount: 2380,
    currency: 'EUR',
    product: 'Coffee club',
    number: '000042',
    why: 'funds',
    card: { brand: 'mastercard', last_four: '4444' },
    again_at: '2026-03-03T08:00:00Z',
    url: 'https://example.com/invoice/sample',
    once: false,
  },
};
