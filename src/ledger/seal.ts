// Seals stretches of a chain of postings by a hash over the stretch and the seal before, so a later edit by anybody shows.
// Runs behind the hot path; a place in the chain is given under the balance's row lock, so no older place can appear later.

import { sql } from 'kysely';
import type { Env } from '../operation/context.ts';
import { ledgerAccounts } from './account.ts';

const stretch = 5_000;

/** Returns how many seals were written. */
export async function sealLedger(env: Env): Promise<number> {
  const open = await sql<{ account_id: string; currency: string; sealed: number }>`
    select b.account_id, b.currency, coalesce(s.last_position, 0) as sealed
    from balances b
    left join lateral (select last_position from ledger_seals s where s.account_id = b.account_id and s.currency = b.currency order by last_position desc limit 1) s on true
    where b.position > coalesce(s.last_position, 0)
    limit 500`.execute(env.db.query);
  let written = 0;
  for (const { account_id, currency, sealed } of open.rows) {
    const result = await sql`
      with before as (select * from ledger_seals where account_id = ${account_id} and currency = ${currency} and last_position = ${sealed}::bigint),
      p as (select * from ledger_postings where account_id = ${account_id} and currency = ${currency} and position > ${sealed}::bigint order by position limit ${stretch})
      insert into ledger_seals (account_id, currency, first_position, last_position, hash, ${sql.raw(ledgerAccounts.join(', '))}, first_at, last_at, created_at)
      select ${account_id}, ${currency}, ${sealed}::bigint + 1, max(p.position),
        sha256(coalesce((select hash from before), ''::bytea) || convert_to(string_agg(florin_posting_text(p), E'\n' order by p.position), 'UTF8')),
        ${sql.raw(ledgerAccounts.map((a) => `coalesce((select ${a} from before), 0) + sum(p.${a})::bigint`).join(', '))},
        min(p.created_at), greatest(max(p.created_at), (select last_at from before)), ${env.clock.now()}
      from p
      having count(*) > 0
      on conflict do nothing`.execute(env.db.query);
    written += Number(result.numAffectedRows ?? 0);
  }
  return written;
}
