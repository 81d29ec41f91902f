// Which rates of a table are owed for what, and how a tax is split over lines so that the lines always make its total. Pure.

import { allocate, portion } from '../kit/allocate.ts';

export type TaxCategory =
  | 'digital_goods'
  | 'ebook'
  | 'software_service'
  | 'physical_goods'
  | 'professional_service'
  | 'exempt';

export type Rate = {
  id: string;
  display_name: string;
  country: string;
  region: string | null;
  tax_category: string | null;
  rate_ppm: number;
  inclusive: boolean;
};

export type Place = { country: string; state?: string | undefined };

/** Amount: what is charged for the line, after its part of the discount. */
export type TaxedLine = { amount: number; tax_category: TaxCategory | null };

export type Tax = {
  tax_rate: string;
  name: string;
  rate_ppm: number;
  inclusive: boolean;
  /** Of all lines together. */
  amount: number;
  /** By line, in the order they were asked. Their sum is `amount`. */
  lines: number[];
};

/**
 * The rates of one line: the country's, and beside it the region's. Of each the one that names the line's category, else the one
 * for everything. What is exempt owes nothing.
 */
export function ratesFor(rates: readonly Rate[], place: Place, category: TaxCategory | null): Rate[] {
  if (category === 'exempt') return [];
  const here = rates.filter((rate) => rate.country === place.country);
  return [null, place.state ?? null].flatMap((region, i) => {
    if (i === 1 && region === null) return [];
    const level = here.filter((rate) => rate.region === region);
    const rate =
      level.find((one) => one.tax_category !== null && one.tax_category === category) ??
      level.find((one) => one.tax_category === null);
    return rate ? [rate] : [];
  });
}

const million = 1_000_000;

/**
 * Each rate is taken once of all that it is owed for, and then split: rounding line by line would drift with the number of lines.
 * An inclusive rate is a part of the amount, an exclusive one comes on top; both are of the amount without any tax.
 */
export function taxesOf(rates: readonly Rate[], place: Place, lines: readonly TaxedLine[]): Tax[] {
  const groups = new Map<string, { rates: Rate[]; members: number[] }>();
  for (const [i, line] of lines.entries()) {
    const owed = ratesFor(rates, place, line.tax_category);
    const key = owed.map((rate) => rate.id).join(' ');
    const group = groups.get(key) ?? { rates: owed, members: [] };
    group.members.push(i);
    groups.set(key, group);
  }
  const taxes = new Map<string, Tax>();
  for (const { rates: owed, members } of groups.values()) {
    const weights = members.map((i) => lines[i]?.amount ?? 0);
    const base = weights.reduce((a, b) => a + b, 0);
    const within = million + owed.filter((rate) => rate.inclusive).reduce((sum, rate) => sum + rate.rate_ppm, 0);
    for (const { id, display_name, rate_ppm, inclusive } of owed) {
      const none = { tax_rate: id, name: display_name, rate_ppm, inclusive, amount: 0, lines: lines.map(() => 0) };
      const tax = taxes.get(id) ?? none;
      const amount = portion(base, rate_ppm, within);
      const parts = allocate(amount, weights);
      for (const [k, i] of members.entries()) tax.lines[i] = parts[k] ?? 0;
      tax.amount += amount;
      taxes.set(id, tax);
    }
  }
  return [...taxes.values()];
}

/** What comes on top of the lines. */
export const addedTax = (taxes: readonly Tax[]): number =>
  taxes.reduce((sum, tax) => sum + (tax.inclusive ? 0 : tax.amount), 0);
