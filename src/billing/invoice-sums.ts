// What an invoice comes to: lines, taxes, credit. Pure: whole minor units; the parts of lines always make the totals.

import { type Place, type Rate, taxesOf } from '../catalog/tax.ts';
import { assert } from '../kit/assert.ts';
import type { Period } from './cycle.ts';
import type { Item } from './subscription.ts';

/** `tax`: known for what is given back, because it is a part of a tax that was charged; null: worked out when it is billed. */
export type LineDraft = {
  description: string;
  amount: number;
  tax: number | null;
  item: Item;
  /** Text where it waits in the database. */
  period_start: string;
  period_end: string;
  proration: boolean;
};

export type Line = LineDraft & { tax: number; discount: number };

export type InvoiceTax = {
  tax_rate: string | null;
  name: string;
  rate_ppm: number | null;
  inclusive: boolean;
  amount: number;
};

export type Sums = {
  lines: Line[];
  taxes: InvoiceTax[];
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
  item,
  period_start: period.start.toISOString(),
  period_end: period.end.toISOString(),
  proration: false,
  ...more,
});

export type Taxing = { rates: readonly Rate[]; place: Place | null };

export function sumsOf(drafts: readonly LineDraft[], { rates, place }: Taxing, credit_balance: number): Sums {
  const taxed = drafts.flatMap((line, i) => (line.tax === null ? [i] : []));
  const owed = place
    ? taxesOf(
        rates,
        place,
        taxed.map((i) => ({ amount: drafts[i]?.amount ?? 0, tax_category: drafts[i]?.item.tax_category ?? null })),
      )
    : [];
  const lines: Line[] = drafts.map((line) => ({ ...line, tax: line.tax ?? 0, discount: 0 }));
  for (const tax of owed) {
    if (tax.inclusive) continue;
    for (const [k, i] of taxed.entries()) {
      const line = lines[i];
      if (line) line.tax += tax.lines[k] ?? 0;
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
  if (given_back !== 0)
    taxes.push({
      tax_rate: null,
      name: 'Tax of changes within a period',
      rate_ppm: null,
      inclusive: false,
      amount: given_back,
    });
  const subtotal = sum(lines, (line) => line.amount);
  const tax = sum(lines, (line) => line.tax);
  const total = subtotal + tax;
  const credit_applied = Math.max(0, Math.min(total, credit_balance));
  const credit_granted = Math.max(0, -total);
  const amount_due = total + credit_granted - credit_applied;
  assert(amount_due >= 0 && Number.isSafeInteger(amount_due), 'an invoice asks for a whole amount');
  return { lines, taxes, subtotal, discount: 0, tax, total, credit_applied, credit_granted, amount_due };
}

const sum = <T>(list: readonly T[], of: (one: T) => number) => list.reduce((all, one) => all + of(one), 0);
