// A refund: money on its way back. Its public shape and how it is found.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Refunds } from '../db/types.ts';
import { type RefundExchange, RefundExchangeObject } from '../fx/exchange.ts';
import type { Currency } from '../kit/money.ts';
import { Metadata, nullable } from '../operation/fields.ts';

export const refundReasons = ['duplicate', 'fraudulent', 'requested_by_customer', 'other'] as const;

export type RefundRow = Omit<Selectable<Refunds>, 'status' | 'currency' | 'metadata' | 'reason' | 'exchange'> & {
  exchange: RefundExchange | null;
  status: 'pending' | 'succeeded' | 'failed';
  currency: Currency;
  metadata: Metadata;
  reason: (typeof refundReasons)[number];
};

export const RefundObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('refund'),
    payment: Type.String(),
    status: Type.Enum(['pending', 'succeeded', 'failed']),
    amount: Type.Integer({ description: 'Minor units of `currency`.' }),
    currency: Type.String(),
    tax: nullable(
      Type.Integer({
        description:
          'What of the amount is tax, where the payment’s taxes are known: of an invoice or a checkout session. The parts of all refunds make the whole.',
      }),
    ),
    exchange: nullable(RefundExchangeObject),
    reason: Type.Enum([...refundReasons]),
    note: nullable(Type.String()),
    merchant_reference: nullable(Type.String()),
    metadata: Metadata,
    failure_code: nullable(
      Type.String({ description: 'Why the provider could not pay it back; the money is in your balance again.' }),
    ),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Refund' },
);
export type RefundObject = Static<typeof RefundObject>;

export function refundObject(r: RefundRow): RefundObject {
  return {
    id: r.id,
    object: 'refund',
    payment: r.payment_id,
    status: r.status,
    amount: r.amount,
    currency: r.currency,
    tax: r.tax,
    exchange: r.exchange,
    reason: r.reason,
    note: r.note,
    merchant_reference: r.merchant_reference,
    metadata: r.metadata,
    failure_code: r.failure_code,
    created_at: r.created_at.toISOString(),
    updated_at: r.updated_at.toISOString(),
  };
}
