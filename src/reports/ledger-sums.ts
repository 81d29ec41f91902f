// Sums of a chain of postings up to a time, found by the seals' running sums and the few postings behind the last seal. Reads only.

import { sql } from 'kysely';
import type { Tx } from '../db/db.ts';
import { minutes, plus } from '../kit/clock.ts';
import type { Currency } from '../kit/money.ts';
import { type LedgerAccount, ledgerAccounts } from '../ledger/account.ts';
import { type Chain, placesBetween } from '../ledger/places.ts';

export type Sums = Record<LedgerAccount, number>;

/**
 * A posting gets its place a moment after its time, and clocks of several processes differ: a place that is surely too late for a
 * time is so only with this much to spare.
 */
const skew = minutes(10);

/** The chains of an account, one per currency it ever had, in the order of the alphabet. */
export async function chainsOf(query: Tx, account_id: string, currency: Currency | undefined): Promise<Chain[]> {
  let found = query.selectFrom('balances').select('currency').where('account_id', '=', account_id).orderBy('currency');
  if (currency !== undefined) found = found.where('currency', '=', currency);
  return (await found.execute()).map((row) => ({ account_id, currency: row.currency }));
}

/** Bounds of the places of a period; the rows inside must still be asked for their own time. */
export const placesOf = (query: Tx, chain: Chain, from: Date | undefined, to: Date) =>
  placesBetween(query, chain, from, plus(to, skew));

/** What each ledger account held right before `at`. */
export async function sumsBefore(query: Tx, chain: Chain, at: Date): Promise<Sums> {
  const { account_id, currency } = chain;
  const { last } = await placesOf(query, chain, undefined, at);
  const each = (make: (account: LedgerAccount) => string) => sql.raw(ledgerAccounts.map(make).join(', '));
  const { rows } = await sql<Sums>`
    with sealed as (
      select * from ledger_seals
      where account_id = ${account_id} and currency = ${currency} and last_at < ${at} order by last_position desc limit 1),
    tail as (
      select ${each((a) => `sum(${a}) as ${a}`)} from ledger_postings
      where account_id = ${account_id} and currency = ${currency}
        and position > coalesce((select last_position from sealed), 0) and position <= ${last}::bigint and created_at < ${at})
    select ${each((a) => `(coalesce((select ${a} from sealed), 0) + coalesce(${a}, 0))::bigint as ${a}`)} from tail`.execute(
    query,
  );
  return rows[0] ?? nothing;
}

const nothing: Sums = {
  provider_receivable: 0,
  incoming: 0,
  available: 0,
  fees: 0,
  disputed: 0,
  payouts_in_transit: 0,
  bank: 0,
  fx: 0,
};
