// One call after another against a fetch that is told what to answer: what is sent again, under which key, after which wait, and
// what a caller gets to see in the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { apiKey, fakeClient, json, problem, type Told } from './fake-server.ts';
import {
  ApiError,
  AuthenticationError,
  answerInfo,
  ConflictError,
  ConnectionError,
  FlorinError,
  IdempotencyError,
  InvalidRequestError,
  NotFoundError,
  NotOfferedError,
  PermissionError,
  RateLimitError,
  ServerError,
  TimeoutError,
  UnexpectedAnswerError,
  UsageError,
} from './src/index.ts';
import type { FetchInit } from './src/runtime.ts';

const paid = { id: 'pay_1', object: 'payment', status: 'completed', amount: 1_999, currency: 'USD' };
const input = { amount: 1_999, currency: 'USD', token: 'tok_1' };
const gone = new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });

async function thrown<T extends Error>(
  work: () => PromiseLike<unknown>,
  kind: new (...args: never[]) => T,
): Promise<T> {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => assert.fail('it should have thrown'),
      (one: unknown) => one,
    );
  assert.ok(error instanceof kind, `${error} is a ${kind.name}`);
  assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(apiKey), 'the key is in no error');
  return error;
}

test('a POST that got no answer is sent again, the same to the byte and under the same key', async () => {
  const { florin, asked, chance } = fakeClient([gone, problem(503, 'unavailable'), json(201, paid)]);
  const payment = await florin.payments.create(input);
  assert.equal(payment.id, 'pay_1');
  assert.equal(asked.length, 3);
  const [first] = asked;
  assert.match(
    first?.headers['idempotency-key'] ?? '',
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  for (const one of asked) assert.deepEqual(one, first);
  assert.deepEqual(JSON.parse(first?.body ?? ''), input);
  assert.equal(chance.waits.length, 2);
  assert.deepEqual(answerInfo(payment), {
    status: 201,
    requestId: undefined,
    idempotencyKey: first?.headers['idempotency-key'],
    replayed: false,
    tries: 3,
  });
});

test('two calls have two keys; a key of the caller is used as it is; a GET has none', async () => {
  const { florin, asked } = fakeClient([json(201, paid, { 'idempotent-replayed': 'true', 'request-id': 'req_7' })]);
  await florin.payments.create(input);
  await florin.payments.create(input);
  const replay = await florin.payments.create(input, { idempotencyKey: 'order_1042' });
  await florin.payments.get('pay_1');
  const keys = asked.map((one) => one.headers['idempotency-key']);
  assert.notEqual(keys[0], keys[1]);
  assert.deepEqual(keys.slice(2), ['order_1042', undefined]);
  const info = answerInfo(replay);
  assert.deepEqual([info?.replayed, info?.requestId], [true, 'req_7']);
  for (const idempotencyKey of ['', 'two words', 'ö', 'x'.repeat(256)])
    await thrown(() => florin.payments.create(input, { idempotencyKey }), UsageError);
  await thrown(() => florin.payments.get('pay_1', { idempotencyKey: 'k' }), UsageError);
  assert.equal(asked.length, 4, 'what is refused here is not sent');
});

test('a POST without a key is not sent again when it may have happened, and is when it was turned away', async () => {
  const call = { method: 'POST', path: '/v1/somewhere', body: {} };
  for (const met of [gone, problem(503, 'unavailable'), problem(500, 'internal')]) {
    const { florin, asked } = fakeClient([met, json(200, {})]);
    await thrown(() => florin.request(call), FlorinError);
    assert.equal(asked.length, 1);
  }
  const { florin, asked } = fakeClient([problem(429, 'rate_limited', { 'retry-after': '1' }), json(200, {})]);
  await florin.request(call);
  assert.equal(asked.length, 2);
});

test('waits grow and are left to chance; Retry-After is never cut short, and one too long is told instead', async () => {
  const busy = problem(503, 'unavailable');
  for (const [random, waits] of [
    [0, [250, 500, 1_000, 2_000, 4_000, 4_000]],
    [1, [500, 1_000, 2_000, 4_000, 8_000, 8_000]],
  ] as const) {
    const { florin, chance } = fakeClient([busy], { maxRetries: 6 });
    chance.random = () => random;
    await thrown(() => florin.payments.get('pay_1'), ServerError);
    assert.deepEqual(chance.waits, waits);
  }
  const asked = fakeClient([problem(429, 'rate_limited', { 'retry-after': '7' }), json(200, paid)]);
  await asked.florin.payments.get('pay_1');
  assert.ok((asked.chance.waits[0] ?? 0) >= 7_000);
  const dated = fakeClient([
    problem(503, 'unavailable', { 'retry-after': 'Sat, 31 Jan 2026 12:00:09 GMT' }),
    json(200, paid),
  ]);
  await dated.florin.payments.get('pay_1');
  assert.ok((dated.chance.waits[0] ?? 0) >= 9_000);
  const long = fakeClient([problem(429, 'rate_limited', { 'retry-after': '61' }), json(200, paid)]);
  const error = await thrown(() => long.florin.payments.get('pay_1'), RateLimitError);
  assert.equal(error.retryAfterMs, 61_000);
  assert.deepEqual(long.chance.waits, []);
});

test('what will not pass by waiting is not tried again', async () => {
  const cases: [Told, new (...args: never[]) => ApiError][] = [
    [problem(400, 'parameter_invalid', {}, { param: 'amount' }), InvalidRequestError],
    [problem(401, 'key_invalid'), AuthenticationError],
    [problem(403, 'permission_denied'), PermissionError],
    [problem(404, 'not_found'), NotFoundError],
    [problem(409, 'state_invalid'), ConflictError],
    [problem(409, 'idempotency_conflict'), IdempotencyError],
    [problem(422, 'card_invalid'), InvalidRequestError],
    [problem(418, 'teapot'), InvalidRequestError],
    [problem(501, 'never'), ServerError],
  ];
  for (const [told, kind] of cases) {
    const { florin, asked } = fakeClient([told]);
    const error = await thrown(() => florin.payments.create(input), kind);
    assert.equal(error.name, kind.name);
    assert.ok(error instanceof ApiError && error instanceof FlorinError);
    assert.equal(asked.length, 1);
    assert.equal(error.idempotencyKey, asked[0]?.headers['idempotency-key']);
  }
});

test('a request that is still being worked on is asked after, under its key', async () => {
  const busy = problem(409, 'idempotency_in_flight', { 'retry-after': '1' });
  const { florin, asked } = fakeClient([gone, busy, json(201, paid)]);
  assert.equal((await florin.payments.create(input)).id, 'pay_1');
  assert.equal(new Set(asked.map((one) => one.headers['idempotency-key'])).size, 1);
  const for_ever = fakeClient([busy]);
  assert.equal((await thrown(() => for_ever.florin.payments.create(input), IdempotencyError)).retryAfterMs, 1_000);
  assert.equal(for_ever.asked.length, 3);
});

test('an error tells all that Florin told, also what this version does not know', async () => {
  const told = problem(
    409,
    'a_code_of_tomorrow',
    { 'request-id': 'req_head' },
    { param: 'x', doc_url: 'd', hint: [1] },
  );
  const { florin } = fakeClient([told]);
  const error = await thrown(() => florin.refunds.create({ payment: 'pay_1' }), ConflictError);
  assert.deepEqual(
    [error.message, error.status, error.code, error.param, error.docUrl, error.requestId],
    ['why a_code_of_tomorrow', 409, 'a_code_of_tomorrow', 'x', 'd', 'req_head'],
  );
  assert.deepEqual((error.problem as unknown as { hint: unknown }).hint, [1]);
});

test('fields and values of a newer server pass through', async () => {
  const newer = { ...paid, status: 'dreaming', wings: { two: true } };
  const { florin } = fakeClient([json(200, newer)]);
  const payment = await florin.payments.get('pay_1');
  assert.deepEqual(payment, newer);
  if (payment.status === 'completed') assert.fail('unreachable, and it compiles: known values stay listed');
});

test('no answer in time is a TimeoutError, also while the body hangs, and is tried again under the same key', async () => {
  const slow = async () =>
    new Response(new ReadableStream({ start: (out) => out.enqueue(new TextEncoder().encode('{"id"')) }), {
      status: 200,
    });
  for (const told of ['hang', slow] as const) {
    const { florin, asked } = fakeClient([told, told, json(201, paid)], { timeoutMs: 5 });
    assert.equal((await florin.payments.create(input)).id, 'pay_1');
    assert.equal(new Set(asked.map((one) => one.headers['idempotency-key'])).size, 1);
    const never = fakeClient([told], { timeoutMs: 5, maxRetries: 0 });
    const error = await thrown(() => never.florin.payments.create(input), TimeoutError);
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.idempotencyKey, never.asked[0]?.headers['idempotency-key']);
    assert.match(error.message, /within 5 ms/);
  }
});

