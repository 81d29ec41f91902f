// The shell of the native API: bodies that are none, paths and methods that are none, sizes and depths, rate limits. Nothing here
// reaches an operation, and no answer is anything but a problem document.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes } from '../../src/api/native/routes.ts';
import { seconds } from '../../src/kit/clock.ts';
import { isProblem, refuses } from '../kit/refusal.ts';
import { changedTables, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const raw = (text: string, headers: Record<string, string> = {}): Parameters<typeof refuses>[1] => [
  'POST',
  '/v1/payments',
  undefined,
  { raw: text, headers },
];

describe('bodies', () => {
  test('400: broken JSON is told by line and column, and never quoted', async () => {
    const cases: [string, RegExp][] = [
      ['{"amount": 1,\n "card": 4242424242424242 x}', /not valid JSON \(line 2, column 27\)/],
      ['{', /not valid JSON/],
      ['{"amount":1,}', /not valid JSON \(line 1, column 13\)/],
      ["{'amount':1}", /not valid JSON \(line 1, column 2\)/],
      ['{"amount":NaN}', /not valid JSON/],
      ['{"a":1}{"b":2}', /not valid JSON/],
      ['\ufeff{"amount":1}', /not valid JSON/],
      ['{"a":"\u0001"}', /not valid JSON/],
      ['undefined', /not valid JSON/],
    ];
    for (const [text, detail] of cases) {
      const reply = await refuses(w, raw(text), { code: 'body_invalid', detail });
      assert.ok(!reply.text.includes('4242'), reply.text);
    }
  });

  test('400: what is no object', async () => {
    for (const text of ['[]', '[{"amount":1,"currency":"USD"}]', '"text"', '5', 'true'])
      await refuses(w, raw(text), { code: 'body_invalid', detail: /Send a JSON object/ });
  });

  test('400: an empty body says what is required', async () => {
    for (const text of ['', '   ', '\n', 'null', '{}'])
      await refuses(w, raw(text), { code: 'parameter_missing', param: 'amount', detail: /'amount' is required/ });
    await refuses(w, ['POST', '/v1/payments'], {
      code: 'parameter_missing',
      param: 'amount',
      detail: /'amount' is required/,
    });
  });

  test('a verb that needs nothing takes no body, an empty one and an empty object', async () => {
    for (const options of [{}, { raw: '' }, { raw: '{}' }]) {
      const id = (await w.call('POST', '/v1/payments', { amount: 1, currency: 'USD' })).body.id;
      assert.equal((await w.call('POST', `/v1/payments/${id}/cancel`, undefined, options)).status, 200);
    }
  });

  test('400: another content type, whatever the body', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'nonsense',
      '',
    ]) {
      await refuses(w, raw('{"amount":1,"currency":"USD"}', { 'content-type': type }), {
        code: 'body_invalid',
        param: 'Content-Type',
        detail: /Content-Type: application\/json/,
      });
    }
    const ok = await w.call('POST', '/v1/payments', undefined, {
      raw: '{"amount":1,"currency":"USD"}',
      headers: { 'content-type': 'Application/JSON; charset=utf-8' },
    });
    assert.equal(ok.status, 201);
  });

  test('413: more than 1 MB; a body just below is read', async () => {
    const of = (size: number) => `{"amount":1,"currency":"USD","description":"${'x'.repeat(size)}"}`;
    await refuses(w, raw(of(2_000_000)), { code: 'body_too_large', detail: /at most 1 MB/ });
    await refuses(w, raw(of(1_048_576)), { code: 'body_too_large', detail: /at most 1 MB/ });
    await refuses(w, raw(of(1_048_000)), {
      code: 'parameter_invalid',
      param: 'description',
      detail: /1 to 500 characters; got text of 1048000 characters/,
    });
  });

  test('400: nested more than 32 levels, in objects and lists, to any depth', async () => {
    const lists = (n: number) => `{"metadata":${'['.repeat(n)}${']'.repeat(n)}}`;
    const objects = (n: number) => `{"metadata":${'{"a":'.repeat(n)}1${'}'.repeat(n)}}`;
    for (const text of [lists(40), objects(40), lists(33), lists(400_000)])
      await refuses(w, raw(text), { code: 'body_invalid', detail: /nested more than 32 levels deep/ });
    await refuses(w, raw(`{"amount":1,"currency":"USD",${lists(20).slice(1)}`), {
      code: 'parameter_invalid',
      param: 'metadata',
      detail: /must be an object/,
    });
  });

  test('400: names of the language’s own in the body are names like others; nothing is polluted', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__']) {
      await refuses(w, raw(`{"amount":1,"currency":"USD","${name}":{"capture":false,"polluted":"yes"}}`), {
        code: 'parameter_unknown',
        param: name,
        detail: /There is no parameter/,
      });
    }
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    await refuses(
      w,
      ['POST', '/v1/customers', undefined, { raw: '{"name":"N","address":{"__proto__":{"country":"DE"}}}' }],
      { code: 'parameter_unknown', param: 'address.__proto__', detail: /There is no parameter/ },
    );
  });

  test('the last of two equal names counts, as JSON.parse says', async () => {
    assert.equal(
      (await w.call('POST', '/v1/payments', undefined, { raw: '{"amount":1,"amount":2,"currency":"USD"}' })).body
        .amount,
      2,
    );
  });
});

