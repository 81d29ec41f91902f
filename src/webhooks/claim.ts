// What is due, and whose it is. A claim is one statement that commits by itself: it moves `next_try_at` ahead by the lease, so
// no transaction is open during a POST and a dead process loses nothing. It decides no outcome (record.ts does).

import { sql } from 'kysely';
import { payloadIn } from '../events/event.ts';
import { plus } from '../kit/clock.ts';
import type { Env, SignedEvent } from '../operation/context.ts';
import { lease } from './delivery.ts';
import type { SigningRow } from './endpoint.ts';
import { endpointDisabled } from './switch-endpoint.ts';

export type DueEndpoint = SigningRow & {
  account_id: string;
  url: string;
  dialect: string;
  status: string;
  failing_since: Date | null;
};

/**
 * Endpoints with something due, except those named. One probe of the partial index per endpoint, so a backlog of 100,000
 * costs what a backlog of one does; `select distinct` over the deliveries would read them all.
 */
export async function dueEndpoints(env: Env, except: string[]): Promise<DueEndpoint[]> {
  const result = await sql<DueEndpoint>`
    select e.account_id, e.id, e.url, e.dialect, e.status, e.secret, e.previous_secret, e.previous_secret_until, e.failing_since
    from webhook_endpoints e cross join lateral (
      select 1 from deliveries d
      where d.account_id = e.account_id and d.endpoint_id = e.id and d.status = 'pending' and d.next_try_at <= ${env.clock.now()}
      order by d.next_try_at limit 1) due
    where e.id <> all(${except}::text[])`.execute(env.db.query);
  return result.rows;
}

export type Claimed = SignedEvent & {
  account_id: string;
  delivery_id: string;
  endpoint_id: string;
  tries: number;
  resends: number;
  leased_until: Date;
};

export type Share = { endpoint_id: string; most: number };

type ClaimRow = { delivery_id: string; endpoint_id: string; tries: number; resends: number } & Pick<
  SignedEvent,
  'id' | 'type' | 'payload' | 'request_id' | 'created_at'
>;

/** Up to `most` per endpoint of one account, oldest first. Rows that another process holds are passed over. */
export async function claim(env: Env, account_id: string, shares: Share[]): Promise<Claimed[]> {
  const now = env.clock.now();
  const leased_until = plus(now, lease);
  const result = await sql<ClaimRow>`
    with due as materialized (
      select d.id from unnest(${shares.map((s) => s.endpoint_id)}::text[], ${shares.map((s) => s.most)}::int[]) as share (endpoint_id, most)
      cross join lateral (
        select id from deliveries
        where account_id = ${account_id} and endpoint_id = share.endpoint_id and status = 'pending' and next_try_at <= ${now}
        order by next_try_at limit share.most for update skip locked) d)
    update deliveries d set next_try_at = ${leased_until}
    from due, events e
    where d.account_id = ${account_id} and d.id = due.id and e.account_id = ${account_id} and e.id = d.event_id
    returning d.id as delivery_id, d.endpoint_id, d.tries, d.resends, e.id, e.type, ${payloadIn('e')} as payload, e.request_id, e.created_at`.execute(
    env.db.query,
  );
  // By event, so that what happened first is usually sent first; no order is promised.
  return result.rows.map((row) => ({ ...row, account_id, leased_until })).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Deliveries that an endpoint got while it was being disabled. */
export async function dropForDisabled(env: Env, account_id: string, endpoint_ids: string[]): Promise<void> {
  await env.db.query
    .updateTable('deliveries')
    .set({ status: 'failed', next_try_at: null, last_error: endpointDisabled })
    .where('account_id', '=', account_id)
    .where('endpoint_id', 'in', endpoint_ids)
    .where('status', '=', 'pending')
    .where('next_try_at', '<=', env.clock.now())
    .execute();
}

/** Claims that will not be tried by this process after all are due again at once, instead of at the end of their lease. */
export async function giveBack(env: Env, claims: Claimed[]): Promise<void> {
  if (claims.length === 0) return;
  await sql`
    update deliveries d set next_try_at = ${env.clock.now()}
    from unnest(${claims.map((c) => c.account_id)}::text[], ${claims.map((c) => c.delivery_id)}::text[], ${claims.map((c) => c.leased_until)}::timestamptz[]) as u (account_id, id, leased_until)
    where d.account_id = u.account_id and d.account_id = any(${[...new Set(claims.map((c) => c.account_id))]}::text[])
      and d.id = u.id and d.status = 'pending' and d.next_try_at = u.leased_until`.execute(env.db.query);
}
