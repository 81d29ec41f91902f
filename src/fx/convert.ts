// What an amount of one currency is in another: whole numbers and decimal text all the way, no float. Pure; the rule of rounding is
// docs/adr/0034.

import { assert } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import { type Currency, currencies } from '../kit/money.ts';

/** A positive decimal such as `1.0784`, as two whole numbers. */
export type Fraction = { numerator: bigint; denominator: bigint };

const decimal = /^(\d{1,15})(?:\.(\d{1,20}))?$/;

/** Undefined when the text is no positive decimal of a sensible length. */
export function fractionOf(text: string): Fraction | undefined {
  const match = decimal.exec(text);
  if (!match) return undefined;
  const fraction = match[2] ?? '';
  const numerator = BigInt(`${match[1]}${fraction}`);
  return numerator === 0n ? undefined : { numerator, denominator: 10n ** BigInt(fraction.length) };
}

/** How exactly a rate that is no source's own is written: so many digits that count. */
const digits = 12;

/** A quotient as decimal text of twelve significant digits, half up, without zeros at the end. */
export function decimalOf({ numerator, denominator }: Fraction): string {
  assert(numerator > 0n && denominator > 0n, 'a rate is positive');
  let places = 0;
  let scaled = numerator;
  while (scaled / denominator < 10n ** BigInt(digits - 1) && places < 20) {
    scaled *= 10n;
    places += 1;
  }
  const rounded = (scaled * 2n + denominator) / (denominator * 2n);
  const text = String(rounded).padStart(places + 1, '0');
  if (places === 0) return text;
  return `${text.slice(0, -places)}.${text.slice(-places)}`.replace(/\.?0+$/, '');
}

/**
 * Minor units of `from` at so many `to` for one `from`, plus a markup in hundredths of a percent; half a minor unit rounds up. What
 * costs something never becomes nothing: the least is one minor unit.
 */
export function convert(
  amount: number,
  { from, to, rate, markup_bps = 0 }: { from: Currency; to: Currency; rate: string; markup_bps?: number },
): number {
  assert(Number.isSafeInteger(amount) && amount >= 0, 'an amount is a whole number');
  assert(Number.isSafeInteger(markup_bps) && markup_bps >= 0, 'a markup is a whole number of basis points');
  const fraction = fractionOf(rate);
  assert(fraction, 'a rate is a positive decimal');
  if (amount === 0) return 0;
  const shift = currencies[to] - currencies[from];
  const up = 10n ** BigInt(Math.max(0, shift));
  const down = 10n ** BigInt(Math.max(0, -shift));
  const numerator = BigInt(amount) * fraction.numerator * BigInt(10_000 + markup_bps) * up;
  const denominator = fraction.denominator * 10_000n * down;
  const converted = Number((numerator * 2n + denominator) / (denominator * 2n));
  if (!Number.isSafeInteger(converted))
    throw new Fault('amount_too_large', `In ${to} this is more than an amount can hold. Convert less at a time.`, {
      param: 'amount',
    });
  return Math.max(1, converted);
}
