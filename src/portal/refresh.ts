// How things stand that end elsewhere: a card whose bank was asked in another tab, a payment that was confirmed on its own page. Jobs look
// after them, too; whoever comes back to the page need not wait for those.

import { sql } from 'kysely';
import Type from 'typebox';
import { settleInvoice } from '../billing/settle-invoice.ts';
import type { Ctx } from '../operation/context.ts';
import { operation } from '../operation/operation.ts';
import { cardStatus } from './manage-cards.ts';
import { customerIn } from './reach.ts';

export const refreshPortal = operation({
  name: 'portal.refresh',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Look how things stand',
  description: 'Card setups and payments of the customer that are open.',
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({ looked: Type.Integer() }),
  faults: [],
  async run(ctx) {
    const { query } = ctx.env.db;
    const named = [ctx.account.account_id, customerIn(ctx)] as const;
    const { rows: setups } = await sql<{ id: string }>`
      select id from card_setups where account_id = ${named[0]} and customer_id = ${named[1]} and resolve_at is not null
      order by id desc limit 3`.execute(query);
    for (const { id } of setups) await quietly(ctx, () => cardStatus(ctx, id));
    const { rows: invoices } = await sql<{ id: string; payment_id: string }>`
      select id, payment_id from invoices
      where account_id = ${named[0]} and customer_id = ${named[1]} and charging and payment_id is not null order by id limit 10`.execute(
      query,
    );
    for (const { id, payment_id } of invoices) await quietly(ctx, () => settleInvoice(ctx, id, payment_id));
    return { looked: setups.length + invoices.length };
  },
});

/** The page is shown all the same. */
async function quietly(ctx: Ctx, look: () => Promise<unknown>): Promise<void> {
  try {
    await look();
  } catch (error) {
    ctx.env.log.warn({ request_id: ctx.request_id, error }, 'what is open in the portal could not be looked at');
  }
}
