// What may be shown of a card: never more than brand, last four and what its issuer's range tells.

import Type, { type Static } from 'typebox';
import { nullable } from '../operation/fields.ts';
import type { CardRow } from './sealed-card.ts';

export const CardSummary = Type.Object(
  {
    brand: Type.String({
      description: '`visa`, `mastercard`, `amex`, `discover`, `diners`, `jcb`, `unionpay` or `unknown`.',
    }),
    last_four: Type.String(),
    exp_month: Type.Integer(),
    exp_year: Type.Integer(),
    funding: Type.String({ description: '`credit`, `debit`, `prepaid` or `unknown`.' }),
    country: nullable(Type.String({ description: 'Where it was issued; ISO 3166-1 alpha-2.' })),
    issuer: nullable(Type.String()),
    fingerprint: Type.String({
      description: 'The same for the same number within your account; tells nothing of the number.',
    }),
  },
  { title: 'Card' },
);
export type CardSummary = Static<typeof CardSummary>;

export function cardSummary(row: CardRow): CardSummary {
  return {
    brand: row.brand,
    last_four: row.last_four,
    exp_month: row.exp_month,
    exp_year: row.exp_year,
    funding: row.funding,
    country: row.country,
    issuer: row.issuer,
    fingerprint: row.fingerprint,
  };
}
