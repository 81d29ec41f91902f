// What the events of a customer come to, and up to when that was billed. Read from the key of the events alone: only those of this
// customer, meter and time are looked at.

import { sql } from 'kysely';
import type { Executor, Tx } from '../db/db.ts';

/** From `from` until before `until`. */
export type Stretch = { meter: string; customer: string; from: Date; until: Date };

/** One value of each meter's own aggregation over the rows of `e`. */
export const aggregated = sql`case m.aggregation
    when 'sum' then (select coalesce(sum(e.value), 0) from meter_events e where e.account_id = m.account_id and e.meter_id = m.id
      and e.customer_id = u.customer_id and e.counted_at >= u.from_at and e.counted_at < u.until_at and e.canceled_at is null)
    when 'count' then (select count(*)::numeric from meter_events e where e.account_id = m.account_id and e.meter_id = m.id
      and e.customer_id = u.customer_id and e.counted_at >= u.from_at and e.counted_at < u.until_at and e.canceled_at is null)
    when 'max' then (select coalesce(max(e.value), 0) from meter_events e where e.account_id = m.account_id and e.meter_id = m.id
      and e.customer_id = u.customer_id and e.counted_at >= u.from_at and e.counted_at < u.until_at and e.canceled_at is null)
    else coalesce((select e.value from meter_events e where e.account_id = m.account_id and e.meter_id = m.id
      and e.customer_id = u.customer_id and e.counted_at >= u.from_at and e.counted_at < u.until_at and e.canceled_at is null
      order by e.counted_at desc, e.happened_at desc, e.id desc limit 1), 0) end`;

/** Decimals in text, in the order of the stretches. */
export async function usageOf(
  query: Executor | Tx,
  account_id: string,
  stretches: readonly Stretch[],
): Promise<string[]> {
  if (stretches.length === 0) return [];
  const { rows } = await sql<{ value: string }>`
    select (${aggregated})::text as value
    from unnest(${stretches.map((s) => s.meter)}::text[], ${stretches.map((s) => s.customer)}::text[],
      ${stretches.map((s) => s.from.toISOString())}::timestamptz[], ${stretches.map((s) => s.until.toISOString())}::timestamptz[])
      with ordinality as u (meter_id, customer_id, from_at, until_at, place)
    join meters m on m.account_id = ${account_id} and m.id = u.meter_id
    order by u.place`.execute(query);
  return rows.map((row) => row.value);
}

/** What is told later counts from then on. Waits for events that are being written, so that each is in one period. */
export async function closeUsage(tx: Tx, account_id: string, stretches: readonly Stretch[]): Promise<void> {
  if (stretches.length === 0) return;
  await sql`insert into meter_closings (account_id, meter_id, customer_id, closed_until)
    select ${account_id}, u.meter_id, u.customer_id, max(u.until_at)
    from unnest(${stretches.map((s) => s.meter)}::text[], ${stretches.map((s) => s.customer)}::text[],
      ${stretches.map((s) => s.until.toISOString())}::timestamptz[]) as u (meter_id, customer_id, until_at)
    group by u.meter_id, u.customer_id order by u.meter_id, u.customer_id
    on conflict (account_id, meter_id, customer_id)
      do update set closed_until = greatest(meter_closings.closed_until, excluded.closed_until)`.execute(tx);
}
