// Days: the merchant's own, business days, holidays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, businessDaysAfter, isBusinessDay, localDay } from './calendar.ts';

test('the day is the merchant’s, not ours', () => {
  const at = new Date('2026-03-01T03:30:00Z');
  assert.equal(localDay(at, 'UTC'), '2026-03-01');
  assert.equal(localDay(at, 'America/New_York'), '2026-02-28');
  assert.equal(localDay(at, 'Asia/Tokyo'), '2026-03-01');
});

test('days are added across month ends, leap days and clock changes', () => {
  assert.equal(addDays('2028-02-28', 1), '2028-02-29');
  assert.equal(addDays('2026-12-31', 1), '2027-01-01');
  assert.equal(addDays('2026-03-29', 1), '2026-03-30');
});

test('weekends and bank holidays do not count as business days', () => {
  assert.equal(isBusinessDay('2026-11-21', 'US'), false, 'a Saturday');
  assert.equal(isBusinessDay('2026-11-26', 'US'), false, 'Thanksgiving');
  assert.equal(isBusinessDay('2026-11-26', 'DE'), true);
  assert.equal(businessDaysAfter('2026-11-20', 2, 'US'), '2026-11-24', 'Friday + 2');
  assert.equal(businessDaysAfter('2026-11-25', 2, 'US'), '2026-11-30', 'over Thanksgiving and a weekend');
  assert.equal(businessDaysAfter('2026-12-24', 1, 'DE'), '2026-12-28');
  assert.equal(businessDaysAfter('2026-11-21', 0, 'US'), '2026-11-21');
});
