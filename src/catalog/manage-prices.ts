// The operations on prices: create, get, list, update, archive, unarchive, and the history of their terms. Terms are never changed in
// place: each edit writes another snapshot.

import Type from 'typebox';
import { isDuplicate, type Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { refuseMeter } from '../meters/meter.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, Ids, ListOf, Metadata, nullable, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { change as changeProduct } from './manage-products.ts';
import {
  findPrice,
  lockPrice,
  type PriceNow,
  PriceObject,
  type PriceRow,
  priceObject,
  SnapshotObject,
  type SnapshotRow,
  snapshotObject,
  withSnapshots,
} from './price.ts';
import { lockProduct } from './product.ts';
import { AmountsInput, type StoredTerms, termsInput, termsOf } from './terms.ts';

const named = {
  metadata: Type.Optional(Metadata),
  priority: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: 'Your order among the prices of a product; 0 when left out.',
    }),
  ),
  default: Type.Optional(Type.Boolean({ description: 'True: make it the default price of its product.' })),
};

export const createPrice = operation({
  name: 'prices.create',
  scope: 'prices:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a price',
  description:
    'One price holds its amounts in several currencies. A `recurring` price says its cycle: a subscription is made of it. With the pricing_model `usage` it charges what a `meter` counted, when a period is over.',
  input: Type.Object(
    {
      product: Id,
      type: Type.Optional(Type.Enum(['one_time', 'recurring'], { description: '`one_time` when left out.' })),
      ...termsInput,
      amounts: AmountsInput,
      nickname: Type.Optional(text(250)),
      lookup_key: Type.Optional(text(200)),
      ...named,
    },
    { additionalProperties: false },
  ),
  output: PriceObject,
  faults: ['not_found', 'parameter_invalid', 'currency_unsupported', 'state_invalid'],
  example: {
    product: '{product}',
    amounts: [
      { currency: 'USD', unit_amount: 1999 },
      { currency: 'EUR', unit_amount: 1890 },
    ],
  },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const type = input.type ?? 'one_time';
    const terms = termsOf(input, type);
    if (terms.meter_id !== null) await refuseMeter(tx, account_id, terms.meter_id);
    const product = await lockProduct(tx, account_id, input.product);
    if (!product.active)
      throw new Fault('state_invalid', 'This product is archived. Unarchive it before you add a price.', {
        param: 'product',
      });
    const now = ctx.env.clock.now();
    const id = newId('price', ctx.env);
    const snapshot = await writeSnapshot(ctx, tx, id, terms, now);
    const row = await tx
      .insertInto('prices')
      .values({
        account_id,
        id,
        product_id: product.id,
        type,
        snapshot_id: snapshot.id,
        nickname: input.nickname ?? null,
        lookup_key: input.lookup_key ?? null,
        priority: input.priority ?? 0,
        metadata: JSON.stringify(input.metadata ?? {}),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTakenKey);
    if (input.default) await changeProduct(ctx, tx, product.id, { default_price_id: id });
    return await told(ctx, tx, { price: row as unknown as PriceRow, snapshot }, 'price.created');
  },
});

function refuseTakenKey(error: unknown): never {
  if (!isDuplicate(error)) throw error;
  throw new Fault('parameter_invalid', 'Another price has this lookup key. Take it from that one, or choose another.', {
    param: 'lookup_key',
    cause: error,
  });
}

