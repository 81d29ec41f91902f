// Which day's payout an account's schedule calls for now. Pure.

import { hours, plus } from '../kit/clock.ts';
import { addDays, localDay } from '../ledger/calendar.ts';
import type { Account } from '../operation/context.ts';

/** The night's settlement goes first: a payout's day begins three hours after midnight. */
const begins_after = hours(3);

/** A weekly or monthly payout that found no money, no account or no running worker on its day is made up for so many days. */
const grace_days = 2;

/** The day, in the account's time zone, whose scheduled payout is due: it may be made once. Undefined: none is. */
export function dueDay(
  { payout_schedule, time_zone }: Pick<Account, 'payout_schedule' | 'time_zone'>,
  now: Date,
): string | undefined {
  if (payout_schedule === 'manual') return undefined;
  const today = localDay(plus(now, -begins_after), time_zone);
  if (payout_schedule === 'daily') return today;
  for (let back = 0; back <= grace_days; back++) {
    const day = addDays(today, -back);
    if (payout_schedule === 'weekly' ? isMonday(day) : day.endsWith('-01')) return day;
  }
  return undefined;
}

const isMonday = (day: string) => new Date(`${day}T12:00:00Z`).getUTCDay() === 1;
