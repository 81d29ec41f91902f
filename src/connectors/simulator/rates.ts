// What the simulated gateway says a bitcoin costs: a table of one day, so that a payment of the sandbox always asks for the same
// amount. Never a price of today, and never used in live mode.

import { type Currency, currencies, fromMajor } from '../../kit/money.ts';
import type { BitcoinRate } from '../bitcoin.ts';

/** Major units of each currency for one bitcoin. */
const table: Record<Exclude<Currency, 'BTC'>, string> = {
  USD: '64000.00',
  EUR: '58880.00',
  CNY: '455040.00',
  CAD: '88320.00',
  JPY: '9216000',
  AUD: '97280.00',
  SGD: '83200.00',
  HKD: '499200.00',
  KRW: '88320000',
  GBP: '49920.00',
  AED: '235040.00',
  THB: '2150400.00',
  IDR: '1011200000.00',
  PHP: '3712000.00',
  MYR: '281600.00',
  BRL: '352000.00',
  INR: '5376000.00',
  CHF: '55040.00',
  SEK: '665600.00',
  NOK: '691200.00',
  DKK: '439040.00',
  PLN: '249600.00',
  NZD: '107520.00',
  MXN: '1177600.00',
  KWD: '19584.000',
  BHD: '24128.000',
};

export const rateDay = new Date('2026-01-05T00:00:00Z');

export function simulatedRate(currency: Currency): BitcoinRate | undefined {
  if (currency === 'BTC') return undefined;
  const minor_units = fromMajor(table[currency], currency);
  if (minor_units === undefined) return undefined;
  return { currency, minor_units, satoshis: 10 ** currencies.BTC, source: 'simulator', at: rateDay };
}
