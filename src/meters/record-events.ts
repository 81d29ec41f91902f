// Writing events, many of several calls in one transaction. What was billed is never written into: an event that is told late counts in
// the next period. Knows the same identifier twice.

import { sql } from 'kysely';
import type { Statement, Tx } from '../db/db.ts';
import { rowTable } from '../db/rows.ts';

export type NewMeterEvent = {
  account_id: string;
  identifier: string;
  event_id: string;
  meter_id: string;
  customer_id: string;
  value: string;
  happened_at: Date;
  created_at: Date;
};

const table = rowTable({
  account_id: 'text',
  identifier: 'text',
  event_id: 'text',
  meter_id: 'text',
  customer_id: 'text',
  value: 'numeric',
  happened_at: 'timestamptz',
  created_at: 'timestamptz',
});

/**
 * Which are new is told by the identifiers of this very call. The rows of `meter_closings` are taken in their order, in share mode, before
 * they are read: a period cannot be billed between the look and the write. The place of an event in time is kept beside its identifier.
 */
export function recordEvents(calls: NewMeterEvent[][]): Statement[] {
  const rows = calls.flat();
  const values = table.values(rows);
  const fresh = `select u.* from ${table.from}
    join meter_event_identifiers i on i.account_id = u.account_id and i.identifier = u.identifier and i.event_id = u.event_id
      and i.counted_at is null`;
  return [
    {
      name: 'meter_identifiers',
      text: `insert into meter_event_identifiers (account_id, identifier, event_id, meter_id, customer_id, created_at)
        select account_id, identifier, event_id, meter_id, customer_id, created_at from ${table.from}
        order by account_id, identifier on conflict do nothing`,
      values,
    },
    {
      name: 'meter_closings',
      text: `insert into meter_closings (account_id, meter_id, customer_id, closed_until)
        select distinct account_id, meter_id, customer_id, '-infinity'::timestamptz from ${table.from}
        order by account_id, meter_id, customer_id on conflict do nothing`,
      values,
    },
    {
      name: 'meter_events',
      text: `with held as materialized (
          select k.account_id, k.meter_id, k.customer_id, c.closed_until
          from (select distinct account_id, meter_id, customer_id from ${table.from} order by account_id, meter_id, customer_id) k
          cross join lateral (select closed_until from meter_closings c
            where c.account_id = k.account_id and c.meter_id = k.meter_id and c.customer_id = k.customer_id for share) c),
        made as (
          insert into meter_events (account_id, meter_id, customer_id, counted_at, id, identifier, value, happened_at, created_at)
          select f.account_id, f.meter_id, f.customer_id, greatest(f.happened_at, h.closed_until), f.event_id, f.identifier, f.value,
            f.happened_at, f.created_at
          from (${fresh}) f join held h on h.account_id = f.account_id and h.meter_id = f.meter_id and h.customer_id = f.customer_id
          returning account_id, identifier, counted_at)
        update meter_event_identifiers i set counted_at = m.counted_at from made m
        where i.account_id = m.account_id and i.identifier = m.identifier`,
      values,
    },
  ];
}

/** Longer than an event may be told late. */
export async function forgetOldIdentifiers(tx: Tx, before: Date): Promise<number> {
  const { numAffectedRows = 0n } = await sql`delete from meter_event_identifiers where ctid = any(array(
    select ctid from meter_event_identifiers where created_at < ${before} limit 5000))`.execute(tx);
  return Number(numAffectedRows);
}
