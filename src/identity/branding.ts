// How a merchant's checkout looks: what the merchant chose, and what follows from it. What customers see of it is web/checkout's.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor } from '../db/db.ts';
import type { Merchants } from '../db/types.ts';
import { textOn } from '../kit/color.ts';
import { nullable } from '../operation/fields.ts';

export const Corners = Type.Enum(['square', 'rounded', 'pill']);

export const Branding = Type.Object({
  color: nullable(Type.String({ description: 'Of the buttons, as `#rrggbb`. Null: the product’s own.' })),
  text_color: nullable(
    Type.String({
      description: 'Of the words on it, chosen by us so that they can be read (contrast of at least 4.5).',
    }),
  ),
  corners: Corners,
  icon_url: nullable(Type.String({ description: 'The picture in the browser’s tab.' })),
});
export type Branding = Static<typeof Branding>;

const columns = ['brand_color', 'brand_corners', 'brand_icon_url'] as const;

export const brandingObject = (row: Pick<Selectable<Merchants>, (typeof columns)[number]>): Branding => ({
  color: row.brand_color,
  text_color: row.brand_color === null ? null : textOn(row.brand_color),
  corners: row.brand_corners as Branding['corners'],
  icon_url: row.brand_icon_url,
});

/** For a page of the merchant's. */
export async function brandingOf(query: Executor, merchant_id: string): Promise<Branding> {
  const row = await query.selectFrom('merchants').select(columns).where('id', '=', merchant_id).executeTakeFirst();
  return row ? brandingObject(row) : { color: null, text_color: null, corners: 'rounded', icon_url: null };
}
