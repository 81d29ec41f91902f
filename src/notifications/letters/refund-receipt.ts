// What a customer got back of a payment.

import { type Card, cardName, rowOf, type Template } from '../letter.ts';

export type RefundReceipt = {
  amount: number;
  currency: string;
  refunded_at: string;
  reference: string;
  paid: { amount: number; at: string };
  method: Card | 'bitcoin' | null;
};

export const refundReceipt: Template<RefundReceipt> = {
  kind: 'refund_receipt',
  write(data, words, merchant) {
    const { say, money, date } = words;
    const amount = money(data.amount, data.currency);
    const method = data.method === 'bitcoin' ? say('bitcoin') : data.method && cardName(data.method, words);
    return {
      subject: say('refund_subject', { merchant }),
      heading: say('refund_heading'),
      paragraphs: [say('refund_text', { merchant, amount }), say('refund_when')],
      amount: { label: say('amount_refunded'), value: amount },
      facts: [
        { label: say('date'), value: date(data.refunded_at) },
        ...rowOf(say('payment_method'), method),
        {
          label: say('original_payment'),
          value: `${money(data.paid.amount, data.currency)}, ${date(data.paid.at)}`,
        },
        { label: say('reference'), value: data.reference },
      ],
    };
  },
  sample: {
    amount: 2200,
    currency: 'EUR',
    refunded_at: '2026-03-09T15:00:00Z',
    reference: 'order_1042',
    paid: { amount: 5355, at: '2026-03-02T10:30:00Z' },
    method: { brand: 'visa', last_four: '4242' },
  },
};
