// What must hold between payouts, the ledger and the simulated bank's own books. Each check asks for offenders; none may be found.

import { sql } from 'kysely';
import { type Check, ofAccount } from '../ledger/verify.ts';

export const payoutChecks: Check[] = [
  {
    name: 'every payout’s postings are those of its status: its money is on its way, paid, or the merchant’s again, and that once',
    query: (id) => sql`
      select coalesce(p.account_id, l.account_id) || ' ' || coalesce(p.id, l.payout_id) as what
      from (select * from payouts where ${ofAccount('account_id', id)}) p
      full join (
        select account_id, group_id as payout_id, min(currency) as currency, count(*) filter (where recipe = 'payout') as requested,
          count(*) filter (where recipe = 'payout_paid') as paid, count(*) filter (where recipe = 'payout_returned') as returned,
          sum(available) as available, sum(payouts_in_transit) as in_transit, sum(bank) as bank
        from ledger_postings where ${ofAccount('account_id', id)} and recipe in ('payout', 'payout_paid', 'payout_returned') group by 1, 2
      ) l on l.account_id = p.account_id and l.payout_id = p.id
      where (p.id is not null and l.payout_id is not null and l.currency = p.currency and l.requested = 1 and case
        when p.status in ('in_review', 'pending', 'in_transit') then l.paid = 0 and l.returned = 0 and l.available = p.amount and l.in_transit = -p.amount and l.bank = 0
        when p.status = 'paid' then l.paid = 1 and l.returned = 0 and l.available = p.amount and l.in_transit = 0 and l.bank = -p.amount
        else l.paid = (p.paid_at is not null)::int and l.returned = 1 and l.available = 0 and l.in_transit = 0 and l.bank = 0
      end) is not true`,
  },
  {
    name: 'what the ledger holds in transit is the sum of the payouts under way',
    query: (id) => sql`
      select coalesce(b.account_id, p.account_id) || ' ' || coalesce(b.currency, p.currency) as what
      from (select account_id, currency, payouts_in_transit from balances where ${ofAccount('account_id', id)}) b
      full join (
        select account_id, currency, sum(amount) as amount from payouts
        where ${ofAccount('account_id', id)} and status in ('in_review', 'pending', 'in_transit') group by 1, 2
      ) p on p.account_id = b.account_id and p.currency = b.currency
      where coalesce(b.payouts_in_transit, 0) <> -coalesce(p.amount, 0)`,
  },
  {
    name: 'no payout is under way to a bank account that is gone, and none went further without being handed to the bank',
    query: (id) => sql`
      select p.account_id || ' ' || p.id as what from payouts p
      join bank_accounts b on b.account_id = p.account_id and b.id = p.bank_account_id
      where ${ofAccount('p.account_id', id)} and (
        (p.status in ('in_review', 'pending', 'in_transit') and b.deleted_at is not null)
        or (p.status in ('in_transit', 'paid') and p.sends = 0)
        or (p.status = 'cancelled' and p.sends > 0)
        or b.currency <> p.currency)`,
  },
];

/** Of payouts that an operator confirmed, the bank's own word is not asked. */
export const bankChecks: Check[] = [
  {
    name: 'the simulated bank paid and failed what our payouts say, each once and of the same amount, apart from those still asked after',
    query: (id) => sql`
      select coalesce(p.account_id, t.account_id) || ' ' || coalesce(p.id, t.reference) as what
      from (select * from payouts where ${ofAccount('account_id', id)}) p
      full join (select * from simulator_transfers where ${ofAccount('account_id', id)}) t on t.account_id = p.account_id and t.reference = p.id
      where (p.id is not null and case
        when t.reference is null then p.status not in ('in_transit', 'paid') and (p.status <> 'failed' or p.confirmed_by is distinct from 'bank') or p.confirmed_by = 'operator'
        when t.amount <> p.amount or t.currency <> p.currency or p.sends = 0 then false
        when p.confirmed_by = 'operator' then true
        when p.status in ('pending', 'in_transit') then true
        when p.status = 'paid' then t.status = 'paid' or (t.status = 'failed' and p.next_at is not null)
        when p.status = 'failed' then t.status = 'failed' and t.failure_code = p.failure_code
        else false
      end) is not true`,
  },
];
