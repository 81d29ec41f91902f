// The only writer of postings and balances: both change in one transaction, so a balance is always the sum of its postings.

import { type RawBuilder, sql } from 'kysely';
import type { Statement, Tx } from '../db/db.ts';
import { rowChange } from '../db/rows.ts';
import { type LedgerAccount, ledgerAccounts, type Posting } from './account.ts';

type Sum = { account_id: string; currency: string; count: number; at: Date; legs: Record<LedgerAccount, number> };

const columns = ledgerAccounts.join(', ');
const legColumns = Object.fromEntries(ledgerAccounts.map((account) => [account, 'bigint']));

/** Rows are taken in one order by everybody, so two batches never wait for each other in a ring. */
const balanceRows = rowChange(
  'ledger_balances',
  { account_id: 'text', currency: 'text', count: 'bigint', at: 'timestamptz', ...legColumns },
  ({ from }) => ({
    change: `insert into balances (account_id, currency, position, updated_at, ${columns})
      select * from ${from}
      on conflict (account_id, currency) do update set position = balances.position + excluded.position,
        updated_at = greatest(balances.updated_at, excluded.updated_at),
        ${ledgerAccounts.map((a) => `${a} = balances.${a} + excluded.${a}`).join(', ')}`,
    as: 'balanced',
    returning: 'balances.account_id, balances.currency, balances.position',
  }),
);

const postingColumns = {
  id: 'text',
  recipe: 'text',
  source_id: 'text',
  group_id: 'text',
  amount: 'bigint',
  fee: 'bigint',
  exchange_fee: 'bigint',
  available_on: 'date',
  created_at: 'timestamptz',
  ...legColumns,
};
const names = Object.keys(postingColumns);

/** The place of a posting follows from its balance as this very batch leaves it. */
const postingRows = rowChange(
  'ledger_postings',
  { account_id: 'text', currency: 'text', back: 'bigint', ...postingColumns },
  ({ from }) => {
    const insert = (
      balances: string,
    ) => `insert into ledger_postings (account_id, currency, position, ${names.join(', ')})
      select u.account_id, u.currency, b.position - u.back, ${names.map((n) => `u.${n}`).join(', ')} from ${from}
      join ${balances} b on b.account_id = u.account_id and b.currency = u.currency`;
    return { change: insert('balances'), within: insert('balanced') };
  },
);

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
  const rows = postings.map((p, i) => ({
    ...p,
    ...zeroes(),
    ...p.legs,
    exchange_fee: p.exchange_fee ?? 0,
    // Counted back from the balance's new position: the last posting of the batch has the newest place.
    back: (sums.get(`${p.account_id} ${p.currency}`)?.count ?? 0) - (place[i] ?? 0),
  }));
  return [...balanceRows(ordered.map((s) => ({ ...s, ...s.legs }))), ...postingRows(rows)];
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
