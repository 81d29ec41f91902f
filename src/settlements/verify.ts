// What must hold between settlements, their lines and the ledger.

import { sql } from 'kysely';
import { type Check, ofAccount } from '../ledger/verify.ts';

export const settlementChecks: Check[] = [
  {
    name: 'every settlement’s totals are those of its lines and of its posting, to the cent',
    query: (id) => sql`
      select s.account_id || ' ' || s.id as what from settlements s
      left join (
        select l.account_id, l.settlement_id, count(*) as n, -sum(p.incoming) as net, sum(p.fee) filter (where p.recipe = 'capture') as fees,
          sum(p.amount) filter (where p.recipe = 'capture') as gross
        from settlement_lines l join ledger_postings p on p.account_id = l.account_id and p.currency = l.currency and p.position = l.position
        where ${ofAccount('l.account_id', id)} group by 1, 2) t on t.account_id = s.account_id and t.settlement_id = s.id
      left join ledger_postings p on p.account_id = s.account_id and p.group_id = s.id and p.recipe = 'settlement'
      where ${ofAccount('s.account_id', id)} and (t.n is distinct from s.transaction_count or t.net <> s.net or coalesce(t.fees, 0) <> s.fees or coalesce(t.gross, 0) <> s.gross
        or p.incoming is distinct from s.net or p.currency <> s.currency)`,
  },
  {
    name: 'what is incoming is exactly what no settlement has taken yet',
    query: (id) => sql`
      select b.account_id || ' ' || b.currency as what from balances b
      left join lateral (
        select sum(p.incoming) as open, min(p.position) as first from ledger_postings p
        left join settlement_lines l on l.account_id = p.account_id and l.currency = p.currency and l.position = p.position
        where p.account_id = b.account_id and p.currency = b.currency and p.position >= b.settle_from and p.incoming <> 0 and p.recipe <> 'settlement' and l.position is null) u on true
      where ${ofAccount('b.account_id', id)} and coalesce(u.open, 0) <> b.incoming`,
  },
];
