// Splitting an amount over parts so that the parts always make the whole: largest remainder, in whole minor units. Pure; no float.

import { assert } from './assert.ts';

/** Each part gets its share rounded down; what is left goes, one unit each, to the largest remainders, earlier parts first. */
export function allocate(total: number, weights: readonly number[]): number[] {
  assert(Number.isSafeInteger(total) && total >= 0, 'an amount is a whole number');
  const sum = weights.reduce((all, weight) => all + BigInt(weight), 0n);
  assert(total === 0 || sum > 0n, 'something to split over');
  if (total === 0) return weights.map(() => 0);
  const parts = weights.map((weight, i) => {
    const product = BigInt(total) * BigInt(weight);
    return { i, whole: Number(product / sum), rest: product % sum };
  });
  let left = total - parts.reduce((all, part) => all + part.whole, 0);
  for (const part of [...parts].sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1))) {
    if (left === 0) break;
    part.whole += 1;
    left -= 1;
  }
  return parts.map((part) => part.whole);
}

/** `amount × numerator / denominator`, half a minor unit rounds up. Exact. */
export function portion(amount: number, numerator: number, denominator: number): number {
  assert(Number.isSafeInteger(amount) && amount >= 0, 'an amount is a whole number');
  const [n, d] = [BigInt(numerator), BigInt(denominator)];
  return Number((BigInt(amount) * n * 2n + d) / (d * 2n));
}
