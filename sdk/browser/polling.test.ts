// pollStatus: when it is asked, what its answers do, and that its faults end nothing.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { closePage, flush, open, openPage } from './fake-page.ts';

beforeEach(openPage);
afterEach(closePage);

test('pollStatus: every pollIntervalMs, one at a time, until it is over', async () => {
  const asked: unknown[] = [];
  const answers: unknown[] = [
    null,
    { state: 'pending' },
    undefined,
    { state: 'success', payload: { paid: 1, state: 'x' } },
  ];
  const { instance, told, events } = await open({
    pollStatus: async (context) => {
      asked.push(context);
      return answers.shift() as never;
    },
    pollIntervalMs: 100,
  });
  const wait = async (ms: number) => {
    mock.timers.tick(ms);
    await flush();
  };
  await wait(500);
  assert.deepEqual(asked, [], 'nothing is asked before it is mounted');
  instance.mount('#checkout');
  await wait(99);
  assert.deepEqual(asked, []);
  await wait(1);
  assert.deepEqual(asked, [{ sessionId: 'sess_1', orderId: 'ord_1', attempt: 1 }]);
  for (let i = 0; i < 6; i++) await wait(100);
  assert.equal(asked.length, 4, 'and nothing after the end');
  assert.deepEqual(told(), ['state_change pending', 'state_change success', 'complete success']);
  assert.deepEqual(events.at(-1)?.payload, {
    paid: 1,
    state: 'success',
    source: 'poll',
    sessionId: 'sess_1',
    orderId: 'ord_1',
  });
  assert.equal(instance.getState().destroyed, true);
});

test('pollStatus: two seconds when nothing is said; a slow answer holds the next; one after unmount counts for nothing', async () => {
  let answer: (value: { state: 'success' } | null) => void = () => {};
  let asked = 0;
  const { instance, told } = await open({
    pollStatus: () => {
      asked++;
      return new Promise((done) => {
        answer = done;
      });
    },
  });
  instance.mount('#checkout');
  mock.timers.tick(1_999);
  assert.equal(asked, 0);
  mock.timers.tick(10_000);
  assert.equal(asked, 1);
  instance.unmount();
  answer({ state: 'success' });
  await flush();
  assert.deepEqual(told(), []);
  mock.timers.tick(10_000);
  assert.equal(asked, 1);
  instance.mount('#checkout');
  mock.timers.tick(2_000);
  assert.equal(asked, 2);
});

test('POLL_STATUS_FAILED: an error is an event, not an end', async () => {
  const answers: (() => unknown)[] = [
    () => {
      throw new Error('offline');
    },
    () => ({ state: 'paid' }),
    () => 'success',
    () => ({ state: 'expired' }),
  ];
  const { instance, told } = await open({ pollStatus: () => answers.shift()?.() as never, pollIntervalMs: 10 });
  instance.mount('#checkout');
  for (let i = 0; i < 6; i++) {
    mock.timers.tick(10);
    await flush();
  }
  assert.deepEqual(told(), [
    'error POLL_STATUS_FAILED',
    'error POLL_STATUS_FAILED',
    'error POLL_STATUS_FAILED',
    'state_change expired',
    'complete expired',
  ]);
});
