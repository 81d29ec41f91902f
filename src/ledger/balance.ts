// What the merchant is owed, by currency. Reads only; amounts are shown with the merchant's sign (owed to them is positive).

import Type, { type Static } from 'typebox';
import type { Tx } from '../db/db.ts';
import { operation } from '../operation/operation.ts';

export const BalanceObject = Type.Object(
  {
    object: Type.Literal('balance'),
    currency: Type.String({ description: 'ISO 4217 code.' }),
    incoming: Type.Integer({ description: 'Paid by customers, fees taken off, not settled yet. Minor units.' }),
    available: Type.Integer({ description: 'Settled; can be paid out. Minor units; negative when refunds took more than came in.' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Balance' },
);
export type BalanceObject = Static<typeof BalanceObject>;

export const listBalances = operation({
  name: 'balances.list',
  scope: 'balances:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List balances',
  description: 'One balance per currency the account ever received. Amounts are in minor units of that currency and change in the same transaction as the payment or refund that moves them.',
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({ object: Type.Literal('list'), data: Type.Array(BalanceObject), has_more: Type.Literal(false) }),
  faults: [],
  async run(ctx) {
    const rows = await ctx.env.db.query
      .selectFrom('balances')
      .select(['currency', 'incoming', 'available', 'updated_at'])
      .where('account_id', '=', ctx.account.account_id)
      .orderBy('currency')
      .execute();
    const data = rows.map((row) => ({
      object: 'balance' as const,
      currency: row.currency,
      incoming: 0 - row.incoming,
      available: 0 - row.available,
      updated_at: row.updated_at.toISOString(),
    }));
    return { object: 'list' as const, data, has_more: false as const };
  },
});

/** Locks the row, so that what it says holds until the transaction ends. Signed from the merchant's side. */
export async function lockBalance(tx: Tx, account_id: string, currency: string): Promise<{ available: number; incoming: number }> {
  const row = await tx
    .selectFrom('balances')
    .select(['available', 'incoming'])
    .where('account_id', '=', account_id)
    .where('currency', '=', currency)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return { available: 0 - (row?.available ?? 0), incoming: 0 - (row?.incoming ?? 0) };
}
