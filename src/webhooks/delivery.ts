// The noun: one event on its way to one endpoint, pending → delivered or failed, and back to pending by hand. Bodies are not
// part of it: the bytes that were sent follow from the event (sign.ts).

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor } from '../db/db.ts';
import type { Deliveries, DeliveryTries } from '../db/types.ts';
import { seconds } from '../kit/clock.ts';
import { notFound } from '../kit/fault.ts';
import { nullable } from '../operation/fields.ts';

export type DeliveryRow = Selectable<Deliveries>;
export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/**
 * A claim moves `next_try_at` this far ahead, so that the work of a process that died comes back by itself. No row says
 * "in flight"; whatever is due later than this is certainly not, and may be pulled forward by hand.
 */
export const lease = seconds(60);

/** Also to be kept from a receiver that is slow but alive; it must stay well below the lease. */
export const tryTimeout = seconds(15);

export const DeliveryObject = Type.Object(
  {
    id: Type.String({ description: '`dlv_…`' }),
    object: Type.Literal('delivery'),
    endpoint_id: Type.String(),
    event_id: Type.String(),
    event_type: Type.String(),
    status: Type.Enum([...deliveryStatuses]),
    tries: Type.Integer({ description: 'Tries since it was made or last resent; at most 10.' }),
    resends: Type.Integer({ description: 'How often it was resent or recovered by hand.' }),
    next_try_at: nullable(Type.String({ format: 'date-time' })),
    last_status_code: nullable(Type.Integer()),
    last_error: nullable(Type.String()),
    delivered_at: nullable(Type.String({ format: 'date-time' })),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Delivery' },
);
export type DeliveryObject = Static<typeof DeliveryObject>;

export function deliveryObject(row: DeliveryRow): DeliveryObject {
  return {
    id: row.id,
    object: 'delivery',
    endpoint_id: row.endpoint_id,
    event_id: row.event_id,
    event_type: row.event_type,
    status: row.status as DeliveryStatus,
    tries: row.tries,
    resends: row.resends,
    next_try_at: row.next_try_at?.toISOString() ?? null,
    last_status_code: row.last_status_code,
    last_error: row.last_error,
    delivered_at: row.delivered_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}

export const TryObject = Type.Object({
  number: Type.Integer(),
  at: Type.String({ format: 'date-time' }),
  duration_ms: Type.Integer(),
  status_code: nullable(Type.Integer()),
  error: nullable(Type.String()),
  response: nullable(Type.String({ description: 'The first 1,024 characters of what the endpoint answered.' })),
});

export const tryObject = (row: Selectable<DeliveryTries>): Static<typeof TryObject> => ({
  number: row.number,
  at: row.at.toISOString(),
  duration_ms: row.duration_ms,
  status_code: row.status_code,
  error: row.error,
  response: row.response,
});

export async function findDelivery(query: Executor, account_id: string, id: string): Promise<DeliveryRow> {
  const row = await query
    .selectFrom('deliveries')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('delivery', id);
  return row;
}
