// A subscription of a month or longer is about to be renewed: nobody shall be surprised by the charge.

import { type Card, cardName, rowOf, type Template } from '../letter.ts';
import { type Coming, planRow } from './coming.ts';

export type RenewalUpcoming = Coming & { renews_at: string; card: Card | null };

export const renewalUpcoming: Template<RenewalUpcoming> = {
  kind: 'renewal_upcoming',
  write(data, words, merchant) {
    const { say, money, date } = words;
    const { product } = data;
    const on = date(data.renews_at);
    const amount = money(data.amount, data.currency);
    return {
      subject: say('renewal_subject', { product, date: on }),
      heading: say('renewal_heading'),
      paragraphs: [
        say('renewal_text', { product, merchant, date: on }),
        data.amount === 0 ? say('renewal_no_charge') : say(data.sent ? 'coming_sent' : 'renewal_charge', { amount }),
      ],
      ...(data.url === null ? {} : { button: { label: say('manage_subscription'), url: data.url } }),
      facts: [
        planRow(data, words),
        { label: say('renews_on'), value: on },
        ...rowOf(say('next_charge'), data.amount === 0 || data.sent ? null : amount),
        ...rowOf(say('payment_method'), data.card && cardName(data.card, words)),
      ],
    };
  },
  sample: {
    product: 'Coffee club',
    price: 2000,
    every: { interval: 'month', count: 3 },
    amount: 2380,
    currency: 'EUR',
    sent: false,
    url: 'https://example.com/portal',
    renews_at: '2026-04-01T08:00:00Z',
    card: { brand: 'visa', last_four: '4242' },
  },
};
