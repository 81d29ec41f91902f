// Days and months of the merchant's calendar, on the days on which the clocks change too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastMonth, monthOf, periodOf, startOfDay } from './period.ts';

const now = new Date('2026-03-15T12:00:00Z');

test('a day begins at midnight of its zone, also when the clocks change', () => {
  for (const [day, zone, at] of [
    ['2026-01-31', 'UTC', '2026-01-31T00:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z'],
    ['2026-11-02', 'America/New_York', '2026-11-02T05:00:00.000Z'],
    ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000Z'],
    ['2026-01-01', 'Pacific/Pago_Pago', '2026-01-01T11:00:00.000Z'],
    ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00.000Z'],
    // There was no midnight: the clocks went from 23:59 to 01:00.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ] as const) {
    assert.equal(startOfDay(day, zone).toISOString(), at, `${day} ${zone}`);
  }
});

test('a month is from its first day to the first of the next', () => {
  const march = monthOf('2026-03', 'Europe/Berlin');
  assert.deepEqual(
    [march.from.toISOString(), march.to.toISOString()],
    ['2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
  );
  assert.equal(monthOf('2025-12', 'UTC').to.toISOString(), '2026-01-01T00:00:00.000Z');
  assert.equal(lastMonth(new Date('2026-01-01T03:00:00Z'), 'UTC'), '2025-12');
  assert.equal(lastMonth(new Date('2026-01-01T03:00:00Z'), 'America/New_York'), '2025-11');
  assert.throws(() => monthOf('2026-13', 'UTC'), /'month' must be/);
});

test('a day as the end is included, a time is not', () => {
  const { from, to } = periodOf({ from: '2026-01-31', to: '2026-01-31' }, 'UTC', now);
  assert.equal(to.getTime() - from.getTime(), 86_400_000);
  assert.equal(periodOf({ to: '2026-01-31T10:00:00+01:00' }, 'UTC', now).to.toISOString(), '2026-01-31T09:00:00.000Z');
});

test('what is no day, no time, or a period that ends before it begins is refused by name', () => {
  for (const from of [
    '2026-02-30',
    '2026-13-01',
    '2026-1-1000',
    '2026-01-31T10:00:00',
    'yesterday!',
    '0000-00-00',
    '-271821-04-20',
  ]) {
    assert.throws(() => periodOf({ from }, 'UTC', now), { param: 'from' }, from);
  }
  assert.throws(() => periodOf({ from: '2026-02-02', to: '2026-02-01' }, 'UTC', now), { param: 'from' });
  assert.throws(() => periodOf({ from: '2027-01-01' }, 'UTC', now), { param: 'from' });
});
