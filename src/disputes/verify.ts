// What must hold between disputes, payments, the ledger and what providers told. Each check asks for offenders; none may be found.

import { sql } from 'kysely';
import { type Check, ofAccount } from '../ledger/verify.ts';

export const disputeChecks: Check[] = [
  {
    name: 'every dispute is booked as its status calls for: opened and charged once, then returned or lost once it is decided',
    query: (id) => sql`
      select coalesce(d.account_id, l.account_id) || ' ' || coalesce(d.id, l.source_id) as what
      from (select * from disputes where ${ofAccount('account_id', id)}) d
      full join (
        select account_id, source_id, currency,
          coalesce(sum(amount) filter (where recipe = 'dispute_opened'), 0) as opened, coalesce(sum(fee) filter (where recipe = 'dispute_fee'), 0) as fee,
          coalesce(sum(amount) filter (where recipe = 'dispute_won'), 0) as returned, coalesce(sum(disputed) filter (where recipe = 'dispute_lost'), 0) as lost
        from ledger_postings where ${ofAccount('account_id', id)} and recipe in ('dispute_opened', 'dispute_fee', 'dispute_won', 'dispute_lost') group by 1, 2, 3) l
        on l.account_id = d.account_id and l.source_id = d.id and l.currency = d.currency
      where d.id is null or l.source_id is null or l.opened <> -d.amount or l.fee <> d.fee
        or l.returned <> case when d.status in ('won', 'withdrawn') then d.amount else 0 end
        or l.lost <> case when d.status in ('lost', 'accepted') then d.amount else 0 end`,
  },
  {
    name: 'every payment’s disputed amount is what its disputes hold that were not won or withdrawn',
    query: (id) => sql`
      select p.account_id || ' ' || p.id as what from payments p
      left join (select account_id, payment_id, sum(amount_held) as held from disputes
        where ${ofAccount('account_id', id)} and status not in ('won', 'withdrawn') group by 1, 2) d on d.account_id = p.account_id and d.payment_id = p.id
      where ${ofAccount('p.account_id', id)} and p.amount_disputed <> coalesce(d.held, 0)`,
  },
  {
    name: 'what each balance holds back for disputes is the sum of those that are open',
    query: (id) => sql`
      select b.account_id || ' ' || b.currency as what from balances b
      left join (select account_id, currency, sum(amount) as held from disputes
        where ${ofAccount('account_id', id)} and status in ('needs_response', 'under_review') group by 1, 2) d on d.account_id = b.account_id and d.currency = b.currency
      where ${ofAccount('b.account_id', id)} and -b.disputed <> coalesce(d.held, 0)`,
  },
  {
    name: 'every file’s content has the size and the hash that its record says',
    query: (id) => sql`
      select f.account_id || ' ' || f.id as what from files f
      left join file_contents c on c.account_id = f.account_id and c.file_id = f.id
      where ${ofAccount('f.account_id', id)} and (c.file_id is null or length(c.content) <> f.size or sha256(c.content) <> f.sha256)`,
  },
  {
    name: 'nothing that a provider told waits for longer than a day',
    query: (id) => sql`
      select account_id || ' ' || provider || ' ' || id as what from provider_notices
      where ${ofAccount('account_id', id)} and applied_at is null and received_at < now() - interval '1 day'`,
  },
];