describe('paths and methods', () => {
  test('404: a path that is none, with or without a key; the answer says where the paths are listed', async () => {
    for (const [method, path] of [
      ['GET', '/v1/payment'],
      ['POST', '/v1/payments/pay_x/refund'],
      ['GET', '/v1'],
      ['GET', '/v1/'],
      ['DELETE', '/v1/payments/x/y/z'],
      ['GET', '/v1/payments//timeline/'],
      ['GET', '/v2/payments'],
      ['GET', '/nope'],
      ['GET', '/v1/../etc/passwd'],
    ] as const) {
      const reply = await w.call(method, path);
      if (reply.status === 400) continue;
      isProblem(reply, {
        code: 'route_not_found',
        detail: /There is no (GET|POST|DELETE) \/.*(paths are listed at \/docs)/,
      });
    }
    const bare = await w.app.server.inject({ method: 'GET', url: '/v1/none?card=4242424242424242' });
    assert.deepEqual([bare.statusCode, bare.json().code], [404, 'route_not_found']);
    assert.ok(!bare.body.includes('4242'), 'a query is not echoed');
  });

  test('405: a method that a path does not have, with the ones it has in Allow', async () => {
    const cases: [string, string, string][] = [
      ['PUT', '/v1/payments', 'POST, GET'],
      ['DELETE', '/v1/payments/pay_x', 'GET'],
      ['GET', '/v1/payments/pay_x/capture', 'POST'],
      ['POST', '/v1/customers/cus_x', 'GET, PATCH, DELETE'],
      ['PATCH', '/v1/refunds', 'POST, GET'],
      ['OPTIONS', '/v1/payments', 'POST, GET'],
      ['TRACE', '/v1/balances', 'GET'],
    ];
    for (const [method, path, allow] of cases) {
      const before = await rowCounts(w);
      const reply = await w.call(method, path, method === 'PUT' ? {} : undefined);
      isProblem(reply, {
        code: 'method_not_allowed',
        detail: new RegExp(`This path answers ${allow.replaceAll(', ', ' and ')}, not ${method}`),
      });
      assert.equal(reply.headers.allow, allow);
      assert.deepEqual(changedTables(before, await rowCounts(w)), []);
    }
  });

  test('HEAD answers as GET does, without the body', async () => {
    const id = (await w.call('POST', '/v1/payments', { amount: 1, currency: 'USD' })).body.id;
    const [head, get] = [await w.call('HEAD', `/v1/payments/${id}`), await w.call('GET', `/v1/payments/${id}`)];
    assert.deepEqual(
      [head.status, head.text, head.headers['content-length'], head.headers['content-type']],
      [200, '', get.headers['content-length'], get.headers['content-type']],
    );
    const none = await w.call('HEAD', '/v1/payments/pay_none');
    assert.deepEqual([none.status, none.text], [404, '']);
    assert.equal((await w.app.server.inject({ method: 'HEAD', url: `/v1/payments/${id}` })).statusCode, 401);
  });

  test('every route of the table is answered, and asks for a key first', async () => {
    for (const route of routes) {
      const reply = await w.app.server.inject({ method: route.method, url: route.path.replaceAll('{id}', 'x_none') });
      assert.deepEqual([reply.statusCode, reply.json().code], [401, 'authentication_required'], route.path);
    }
  });

  test('an address that cannot be decoded, and one far too long, are problem documents too', async () => {
    for (const path of ['/v1/payments/%zz', `/v1/payments/${'a'.repeat(300)}`]) {
      const reply = await w.call('GET', path);
      assert.ok(reply.status === 400 || reply.status === 404 || reply.status === 414);
      assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8');
      assert.equal(reply.body.request_id, reply.headers['request-id']);
    }
  });

  test('GET with a body, and DELETE with one, go by their path alone', async () => {
    const id = (await w.call('POST', '/v1/customers', { name: 'B' })).body.id;
    assert.equal((await w.call('GET', `/v1/customers/${id}`, { id: 'cus_other' })).body.id, id);
    assert.equal((await w.call('DELETE', `/v1/customers/${id}`, { id: 'cus_other' })).body.id, id);
  });
});