test("the caller's signal ends a call at once, in a request and in a wait, with the caller's reason", async () => {
  const why = new Error('the customer left');
  const stop = new AbortController();
  const hanging = fakeClient(['hang']);
  const call = hanging.florin.payments.get('pay_1', { signal: stop.signal });
  stop.abort(why);
  await assert.rejects(call, (error) => error === why);
  assert.equal(hanging.asked.length, 1, 'it is not tried again');
  await assert.rejects(
    hanging.florin.payments.get('pay_1', { signal: AbortSignal.abort(why) }),
    (error) => error === why,
  );
  assert.equal(hanging.asked.length, 1);

  const waiting = fakeClient([problem(503, 'unavailable')]);
  const during = new AbortController();
  waiting.chance.sleep = (_ms, signal) =>
    new Promise((_done, refuse) => {
      signal?.addEventListener('abort', () => refuse(signal.reason), { once: true });
      during.abort(why);
    });
  await assert.rejects(waiting.florin.payments.get('pay_1', { signal: during.signal }), (error) => error === why);
});

test('what is no answer of Florin is told as that, and the reason of a failed connection is kept', async () => {
  for (const told of [
    new Response('<html>hello</html>', { status: 200 }),
    new Response('"text"', { status: 200 }),
    new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } }),
  ]) {
    const { florin, asked } = fakeClient([told]);
    const error = await thrown(() => florin.payments.get('pay_1'), UnexpectedAnswerError);
    assert.match(error.message, /baseUrl/);
    assert.equal(asked.length, 1);
  }
  const proxy = fakeClient([new Response('<html>Bad gateway</html>', { status: 502 })]);
  const broken = await thrown(() => proxy.florin.payments.get('pay_1'), ServerError);
  assert.deepEqual([broken.status, broken.code, broken.problem], [502, undefined, undefined]);
  assert.equal(proxy.asked.length, 3);
  const cut = await thrown(() => fakeClient([gone]).florin.payments.get('pay_1'), ConnectionError);
  assert.match(cut.message, /could not be reached: fetch failed \(read ECONNRESET\)/);
  assert.equal(cut.cause, gone);
});

