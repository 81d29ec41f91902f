// Who a guest is to the merchant: somebody of whom nothing is known but an e-mail address that they typed. The payment is filed with the one
// customer who has that address, so that one person is one row. Must never show, offer or change anything of that customer: whoever
// typed the address need not be its owner.

import { sql } from 'kysely';
import { insertCustomer } from '../customers/manage-customers.ts';
import type { Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { lockSession, type SessionRow } from './session.ts';

/**
 * A session that saves a card (a subscription, a card set-up) makes a customer of its own: a stranger's card never comes to somebody
 * else's record, however well they know the address.
 */
export async function customerOfGuest(
  ctx: Ctx,
  session: SessionRow,
  email: string,
  saves_card: boolean,
): Promise<string> {
  return await ctx.env.db.tx(async (tx) => {
    // Of many tabs that send the address at once, one decides.
    const locked = await lockSession(tx, session.account_id, session.id);
    if (locked.customer_id !== null) return locked.customer_id;
    const known = saves_card ? undefined : await onlyCustomer(tx, session.account_id, email);
    const id = known ?? (await insertCustomer(ctx, tx, { email })).id;
    await tx
      .updateTable('checkout_sessions')
      .set({ customer_id: id, customer_email: email, guest: true, updated_at: ctx.env.clock.now() })
      .where('account_id', '=', session.account_id)
      .where('id', '=', session.id)
      .execute();
    return id;
  });
}

/**
 * The only customer with that address. Of several, the one of whom nothing is known but the address: two people who share it are
 * not mixed up, and a guest who comes back does not become one more row each time.
 */
async function onlyCustomer(tx: Tx, account_id: string, email: string): Promise<string | undefined> {
  const rows = await tx
    .selectFrom('customers')
    .select([
      'id',
      sql<boolean>`reference is null and name is null and phone is null and default_payment_method is null`.as('bare'),
    ])
    .where('account_id', '=', account_id)
    .where(sql`lower(email)`, '=', email.toLowerCase())
    .where('deleted_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
  const [first, ...others] = rows;
  return others.length === 0 ? first?.id : rows.find((row) => row.bare)?.id;
}

/** As whom a code is redeemed: a guest is nobody but their address, so what is promised to a customer alone is not theirs. */
export const redeemerOf = (session: Pick<SessionRow, 'guest' | 'customer_id' | 'customer_email'>) => ({
  customer: session.guest ? null : session.customer_id,
  email: session.customer_email,
});