describe('what every answer says', () => {
  test('a request id of its own, no sniffing, no store; a request id of the caller’s is not taken', async () => {
    const seen = new Set<unknown>();
    for (const path of ['/v1/payments', '/v1/payments/none', '/v1/none']) {
      const reply = await w.call('GET', path, undefined, {
        headers: { 'request-id': 'req_mine', 'x-request-id': 'req_mine' },
      });
      assert.match(String(reply.headers['request-id']), /^req_[0-9a-z]{26}$/);
      assert.equal(reply.headers['x-content-type-options'], 'nosniff');
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.equal(reply.headers['x-powered-by'], undefined);
      seen.add(reply.headers['request-id']);
    }
    assert.equal(seen.size, 3);
  });

  test('a failure of ours tells nothing of itself', async () => {
    const fails = await openWorld({
      wrap: (c) => c,
      probe() {
        throw new Error('select secret from cards where number = 4242424242424242');
      },
    });
    try {
      const reply = await fails.call('POST', '/v1/payments', {
        amount: 1,
        currency: 'USD',
        token: await fails.token(),
      });
      isProblem(reply, { code: 'internal', detail: /Nothing is charged twice; tell us this request id: req_/ });
      assert.ok(!/4242|select|cards/.test(reply.text));
    } finally {
      await fails.close();
    }
  });
});

