// The operations on meters: create, get, list, rename, deactivate, reactivate. What a meter counts and how is never changed: prices charge
// by it.

import { sql } from 'kysely';
import Type from 'typebox';
import { isDuplicate, type Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { Id, ListOf, Metadata, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { aggregations, findMeter, MeterObject, type MeterRow, meterObject } from './meter.ts';

const Key = Type.String({ minLength: 1, maxLength: 40, pattern: '^[A-Za-z0-9_.-]+$' });

export const createMeter = operation({
  name: 'meters.create',
  scope: 'meters:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a meter',
  description:
    'Counts the events of one name by customer. A recurring price with the pricing_model `usage` names it, and charges what it counted when a period is over.',
  input: Type.Object(
    {
      display_name: text(250),
      event_name: text(100, 'What its events are called; an active meter has it alone.'),
      aggregation: Type.Enum([...aggregations], {
        description:
          '`sum` of the values of a period, their greatest (`max`) or their `last` one, or the number of events (`count`).',
      }),
      customer_key: Type.Optional(Type.Unsafe<string>({ ...Key, description: '`customer` when left out.' })),
      value_key: Type.Optional(
        Type.Unsafe<string>({ ...Key, description: '`value` when left out; not with `count`.' }),
      ),
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: MeterObject,
  faults: ['parameter_invalid'],
  example: { display_name: 'API calls', event_name: 'api_call', aggregation: 'sum' },
  async run(ctx, input, tx) {
    const counts = input.aggregation === 'count';
    if (counts && input.value_key !== undefined)
      throw new Fault('parameter_invalid', 'Events that are counted have no value. Leave value_key out.', {
        param: 'value_key',
      });
    const customer_key = input.customer_key ?? 'customer';
    const value_key = counts ? null : (input.value_key ?? 'value');
    if (customer_key === value_key)
      throw new Fault('parameter_invalid', "'value_key' must differ from 'customer_key'.", { param: 'value_key' });
    const now = ctx.env.clock.now();
    const row = await tx
      .insertInto('meters')
      .values({
        account_id: ctx.account.account_id,
        id: newId('mtr', ctx.env),
        display_name: input.display_name,
        event_name: input.event_name,
        aggregation: input.aggregation,
        customer_key,
        value_key,
        metadata: JSON.stringify(input.metadata ?? {}),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTakenName);
    return meterObject(row as unknown as MeterRow);
  },
});

function refuseTakenName(error: unknown): never {
  if (!isDuplicate(error)) throw error;
  throw new Fault(
    'parameter_invalid',
    'Another active meter has this event name. Deactivate it, or choose another name.',
    {
      param: 'event_name',
      cause: error,
    },
  );
}

export const getMeter = operation({
  name: 'meters.get',
  scope: 'meters:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a meter',
  description: 'Deactivated ones, too.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: MeterObject,
  faults: ['not_found'],
  example: { id: '{meter}' },
  run: async (ctx, input) => meterObject(await findMeter(ctx.env.db.query, ctx.account.account_id, input.id)),
});

export const listMeters = operation({
  name: 'meters.list',
  scope: 'meters:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List meters',
  description: 'Newest first.',
  input: Type.Object(
    {
      ...pageFields,
      status: Type.Optional(Type.Enum(['active', 'inactive'])),
      event_name: Type.Optional(text(100)),
    },
    { additionalProperties: false },
  ),
  output: ListOf(MeterObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'meters',
      where: {
        account_id: ctx.account.account_id,
        event_name: input.event_name,
      },
      also: [
        input.status && (input.status === 'active' ? sql`deactivated_at is null` : sql`deactivated_at is not null`),
      ],
      show: each(meterObject),
    }),
});

export const updateMeter = operation({
  name: 'meters.update',
  scope: 'meters:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update a meter',
  description: 'Its display name and metadata. What it counts stays: make another meter for that.',
  input: Type.Object(
    { id: Id, display_name: Type.Optional(text(250)), metadata: Type.Optional(Metadata) },
    { additionalProperties: false },
  ),
  output: MeterObject,
  faults: ['not_found'],
  example: { id: '{meter}', display_name: 'Calls of the API' },
  async run(ctx, input, tx) {
    const { id, display_name, metadata } = input;
    return await change(tx, ctx.account.account_id, id, {
      ...(display_name === undefined ? {} : { display_name }),
      ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
      updated_at: ctx.env.clock.now(),
    });
  },
});

type Change = { display_name?: string; metadata?: string; deactivated_at?: Date | null; updated_at: Date };

async function change(tx: Tx, account_id: string, id: string, set: Change): Promise<MeterObject> {
  await findMeter(tx, account_id, id);
  const row = await tx
    .updateTable('meters')
    .set(set)
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch(refuseTakenName);
  return meterObject(row as unknown as MeterRow);
}

const switching = (active: boolean) =>
  operation({
    name: active ? 'meters.reactivate' : 'meters.deactivate',
    scope: 'meters:write',
    actors: ['secret', 'system'],
    kind: 'write',
    summary: active ? 'Reactivate a meter' : 'Deactivate a meter',
    description: active
      ? 'It takes events again, unless another active meter has its event name now.'
      : 'It takes no events from now on. What it counted is billed; no price can be made for it.',
    input: Type.Object({ id: Id }, { additionalProperties: false }),
    output: MeterObject,
    faults: active ? ['not_found', 'parameter_invalid'] : ['not_found'],
    example: { id: '{unused_meter}' },
    async run(ctx, input, tx) {
      const { account_id } = ctx.account;
      const before = await findMeter(tx, account_id, input.id);
      if ((before.deactivated_at === null) === active) return meterObject(before);
      const now = ctx.env.clock.now();
      return await change(tx, account_id, input.id, { deactivated_at: active ? null : now, updated_at: now });
    },
  });

export const deactivateMeter = switching(false);
export const reactivateMeter = switching(true);
