import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, hours, JumpClock, ManualClock, minutes, plus, seconds, systemClock } from './clock.ts';

test('a manual clock stands until it is moved; the times it gave stay what they were', () => {
  const clock = new ManualClock('2026-01-31T12:00:00Z');
  const first = clock.now();
  clock.advance(hours(1));
  assert.equal(first.toISOString(), '2026-01-31T12:00:00.000Z');
  assert.equal(clock.now().toISOString(), '2026-01-31T13:00:00.000Z');
  first.setTime(0);
  assert.equal(clock.now().toISOString(), '2026-01-31T13:00:00.000Z', 'nobody moves it through a date it handed out');
});

test('a jump clock runs with the real one, ahead of it', () => {
  const clock = new JumpClock();
  const ahead = () => clock.now().getTime() - systemClock.now().getTime();
  assert.ok(Math.abs(ahead()) < 1_000);
  clock.advance(days(30));
  assert.ok(Math.abs(ahead() - days(30)) < 1_000);
});

test('a jump clock that is stopped stands but for jumps, and goes on from there', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000 });
  const clock = new JumpClock();
  clock.stop();
  t.mock.timers.tick(500);
  clock.stop();
  assert.equal(clock.now().getTime(), 1_000);
  clock.advance(seconds(1));
  assert.equal(clock.now().getTime(), 2_000);
  clock.goOn();
  clock.goOn();
  assert.equal(clock.now().getTime(), 2_000);
  t.mock.timers.tick(250);
  assert.equal(clock.now().getTime(), 2_250);
});

test('units, and a sum that leaves its date alone', () => {
  assert.deepEqual([seconds(2), minutes(2), hours(2), days(2)], [2_000, 120_000, 7_200_000, 172_800_000]);
  const at = new Date(0);
  assert.equal(plus(at, seconds(1)).getTime(), 1_000);
  assert.equal(at.getTime(), 0);
});
