// What an order comes to: the lines of prices as their terms make them, then what a promotion code takes off, then the taxes. The browser
// has no part in it; the total of a session is only ever written from here or from what the merchant summed up.

import { findPrices, type PriceNow, termsIn } from '../catalog/price.ts';
import { amountOf } from '../catalog/pricing.ts';
import { findProduct, imageUrl, nameIn } from '../catalog/product.ts';
import type { Place } from '../catalog/tax.ts';
import { taxTable } from '../catalog/tax-engine.ts';
import { type Discounted, discountOf, type Refused, refusalOf } from '../coupons/discount.ts';
import { findPromotion, findTyped, type Promotion } from '../coupons/promotion-code.ts';
import { type Redeemer, refusedBefore } from '../coupons/redemption.ts';
import type { Executor, Tx } from '../db/db.ts';
import { allocate } from '../kit/allocate.ts';
import { Fault, isFault, notFound } from '../kit/fault.ts';
import { type Currency, maxAmount, said } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { boundsOf } from './quantity.ts';
import type { LineItem, SessionDiscount, SessionRow, SessionTax, StoredLine } from './session.ts';
import { dueNow, recurringOf, type SubscriptionData } from './subscription-terms.ts';
import { lineAmount, sumsOf } from './sums.ts';

/** Free lines as they were sent; lines of a price with everything that its product and its terms of now say. */
export async function linesOf(
  ctx: Ctx,
  tx: Tx,
  given: readonly LineItem[],
  currency: Currency,
  locale: string | null,
  subscription?: SubscriptionData,
): Promise<StoredLine[]> {
  const { account_id } = ctx.account;
  const ids = given.flatMap(({ price }) => (price === undefined ? [] : [price]));
  const prices = new Map((await findPrices(tx, account_id, ids)).map((found) => [found.price.id, found]));
  const lines: StoredLine[] = [];
  for (const [i, line] of given.entries()) {
    const at = `line_items[${i}]`;
    if (line.price === undefined) {
      lines.push({ ...freeLine(line, at), ...adjustable(line, at) });
      continue;
    }
    refuseMixed(line, at);
    const found = prices.get(line.price);
    if (!found) throw notFound('price', line.price, `${at}.price`);
    const priced = await lineOf(ctx, tx, found, { quantity: line.quantity, currency, locale, at, subscription });
    lines.push({ ...priced, ...adjustable(line, at) });
  }
  return lines;
}

function adjustable(line: LineItem, at: string): Pick<StoredLine, 'adjustable_quantity'> {
  const bounds = boundsOf(line, at);
  return bounds === null ? {} : { adjustable_quantity: bounds };
}

function freeLine(
  { price: _none, adjustable_quantity: _bounds, name, unit_amount, ...rest }: LineItem,
  at: string,
): StoredLine {
  const missing = (param: string, what: string) =>
    new Fault('parameter_missing', `'${param}' is required: ${what}, or send the line as a 'price' and a quantity.`, {
      param,
    });
  if (name === undefined) throw missing(`${at}.name`, 'text of 1 to 250 characters');
  if (unit_amount === undefined) throw missing(`${at}.unit_amount`, `a whole number from 0 to ${maxAmount}`);
  return { ...rest, name, unit_amount };
}

function refuseMixed(line: LineItem, at: string): void {
  const extra = (['name', 'description', 'unit_amount', 'image_url'] as const).find(
    (field) => line[field] !== undefined,
  );
  if (extra === undefined) return;
  throw new Fault(
    'parameter_invalid',
    `'${at}.${extra}' is said by the price and its product. Leave it out, or leave the price out.`,
    { param: `${at}.${extra}` },
  );
}

type Asked = {
  quantity: number;
  currency: Currency;
  locale: string | null;
  at: string;
  subscription?: SubscriptionData | undefined;
};

async function lineOf(ctx: Ctx, tx: Tx, { price, snapshot }: PriceNow, asked: Asked): Promise<StoredLine> {
  const param = `${asked.at}.price`;
  const product = await findProduct(tx, ctx.account.account_id, price.product_id);
  if (!price.active || !product.active)
    throw new Fault(
      'state_invalid',
      `${price.active ? `The product of '${price.id}'` : `'${price.id}'`} is archived and not sold any more. Unarchive it, or use another price.`,
      { param },
    );
  const amount = priced(asked, snapshot);
  if (amount === undefined)
    throw new Fault(
      'currency_unsupported',
      `'${price.id}' is not sold in ${asked.currency}, but in ${snapshot.amounts.map((one) => one.currency).join(', ')}. Add the currency to the price.`,
      { param },
    );
  const recurring = price.type === 'recurring' ? recurringOf(snapshot, amount, asked.subscription) : undefined;
  const due = recurring ? dueNow(recurring) : amount;
  const each = snapshot.amounts.find((one) => one.currency === asked.currency)?.unit_amount ?? null;
  const image = imageUrl(ctx.env, product.image_id);
  return {
    name: nameIn(product, asked.locale),
    ...(product.description === null ? {} : { description: product.description }),
    quantity: asked.quantity,
    unit_amount: each !== null && each * asked.quantity === due ? each : null,
    ...(image === null ? {} : { image_url: image }),
    amount: due,
    ...(recurring ? { recurring } : {}),
    price: price.id,
    price_snapshot: snapshot.id,
    product: product.id,
    tax_category: product.tax_category,
  };
}

function priced(asked: Asked, snapshot: PriceNow['snapshot']): number | undefined {
  try {
    return amountOf(termsIn(snapshot), asked.currency, asked.quantity);
  } catch (error) {
    if (!isFault(error, 'amount_too_large')) throw error;
    throw new Fault(error.code, error.message, { param: `${asked.at}.quantity` });
  }
}

