// What a customer's being deleted means for billing: everything that would go on ends now. Invoices stay as they are, for the books. A
// reaction to the deleting; it looks at how things are now, so it may run twice.

import { sql } from 'kysely';
import type { Ctx } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';
import { cancelSubscription } from './cancel-subscription.ts';

export async function endSubscriptionsOfDeleted(ctx: Ctx, customer_id: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select s.id from subscriptions s join customers c on c.account_id = s.account_id and c.id = s.customer_id
    where s.account_id = ${ctx.account.account_id} and s.customer_id = ${customer_id} and c.deleted_at is not null
      and s.status in ('incomplete', 'trialing', 'active', 'past_due')
    order by s.id`.execute(ctx.env.db.query);
  for (const { id } of rows) {
    const input = { id, at: 'now', reason: 'The customer was deleted.', reason_code: 'other_reasons' };
    // A first payment that is under way is waited for: the reaction fails, and comes again.
    await perform(cancelSubscription as unknown as Operation, ctx, { input });
  }
}
