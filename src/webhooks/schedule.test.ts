import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, hours, minutes, plus, seconds } from '../kit/clock.ts';
import { givenUp, judge, maxTries, type Outcome, retryAfter } from './schedule.ts';

const now = new Date('2026-01-31T12:00:00Z');
const answered = (status_code: number, retry_after?: string): Outcome => ({
  kind: 'answered',
  status_code,
  retry_after,
});
const unanswered: Outcome = { kind: 'unanswered' };
const wait = (outcome: Outcome, tries: number, chance = 0.5) => {
  const verdict = judge(outcome, tries, now, chance);
  return verdict.kind === 'again' ? verdict.at.getTime() - now.getTime() : verdict;
};

test('ten tries within a day, whatever the jitter, each wait longer than the one before', () => {
  assert.equal(maxTries, 10);
  for (const chance of [0, 0.5, 1]) {
    const waits: number[] = Array.from({ length: 9 }, (_, i) => Number(wait(unanswered, i + 1, chance)));
    const total = waits.reduce((a, b) => a + b);
    assert.ok(total > hours(20) && total < hours(25), `${total}`);
    assert.deepEqual(
      [...waits].sort((a, b) => a - b),
      waits,
    );
  }
  assert.deepEqual(wait(unanswered, 10), { kind: 'failed', gone: false });
});

test('jitter is a tenth to either side', () => {
  assert.deepEqual(
    [0, 0.5, 1].map((chance) => wait(unanswered, 1, chance)),
    [4_500, 5_000, 5_500],
  );
});

test('which answers are success, which are tried again, which end it', () => {
  for (const status of [200, 201, 202, 204, 299]) assert.deepEqual(wait(answered(status), 1), { kind: 'delivered' });
  for (const status of [301, 302, 307, 308, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504])
    assert.equal(wait(answered(status), 1), 5_000, `${status}`);
  assert.deepEqual(wait(answered(410), 1), { kind: 'failed', gone: true });
  assert.deepEqual(wait(answered(500), 10), { kind: 'failed', gone: false });
  assert.deepEqual(wait(answered(204), 10), { kind: 'delivered' });
});

test('Retry-After lengthens a wait up to four hours and never shortens one', () => {
  assert.equal(wait(answered(429, '120'), 1), minutes(2));
  assert.equal(wait(answered(503, plus(now, minutes(5)).toUTCString()), 1), minutes(5));
  assert.equal(wait(answered(429, '1'), 3), minutes(2));
  assert.equal(wait(answered(429, '999999999'), 1), hours(4));
  for (const nonsense of ['', '-5', 'soon', '1.5', '99999999999', 'Wed, nonsense', '2020-01-01'])
    assert.equal(wait(answered(429, nonsense), 1), 5_000, nonsense);
  assert.equal(retryAfter('Wed, 01 Jan 2020 00:00:00 GMT', now), 0);
});

test('an endpoint is given up after three days of nothing but failures', () => {
  assert.equal(givenUp(null, now), false);
  assert.equal(givenUp(plus(now, -days(3) + seconds(1)), now), false);
  assert.equal(givenUp(plus(now, -days(3)), now), true);
});
