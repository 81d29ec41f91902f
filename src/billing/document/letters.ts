// Every letter that a document may need, before anything of it is drawn: fonts are read by the letters they are asked for. Rather too many
// than one too few; only what is drawn is embedded.

import { termsIn } from './said.ts';
import type { DocumentView } from './view.ts';
import { addressLines, rateIn, type SayWord, type Word } from './words.ts';

/** Not those of the page alone, such as its buttons. */
const printed: readonly Word[] = [
  ...([
    'invoice',
    'credit_note',
    'number',
    'date',
    'paid_on',
    'period',
    'for_invoice',
    'from',
    'bill_to',
    'tax_id',
  ] as const),
  ...(['description', 'quantity', 'unit_price', 'amount', 'subtotal', 'discount', 'tax_included', 'total'] as const),
  ...(['credit_applied', 'credited', 'amount_due', 'amount_paid', 'total_credited', 'payments', 'payment_by'] as const),
  ...([
    'payment',
    'card',
    'credit_notes',
    'by_refund',
    'by_credit_balance',
    'by_amount_due',
    'by_out_of_band',
  ] as const),
  ...(['status_open', 'status_paid', 'status_void', 'status_uncollectible', 'status_issued', 'page'] as const),
  ...(['sandbox', 'due_now', 'paid_in_full', 'nothing_due', 'is_void'] as const),
  ...(['due_on', 'payment_terms', 'terms_within', 'overdue', 'due_until'] as const),
];

type Speech = {
  locale: string;
  say: SayWord;
  money(amount: number): string;
  day(at: string): string;
  span(start: string, end: string): string;
};

export function lettersOf(view: DocumentView, { locale, say, money, day, span }: Speech) {
  const months = Array.from({ length: 12 }, (_, month) => [
    new Date(Date.UTC(2026, month, 3)).toISOString(),
    new Date(Date.UTC(2026, month, 9)).toISOString(),
  ]);
  const shared = [
    ...printed.map((word) => say(word)),
    '0123456789 .,:;()–—−×%•/',
    money(-1_234_567_890),
    ...months.flatMap(([start = '', end = '']) => [day(start), span(start, end)]),
    ...view.taxes.map((tax) => rateIn(locale, tax.rate_ppm ?? 0)),
    ...(view.days_until_due ? [termsIn(say, locale, view.days_until_due)] : []),
  ].join(' ');
  const places = [view.seller, view.customer].flatMap((party) => addressLines(locale, party.address));
  const names = [view.merchant.name, view.seller.name, view.customer.name, view.customer.email, view.number];
  return [
    { text: [shared, JSON.stringify(view), ...places].join(' '), bold: false },
    { text: [shared, ...names].join(' '), bold: true },
  ];
}
