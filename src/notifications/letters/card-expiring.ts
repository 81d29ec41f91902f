// The card that something renews with is in its last month.

import { type Card, cardName, rowOf, type Template } from '../letter.ts';

export type CardExpiring = {
  card: Card;
  year: number;
  month: number;
  products: string[];
  url: string | null;
};

export const cardExpiring: Template<CardExpiring> = {
  kind: 'card_expiring',
  write(data, words, merchant) {
    const { say } = words;
    const month = words.month(data.year, data.month);
    return {
      subject: say('expiring_subject', { last_four: data.card.last_four }),
      heading: say('expiring_heading'),
      paragraphs: [say('expiring_text', { merchant, month }), say('expiring_do')],
      ...(data.url === null ? {} : { button: { label: say('update_card'), url: data.url } }),
      facts: [
        { label: say('payment_method'), value: cardName(data.card, words) },
        { label: say('expires'), value: month },
        ...rowOf(say('pays_for'), data.products.join(', ')),
      ],
    };
  },
  sample: {
    card: { brand: 'visa', last_four: '4242' },
    year: 2026,
    month: 3,
    products: ['Coffee club'],
    url: 'https://example.com/portal',
  },
};
