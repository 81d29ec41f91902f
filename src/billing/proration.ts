// What a change of plan in the middle of a period costs or gives back. Pure: whole minor units; a credit is a part of what was billed
// for the time that is left, rounded down, so that no row of changes gives back more than was paid.

import { assert } from '../kit/assert.ts';

/**
 * `prorate_now`: the rest of the period is settled at once. `prorate_next`: the same, on the next invoice. `none`: the new price
 * begins with the next period. `full_now`: a new period begins now at the full price, and nothing is given back.
 */
export const prorations = ['prorate_now', 'prorate_next', 'none', 'full_now'] as const;
export type Proration = (typeof prorations)[number];

/** What was billed, and for which time: it loses its value evenly. */
export type Coverage = { amount: number; tax: number; from: Date; until: Date };

/** Rounded down; nothing of nothing. */
export const floorShare = (amount: number, part: number, whole: number): number =>
  whole <= 0 ? 0 : Number((BigInt(amount) * BigInt(part)) / BigInt(whole));

/** Of a coverage: what the time after `at` is worth. All of it when nothing was used, nothing when all was. */
export function unusedOf(coverage: Coverage, at: Date): { amount: number; tax: number } {
  assert(coverage.amount >= 0 && coverage.tax >= 0, 'what was billed is not negative');
  const whole = coverage.until.getTime() - coverage.from.getTime();
  const left = Math.min(whole, Math.max(0, coverage.until.getTime() - at.getTime()));
  return { amount: floorShare(coverage.amount, left, whole), tax: floorShare(coverage.tax, left, whole) };
}

/** The price of a whole period, for the part of it that is left. */
export function restOf(amount: number, period: { start: Date; end: Date }, at: Date): number {
  const whole = period.end.getTime() - period.start.getTime();
  const left = Math.min(whole, Math.max(0, period.end.getTime() - at.getTime()));
  return floorShare(amount, left, whole);
}
