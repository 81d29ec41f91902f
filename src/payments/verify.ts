// What must hold between payments, attempts, refunds and the ledger. Each check asks for offenders; none may be found.

import { sql } from 'kysely';
import { type Check, ofAccount } from '../ledger/verify.ts';

export const paymentChecks: Check[] = [
  {
    name: 'every payment’s captured amount is what its approved attempts took',
    query: (id) => sql`
      select p.account_id || ' ' || p.id as what from payments p
      left join (select account_id, payment_id, sum(amount) filter (where kind = 'capture') as captured, max(amount) filter (where kind = 'authorize') as authorized
        from attempts where ${ofAccount('account_id', id)} and status = 'approved' and kind in ('authorize', 'capture') group by 1, 2) a
        on a.account_id = p.account_id and a.payment_id = p.id
      where ${ofAccount('p.account_id', id)} and p.amount_captured <> coalesce(a.captured, 0) + case when p.capture then coalesce(a.authorized, 0) else 0 end`,
  },
  {
    name: 'every payment’s captured and refunded amounts are what the ledger booked for it',
    query: (id) => sql`
      select p.account_id || ' ' || p.id as what from payments p
      left join (select account_id, group_id as payment_id, sum(amount) filter (where recipe = 'capture') as captured,
          sum(-amount) filter (where recipe in ('refund', 'refund_failed')) as refunded
        from ledger_postings where ${ofAccount('account_id', id)} group by 1, 2) l on l.account_id = p.account_id and l.payment_id = p.id
      where ${ofAccount('p.account_id', id)} and (p.amount_captured <> coalesce(l.captured, 0) or p.amount_refunded <> coalesce(l.refunded, 0))`,
  },
  {
    name: 'every payment’s refunded amount is the sum of its refunds that did not fail',
    query: (id) => sql`
      select p.account_id || ' ' || p.id as what from payments p
      left join (select account_id, payment_id, sum(amount) as refunded from refunds where ${ofAccount('account_id', id)} and status <> 'failed' group by 1, 2) r
        on r.account_id = p.account_id and r.payment_id = p.id
      where ${ofAccount('p.account_id', id)} and p.amount_refunded <> coalesce(r.refunded, 0)`,
  },
  {
    name: 'every payment’s status is the one its amounts and open attempts call for',
    query: (id) => sql`
      select p.account_id || ' ' || p.id as what from payments p
      left join (select account_id, payment_id, bool_or(kind in ('authorize', 'void')) as moving, bool_or(status = 'action') as waiting,
          coalesce(sum(amount) filter (where kind = 'capture'), 0) as capturing
        from attempts where ${ofAccount('account_id', id)} and resolve_at is not null group by 1, 2) o on o.account_id = p.account_id and o.payment_id = p.id
      where ${ofAccount('p.account_id', id)} and not (
        p.amount_capture_pending = coalesce(o.capturing, 0) and
        case p.status
          when 'pending' then p.hosted and o.moving is not true and p.amount_authorized = 0
          when 'processing' then o.moving is true
          when 'requires_authentication' then o.waiting is true and p.amount_authorized = 0
          when 'authorized' then p.amount_authorized > p.amount_captured and not p.released and o.moving is not true
          when 'completed' then p.amount_captured > 0 and (p.released or p.amount_captured = p.amount_authorized) and o.moving is not true
          when 'failed' then p.amount_authorized = 0 and p.decline_code is not null and o.moving is not true
          when 'cancelled' then p.amount_captured = 0 and o.moving is not true
        end)`,
  },
  {
    name: 'every call that took effect at the provider too late was undone there',
    query: (id) => sql`
      select account_id || ' ' || payment_id || ' ' || attempt_id as what from late_effects
      where ${ofAccount('account_id', id)} and undone_at is null`,
  },
];
