// When the periods of a subscription begin and end. Each boundary is counted from the anchor on the wall clock of a time zone, never
// from the boundary before: what began on the 31st comes back to the 31st after February. Pure.

export const intervals = ['day', 'week', 'month', 'year'] as const;
export type Interval = (typeof intervals)[number];

export type Cycle = { anchor: Date; interval: Interval; interval_count: number; time_zone: string };

export type Wall = { year: number; month: number; day: number; ms_of_day: number };

const day_ms = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(time_zone: string): Intl.DateTimeFormat {
  let format = formats.get(time_zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: time_zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(time_zone, format);
  }
  return format;
}

/** What the zone's clocks show, written as if it were UTC. */
function shownAt(at: number, time_zone: string): number {
  if (time_zone === 'UTC') return at;
  const shown: Record<string, number> = {};
  for (const { type, value } of formatOf(time_zone).formatToParts(at)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1_000) + 1_000) % 1_000);
}

export function wallOf(at: Date, time_zone: string): Wall {
  const shown = shownAt(at.getTime(), time_zone);
  const date = new Date(shown);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    ms_of_day: ((shown % day_ms) + day_ms) % day_ms,
  };
}

/** Of a time that clocks show twice the first one; of one that they leap over, as long after the leap as it would be. */
export function instantAt(shown: number, time_zone: string): Date {
  const before = shown - (shownAt(shown - day_ms, time_zone) - (shown - day_ms));
  const after = shown - (shownAt(shown + day_ms, time_zone) - (shown + day_ms));
  const fitting = [before, after].filter((at) => shownAt(at, time_zone) === shown);
  return new Date(fitting.length === 0 ? before : Math.min(...fitting));
}

export const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month + 1, 0)).getUTCDate();

/** The beginning of period `index`, which is the end of the one before it. Index 0 is the anchor itself. */
export function boundaryOf(cycle: Cycle, index: number): Date {
  if (index === 0) return cycle.anchor;
  const { year, month, day, ms_of_day } = wallOf(cycle.anchor, cycle.time_zone);
  const steps = index * cycle.interval_count;
  if (cycle.interval === 'day' || cycle.interval === 'week') {
    const count = cycle.interval === 'week' ? steps * 7 : steps;
    return instantAt(Date.UTC(year, month, day + count) + ms_of_day, cycle.time_zone);
  }
  const months = year * 12 + month + (cycle.interval === 'year' ? steps * 12 : steps);
  const [y, m] = [Math.floor(months / 12), months % 12];
  return instantAt(Date.UTC(y, m, Math.min(day, daysIn(y, m))) + ms_of_day, cycle.time_zone);
}

export type Period = { start: Date; end: Date };

export const periodOf = (cycle: Cycle, index: number): Period => ({
  start: boundaryOf(cycle, index),
  end: boundaryOf(cycle, index + 1),
});

/** So many calendar days later at the same time of day: a trial that ends across a change of clocks ends when it began. */
export const daysAfter = (at: Date, count: number, time_zone: string): Date =>
  boundaryOf({ anchor: at, interval: 'day', interval_count: 1, time_zone }, count);
