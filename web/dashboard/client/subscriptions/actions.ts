// Which changes a subscription allows now, and why not the others: the same conditions as the server's refusals, told before the press.
// Also what happens to it next, and what of its period is unused. Pure.

import type { Invoice, Subscription } from '../data/types.ts';
import type { Why } from '../parts/Act.tsx';
import { day, money } from '../parts/amount.ts';
import { cycleText } from '../parts/price.ts';
import { t } from './words.ts';

export const isEnded = (s: Subscription): boolean => s.status === 'canceled' || s.status === 'incomplete_expired';

const first = (s: Subscription, allowed: boolean): Why => {
  if (!allowed) return t('whyRole');
  return isEnded(s) ? t('whyEnded') : undefined;
};

export function whyNoChange(s: Subscription, allowed: boolean): Why {
  if (s.status === 'incomplete') return first(s, allowed) ?? t('whyIncomplete');
  return (
    first(s, allowed) ?? (s.open_invoice === null ? undefined : t('whyOpen')) ?? (s.paused ? t('whyPaused') : undefined)
  );
}

export function whyNoPause(s: Subscription, allowed: boolean): Why {
  if (s.status === 'incomplete') return first(s, allowed) ?? t('whyIncomplete');
  return first(s, allowed) ?? (s.open_invoice === null ? undefined : t('whyOpen'));
}

export const whyNoDiscount = (s: Subscription, allowed: boolean): Why =>
  first(s, allowed) ?? (s.status === 'incomplete' ? t('whyIncomplete') : undefined);

export const whyNoCollection = whyNoDiscount;

export const whyNoCancel = (s: Subscription, allowed: boolean): Why => first(s, allowed);

export const planText = (item: NonNullable<Subscription['upcoming_item']>, currency: string): string =>
  `${item.product_name}${item.quantity > 1 ? ` × ${item.quantity}` : ''}, ${money(item.amount, currency)} ${cycleText(item)}`;

/** What time will do to it, in one sentence. */
export function nextText(s: Subscription, zone: string): string {
  const on = (at: string | null) => (at === null ? '–' : day(at, zone));
  const end = on(s.current_period_end);
  switch (s.status) {
    case 'incomplete':
      return t('nextIncomplete', { at: on(s.expires_at) });
    case 'incomplete_expired':
      return t('nextExpired');
    case 'canceled':
      return t('nextCanceled', { at: on(s.ended_at) });
    default:
  }
  if (s.cancel_at_period_end) return t('nextCancel', { at: on(s.cancel_at) });
  if (s.paused) return s.resumes_at === null ? t('nextPaused') : t('nextResume', { at: on(s.resumes_at) });
  if (s.status === 'past_due') return t('nextPastDue');
  const next = s.upcoming_item ?? s.item;
  const amount = money(next.amount, s.currency);
  if (next.price !== s.item.price || next.quantity !== s.item.quantity)
    return t('nextChange', { at: end, plan: planText(next, s.currency) });
  return s.status === 'trialing' ? t('nextTrial', { at: end, amount }) : t('nextRenewal', { at: end, amount });
}

/** What of the last paid invoice lies in the time after `now`: evenly, as its lines lose their value. */
export function unusedOf(invoice: Invoice | undefined, now: number): number {
  if (invoice?.status !== 'paid') return 0;
  const paid = invoice.lines.reduce((sum, line) => {
    const from = Date.parse(line.period_start);
    const until = Date.parse(line.period_end);
    const left = Math.min(until - from, Math.max(0, until - now));
    const charged = line.amount - line.discount + line.tax;
    return until > from ? sum + Math.floor((charged * left) / (until - from)) : sum;
  }, 0);
  return Math.max(0, Math.min(paid, invoice.amount_paid));
}
