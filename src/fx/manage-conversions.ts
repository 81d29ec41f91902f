// The operations on conversions: by hand, get, list. What a settlement converts by itself is in settlements/convert-settled.ts.

import Type from 'typebox';
import { Fault, notFound } from '../kit/fault.ts';
import { currencyOf } from '../kit/money.ts';
import { lockBalance } from '../ledger/balance.ts';
import { Amount, CurrencyCode, Id, ListOf, Metadata, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { ConversionObject, type ConversionRow, conversionObject, insertConversion, uncovered } from './conversion.ts';
import { isStale, latestSnapshot, rateOf } from './snapshot.ts';

export const createConversion = operation({
  name: 'conversions.create',
  scope: 'conversions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a conversion',
  description:
    'Turns available money of one currency into available money of another, at the newest rate there is: all of it, or `amount`. ' +
    'Live money is not converted by a rate that is older than the installation allows.',
  input: Type.Object(
    {
      from: CurrencyCode,
      to: CurrencyCode,
      amount: Type.Optional({ ...Amount, description: 'Minor units of `from`; all that is available when left out.' }),
      description: Type.Optional(text(500)),
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: ConversionObject,
  faults: ['currency_unsupported', 'amount_too_large', 'insufficient_balance', 'parameter_invalid', 'state_invalid'],
  example: { from: 'USD', to: 'EUR', amount: 100, description: 'For the rent in Berlin' },
  async run(ctx, input, tx) {
    const from = currencyOf(input.from, 'from');
    const to = currencyOf(input.to, 'to');
    if (from === to)
      throw new Fault('parameter_invalid', `'to' is ${to}, and so is 'from'. Name another currency.`, { param: 'to' });
    const snapshot = await latestSnapshot(ctx.env, tx);
    const rate = rateOf(snapshot, from, to);
    if (rate === undefined) {
      const param = rateOf(snapshot, 'EUR', from) === undefined ? 'from' : 'to';
      throw new Fault('currency_unsupported', `There is no exchange rate from ${from} to ${to}.`, { param });
    }
    if (isStale({ env: ctx.env, mode: ctx.account.mode }, snapshot))
      throw new Fault(
        'state_invalid',
        `The newest rates are of ${snapshot.published_on}, too old to convert live money by. They are fetched every working day; see FX_RATES_URL.`,
      );
    const { available } = await lockBalance(tx, ctx.account.account_id, from < to ? from : to).then(async (first) => {
      // Both rows in the order in which postings take them, so that two conversions in opposite directions never wait in a ring.
      const second = await lockBalance(tx, ctx.account.account_id, from < to ? to : from);
      return from < to ? first : second;
    });
    const amount = input.amount ?? available;
    if (amount <= 0 || amount > available) throw uncovered(available, from);
    const { description, metadata } = input;
    return await insertConversion(ctx, tx, {
      from: { currency: from, amount },
      to,
      rate,
      rate_snapshot_id: snapshot.id,
      ...(description === undefined ? {} : { description }),
      ...(metadata === undefined ? {} : { metadata }),
    });
  },
});

export const getConversion = operation({
  name: 'conversions.get',
  scope: 'conversions:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a conversion',
  description: 'Written once; it never changes.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: ConversionObject,
  faults: ['not_found'],
  example: { id: '{conversion}' },
  async run(ctx, input) {
    const row = await ctx.env.db.query
      .selectFrom('conversions')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', input.id)
      .executeTakeFirst();
    if (!row) throw notFound('conversion', input.id);
    return conversionObject(row as ConversionRow);
  },
});

export const listConversions = operation({
  name: 'conversions.list',
  scope: 'conversions:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List conversions',
  description: 'Newest first.',
  input: Type.Object(
    { ...pageFields, settlement: Type.Optional({ ...Id, description: 'What this settlement converted by itself.' }) },
    { additionalProperties: false },
  ),
  output: ListOf(ConversionObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'conversions',
      where: {
        account_id: ctx.account.account_id,
        settlement_id: input.settlement,
      },
      show: each(conversionObject),
    }),
});
