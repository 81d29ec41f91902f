// The sums of a session: the customer is charged the total; what is shown beside it must add up to it. Pure.

import { assert } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import { type Currency, said } from '../kit/money.ts';
import type { SessionLine, SessionTax } from './session.ts';

/** What a line costs: a price's own sum, else so many times one. */
export const lineAmount = (line: Pick<SessionLine, 'quantity' | 'unit_amount' | 'amount'>): number =>
  line.amount ?? line.quantity * (line.unit_amount ?? 0);

/** For who knows quantities times amounts alone: what is charged by tiers or packs becomes one of the whole. */
export function plainLine(line: SessionLine): { name: string; quantity: number; unit_amount: number; amount: number } {
  const amount = lineAmount(line);
  if (line.unit_amount !== null)
    return { name: line.name, quantity: line.quantity, unit_amount: line.unit_amount, amount };
  return { name: `${line.name} × ${line.quantity}`, quantity: 1, unit_amount: amount, amount };
}

export type Sums = { subtotal: number; tax: number; discount: number; total: number };

type Shown = {
  line_items: readonly SessionLine[];
  taxes: readonly Pick<SessionTax, 'amount' | 'inclusive'>[];
  discounts: readonly { amount: number }[];
  amount_total: number;
};

/** Taxes that the lines hold are not added. Without line items the subtotal is what taxes and discounts leave of the total. */
export function sumsOf({ line_items, taxes, discounts, amount_total }: Shown): Sums {
  const tax = add(taxes.map((t) => (t.inclusive ? 0 : t.amount)));
  const discount = add(discounts.map((d) => d.amount));
  const subtotal = line_items.length === 0 ? amount_total - tax + discount : add(line_items.map(lineAmount));
  return { subtotal, tax, discount, total: safe(subtotal - discount + tax) };
}

export function refuseWrongSums(shown: Shown, currency: Currency): Sums {
  const sums = sumsOf(shown);
  const told = (amount: number) => said(amount, currency);
  const difference = shown.amount_total - sums.total;
  if (difference !== 0) {
    throw new Fault(
      'total_mismatch',
      `amount_total is ${told(shown.amount_total)}, but line items ${told(sums.subtotal)} − discounts ${told(sums.discount)} + taxes ${told(sums.tax)} ` +
        `make ${told(sums.total)}: the difference is ${told(difference)}. Correct amount_total or the lines.`,
      { param: 'amount_total' },
    );
  }
  if (sums.subtotal < 0) {
    throw new Fault(
      'total_mismatch',
      `The taxes, ${told(sums.tax)}, are more than amount_total and the discounts together. Lower the taxes, or correct amount_total.`,
      { param: 'taxes' },
    );
  }
  if (sums.discount > sums.subtotal) {
    throw new Fault(
      'total_mismatch',
      `The discounts, ${told(sums.discount)}, are more than what they are taken from, ${told(sums.subtotal)}. Lower them.`,
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
