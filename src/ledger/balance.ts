// What the merchant is owed, by currency, now or at a time in the past. Reads only; amounts are shown with the merchant's sign
// (owed to them is positive).

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { instantOf } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';

export const BalanceObject = Type.Object(
  {
    object: Type.Literal('balance'),
    currency: Type.String({ description: 'ISO 4217 code.' }),
    incoming: Type.Integer({ description: 'Paid by customers, fees taken off, not settled yet. Minor units.' }),
    available: Type.Integer({
      description: 'Settled; can be paid out. Minor units; negative when refunds or disputes took more than came in.',
    }),
    disputed: Type.Integer({ description: 'Held back until open disputes are decided.' }),
    in_transit: Type.Integer({ description: 'On its way to your bank.' }),
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
  description:
    'One balance per currency the account ever received. Amounts are in minor units of that currency and change in the same transaction as the payment, refund or payout that moves them. ' +
    'With `at`, the balances as they were after everything up to that time.',
  input: Type.Object(
    { at: Type.Optional(Type.String({ maxLength: 40, format: 'date-time' })) },
    { additionalProperties: false },
  ),
  output: Type.Object({ object: Type.Literal('list'), data: Type.Array(BalanceObject), has_more: Type.Literal(false) }),
  faults: ['parameter_invalid'],
  async run(ctx, input) {
    const rows = input.at === undefined ? await balancesNow(ctx) : await balancesAt(ctx, instantOf(input.at, 'at'));
    const data = rows.map((row) => ({
      object: 'balance' as const,
      currency: row.currency,
      incoming: 0 - row.incoming,
      available: 0 - row.available,
      disputed: 0 - row.disputed,
      in_transit: 0 - row.payouts_in_transit,
      updated_at: row.updated_at.toISOString(),
    }));
    return { object: 'list' as const, data, has_more: false as const };
  },
});

type Row = {
  currency: string;
  incoming: number;
  available: number;
  disputed: number;
  payouts_in_transit: number;
  updated_at: Date;
};

function balancesNow(ctx: Ctx): Promise<Row[]> {
  return ctx.env.db.query
    .selectFrom('balances')
    .select(['currency', 'incoming', 'available', 'disputed', 'payouts_in_transit', 'updated_at'])
    .where('account_id', '=', ctx.account.account_id)
    .orderBy('currency')
    .execute();
}

/** From the last checkpoint whose postings are all old enough, plus the few thousand postings behind it. */
async function balancesAt(ctx: Ctx, at: Date): Promise<Row[]> {
  const { account_id } = ctx.account;
  const { rows } = await sql<Row>`
    select b.currency, ${at}::timestamptz as updated_at,
      (coalesce(s.incoming, 0) + coalesce(p.incoming, 0))::bigint as incoming,
      (coalesce(s.available, 0) + coalesce(p.available, 0))::bigint as available,
      (coalesce(s.disputed, 0) + coalesce(p.disputed, 0))::bigint as disputed,
      (coalesce(s.payouts_in_transit, 0) + coalesce(p.payouts_in_transit, 0))::bigint as payouts_in_transit
    from balances b
    left join lateral (select * from ledger_seals s where s.account_id = ${account_id} and s.currency = b.currency and s.last_at <= ${at} order by last_position desc limit 1) s on true
    left join lateral (select last_position from ledger_seals n where n.account_id = ${account_id} and n.currency = b.currency and n.first_at > ${at} order by last_position limit 1) n on true
    left join lateral (
      select sum(incoming) as incoming, sum(available) as available, sum(disputed) as disputed, sum(payouts_in_transit) as payouts_in_transit
      from ledger_postings p where p.account_id = ${account_id} and p.currency = b.currency and p.created_at <= ${at}
        and p.position > coalesce(s.last_position, 0) and p.position <= coalesce(n.last_position, 9000000000000000)
    ) p on true
    where b.account_id = ${account_id} order by b.currency`.execute(ctx.env.db.query);
  return rows;
}

/** Locks the row, so that what it says holds until the transaction ends. Signed from the merchant's side. */
export async function lockBalance(
  tx: Tx,
  account_id: string,
  currency: string,
): Promise<{ available: number; incoming: number }> {
  const row = await tx
    .selectFrom('balances')
    .select(['available', 'incoming'])
    .where('account_id', '=', account_id)
    .where('currency', '=', currency)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return { available: 0 - (row?.available ?? 0), incoming: 0 - (row?.incoming ?? 0) };
}
