// Where the cycle of a subscription is counted from, when its customer is not to be billed on the day they began: a date, or a day of the
// month. The time until then is a part of a period. Pure.

import { Fault } from '../kit/fault.ts';
import { boundaryOf, type Cycle, daysIn, instantAt, type Period, periodOf, wallOf } from './cycle.ts';

/** `index`: the period of the cycle, counted from the anchor, that begins or is under way at the start. */
export type Anchor = { anchor: Date; index: number };

export type AnchorWish = { at: Date; day?: never } | { day: number; at?: never };

type Way = Omit<Cycle, 'anchor'>;

/** The cycle as it is without a wish: it is counted from the start. */
export const plainAnchor = (start: Date): Anchor => ({ anchor: start, index: 0 });

export function anchorFor(start: Date, way: Way, wish: AnchorWish): Anchor {
  return wish.day === undefined ? anchorAt(start, way, wish.at) : anchorOn(start, way, wish.day);
}

/** The date itself is the anchor, so the part before it belongs to the period before the first one. */
function anchorAt(start: Date, way: Way, anchor: Date): Anchor {
  const param = 'billing_cycle_anchor';
  if (anchor < start)
    throw new Fault(
      'parameter_invalid',
      `'${param}' must not be before the first period begins: ${start.toISOString()}.`,
      {
        param,
      },
    );
  if (boundaryOf({ ...way, anchor }, -1) > start)
    throw new Fault(
      'parameter_invalid',
      `'${param}' must be within one period of the beginning, ${start.toISOString()}.`,
      {
        param,
      },
    );
  return { anchor, index: anchor.getTime() === start.getTime() ? 0 : -1 };
}

/** More than the years from one leap day to the next. */
const farthest = 12;

/** The next such day at the same time of day; where a month has no such day it is that month's last one, and later months keep the wish. */
function anchorOn(start: Date, way: Way, day: number): Anchor {
  if (way.interval !== 'month' && way.interval !== 'year')
    throw new Fault(
      'parameter_invalid',
      "'billing_day' is a day of the month: it goes with a price by month or year.",
      {
        param: 'billing_day',
      },
    );
  const wall = wallOf(start, way.time_zone);
  const here = wall.year * 12 + wall.month;
  const last = (months: number) => daysIn(Math.floor(months / 12), months % 12);
  const passed = Math.min(day, last(here)) < wall.day;
  const first = passed ? here + 1 : here;
  const step = way.interval_count * (way.interval === 'year' ? 12 : 1);
  // Counted from a month that has the day, however far back; in none, from the one that comes nearest.
  let back = 0;
  for (let i = 1; i <= farthest && last(first - back * step) < day; i++)
    if (last(first - i * step) > last(first - back * step)) back = i;
  const months = first - back * step;
  const date = Date.UTC(Math.floor(months / 12), months % 12, Math.min(day, last(months)));
  const anchor = instantAt(date + wall.ms_of_day, way.time_zone);
  const today = !passed && Math.min(day, last(here)) === wall.day;
  return { anchor, index: today ? back : back - 1 };
}

/** The whole period that the start lies in, and what of it is left from there on. */
export function periodFrom(start: Date, way: Way, { anchor, index }: Anchor): { whole: Period; period: Period } {
  const whole = periodOf({ ...way, anchor }, index);
  return { whole, period: whole.start < start ? { start, end: whole.end } : whole };
}
