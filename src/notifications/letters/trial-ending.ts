// A trial is about to become a subscription that costs something.

import { type Card, cardName, rowOf, type Template } from '../letter.ts';
import { type Coming, planRow } from './coming.ts';

export type TrialEnding = Coming & { ends_at: string; card: Card | null };

export const trialEnding: Template<TrialEnding> = {
  kind: 'trial_ending',
  write(data, words, merchant) {
    const { say, money, date } = words;
    const { product } = data;
    const on = date(data.ends_at);
    const amount = money(data.amount, data.currency);
    return {
      subject: say('trial_subject', { product, date: on }),
      heading: say('trial_heading'),
      paragraphs: [
        say('trial_text', { product, merchant, date: on }),
        data.amount === 0 ? say('trial_no_charge') : say(data.sent ? 'coming_sent' : 'trial_charge', { amount }),
        ...(data.card === null && data.amount > 0 && !data.sent ? [say('trial_no_card')] : []),
      ],
      ...(data.url === null ? {} : { button: { label: say('manage_subscription'), url: data.url } }),
      facts: [
        planRow(data, words),
        { label: say('trial_end'), value: on },
        ...rowOf(say('first_charge'), data.amount === 0 || data.sent ? null : amount),
        ...rowOf(say('payment_method'), data.card && cardName(data.card, words)),
      ],
    };
  },
  sample: {
    product: 'Coffee club',
    price: 2000,
    every: { interval: 'month', count: 1 },
    amount: 2380,
    currency: 'EUR',
    sent: false,
    url: 'https://example.com/portal',
    ends_at: '2026-03-15T08:00:00Z',
    card: { brand: 'visa', last_four: '4242' },
  },
};
