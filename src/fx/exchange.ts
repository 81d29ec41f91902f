// How an amount that was priced in one currency came to be charged in another: what payments, refunds and sessions show of it. The rate is
// the one that was offered, for good; nothing here is ever computed from a rate of today.

import Type, { type Static } from 'typebox';
import { portion } from '../kit/allocate.ts';
import type { Currency } from '../kit/money.ts';
import { nullable } from '../operation/fields.ts';

export const ExchangeObject = Type.Object(
  {
    amount: Type.Integer({ description: 'What you priced. Minor units of `currency`.' }),
    currency: Type.String(),
    rate: nullable(
      Type.String({
        description:
          'Units of the charged currency for one of `currency`, before the markup, as exact decimal text; null when every price was your own in that currency.',
      }),
    ),
    markup_bps: Type.Integer({ description: 'On top of the rate, hundredths of a percent.' }),
    fx_rates: nullable(Type.String({ description: 'The day’s rates it went by: `GET /v1/fx_rates/{id}`.' })),
  },
  { title: 'Exchange' },
);
export type ExchangeObject = Static<typeof ExchangeObject>;
export type Exchange = Omit<ExchangeObject, 'currency'> & { currency: Currency };

export const RefundExchangeObject = Type.Object(
  {
    amount: Type.Integer({ description: 'What the refund is of the price, by the payment’s own rate.' }),
    currency: Type.String(),
    rate: nullable(Type.String({ description: 'Of the payment.' })),
  },
  { title: 'Refund exchange' },
);
export type RefundExchange = Static<typeof RefundExchangeObject>;

/** Parts of a payment, refunded one after the other, make the whole price: each is what the sum grew by. */
export function refundExchange(
  { amount, currency, rate }: Exchange,
  payment: { amount: number; refunded_before: number },
  refunded: number,
): RefundExchange {
  const priced = (part: number) => portion(amount, Math.min(part, payment.amount), payment.amount);
  return {
    amount: priced(payment.refunded_before + refunded) - priced(payment.refunded_before),
    currency,
    rate,
  };
}
