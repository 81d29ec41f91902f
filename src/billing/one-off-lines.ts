// The lines of an invoice by hand: of an amount, or of a price of the catalog that is paid once. Refuses what is half of each.

import Type, { type Static } from 'typebox';
import { findPrice, termsIn } from '../catalog/price.ts';
import { amountOf } from '../catalog/pricing.ts';
import { findProduct, TaxCategoryField } from '../catalog/product.ts';
import type { Tx } from '../db/db.ts';
import { must } from '../kit/assert.ts';
import { Fault, isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { type Currency, currencyOf } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { Amount, Id, text } from '../operation/fields.ts';
import { Quantity } from './create-subscription.ts';
import type { InvoiceRow, LineRow } from './invoice.ts';
import type { Draft, Summed } from './invoice-sums.ts';

export const LineInput = Type.Object(
  {
    description: Type.Optional(text(500, 'Printed. Of a price: the name of its product when left out.')),
    amount: Type.Optional(Amount),
    price: Type.Optional(Type.Unsafe<string>({ ...Id, description: 'Paid once, instead of an amount.' })),
    quantity: Type.Optional(Quantity),
    tax_category: Type.Optional(TaxCategoryField),
  },
  { additionalProperties: false },
);
export type LineInput = Static<typeof LineInput>;

export type Sold = Draft & {
  description: string;
  quantity: number;
  unit_amount: number | null;
  product_id: string | null;
  product_name: string | null;
  price_id: string | null;
  price_snapshot_id: string | null;
};

/** In the currency that was named, else in the first price's own. */
export async function draftsOf(
  ctx: Ctx,
  tx: Tx,
  input: { lines: LineInput[]; currency?: string },
): Promise<{ drafts: Sold[]; currency: Currency }> {
  const named = input.currency === undefined ? undefined : currencyOf(input.currency);
  if (named === undefined && input.lines.every((line) => line.price === undefined))
    throw new Fault('parameter_missing', "'currency' is required: in which one are these amounts?", {
      param: 'currency',
    });
  let currency = named;
  const drafts: Sold[] = [];
  const priced = new Map<number, Sold>();
  for (const [i, line] of input.lines.entries()) {
    const { price } = line;
    refuseMixed(line, `lines[${i}]`);
    if (price === undefined) continue;
    const sold = await soldOf(ctx, tx, { ...line, price }, currency, `lines[${i}]`);
    currency ??= sold.currency;
    priced.set(i, sold.draft);
  }
  for (const [i, line] of input.lines.entries()) drafts.push(priced.get(i) ?? plainLine(line, `lines[${i}]`));
  return { drafts, currency: must(currency, 'lines have a currency') };
}

function refuseMixed({ price, amount, quantity, tax_category }: LineInput, at: string): void {
  const bad = (field: string, message: string) => new Fault('parameter_invalid', message, { param: `${at}.${field}` });
  if (price === undefined && amount === undefined)
    throw new Fault('parameter_missing', `'${at}.amount' is required, or a 'price' and a quantity.`, {
      param: `${at}.amount`,
    });
  if (price === undefined) {
    if (quantity === undefined) return;
    throw bad('quantity', `'${at}.quantity' goes with a price. Leave it out: the amount is that of the whole line.`);
  }
  if (amount !== undefined) throw bad('amount', `Give either '${at}.amount' or '${at}.price', not both.`);
  if (tax_category !== undefined)
    throw bad('tax_category', `'${at}.tax_category' is said by the product of the price. Leave it out.`);
}

function plainLine({ description, amount = 0, tax_category }: LineInput, at: string): Sold {
  if (description === undefined)
    throw new Fault('parameter_missing', `'${at}.description' is required: what is the amount for?`, {
      param: `${at}.description`,
    });
  return {
    description,
    amount,
    tax: null,
    discount: null,
    tax_category: tax_category ?? null,
    quantity: 1,
    unit_amount: amount,
    product_id: null,
    product_name: null,
    price_id: null,
    price_snapshot_id: null,
  };
}

async function soldOf(
  ctx: Ctx,
  tx: Tx,
  { price: id, quantity = 1, description }: LineInput & { price: string },
  wanted: Currency | undefined,
  at: string,
): Promise<{ draft: Sold; currency: Currency }> {
  const { account_id } = ctx.account;
  const param = `${at}.price`;
  const { price, snapshot } = await findPrice(tx, account_id, id, param);
  const product = await findProduct(tx, account_id, price.product_id);
  if (!price.active || !product.active)
    throw new Fault('parameter_invalid', 'This price, or its product, is archived. Choose another price.', { param });
  if (price.type === 'recurring')
    throw new Fault('parameter_invalid', 'This price recurs: begin a subscription with it, or choose one paid once.', {
      param,
    });
  const currency = wanted ?? must(snapshot.amounts[0], 'a price has an amount').currency;
  const amount = amountIn(snapshot, currency, quantity, at);
  if (amount === undefined) {
    const known = snapshot.amounts.map((one) => one.currency).join(', ');
    throw new Fault('currency_unsupported', `This price is not sold in ${currency}, only in ${known}.`, { param });
  }
  if (amount === 0)
    throw new Fault('parameter_invalid', 'This line costs nothing: an invoice asks for 1 at least.', { param });
  const each = snapshot.amounts.find((one) => one.currency === currency)?.unit_amount ?? null;
  const draft: Sold = {
    description: description ?? (quantity === 1 ? product.name : `${quantity} × ${product.name}`),
    amount,
    tax: null,
    discount: null,
    tax_category: product.tax_category,
    quantity,
    unit_amount: each !== null && each * quantity === amount ? each : null,
    product_id: product.id,
    product_name: product.name,
    price_id: price.id,
    price_snapshot_id: snapshot.id,
  };
  return { draft, currency };
}

function amountIn(snapshot: Parameters<typeof termsIn>[0], currency: Currency, quantity: number, at: string) {
  try {
    return amountOf(termsIn(snapshot), currency, quantity);
  } catch (error) {
    if (!isFault(error, 'amount_too_large')) throw error;
    throw new Fault(error.code, error.message, { param: `${at}.quantity` });
  }
}

export function lineRow(ctx: Ctx, invoice: InvoiceRow, line: Summed<Sold>): LineRow {
  const { tax_category: _, ...row } = line;
  return {
    account_id: invoice.account_id,
    invoice_id: invoice.id,
    id: newId('il', ctx.env),
    ...row,
    localized_name: null,
    part: null,
    recurring: null,
    period_start: invoice.period_start,
    period_end: invoice.period_end,
    proration: false,
    meter_id: null,
    usage_value: null,
  };
}
