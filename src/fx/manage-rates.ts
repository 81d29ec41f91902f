// The rates that amounts are converted by, as they can be read: a day, a base, and how much of each currency one of the base is.

import Type, { type Static } from 'typebox';
import { Fault, notFound } from '../kit/fault.ts';
import { type Currency, currencies, currencyOf } from '../kit/money.ts';
import { CurrencyCode, Day, Id, ListOf, pageFields } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { findSnapshot, latestSnapshot, pegs, rateOf, type SnapshotRow } from './snapshot.ts';

export const FxRatesObject = Type.Object(
  {
    id: Type.String({ description: 'Of the day’s snapshot: conversions and offers name it.' }),
    object: Type.Literal('fx_rates'),
    date: Type.String({ format: 'date', description: 'The day they were given out for.' }),
    source: Type.Literal('european_central_bank'),
    shipped: Type.Boolean({ description: 'True: they came with the release and were not fetched.' }),
    base: Type.String(),
    rates: Type.Array(
      Type.Object({
        quote: Type.String(),
        rate: Type.String({ description: 'Units of `quote` for one `base`, as exact decimal text.' }),
        pegged: Type.Boolean({ description: 'True: not of the source, but by its fixed price in dollars.' }),
      }),
    ),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'FX rates' },
);
export type FxRatesObject = Static<typeof FxRatesObject>;

type Pair = { base?: string; quote?: string };

const pairFields = {
  base: Type.Optional({
    ...CurrencyCode,
    description: 'What one unit is of; EUR, as the source has it, when left out.',
  }),
  quote: Type.Optional({ ...CurrencyCode, description: 'Only this one; all when left out.' }),
};

function shown(snapshot: SnapshotRow, base: Currency, quotes: readonly Currency[]): FxRatesObject {
  return {
    id: snapshot.id,
    object: 'fx_rates',
    date: snapshot.published_on,
    source: 'european_central_bank',
    shipped: snapshot.shipped,
    base,
    rates: quotes.flatMap((quote) => {
      const rate = quote === base ? undefined : rateOf(snapshot, base, quote);
      return rate === undefined ? [] : [{ quote, rate, pegged: pegs[quote] !== undefined || pegs[base] !== undefined }];
    }),
    created_at: snapshot.created_at.toISOString(),
  };
}

/** Without a rate on any day: Bitcoin has its gateway's, the Kuwaiti dinar none. */
function rated(text: string, param: string): Currency {
  const currency = currencyOf(text, param);
  if (currency === 'BTC' || currency === 'KWD')
    throw new Fault('currency_unsupported', `There is no exchange rate for ${currency}. Use another currency.`, {
      param,
    });
  return currency;
}

const pairOf = ({ base, quote }: Pair) => ({
  base: rated(base ?? 'EUR', 'base'),
  quotes:
    quote === undefined ? (Object.keys(currencies).sort() as Currency[]) : ([rated(quote, 'quote')] as Currency[]),
});

export const listFxRates = operation({
  name: 'fx_rates.list',
  scope: 'fx_rates:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List exchange rates',
  description:
    'The reference rates of the European Central Bank, one entry per day, newest first; rates between two other currencies are made of both. ' +
    'AED and BHD are held at a fixed price in dollars. The sandbox may have no other day than the release’s, and says which it is.',
  input: Type.Object(
    { ...pageFields, ...pairFields, date: Type.Optional({ ...Day, description: 'Only the rates of this day.' }) },
    { additionalProperties: false },
  ),
  output: ListOf(FxRatesObject),
  faults: ['parameter_invalid', 'currency_unsupported'],
  async run(ctx, input) {
    const { base, quotes } = pairOf(input);
    // An installation that never fetched has none until somebody asks.
    await latestSnapshot(ctx.env);
    return await readList(ctx.env.db.query, input, {
      from: 'fx_rate_snapshots',
      where: { published_on: input.date },
      show: each((row: SnapshotRow) => shown(row, base, quotes)),
    });
  },
});

export const getFxRates = operation({
  name: 'fx_rates.get',
  scope: 'fx_rates:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the exchange rates of a day',
  description: 'By the id that a conversion, a payment or a session names.',
  input: Type.Object({ id: Id, ...pairFields }, { additionalProperties: false }),
  output: FxRatesObject,
  faults: ['not_found', 'currency_unsupported'],
  example: { id: '{fx_rates}' },
  async run(ctx, input) {
    const { base, quotes } = pairOf(input);
    const row = await findSnapshot(ctx.env.db.query, input.id);
    if (!row) throw notFound('exchange rates', input.id);
    return shown(row, base, quotes);
  },
});
