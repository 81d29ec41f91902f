// A coupon or a promotion code given to a subscription: found, weighed against what is sold, and its use counted. The look says why it is
// refused; that it counts is decided by the statements of src/coupons.

import { refusalFault } from '../checkout/quote.ts';
import { findCoupon } from '../coupons/coupon.ts';
import { applies, type CodeTerms, type Refused, refusalOf } from '../coupons/discount.ts';
import { findPromotion, findTyped } from '../coupons/promotion-code.ts';
import { redemptionGuard, refusedBefore } from '../coupons/redemption.ts';
import { type Given, reserveForSubscription } from '../coupons/subscription-redemption.ts';
import { asGuard, type Executor, runAll, type Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import type { Item } from './subscription.ts';

export type DiscountInput = { promotion_code?: string | null; coupon?: string | null };

type For = {
  item: Item;
  currency: Currency;
  /** Of the first invoice with an amount, before anything is taken off. */
  subtotal: number;
  customer: { id: string; email: string | null } | null;
};

/** Undefined: none was named. Throws where it does not count for what is sold, or for this customer. */
export async function givenFor(
  ctx: Ctx,
  query: Executor | Tx,
  { promotion_code, coupon }: DiscountInput,
  sold: For,
): Promise<Given | undefined> {
  if (promotion_code && coupon)
    throw new Fault('parameter_invalid', 'Give either a promotion_code or a coupon, not both.', { param: 'coupon' });
  const { account_id } = ctx.account;
  if (coupon) {
    const given: Given = { coupon: await findCoupon(query, account_id, coupon), code: null };
    refuse(await weighed(ctx, query, given, sold), sold.currency, 'coupon');
    return given;
  }
  if (!promotion_code) return undefined;
  const byId = /^promo_[0-9a-z]{26}$/.test(promotion_code);
  const found = byId
    ? await findPromotion(query, account_id, promotion_code)
    : await findTyped(query, account_id, promotion_code);
  if (!found) throw refusalFault({ refused: 'unknown', minimum: null }, sold.currency);
  refuse(await weighed(ctx, query, found, sold), sold.currency, 'promotion_code');
  return found;
}

/** A coupon without a code has no limits but its own. */
const anyCode: CodeTerms = {
  active: true,
  customer_ids: [],
  max_redemptions: null,
  minimum_amounts: {},
  valid_from: null,
  expires_at: null,
  times_reserved: 0,
  times_redeemed: 0,
};

export async function weighed(
  ctx: Ctx,
  query: Executor | Tx,
  { coupon, code }: Given,
  { item, currency, subtotal, customer }: For,
): Promise<Refused | undefined> {
  const now = ctx.env.clock.now();
  const said = refusalOf(coupon, code ?? anyCode, { now, subtotal, currency, customer: customer?.id ?? null });
  if (said) return said;
  if (!applies(coupon, { amount: subtotal, product: item.product, price: item.price }))
    return { refused: 'not_applicable', minimum: null };
  if (!code) return undefined;
  const who = { customer: customer?.id ?? null, email: customer?.email ?? null };
  return await refusedBefore(query, { coupon, code }, who);
}

function refuse(said: Refused | undefined, currency: Currency, param: string): void {
  if (!said) return;
  const fault = refusalFault(said, currency);
  if (param === 'promotion_code') throw fault;
  throw new Fault(fault.code, fault.message.replaceAll('promotion code', 'coupon'), { param });
}

type Use = { given: Given; subscription_id: string; amount_discount: number; sold: For };

/** Counts the use, or throws why it does not count any more; then nothing of this transaction is kept. */
export async function reserveUse(ctx: Ctx, tx: Tx, use: Use): Promise<void> {
  const { given, subscription_id, amount_discount, sold } = use;
  const { customer, currency } = sold;
  const who = { customer: customer?.id ?? null, email: customer?.email ?? null };
  try {
    await runAll(tx, reserveForSubscription(ctx, { ...who, given, subscription_id, amount_discount, currency }));
  } catch (error) {
    if (asGuard(error)?.guard === redemptionGuard) throw new Lost(use);
    throw error;
  }
}

/** Another one was faster. Which limit it was is asked after this transaction, which is over. */
export class Lost extends Error {
  readonly use: Use;
  constructor(use: Use) {
    super('the use of a coupon did not count');
    this.use = use;
  }
}

/** Runs what may lose a use, and says in words why it did. */
export async function orRefused<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    const { given, sold } = error.use;
    const { query } = ctx.env.db;
    const { account_id } = ctx.account;
    const now = given.code
      ? await findPromotion(query, account_id, given.code.id)
      : { coupon: await findCoupon(query, account_id, given.coupon.id), code: null };
    const said = (await weighed(ctx, query, now, sold)) ?? { refused: 'used_up' as const, minimum: null };
    refuse(said, sold.currency, given.code ? 'promotion_code' : 'coupon');
    throw error;
  }
}
