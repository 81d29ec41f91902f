// What a coupon takes off and how often it was used, in a few words. Pure.

import type { Coupon } from '../data/types.ts';
import { money } from '../parts/amount.ts';
import { percent } from '../parts/decimal.ts';
import { t } from './words.ts';

export function discountText(coupon: Pick<Coupon, 'percentage_bps' | 'fixed_amounts'>): string {
  if (coupon.percentage_bps !== null) return t('percentOff', { percent: percent(coupon.percentage_bps, 2) });
  const amounts = Object.entries(coupon.fixed_amounts ?? {}).map(([currency, amount]) => money(amount, currency));
  return t('amountOff', { amount: amounts.join(' / ') });
}

export function durationText({ duration, duration_months }: Pick<Coupon, 'duration' | 'duration_months'>): string {
  if (duration === 'repeating') return t('forMonths', { count: duration_months ?? 1 });
  return duration === 'forever' ? t('forever') : t('once');
}

type Counted = { times_redeemed: number; times_reserved: number; max_redemptions: number | null };

export function usedText({ times_redeemed, times_reserved, max_redemptions }: Counted): string {
  const used =
    max_redemptions === null ? String(times_redeemed) : t('usedOf', { used: times_redeemed, most: max_redemptions });
  return times_reserved === 0 ? used : `${used} · ${t('held', { count: times_reserved })}`;
}

export const minimumText = (amounts: Record<string, number>): string =>
  Object.entries(amounts)
    .map(([currency, amount]) => money(amount, currency))
    .join(' / ');
