// What must hold between subscriptions, their invoices and the payments of these. Each check asks for offenders; none may be found.

import { sql } from 'kysely';
import { type Check, ofAccount } from '../ledger/verify.ts';
import { aggregated } from '../meters/usage.ts';

export const billingChecks: Check[] = [
  {
    name: 'the invoices of an account are numbered from one on, without a gap',
    query: (id) => sql`
      select i.account_id as what from invoices i left join billing_numbers n on n.account_id = i.account_id
      where ${ofAccount('i.account_id', id)} group by i.account_id, n.invoices
      having count(*) <> max(i.number) or min(i.number) <> 1 or max(i.number) is distinct from n.invoices`,
  },
  {
    name: 'every paid invoice was paid by its own payment, in full, or elsewhere, and every payment of one that took money paid it',
    query: (id) => sql`
      select i.account_id || ' ' || i.id as what from invoices i left join payments p on p.account_id = i.account_id and p.id = i.payment_id
      where ${ofAccount('i.account_id', id)} and not i.charging and (
        (i.status = 'paid' and i.amount_due > 0 and not i.paid_out_of_band and (p.id is null or p.amount_captured <> i.amount_due or p.customer_id <> i.customer_id or p.currency <> i.currency))
        or ((i.status <> 'paid' or i.paid_out_of_band) and p.amount_captured > 0))`,
  },
  {
    name: 'every invoice is the sum of its lines',
    query: (id) => sql`
      select i.account_id || ' ' || i.id as what from invoices i
      left join (select account_id, invoice_id, sum(amount) as amount, sum(discount) as discount, sum(tax) as tax from invoice_lines
        where ${ofAccount('account_id', id)} group by 1, 2) l on l.account_id = i.account_id and l.invoice_id = i.id
      where ${ofAccount('i.account_id', id)} and (i.subtotal, i.discount, i.tax) is distinct from (l.amount, l.discount, l.tax)`,
  },
  {
    name: 'the credit notes of an account are numbered from one on, without a gap',
    query: (id) => sql`
      select c.account_id as what from credit_notes c left join billing_numbers n on n.account_id = c.account_id
      where ${ofAccount('c.account_id', id)} group by c.account_id, n.credit_notes
      having count(*) <> max(c.number) or min(c.number) <> 1 or max(c.number) is distinct from n.credit_notes`,
  },
  {
    name: 'what is credited of every invoice is the sum of its credit notes, and each of these the sum of its lines',
    query: (id) => sql`
      select i.account_id || ' ' || i.id as what from invoices i
      left join (select account_id, invoice_id, sum(total) as total, sum(total) filter (where method = 'amount_due') as due from credit_notes
        where ${ofAccount('account_id', id)} and status = 'issued' group by 1, 2) c on c.account_id = i.account_id and c.invoice_id = i.id
      where ${ofAccount('i.account_id', id)} and (i.amount_credited, i.credited_due) is distinct from (coalesce(c.total, 0), coalesce(c.due, 0))
      union all
      select c.account_id || ' ' || c.id from credit_notes c
      left join (select account_id, credit_note_id, sum(amount) as amount, sum(discount) as discount, sum(tax) as tax from credit_note_lines
        where ${ofAccount('account_id', id)} group by 1, 2) l on l.account_id = c.account_id and l.credit_note_id = c.id
      where ${ofAccount('c.account_id', id)} and (c.subtotal, c.discount, c.tax) is distinct from (l.amount, l.discount, l.tax)`,
  },
  {
    name: 'every credit note by refund has its refund of the invoice’s payment, and is void only when that failed',
    query: (id) => sql`
      select c.account_id || ' ' || c.id as what from credit_notes c
      join invoices i on i.account_id = c.account_id and i.id = c.invoice_id
      left join refunds r on r.account_id = c.account_id and r.id = c.refund_id
      where ${ofAccount('c.account_id', id)} and c.method = 'refund'
        and (r.payment_id is distinct from i.payment_id or r.amount is distinct from c.total or (c.status = 'void' and r.status is distinct from 'failed'))`,
  },
  {
    name: 'every subscription that waits for an invoice waits for an open one of its own, or one that was given up',
    query: (id) => sql`
      select s.account_id || ' ' || s.id as what from subscriptions s left join invoices i on i.account_id = s.account_id and i.id = s.open_invoice_id
      where ${ofAccount('s.account_id', id)} and s.open_invoice_id is not null
        and (i.id is null or i.subscription_id <> s.id or i.status not in ('open', 'uncollectible'))`,
  },
  {
    name: 'every sent invoice that is overdue was due before, and its subscription is past due while it waits for it',
    query: (id) => sql`
      select i.account_id || ' ' || i.id as what from invoices i
      left join subscriptions s on s.account_id = i.account_id and s.id = i.subscription_id
      where ${ofAccount('i.account_id', id)} and i.overdue_at is not null and i.status = 'open'
        and (i.overdue_at < i.due_at or s.status = 'active')`,
  },
  {
    name: 'every use of a coupon by a subscription is reserved while that is incomplete, counts when it has begun, and is free when it never began',
    query: (id) => sql`
      select r.account_id || ' ' || r.id as what from coupon_redemptions r
      left join subscriptions s on s.account_id = r.account_id and s.id = r.subscription_id
      where ${ofAccount('r.account_id', id)} and r.subscription_id is not null and (s.id is null
        or (r.status = 'reserved') <> (s.status = 'incomplete') or (s.status = 'incomplete_expired' and r.status <> 'released')
        or (s.status in ('trialing', 'active', 'past_due') and r.status <> 'confirmed'))`,
  },
  {
    name: 'every discount of an invoice is told by name, and takes no line below nothing',
    query: (id) => sql`
      select i.account_id || ' ' || i.id as what from invoices i
      where ${ofAccount('i.account_id', id)} and (i.discount <> 0 or i.discounts <> '[]') and (
        i.discount <> (select coalesce(sum((d ->> 'amount')::bigint), 0) from jsonb_array_elements(i.discounts) d)
        or exists (select from invoice_lines l where l.account_id = i.account_id and l.invoice_id = i.id
          and (l.discount < 0 or l.discount > greatest(l.amount, 0))))`,
  },
  {
    name: 'every line of usage is what the events of its customer come to, in whole units',
    query: (id) => sql`
      select l.account_id || ' ' || l.id as what from invoice_lines l
      join invoices i on i.account_id = l.account_id and i.id = l.invoice_id
      join meters m on m.account_id = l.account_id and m.id = l.meter_id
      cross join lateral (select i.customer_id, l.period_start as from_at, l.period_end as until_at) u
      where ${ofAccount('l.account_id', id)} and l.meter_id is not null
        and (l.quantity <> ceil(l.usage_value::numeric) or l.usage_value::numeric <> ${aggregated})`,
  },
];
