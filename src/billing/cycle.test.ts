import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boundaryOf, type Cycle, daysAfter, intervals, periodOf } from './cycle.ts';

const cycle = (anchor: string, more: Partial<Cycle> = {}): Cycle => ({
  anchor: new Date(anchor),
  interval: 'month',
  interval_count: 1,
  time_zone: 'UTC',
  ...more,
});
const days = (of: Cycle, count: number) =>
  Array.from({ length: count }, (_, i) => boundaryOf(of, i).toISOString().slice(0, 10));

test('what began on the 31st is billed on the last day of a shorter month, and on the 31st again', () => {
  assert.deepEqual(days(cycle('2026-01-31T10:00:00Z'), 5), [
    '2026-01-31',
    '2026-02-28',
    '2026-03-31',
    '2026-04-30',
    '2026-05-31',
  ]);
  assert.deepEqual(days(cycle('2023-12-31T00:00:00Z', { interval_count: 2 }), 3), [
    '2023-12-31',
    '2024-02-29',
    '2024-04-30',
  ]);
});

test('a year that began on 29 February ends on the 28th, except in leap years', () => {
  assert.deepEqual(days(cycle('2024-02-29T12:00:00Z', { interval: 'year' }), 5), [
    '2024-02-29',
    '2025-02-28',
    '2026-02-28',
    '2027-02-28',
    '2028-02-29',
  ]);
});

test('the time of day stays what the merchant’s clock shows, across both changes of clocks', () => {
  const berlin = cycle('2026-02-15T08:00:00Z', { time_zone: 'Europe/Berlin' });
  assert.equal(boundaryOf(berlin, 1).toISOString(), '2026-03-15T08:00:00.000Z');
  assert.equal(boundaryOf(berlin, 2).toISOString(), '2026-04-15T07:00:00.000Z');
  assert.equal(boundaryOf(berlin, 9).toISOString(), '2026-11-15T08:00:00.000Z');
  const weekly = cycle('2026-03-22T23:30:00-04:00', { interval: 'week', time_zone: 'America/New_York' });
  assert.equal(boundaryOf(weekly, 33).toISOString(), '2026-11-09T04:30:00.000Z');
});

test('a time that clocks leap over comes after the leap; one they show twice is the first', () => {
  const daily = (anchor: string) => cycle(anchor, { interval: 'day', time_zone: 'Europe/Berlin' });
  assert.equal(boundaryOf(daily('2026-03-28T02:30:00+01:00'), 1).toISOString(), '2026-03-29T01:30:00.000Z');
  assert.equal(boundaryOf(daily('2026-03-28T02:30:00+01:00'), 2).toISOString(), '2026-03-30T00:30:00.000Z');
  assert.equal(boundaryOf(daily('2026-10-24T02:30:00+02:00'), 1).toISOString(), '2026-10-25T00:30:00.000Z');
});

test('midnight of the last day of the month is that day in the merchant’s zone, not in UTC', () => {
  const auckland = cycle('2026-01-30T11:00:00Z', { time_zone: 'Pacific/Auckland' });
  assert.equal(boundaryOf(auckland, 1).toISOString(), '2026-02-27T11:00:00.000Z');
  assert.equal(boundaryOf(auckland, 2).toISOString(), '2026-03-30T11:00:00.000Z');
});

test('whatever the anchor: periods follow each other without gap or overlap, and never drift off the anchor’s day', () => {
  const cycles = fc.record({
    anchor: fc.date({ min: new Date('2000-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }),
    interval: fc.constantFrom(...intervals),
    interval_count: fc.integer({ min: 1, max: 12 }),
    time_zone: fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Pacific/Auckland',
      'Asia/Kathmandu',
      'America/St_Johns',
      'Australia/Lord_Howe',
    ),
  });
  fc.assert(
    fc.property(cycles, fc.integer({ min: 0, max: 40 }), (of, index) => {
      const period = periodOf(of, index);
      assert.ok(period.start < period.end, 'it has a length');
      assert.deepEqual(periodOf(of, index + 1).start, period.end);
      const local = (at: Date) =>
        Number(new Intl.DateTimeFormat('en-US', { timeZone: of.time_zone, day: 'numeric' }).format(at));
      if (of.interval === 'month' || of.interval === 'year') {
        assert.ok(local(period.end) <= local(of.anchor), 'never later in the month than the anchor');
      } else {
        const unit = (of.interval === 'week' ? 7 : 1) * of.interval_count * 86_400_000;
        const off = Math.abs(period.end.getTime() - period.start.getTime() - unit);
        assert.ok(off <= 2 * 3_600_000, 'a day is a day, give or take a change of clocks');
      }
    }),
    { numRuns: 500 },
  );
});

test('a trial ends at the hour at which it began', () => {
  const end = daysAfter(new Date('2026-03-20T12:00:00Z'), 14, 'Europe/Berlin');
  assert.equal(end.toISOString(), '2026-04-03T11:00:00.000Z');
});
