// From an amount of any currency to satoshis, exactly: whole numbers all the way, and the last satoshi is rounded up, so that the
// merchant never gets less than the price. Pure.

import type { BitcoinRate, HeldRate } from '../connectors/bitcoin.ts';
import { assert } from '../kit/assert.ts';
import { currencies, display } from '../kit/money.ts';

/** All there will ever be. */
export const mostSatoshis = 2_100_000_000_000_000;
/** Less than this no node passes on: sending it would cost more than it is worth. */
export const leastSatoshis = 546;

export function satoshisFor(amount: number, { minor_units, satoshis }: Pick<BitcoinRate, 'minor_units' | 'satoshis'>) {
  assert(
    [amount, minor_units, satoshis].every((n) => Number.isSafeInteger(n) && n > 0),
    'amount and rate are positive whole numbers',
  );
  const per = BigInt(minor_units);
  const asked = (BigInt(amount) * BigInt(satoshis) + per - 1n) / per;
  return asked > BigInt(mostSatoshis) ? mostSatoshis + 1 : Number(asked);
}

export const heldRate = (rate: BitcoinRate): HeldRate => ({ ...rate, at: rate.at.toISOString() });

/** `1 BTC = $64,000.00`. Of a rate that names another sum of satoshis: `0.5 BTC = …`. */
export function rateText(rate: Pick<HeldRate, 'minor_units' | 'satoshis' | 'currency'>, locale = 'en'): string {
  const one = rate.satoshis === 10 ** currencies.BTC;
  return `${one ? '1 BTC' : display(rate.satoshis, 'BTC')} = ${display(rate.minor_units, rate.currency, locale)}`;
}