export type Order = {
  currency: Currency;
  /** None: the whole order is one amount. */
  lines: readonly StoredLine[];
  subtotal: number;
  /** The merchant's own; there are none beside a promotion code. */
  discounts: readonly SessionDiscount[];
  /** Where taxes are owed; null: they are not computed. */
  place: Place | null;
};

/** Of a session that a code may change: it has no discounts and no taxes of the merchant's own. */
export const orderOf = (session: SessionRow): Order => ({
  currency: session.currency,
  lines: session.line_items,
  subtotal: sumsOf(session).subtotal,
  discounts: [],
  place: session.tax_address,
});

export type Quote = { taxes: SessionTax[]; discounts: SessionDiscount[]; amount_total: number };

const parts = ({ lines, subtotal }: Order) =>
  lines.length === 0
    ? [{ amount: subtotal, product: null, price: null, tax_category: null }]
    : lines.map((line) => ({
        amount: lineAmount(line),
        product: line.product ?? null,
        price: line.price ?? null,
        tax_category: line.tax_category ?? null,
      }));

/** `taken`: what a promotion code takes off. Throws when nothing would be left to pay, or more than an amount can hold. */
export async function quoteOf(
  ctx: Ctx,
  query: Executor | Tx,
  order: Order,
  taken?: { promotion: Promotion; discount: Discounted },
): Promise<Quote> {
  const lines = parts(order);
  const discounts: SessionDiscount[] = taken ? [shownDiscount(taken)] : [...order.discounts];
  const discount = discounts.reduce((sum, one) => sum + one.amount, 0);
  const shares =
    taken?.discount.lines ??
    allocate(
      discount,
      lines.map((line) => line.amount),
    );
  const owed =
    order.place === null
      ? []
      : await taxTable(query).taxes(ctx, {
          currency: order.currency,
          place: order.place,
          lines: lines.map((line, i) => ({ amount: line.amount - (shares[i] ?? 0), tax_category: line.tax_category })),
        });
  const taxes = owed.map(({ name, amount, tax_rate, rate_ppm, inclusive }) => ({
    name,
    amount,
    tax_rate,
    rate_ppm,
    inclusive,
  }));
  const added = taxes.reduce((sum, tax) => sum + (tax.inclusive ? 0 : tax.amount), 0);
  const amount_total = order.subtotal - discount + added;
  if (amount_total > maxAmount)
    throw new Fault('amount_too_large', 'The lines and their taxes come to more than an amount can hold. Lower them.', {
      param: 'line_items',
    });
  return { taxes, discounts, amount_total };
}

const shownDiscount = ({ promotion: { code, coupon }, discount }: { promotion: Promotion; discount: Discounted }) => ({
  name: coupon.name,
  amount: discount.amount,
  coupon: coupon.id,
  promotion_code: code.id,
  code: code.code,
});

export type Taken = { promotion: Promotion; discount: Discounted };

/** The code that was typed (or named by its id, by the merchant), and what it takes off this order; or why it does not count. */
export async function takeCode(
  ctx: Ctx,
  query: Executor | Tx,
  typed: string,
  order: Order,
  who: Redeemer,
): Promise<Taken | Refused> {
  const { account_id } = ctx.account;
  const byId = ctx.actor.kind !== 'page' && /^promo_[0-9a-z]{26}$/.test(typed);
  const promotion = byId ? await findPromotion(query, account_id, typed) : await findTyped(query, account_id, typed);
  if (!promotion) return { refused: 'unknown', minimum: null };
  return await weigh(ctx, query, promotion, order, who);
}

export async function weigh(
  ctx: Ctx,
  query: Executor | Tx,
  promotion: Promotion,
  order: Order,
  who: Redeemer,
): Promise<Taken | Refused> {
  const { code, coupon } = promotion;
  const now = ctx.env.clock.now();
  const { currency } = order;
  const later = laterOf(order);
  const subtotal = later?.subtotal ?? order.subtotal;
  const refused =
    refusalOf(coupon, code, { now, subtotal, currency, customer: who.customer }) ??
    (await refusedBefore(query, promotion, who));
  if (refused) return refused;
  const discount = discountOf(coupon, currency, later?.parts ?? parts(order));
  if ('refused' in discount) return discount;
  return { promotion, discount: later ? { amount: 0, lines: [0] } : discount };
}

/** Where nothing is due today, a code counts for the first invoice that asks for something. */
function laterOf(order: Order): { subtotal: number; parts: ReturnType<typeof parts> } | undefined {
  const amount = order.lines[0]?.recurring?.amount ?? 0;
  if (order.subtotal > 0 || amount === 0) return undefined;
  return { subtotal: amount, parts: parts(order).map((part) => ({ ...part, amount })) };
}

/** In words for the merchant; the page has its own, in the customer's language. */
export function refusalFault({ refused, minimum }: Refused, currency: Currency): Fault {
  const words: Record<Refused['refused'], string> = {
    unknown: 'There is no such promotion code.',
    inactive: 'This promotion code is disabled.',
    not_started: 'This promotion code does not count yet.',
    expired: 'This promotion code has expired.',
    used_up: 'This promotion code was used as often as it may be.',
    currency: `This promotion code does not count in ${currency}.`,
    minimum: `This promotion code counts from a subtotal of ${said(minimum ?? 0, currency)} on.`,
    not_applicable: 'This promotion code takes nothing off these line items.',
    customer: 'This promotion code is for other customers. Name the customer of the session.',
    first_order: 'This promotion code is for a first order, and this customer has one.',
    per_customer: 'This customer has used this promotion code as often as one may.',
  };
  return new Fault('promotion_code_refused', words[refused], { param: 'promotion_code' });
}
