// Which time a report is about: days and months of the merchant's calendar, or exact instants, as a half-open range. Pure.

import Type from 'typebox';
import { plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { localDay } from '../ledger/calendar.ts';

/** `from` counts, `to` does not. */
export type Period = { from: Date; to: Date };

/** How a bound of a period is said; see momentOf. */
export const when = (what: string) =>
  Type.Optional(
    Type.String({
      minLength: 10,
      maxLength: 40,
      description: `A day of your time zone, such as 2026-01-31, or a time in ISO 8601 with a zone. ${what}`,
    }),
  );

/** Before every row there is. */
const beginning = new Date(0);

export type PeriodInput = { from?: string | undefined; to?: string | undefined };

/** A day as `to` is included, an instant is not: so a month is from its first to its last day. */
export function periodOf({ from, to }: PeriodInput, time_zone: string, now: Date, end = 'to'): Period {
  const period = {
    from: from === undefined ? beginning : momentOf(from, 'from', time_zone, 'start'),
    to: to === undefined ? plus(now, 1) : momentOf(to, end, time_zone, 'end'),
  };
  if (from !== undefined && period.from >= period.to) {
    throw new Fault('parameter_invalid', "'from' must be before 'to', and in the past.", { param: 'from' });
  }
  return period;
}

/** `2026-01` → the month in the zone. */
export function monthOf(month: string, time_zone: string): Period {
  const [year = 0, number = 0] = month.split('-').map(Number);
  if (number < 1 || number > 12 || year < 1970) {
    throw new Fault('parameter_invalid', "'month' must be a month such as 2026-01.", { param: 'month' });
  }
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return { from: startOfDay(`${month}-01`, time_zone), to: startOfDay(`${next}-01`, time_zone) };
}

/** The month before the one that `now` is in. */
export function lastMonth(now: Date, time_zone: string): string {
  const [year = 0, number = 0] = localDay(now, time_zone).split('-').map(Number);
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, '0')}`;
}

/** Of a day its first instant, or as an end the first instant after it. */
export function momentOf(text: string, param: string, time_zone: string, end: 'start' | 'end'): Date {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const noon = new Date(`${text}T12:00:00Z`);
    // 2026-02-30 would slide into March.
    if (!Number.isNaN(noon.getTime()) && noon.toISOString().startsWith(text) && noon > beginning) {
      return end === 'start' ? startOfDay(text, time_zone) : startOfDay(nextDay(noon), time_zone);
    }
  } else if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/i.test(text)) {
    const at = new Date(text);
    if (!Number.isNaN(at.getTime()) && at >= beginning) return at;
  }
  throw new Fault(
    'parameter_invalid',
    `'${param}' must be a day such as 2026-01-31, or a time in ISO 8601 with a zone, such as 2026-01-31T12:00:00Z.`,
    { param },
  );
}

function nextDay(noon: Date): string {
  const at = new Date(noon);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 10);
}

/** The first instant of a local day: midnight, or what comes instead where the clocks jump over it. */
export function startOfDay(day: string, time_zone: string): Date {
  const noon = new Date(`${day}T12:00:00Z`).getTime();
  // No zone is more than 14 hours from UTC, so the day begins within this; 28 halvings find the millisecond.
  let before = noon - 30 * 3_600_000;
  let reached = noon + 30 * 3_600_000;
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (localDay(new Date(middle), time_zone) >= day) reached = middle;
    else before = middle;
  }
  return new Date(reached);
}
