// The monthly statement: opening balance, everything that changed it by kind, closing balance, in the merchant's time zone. The
// balance is what is incoming and available together. Reads only.

import { sql } from 'kysely';
import { assert } from '../kit/assert.ts';
import type { Chain } from '../ledger/places.ts';
import { chainsOf, placesOf, type Sums, sumsBefore } from './ledger-sums.ts';
import type { Ask } from './report.ts';

export type StatementLine = {
  currency: string;
  /** `balance`: adds up from opening to closing. `memo`: says more, and is in no sum. */
  section: 'balance' | 'memo';
  line: string;
  count: number | null;
  amount: number;
};

/** Recipe → the line it is on. What is not named here moves nothing of the merchant's, or is shown as `other`. */
const lineOf: Record<string, string> = {
  capture: 'charges',
  refund: 'refunds',
  refund_failed: 'refund_failures',
  dispute_opened: 'disputes',
  dispute_won: 'dispute_reversals',
  payout: 'payouts',
  payout_returned: 'payout_failures',
  conversion_out: 'conversions',
  conversion_in: 'conversions',
};

const order = [
  'charges',
  'fees',
  'refunds',
  'refund_failures',
  'disputes',
  'dispute_fees',
  'dispute_reversals',
  'payouts',
  'payout_failures',
  'conversions',
];

type Moved = { recipe: string; count: number; net: number; fee: number; settled: number };

export async function statementOf(ask: Ask): Promise<StatementLine[]> {
  const lines: StatementLine[] = [];
  for (const chain of await chainsOf(ask.query, ask.account.account_id, ask.currency)) {
    lines.push(...(await chainStatement(ask, chain)));
  }
  return lines;
}

async function chainStatement({ query, period }: Ask, chain: Chain): Promise<StatementLine[]> {
  const { currency } = chain;
  const { from, to } = period;
  const opening = owed(await sumsBefore(query, chain, from));
  const end = await sumsBefore(query, chain, to);
  const { first, last } = await placesOf(query, chain, from, to);
  const { rows } = await sql<Moved>`
    select recipe, count(*)::int as count, coalesce(-sum(incoming + available), 0)::bigint as net, sum(fee)::bigint as fee,
      sum(incoming)::bigint as settled
    from ledger_postings
    where account_id = ${chain.account_id} and currency = ${currency} and position between ${first}::bigint and ${last}::bigint
      and created_at >= ${from} and created_at < ${to}
    group by recipe`.execute(query);
  const sums = new Map<string, { count: number; amount: number }>();
  const add = (line: string, count: number, amount: number) => {
    const before = sums.get(line) ?? { count: 0, amount: 0 };
    sums.set(line, { count: before.count + count, amount: before.amount + amount });
  };
  for (const line of order) add(line, 0, 0);
  for (const { recipe, count, net, fee } of rows) {
    // A line is what it was before the fee; the fee has a line of its own, so that each is told once.
    const line = lineOf[recipe];
    if (recipe === 'dispute_fee') add('dispute_fees', count, net);
    else if (line !== undefined) add(line, count, net + fee);
    else if (net !== 0) add('other', count, net + fee);
    if (fee !== 0 && recipe !== 'dispute_fee') add('fees', count, -fee);
  }
  const closing = owed(end);
  const moved = [...sums.values()].reduce((total, line) => total + line.amount, 0);
  assert(opening + moved === closing, `the statement in ${currency} goes from its opening to its closing balance`);
  const settlement = rows.find((row) => row.recipe === 'settlement');
  const balance = (line: string, count: number | null, amount: number): StatementLine => ({
    currency,
    section: 'balance',
    line,
    count,
    amount,
  });
  const memo = (line: string, count: number | null, amount: number): StatementLine => ({
    ...balance(line, count, amount),
    section: 'memo',
  });
  return [
    balance('opening_balance', null, opening),
    ...[...sums].map(([line, { count, amount }]) => balance(line, count, 0 + amount)),
    balance('closing_balance', null, closing),
    memo('settlements', settlement?.count ?? 0, settlement?.settled ?? 0),
    memo('closing_incoming', null, 0 - end.incoming),
    memo('closing_available', null, 0 - end.available),
    memo('closing_disputed', null, 0 - end.disputed),
    memo('closing_in_transit', null, 0 - end.payouts_in_transit),
  ];
}

/** With the merchant's sign. */
const owed = ({ incoming, available }: Sums) => 0 - incoming - available;
