// Another card for what could not be paid: as soon as a customer has one, it is charged. A reaction to their being changed; it looks at how
// things are now, so it may run twice.

import { sql } from 'kysely';
import type { Ctx } from '../operation/context.ts';
import { chargeInvoice, methodFor, payerOf, subscriptionOf } from './charge-invoice.ts';
import type { InvoiceRow } from './invoice.ts';

/** The customer was changed: perhaps their default card. */
export async function retryWithNewCard(ctx: Ctx, customer_id: string): Promise<void> {
  const { account_id } = ctx.account;
  const { query } = ctx.env.db;
  const { rows } = await sql<InvoiceRow>`
    select * from invoices
    where account_id = ${account_id} and customer_id = ${customer_id} and status = 'open'
      and decline_code is not null and charge_at is not null and not charging
    order by id`.execute(query);
  for (const invoice of rows) {
    const payer = payerOf(await subscriptionOf(query, invoice), invoice);
    const method = await methodFor(query, payer, invoice.declined_method_id);
    if (method === undefined || method === (await lastMethod(ctx, invoice.payment_id))) continue;
    await chargeInvoice(ctx, { invoice });
  }
}

async function lastMethod(ctx: Ctx, payment_id: string | null): Promise<string | null> {
  if (payment_id === null) return null;
  const row = await ctx.env.db.query
    .selectFrom('payments')
    .select('payment_method_id')
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', payment_id)
    .executeTakeFirst();
  return row?.payment_method_id ?? null;
}
