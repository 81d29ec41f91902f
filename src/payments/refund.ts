// A refund: money on its way back. Its public shape and how it is found.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Refunds } from '../db/types.ts';
import type { Currency } from '../kit/money.ts';
import { Metadata, nullable } from '../operation/fields.ts';

export const refundReasons = ['duplicate', 'fraudulent', 'requested_by_customer', 'other'] as const;

export type RefundRow = Omit<Selectable<Refunds>, 'status' | 'currency' | 'metadata' | 'reason'> & {
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
    reason: r.reason,
    note: r.note,
    merchant_reference: r.merchant_reference,
    metadata: r.metadata,
    failure_code: r.failure_code,
    created_at: r.created_at.toISOString(),
    updated_at: r.updated_at.toISOString(),
  };
}
