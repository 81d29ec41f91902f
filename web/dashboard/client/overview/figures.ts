// What the overview's answer becomes on the screen: two stretches of days of equal length, and how they differ. Pure.

export type Figures = {
  payments: number;
  succeeded: number;
  failed: number;
  volume: number;
  refunds: number;
  refunded: number;
  disputes: number;
  disputed: number;
};
export type Overview = {
  from: string;
  to: string;
  currencies: (Figures & { currency: string; days: (Figures & { day: string })[] })[];
};

export const addDays = (day: string, count: number): string => {
  const at = new Date(`${day}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + count);
  return at.toISOString().slice(0, 10);
};

export const today = (zone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(),
  );

export const none: Figures = {
  payments: 0,
  succeeded: 0,
  failed: 0,
  volume: 0,
  refunds: 0,
  refunded: 0,
  disputes: 0,
  disputed: 0,
};

/** Every day of a stretch. Where nothing happened a sum is zero and a rate is unknown: `value` says which. */
export function series(found: Overview | undefined, currency: string, value: (of: Figures) => number | undefined) {
  if (!found) return [];
  const own = new Map(found.currencies.find((one) => one.currency === currency)?.days.map((day) => [day.day, day]));
  const points: { day: string; value: number | undefined }[] = [];
  for (let day = found.from; day <= found.to; day = addDays(day, 1)) {
    const there = own.get(day);
    points.push({ day, value: value(there ?? none) });
  }
  return points;
}

export const successRate = ({ succeeded, failed }: Figures): number | undefined =>
  succeeded + failed === 0 ? undefined : succeeded / (succeeded + failed);

/** “+12 %”; undefined where there is nothing to compare with. */
export const change = (now: number, before: number): number | undefined =>
  before === 0 ? undefined : (now - before) / before;
