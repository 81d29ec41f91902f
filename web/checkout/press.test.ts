import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Call, newKey, send, type Tools } from './press.ts';

type Step = 'broken' | { status: number; body?: unknown; retry_after?: string };

function stage(steps: Step[]) {
  const keys: (string | undefined)[] = [];
  const bodies: unknown[] = [];
  const pauses: number[] = [];
  const tools: Tools = {
    async fetch(_path, init) {
      keys.push((init.headers as Record<string, string>)['idempotency-key']);
      bodies.push(init.body);
      const step = steps.shift();
      if (step === undefined || step === 'broken') throw new TypeError('network');
      return new Response(JSON.stringify(step.body ?? {}), {
        status: step.status,
        headers: step.retry_after ? { 'retry-after': step.retry_after } : {},
      });
    },
    async pause(ms) {
      pauses.push(ms);
    },
    random: () => 0.5,
  };
  return { tools, keys, bodies, pauses };
}

const call: Call = {
  method: 'POST',
  path: '/pay/x/payments',
  body: { token: 'tok' },
  key: 'k1',
  timeout_ms: 1000,
  tries: 4,
};

test('a broken connection is tried again with the same key and the same body', async () => {
  const { tools, keys, bodies, pauses } = stage(['broken', 'broken', { status: 200, body: { state: 'complete' } }]);
  const reply = await send<{ state: string }>(call, tools);
  assert.deepEqual(reply.kind === 'answer' && reply.value, { state: 'complete' });
  assert.deepEqual(keys, ['k1', 'k1', 'k1']);
  assert.equal(new Set(bodies).size, 1);
  assert.deepEqual(pauses, [600, 1200]);
});

test('a refusal is definite: it is not tried again', async () => {
  const { tools, keys } = stage([
    { status: 400, body: { code: 'card_invalid', param: 'card.number', detail: 'no', request_id: 'req_1' } },
  ]);
  const reply = await send(call, tools);
  assert.deepEqual(reply.kind === 'problem' && reply.problem, {
    status: 400,
    code: 'card_invalid',
    param: 'card.number',
    detail: 'no',
    request_id: 'req_1',
  });
  assert.equal(keys.length, 1);
});

test('a busy server is waited for as long as it asks, at most ten seconds', async () => {
  const { tools, pauses } = stage([
    { status: 429, retry_after: '3' },
    { status: 503, retry_after: '600' },
    { status: 200 },
  ]);
  assert.equal((await send(call, tools)).kind, 'answer');
  assert.deepEqual(pauses, [3000, 10_000]);
});

test('a press whose first request still runs waits for its answer', async () => {
  const { tools } = stage([{ status: 409, body: { code: 'idempotency_in_flight' } }, { status: 200 }]);
  assert.equal((await send(call, tools)).kind, 'answer');
});

test('after the last try the outcome is unknown, and says so', async () => {
  const { tools, keys } = stage([
    'broken',
    { status: 500, body: { code: 'internal', request_id: 'req_9' } },
    'broken',
    'broken',
  ]);
  const reply = await send(call, tools);
  assert.equal(reply.kind, 'unknown');
  assert.equal(reply.kind === 'unknown' && reply.problem?.request_id, 'req_9');
  assert.equal(keys.length, 4);
});

test('an answer that is no JSON is no answer', async () => {
  const tools: Tools = {
    fetch: async () => new Response('<html>', { status: 200 }),
    pause: async () => {},
    random: () => 0,
  };
  assert.equal((await send({ ...call, tries: 1 }, tools)).kind, 'unknown');
});

test('keys are long and differ', () => {
  const keys = new Set(Array.from({ length: 100 }, newKey));
  assert.equal(keys.size, 100);
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
});
