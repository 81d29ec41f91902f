// The only writer of postings and balances: both change in one transaction, so a balance is always the sum of its postings.

import { type RawBuilder, sql } from 'kysely';
import type { Statement, Tx } from '../db/db.ts';
import { type LedgerAccount, ledgerAccounts, type Posting } from './account.ts';

type Sum = { account_id: string; currency: string; count: number; at: Date; legs: Record<LedgerAccount, number> };

const columns = ledgerAccounts.join(', ');
const params = (from: number) => ledgerAccounts.map((_, i) => `$${from + i}::bigint[]`).join(', ');

/** Rows are taken in one order by everybody, so two batches never wait for each other in a ring. */
const upsert = `insert into balances (account_id, currency, position, updated_at, ${columns})
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], ${params(5)})
  on conflict (account_id, currency) do update set position = balances.position + excluded.position,
    updated_at = greatest(balances.updated_at, excluded.updated_at),
    ${ledgerAccounts.map((a) => `${a} = balances.${a} + excluded.${a}`).join(', ')}`;

const insert = `insert into ledger_postings (account_id, currency, position, id, recipe, source_id, group_id, amount, fee, available_on, created_at, ${columns})
  select u.account_id, u.currency, b.position - u.back, u.id, u.recipe, u.source_id, u.group_id, u.amount, u.fee, u.available_on, u.created_at, ${ledgerAccounts.map((a) => `u.${a}`).join(', ')}
  from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::date[], $11::timestamptz[], ${params(12)})
    as u (account_id, currency, back, id, recipe, source_id, group_id, amount, fee, available_on, created_at, ${columns})
  join balances b on b.account_id = u.account_id and b.currency = u.currency`;

export function postStatements(postings: Posting[]): Statement[] {
  if (postings.length === 0) return [];
  const sums = new Map<string, Sum>();
  const place: number[] = [];
  for (const p of postings) {
    const key = `${p.account_id} ${p.currency}`;
    let sum = sums.get(key);
    if (!sum) {
      sum = { account_id: p.account_id, currency: p.currency, count: 0, at: p.created_at, legs: zeroes() };
      sums.set(key, sum);
    }
    sum.count += 1;
    if (p.created_at > sum.at) sum.at = p.created_at;
    for (const account of ledgerAccounts) sum.legs[account] += p.legs[account] ?? 0;
    place.push(sum.count);
  }
  const ordered = [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  return [
    {
      name: 'ledger_balances',
      text: upsert,
      values: [
        ordered.map((s) => s.account_id),
        ordered.map((s) => s.currency),
        ordered.map((s) => s.count),
        ordered.map((s) => s.at),
        ...ledgerAccounts.map((a) => ordered.map((s) => s.legs[a])),
      ],
    },
    {
      name: 'ledger_postings',
      text: insert,
      values: [
        postings.map((p) => p.account_id),
        postings.map((p) => p.currency),
        // Counted back from the balance's new position: the last posting of the batch has the newest place.
        postings.map((p, i) => (sums.get(`${p.account_id} ${p.currency}`)?.count ?? 0) - (place[i] ?? 0)),
        postings.map((p) => p.id),
        postings.map((p) => p.recipe),
        postings.map((p) => p.source_id),
        postings.map((p) => p.group_id),
        postings.map((p) => p.amount),
        postings.map((p) => p.fee),
        postings.map((p) => p.available_on),
        postings.map((p) => p.created_at),
        ...ledgerAccounts.map((a) => postings.map((p) => p.legs[a] ?? 0)),
      ],
    },
  ];
}

/** After a settlement's posting: remembers the day, and from which place on something is still unsettled. */
export async function markSettled(
  tx: Tx,
  { account_id, currency }: Pick<Sum, 'account_id' | 'currency'>,
  day: string,
  from: RawBuilder<unknown>,
): Promise<void> {
  await sql`update balances set settled_on = ${day}::date, settle_from = coalesce((${from}), position + 1)
    where account_id = ${account_id} and currency = ${currency}`.execute(tx);
}

export type Cover = {
  account_id: string;
  currency: string;
  overdraft_limit: number;
  funding: 'available' | 'available_and_incoming';
};

/** After a posting that takes from the merchant: undoes the transaction when the balance went below what the account allows. */
export function expectCovered({ account_id, currency, overdraft_limit, funding }: Cover): Statement {
  const whole = funding === 'available_and_incoming';
  return {
    name: `ledger_covered_${funding}`,
    text: `select florin_expect((select count(*) from balances where account_id = $1 and currency = $2
      and -(available${whole ? ' + incoming' : ''}) >= -$3::bigint), 1, 'balance')`,
    values: [account_id, currency, overdraft_limit],
  };
}

const zeroes = (): Record<LedgerAccount, number> => ({
  provider_receivable: 0,
  incoming: 0,
  available: 0,
  fees: 0,
  disputed: 0,
  payouts_in_transit: 0,
  bank: 0,
  fx: 0,
});
