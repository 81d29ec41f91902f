// A settlement: what became available on one day in one currency. Its public shape, reading it, and the lines it is made of.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Settlements } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import { currencyOf } from '../kit/money.ts';
import { toList, windowOf } from '../kit/page.ts';
import type { Ctx } from '../operation/context.ts';
import { CurrencyCode, Day, Id, ListOf, pageFields } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { ActivityObject, activityObject, settlementLines } from './activity.ts';

export const SettlementObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('settlement'),
    currency: Type.String(),
    settled_on: Type.String({
      format: 'date',
      description: 'The merchant’s local day on which the net became available.',
    }),
    gross: Type.Integer({ description: 'Charges. Minor units.' }),
    refunded: Type.Integer({
      description: 'Refunds that were funded from what these charges had incoming, failed ones taken off.',
    }),
    fees: Type.Integer(),
    net: Type.Integer({ description: 'gross − refunded − fees: what the available balance gained.' }),
    transaction_count: Type.Integer(),
    period_start: Type.String({ format: 'date-time' }),
    period_end: Type.String({ format: 'date-time' }),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Settlement' },
);
export type SettlementObject = Static<typeof SettlementObject>;

export type SettlementRow = Selectable<Settlements>;

export function settlementObject(row: SettlementRow): SettlementObject {
  return {
    id: row.id,
    object: 'settlement',
    currency: row.currency,
    settled_on: row.settled_on,
    gross: row.gross,
    refunded: row.refunded,
    fees: row.fees,
    net: row.net,
    transaction_count: row.transaction_count,
    period_start: row.period_start.toISOString(),
    period_end: row.period_end.toISOString(),
    created_at: row.created_at.toISOString(),
  };
}

async function findSettlement(ctx: Ctx, id: string): Promise<SettlementRow> {
  const row = await ctx.env.db.query
    .selectFrom('settlements')
    .selectAll()
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('settlement', id);
  return row;
}

export const getSettlement = operation({
  name: 'settlements.get',
  scope: 'settlements:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a settlement',
  description: 'A settlement never changes once it is made.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: SettlementObject,
  faults: ['not_found'],
  example: { id: '{settlement}' },
  run: async (ctx, input) => settlementObject(await findSettlement(ctx, input.id)),
});

export const listSettlements = operation({
  name: 'settlements.list',
  scope: 'settlements:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List settlements',
  description: 'Newest first.',
  input: Type.Object(
    {
      ...pageFields,
      currency: Type.Optional(CurrencyCode),
      settled_from: Type.Optional(Day),
      settled_to: Type.Optional(Day),
    },
    { additionalProperties: false },
  ),
  output: ListOf(SettlementObject),
  faults: ['parameter_invalid', 'currency_unsupported'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'settlements',
      where: {
        account_id: ctx.account.account_id,
        currency: input.currency && currencyOf(input.currency),
        settled_on: { gte: input.settled_from, lte: input.settled_to },
      },
      show: each(settlementObject),
    }),
});

export const listSettlementTransactions = operation({
  name: 'settlements.transactions',
  scope: 'settlements:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List the transactions of a settlement',
  description:
    'The activities that became available with it; the part of each that was incoming adds up to the settlement’s net.',
  input: Type.Object({ id: Id, ...pageFields }, { additionalProperties: false }),
  output: ListOf(ActivityObject),
  faults: ['not_found', 'parameter_invalid'],
  example: { id: '{settlement}' },
  async run(ctx, input) {
    const settlement = await findSettlement(ctx, input.id);
    const window = windowOf(input);
    const { account_id, currency } = settlement;
    return toList(
      await settlementLines(ctx.env.db.query, { account_id, currency, settlement_id: settlement.id, window }),
      window,
      activityObject,
    );
  },
});
