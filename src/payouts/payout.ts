// A payout: money on its way from the merchant's balance to their bank. Its public shape, its transitions and how it is found.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { Payouts } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import { Metadata, nullable } from '../operation/fields.ts';
import { type BankKind, bankKinds } from './bank-numbers.ts';
import { type FailureCode, failureCodes, failureText } from './failure.ts';

export const payoutStatuses = ['in_review', 'pending', 'in_transit', 'paid', 'failed', 'cancelled'] as const;
export type PayoutStatus = (typeof payoutStatuses)[number];

/** Every step a payout can take. `pending` to `paid`: the answer to our call was lost, and the money had arrived when we asked. */
export const transitions: Record<PayoutStatus, readonly PayoutStatus[]> = {
  in_review: ['pending', 'failed', 'cancelled'],
  pending: ['in_transit', 'paid', 'failed', 'cancelled'],
  in_transit: ['paid', 'failed'],
  // The receiving bank may send it back days later.
  paid: ['failed'],
  failed: [],
  cancelled: [],
};

/** The merchant's money stands in `payouts_in_transit` for as long. */
export const underWay = ['in_review', 'pending', 'in_transit'] as const satisfies readonly PayoutStatus[];

export type PayoutRow = Omit<
  Selectable<Payouts>,
  'status' | 'currency' | 'bank_kind' | 'metadata' | 'failure_code' | 'confirmed_by'
> & {
  status: PayoutStatus;
  currency: Currency;
  bank_kind: BankKind;
  metadata: Metadata;
  failure_code: FailureCode | null;
  confirmed_by: 'bank' | 'operator' | null;
};

export const PayoutObject = Type.Object(
  {
    id: Type.String({ description: '`po_…`' }),
    object: Type.Literal('payout'),
    status: Type.Enum([...payoutStatuses], {
      description: 'The first payout of an account is `in_review`; later ones begin as `pending`.',
    }),
    amount: Type.Integer({ description: 'Minor units of `currency`.' }),
    currency: Type.String(),
    bank_account: Type.String(),
    destination: Type.Object(
      { kind: Type.Enum([...bankKinds]), last_four: Type.String(), bank_name: nullable(Type.String()) },
      { description: 'The bank account as it was when the payout was requested.' },
    ),
    description: nullable(Type.String()),
    metadata: Metadata,
    scheduled_on: nullable(
      Type.String({
        format: 'date',
        description: 'The day of your schedule that it belongs to; null when you requested it.',
      }),
    ),
    failure: nullable(
      Type.Object({
        code: Type.Enum([...failureCodes]),
        message: Type.String({ description: 'What to do about it. The money is in your balance again.' }),
        reason: nullable(Type.String({ description: 'More, when somebody wrote it down.' })),
      }),
    ),
    approved_at: nullable(
      Type.String({ format: 'date-time', description: 'When its review let it go; null where none was needed.' }),
    ),
    bank_reference: nullable(Type.String({ description: 'The bank’s id of the transfer.' })),
    arrives_on: nullable(Type.String({ format: 'date', description: 'When the bank expects it to be there.' })),
    paid_at: nullable(Type.String({ format: 'date-time' })),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Payout' },
);
export type PayoutObject = Static<typeof PayoutObject>;

export function payoutObject(p: PayoutRow): PayoutObject {
  return {
    id: p.id,
    object: 'payout',
    status: p.status,
    amount: p.amount,
    currency: p.currency,
    bank_account: p.bank_account_id,
    destination: { kind: p.bank_kind, last_four: p.bank_last_four, bank_name: p.bank_name },
    description: p.description,
    metadata: p.metadata,
    scheduled_on: p.scheduled_on,
    failure:
      p.failure_code === null
        ? null
        : { code: p.failure_code, message: failureText(p.failure_code), reason: p.failure_reason },
    approved_at: p.approved_at?.toISOString() ?? null,
    bank_reference: p.bank_reference,
    arrives_on: p.arrives_on,
    paid_at: p.paid_at?.toISOString() ?? null,
    created_at: p.created_at.toISOString(),
    updated_at: p.updated_at.toISOString(),
  };
}

export async function findPayout(query: Executor | Tx, account_id: string, id: string): Promise<PayoutRow> {
  const row = await query
    .selectFrom('payouts')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('payout', id);
  return row as PayoutRow;
}

/** Nobody else moves it until the transaction ends. */
export async function lockPayout(tx: Tx, account_id: string, id: string): Promise<PayoutRow> {
  const row = await tx
    .selectFrom('payouts')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('payout', id);
  return row as PayoutRow;
}
