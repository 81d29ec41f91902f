// A dispute: its public shape, its transitions and how it is found.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import { type DisputeReason, type DisputeRefusal, disputeReasons, disputeRefusals } from '../connectors/connector.ts';
import type { Executor, Tx } from '../db/db.ts';
import type { Disputes } from '../db/types.ts';
import { Fault, notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { nullable } from '../operation/fields.ts';
import { Evidence } from './evidence.ts';

export const disputeStatuses = ['needs_response', 'under_review', 'won', 'lost', 'accepted', 'withdrawn'] as const;
export type DisputeStatus = (typeof disputeStatuses)[number];

/** What is not here does not happen, whatever a provider says. */
export const transitions: Record<DisputeStatus, readonly DisputeStatus[]> = {
  needs_response: ['under_review', 'won', 'lost', 'accepted', 'withdrawn'],
  under_review: ['won', 'lost', 'withdrawn'],
  won: [],
  lost: [],
  accepted: [],
  withdrawn: [],
};

export const isDecided = (dispute: DisputeRow) => transitions[dispute.status].length === 0;

export type ResponseKind = 'accept' | 'challenge';

type Columns = Selectable<Disputes>;
export type DisputeRow = Omit<
  Columns,
  'status' | 'currency' | 'reason' | 'evidence' | 'response_kind' | 'response_status' | 'response_refusal'
> & {
  status: DisputeStatus;
  currency: Currency;
  reason: DisputeReason;
  evidence: Evidence;
  response_kind: ResponseKind | null;
  response_status: 'sent' | 'taken' | 'refused' | null;
  response_refusal: DisputeRefusal | null;
};

export const DisputeObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('dispute'),
    payment: Type.String(),
    status: Type.Enum([...disputeStatuses]),
    amount: Type.Integer({
      description:
        'What the provider took back, in minor units of `currency`. It is held back from your balance until the dispute is decided.',
    }),
    currency: Type.String(),
    fee: Type.Integer({ description: 'What the dispute costs, however it ends.' }),
    reason: Type.Enum([...disputeReasons]),
    network_reason_code: nullable(Type.String({ description: 'As the card network writes it, such as 10.4.' })),
    evidence: Evidence,
    evidence_due_by: Type.String({
      format: 'date-time',
      description: 'After this the dispute is lost, unless you challenged it.',
    }),
    response: nullable(
      Type.Object({
        kind: Type.Enum(['accept', 'challenge']),
        status: Type.Enum(['sent', 'taken', 'refused'], {
          description: '`sent`: whether it arrived is not known yet; it is sent again until it is.',
        }),
        refusal: nullable(Type.Enum([...disputeRefusals])),
        at: Type.String({ format: 'date-time' }),
      }),
    ),
    provider: Type.String(),
    provider_reference: Type.String({ description: 'The provider’s id of the dispute.' }),
    opened_at: Type.String({ format: 'date-time', description: 'When it was opened at the provider.' }),
    submitted_at: nullable(Type.String({ format: 'date-time', description: 'When the provider took your evidence.' })),
    decided_at: nullable(Type.String({ format: 'date-time' })),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Dispute' },
);
export type DisputeObject = Static<typeof DisputeObject>;

export function disputeObject(d: DisputeRow): DisputeObject {
  const { response_kind: kind, response_status: status, responded_at } = d;
  return {
    id: d.id,
    object: 'dispute',
    payment: d.payment_id,
    status: d.status,
    amount: d.amount,
    currency: d.currency,
    fee: d.fee,
    reason: d.reason,
    network_reason_code: d.network_reason_code,
    evidence: d.evidence,
    evidence_due_by: d.evidence_due_by.toISOString(),
    response:
      kind === null || status === null || responded_at === null
        ? null
        : { kind, status, refusal: d.response_refusal, at: responded_at.toISOString() },
    provider: d.provider,
    provider_reference: d.provider_reference,
    opened_at: d.opened_at.toISOString(),
    submitted_at: d.submitted_at?.toISOString() ?? null,
    decided_at: d.decided_at?.toISOString() ?? null,
    created_at: d.created_at.toISOString(),
    updated_at: d.updated_at.toISOString(),
  };
}

export async function findDispute(query: Executor | Tx, account_id: string, id: string): Promise<DisputeRow> {
  const row = await query
    .selectFrom('disputes')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('dispute', id);
  return row as DisputeRow;
}

/** With the row lock. Whoever changes the payment too locks that first. */
export async function lockDispute(tx: Tx, account_id: string, id: string): Promise<DisputeRow> {
  const row = await tx
    .selectFrom('disputes')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('dispute', id);
  return row as DisputeRow;
}

/** Why it can no longer be answered: each step of the ladder says what is so, and what can still be done. */
export function refuseAnswer(ctx: Ctx, dispute: DisputeRow): void {
  const { status, response_status, response_kind, evidence_due_by } = dispute;
  const refuse = (message: string): never => {
    throw new Fault('state_invalid', message, { param: 'id' });
  };
  if (status === 'under_review')
    refuse('This dispute was challenged already; the evidence is under review and cannot be changed.');
  if (status !== 'needs_response') refuse(`This dispute is decided: it is '${status}'.`);
  if (response_status === 'sent') {
    throw new Fault(
      'payment_in_progress',
      `Your ${response_kind === 'accept' ? 'acceptance' : 'challenge'} is on its way to the provider. Ask for the dispute in a moment.`,
      { param: 'id', retry_after: 2 },
    );
  }
  if (evidence_due_by <= ctx.env.clock.now())
    refuse(`The time to answer this dispute ended at ${evidence_due_by.toISOString()}.`);
}
