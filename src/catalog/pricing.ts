// What a quantity costs under the terms of a price. Pure: whole minor units in, whole minor units out; no float touches them.

import { assert, must } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import { type Currency, maxAmount } from '../kit/money.ts';

export const pricingModels = ['flat', 'per_seat', 'tiered_graduated', 'tiered_volume', 'usage'] as const;
export type PricingModel = (typeof pricingModels)[number];

/** Up to and with `up_to`; null is without end, and stands last. */
export type Tier = { up_to: number | null; unit_amount: number; flat_amount: number };
export type PriceAmount = { currency: Currency; unit_amount: number | null; tiers: Tier[] | null };
export type TransformQuantity = { divide_by: number; round: 'up' | 'down' };

export const tiersModes = ['graduated', 'volume'] as const;
export type TiersMode = (typeof tiersModes)[number];

export type Terms = {
  pricing_model: PricingModel;
  amounts: PriceAmount[];
  transform_quantity: TransformQuantity | null;
  /** Of a price by usage that is tiered. */
  tiers_mode?: TiersMode | null;
};

/** How the tiers of a price are counted; null: it has none. */
export function tiersModeOf({ pricing_model, tiers_mode = null }: Pick<Terms, 'pricing_model' | 'tiers_mode'>) {
  if (pricing_model === 'usage') return tiers_mode;
  return pricing_model === 'tiered_graduated' ? 'graduated' : pricing_model === 'tiered_volume' ? 'volume' : null;
}

/** Undefined when the price is not sold in this currency. */
export function amountOf(terms: Terms, currency: Currency, quantity: number): number | undefined {
  const amount = terms.amounts.find((one) => one.currency === currency);
  if (!amount) return undefined;
  assert(Number.isSafeInteger(quantity) && quantity >= 0, 'a quantity is a whole number');
  const counted = BigInt(transformed(quantity, terms.transform_quantity));
  const mode = tiersModeOf(terms);
  const cost = mode
    ? tieredCost(mode === 'graduated', must(amount.tiers, 'a tiered price has tiers'), counted)
    : counted * BigInt(must(amount.unit_amount, 'a price without tiers has one amount'));
  if (cost > BigInt(maxAmount))
    throw new Fault(
      'amount_too_large',
      `${quantity} of this price cost more than an amount can hold. Lower the quantity.`,
      {
        param: 'quantity',
      },
    );
  return Number(cost);
}

/** Packs of ten: 11 are two packs when rounded up, one when rounded down. */
export function transformed(quantity: number, transform: TransformQuantity | null): number {
  if (!transform) return quantity;
  const rest = quantity % transform.divide_by;
  const packs = (quantity - rest) / transform.divide_by;
  return rest > 0 && transform.round === 'up' ? packs + 1 : packs;
}

function tieredCost(graduated: boolean, tiers: Tier[], quantity: bigint): bigint {
  // Nothing is bought, so no tier is entered and none of their flat amounts is due.
  if (quantity === 0n) return 0n;
  if (!graduated) {
    const tier = must(
      tiers.find((one) => one.up_to === null || quantity <= BigInt(one.up_to)),
      'the last tier has no end',
    );
    return quantity * BigInt(tier.unit_amount) + BigInt(tier.flat_amount);
  }
  let cost = 0n;
  let below = 0n;
  for (const tier of tiers) {
    if (quantity <= below) break;
    const end = tier.up_to === null || quantity < BigInt(tier.up_to) ? quantity : BigInt(tier.up_to);
    cost += (end - below) * BigInt(tier.unit_amount) + BigInt(tier.flat_amount);
    below = end;
  }
  return cost;
}