test('an id stays an id, and a query is what Florin reads', async () => {
  const { florin, asked } = fakeClient([json(200, { object: 'list', data: [], has_more: false })]);
  await florin.payments.get('a/../b?c=d#e').catch(() => {});
  assert.equal(asked[0]?.url, 'https://pay.example/v1/payments/a%2F..%2Fb%3Fc%3Dd%23e');
  for (const id of ['', '.', '..', undefined, { id: 'pay_1' }])
    await thrown(() => florin.payments.get(id as string), UsageError);
  assert.equal(asked.length, 1);
  await florin.payments.list({
    status: ['failed', 'completed'],
    metadata: { 'a b': 'c&d' },
    created_from: new Date(0),
    customer: undefined,
  });
  assert.equal(
    decodeURIComponent(asked[1]?.url ?? ''),
    'https://pay.example/v1/payments?status=failed&status=completed&metadata[a b]=c&d&created_from=1970-01-01T00:00:00.000Z',
  );
  assert.ok(asked[1]?.url.includes('c%26d'));
  await thrown(() => florin.payments.list({ created_from: new Date(Number.NaN) }), UsageError);
  await thrown(() => florin.payments.list({ customer: null as unknown as string }), UsageError);
});

test('a path of the caller never becomes another host', async () => {
  const { florin, asked } = fakeClient([json(200, {})]);
  for (const path of ['.evil.example/x', '@evil.example/x', 'v1/payments', ''])
    await thrown(() => florin.request({ method: 'GET', path }), UsageError);
  assert.equal(asked.length, 0);
});

test('a client is refused with what cannot work, and tells no key when it is printed', () => {
  const made = (options: object) => () => fakeClient([], options);
  for (const options of [
    { apiKey: '' },
    { apiKey: undefined },
    { apiKey: 'sk_test_1\n' },
    { apiKey: 'whsec_abc' },
    { baseUrl: undefined },
    { baseUrl: 'pay.example' },
    { baseUrl: 'https://user:pw@pay.example' },
    { baseUrl: 'https://pay.example/?a=b' },
    { timeoutMs: 0 },
    { timeoutMs: 2 ** 31 },
    { maxRetries: -1 },
    { maxRetries: 1.5 },
  ])
    assert.throws(made(options), UsageError, JSON.stringify(options));
  const { florin, transport } = fakeClient([]);
  for (const one of [florin, transport]) {
    assert.ok(!inspect(one, { depth: 9, showHidden: true }).includes(apiKey));
    assert.ok(!JSON.stringify(one).includes(apiKey));
  }
});

