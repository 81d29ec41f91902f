// A reconciliation: a provider's settlement report held against our ledger. Its public shape, and that of an exception.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { ReconciliationExceptions, Reconciliations } from '../db/types.ts';
import { nullable } from '../operation/fields.ts';

const Part = (description: string) =>
  Type.Object(
    { count: Type.Integer(), amount: Type.Integer({ description: 'Minor units, signed from your side.' }) },
    { description },
  );

export const ReconciliationTotals = Type.Object({
  currency: Type.String(),
  matched: Part('In both, with the same amount.'),
  missing_at_provider: Part('In the ledger, and not in the report.'),
  missing_here: Part('In the report, and not in the ledger.'),
  different: Type.Object(
    { count: Type.Integer(), amount_ledger: Type.Integer(), amount_provider: Type.Integer() },
    { description: 'In both, with another amount.' },
  ),
});
export type ReconciliationTotals = Static<typeof ReconciliationTotals>;

export const ReconciliationObject = Type.Object(
  {
    id: Type.String({ description: '`rec_…`' }),
    object: Type.Literal('reconciliation'),
    status: Type.Enum(['running', 'completed', 'failed']),
    provider: Type.String(),
    source: Type.Enum(['provider', 'upload'], { description: 'Where the report came from.' }),
    from: Type.String({ format: 'date-time' }),
    to: Type.String({ format: 'date-time', description: 'Not included.' }),
    line_count: Type.Integer({ description: 'Lines of the report in the period.' }),
    exception_count: Type.Integer({ description: 'Movements that are not in both, or not with the same amount.' }),
    totals: Type.Array(ReconciliationTotals),
    failure_reason: nullable(Type.String()),
    created_at: Type.String({ format: 'date-time' }),
    completed_at: nullable(Type.String({ format: 'date-time' })),
  },
  { title: 'Reconciliation' },
);
export type ReconciliationObject = Static<typeof ReconciliationObject>;

export function reconciliationObject(row: Selectable<Reconciliations>): ReconciliationObject {
  return {
    id: row.id,
    object: 'reconciliation',
    status: row.status as ReconciliationObject['status'],
    provider: row.provider,
    source: row.source as ReconciliationObject['source'],
    from: row.period_start.toISOString(),
    to: row.period_end.toISOString(),
    line_count: row.line_count,
    exception_count: row.exception_count,
    totals: row.totals as ReconciliationTotals[],
    failure_reason: row.failure_reason,
    created_at: row.created_at.toISOString(),
    completed_at: row.completed_at?.toISOString() ?? null,
  };
}

export const exceptionKinds = ['missing_at_provider', 'missing_here', 'different'] as const;

export const ReconciliationExceptionObject = Type.Object(
  {
    id: Type.String({ description: '`rx_17`: its place in this reconciliation.' }),
    object: Type.Literal('reconciliation_exception'),
    kind: Type.Enum([...exceptionKinds]),
    reference: Type.String({
      description:
        'The attempt’s id, of a dispute’s money the provider’s id of the dispute, or what the provider wrote in its place.',
    }),
    currency: Type.String(),
    amount_ledger: nullable(Type.Integer({ description: 'Minor units, signed from your side.' })),
    amount_provider: nullable(Type.Integer({ description: 'Minor units, signed from your side.' })),
    payment: nullable(Type.String()),
    at: Type.String({ format: 'date-time', description: 'When it was booked: here, or else by the provider.' }),
  },
  { title: 'Reconciliation exception' },
);
export type ReconciliationExceptionObject = Static<typeof ReconciliationExceptionObject>;

export function exceptionObject(row: Selectable<ReconciliationExceptions>): ReconciliationExceptionObject {
  return {
    id: `rx_${row.position}`,
    object: 'reconciliation_exception',
    kind: row.kind as ReconciliationExceptionObject['kind'],
    reference: row.reference,
    currency: row.currency,
    amount_ledger: row.amount_ledger,
    amount_provider: row.amount_provider,
    payment: row.payment_id,
    at: row.moved_at.toISOString(),
  };
}
