// When a customer is told of what comes next, and of what: the end of a trial, or a renewal. Pure; remind.ts tells it.

import { days, plus } from '../kit/clock.ts';
import type { SubscriptionRow } from './subscription.ts';

/** Card networks ask for a week at the most and three days at the least; so do most laws about renewals. */
const before = { trial: days(3), renewal: days(7) };

/** A customer who pays every week knows it. */
const monthly = { day: 28, week: 4, month: 1, year: 1 } as const;

export type Reminder = {
  at: Date;
  /** What it tells of: the end of the running period. Each end is told of once. */
  of: Date;
  event: 'subscription.trial_will_end' | 'subscription.renewal_upcoming';
};

type Parts = Pick<
  SubscriptionRow,
  | 'status'
  | 'item'
  | 'paused_at'
  | 'open_invoice_id'
  | 'cancel_at'
  | 'current_period_start'
  | 'current_period_end'
  | 'reminded_for'
>;

/** Null: nothing comes that somebody should know of, or they know. */
export function reminderOf(s: Parts): Reminder | null {
  if (s.status !== 'trialing' && s.status !== 'active') return null;
  // What rests, waits for money or ends with the period is not renewed at its end.
  if (s.paused_at || s.open_invoice_id) return null;
  const of = s.current_period_end;
  if (s.cancel_at && s.cancel_at <= of) return null;
  if (s.reminded_for?.getTime() === of.getTime()) return null;
  if (s.status === 'trialing') {
    const at = plus(of, -before.trial);
    // A trial of a day or two is told of as it begins.
    return { at: at < s.current_period_start ? s.current_period_start : at, of, event: 'subscription.trial_will_end' };
  }
  if (s.item.interval_count < monthly[s.item.interval]) return null;
  const at = plus(of, -before.renewal);
  // A part of a month before the billing day may be shorter than that: it was paid for just now.
  return at <= s.current_period_start ? null : { at, of, event: 'subscription.renewal_upcoming' };
}
