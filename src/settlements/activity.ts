// The merchant's account statement, line by line: every movement that changed what they are owed, with amount, fee and net.

import { type RawBuilder, sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import { currencyOf } from '../kit/money.ts';
import { toList, type Window, windowOf } from '../kit/page.ts';
import type { Recipe } from '../ledger/account.ts';
import { placesNear } from '../ledger/places.ts';
import { CurrencyCode, Id, Instant, instantOf, ListOf, nullable, pageFields } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';

/** Recipes that the merchant sees, by the name they see; the others move money between places that are not theirs. */
const types = {
  charge: 'capture',
  refund: 'refund',
  refund_failure: 'refund_failed',
  dispute: 'dispute_opened',
  dispute_fee: 'dispute_fee',
  dispute_reversal: 'dispute_won',
  payout: 'payout',
  payout_failure: 'payout_returned',
  conversion: ['conversion_out', 'conversion_in'],
} as const satisfies Record<string, Recipe | readonly Recipe[]>;
type ActivityType = keyof typeof types;

export const activityTypes = Object.keys(types) as ActivityType[];
export const recipesOf = (name: ActivityType): readonly Recipe[] => [types[name]].flat();
const typeOf = new Map<string, ActivityType>(
  activityTypes.flatMap((name) => recipesOf(name).map((recipe) => [recipe, name] as const)),
);

export const ActivityObject = Type.Object(
  {
    id: Type.String({ description: 'Currency and place in the chain of postings: `act_USD_42`.' }),
    object: Type.Literal('balance_activity'),
    type: Type.Enum(activityTypes),
    amount: Type.Integer({ description: 'Minor units; negative when it left the balance.' }),
    fee: Type.Integer(),
    exchange_fee: Type.Integer({
      description: 'The part of `fee` that is charged because the currency is neither the account’s own nor BTC.',
    }),
    net: Type.Integer({ description: 'What the balance changed by.' }),
    currency: Type.String(),
    status: Type.Enum(['incoming', 'available'], { description: 'Where the money counts now.' }),
    available_on: nullable(
      Type.String({
        format: 'date',
        description: 'The day its incoming part becomes available; null when it touched the available balance at once.',
      }),
    ),
    source: Type.String({ description: 'What caused it: an attempt, refund, dispute, payout or conversion.' }),
    payment: nullable(Type.String()),
    settlement: nullable(Type.String()),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Balance activity' },
);
export type ActivityObject = Static<typeof ActivityObject>;

type Row = {
  currency: string;
  position: number;
  recipe: string;
  amount: number;
  fee: number;
  exchange_fee: number;
  incoming: number;
  available: number;
  available_on: string | null;
  source_id: string;
  group_id: string;
  settlement_id: string | null;
  created_at: Date;
};

export function activityObject(row: Row): ActivityObject {
  return {
    id: `act_${row.currency}_${row.position}`,
    object: 'balance_activity',
    type: typeOf.get(row.recipe) ?? 'charge',
    amount: row.amount,
    fee: row.fee,
    exchange_fee: row.exchange_fee,
    net: 0 - row.incoming - row.available,
    currency: row.currency,
    status: row.incoming !== 0 && row.settlement_id === null ? 'incoming' : 'available',
    available_on: row.available_on,
    source: row.source_id,
    payment: row.group_id.startsWith('pay_') ? row.group_id : null,
    settlement: row.settlement_id,
    created_at: row.created_at.toISOString(),
  };
}

type Ask = { account_id: string; currency: string; window: Window; where: RawBuilder<unknown> };

async function fetchRows(query: Executor, { account_id, currency, window, where }: Ask): Promise<Row[]> {
  const after =
    window.after === undefined
      ? sql`true`
      : sql`p.position < ${placeOf(window.after, currency, 'starting_after')}::bigint`;
  const before =
    window.before === undefined
      ? sql`true`
      : sql`p.position > ${placeOf(window.before, currency, 'ending_before')}::bigint`;
  const { rows } = await sql<Row>`
    select p.currency, p.position, p.recipe, p.amount, p.fee, p.exchange_fee, p.incoming, p.available, p.available_on, p.source_id, p.group_id, p.created_at, l.settlement_id
    from ledger_postings p
    left join settlement_lines l on l.account_id = p.account_id and l.currency = p.currency and l.position = p.position
    where p.account_id = ${account_id} and p.currency = ${currency} and p.recipe not in ('settlement', 'payout_paid', 'dispute_lost') and ${where} and ${after} and ${before}
    order by p.position ${sql.raw(window.before === undefined ? 'desc' : 'asc')} limit ${window.limit + 1}`.execute(
    query,
  );
  return rows;
}

function placeOf(cursor: string, currency: string, param: string): number {
  const match = /^act_([A-Z]{3})_(\d{1,15})$/.exec(cursor);
  if (match?.[1] !== currency)
    throw new Fault(
      'parameter_invalid',
      `'${param}' must be the id of an activity in ${currency}, such as act_${currency}_42.`,
      { param },
    );
  return Number(match[2]);
}

export const listActivities = operation({
  name: 'balance_activities.list',
  scope: 'balances:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List balance activities',
  description:
    'Newest first, one currency at a time (the account’s own when left out). Net amounts add up to the change of the balance.',
  input: Type.Object(
    {
      ...pageFields,
      currency: Type.Optional(CurrencyCode),
      type: Type.Optional(Type.Enum(activityTypes)),
      payment: Type.Optional(Id),
      payout: Type.Optional(Id),
      created_from: Type.Optional(Instant),
      created_to: Type.Optional({ ...Instant, description: 'Not included.' }),
    },
    { additionalProperties: false },
  ),
  output: ListOf(ActivityObject),
  faults: ['parameter_invalid', 'currency_unsupported'],
  async run(ctx, input) {
    const { account_id } = ctx.account;
    const currency = input.currency === undefined ? ctx.account.currency : currencyOf(input.currency);
    const window = windowOf(input);
    const { query } = ctx.env.db;
    const conditions = [sql`true`];
    if (input.type !== undefined) conditions.push(sql`p.recipe in (${sql.join([...recipesOf(input.type)])})`);
    if (input.payment !== undefined) conditions.push(sql`p.group_id = ${input.payment}`);
    if (input.payout !== undefined) conditions.push(sql`p.group_id = ${input.payout}`);
    if (input.created_from !== undefined || input.created_to !== undefined) {
      const from = input.created_from === undefined ? undefined : instantOf(input.created_from, 'created_from');
      const to = input.created_to === undefined ? undefined : instantOf(input.created_to, 'created_to');
      const places = await placesNear(query, { account_id, currency }, from, to);
      conditions.push(sql`p.position between ${places.first}::bigint and ${places.last}::bigint`);
      if (from) conditions.push(sql`p.created_at >= ${from}`);
      if (to) conditions.push(sql`p.created_at < ${to}`);
    }
    const rows = await fetchRows(query, { account_id, currency, window, where: sql.join(conditions, sql` and `) });
    return toList(rows, window, activityObject);
  },
});

/** The lines of one settlement, for settlement.ts. */
export function settlementLines(
  query: Executor,
  ask: { account_id: string; currency: string; settlement_id: string; window: Window },
): Promise<Row[]> {
  return fetchRows(query, { ...ask, where: sql`l.settlement_id = ${ask.settlement_id}` });
}