test('the address may be written in several ways, and headers of the caller do not replace ours', async () => {
  for (const baseUrl of [
    'https://pay.example',
    'https://pay.example/',
    'https://pay.example/v1',
    'https://pay.example/v1/',
  ]) {
    const { florin, asked } = fakeClient([json(200, paid)], {
      baseUrl,
      headers: { Authorization: 'Bearer other', 'X-Team': 'a', 'User-Agent': 'shop/1' },
    });
    await florin.payments.get('pay_1', { headers: { 'x-team': 'b' } });
    assert.equal(asked[0]?.url, 'https://pay.example/v1/payments/pay_1');
    const { headers } = asked[0] ?? { headers: {} };
    assert.deepEqual(
      [headers['authorization'], headers['x-team'], headers['user-agent']],
      [`Bearer ${apiKey}`, 'b', 'shop/1'],
    );
    assert.equal(headers['content-type'], undefined);
  }
});

test('a secret key is refused in a browser unless allowed; a publishable one is not', (t) => {
  const surroundings = globalThis as unknown as Record<string, unknown>;
  surroundings['document'] = { createElement: () => {} };
  t.after(() => delete surroundings['document']);
  assert.throws(() => fakeClient([]), /must not be used in a browser/);
  fakeClient([], { dangerouslyAllowBrowser: true });
  fakeClient([], { apiKey: 'pk_test_1' });
});

test('the names of other SDKs lead to the resources, and rooms of tomorrow fail clearly until they exist', async () => {
  const { florin, asked } = fakeClient([json(200, paid)]);
  await florin.createCheckoutSession({ amount_total: 1, currency: 'USD' });
  await florin.getCheckoutSession('sess_1');
  await florin.getOrder('pay_1');
  await florin.getRefund('re_1');
  await florin.getSubscription('sub_1');
  await florin.getInvoice('inv_1');
  await florin.customerPortalSession({ customer: 'cus_1' }, { idempotencyKey: 'k' });
  assert.deepEqual(
    asked.map((one) => `${one.method} ${one.url.replace('https://pay.example', '')}`),
    [
      'POST /v1/checkout_sessions',
      'GET /v1/checkout_sessions/sess_1',
      'GET /v1/payments/pay_1',
      'GET /v1/refunds/re_1',
      'GET /v1/subscriptions/sub_1',
      'GET /v1/invoices/inv_1',
      'POST /v1/portal_sessions',
    ],
  );
  assert.equal(asked[6]?.headers['idempotency-key'], 'k');
  const older = fakeClient([problem(404, 'route_not_found')]);
  const error = await thrown(() => older.florin.getSubscription('sub_1'), NotOfferedError);
  assert.ok(error instanceof NotFoundError && error instanceof ApiError);
  assert.match(error.message, /has no GET \/v1\/subscriptions\/sub_1: it lacks that room/);
});

test('a download is read as it comes, once, and one that broke off is not taken for whole', async () => {
  const csv = 'id,amount\npay_1,1999\n';
  const headers = { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="payments.csv"' };
  const { florin } = fakeClient([new Response(csv, { headers })]);
  const report = await florin.reports.open('payments');
  assert.deepEqual([report.contentType, report.fileName], ['text/csv', 'payments.csv']);
  assert.equal(await report.text(), csv);
  await assert.rejects(report.text(), ConnectionError);
  const stop = new AbortController();
  const begun = async (init: FetchInit) =>
    new Response(
      new ReadableStream({
        start: (out) => init.signal.addEventListener('abort', () => out.error(init.signal.reason)),
      }),
    );
  const left = await fakeClient([begun]).florin.reports.open('payments', {}, { signal: stop.signal });
  const reading = left.text();
  stop.abort(new Error('enough'));
  await assert.rejects(reading, /^Error: enough$/);
  let read = '';
  for await (const bytes of await florin.reports.open('payments')) read += new TextDecoder().decode(bytes);
  assert.equal(read, csv);

  const cut = async () =>
    new Response(
      new ReadableStream({
        pull: (out) => (read === '' ? out.error(new Error('reset')) : out.enqueue(new TextEncoder().encode(read))),
      }),
    );
  const broken = await fakeClient([cut]).florin.reports.open('payments');
  await assert.rejects(async () => {
    for await (const _bytes of broken) read = '';
  }, ConnectionError);
});
