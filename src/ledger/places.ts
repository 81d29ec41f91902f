// From times to places in a chain of postings. Postings are kept by place; the seals say which times each stretch spans, so a
// range of time is found without an index of its own on the busiest table.

import { sql } from 'kysely';
import type { Executor } from '../db/db.ts';

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
