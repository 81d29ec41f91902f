// What a price says, in a few words: “$10.00 per seat, every 3 months”. Pure.

import type { Price } from '../data/types.ts';
import { catalogue } from '../words.ts';
import { money } from './amount.ts';

const t = catalogue({
  en: {
    day: 'a day|every {count} days',
    week: 'a week|every {count} weeks',
    month: 'a month|every {count} months',
    year: 'a year|every {count} years',
    seat: '{amount} per seat',
    usage: '{amount} per unit used',
    from: 'from {amount}',
    pack: '{amount} for each {count}',
    tiered: 'By tiers',
  },
});

type Cycle = { interval: string; interval_count: number };
type Terms = Pick<Price, 'pricing_model' | 'amounts' | 'transform_quantity' | 'recurring'>;
type Amount = Terms['amounts'][number];

const isCycle = (text: string): text is 'day' | 'week' | 'month' | 'year' =>
  ['day', 'week', 'month', 'year'].includes(text);

/** “a month”, “every 3 months”. */
export const cycleText = ({ interval, interval_count: count }: Cycle): string =>
  isCycle(interval) ? t(interval, { count }) : `${count} ${interval}`;

function eachText({ pricing_model, transform_quantity }: Terms, { currency, unit_amount, tiers }: Amount): string {
  if (unit_amount === null) {
    const first = tiers?.[0];
    return first ? t('from', { amount: money(first.unit_amount || first.flat_amount, currency) }) : t('tiered');
  }
  const amount = money(unit_amount, currency);
  if (transform_quantity) return t('pack', { amount, count: transform_quantity.divide_by });
  if (pricing_model === 'per_seat') return t('seat', { amount });
  return pricing_model === 'usage' ? t('usage', { amount }) : amount;
}

/** In its own currency, or in another that it has. */
export function priceText(terms: Terms, currency?: string): string {
  const amount = terms.amounts.find((one) => one.currency === currency) ?? terms.amounts[0];
  if (!amount) return '–';
  return [eachText(terms, amount), terms.recurring && cycleText(terms.recurring)].filter(Boolean).join(' ');
}
