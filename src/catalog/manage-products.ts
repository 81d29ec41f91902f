// The operations on products: image, create, get, list, update, archive, unarchive.

import { sql } from 'kysely';
import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import type { Products } from '../db/types.ts';
import { emit } from '../events/emit.ts';
import { keepPicture, ProductPicture, pictureCompany } from '../identity/picture.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, Ids, ListOf, Metadata, nullable, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import {
  findProduct,
  LocalizedNames,
  lockProduct,
  ProductObject,
  type ProductRow,
  productObject,
  TaxCategoryField,
} from './product.ts';

/** The smallest PNG: one grey pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

export const createProductImage = operation({
  name: 'product_images.create',
  scope: 'products:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Upload a product image',
  description:
    'A PNG, JPEG, GIF or WebP of at most 5 MB, as base64 inside JSON. It is drawn anew, so only the picture is kept. Give its `id` as the `image` of a product.',
  input: ProductPicture,
  output: Type.Object(
    { id: Type.String(), object: Type.Literal('product_image'), url: Type.String() },
    { title: 'Product image' },
  ),
  faults: ['parameter_invalid', 'body_too_large'],
  example: { content_base64: pixel },
  async run(ctx, input, tx) {
    const company_id = await pictureCompany(tx, ctx.account.merchant_id);
    const url = await keepPicture(ctx.env, tx, company_id, input, 'product');
    return { id: url.slice(url.lastIndexOf('/') + 1), object: 'product_image' as const, url };
  },
});

const fields = {
  localized_names: Type.Optional(LocalizedNames),
  tax_category: Type.Optional(TaxCategoryField),
  metadata: Type.Optional(Metadata),
};

export const createProduct = operation({
  name: 'products.create',
  scope: 'products:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a product',
  description: 'What you sell. For how much is said by its prices. `tax_category` is `digital_goods` when left out.',
  input: Type.Object(
    { name: text(250), description: Type.Optional(text(500)), image: Type.Optional(Id), ...fields },
    { additionalProperties: false },
  ),
  output: ProductObject,
  faults: ['not_found', 'parameter_invalid'],
  example: {
    name: 'Coffee beans, 1 kg',
    localized_names: { de: 'Kaffeebohnen, 1 kg' },
    tax_category: 'physical_goods',
  },
  async run(ctx, input, tx) {
    if (input.image !== undefined) await refuseForeignImage(ctx, tx, input.image);
    const now = ctx.env.clock.now();
    const row = await tx
      .insertInto('products')
      .values({
        account_id: ctx.account.account_id,
        id: newId('prod', ctx.env),
        name: input.name,
        localized_names: JSON.stringify(input.localized_names ?? {}),
        description: input.description ?? null,
        image_id: input.image ?? null,
        tax_category: input.tax_category ?? 'digital_goods',
        metadata: JSON.stringify(input.metadata ?? {}),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return await told(ctx, tx, row as unknown as ProductRow, 'product.created');
  },
});

async function told(ctx: Ctx, tx: Tx, row: ProductRow, type: 'product.created' | 'product.updated') {
  const object = productObject(ctx.env, row);
  await emit(ctx, tx, type, object);
  return object;
}

async function refuseForeignImage(ctx: Ctx, tx: Tx, image: string): Promise<void> {
  const company_id = await pictureCompany(tx, ctx.account.merchant_id);
  const row = await tx
    .selectFrom('pictures')
    .select('id')
    .where('id', '=', image)
    .where('company_id', '=', company_id)
    .executeTakeFirst();
  if (!row) throw notFound('product image', image, 'image');
}

export const getProduct = operation({
  name: 'products.get',
  scope: 'products:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a product',
  description: 'Archived ones, too.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: ProductObject,
  faults: ['not_found'],
  example: { id: '{product}' },
  run: async (ctx, input) =>
    productObject(ctx.env, await findProduct(ctx.env.db.query, ctx.account.account_id, input.id, 'id')),
});

export const listProducts = operation({
  name: 'products.list',
  scope: 'products:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List products',
  description: 'Newest first.',
  input: Type.Object(
    {
      ...pageFields,
      ids: Type.Optional(Ids),
      active: Type.Optional(Type.Boolean()),
      name: Type.Optional(text(250, 'A part of the name; capitals and small letters are the same.')),
    },
    { additionalProperties: false },
  ),
  output: ListOf(ProductObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'products',
      where: {
        account_id: ctx.account.account_id,
        id: { in: input.ids },
        active: input.active,
      },
      // What was typed is text: a per cent sign or an underscore stands for itself.
      also: [input.name !== undefined && sql`name ilike ${`%${input.name.replaceAll(/[\\%_]/g, '\\$&')}%`}`],
      show: each((row: ProductRow) => productObject(ctx.env, row)),
    }),
});

export const updateProduct = operation({
  name: 'products.update',
  scope: 'products:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update a product',
  description:
    'Fields left out stay as they are; `metadata` and `localized_names` are replaced whole. `null` takes `description`, `image` or `default_price` away.',
  input: Type.Object(
    {
      id: Id,
      name: Type.Optional(text(250)),
      description: Type.Optional(nullable(text(500))),
      image: Type.Optional(nullable(Id)),
      default_price: Type.Optional(nullable(Id)),
      ...fields,
    },
    { additionalProperties: false },
  ),
  output: ProductObject,
  faults: ['not_found', 'parameter_invalid', 'state_invalid'],
  example: { id: '{product}', name: 'Coffee beans, 1 kg bag' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    await lockProduct(tx, account_id, input.id, 'id');
    if (typeof input.image === 'string') await refuseForeignImage(ctx, tx, input.image);
    if (typeof input.default_price === 'string')
      await refuseForeignPrice(tx, account_id, input.id, input.default_price);
    const { id, image, default_price, localized_names, metadata, ...plain } = input;
    return await change(ctx, tx, id, {
      ...plain,
      ...(image === undefined ? {} : { image_id: image }),
      ...(default_price === undefined ? {} : { default_price_id: default_price }),
      ...(localized_names === undefined ? {} : { localized_names: JSON.stringify(localized_names) }),
      ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
    });
  },
});

async function refuseForeignPrice(tx: Tx, account_id: string, product_id: string, id: string): Promise<void> {
  const price = await tx
    .selectFrom('prices')
    .select('active')
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .where('product_id', '=', product_id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!price) throw notFound('price of this product', id, 'default_price');
  if (!price.active)
    throw new Fault('state_invalid', 'An archived price cannot be the default. Unarchive it, or choose another one.', {
      param: 'default_price',
    });
}

type Changes = { [Column in keyof Products]?: unknown };

/** Also the way of a price that is made the default of its product. */
export async function change(ctx: Ctx, tx: Tx, id: string, changes: Changes): Promise<ProductObject> {
  const row = await tx
    .updateTable('products')
    .set({ ...(changes as object), updated_at: ctx.env.clock.now() })
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return await told(ctx, tx, row as unknown as ProductRow, 'product.updated');
}

const switching = (active: boolean) =>
  operation({
    name: active ? 'products.unarchive' : 'products.archive',
    scope: 'products:write',
    actors: ['secret', 'system'],
    kind: 'write',
    summary: active ? 'Unarchive a product' : 'Archive a product',
    description: active
      ? 'Its prices can be sold again.'
      : 'None of its prices is sold anew. Sessions that are open and what runs already stay as they are.',
    input: Type.Object({ id: Id }, { additionalProperties: false }),
    output: ProductObject,
    faults: ['not_found'],
    example: { id: '{unused_product}' },
    async run(ctx, input, tx) {
      const row = await lockProduct(tx, ctx.account.account_id, input.id, 'id');
      if (row.active === active) return productObject(ctx.env, row);
      return await change(ctx, tx, row.id, { active });
    },
  });

export const archiveProduct = switching(false);
export const unarchiveProduct = switching(true);
