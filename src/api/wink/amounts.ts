// Wink's amounts: JSON numbers in the major unit of their currency, 42.77 USD or 0.00000001 BTC, and ours in integers. Exact: a
// number goes through its decimal text, and one that is not a whole count of minor units is refused, never rounded. Pure.

import Type from 'typebox';
import { Fault } from '../../kit/fault.ts';
import { type Currency, currencies, currencyOf, fromMajor, maxAmount, toMajor } from '../../kit/money.ts';

/** No currency has more in its major unit: the width of an amount, without decimals. */
const most = maxAmount;

export const Price = Type.Number({
  minimum: 0,
  maximum: most,
  description: 'a number in the major unit of the currency, such as 42.77',
});
export const Total = Type.Number({
  exclusiveMinimum: 0,
  maximum: most,
  description: 'a number above zero in the major unit of the currency, such as 42.77',
});

export function minorOf(value: number, currency: Currency, param: string): number {
  const places = currencies[currency];
  const text = value.toFixed(places);
  // The nearest number to that text is what was sent, or there were more decimals.
  const amount = Number(text) === value ? fromMajor(text, currency) : undefined;
  if (amount === undefined) {
    throw new Fault(
      'parameter_invalid',
      `'${param}' must have ${places === 0 ? 'no decimals' : `at most ${places} decimals`} in ${currency}; got ${value}.`,
      { param },
    );
  }
  if (amount > maxAmount) {
    throw new Fault(
      'amount_too_large',
      `'${param}' may be at most ${toMajor(maxAmount, currency)} ${currency}; got ${value}.`,
      { param },
    );
  }
  return amount;
}

/** Of what the core answered; its currency is one of ours. */
export const majorOf = (amount: number, currency: string): number => Number(toMajor(amount, currencyOf(currency)));
