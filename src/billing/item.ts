// What a subscription sells, from a price of the catalog: worked out once, for one quantity and currency.

import { findPrice, findSnapshot, type PriceNow, type SnapshotRow, termsIn } from '../catalog/price.ts';
import { amountOf, type Terms } from '../catalog/pricing.ts';
import { findProduct } from '../catalog/product.ts';
import type { TaxCategory } from '../catalog/tax.ts';
import type { Executor, Tx } from '../db/db.ts';
import { must } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Item, ItemUsage, Phase } from './subscription.ts';

type Wanted = { price: string; quantity: number; currency?: Currency; param?: string };

const bad = (param: string, message: string) => new Fault('parameter_invalid', message, { param });

/** Under the price's terms of now. Without a currency it is sold in the price's own. */
export async function itemFor(
  query: Executor | Tx,
  account_id: string,
  { price: id, quantity, currency, param = 'price' }: Wanted,
): Promise<{ item: Item; currency: Currency }> {
  const found = await findPrice(query, account_id, id, param);
  const product = await query
    .selectFrom('products')
    .select(['id', 'name', 'tax_category', 'active'])
    .where('account_id', '=', account_id)
    .where('id', '=', found.price.product_id)
    .executeTakeFirstOrThrow();
  if (!found.price.active || !product.active)
    throw bad(param, 'This price, or its product, is archived: it is not sold anew. Choose another price.');
  const chosen = currency ?? must(found.snapshot.amounts[0], 'a price has an amount').currency;
  const { id: product_id, name, tax_category } = product;
  const item = itemOf(found, { quantity, currency: chosen, param }, product_id, name, tax_category as TaxCategory);
  return { item, currency: chosen };
}

/** The same terms as before, for another quantity. */
export async function itemAgain(
  query: Executor | Tx,
  account_id: string,
  before: Item,
  quantity: number,
  currency: Currency,
): Promise<Item> {
  const row = await query
    .selectFrom('price_snapshots')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', before.price_snapshot)
    .executeTakeFirstOrThrow();
  if (before.usage) throw usageHasNoQuantity();
  const snapshot = row as unknown as SnapshotRow;
  const amount = amountOf(termsIn(snapshot), currency, quantity);
  return { ...before, quantity, amount: must(amount, 'what was sold in a currency is sold in it') };
}

/** Under the terms that were shown when it was sold, whatever has become of the price since. */
export async function soldUnder(
  query: Executor | Tx,
  account_id: string,
  snapshot_id: string,
  quantity: number,
  currency: Currency,
): Promise<Item> {
  const snapshot = await findSnapshot(query, account_id, snapshot_id);
  const { price } = await findPrice(query, account_id, snapshot.price_id);
  const { name, tax_category } = await findProduct(query, account_id, price.product_id);
  return itemOf({ price, snapshot }, { quantity, currency }, price.product_id, name, tax_category);
}

function itemOf(
  { price, snapshot }: PriceNow,
  { quantity, currency, param = 'price' }: Omit<Wanted, 'price'> & { currency: Currency },
  product: string,
  product_name: string,
  tax_category: TaxCategory,
): Item {
  const { billing_interval: interval, interval_count, trial_days, pricing_model } = snapshot;
  if (price.type !== 'recurring' || interval === null)
    throw bad(param, 'A subscription needs a recurring price; this one is paid once.');
  const { meter_id } = snapshot;
  if (pricing_model === 'usage' && meter_id === null)
    throw new Fault('state_invalid', "This price names no meter. Update it with a 'meter' first.", { param });
  if (meter_id !== null && quantity !== 1) throw usageHasNoQuantity();
  const terms = termsIn(snapshot);
  // Nothing is charged for usage in advance.
  const amount = amountOf(terms, currency, meter_id === null ? quantity : 0);
  if (amount === undefined) {
    const sold = snapshot.amounts.map((one) => one.currency).join(', ');
    throw new Fault('currency_unsupported', `This price is not sold in ${currency}, only in ${sold}.`, { param });
  }
  return {
    product,
    product_name,
    tax_category,
    price: price.id,
    price_snapshot: snapshot.id,
    quantity,
    pricing_model,
    unit_amount: snapshot.amounts.find((one) => one.currency === currency)?.unit_amount ?? null,
    amount,
    interval,
    interval_count: interval_count ?? 1,
    trial_days: trial_days ?? 0,
    ...(meter_id === null ? {} : { usage: usageOf(terms, meter_id, currency) }),
  };
}

const usageHasNoQuantity = () =>
  new Fault('parameter_invalid', 'What is charged by usage has no quantity. Leave it out.', { param: 'quantity' });

const usageOf = (
  { amounts, tiers_mode = null, transform_quantity }: Terms,
  meter: string,
  currency: Currency,
): ItemUsage => ({
  meter,
  tiers: amounts.find((one) => one.currency === currency)?.tiers ?? null,
  tiers_mode,
  transform_quantity,
});

export type PhaseInput = { price: string; quantity?: number; cycles?: number };

/** What follows one another; only the last may be without end. */
export async function phasesFor(
  query: Executor | Tx,
  account_id: string,
  inputs: readonly PhaseInput[],
  currency: Currency,
): Promise<Phase[]> {
  const phases: Phase[] = [];
  for (const [i, { price, quantity = 1, cycles }] of inputs.entries()) {
    if (cycles === undefined && i < inputs.length - 1)
      throw new Fault(
        'parameter_missing',
        `'phases[${i}].cycles' is required: another phase follows, so this one must end.`,
        {
          param: `phases[${i}].cycles`,
        },
      );
    const { item } = await itemFor(query, account_id, { price, quantity, currency, param: `phases[${i}].price` });
    phases.push({ ...item, cycles: cycles ?? null });
  }
  return phases;
}