describe('429', () => {
  let small: World;
  before(async () => {
    small = await openWorld({ config: { rate_limit: { per_second: 5, burst: 5 } } });
    small.clock.stop();
  });
  after(() => small.close());

  test('beyond the burst: Retry-After, nothing is done; after that time it goes on', async () => {
    const limited = {
      code: 'rate_limited',
      detail: /More than 5 requests a second. Wait 1 s and try again, with the same idempotency key/,
    } as const;
    const replies = await Promise.all(Array.from({ length: 8 }, () => small.call('GET', '/v1/payments')));
    assert.equal(replies.filter((r) => r.status === 429).length, 3);
    for (const reply of replies.filter((r) => r.status === 429)) {
      isProblem(reply, limited);
      assert.equal(reply.headers['retry-after'], '1');
    }
    small.clock.advance(seconds(1));
    const before = await rowCounts(small);
    const writes = await Promise.all(
      Array.from({ length: 12 }, (_, i) => small.call('POST', '/v1/customers', { name: `c${i}` }, { key: `c${i}` })),
    );
    const made = writes.filter((r) => r.status === 201).length;
    assert.equal(made, 5);
    assert.equal((await rowCounts(small)).customers.rows - before.customers.rows, made);
  });

  test('every address of ours counts: pages, health, sign-in, tokens, unknown paths and questions before a call', async () => {
    for (const [i, [method, url]] of (
      [
        ['GET', '/docs'],
        ['GET', '/openapi.json'],
        ['GET', '/health'],
        ['GET', '/dashboard'],
        ['GET', '/mailbox'],
        ['GET', '/simulator/challenge/none'],
        ['POST', '/simulator/challenge/none'],
        ['POST', '/oauth/token'],
        ['GET', '/.well-known/jwks.json'],
        ['POST', '/v1/sign_in'],
        ['POST', '/v1/password_resets'],
        ['GET', '/v1/nothing'],
        ['OPTIONS', '/v1/tokens'],
        ['OPTIONS', '/v1/payments'],
        ['GET', '/vinr/v1/nothing'],
        ['GET', '/pay/none'],
        ['GET', '/nothing'],
      ] as const
    ).entries()) {
      small.clock.advance(seconds(10));
      const remoteAddress = `203.0.113.${i}`;
      const ask = () => small.app.server.inject({ method, url, remoteAddress });
      const statuses = (await Promise.all(Array.from({ length: 12 }, ask))).map((r) => r.statusCode);
      assert.ok(statuses.includes(429) && !statuses.includes(500), `${method} ${url}: ${statuses}`);
      assert.equal(statuses.filter((status) => status !== 429).length >= 5, true, `${method} ${url}: ${statuses}`);
      const other = await small.app.server.inject({ method, url, remoteAddress: '203.0.113.200' });
      assert.notEqual(other.statusCode, 429, `${method} ${url}`);
    }
  });

  test('the limit is per key and per address: another address of another key is not held up', async () => {
    small.clock.advance(seconds(10));
    const from = (remoteAddress: string, key: string) =>
      small.app.server.inject({
        method: 'GET',
        url: '/v1/payments',
        remoteAddress,
        headers: { authorization: `Bearer ${key}` },
      });
    const statuses = async (remoteAddress: string, key: string) =>
      (await Promise.all(Array.from({ length: 9 }, () => from(remoteAddress, key)))).map((r) => r.statusCode);
    assert.ok((await statuses('192.0.2.1', small.tenant.secret)).includes(429));
    assert.equal((await from('192.0.2.1', small.other.secret)).statusCode, 429, 'the address is used up');
    assert.equal((await from('192.0.2.2', small.tenant.secret)).statusCode, 429, 'the key is used up');
    assert.equal((await from('192.0.2.2', small.other.secret)).statusCode, 200);
  });

  test('all addresses of one line of v6 are one', async () => {
    small.clock.advance(seconds(10));
    const from = (remoteAddress: string) =>
      small.app.server.inject({ method: 'GET', url: '/v1/payments', remoteAddress }).then((r) => r.statusCode);
    const codes = await Promise.all(Array.from({ length: 9 }, (_, i) => from(`2001:db8:0:1:${i}::${i}`)));
    assert.ok(codes.includes(429));
    assert.equal(await from('2001:db8:0:2::1'), 401, 'the neighbour is not held up');
  });

  test('a forged X-Forwarded-For opens no new bucket', async () => {
    small.clock.advance(seconds(10));
    const codes = await Promise.all(
      Array.from({ length: 9 }, (_, i) =>
        small.app.server.inject({
          method: 'GET',
          url: '/v1/payments',
          headers: { 'x-forwarded-for': `203.0.113.${i}`, authorization: `Bearer ${small.tenant.publishable}` },
        }),
      ),
    );
    assert.ok(codes.some((r) => r.statusCode === 429));
  });

  test('guessing keys is limited by address', async () => {
    small.clock.advance(seconds(10));
    const codes = await Promise.all(
      Array.from({ length: 9 }, (_, i) =>
        small.call('GET', '/v1/payments', undefined, { as: `sk_test_${String(i).padEnd(40, 'x')}` }),
      ),
    );
    assert.ok(codes.some((r) => r.status === 429));
  });
});
