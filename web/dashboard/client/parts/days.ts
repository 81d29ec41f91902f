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
