// What a coupon takes off the lines of an invoice, for as long as it lasts. Its terms are the subscription's own from the day it was
// given: an edit or a deletion of the coupon changes nothing. Pure; the parts of the lines always make the discount.

import { type Amounts, applies, type CouponTerms } from '../coupons/discount.ts';
import type { Given } from '../coupons/subscription-redemption.ts';
import { allocate, portion } from '../kit/allocate.ts';
import type { Currency } from '../kit/money.ts';
import { boundaryOf } from './cycle.ts';
import type { LineDraft } from './invoice-sums.ts';
import { floorShare } from './proration.ts';

/** Times are text, as they are in JSON. */
export type SubscriptionDiscount = Pick<CouponTerms, 'percentage_bps' | 'applies_to' | 'product_ids' | 'price_ids'> & {
  fixed_amounts: Amounts | null;
  coupon: string;
  name: string;
  promotion_code: string | null;
  code: string | null;
  duration: 'once' | 'repeating' | 'forever';
  duration_months: number | null;
  /** It counts for what is billed for the time from then on, and before `ends_at`. */
  starts_at: string;
  ends_at: string | null;
  /** Of one that counts once: the invoice that has it. */
  invoice: string | null;
};

export function discountFrom({ coupon, code }: Given, starts_at: Date, time_zone: string): SubscriptionDiscount {
  const { duration, duration_months } = coupon;
  const cycle = { anchor: starts_at, interval: 'month', interval_count: 1, time_zone } as const;
  const ends_at = duration === 'repeating' && duration_months ? boundaryOf(cycle, duration_months) : null;
  return {
    coupon: coupon.id,
    name: coupon.name,
    promotion_code: code?.id ?? null,
    code: code?.code ?? null,
    percentage_bps: coupon.percentage_bps,
    fixed_amounts: coupon.fixed_amounts,
    applies_to: coupon.applies_to,
    product_ids: coupon.product_ids,
    price_ids: coupon.price_ids,
    duration,
    duration_months,
    starts_at: starts_at.toISOString(),
    ends_at: ends_at?.toISOString() ?? null,
    invoice: null,
  };
}

function counts(discount: SubscriptionDiscount, line: LineDraft): boolean {
  // What is given back was discounted when it was sold; what was worked out before stays.
  if (line.amount <= 0 || (line.discount ?? null) !== null) return false;
  const start = Date.parse(line.period_start);
  if (start < Date.parse(discount.starts_at)) return false;
  if (discount.ends_at !== null && start >= Date.parse(discount.ends_at)) return false;
  return applies(discount, { amount: line.amount, product: line.item.product, price: line.item.price });
}

/** By line, in their order. */
export function discountParts(
  discount: SubscriptionDiscount | null,
  currency: Currency,
  lines: readonly LineDraft[],
): number[] {
  if (!discount || discount.invoice !== null) return lines.map(() => 0);
  const weights = lines.map((line) => (counts(discount, line) ? line.amount : 0));
  if (discount.percentage_bps !== null) {
    const amount = portion(sumOf(weights), discount.percentage_bps, 10_000);
    return amount === 0 ? lines.map(() => 0) : allocate(amount, weights);
  }
  const fixed = discount.fixed_amounts?.[currency] ?? 0;
  // Of a part of a period it takes that part off; one that counts once gives all it has.
  const part = (line: LineDraft) => line.proration && discount.duration !== 'once';
  const whole = weights.map((weight, i) => (lines[i] && part(lines[i]) ? 0 : weight));
  const amount = Math.min(fixed, sumOf(whole));
  const shares = amount === 0 ? lines.map(() => 0) : allocate(amount, whole);
  return lines.map((line, i) =>
    weights[i] && part(line)
      ? Math.min(line.amount, floorShare(fixed, line.amount, line.item.amount))
      : (shares[i] ?? 0),
  );
}

/** The invoice that took it is void: it counts for the next one. */
export const givenBack = (discount: SubscriptionDiscount | null, invoice_id: string): SubscriptionDiscount | null =>
  discount?.invoice === invoice_id ? { ...discount, invoice: null } : discount;

const sumOf = (list: readonly number[]) => list.reduce((all, one) => all + one, 0);
