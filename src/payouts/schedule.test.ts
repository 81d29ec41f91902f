// Days on which a schedule pays, in zones far from UTC and over a change of the clocks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '../operation/context.ts';
import { dueDay } from './schedule.ts';

const due = (payout_schedule: Account['payout_schedule'], time_zone: string, at: string) =>
  dueDay({ payout_schedule, time_zone }, new Date(at));

test('manual: never', () => {
  assert.equal(due('manual', 'UTC', '2026-06-01T12:00:00Z'), undefined);
});

test('daily: the merchant’s day, which begins three hours after midnight', () => {
  assert.equal(due('daily', 'UTC', '2026-06-03T02:59:59Z'), '2026-06-02');
  assert.equal(due('daily', 'UTC', '2026-06-03T03:00:00Z'), '2026-06-03');
  assert.equal(due('daily', 'Pacific/Auckland', '2026-06-03T14:59:59Z'), '2026-06-03');
  assert.equal(due('daily', 'Pacific/Auckland', '2026-06-03T15:00:00Z'), '2026-06-04');
  assert.equal(due('daily', 'America/Los_Angeles', '2026-06-03T09:59:59Z'), '2026-06-02');
  assert.equal(due('daily', 'America/Los_Angeles', '2026-06-03T10:00:00Z'), '2026-06-03');
});

test('daily: every day comes once, in order, over both changes of the clocks', () => {
  for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC']) {
    const days = new Set<string>();
    for (let at = Date.parse('2026-01-01T00:00:00Z'); at < Date.parse('2027-01-01T00:00:00Z'); at += 900_000) {
      days.add(dueDay({ payout_schedule: 'daily', time_zone: zone }, new Date(at)) ?? 'none');
    }
    const seen = [...days];
    assert.deepEqual(seen, [...seen].sort());
    assert.ok(seen.length >= 365 && seen.length <= 367 && !days.has('none'), `${zone}: ${seen.length}`);
  }
});

test('weekly: Monday, made up for on the two days after under Monday’s name', () => {
  assert.equal(due('weekly', 'UTC', '2026-06-07T23:00:00Z'), undefined, 'Sunday');
  assert.equal(due('weekly', 'UTC', '2026-06-08T12:00:00Z'), '2026-06-08');
  assert.equal(due('weekly', 'UTC', '2026-06-10T12:00:00Z'), '2026-06-08');
  assert.equal(due('weekly', 'UTC', '2026-06-11T12:00:00Z'), undefined, 'Thursday');
  assert.equal(due('weekly', 'Asia/Tokyo', '2026-06-07T18:00:00Z'), '2026-06-08', 'Monday has come in Tokyo');
});

test('monthly: the first, made up for until the third', () => {
  assert.equal(due('monthly', 'UTC', '2026-02-28T12:00:00Z'), undefined);
  assert.equal(due('monthly', 'UTC', '2026-03-01T12:00:00Z'), '2026-03-01');
  assert.equal(due('monthly', 'UTC', '2026-03-03T12:00:00Z'), '2026-03-01');
  assert.equal(due('monthly', 'UTC', '2026-03-04T12:00:00Z'), undefined);
  assert.equal(due('monthly', 'Pacific/Honolulu', '2026-03-01T12:00:00Z'), undefined, 'still February there');
});
