// The use of a coupon by a subscription, with a code or without one, counted exactly once: reserved with its first invoice, confirmed when
// that is paid or a trial begins, released when the subscription never began. Limits are conditions of the statements that count.

import { sql } from 'kysely';
import type { Statement, Tx } from '../db/db.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import type { CouponRow } from './coupon.ts';
import type { PromotionCodeRow } from './promotion-code.ts';
import { countCode, countCoupon, expect, moveCounts, paidBefore, type Redeemer, small, usesOf } from './redemption.ts';

/** A coupon is given by the merchant, or taken by one of its codes. */
export type Given = { coupon: CouponRow; code: PromotionCodeRow | null };

export type SubscriptionRedemption = Redeemer & {
  given: Given;
  subscription_id: string;
  amount_discount: number;
  currency: string;
};

/** Fails by the guard of redemption.ts where the code or its coupon does not count any more. */
export function reserveForSubscription(ctx: Ctx, use: SubscriptionRedemption): Statement[] {
  const { code, coupon } = use.given;
  const { customer } = use;
  const email = small(use.email);
  const columns = `(account_id, id, coupon_id, promotion_code_id, subscription_id, customer_id, email, status, first_order, amount_discount,
    currency, created_at, updated_at)`;
  const common = [
    ctx.account.account_id,
    newId('red', ctx.env),
    use.subscription_id,
    customer,
    email,
    use.amount_discount,
    use.currency,
    ctx.env.clock.now(),
    coupon.id,
  ];
  if (!code)
    return [
      countCoupon(ctx, coupon.id),
      {
        name: 'redemption_given',
        text: `insert into coupon_redemptions ${columns}
          values ($1, $2, $9, null, $3, $4, $5, 'reserved', false, $6, $7, $8, $8)`,
        values: common,
      },
    ];
  return [
    countCode(ctx, code.id, customer),
    countCoupon(ctx, coupon.id),
    {
      name: 'redemption_subscription',
      text: `with made as (
          insert into coupon_redemptions ${columns}
          select c.account_id, $2, $9, c.id, $3, $4::text, $5::text, 'reserved', c.first_order_only, $6::bigint, $7, $8, $8
          from promotion_codes c where c.account_id = $1 and c.id = $10
            and (c.max_per_customer is null or c.max_per_customer > ${usesOf('c.id', '$4', '$5')})
            and (not c.first_order_only or not ${paidBefore('$4', '$5')})
          on conflict do nothing returning 1)
        ${expect('made')}`,
      values: [...common, code.id],
    },
  ];
}

/** The subscription has begun: the use counts. */
export const confirmForSubscription = (ctx: Ctx, tx: Tx, subscription_id: string): Promise<void> =>
  end(ctx, tx, subscription_id, 'confirmed');

/** It never began: the use is free again. */
export const releaseForSubscription = (ctx: Ctx, tx: Tx, subscription_id: string): Promise<void> =>
  end(ctx, tx, subscription_id, 'released');

async function end(ctx: Ctx, tx: Tx, subscription_id: string, status: 'confirmed' | 'released'): Promise<void> {
  const { rows } = await sql<{ promotion_code_id: string | null; coupon_id: string }>`
    update coupon_redemptions set status = ${status}, updated_at = ${ctx.env.clock.now()}
    where account_id = ${ctx.account.account_id} and subscription_id = ${subscription_id} and status = 'reserved'
    returning promotion_code_id, coupon_id`.execute(tx);
  for (const row of rows) await moveCounts(ctx, tx, row, status);
}
