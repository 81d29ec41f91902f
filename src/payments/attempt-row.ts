// An attempt: one call to a provider, written down and committed before it is made.

import type { Selectable } from 'kysely';
import type { Processing } from '../connectors/connector.ts';
import type { Attempts } from '../db/types.ts';
import { plus, seconds } from '../kit/clock.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { type PaymentRow, paymentColumns } from './payment.ts';

export type AttemptKind = 'authorize' | 'capture' | 'void' | 'refund' | 'increase';
export type AttemptStatus = 'started' | 'unknown' | 'action' | 'pending' | 'approved' | 'declined';

export type AttemptRow = Omit<Selectable<Attempts>, 'kind' | 'status' | 'processing' | 'draft'> & {
  kind: AttemptKind;
  status: AttemptStatus;
  processing: Processing;
  draft: Draft | null;
};

/** A payment before its first answer, as JSON keeps it: times are text, and what is null is left out. */
export type Draft = Partial<Omit<PaymentRow, 'created_at' | 'updated_at'>> & {
  created_at: Date | string;
  updated_at: Date | string;
};

const draftOf = (payment: PaymentRow): Draft =>
  Object.fromEntries(Object.entries(payment).filter(([, value]) => value !== null)) as Draft;

export function paymentOfDraft(draft: Draft): PaymentRow {
  const row: Record<string, unknown> = {};
  for (const column of Object.keys(paymentColumns)) row[column] = draft[column as keyof Draft] ?? null;
  return {
    amount_disputed: 0,
    ...row,
    created_at: new Date(draft.created_at),
    updated_at: new Date(draft.updated_at),
  } as PaymentRow;
}

export const isOpen = (attempt: AttemptRow) => attempt.status !== 'approved' && attempt.status !== 'declined';

/** When the safety job looks after a call whose caller may have died: past the provider's time-out. */
const safety = (ctx: Ctx) => ctx.env.config.provider_timeout_ms + seconds(10);

type NewAttempt = {
  payment_id: string;
  refund_id?: string;
  kind: AttemptKind;
  amount: number;
  provider: string;
  final?: boolean;
  draft?: PaymentRow;
};

export function newAttempt(ctx: Ctx, input: NewAttempt): AttemptRow {
  const now = ctx.env.clock.now();
  return {
    account_id: ctx.account.account_id,
    id: newId('att', ctx.env),
    payment_id: input.payment_id,
    refund_id: input.refund_id ?? null,
    kind: input.kind,
    status: 'started',
    amount: input.amount,
    final: input.final ?? false,
    provider: input.provider,
    provider_reference: null,
    decline_code: null,
    processing: {},
    draft: input.draft ? draftOf(input.draft) : null,
    operation: ctx.claim?.operation ?? null,
    idempotency_key: ctx.claim?.key ?? null,
    resolve_at: plus(now, safety(ctx)),
    looks: 0,
    created_at: now,
    settled_at: null,
  };
}

export const attemptColumns = {
  account_id: 'text',
  id: 'text',
  payment_id: 'text',
  refund_id: 'text',
  kind: 'text',
  status: 'text',
  amount: 'bigint',
  final: 'boolean',
  provider: 'text',
  draft: 'jsonb',
  operation: 'text',
  idempotency_key: 'text',
  resolve_at: 'timestamptz',
  created_at: 'timestamptz',
};
