// A test clock: time for one customer of the sandbox, who lives by it with all their subscriptions. Its public shape and how it is found.

import { type RawBuilder, sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { notFound } from '../kit/fault.ts';
import { Metadata, nullable } from '../operation/fields.ts';

export const clockStatuses = ['ready', 'advancing', 'failed', 'completed'] as const;
export type ClockStatus = (typeof clockStatuses)[number];

/** Times are text, as they are in JSON. */
export type Advance = {
  id: string;
  from: string;
  to: string;
  status: 'created' | 'executing' | 'succeeded' | 'failed';
  /** Points in time at which something was due. */
  moments: number;
  error: string | null;
};

export type ClockRow = {
  account_id: string;
  id: string;
  name: string;
  customer_id: string;
  status: ClockStatus;
  frozen_time: Date;
  last_advanced_to: Date | null;
  advance: Advance | null;
  leased_until: Date | null;
  completed_at: Date | null;
  complete_reason: string | null;
  deleted_at: Date | null;
  metadata: Metadata;
  created_at: Date;
  updated_at: Date;
};

const Instant = Type.String({ format: 'date-time' });

export const ClockObject = Type.Object(
  {
    id: Type.String({ description: '`clock_…`' }),
    object: Type.Literal('test_clock'),
    name: Type.String(),
    customer: Type.String(),
    status: Type.Enum([...clockStatuses]),
    frozen_time: Type.String({
      format: 'date-time',
      description: 'What time it is for the customer. Moves while it is advancing.',
    }),
    last_advanced_to: nullable(Instant),
    advance: nullable(
      Type.Object(
        {
          id: Type.String(),
          from: Instant,
          to: Instant,
          status: Type.Enum(['created', 'executing', 'succeeded', 'failed']),
          moments: Type.Integer({ description: 'Points in time at which something was due.' }),
          error: nullable(Type.String()),
        },
        { description: 'The last one that was asked for.' },
      ),
    ),
    completed_at: nullable(Instant),
    complete_reason: nullable(Type.String()),
    metadata: Metadata,
    created_at: Instant,
    updated_at: Instant,
  },
  { title: 'Test clock' },
);
export type ClockObject = Static<typeof ClockObject>;

export const clockObject = (row: ClockRow): ClockObject => ({
  id: row.id,
  object: 'test_clock',
  name: row.name,
  customer: row.customer_id,
  status: row.status,
  frozen_time: row.frozen_time.toISOString(),
  last_advanced_to: row.last_advanced_to?.toISOString() ?? null,
  advance: row.advance,
  completed_at: row.completed_at?.toISOString() ?? null,
  complete_reason: row.complete_reason,
  metadata: row.metadata,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

const find = async (query: Executor | Tx, account_id: string, id: string, lock: RawBuilder<unknown>) => {
  const { rows } =
    await sql<ClockRow>`select * from test_clocks where account_id = ${account_id} and id = ${id} and deleted_at is null ${lock}`.execute(
      query,
    );
  if (!rows[0]) throw notFound('test clock', id);
  return rows[0];
};

export const findClock = (query: Executor | Tx, account_id: string, id: string): Promise<ClockRow> =>
  find(query, account_id, id, sql``);
export const lockClock = (tx: Tx, account_id: string, id: string): Promise<ClockRow> =>
  find(tx, account_id, id, sql`for no key update`);
