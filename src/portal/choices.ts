// What a customer may change a subscription to: the plans that the account, or the session, lets them choose among, in the currency that
// the subscription has. Reads only.

import { itemFor } from '../billing/item.ts';
import type { Item, SubscriptionRow } from '../billing/subscription.ts';
import { findPrices, type PriceNow } from '../catalog/price.ts';
import { isFault } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import type { PortalSessionRow } from './portal-session.ts';
import type { PortalSettings } from './settings.ts';

/** Nobody chooses among more; a product with more prices shows those that were made last. */
const most = 20;

export type Plans = (s: SubscriptionRow, quantity?: number) => Promise<Item[]>;

/**
 * The plans of one look at the portal: prices are read once, and each is worked out once for a currency and quantity, however many
 * subscriptions there are. The present plan is always among a subscription's, first.
 */
export function plansFor(
  ctx: Ctx,
  settings: PortalSettings,
  session: Pick<PortalSessionRow, 'change_to_products'>,
): Plans {
  const products = session.change_to_products ?? settings.change_to_products;
  const wanted = session.change_to_products ? [] : settings.change_to_prices;
  let known: Promise<PriceNow[]> | undefined;
  const items = new Map<string, Promise<Item | undefined>>();
  const itemOf = (price: PriceNow['price'], currency: Currency, quantity: number) => {
    const name = `${price.id} ${currency} ${quantity}`;
    const item = items.get(name) ?? sold(ctx, price, currency, quantity);
    items.set(name, item);
    return item;
  };
  return async (s, quantity = s.quantity) => {
    known ??= priceIds(ctx, products, wanted).then((ids) => findPrices(ctx.env.db.query, ctx.account.account_id, ids));
    const choices: Item[] = [s.item];
    for (const { price } of await known) {
      if (price.id === s.item.price || choices.length >= most) continue;
      const item = await itemOf(price, s.currency, quantity);
      if (item) choices.push(item);
    }
    return choices;
  };
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
  currency: Currency,
  quantity: number,
): Promise<Item | undefined> {
  try {
    const wanted = { price: price.id, quantity, currency };
    return (await itemFor(ctx.env.db.query, ctx.account.account_id, wanted)).item;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