async function writeSnapshot(ctx: Ctx, tx: Tx, price_id: string, terms: StoredTerms, at: Date): Promise<SnapshotRow> {
  const { account_id } = ctx.account;
  const row = await tx
    .insertInto('price_snapshots')
    .values({
      account_id,
      id: newId('psnap', ctx.env),
      price_id,
      ...terms,
      amounts: JSON.stringify(terms.amounts),
      created_at: at,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return row as unknown as SnapshotRow;
}

async function told(ctx: Ctx, tx: Tx, now: PriceNow, type: 'price.created' | 'price.updated') {
  const object = priceObject(now);
  await emit(ctx, tx, type, object);
  return object;
}

export const getPrice = operation({
  name: 'prices.get',
  scope: 'prices:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a price',
  description: 'With the terms of now. Archived ones, too.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PriceObject,
  faults: ['not_found'],
  example: { id: '{price}' },
  run: async (ctx, input) => priceObject(await findPrice(ctx.env.db.query, ctx.account.account_id, input.id, 'id')),
});

export const listPrices = operation({
  name: 'prices.list',
  scope: 'prices:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List prices',
  description: 'Newest first.',
  input: Type.Object(
    {
      ...pageFields,
      ids: Type.Optional(Ids),
      product: Type.Optional(Id),
      active: Type.Optional(Type.Boolean()),
      type: Type.Optional(Type.Enum(['one_time', 'recurring'])),
      lookup_key: Type.Optional(text(200)),
    },
    { additionalProperties: false },
  ),
  output: ListOf(PriceObject),
  faults: ['parameter_invalid'],
  run(ctx, input) {
    const { account_id } = ctx.account;
    const { query } = ctx.env.db;
    return readList(query, input, {
      from: 'prices',
      where: {
        account_id,
        id: { in: input.ids },
        product_id: input.product,
        active: input.active,
        type: input.type,
        lookup_key: input.lookup_key,
      },
      show: async (rows: PriceRow[]) => (await withSnapshots(query, account_id, rows)).map(priceObject),
    });
  },
});

export const updatePrice = operation({
  name: 'prices.update',
  scope: 'prices:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update a price',
  description:
    'A change of the terms writes a new snapshot; what was sold under an earlier one keeps it. Product and type stay. Fields left out stay as they are.',
  input: Type.Object(
    {
      id: Id,
      ...termsInput,
      nickname: Type.Optional(nullable(text(250))),
      lookup_key: Type.Optional(nullable(text(200))),
      ...named,
    },
    { additionalProperties: false },
  ),
  output: PriceObject,
  faults: ['not_found', 'parameter_invalid', 'currency_unsupported', 'state_invalid'],
  example: { id: '{price}', amounts: [{ currency: 'USD', unit_amount: 2099 }] },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const { id, amounts, pricing_model, recurring, transform_quantity, meter, tiers_mode, ...rest } = input;
    const { default: chosen, metadata, ...plain } = rest;
    // The product first, as everywhere: two edits never wait for each other in a ring.
    const known = await findPrice(tx, account_id, id, 'id');
    if (chosen !== undefined) await lockProduct(tx, account_id, known.price.product_id);
    const before = await lockPrice(tx, account_id, id);
    const parts = [amounts, pricing_model, recurring, transform_quantity, meter, tiers_mode];
    const edits = parts.some((part) => part !== undefined);
    const terms = edits ? termsOf(input, before.price.type, before.snapshot) : undefined;
    if (terms?.meter_id && terms.meter_id !== before.snapshot.meter_id)
      await refuseMeter(tx, account_id, terms.meter_id);
    if (chosen && !before.price.active)
      throw new Fault('state_invalid', 'An archived price cannot be the default. Unarchive it first.', {
        param: 'default',
      });
    if (chosen === false)
      throw new Fault('parameter_invalid', "To take the default away, update the product's default_price.", {
        param: 'default',
      });
    const snapshot = terms ? await writeSnapshot(ctx, tx, id, terms, ctx.env.clock.now()) : before.snapshot;
    const row = await tx
      .updateTable('prices')
      .set({
        ...plain,
        ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
        snapshot_id: snapshot.id,
        updated_at: ctx.env.clock.now(),
      })
      .where('account_id', '=', account_id)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTakenKey);
    if (chosen) await changeProduct(ctx, tx, before.price.product_id, { default_price_id: id });
    return await told(ctx, tx, { price: row as unknown as PriceRow, snapshot }, 'price.updated');
  },
});

const switching = (active: boolean) =>
  operation({
    name: active ? 'prices.unarchive' : 'prices.archive',
    scope: 'prices:write',
    actors: ['secret', 'system'],
    kind: 'write',
    summary: active ? 'Unarchive a price' : 'Archive a price',
    description: active
      ? 'It can be sold again, if its product can.'
      : 'It is not sold anew. The default price of a product cannot be archived: choose another one first.',
    input: Type.Object({ id: Id }, { additionalProperties: false }),
    output: PriceObject,
    faults: ['not_found', 'state_invalid'],
    example: { id: '{unused_price}' },
    async run(ctx, input, tx) {
      const { account_id } = ctx.account;
      const known = await findPrice(tx, account_id, input.id, 'id');
      const product = await lockProduct(tx, account_id, known.price.product_id);
      const now = await lockPrice(tx, account_id, input.id);
      if (now.price.active === active) return priceObject(now);
      if (!active && product.default_price_id === input.id)
        throw new Fault(
          'state_invalid',
          "This is the default price of its product. Update the product's default_price first.",
          { param: 'id' },
        );
      const row = await tx
        .updateTable('prices')
        .set({ active, updated_at: ctx.env.clock.now() })
        .where('account_id', '=', account_id)
        .where('id', '=', input.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return await told(ctx, tx, { ...now, price: row as unknown as PriceRow }, 'price.updated');
    },
  });

export const archivePrice = switching(false);
export const unarchivePrice = switching(true);

export const listSnapshots = operation({
  name: 'prices.snapshots',
  scope: 'prices:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List the snapshots of a price',
  description: 'Every terms it ever had, newest first. None is ever changed.',
  input: Type.Object({ id: Id, ...pageFields }, { additionalProperties: false }),
  output: ListOf(SnapshotObject),
  faults: ['not_found', 'parameter_invalid'],
  example: { id: '{price}' },
  async run(ctx, input) {
    const { account_id } = ctx.account;
    await findPrice(ctx.env.db.query, account_id, input.id, 'id');
    return await readList(ctx.env.db.query, input, {
      from: 'price_snapshots',
      where: { account_id, price_id: input.id },
      show: each(snapshotObject),
    });
  },
});
