// The discount of a running subscription: given, replaced, taken away. What was billed stays as it was billed.

import { codeText } from '../coupons/promotion-code.ts';
import { confirmForSubscription } from '../coupons/subscription-redemption.ts';
import { findCustomer } from '../customers/customer.ts';
import type { Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { discountFrom } from './discount.ts';
import { type DiscountInput, givenFor, reserveUse } from './give-discount.ts';
import { lineOf, sumsOf } from './invoice-sums.ts';
import { nextItem, type SubscriptionRow } from './subscription.ts';

/** `look`: as a preview, which uses nothing up. */
export async function withDiscount(
  ctx: Ctx,
  tx: Tx,
  s: SubscriptionRow,
  input: DiscountInput,
  at: Date,
  mode: 'use' | 'look',
): Promise<SubscriptionRow> {
  const { promotion_code, coupon } = input;
  if (promotion_code === undefined && coupon === undefined) return s;
  if (s.status === 'incomplete')
    throw new Fault(
      'state_invalid',
      'This subscription has not begun: its first invoice is not paid. Make a new one.',
      {
        param: 'id',
      },
    );
  if (!promotion_code && !coupon) return { ...s, discount: null };
  if (isSame(s, input, at)) return s;
  const { account_id, customer_id, currency, time_zone } = s;
  const { item } = nextItem(s);
  const customer = await findCustomer(tx, account_id, customer_id);
  const sold = { item, currency, subtotal: item.amount, customer };
  const given = await givenFor(ctx, tx, input, sold);
  if (!given) return s;
  const discount = discountFrom(given, startsAt(s, at), time_zone);
  if (mode === 'use') {
    const line = lineOf(item, { start: new Date(discount.starts_at), end: s.current_period_end });
    const { discount: amount_discount } = sumsOf([line], { rates: [], place: null }, 0, { discount, currency });
    await reserveUse(ctx, tx, { given, subscription_id: s.id, amount_discount, sold });
    await confirmForSubscription(ctx, tx, s.id);
  }
  return { ...s, discount };
}

/** What it has already is not used a second time, unless its time or its one invoice is over. */
function isSame({ discount }: SubscriptionRow, { promotion_code, coupon }: DiscountInput, at: Date): boolean {
  if (!discount || discount.invoice !== null) return false;
  if (discount.ends_at !== null && Date.parse(discount.ends_at) <= at.getTime()) return false;
  if (coupon) return !promotion_code && discount.promotion_code === null && discount.coupon === coupon;
  if (!promotion_code) return false;
  return discount.promotion_code === promotion_code || discount.code === codeText(promotion_code);
}

/** Usage of the running period is billed yet, so it counts for that, too; after a trial it begins with what is paid for. */
function startsAt(s: SubscriptionRow, at: Date): Date {
  if (s.status === 'trialing') return s.current_period_end;
  return s.item.usage ? (s.usage_from ?? s.current_period_start) : at;
}
