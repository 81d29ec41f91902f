// One delivery per event and enabled endpoint that wants it, written by the worker inside the transaction that takes the
// events off the outbox: an event is fanned out when and only when it leaves. Sends nothing.

import { sql } from 'kysely';
import type { Tx } from '../db/db.ts';
import { newId } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';

export type FannedEvent = { id: string; type: string; object_id: string };

/** Answers the number of deliveries made. Again with the same events it makes none: the unique key holds. */
export async function fanOut(tx: Tx, env: Env, account_id: string, events: FannedEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  // The lock keeps an endpoint from being deleted between this read and the foreign key of its deliveries.
  const endpoints = await tx
    .selectFrom('webhook_endpoints')
    .select(['id', 'events'])
    .where('account_id', '=', account_id)
    .where('status', '=', 'enabled')
    .orderBy('id')
    .forKeyShare()
    .execute();
  const wanted = endpoints.map((endpoint) => ({ id: endpoint.id, types: new Set(endpoint.events) }));
  const pairs = events.flatMap((event) =>
    wanted.filter((endpoint) => wants(endpoint, event)).map((endpoint) => ({ endpoint_id: endpoint.id, event })),
  );
  return insertDeliveries(tx, env, account_id, pairs);
}

function wants(endpoint: { id: string; types: Set<string> }, event: FannedEvent): boolean {
  if (event.type === 'webhook_endpoint.test') return event.object_id === endpoint.id;
  return endpoint.types.has('*') || endpoint.types.has(event.type);
}

export type Pair = { endpoint_id: string; event: { id: string; type: string } };

/** Due at once. A pair that has its delivery already is passed over. */
export async function insertDeliveries(tx: Tx, env: Env, account_id: string, pairs: Pair[]): Promise<number> {
  if (pairs.length === 0) return 0;
  const now = env.clock.now();
  const rows = await tx
    .insertInto('deliveries')
    .columns(['account_id', 'id', 'endpoint_id', 'event_id', 'event_type', 'status', 'next_try_at', 'created_at'])
    .expression(
      sql<never>`select ${account_id}::text, u.id, u.endpoint_id, u.event_id, u.event_type, 'pending', ${now}::timestamptz, ${now}::timestamptz
        from unnest(${pairs.map(() => newId('dlv', env))}::text[], ${pairs.map((p) => p.endpoint_id)}::text[],
          ${pairs.map((p) => p.event.id)}::text[], ${pairs.map((p) => p.event.type)}::text[]) as u (id, endpoint_id, event_id, event_type)`,
    )
    .onConflict((c) => c.columns(['account_id', 'endpoint_id', 'event_id']).doNothing())
    .executeTakeFirst();
  return Number(rows.numInsertedOrUpdatedRows ?? 0);
}
