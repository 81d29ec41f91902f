// What must hold between subscriptions, their invoices and the payments of these. Each check asks for offenders; none may be found.

import { sql } from 'kysely';
import { type Check, ofAccount } from '../ledger/verify.ts';

export const billingChecks: Check[] = [
  {
    name: 'the invoices of an account are numbered from one on, without a gap',
    query: (id) => sql`
      select i.account_id as what from invoices i left join billing_numbers n on n.account_id = i.account_id
      where ${ofAccount('i.account_id', id)} group by i.account_id, n.invoices
      having count(*) <> max(i.number) or min(i.number) <> 1 or max(i.number) is distinct from n.invoices`,
  },
  {
    name: 'every paid invoice was paid by its own payment, in full, and every payment of one that took money paid it',
    query: (id) => sql`
      select i.account_id || ' ' || i.id as what from invoices i left join payments p on p.account_id = i.account_id and p.id = i.payment_id
      where ${ofAccount('i.account_id', id)} and not i.charging and (
        (i.status = 'paid' and i.amount_due > 0 and (p.id is null or p.amount_captured <> i.amount_due or p.customer_id <> i.customer_id or p.currency <> i.currency))
        or (i.status <> 'paid' and p.amount_captured > 0))`,
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
    name: 'every subscription that waits for an invoice waits for an open one of its own, or one that was given up',
    query: (id) => sql`
      select s.account_id || ' ' || s.id as what from subscriptions s left join invoices i on i.account_id = s.account_id and i.id = s.open_invoice_id
      where ${ofAccount('s.account_id', id)} and s.open_invoice_id is not null
        and (i.id is null or i.subscription_id <> s.id or i.status not in ('open', 'uncollectible'))`,
  },
];
