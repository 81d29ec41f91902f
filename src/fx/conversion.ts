// A conversion: available money of one currency that became available money of another, at the rate of a named day. Its public shape,
// how it is found, and the one way one is written.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import { asGuard, runAll, type Tx } from '../db/db.ts';
import type { Conversions } from '../db/types.ts';
import { emit } from '../events/emit.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { type Currency, display } from '../kit/money.ts';
import { expectCovered, postStatements } from '../ledger/post.ts';
import * as recipes from '../ledger/recipes.ts';
import type { Ctx } from '../operation/context.ts';
import { Metadata, nullable } from '../operation/fields.ts';
import { convert } from './convert.ts';

export const ConversionObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('conversion'),
    from_currency: Type.String(),
    from_amount: Type.Integer({ description: 'What left the available balance. Minor units of `from_currency`.' }),
    to_currency: Type.String(),
    to_amount: Type.Integer({ description: 'What came to it. Minor units of `to_currency`.' }),
    rate: Type.String({ description: 'Units of `to_currency` for one of `from_currency`, as exact decimal text.' }),
    fx_rates: Type.String({ description: 'The day’s rates it went by: `GET /v1/fx_rates/{id}`.' }),
    settlement: nullable(
      Type.String({ description: 'The settlement whose money it was; null when asked for by hand.' }),
    ),
    description: nullable(Type.String()),
    metadata: Metadata,
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Conversion' },
);
export type ConversionObject = Static<typeof ConversionObject>;

export type ConversionRow = Omit<Selectable<Conversions>, 'metadata' | 'from_currency' | 'to_currency'> & {
  from_currency: Currency;
  to_currency: Currency;
  metadata: Metadata;
};

export const conversionObject = (c: ConversionRow): ConversionObject => ({
  id: c.id,
  object: 'conversion',
  from_currency: c.from_currency,
  from_amount: c.from_amount,
  to_currency: c.to_currency,
  to_amount: c.to_amount,
  rate: c.rate,
  fx_rates: c.rate_snapshot_id,
  settlement: c.settlement_id,
  description: c.description,
  metadata: c.metadata,
  created_at: c.created_at.toISOString(),
});

export type NewConversion = {
  from: { currency: Currency; amount: number };
  to: Currency;
  rate: string;
  rate_snapshot_id: string;
  settlement_id?: string;
  description?: string;
  metadata?: Metadata;
};

/** Records it and moves the money in one transaction; refuses, whatever the caller looked at before, what is not available. */
export async function insertConversion(ctx: Ctx, tx: Tx, input: NewConversion): Promise<ConversionObject> {
  const { account_id } = ctx.account;
  const { from, to, rate } = input;
  const to_amount = convert(from.amount, { from: from.currency, to, rate });
  const row = await tx
    .insertInto('conversions')
    .values({
      account_id,
      id: newId('conv', ctx.env),
      from_currency: from.currency,
      from_amount: from.amount,
      to_currency: to,
      to_amount,
      rate,
      rate_snapshot_id: input.rate_snapshot_id,
      settlement_id: input.settlement_id ?? null,
      description: input.description ?? null,
      metadata: JSON.stringify(input.metadata ?? {}),
      created_at: ctx.env.clock.now(),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const source = { source_id: row.id, group_id: row.id };
  await runAll(tx, [
    ...postStatements([
      recipes.conversionOut(ctx, { ...source, currency: from.currency }, from.amount),
      recipes.conversionIn(ctx, { ...source, currency: to }, to_amount),
    ]),
    expectCovered({ account_id, currency: from.currency, overdraft_limit: 0, funding: 'available' }),
  ]).catch((error) => {
    throw asGuard(error)?.guard === 'balance' ? uncovered(undefined, from.currency, error) : error;
  });
  const object = conversionObject(row as ConversionRow);
  await emit(ctx, tx, 'conversion.created', object);
  return object;
}

export function uncovered(available: number | undefined, currency: Currency, cause?: unknown): Fault {
  const left =
    available === undefined
      ? ''
      : ` Available now: ${Math.max(0, available)} (${display(Math.max(0, available), currency)}).`;
  return new Fault(
    'insufficient_balance',
    `The available balance of ${currency} does not cover this conversion.${left} Convert less, or wait for settlements.`,
    { param: 'amount', ...(cause === undefined ? {} : { cause }) },
  );
}
