// The days around the last day to pay. What must not appear: a day that is cut short by a change of the clock, a reminder at night, one that
// comes twice or too late, an end that is passed over.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFault } from '../kit/fault.ts';
import { collectionOf, type DueSettings, dueAt, endsLast, firstNotice, noticeStep, noticesOf } from './due.ts';

const settings: DueSettings = { reminder_days: [-3, 1, 7], after_due: 'leave', after_due_days: 30 };
const sent = (days_until_due: number) => ({ collection_method: 'send_invoice', days_until_due }) as const;
const at = (text: string) => new Date(text);
const due = (from: string, days: number, zone: string) => dueAt(at(from), sent(days), zone)?.toISOString();

test('the last day is whole, on the clocks of the merchant', () => {
  assert.equal(due('2027-01-01T00:00:00Z', 30, 'UTC'), '2027-01-31T23:59:59.000Z');
  assert.equal(due('2027-01-01T23:59:59Z', 30, 'UTC'), '2027-01-31T23:59:59.000Z');
  // Half past midnight in Berlin is still the day before in UTC.
  assert.equal(due('2027-01-01T23:30:00Z', 1, 'Europe/Berlin'), '2027-01-03T22:59:59.000Z');
  // Over the change to summer time.
  assert.equal(due('2027-03-27T12:00:00Z', 1, 'Europe/Berlin'), '2027-03-28T21:59:59.000Z');
  assert.equal(due('2027-12-31T20:00:00Z', 1, 'Pacific/Auckland'), '2028-01-02T10:59:59.000Z');
  assert.equal(dueAt(at('2027-01-01T00:00:00Z'), collectionOf({}), 'UTC'), null);
});

test('reminders come in the morning, also across a change of the clock', () => {
  const due_at = at('2027-03-29T21:59:59Z');
  assert.deepEqual(
    noticesOf(due_at, settings, 'Europe/Berlin').map(({ at, kind }) => `${kind} ${at.toISOString()}`),
    [
      'reminder 2027-03-26T08:00:00.000Z',
      'overdue 2027-03-29T21:59:59.000Z',
      'reminder 2027-03-30T07:00:00.000Z',
      'reminder 2027-04-05T07:00:00.000Z',
    ],
  );
});

describe('what is told', () => {
  const due_at = at('2027-01-31T23:59:59Z');
  const made = at('2027-01-01T12:00:00Z');
  const step = (now: string, before: Partial<{ overdue_at: Date; noticed_until: Date }> = {}, more = {}) =>
    noticeStep({ due_at, overdue_at: null, noticed_until: made, ...before }, { ...settings, ...more }, 'UTC', at(now));

  test('each in its time, and then the next one', () => {
    assert.equal(firstNotice(due_at, settings, 'UTC', made)?.toISOString(), '2027-01-28T09:00:00.000Z');
    const first = step('2027-01-28T09:00:00Z');
    assert.deepEqual([first.remind, first.overdue, first.notice_at], [true, false, due_at]);
    const second = step('2027-01-31T23:59:59Z', { noticed_until: first.noticed_until });
    assert.deepEqual(
      [second.remind, second.overdue, second.notice_at?.toISOString()],
      [false, true, '2027-02-01T09:00:00.000Z'],
    );
    const last = step('2027-02-07T09:00:00Z', { overdue_at: due_at, noticed_until: at('2027-02-01T09:00:00Z') });
    assert.deepEqual([last.remind, last.overdue, last.notice_at, last.end], [true, false, null, false]);
    const again = step('2027-02-07T09:00:00Z', { overdue_at: due_at, noticed_until: last.noticed_until });
    assert.deepEqual([again.remind, again.overdue], [false, false]);
  });

  test('nobody ran in time: one reminder, and none of before the last day after it', () => {
    const late = step('2027-02-08T00:00:00Z');
    assert.deepEqual([late.remind, late.overdue, late.notice_at], [true, true, null]);
    const just = step('2027-02-01T00:00:00Z');
    assert.deepEqual([just.remind, just.overdue], [false, true]);
  });

  test('terms that are shorter than the first reminder begin with the next', () => {
    const soon = dueAt(made, sent(1), 'UTC') ?? made;
    assert.equal(firstNotice(soon, settings, 'UTC', made)?.toISOString(), '2027-01-02T23:59:59.000Z');
  });

  test('an end waits to be done, however late somebody looks', () => {
    const end = { after_due: 'cancel' } as const;
    const soon = step('2027-02-08T00:00:00Z', {}, end);
    assert.deepEqual([soon.end, soon.notice_at?.toISOString()], [false, '2027-03-02T23:59:59.000Z']);
    const passed = step('2027-06-01T00:00:00Z', { overdue_at: due_at, noticed_until: soon.noticed_until }, end);
    assert.deepEqual([passed.end, passed.notice_at?.toISOString()], [true, '2027-03-02T23:59:59.000Z']);
    const again = step('2027-06-01T00:00:00Z', { overdue_at: due_at, noticed_until: passed.noticed_until }, end);
    assert.deepEqual([again.end, again.remind], [true, false]);
    assert.ok(endsLast({ ...settings, after_due_days: 8 }) && !endsLast({ ...settings, after_due_days: 7 }));
  });
});

test('what does not fit together is refused by its name', () => {
  const param = (input: Parameters<typeof collectionOf>[0]) => {
    try {
      return collectionOf(input);
    } catch (error) {
      return isFault(error) ? error.param : error;
    }
  };
  assert.equal(param({ days_until_due: 14 }), 'days_until_due');
  assert.equal(param({ collection_method: 'charge_automatically', days_until_due: 14 }), 'days_until_due');
  assert.equal(param({ collection_method: 'send_invoice' }), 'days_until_due');
  assert.deepEqual(collectionOf({ days_until_due: 7 }, sent(30)), sent(7));
  assert.deepEqual(collectionOf({ collection_method: 'charge_automatically' }, sent(30)), {
    collection_method: 'charge_automatically',
    days_until_due: null,
  });
});
