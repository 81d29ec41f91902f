import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { declineCodes } from '../connectors/connector.ts';
import { afterFailure, defaultRetryDays, isHardDecline } from './dunning.ts';

const at = new Date('2026-01-31T12:00:00Z');
const dayOf = (date: Date) => (date.getTime() - at.getTime()) / 86_400_000;

test('a soft decline is tried again after 2, 5, 7 and 7 days, and then no more', () => {
  const found: number[] = [];
  let now = at;
  for (let retries = 0; ; retries++) {
    const step = afterFailure({ retries, code: 'insufficient_funds', at: now });
    if (step.kind !== 'retry') {
      assert.equal(step.kind, 'give_up');
      break;
    }
    found.push(dayOf(step.at));
    now = step.at;
  }
  assert.deepEqual(found, [2, 7, 14, 21]);
});

test('a hard decline is never tried again, and the customer keeps the time of the schedule', () => {
  for (const code of declineCodes.filter(isHardDecline)) {
    const step = afterFailure({ retries: 0, code, at });
    assert.equal(step.kind, 'wait');
    assert.ok(step.kind === 'wait' && dayOf(step.at) === 21);
  }
  assert.ok(isHardDecline('stolen_card') && !isHardDecline('insufficient_funds') && !isHardDecline(null));
});

test('whatever the schedule and the declines: it ends, never later than the schedule', () => {
  const schedules = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 });
  fc.assert(
    fc.property(schedules, fc.infiniteStream(fc.constantFrom(...declineCodes)), (schedule, codes) => {
      let now = at;
      const end = schedule.reduce((sum, count) => sum + count, 0);
      for (let retries = 0; retries <= schedule.length; retries++) {
        const step = afterFailure({ retries, code: codes.next().value ?? null, at: now }, schedule);
        if (step.kind === 'give_up') return;
        assert.ok(dayOf(step.at) > dayOf(now) && dayOf(step.at) <= end);
        if (step.kind === 'wait') return;
        now = step.at;
      }
      assert.fail('it never ended');
    }),
  );
  assert.equal(defaultRetryDays.length, 4);
});
