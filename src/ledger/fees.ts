// What the platform keeps of a captured payment or charges for a dispute. Pure; the rounding rule is docs/adr/0006.

import type { Currency } from '../kit/money.ts';
import { share } from '../kit/money.ts';
import type { Account, FeeRule } from '../operation/context.ts';

/** What a fee may depend on: how it was paid, and where the card is from. */
export type Paid = { method: 'card' | 'bitcoin'; card_country: string | null };

export type Region = 'domestic' | 'eea' | 'international';

// The European Economic Area and its interchange rules: a card of one member is not foreign to a merchant of another.
const eea = new Set(
  'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO'.split(' '),
);

export function regionOf(merchant_country: string, card_country: string | null): Region {
  if (card_country === null || card_country === merchant_country) return 'domestic';
  return eea.has(merchant_country) && eea.has(card_country) ? 'eea' : 'international';
}

/** The rule with the most conditions that fit; of two equals the first. No rule, no fee. Never more than the amount. */
export function captureFee(account: Account, amount: number, currency: Currency, paid: Paid): number {
  const region = regionOf(account.merchant_country, paid.card_country);
  let best: FeeRule | undefined;
  let score = -1;
  for (const rule of account.fee_schedule.rules ?? []) {
    if (rule.currency !== undefined && rule.currency !== currency) continue;
    if (rule.method !== undefined && rule.method !== paid.method) continue;
    if (rule.region !== undefined && rule.region !== region) continue;
    const exact =
      Number(rule.currency !== undefined) + Number(rule.method !== undefined) + Number(rule.region !== undefined);
    if (exact > score) {
      best = rule;
      score = exact;
    }
  }
  const usual = best ? share(amount, best.bps) + best.fixed : 0;
  return Math.min(amount, usual + exchangeFee(account, amount, currency));
}

/** The part of the fee that is charged because the payment is neither in the account's own currency nor in BTC. */
export function exchangeFee(account: Account, amount: number, currency: Currency): number {
  const { exchange } = account.fee_schedule;
  if (!exchange || currency === account.currency || currency === 'BTC') return 0;
  return share(amount, exchange.bps);
}

export function disputeFee(account: Account, currency: Currency): number {
  const rules = account.fee_schedule.dispute ?? [];
  const rule = rules.find((r) => r.currency === currency) ?? rules.find((r) => r.currency === undefined);
  return rule?.amount ?? 0;
}
