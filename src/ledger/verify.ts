// Proves the ledger's promises on the live database. Each check is one question whose answer must be no rows; the
// names are sentences, because they are printed as what was proved.

import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../db/db.ts';
import { must } from '../kit/assert.ts';
import { ledgerAccounts } from './account.ts';

/** The statement asks for offenders. `account_id` narrows to one account; undefined checks all. */
export type Check = { name: string; query(account_id: string | undefined): RawBuilder<{ what: string }> };
export type Finding = { name: string; ok: boolean; examples: string[] };

export const ofAccount = (column: string, account_id: string | undefined) =>
  account_id === undefined ? sql`true` : sql`${sql.ref(column)} = ${account_id}`;

const each = (make: (account: string) => string) => sql.raw(ledgerAccounts.map(make).join(', '));
const sum = (prefix: string) => sql.raw(ledgerAccounts.map((a) => `${prefix}${a}`).join(' + '));

export const ledgerChecks: Check[] = [
  {
    name: 'every posting sums to zero, so debits equal credits in each currency',
    query: (id) =>
      sql`select account_id || ' ' || id as what from ledger_postings where ${ofAccount('account_id', id)} and ${sum('')} <> 0`,
  },
  {
    name: 'every balance equals the sum of its postings, and none is missing from the chain',
    query: (id) => sql`
      select coalesce(b.account_id, s.account_id) || ' ' || coalesce(b.currency, s.currency) as what
      from (select * from balances where ${ofAccount('account_id', id)}) b
      full join (
        select account_id, currency, count(*) as n, max(position) as last, min(position) as first,
          ${sql.raw(ledgerAccounts.map((a) => `sum(${a})::bigint as ${a}`).join(', '))}
        from ledger_postings where ${ofAccount('account_id', id)} group by account_id, currency
      ) s on s.account_id = b.account_id and s.currency = b.currency
      where b.account_id is null or s.account_id is null or s.n <> b.position or s.last <> b.position or s.first <> 1
        or ${sql.raw(ledgerAccounts.map((a) => `s.${a} <> b.${a}`).join(' or '))}`,
  },
  {
    name: 'every sealed stretch of postings still has the hash and the sums it was sealed with',
    query: (id) => sql`
      select s.account_id || ' ' || s.currency || ' from ' || s.first_position || ' to ' || s.last_position as what
      from (select *, lag(hash, 1, ''::bytea) over w as previous_hash, lag(last_position, 1, 0::bigint) over w as previous_last,
              lag(last_at) over w as previous_at, ${each((a) => `lag(${a}, 1, 0::bigint) over w as previous_${a}`)}
            from ledger_seals where ${ofAccount('account_id', id)} window w as (partition by account_id, currency order by last_position)) s
      left join lateral (
        select sha256(s.previous_hash || convert_to(string_agg(florin_posting_text(p), E'\n' order by p.position), 'UTF8')) as hash,
          min(p.created_at) as first_at, max(p.created_at) as last_at, ${each((a) => `sum(p.${a}) as ${a}`)}
        from ledger_postings p where p.account_id = s.account_id and p.currency = s.currency and p.position between s.first_position and s.last_position
      ) now on true
      where now.hash is distinct from s.hash or s.first_position <> s.previous_last + 1
        or s.first_at <> now.first_at or s.last_at <> greatest(now.last_at, s.previous_at)
        or ${sql.raw(ledgerAccounts.map((a) => `s.${a} <> s.previous_${a} + now.${a}`).join(' or '))}`,
  },
];

const shown = 5;

/**
 * Fenced off: the limit outside must not tempt the planner into a plan that finds five offenders soon, by one look into an index
 * per row, where none are to be found and every row is read.
 */
const firstOf = (check: Check, account_id: string | undefined) =>
  sql<{
    what: string;
  }>`with offender as materialized (${check.query(account_id)}) select what from offender limit ${shown}`;

/**
 * Findings in the order of the checks. Each of `connections` has one check under way; `told` hears of each as it ends, because a
 * proof of large books takes minutes.
 */
export async function runChecks(
  connections: readonly Executor[],
  checks: readonly Check[],
  account_id?: string,
  told?: (finding: Finding, seconds: number) => void,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let next = 0;
  const work = async (query: Executor) => {
    for (let at = next++; at < checks.length; at = next++) {
      const check = must(checks[at], 'there is a check');
      const since = performance.now();
      const { rows } = await firstOf(check, account_id).execute(query);
      const finding = { name: check.name, ok: rows.length === 0, examples: rows.map((r) => r.what) };
      findings[at] = finding;
      told?.(finding, (performance.now() - since) / 1000);
    }
  };
  await Promise.all(connections.map(work));
  return findings;
}
