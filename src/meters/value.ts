// Values of events: decimals, kept exactly and told as text. Pure; no float touches them.

import { assert } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';

/** A thousand million; with twelve places behind the point. */
export const greatest = 1_000_000_000;
const shape = /^(0|[1-9][0-9]{0,9})(\.[0-9]{1,12})?$/;

/** As it is written to the database. */
export function decimalOf(given: string | number, param: string): string {
  const text = String(given);
  const whole = Number(text.split('.')[0]);
  const fits = shape.test(text) && (whole < greatest || /^1000000000(\.0+)?$/.test(text));
  if (!fits)
    throw new Fault(
      'parameter_invalid',
      `'${param}' must be a whole number from 0 to ${greatest}, or such a decimal in text with at most 12 places, such as "12.5".`,
      { param },
    );
  return text;
}

/** "12.500000000000" is 12.5. */
export const plainDecimal = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** What is charged: a unit that was begun counts whole. Once per period, so that many small events do not each round up. */
export function wholeUnits(text: string): number {
  const [whole = '0', places = ''] = plainDecimal(text).split('.');
  const count = BigInt(whole) + (places === '' ? 0n : 1n);
  assert(count <= BigInt(Number.MAX_SAFE_INTEGER), 'usage can be counted');
  return Number(count);
}
