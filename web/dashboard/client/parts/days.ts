// Days of the merchant's calendar as moments. Pure.

/** The first instant of a day of the zone: found by halving, so that it is right where clocks are changed. */
export function startOfDay(day: string, zone: string): string | undefined {
  const noon = Date.parse(`${day}T12:00:00Z`);
  if (Number.isNaN(noon)) return undefined;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  let before = noon - 30 * 3_600_000;
  let reached = noon + 30 * 3_600_000;
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (format.format(new Date(middle)) >= day) reached = middle;
    else before = middle;
  }
  return new Date(reached).toISOString();
}

/** What a clock on the wall of the zone shows, for a field of day and time: 2026-01-31T09:30. */
export function wallTime(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** The moment at which that clock shows this; undefined for what is no time. */
export function momentOf(wall: string, zone: string): Date | undefined {
  const asked = Date.parse(`${wall}Z`);
  if (Number.isNaN(asked)) return undefined;
  let at = asked;
  // The second look mends what the first took from the other side of a change of clocks.
  for (let look = 0; look < 2; look++) at += asked - Date.parse(`${wallTime(new Date(at), zone)}Z`);
  return new Date(at);
}
