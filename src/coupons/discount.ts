// What a coupon takes off, line by line, and why a code is refused. Pure: the same coupon, code and order make the same answer.

import { allocate, portion } from '../kit/allocate.ts';
import type { Currency } from '../kit/money.ts';

export type Amounts = Partial<Record<Currency, number>>;

export type CouponTerms = {
  discount_type: 'percentage' | 'fixed_amount';
  percentage_bps: number | null;
  fixed_amounts: Amounts | null;
  applies_to: 'all' | 'products' | 'prices';
  product_ids: string[];
  price_ids: string[];
  valid_from: Date | null;
  valid_until: Date | null;
  max_redemptions: number | null;
  minimum_amounts: Amounts;
  times_reserved: number;
  times_redeemed: number;
  deleted_at: Date | null;
};

export type CodeTerms = {
  active: boolean;
  customer_ids: string[];
  max_redemptions: number | null;
  minimum_amounts: Amounts;
  valid_from: Date | null;
  expires_at: Date | null;
  times_reserved: number;
  times_redeemed: number;
};

/** What is bought: `product` and `price` are null for a line without a price. */
export type DiscountedLine = { amount: number; product: string | null; price: string | null };

export const refusals = [
  'unknown',
  'inactive',
  'not_started',
  'expired',
  'used_up',
  'currency',
  'minimum',
  'not_applicable',
  'customer',
  'first_order',
  'per_customer',
] as const;
export type Refusal = (typeof refusals)[number];
export type Refused = { refused: Refusal; minimum: number | null };
export type Discounted = { amount: number; lines: number[] };

const refuse = (refused: Refusal, minimum: number | null = null): Refused => ({ refused, minimum });

/** The ladder for what can be told from coupon and code alone. What the customer did before is asked where it is kept. */
export function refusalOf(
  coupon: CouponTerms,
  code: CodeTerms,
  order: { now: Date; subtotal: number; currency: Currency; customer: string | null },
): Refused | undefined {
  const { now, subtotal, currency, customer } = order;
  if (!code.active || coupon.deleted_at !== null) return refuse('inactive');
  for (const start of [coupon.valid_from, code.valid_from])
    if (start !== null && start > now) return refuse('not_started');
  for (const end of [coupon.valid_until, code.expires_at]) if (end !== null && end <= now) return refuse('expired');
  for (const { max_redemptions, times_reserved, times_redeemed } of [coupon, code])
    if (max_redemptions !== null && times_reserved + times_redeemed >= max_redemptions) return refuse('used_up');
  if (code.customer_ids.length > 0 && (customer === null || !code.customer_ids.includes(customer)))
    return refuse('customer');
  if (coupon.fixed_amounts !== null && coupon.fixed_amounts[currency] === undefined) return refuse('currency');
  for (const { minimum_amounts } of [coupon, code]) {
    if (Object.keys(minimum_amounts).length === 0) continue;
    const minimum = minimum_amounts[currency];
    if (minimum === undefined) return refuse('currency');
    if (subtotal < minimum) return refuse('minimum', minimum);
  }
  return undefined;
}

/** A fixed amount takes no more than what it applies to; the lines always make the amount. */
export function discountOf(
  coupon: CouponTerms,
  currency: Currency,
  lines: readonly DiscountedLine[],
): Discounted | Refused {
  const weights = lines.map((line) => (applies(coupon, line) ? line.amount : 0));
  const eligible = weights.reduce((a, b) => a + b, 0);
  if (eligible === 0) return refuse('not_applicable');
  const amount =
    coupon.percentage_bps !== null
      ? portion(eligible, coupon.percentage_bps, 10_000)
      : Math.min(eligible, coupon.fixed_amounts?.[currency] ?? 0);
  if (amount === 0) return refuse('not_applicable');
  return { amount, lines: allocate(amount, weights) };
}

export function applies(
  coupon: Pick<CouponTerms, 'applies_to' | 'product_ids' | 'price_ids'>,
  { product, price }: DiscountedLine,
): boolean {
  switch (coupon.applies_to) {
    case 'all':
      return true;
    case 'products':
      return product !== null && coupon.product_ids.includes(product);
    case 'prices':
      return price !== null && coupon.price_ids.includes(price);
    default:
      return coupon.applies_to satisfies never;
  }
}
