import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../kit/fault.ts';
import { type AnchorWish, anchorFor, periodFrom } from './billing-anchor.ts';
import { periodOf } from './cycle.ts';

const month = { interval: 'month', interval_count: 1, time_zone: 'UTC' } as const;
const day = (text: string) => text.slice(0, 10);
/** The part until the billing day, and the beginnings of the periods after it. */
function from(start: string, wish: AnchorWish, way: Parameters<typeof anchorFor>[1] = month, count = 4): string[] {
  const at = new Date(start);
  const anchor = anchorFor(at, way, wish);
  const { period } = periodFrom(at, way, anchor);
  const later = Array.from(
    { length: count },
    (_, i) => periodOf({ ...way, anchor: anchor.anchor }, anchor.index + 1 + i).start,
  );
  return [period.start, ...later].map((one) => day(one.toISOString()));
}

test('a day of the month: a part until then, then whole months', () => {
  assert.deepEqual(from('2026-01-10T09:00:00Z', { day: 15 }), [
    '2026-01-10',
    '2026-01-15',
    '2026-02-15',
    '2026-03-15',
    '2026-04-15',
  ]);
  assert.deepEqual(from('2026-01-10T09:00:00Z', { day: 1 }, month, 2), ['2026-01-10', '2026-02-01', '2026-03-01']);
});

test('the 31st is the last day of a shorter month, and the 31st again', () => {
  assert.deepEqual(from('2026-02-10T09:00:00Z', { day: 31 }), [
    '2026-02-10',
    '2026-02-28',
    '2026-03-31',
    '2026-04-30',
    '2026-05-31',
  ]);
  assert.deepEqual(from('2028-02-10T09:00:00Z', { day: 30 }, month, 3), [
    '2028-02-10',
    '2028-02-29',
    '2028-03-30',
    '2028-04-30',
  ]);
});

test('on the day itself a whole period begins at once', () => {
  for (const [start, wished] of [
    ['2026-01-15T09:00:00Z', 15],
    ['2026-02-28T09:00:00Z', 31],
    ['2028-02-29T09:00:00Z', 29],
  ] as const) {
    const at = new Date(start);
    const anchor = anchorFor(at, month, { day: wished });
    const { whole, period } = periodFrom(at, month, anchor);
    assert.deepEqual(period, whole);
    assert.equal(period.start.toISOString(), at.toISOString());
  }
  assert.deepEqual(from('2026-02-28T09:00:00Z', { day: 31 }, month, 2), ['2026-02-28', '2026-03-31', '2026-04-30']);
});

test('a date: the first whole period begins then', () => {
  assert.deepEqual(from('2026-01-10T09:00:00Z', { at: new Date('2026-01-31T00:00:00Z') }), [
    '2026-01-10',
    '2026-01-31',
    '2026-02-28',
    '2026-03-31',
    '2026-04-30',
  ]);
  const year = { ...month, interval: 'year' } as const;
  assert.deepEqual(from('2027-05-01T00:00:00Z', { at: new Date('2028-02-29T00:00:00Z') }, year), [
    '2027-05-01',
    '2028-02-29',
    '2029-02-28',
    '2030-02-28',
    '2031-02-28',
  ]);
});

test('a date before the beginning or beyond a period is refused; so is a day of the month of a weekly price', () => {
  const start = new Date('2026-01-10T09:00:00Z');
  const week = { ...month, interval: 'week' } as const;
  const rows: [() => unknown, string][] = [
    [() => anchorFor(start, month, { at: new Date('2026-01-10T08:59:59Z') }), 'billing_cycle_anchor'],
    [() => anchorFor(start, month, { at: new Date('2026-02-10T09:00:01Z') }), 'billing_cycle_anchor'],
    [() => anchorFor(start, week, { day: 3 }), 'billing_day'],
  ];
  for (const [work, param] of rows)
    assert.throws(work, (error) => isFault(error, 'parameter_invalid') && error.param === param);
  assert.equal(anchorFor(start, month, { at: new Date('2026-02-10T09:00:00Z') }).index, -1, 'a period ahead may be');
});

test('across a change of clocks the hour stays what the merchant’s clock shows', () => {
  const berlin = { ...month, time_zone: 'Europe/Berlin' };
  const at = new Date('2026-03-20T08:00:00Z'); // 9:00
  const { anchor, index } = anchorFor(at, berlin, { day: 5 });
  assert.equal(periodOf({ ...berlin, anchor }, index + 1).start.toISOString(), '2026-04-05T07:00:00.000Z');
});

test('whatever the day and the cycle: the part lies in its period, is less than it, and no period begins on another day', () => {
  const ways = fc.record({
    interval: fc.constantFrom('month' as const, 'year' as const),
    interval_count: fc.integer({ min: 1, max: 6 }),
    time_zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
  });
  const starts = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2034, 0, 1) }).map((ms) => new Date(ms));
  fc.assert(
    fc.property(starts, fc.integer({ min: 1, max: 31 }), ways, (start, wished, way) => {
      const anchor = anchorFor(start, way, { day: wished });
      assert.ok(anchor.index >= -1 && anchor.anchor.getUTCFullYear() > 1970);
      const { whole, period } = periodFrom(start, way, anchor);
      assert.ok(whole.start <= start && start < whole.end, 'the beginning lies in the period');
      assert.equal(period.start.getTime(), Math.max(start.getTime(), whole.start.getTime()));
      if (period.start > whole.start)
        assert.ok(period.end.getTime() - start.getTime() <= 32 * 86_400_000, 'the day comes within a month');
      for (let i = 1; i < 5; i++) {
        const next = periodOf({ ...way, anchor: anchor.anchor }, anchor.index + i);
        const shown = Number(
          new Intl.DateTimeFormat('en', { day: 'numeric', timeZone: way.time_zone }).format(next.start),
        );
        assert.ok(shown === wished || (shown < wished && shown >= 28), `${shown} for ${wished}`);
      }
    }),
  );
});
