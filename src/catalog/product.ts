// A product: what a merchant sells. Its public shape, and how it is found. Amounts are its prices' (price.ts).

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { Products } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import type { Env } from '../operation/context.ts';
import { Metadata, nullable, text } from '../operation/fields.ts';
import type { TaxCategory } from './tax.ts';

export const TaxCategoryField = Type.Enum(
  ['digital_goods', 'ebook', 'software_service', 'physical_goods', 'professional_service', 'exempt'],
  { description: 'Which of your tax rates counts (see Tax rates); `exempt` owes none.' },
);

// A key is a language tag; the pattern keeps everything else out, as that of Metadata does.
export const LocalizedNames = Type.Record(
  Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$' }),
  text(250),
  {
    additionalProperties: false,
    maxProperties: 50,
    description: 'Language tag → name, for pages in that language: `{"de": "Bohnen"}`.',
  },
);
export type LocalizedNames = Static<typeof LocalizedNames>;

export type ProductRow = Omit<Selectable<Products>, 'localized_names' | 'tax_category' | 'metadata'> & {
  localized_names: LocalizedNames;
  tax_category: TaxCategory;
  metadata: Metadata;
};

export const ProductObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('product'),
    name: Type.String(),
    localized_names: LocalizedNames,
    description: nullable(Type.String()),
    image: nullable(Type.String({ description: 'From the product images call.' })),
    image_url: nullable(Type.String()),
    tax_category: TaxCategoryField,
    default_price: nullable(Type.String()),
    active: Type.Boolean({ description: 'False: archived. It is not sold anew.' }),
    metadata: Metadata,
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Product' },
);
export type ProductObject = Static<typeof ProductObject>;

export const imageUrl = (env: Env, image_id: string | null): string | null =>
  image_id === null ? null : `${env.config.public_url}/pictures/${image_id}`;

export const productObject = (env: Env, p: ProductRow): ProductObject => ({
  id: p.id,
  object: 'product',
  name: p.name,
  localized_names: p.localized_names,
  description: p.description,
  image: p.image_id,
  image_url: imageUrl(env, p.image_id),
  tax_category: p.tax_category,
  default_price: p.default_price_id,
  active: p.active,
  metadata: p.metadata,
  created_at: p.created_at.toISOString(),
  updated_at: p.updated_at.toISOString(),
});

export async function findProduct(
  query: Executor | Tx,
  account_id: string,
  id: string,
  param = 'product',
): Promise<ProductRow> {
  const row = await query
    .selectFrom('products')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('product', id, param);
  return row as unknown as ProductRow;
}

/** The names of several products in one language, where they have one. */
export async function localizedNames(
  query: Executor | Tx,
  account_id: string,
  ids: readonly string[],
  locale: string,
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await query
    .selectFrom('products')
    .select(['id', 'localized_names'])
    .where('account_id', '=', account_id)
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(
    (rows as unknown as Pick<ProductRow, 'id' | 'localized_names'>[]).flatMap((row) => {
      const name = localizedName(row, locale);
      return name === undefined ? [] : [[row.id, name]];
    }),
  );
}

/** Held until the transaction ends: what is decided by the product's state stays right. */
export async function lockProduct(tx: Tx, account_id: string, id: string, param = 'product'): Promise<ProductRow> {
  const row = await tx
    .selectFrom('products')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('product', id, param);
  return row as unknown as ProductRow;
}

/** `pt-BR` takes `pt-BR`, else `pt`, else the name itself. */
export const nameIn = (product: Pick<ProductRow, 'name' | 'localized_names'>, locale: string | null): string =>
  (locale === null ? undefined : localizedName(product, locale)) ?? product.name;

/** Undefined when the merchant gave no name in that language. */
export function localizedName(product: Pick<ProductRow, 'localized_names'>, locale: string): string | undefined {
  const names = new Map(Object.entries(product.localized_names).map(([tag, name]) => [tag.toLowerCase(), name]));
  const wanted = locale.toLowerCase();
  return names.get(wanted) ?? names.get(wanted.split('-')[0] ?? wanted);
}
