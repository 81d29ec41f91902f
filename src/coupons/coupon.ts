// A coupon: what is taken off, of what, for how long. Customers hold its promotion codes (promotion-code.ts), never the coupon itself.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { Coupons } from '../db/types.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { currencyOf, maxAmount } from '../kit/money.ts';
import { Metadata, nullable } from '../operation/fields.ts';
import type { Amounts, CouponTerms } from './discount.ts';

export type CouponRow = Omit<Selectable<Coupons>, keyof CouponTerms | 'duration' | 'metadata'> &
  CouponTerms & { duration: 'once' | 'repeating' | 'forever'; metadata: Metadata };

/** Currency → minor units. Which currencies there are is said by `amountsOf`. */
export const AmountsField = (description: string) =>
  Type.Record(Type.String({ pattern: '^[A-Za-z]{3}$' }), Type.Integer({ minimum: 1, maximum: maxAmount }), {
    additionalProperties: false,
    maxProperties: 40,
    description,
  });

export function amountsOf(given: Record<string, number> | undefined, param: string): Amounts {
  return Object.fromEntries(
    Object.entries(given ?? {}).map(([currency, amount]) => [currencyOf(currency, `${param}.${currency}`), amount]),
  );
}

export const CouponObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('coupon'),
    name: Type.String(),
    discount_type: Type.Enum(['percentage', 'fixed_amount']),
    percentage_bps: nullable(Type.Integer({ description: 'Basis points: 2500 is 25 %.' })),
    fixed_amounts: nullable(AmountsField('Currency → minor units.')),
    applies_to: Type.Enum(['all', 'products', 'prices']),
    products: Type.Array(Type.String()),
    prices: Type.Array(Type.String()),
    duration: Type.Enum(['once', 'repeating', 'forever']),
    duration_months: nullable(Type.Integer()),
    valid_from: nullable(Type.String({ format: 'date-time' })),
    valid_until: nullable(Type.String({ format: 'date-time' })),
    max_redemptions: nullable(Type.Integer()),
    minimum_amounts: AmountsField('Currency → the least subtotal.'),
    times_redeemed: Type.Integer({ description: 'By payments that were paid, and subscriptions that began.' }),
    times_reserved: Type.Integer({
      description: 'By payments under way and subscriptions that are incomplete; they count against the limit, too.',
    }),
    metadata: Metadata,
    deleted: Type.Boolean(),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Coupon' },
);
export type CouponObject = Static<typeof CouponObject>;

export const couponObject = (c: CouponRow): CouponObject => ({
  id: c.id,
  object: 'coupon',
  name: c.name,
  discount_type: c.discount_type,
  percentage_bps: c.percentage_bps,
  fixed_amounts: c.fixed_amounts,
  applies_to: c.applies_to,
  products: c.product_ids,
  prices: c.price_ids,
  duration: c.duration,
  duration_months: c.duration_months,
  valid_from: c.valid_from?.toISOString() ?? null,
  valid_until: c.valid_until?.toISOString() ?? null,
  max_redemptions: c.max_redemptions,
  minimum_amounts: c.minimum_amounts,
  times_redeemed: c.times_redeemed,
  times_reserved: c.times_reserved,
  metadata: c.metadata,
  deleted: c.deleted_at !== null,
  created_at: c.created_at.toISOString(),
  updated_at: c.updated_at.toISOString(),
});

export async function findCoupon(
  query: Executor | Tx,
  account_id: string,
  id: string,
  param = 'coupon',
): Promise<CouponRow> {
  const row = await query
    .selectFrom('coupons')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('coupon', id, param);
  return row as unknown as CouponRow;
}

/** Held until the transaction ends, and not deleted. */
export async function lockCoupon(tx: Tx, account_id: string, id: string, param = 'coupon'): Promise<CouponRow> {
  const row = await tx
    .selectFrom('coupons')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('coupon', id, param);
  if (row.deleted_at) throw new Fault('state_invalid', 'This coupon was deleted. Create another one.', { param });
  return row as unknown as CouponRow;
}
