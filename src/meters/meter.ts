// A meter: which events of customers are counted, and how those of a period become one number. Its public shape and how it is found.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { Meters } from '../db/types.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { Metadata, nullable } from '../operation/fields.ts';

export const aggregations = ['sum', 'count', 'last', 'max'] as const;
export type Aggregation = (typeof aggregations)[number];

export type MeterRow = Omit<Selectable<Meters>, 'aggregation' | 'metadata'> & {
  aggregation: Aggregation;
  metadata: Metadata;
};

export const MeterObject = Type.Object(
  {
    id: Type.String({ description: '`mtr_…`' }),
    object: Type.Literal('meter'),
    status: Type.Enum(['active', 'inactive'], { description: 'An inactive one takes no events.' }),
    display_name: Type.String(),
    event_name: Type.String({ description: 'What its events are called.' }),
    aggregation: Type.Enum([...aggregations], {
      description: 'How the values of a period become one. `last` and `max` of a period without events are 0.',
    }),
    customer_key: Type.String({ description: 'Where in the payload of an event the customer stands.' }),
    value_key: nullable(Type.String({ description: 'Where the value stands; null where events are counted.' })),
    metadata: Metadata,
    deactivated_at: nullable(Type.String({ format: 'date-time' })),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Meter' },
);
export type MeterObject = Static<typeof MeterObject>;

export const meterObject = (m: MeterRow): MeterObject => ({
  id: m.id,
  object: 'meter',
  status: m.deactivated_at ? 'inactive' : 'active',
  display_name: m.display_name,
  event_name: m.event_name,
  aggregation: m.aggregation,
  customer_key: m.customer_key,
  value_key: m.value_key,
  metadata: m.metadata,
  deactivated_at: m.deactivated_at?.toISOString() ?? null,
  created_at: m.created_at.toISOString(),
  updated_at: m.updated_at.toISOString(),
});

export async function findMeter(query: Executor | Tx, account_id: string, id: string, param = 'id'): Promise<MeterRow> {
  const row = await query
    .selectFrom('meters')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('meter', id, param);
  return row as unknown as MeterRow;
}

/** A price charges by a meter that exists and takes events. */
export async function refuseMeter(tx: Tx, account_id: string, id: string): Promise<void> {
  const meter = await findMeter(tx, account_id, id, 'meter');
  if (meter.deactivated_at)
    throw new Fault('state_invalid', 'This meter is deactivated and takes no events. Reactivate it first.', {
      param: 'meter',
    });
}
