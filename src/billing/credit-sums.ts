// What a credit note takes back of each line of an invoice: its amount, its discount and its taxes. Pure; whole minor units. Every part is
// what is due so far less what earlier notes took, so rounding never drifts, and notes over all of an invoice make it exactly.

import { portion } from '../kit/allocate.ts';
import { assert } from '../kit/assert.ts';
import type { InvoiceTax } from './invoice-sums.ts';

/** Of an invoice: what the line came to. */
export type BilledLine = {
  id: string;
  description: string;
  amount: number;
  discount: number;
  tax: number;
  taxes: InvoiceTax[];
};

/** Of a note that is not void. */
export type CreditedLine = { invoice_line_id: string; discount: number; taxes: InvoiceTax[]; total: number };

export type CreditLine = CreditedLine & { description: string; amount: number; tax: number };

export type Credit = {
  lines: CreditLine[];
  taxes: InvoiceTax[];
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
};

export const lineTotal = (line: { amount: number; discount: number; tax: number }) =>
  line.amount - line.discount + line.tax;

/** What of each line can still be taken back; below zero where the line gave something back itself. */
export function remainders(billed: readonly BilledLine[], credited: readonly CreditedLine[]): Map<string, number> {
  const left = new Map(billed.map((line) => [line.id, lineTotal(line)]));
  for (const { invoice_line_id, total } of credited)
    left.set(invoice_line_id, (left.get(invoice_line_id) ?? 0) - total);
  return left;
}

/** `shares`: what is taken back of each line, taxes included, in their order. */
export function creditOf(
  billed: readonly BilledLine[],
  credited: readonly CreditedLine[],
  shares: readonly number[],
): Credit {
  const lines = billed.flatMap((line, i) => {
    const share = shares[i] ?? 0;
    if (share === 0) return [];
    const own = credited.filter((one) => one.invoice_line_id === line.id);
    const all = lineTotal(line);
    const so_far = sum(own, (one) => one.total) + share;
    const next = (part: number, before: number) => later(part, so_far, all, before);
    const taxes = taxesOf(line).map((tax) => ({ ...tax, amount: next(tax.amount, toldOf(own, tax)) }));
    const tax = sum(taxes, (one) => (one.inclusive ? 0 : one.amount));
    const discount = next(
      line.discount,
      sum(own, (one) => one.discount),
    );
    return [
      {
        invoice_line_id: line.id,
        description: line.description,
        amount: share + discount - tax,
        discount,
        tax,
        taxes: taxes.filter((one) => one.amount !== 0),
        total: share,
      },
    ];
  });
  return {
    lines,
    taxes: together(lines.flatMap((line) => line.taxes)),
    subtotal: sum(lines, (line) => line.amount),
    discount: sum(lines, (line) => line.discount),
    tax: sum(lines, (line) => line.tax),
    total: sum(lines, (line) => line.total),
  };
}

/** Each line's part of an amount, by what is left of it. Parts never go beyond what is left, and make the amount. */
export function sharesOf(amount: number, left: readonly number[]): number[] {
  const all = left.reduce((a, b) => a + BigInt(b), 0n);
  assert(amount > 0 && BigInt(amount) <= all, 'no more is shared out than is left');
  const parts = left.map((weight, i) => {
    const product = BigInt(amount) * BigInt(weight);
    // Downwards, also below zero.
    const rest = ((product % all) + all) % all;
    return { i, whole: Number((product - rest) / all), rest };
  });
  let missing = amount - parts.reduce((a, part) => a + part.whole, 0);
  for (const part of [...parts].sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1))) {
    if (missing === 0) break;
    part.whole += 1;
    missing -= 1;
  }
  return parts.map((part) => part.whole);
}

/** What `part` of `all` is when `so_far` of it is taken back, less what was told before; never the other way round. */
function later(part: number, so_far: number, all: number, before: number): number {
  const share = portion(Math.abs(part), Math.abs(so_far), Math.abs(all));
  return part >= 0 ? Math.max(0, share - before) : Math.min(0, -share - before) + 0;
}

/** A line of before the rates were kept by line has one part without a name. */
function taxesOf(line: BilledLine): InvoiceTax[] {
  const added = sum(line.taxes, (one) => (one.inclusive ? 0 : one.amount));
  if (added === line.tax) return line.taxes;
  return [{ tax_rate: null, name: 'Tax', rate_ppm: null, inclusive: false, amount: line.tax }];
}

const keyOf = (tax: InvoiceTax) => `${tax.tax_rate ?? ''} ${tax.name} ${tax.inclusive}`;

const toldOf = (lines: readonly CreditedLine[], tax: InvoiceTax) =>
  sum(
    lines.flatMap((line) => line.taxes).filter((one) => keyOf(one) === keyOf(tax)),
    (one) => one.amount,
  );

function together(taxes: readonly InvoiceTax[]): InvoiceTax[] {
  const found = new Map<string, InvoiceTax>();
  for (const tax of taxes) {
    const before = found.get(keyOf(tax));
    found.set(keyOf(tax), { ...tax, amount: tax.amount + (before?.amount ?? 0) });
  }
  return [...found.values()];
}

const sum = <T>(list: readonly T[], of: (one: T) => number) => list.reduce((all, one) => all + of(one), 0);
