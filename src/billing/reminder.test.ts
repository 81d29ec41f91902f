// When customers are told of what comes: once per end, never of what will not happen.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reminderOf } from './reminder.ts';
import type { Item } from './subscription.ts';

const at = (text: string) => new Date(`${text}T09:00:00.000Z`);
const item = (interval: Item['interval'], interval_count = 1) => ({ interval, interval_count }) as Item;

const active = {
  status: 'active',
  item: item('month'),
  paused_at: null,
  open_invoice_id: null,
  cancel_at: null,
  current_period_start: at('2027-01-31'),
  current_period_end: at('2027-02-28'),
  reminded_for: null,
} as const;
const trialing = {
  ...active,
  status: 'trialing',
  current_period_start: at('2027-01-01'),
  current_period_end: at('2027-01-15'),
} as const;

test('a renewal is told of seven days before, the end of a trial three', () => {
  assert.deepEqual(reminderOf(active), {
    at: at('2027-02-21'),
    of: at('2027-02-28'),
    event: 'subscription.renewal_upcoming',
  });
  assert.deepEqual(reminderOf(trialing), {
    at: at('2027-01-12'),
    of: at('2027-01-15'),
    event: 'subscription.trial_will_end',
  });
});

test('a trial shorter than that is told of as it begins', () => {
  const short = { ...trialing, current_period_end: at('2027-01-02') };
  assert.deepEqual(reminderOf(short)?.at, at('2027-01-01'));
});

test('what rests, waits for money, ends with its period or has ended is not told of', () => {
  for (const s of [
    { ...active, paused_at: at('2027-02-01') },
    { ...active, open_invoice_id: 'in_1' },
    { ...active, cancel_at: active.current_period_end },
    { ...active, cancel_at: at('2027-02-10') },
    { ...active, status: 'canceled' as const },
    { ...active, status: 'incomplete' as const },
    { ...active, status: 'incomplete_expired' as const },
    { ...active, status: 'past_due' as const },
    { ...trialing, paused_at: at('2027-01-02') },
    { ...trialing, cancel_at: trialing.current_period_end },
  ])
    assert.equal(reminderOf(s), null, JSON.stringify(s));
  assert.notEqual(reminderOf({ ...active, cancel_at: at('2027-06-01') }), null);
});

test('each end is told of once; another end is another matter', () => {
  assert.equal(reminderOf({ ...active, reminded_for: active.current_period_end }), null);
  assert.notEqual(reminderOf({ ...active, reminded_for: at('2027-01-31') }), null);
});

test('only periods of a month or more, and not the part of one before the billing day', () => {
  const told = (interval: Item['interval'], count: number) =>
    reminderOf({ ...active, item: item(interval, count) }) !== null;
  assert.deepEqual(
    [told('day', 27), told('day', 28), told('week', 3), told('week', 4), told('month', 1), told('year', 1)],
    [false, true, false, true, true, true],
  );
  assert.equal(reminderOf({ ...active, current_period_start: at('2027-02-21') }), null);
});
