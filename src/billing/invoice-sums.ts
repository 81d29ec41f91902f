// What an invoice comes to: lines, taxes, credit. Pure: whole minor units; the parts of lines always make the totals.

import { type Place, type Rate, type TaxCategory, taxesOf } from '../catalog/tax.ts';
import { portion } from '../kit/allocate.ts';
import { assert } from '../kit/assert.ts';
import type { Currency } from '../kit/money.ts';
import type { Period } from './cycle.ts';
import { discountParts, type SubscriptionDiscount } from './discount.ts';
import type { Item } from './subscription.ts';

/** What was metered: `value` and `quantity` are null until it is billed. The value is a decimal in text; the quantity is whole units. */
export type LineUsage = { meter: string; value: string | null; quantity: number | null };

/** Of what a line bills a part, or what else it tells: worded in the reader's language where an invoice is shown. */
export const lineParts = ['trial', 'unused_time', 'remaining_time', 'part_of_period', 'usage_later'] as const;
export type LinePart = (typeof lineParts)[number];

/** `tax`: known for what is given back, because it is a part of a tax that was charged; null: worked out when it is billed. */
export type LineDraft = {
  description: string;
  amount: number;
  tax: number | null;
  /** The same of what was taken off. */
  discount: number | null;
  usage: LineUsage | null;
  item: Item;
  /** Left out of a whole period. */
  part?: LinePart;
  /** Text where it waits in the database. */
  period_start: string;
  period_end: string;
  proration: boolean;
};

/** What taxes need to know of a line, whatever it sells. */
export type Draft = { amount: number; tax: number | null; discount: number | null; tax_category: TaxCategory | null };

export type Summed<D> = Omit<D, 'tax' | 'discount'> & { tax: number; discount: number; taxes: InvoiceTax[] };
export type Line = Summed<LineDraft>;

export type InvoiceTax = {
  tax_rate: string | null;
  name: string;
  rate_ppm: number | null;
  inclusive: boolean;
  amount: number;
};

/** What a coupon took off; without one, what was taken off changes that waited. */
export type InvoiceDiscount = {
  coupon: string | null;
  name: string;
  promotion_code: string | null;
  code: string | null;
  amount: number;
};

/** A part of taxes that were charged before, whatever they were. */
const givenBack = { tax_rate: null, name: 'Tax of changes within a period', rate_ppm: null, inclusive: false };

export type Sums<L = Line> = {
  lines: L[];
  taxes: InvoiceTax[];
  discounts: InvoiceDiscount[];
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
  credit_applied: number;
  credit_granted: number;
  amount_due: number;
};

export const lineOf = (item: Item, period: Period, more: Partial<LineDraft> = {}): LineDraft => ({
  description: item.quantity === 1 ? item.product_name : `${item.quantity} × ${item.product_name}`,
  amount: item.amount,
  tax: null,
  discount: null,
  usage: null,
  item,
  period_start: period.start.toISOString(),
  period_end: period.end.toISOString(),
  proration: false,
  ...more,
});

export type Taxing = { rates: readonly Rate[]; place: Place | null };

export type Discounting = { discount: SubscriptionDiscount | null; currency: Currency };

/** First what the coupon takes off, then the taxes of what is left, then the credit. */
export function sumsOf(
  drafts: readonly LineDraft[],
  { rates, place }: Taxing,
  credit_balance: number,
  discounting?: Discounting,
): Sums {
  const off = discounting ? discountParts(discounting.discount, discounting.currency, drafts) : drafts.map(() => 0);
  const known = drafts.map((line) => ({ ...line, tax_category: line.item.tax_category }));
  const { lines, ...sums } = totalsOf(known, { rates, place }, credit_balance, off, discounting?.discount ?? null);
  return { ...sums, lines: lines.map(({ tax_category: _, ...line }) => line) };
}

/** `off`: what is taken off each line, by the discount `by`. */
export function totalsOf<D extends Draft>(
  drafts: readonly D[],
  { rates, place }: Taxing,
  credit_balance: number,
  off: readonly number[],
  by: SubscriptionDiscount | null,
): Sums<Summed<D>> {
  const lines: Summed<D>[] = drafts.map((line, i) => ({
    ...line,
    tax: line.tax ?? 0,
    discount: line.discount ?? off[i] ?? 0,
    taxes: line.tax ? [{ ...givenBack, amount: line.tax }] : [],
  }));
  const taxed = drafts.flatMap((line, i) => (line.tax === null ? [i] : []));
  const owed = place
    ? taxesOf(
        rates,
        place,
        taxed.map((i) => ({
          amount: (lines[i]?.amount ?? 0) - (lines[i]?.discount ?? 0),
          tax_category: lines[i]?.tax_category ?? null,
        })),
      )
    : [];
  for (const { tax_rate, name, rate_ppm, inclusive, lines: parts } of owed) {
    for (const [k, i] of taxed.entries()) {
      const [line, amount = 0] = [lines[i], parts[k]];
      if (!line || amount === 0) continue;
      line.taxes.push({ tax_rate, name, rate_ppm, inclusive, amount });
      if (!inclusive) line.tax += amount;
    }
  }
  const given_back = sum(drafts, (line) => line.tax ?? 0);
  const taxes: InvoiceTax[] = owed.map(({ tax_rate, name, rate_ppm, inclusive, amount }) => ({
    tax_rate,
    name,
    rate_ppm,
    inclusive,
    amount,
  }));
  if (given_back !== 0) taxes.push({ ...givenBack, amount: given_back });
  const subtotal = sum(lines, (line) => line.amount);
  const tax = sum(lines, (line) => line.tax);
  const discount = sum(lines, (line) => line.discount);
  const total = subtotal - discount + tax;
  const credit_applied = Math.max(0, Math.min(total, credit_balance));
  const credit_granted = Math.max(0, -total);
  const amount_due = total + credit_granted - credit_applied;
  assert(amount_due >= 0 && Number.isSafeInteger(amount_due), 'an invoice asks for a whole amount');
  const discounts = discountsOf(
    by,
    sum(off, (part) => part),
    discount,
  );
  return { lines, taxes, discounts, subtotal, discount, tax, total, credit_applied, credit_granted, amount_due };
}

function discountsOf(by: SubscriptionDiscount | null, amount: number, all: number): InvoiceDiscount[] {
  const named = by && amount > 0 ? [{ ...namesOf(by), amount }] : [];
  if (all === amount) return named;
  const before = { coupon: null, name: 'Discount of changes within a period', promotion_code: null, code: null };
  return [...named, { ...before, amount: all - amount }];
}

const namesOf = ({ coupon, name, promotion_code, code }: SubscriptionDiscount) => ({
  coupon,
  name,
  promotion_code,
  code,
});

const sum = <T>(list: readonly T[], of: (one: T) => number) => list.reduce((all, one) => all + of(one), 0);

/** What of the amount due is tax, on top or within: its share of the total's. */
export function taxDue(invoice: { taxes: InvoiceTax[]; total: number; amount_due: number }): number {
  const tax = Math.max(
    0,
    sum(invoice.taxes, (one) => one.amount),
  );
  return invoice.total <= 0 ? 0 : portion(tax, Math.min(invoice.amount_due, invoice.total), invoice.total);
}
