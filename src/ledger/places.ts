// From times to places in a chain of postings. Postings are kept by place; the seals say which times each stretch spans, so a
// range of time is found without an index of its own on the busiest table.

import { sql } from 'kysely';
import type { Executor } from '../db/db.ts';
import { minutes, plus } from '../kit/clock.ts';

export type Chain = { account_id: string; currency: string };

/** Places outside these bounds are surely outside the time; rows inside must still be asked for their own time. */
export async function placesBetween(
  query: Executor,
  { account_id, currency }: Chain,
  from: Date | undefined,
  to: Date | undefined,
): Promise<{ first: number; last: number }> {
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    select
      (select last_position + 1 from ledger_seals where account_id = ${account_id} and currency = ${currency} and last_at < ${from ?? new Date(0)}
        order by last_position desc limit 1) as first,
      (select last_position from ledger_seals where account_id = ${account_id} and currency = ${currency} and first_at >= ${to ?? new Date(8.64e15 / 2)}
        order by last_position limit 1) as last`.execute(query);
  return { first: rows[0]?.first ?? 1, last: rows[0]?.last ?? Number.MAX_SAFE_INTEGER };
}

/** By how much the times of two postings may be in another order than their places: clocks of several processes differ. */
const skew = minutes(10);
/** Closer than this it is cheaper to read the rows. */
const near = 64;

/**
 * The same bounds, narrowed inside of a stretch by halving: a page of one day out of many costs some twenty looks instead of reading
 * up to two stretches. For lists; what sums money keeps to the bounds of the seals.
 */
export async function placesNear(
  query: Executor,
  chain: Chain,
  from: Date | undefined,
  to: Date | undefined,
): Promise<{ first: number; last: number }> {
  const bounds = await placesBetween(query, chain, from, to);
  const { account_id, currency } = chain;
  const halved = (name: string, at: Date) => sql`${sql.raw(name)}(lo, hi) as (
    select ${bounds.first}::bigint, least(${bounds.last}::bigint, (select position from balances where account_id = ${account_id} and currency = ${currency}))
    union all
    select case when p.created_at < ${at} then m.place else h.lo end, case when p.created_at < ${at} then h.hi else m.place end
    from ${sql.raw(name)} h cross join lateral (select (h.lo + h.hi) / 2 as place) m
    join ledger_postings p on p.account_id = ${account_id} and p.currency = ${currency} and p.position = m.place
    where h.hi - h.lo > ${near})`;
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    with recursive ${halved('since', from ? plus(from, -skew) : new Date(0))}, ${halved('until', to ? plus(to, skew) : new Date(8.64e15 / 2))}
    select (select lo from since order by hi - lo limit 1) as first, (select hi from until order by hi - lo limit 1) as last`.execute(
    query,
  );
  return { first: rows[0]?.first ?? bounds.first, last: rows[0]?.last ?? bounds.last };
}
