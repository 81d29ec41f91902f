// What a merchant chose about currencies: whether a customer is offered their own, and whether foreign money is converted when it settles.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { operation } from '../operation/operation.ts';

/** A tenth of the price: a markup above it is a mistake in the unit. */
const most_markup = 1_000;

export const FxSettingsObject = Type.Object(
  {
    object: Type.Literal('fx_settings'),
    adaptive_pricing: Type.Object({
      enabled: Type.Boolean({
        description: 'The checkout page offers the currency of the customer’s country beside the session’s own.',
      }),
      markup_bps: Type.Integer({
        description: 'On top of the rate, hundredths of a percent: what you keep for the risk. Told to the customer.',
      }),
    }),
    settlement_currency_conversion: Type.Boolean({
      description: 'Money that settles in another currency becomes money of the account’s own at once.',
    }),
  },
  { title: 'FX settings' },
);
export type FxSettings = Static<typeof FxSettingsObject>;

type Row = { adaptive_pricing: boolean; markup_bps: number; settlement_conversion: boolean };
const defaults: Row = { adaptive_pricing: false, markup_bps: 0, settlement_conversion: false };

const shown = (row: Row): FxSettings => ({
  object: 'fx_settings',
  adaptive_pricing: { enabled: row.adaptive_pricing, markup_bps: row.markup_bps },
  settlement_currency_conversion: row.settlement_conversion,
});

export async function fxSettings(query: Executor | Tx, account_id: string): Promise<FxSettings> {
  const { rows } = await sql<Row>`
    select adaptive_pricing, markup_bps, settlement_conversion from fx_settings where account_id = ${account_id}`.execute(
    query,
  );
  return shown(rows[0] ?? defaults);
}

export const getFxSettings = operation({
  name: 'fx_settings.get',
  scope: 'fx_settings:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the currency settings',
  description: 'Adaptive pricing, and conversion at settlement. Both are off until you turn them on.',
  input: Type.Object({}, { additionalProperties: false }),
  output: FxSettingsObject,
  faults: [],
  run: (ctx) => fxSettings(ctx.env.db.query, ctx.account.account_id),
});

export const updateFxSettings = operation({
  name: 'fx_settings.update',
  scope: 'fx_settings:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update the currency settings',
  description:
    'What is left out stays. An offer that a customer was made already stays as it was; settlements from now on are converted, or not.',
  input: Type.Object(
    {
      adaptive_pricing: Type.Optional(
        Type.Object(
          {
            enabled: Type.Optional(Type.Boolean()),
            markup_bps: Type.Optional(Type.Integer({ minimum: 0, maximum: most_markup })),
          },
          { additionalProperties: false },
        ),
      ),
      settlement_currency_conversion: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  output: FxSettingsObject,
  faults: ['parameter_invalid'],
  example: { adaptive_pricing: { enabled: true, markup_bps: 200 } },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const { rows } = await sql<Row>`
      insert into fx_settings as s (account_id, adaptive_pricing, markup_bps, settlement_conversion, updated_at)
      values (${account_id}, ${input.adaptive_pricing?.enabled ?? defaults.adaptive_pricing}, ${input.adaptive_pricing?.markup_bps ?? defaults.markup_bps},
        ${input.settlement_currency_conversion ?? defaults.settlement_conversion}, ${ctx.env.clock.now()})
      on conflict (account_id) do update set
        adaptive_pricing = coalesce(${input.adaptive_pricing?.enabled ?? null}::boolean, s.adaptive_pricing),
        markup_bps = coalesce(${input.adaptive_pricing?.markup_bps ?? null}::integer, s.markup_bps),
        settlement_conversion = coalesce(${input.settlement_currency_conversion ?? null}::boolean, s.settlement_conversion),
        updated_at = excluded.updated_at
      returning adaptive_pricing, markup_bps, settlement_conversion`.execute(tx);
    return shown(rows[0] ?? defaults);
  },
});
