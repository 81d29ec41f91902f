// What a customer may change a subscription to: the plans that the account, or the session, lets them choose among, in the currency that
// the subscription has. Reads only.

import { itemFor } from '../billing/item.ts';
import type { Item, SubscriptionRow } from '../billing/subscription.ts';
import { findPrices, type PriceNow } from '../catalog/price.ts';
import { isFault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import type { PortalSessionRow } from './portal-session.ts';
import type { PortalSettings } from './settings.ts';

/** Nobody chooses among more; a product with more prices shows those that were made last. */
const most = 20;

/** The present plan is always among them, first. */
export async function choicesFor(
  ctx: Ctx,
  s: SubscriptionRow,
  settings: PortalSettings,
  session: Pick<PortalSessionRow, 'change_to_products'>,
  quantity = s.quantity,
): Promise<Item[]> {
  const products = session.change_to_products ?? settings.change_to_products;
  const prices = session.change_to_products ? [] : settings.change_to_prices;
  const ids = await priceIds(ctx, products, prices);
  const choices: Item[] = [s.item];
  for (const { price } of await findPrices(ctx.env.db.query, ctx.account.account_id, ids)) {
    if (price.id === s.item.price || choices.length >= most) continue;
    const item = await sold(ctx, price, s, quantity);
    if (item) choices.push(item);
  }
  return choices;
}

async function priceIds(ctx: Ctx, products: string[], prices: string[]): Promise<string[]> {
  if (products.length === 0) return prices;
  const rows = await ctx.env.db.query
    .selectFrom('prices')
    .select('id')
    .where('account_id', '=', ctx.account.account_id)
    .where('product_id', 'in', products)
    .where('type', '=', 'recurring')
    .where('active', '=', true)
    .orderBy('id', 'desc')
    .limit(2 * most)
    .execute();
  return [...prices, ...rows.map((row) => row.id)];
}

/** Undefined: archived since, metered, or not sold in this currency. */
async function sold(
  ctx: Ctx,
  price: PriceNow['price'],
  s: SubscriptionRow,
  quantity: number,
): Promise<Item | undefined> {
  try {
    const wanted = { price: price.id, quantity, currency: s.currency };
    return (await itemFor(ctx.env.db.query, ctx.account.account_id, wanted)).item;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
