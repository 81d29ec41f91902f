// The merchant's table of taxes, and the operations on it: create, get, list, update. A rate is never changed, only replaced: what was
// charged by it keeps its name and its number.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import { isDuplicate } from '../db/db.ts';
import type { TaxRates } from '../db/types.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { Id, ListOf, Metadata, nullable, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { TaxCategoryField } from './product.ts';

const Country = Type.String({
  minLength: 2,
  maxLength: 2,
  pattern: '^[A-Z]{2}$',
  description: 'ISO 3166-1 alpha-2 in capitals, such as DE',
});

export const TaxRateObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('tax_rate'),
    display_name: Type.String(),
    country: Type.String(),
    region: nullable(Type.String()),
    tax_category: nullable(Type.String()),
    rate_ppm: Type.Integer({ description: 'Parts per million: 190000 is 19 %.' }),
    inclusive: Type.Boolean({ description: 'True: prices hold it. False: it comes on top.' }),
    active: Type.Boolean(),
    metadata: Metadata,
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Tax rate' },
);
type TaxRateObject = Static<typeof TaxRateObject>;

const taxRateObject = (row: Selectable<TaxRates>): TaxRateObject => ({
  id: row.id,
  object: 'tax_rate',
  display_name: row.display_name,
  country: row.country,
  region: row.region,
  tax_category: row.tax_category,
  rate_ppm: row.rate_ppm,
  inclusive: row.inclusive,
  active: row.active,
  metadata: row.metadata as Metadata,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

function refuseSecond(error: unknown): never {
  if (!isDuplicate(error)) throw error;
  throw new Fault(
    'state_invalid',
    'There is an active rate for this country, region and category. Deactivate it first: one question has one answer.',
    { param: 'country', cause: error },
  );
}

export const createTaxRate = operation({
  name: 'tax_rates.create',
  scope: 'tax_rates:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a tax rate',
  description:
    'Counts for sessions with `automatic_tax`. The rate of a region comes beside its country’s; a rate that names a category comes before the one for everything.',
  input: Type.Object(
    {
      display_name: text(100),
      country: Country,
      region: Type.Optional(text(100, 'As in the `state` of an address, such as `CA`; left out: the whole country.')),
      tax_category: Type.Optional(TaxCategoryField),
      rate_ppm: Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: 'Parts per million: 190000 is 19 %, 88750 is 8.875 %.',
      }),
      inclusive: Type.Boolean({ description: 'True: prices hold it. False: it comes on top.' }),
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: TaxRateObject,
  faults: ['state_invalid', 'parameter_invalid'],
  example: { display_name: 'Sales tax', country: 'US', region: 'NY', rate_ppm: 88750, inclusive: false },
  async run(ctx, input, tx) {
    if (input.tax_category === 'exempt')
      throw new Fault('parameter_invalid', 'What is exempt owes no tax, so it has no rate. Leave tax_category out.', {
        param: 'tax_category',
      });
    const now = ctx.env.clock.now();
    const row = await tx
      .insertInto('tax_rates')
      .values({
        account_id: ctx.account.account_id,
        id: newId('txr', ctx.env),
        display_name: input.display_name,
        country: input.country,
        region: input.region ?? null,
        tax_category: input.tax_category ?? null,
        rate_ppm: input.rate_ppm,
        inclusive: input.inclusive,
        metadata: JSON.stringify(input.metadata ?? {}),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseSecond);
    return taxRateObject(row);
  },
});

export const getTaxRate = operation({
  name: 'tax_rates.get',
  scope: 'tax_rates:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a tax rate',
  description: 'Inactive ones, too.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: TaxRateObject,
  faults: ['not_found'],
  example: { id: '{tax_rate}' },
  async run(ctx, input) {
    const row = await ctx.env.db.query
      .selectFrom('tax_rates')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', input.id)
      .executeTakeFirst();
    if (!row) throw notFound('tax rate', input.id);
    return taxRateObject(row);
  },
});

export const listTaxRates = operation({
  name: 'tax_rates.list',
  scope: 'tax_rates:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List tax rates',
  description: 'Newest first.',
  input: Type.Object(
    { ...pageFields, country: Type.Optional(Country), active: Type.Optional(Type.Boolean()) },
    { additionalProperties: false },
  ),
  output: ListOf(TaxRateObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'tax_rates',
      where: {
        account_id: ctx.account.account_id,
        country: input.country,
        active: input.active,
      },
      show: each(taxRateObject),
    }),
});

export const updateTaxRate = operation({
  name: 'tax_rates.update',
  scope: 'tax_rates:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update a tax rate',
  description:
    'Its name, its metadata, or whether it counts. When a rate changes, deactivate it and create another: what was charged stays told as it was.',
  input: Type.Object(
    {
      id: Id,
      display_name: Type.Optional(text(100)),
      active: Type.Optional(Type.Boolean()),
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: TaxRateObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{tax_rate}', display_name: 'Sales tax (state)' },
  async run(ctx, input, tx) {
    const { id, metadata, ...plain } = input;
    const row = await tx
      .updateTable('tax_rates')
      .set({
        ...plain,
        ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
        updated_at: ctx.env.clock.now(),
      })
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
      .catch(refuseSecond);
    if (!row) throw notFound('tax rate', id);
    return taxRateObject(row);
  },
});
