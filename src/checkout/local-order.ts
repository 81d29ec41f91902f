// What an order comes to in another currency, line by line: a price that the merchant set in it counts as it stands, everything else is
// converted at one held rate. The sums are made of the converted lines, so they always add up. Pure but for the taxes' table.

import { type Discounted, discountOf } from '../coupons/discount.ts';
import type { Promotion } from '../coupons/promotion-code.ts';
import type { Executor, Tx } from '../db/db.ts';
import { convert } from '../fx/convert.ts';
import { type Currency, maxAmount } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { type Order, quoteOf } from './quote.ts';
import type { SessionDiscount, SessionRow, SessionTax } from './session.ts';
import { lineAmount, sumsOf } from './sums.ts';

export type Rate = { from: Currency; to: Currency; rate: string; markup_bps: number };

export type LocalLine = { unit_amount: number | null; amount: number; predefined: boolean };
export type LocalOrder = {
  /** Of no line items: one line that is the whole. */
  line_items: LocalLine[];
  taxes: SessionTax[];
  discounts: SessionDiscount[];
  amount_subtotal: number;
  amount_total: number;
  /** False: every amount is the merchant's own in this currency. */
  converted: boolean;
};

export type Asked = {
  to: Currency;
  /** None: only the merchant's own prices can be used. */
  rate: Rate | undefined;
  /** The merchant's own amount of each line in this currency, where there is one. */
  predefined: readonly (number | undefined)[];
  promotion: Promotion | undefined;
};

/** Undefined when there is no such order: an amount without a rate, one that is too large, or nothing left to pay. */
export async function localOrder(
  ctx: Ctx,
  query: Executor | Tx,
  session: SessionRow,
  { to, rate, predefined, promotion }: Asked,
): Promise<LocalOrder | undefined> {
  let converted = false;
  const inLocal = (amount: number): number => {
    if (amount === 0) return 0;
    if (!rate) throw new NoRate();
    converted = true;
    return convert(amount, rate);
  };
  try {
    const { line_items, subtotal } = localLines(session, predefined, inLocal);
    const lines = session.line_items.map((line, i) => ({ ...line, amount: line_items[i]?.amount ?? 0 }));
    const own = session.taxes.map((tax) => ({ ...tax }));
    const discounts = session.discounts.filter((one) => one.code === undefined);
    const order: Order = {
      currency: to,
      lines,
      subtotal,
      discounts: discounts.map((one) => ({ ...one, amount: inLocal(one.amount) })),
      place: session.tax_address,
    };
    const taken = promotion && localDiscount(promotion, session.currency, order, inLocal);
    if (promotion && !taken) return undefined;
    const quote = await quoteOf(ctx, query, order, taken);
    // Taxes of the merchant's own are not computed, so they are not computed anew either.
    const taxes =
      session.tax_address === null ? own.map((tax) => ({ ...tax, amount: inLocal(tax.amount) })) : quote.taxes;
    const sums = sumsOf({
      line_items: [{ name: '', quantity: 1, unit_amount: null, amount: subtotal }],
      taxes,
      discounts: quote.discounts,
      amount_total: 0,
    });
    if (sums.total < 1 || sums.total > maxAmount) return undefined;
    return {
      line_items,
      taxes,
      discounts: quote.discounts,
      amount_subtotal: subtotal,
      amount_total: sums.total,
      converted,
    };
  } catch (error) {
    if (error instanceof NoRate || isTooLarge(error)) return undefined;
    throw error;
  }
}

class NoRate extends Error {}

const isTooLarge = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'amount_too_large' || error.code === 'total_mismatch');

function localLines(
  session: SessionRow,
  predefined: readonly (number | undefined)[],
  inLocal: (amount: number) => number,
): { line_items: LocalLine[]; subtotal: number } {
  if (session.line_items.length === 0) return { line_items: [], subtotal: inLocal(sumsOf(session).subtotal) };
  const line_items = session.line_items.map((line, i): LocalLine => {
    const set = predefined[i];
    const amount = set ?? inLocal(lineAmount(line));
    // The line is converted, not its unit: a cent that is rounded a thousand times is no cent any more.
    const each = amount % line.quantity === 0 ? amount / line.quantity : null;
    return { unit_amount: line.unit_amount === null ? null : each, amount, predefined: set !== undefined };
  });
  return { line_items, subtotal: line_items.reduce((sum, line) => sum + line.amount, 0) };
}

/** A share is of the local amounts; a fixed amount is the coupon's own in this currency, else converted. */
function localDiscount(
  promotion: Promotion,
  priced: Currency,
  { currency: to, lines, subtotal }: Pick<Order, 'currency' | 'lines' | 'subtotal'>,
  inLocal: (amount: number) => number,
): { promotion: Promotion; discount: Discounted } | undefined {
  const { coupon } = promotion;
  const parts =
    lines.length === 0
      ? [{ amount: subtotal, product: null, price: null }]
      : lines.map((line) => ({ amount: lineAmount(line), product: line.product ?? null, price: line.price ?? null }));
  const set = coupon.fixed_amounts;
  const terms = set === null ? coupon : { ...coupon, fixed_amounts: { [to]: set[to] ?? inLocal(set[priced] ?? 0) } };
  const discount = discountOf(terms, to, parts);
  return 'refused' in discount ? undefined : { promotion, discount };
}
