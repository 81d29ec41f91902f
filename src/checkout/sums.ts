// The sums of a session: the customer is charged the total; what is shown beside it must add up to it. Pure.

import { assert } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import { type Currency, display } from '../kit/money.ts';
import type { Extra, LineItem } from './session.ts';

export type Sums = { subtotal: number; tax: number; discount: number; total: number };

type Shown = {
  line_items: readonly LineItem[];
  taxes: readonly Extra[];
  discounts: readonly Extra[];
  amount_total: number;
};

/** Without line items the subtotal is what taxes and discounts leave of the total. */
export function sumsOf({ line_items, taxes, discounts, amount_total }: Shown): Sums {
  const tax = add(taxes.map((t) => t.amount));
  const discount = add(discounts.map((d) => d.amount));
  const subtotal =
    line_items.length === 0
      ? amount_total - tax + discount
      : add(line_items.map((item) => item.quantity * item.unit_amount));
  return { subtotal, tax, discount, total: safe(subtotal - discount + tax) };
}

export function refuseWrongSums(shown: Shown, currency: Currency): Sums {
  const sums = sumsOf(shown);
  const difference = shown.amount_total - sums.total;
  if (difference !== 0) {
    throw new Fault(
      'total_mismatch',
      `amount_total is ${shown.amount_total}, but line items ${sums.subtotal} − discounts ${sums.discount} + taxes ${sums.tax} make ${sums.total}: ` +
        `the difference is ${difference} (${display(difference, currency)}). Correct amount_total or the lines.`,
      { param: 'amount_total' },
    );
  }
  if (sums.subtotal < 0) {
    throw new Fault(
      'total_mismatch',
      `The taxes (${sums.tax}) are more than amount_total and the discounts together. Lower the taxes, or correct amount_total.`,
      { param: 'taxes' },
    );
  }
  if (sums.discount > sums.subtotal) {
    throw new Fault(
      'total_mismatch',
      `The discounts (${sums.discount}) are more than what they are taken from (${sums.subtotal}). Lower them.`,
      { param: 'discounts' },
    );
  }
  return sums;
}

function add(amounts: number[]): number {
  const sum = safe(amounts.reduce((a, b) => a + b, 0));
  assert(sum >= 0, 'lines are not negative');
  return sum;
}

/** 100 lines of 10^6 × 10^12 would pass 2^53: such a cart is refused, not rounded. */
function safe(sum: number): number {
  if (!Number.isSafeInteger(sum))
    throw new Fault(
      'amount_too_large',
      'The lines add up to more than an amount can hold. Correct their amounts or quantities.',
      { param: 'line_items' },
    );
  return sum;
}
