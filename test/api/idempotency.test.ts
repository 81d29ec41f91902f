// Idempotency over HTTP: the same key replays the very bytes and writes nothing; another body, a twin in flight, a dead holder,
// a refused input and a key of another operation each behave as the documentation says.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes } from '../../src/api/native/routes.ts';
import { assert as sure } from '../../src/kit/assert.ts';
import { days, minutes, plus, seconds } from '../../src/kit/clock.ts';
import type { Claim } from '../../src/operation/context.ts';
import { begin, forgetOldClaims, requestHash } from '../../src/operation/once.ts';
import { cancelPayment } from '../../src/payments/cancel-payment.ts';
import { codeOf, priceOf } from '../kit/catalog.ts';
import { eventually } from '../kit/eventually.ts';
import { isProblem, refuses } from '../kit/refusal.ts';
import { changedTables, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
/** While set, a provider call waits for it. */
let gate: Promise<void> | undefined;
/** While set, the process dies at this line. */
let dies_at: string | undefined;
before(async () => {
  w = await openWorld({
    wrap: (connector) => ({
      ...connector,
      async authorize(call) {
        await gate;
        return connector.authorize(call);
      },
    }),
    probe(point) {
      if (point === dies_at) throw new Error('the process died here');
    },
  });
});
after(() => w.close());

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

let count = 0;
const newKey = () => `key-${++count}`;
const pay = (key: string, input: Record<string, unknown> = {}, as?: string) =>
  w.call(
    'POST',
    '/v1/payments',
    { amount: 1_999, currency: 'USD', ...input },
    { key, ...(as === undefined ? {} : { as }) },
  );

describe('a replay', () => {
  const customer = async () => (await w.call('POST', '/v1/customers', { name: 'C' })).body.id;
  const payment = async (more: Record<string, unknown> = {}) =>
    (await w.call('POST', '/v1/payments', { amount: 1_000, currency: 'USD', ...more })).body.id;
  const held = async () => payment({ token: await w.token(), capture: false });
  // Refused at once, so that the worker loses no time on it.
  const endpoint = { url: 'http://127.0.0.1:9/hooks', events: ['*'] };
  const endpointId = async () => (await w.call('POST', '/v1/webhook_endpoints', endpoint)).body.id;
  const meter = () => ({ display_name: 'Calls', event_name: newKey(), aggregation: 'sum' });
  const metered = async () => (await w.call('POST', '/v1/meters', meter())).body;
  const used = async () => ({
    event_name: (await metered()).event_name,
    payload: { customer: await customer(), value: 2 },
  });
  const requests: Record<string, () => Promise<[path: string, body?: Record<string, unknown>]>> = {
    'payments.create': async () => [
      '/v1/payments',
      { amount: 5, currency: 'JPY', token: await w.token(), metadata: { b: '2', a: '1' } },
    ],
    'payments.confirm': async () => [`/v1/payments/${await payment()}/confirm`, { token: await w.token() }],
    'payments.capture': async () => [`/v1/payments/${await held()}/capture`, { amount: 400 }],
    'payments.cancel': async () => [`/v1/payments/${await held()}/cancel`],
    'payments.increase_authorization': async () => [
      `/v1/payments/${await held()}/increase_authorization`,
      { amount: 2_000 },
    ],
    'refunds.create': async () => ['/v1/refunds', { payment: await payment({ token: await w.token() }), amount: 300 }],
    'customers.create': async () => ['/v1/customers', { name: 'Ada', metadata: { z: '1', a: '2' } }],
    'payment_methods.create': async () => [
      '/v1/payment_methods',
      { customer: await customer(), token: await w.token() },
    ],
    'portal_sessions.revoke': async () => [
      `/v1/portal_sessions/${(await w.call('POST', '/v1/portal_sessions', { customer: await customer() })).body.id}/revoke`,
    ],
    'checkout_sessions.create': async () => [
      '/v1/checkout_sessions',
      { amount_total: 100, currency: 'USD', customer_email: 'replay@example.com' },
    ],
    'checkout_sessions.expire': async () => [
      `/v1/checkout_sessions/${(await w.call('POST', '/v1/checkout_sessions', { amount_total: 100, currency: 'USD' })).body.id}/expire`,
    ],
    'payment_links.create': async () => [
      '/v1/payment_links',
      { line_items: [{ price: (await priceOf(w)).id }], currency: 'USD', metadata: { z: '1', a: '2' } },
    ],
    'product_images.create': async () => ['/v1/product_images', { content_base64: pixel }],
    'products.create': async () => ['/v1/products', { name: 'Beans', metadata: { z: '1', a: '2' } }],
    'products.archive': async () => [`/v1/products/${(await priceOf(w)).product}/archive`],
    'products.unarchive': async () => [`/v1/products/${(await priceOf(w)).product}/unarchive`],
    'meters.create': async () => ['/v1/meters', meter()],
    'meters.deactivate': async () => [`/v1/meters/${(await metered()).id}/deactivate`],
    'meters.reactivate': async () => [`/v1/meters/${(await metered()).id}/reactivate`],
    'meter_events.create': async () => ['/v1/meter_events', await used()],
    'meter_events.create_batch': async () => ['/v1/meter_events/batch', { events: [await used()] }],
    'meter_events.cancel': async () => [
      '/v1/meter_events/cancel',
      { identifier: (await w.call('POST', '/v1/meter_events', await used())).body.identifier },
    ],
    'prices.create': async () => [
      '/v1/prices',
      { product: (await priceOf(w)).product, amounts: [{ currency: 'USD', unit_amount: 5 }] },
    ],
    'prices.archive': async () => [`/v1/prices/${(await priceOf(w)).id}/archive`],
    'prices.unarchive': async () => [`/v1/prices/${(await priceOf(w)).id}/unarchive`],
    'tax_rates.create': async () => [
      '/v1/tax_rates',
      { display_name: 'VAT', country: 'DE', rate_ppm: 190_000, inclusive: true },
    ],
    'coupons.create': async () => ['/v1/coupons', { name: 'Sale', fixed_amounts: { USD: 5, EUR: 4 } }],
    'promotion_codes.create': async () => ['/v1/promotion_codes', { coupon: (await codeOf(w)).coupon }],
    'promotion_codes.disable': async () => [`/v1/promotion_codes/${(await codeOf(w)).id}/disable`],
    'promotion_codes.enable': async () => [`/v1/promotion_codes/${(await codeOf(w)).id}/enable`],
    'conversions.create': async () => {
      await payment({ token: await w.token() });
      await w.call('POST', '/v1/settlements', {});
      return ['/v1/conversions', { from: 'USD', to: 'EUR', amount: 100, metadata: { z: '1', a: '2' } }];
    },
    'webhook_endpoints.disable': async () => [`/v1/webhook_endpoints/${await endpointId()}/disable`],
    'webhook_endpoints.enable': async () => [`/v1/webhook_endpoints/${await endpointId()}/enable`],
    'webhook_endpoints.test': async () => [`/v1/webhook_endpoints/${await endpointId()}/test`],
    'webhook_endpoints.recover': async () => [
      `/v1/webhook_endpoints/${await endpointId()}/recover`,
      { since: '2026-01-01T00:00:00Z' },
    ],
  };
  const accessKey = { name: 'program', scopes: ['payments'] };
  const keyId = async () => (await w.call('POST', '/v1/api_keys', { kind: 'secret', name: 'k' })).body.id;
  /** Their answers show a secret once; a replay does not. */
  const secretive: Record<string, { request: () => Promise<[string, Record<string, unknown>]>; secret: string }> = {
    'tokens.create': {
      request: async () => [
        '/v1/tokens',
        { card: { number: '4242424242424242', exp_month: 1, exp_year: 2040, cvc: '123' } },
      ],
      secret: 'id',
    },
    'api_keys.create': { request: async () => ['/v1/api_keys', { kind: 'secret', name: 'k' }], secret: 'key' },
    'api_keys.roll': { request: async () => [`/v1/api_keys/${await keyId()}/roll`, {}], secret: 'key' },
    'access_keys.create': { request: async () => ['/v1/access_keys', accessKey], secret: 'secret' },
    'access_keys.rotate_secret': {
      request: async () => [
        `/v1/access_keys/${(await w.call('POST', '/v1/access_keys', accessKey)).body.id}/rotate_secret`,
        {},
      ],
      secret: 'secret',
    },
    'portal_sessions.create': {
      request: async () => ['/v1/portal_sessions', { customer: await customer() }],
      secret: 'url',
    },
    'webhook_endpoints.create': { request: async () => ['/v1/webhook_endpoints', endpoint], secret: 'secret' },
    'webhook_endpoints.rotate_secret': {
      request: async () => [`/v1/webhook_endpoints/${await endpointId()}/rotate_secret`, {}],
      secret: 'secret',
    },
  };

  for (const [name, request] of Object.entries(requests)) {
    test(`${name}: the very bytes, the same status, said in a header, nothing written`, async () => {
      const [path, body] = await request();
      const key = newKey();
      const first = await w.call('POST', path, body, { key });
      assert.ok(first.status < 300, first.text);
      assert.equal(first.headers['idempotent-replayed'], undefined);
      const before = await rowCounts(w);
      const second = await w.call('POST', path, body, { key });
      assert.equal(second.text, first.text);
      assert.equal(second.status, first.status);
      assert.equal(second.headers['idempotent-replayed'], 'true');
      assert.notEqual(second.headers['request-id'], first.headers['request-id'], 'it is another request');
      assert.deepEqual(changedTables(before, await rowCounts(w)), []);
    });
  }

  for (const [name, { request, secret }] of Object.entries(secretive)) {
    test(`${name}: the same object, without the secret that was shown once`, async () => {
      const [path, body] = await request();
      const key = newKey();
      const first = await w.call('POST', path, body, { key });
      const before = await rowCounts(w);
      const second = await w.call('POST', path, body, { key });
      assert.deepEqual([second.status, second.headers['idempotent-replayed']], [first.status, 'true']);
      const { [secret]: shown, ...rest } = first.body;
      const { [secret]: kept, ...same } = second.body;
      assert.deepEqual(same, rest);
      assert.ok(typeof shown === 'string' && kept !== shown);
      assert.deepEqual(changedTables(before, await rowCounts(w)), []);
    });
  }

  test('every POST of the table is one of these', () => {
    const known = new Set([...Object.keys(requests), ...Object.keys(secretive), 'deliveries.resend']);
    const forgotten = routes.filter(
      (r) =>
        r.method === 'POST' &&
        /^(payments|refunds|customers|payment_methods|checkout_sessions|tokens|api_keys|access_keys|webhook_endpoints|deliveries|product_images|products|prices|tax_rates|meters|meter_events|coupons|promotion_codes|conversions|portal_sessions)\./.test(
          r.op.name,
        ) &&
        !known.has(r.op.name),
    );
    assert.deepEqual(
      forgotten.map((r) => r.op.name),
      [],
    );
  });

  test('shows the answer of that time, whatever happened since', async () => {
    const key = newKey();
    const token = await w.token();
    const input = { token, customer: await customer() };
    const first = await pay(key, input);
    await w.call('POST', '/v1/refunds', { payment: first.body.id });
    await w.call('DELETE', `/v1/customers/${input.customer}`);
    assert.equal((await pay(key, input)).text, first.text);
  });

  test('the order of the parameters is of no meaning, also inside metadata', async () => {
    const key = newKey();
    const first = await w.call(
      'POST',
      '/v1/payments',
      { amount: 1, currency: 'USD', metadata: { a: '1', b: '2' } },
      { key },
    );
    const second = await w.call(
      'POST',
      '/v1/payments',
      { metadata: { b: '2', a: '1' }, currency: 'USD', amount: 1 },
      { key },
    );
    assert.equal(second.text, first.text);
  });

  test('a decline is an answer, and is replayed', async () => {
    const key = newKey();
    const input = { token: await w.token('4000000000000002') };
    const first = await pay(key, input);
    assert.equal(first.body.status, 'failed');
    assert.equal((await pay(key, input)).text, first.text);
  });
});

describe('409', () => {
  test('the same key with another body, or on another object', async () => {
    const key = newKey();
    await pay(key);
    const conflict = {
      code: 'idempotency_conflict',
      param: 'Idempotency-Key',
      detail: /used with other parameters. Use a new key for a new request/,
    } as const;
    for (const body of [
      { amount: 2_000, currency: 'USD' },
      { amount: 1_999, currency: 'EUR' },
      { amount: 1_999, currency: 'USD', metadata: {} },
      { amount: 1_999, currency: 'USD', capture: true },
    ]) {
      await refuses(w, ['POST', '/v1/payments', body, { key }], conflict);
    }
    const [a, b] = [await w.token(), await w.token()];
    await pay('shared-token-key', { token: a });
    await refuses(
      w,
      ['POST', '/v1/payments', { amount: 1_999, currency: 'USD', token: b }, { key: 'shared-token-key' }],
      conflict,
    );
    const ids = [(await pay(newKey())).body.id, (await pay(newKey())).body.id];
    await w.call('POST', `/v1/payments/${ids[0]}/cancel`, undefined, { key: 'cancel-key' });
    await refuses(w, ['POST', `/v1/payments/${ids[1]}/cancel`, undefined, { key: 'cancel-key' }], conflict);
  });

  test('a twin in flight: Retry-After, one charge, and then the answer', async () => {
    let open = () => {};
    gate = new Promise((done) => {
      open = done;
    });
    const key = newKey();
    const input = { token: await w.token() };
    const first = pay(key, input);
    await eventually('the claim is there', () =>
      w.env.db.query.selectFrom('idempotency_keys').select('key').where('key', '=', key).executeTakeFirst(),
    );
    const twin = await refuses(w, ['POST', '/v1/payments', { amount: 1_999, currency: 'USD', ...input }, { key }], {
      code: 'idempotency_in_flight',
      param: 'Idempotency-Key',
      detail: /still being worked on. Ask again with the same key/,
    });
    assert.equal(twin.headers['retry-after'], '1');
    await refuses(w, ['POST', '/v1/payments', { amount: 1, currency: 'USD' }, { key }], {
      code: 'idempotency_conflict',
      param: 'Idempotency-Key',
      detail: /other parameters/,
    });
    open();
    gate = undefined;
    const { text, status } = await first;
    assert.equal(status, 201);
    assert.equal((await pay(key, input)).text, text);
  });

  test('thirty twins at once: one payment, one charge; each gets its answer or is told to wait', async () => {
    const key = newKey();
    const input = { token: await w.token(), merchant_reference: key };
    const replies = await Promise.all(Array.from({ length: 30 }, () => pay(key, input)));
    const answers = replies.filter((r) => r.status === 201);
    assert.ok(answers.length >= 1);
    assert.equal(new Set(answers.map((r) => r.text)).size, 1);
    assert.equal(answers.filter((r) => r.headers['idempotent-replayed'] === undefined).length, 1);
    for (const r of replies.filter((r) => r.status !== 201)) assert.equal(r.body.code, 'idempotency_in_flight');
    assert.equal((await w.call('GET', `/v1/payments?merchant_reference=${key}`)).body.data.length, 1);
    await w.verify();
  });

  test('thirty twins of a refund and of a customer: one each', async () => {
    const payment = (await pay(newKey(), { token: await w.token() })).body.id;
    const key = newKey();
    await Promise.all(
      Array.from({ length: 30 }, () => w.call('POST', '/v1/refunds', { payment, amount: 10 }, { key })),
    );
    assert.equal((await w.call('GET', `/v1/refunds?payment=${payment}`)).body.data.length, 1);
    await Promise.all(
      Array.from({ length: 30 }, () => w.call('POST', '/v1/customers', { email: `${key}@example.com` }, { key })),
    );
    assert.equal((await w.call('GET', `/v1/customers?email=${key}@example.com`)).body.data.length, 1);
    await w.verify();
  });
});

describe('a key belongs to one account and one operation', () => {
  test('the same key on two operations, and of two tenants, is independent', async () => {
    const key = newKey();
    const [a, b, c] = [
      await pay(key),
      await w.call('POST', '/v1/customers', { name: 'K' }, { key }),
      await pay(key, {}, w.other.secret),
    ];
    for (const reply of [a, b, c])
      assert.deepEqual([reply.status, reply.headers['idempotent-replayed']], [201, undefined]);
    assert.notEqual(a.body.id, c.body.id);
    assert.equal((await pay(key, {}, w.other.secret)).body.id, c.body.id);
  });

  test('without a key two equal requests are two payments; on GET, PATCH and DELETE a key is of no meaning', async () => {
    const body = { amount: 7, currency: 'USD' };
    assert.notEqual(
      (await w.call('POST', '/v1/payments', body)).body.id,
      (await w.call('POST', '/v1/payments', body)).body.id,
    );
    const id = (await w.call('POST', '/v1/customers', { name: 'N' })).body.id;
    const key = newKey();
    for (const name of ['One', 'Two'])
      assert.equal((await w.call('PATCH', `/v1/customers/${id}`, { name }, { key })).body.name, name);
    assert.equal((await w.call('GET', `/v1/customers/${id}`, undefined, { key: 'not valid as a key' })).status, 200);
    assert.equal((await w.call('DELETE', `/v1/customers/${id}`, undefined, { key })).status, 200);
  });
});

describe('400', () => {
  test('a key that is empty, too long, or not visible ASCII', async () => {
    const before = await rowCounts(w);
    for (const key of ['', ' ', 'a b', 'x'.repeat(256), 'tab\tkey', 'clé']) {
      const reply = await pay(key);
      isProblem(reply, {
        code: 'idempotency_key_invalid',
        param: 'Idempotency-Key',
        detail: /1 to 255 visible ASCII characters; a UUID is a good one/,
      });
    }
    assert.deepEqual(changedTables(before, await rowCounts(w)), []);
    assert.equal((await pay('x'.repeat(255))).status, 201);
    assert.equal((await pay('!~{}"\\/;--')).status, 201);
  });
});

describe('a refused input is not stored', () => {
  test('after mending the cause the same key is good, on every kind of operation', async () => {
    const [one, two, three] = [newKey(), newKey(), newKey()];
    await refuses(w, ['POST', '/v1/payments', { amount: 0, currency: 'USD' }, { key: one }], {
      code: 'parameter_invalid',
      param: 'amount',
      detail: /from 1/,
    });
    await refuses(w, ['POST', '/v1/payments', { amount: 5, currency: 'USD', customer: 'cus_none' }, { key: one }], {
      code: 'not_found',
      param: 'customer',
      detail: /No customer/,
    });
    assert.equal((await pay(one)).status, 201);
    await refuses(w, ['POST', '/v1/refunds', { payment: 'pay_none' }, { key: two }], {
      code: 'not_found',
      param: 'payment',
      detail: /No payment/,
    });
    const payment = (await pay(newKey(), { token: await w.token() })).body.id;
    await refuses(w, ['POST', '/v1/refunds', { payment, amount: 9_999 }, { key: two }], {
      code: 'amount_too_large',
      param: 'amount',
      detail: /At most 1999/,
    });
    assert.equal((await w.call('POST', '/v1/refunds', { payment }, { key: two })).status, 201);
    await w.call('POST', '/v1/customers', { reference: 'there' });
    await refuses(w, ['POST', '/v1/customers', { reference: 'there' }, { key: three }], {
      code: 'parameter_invalid',
      param: 'reference',
      detail: /choose another/,
    });
    assert.equal((await w.call('POST', '/v1/customers', { reference: 'elsewhere' }, { key: three })).status, 201);
  });
});

describe('a process that dies', () => {
  test('before any effect: in flight for a minute, then somebody else may do it', async () => {
    const key = newKey();
    const input = { name: 'Heir' };
    const ctx = w.ctx();
    await begin(ctx, {
      operation: 'customers.create',
      key,
      holder: 'req_dead',
      request_hash: requestHash(w.env, input),
    });
    await refuses(w, ['POST', '/v1/customers', input, { key }], {
      code: 'idempotency_in_flight',
      param: 'Idempotency-Key',
      detail: /same key/,
    });
    w.clock.advance(seconds(61));
    const reply = await w.call('POST', '/v1/customers', input, { key });
    assert.deepEqual([reply.status, reply.headers['idempotent-replayed']], [201, undefined]);
    assert.equal((await w.call('POST', '/v1/customers', input, { key })).text, reply.text);
  });

  for (const point of ['authorize.recorded', 'authorize.acted']) {
    test(`at ${point}: nothing is begun anew; the safety job ends it and the key answers`, async () => {
      const key = newKey();
      const input = { token: await w.token() };
      dies_at = point;
      // A probe that throws ends the request; `acted` is inside the call, which makes the outcome unknown.
      const died = await pay(key, input);
      dies_at = undefined;
      assert.ok(died.status === 500 || died.body.status === 'processing', died.text);
      if (died.status === 500)
        await refuses(w, ['POST', '/v1/payments', { amount: 1_999, currency: 'USD', ...input }, { key }], {
          code: 'idempotency_in_flight',
          param: 'Idempotency-Key',
          detail: /same key/,
        });
      w.clock.advance(minutes(2));
      await w.work();
      const reply = await pay(key, input);
      assert.deepEqual([reply.status, reply.headers['idempotent-replayed']], [201, 'true'], reply.text);
      assert.equal(
        (await w.call('GET', `/v1/payments/${reply.body.id}`)).body.status,
        point === 'authorize.acted' ? 'completed' : 'failed',
      );
      await w.verify();
    });
  }

  test('between the transaction that cancelled a pending payment and its answer: the key is answered', async () => {
    const payment = (await pay(newKey())).body.id;
    const key = newKey();
    const ctx = w.ctx();
    const claim: Claim = {
      operation: 'payments.cancel',
      key,
      holder: 'req_dead',
      request_hash: requestHash(w.env, { id: payment }),
    };
    await begin(ctx, claim);
    sure(cancelPayment.kind === 'process', 'cancelling is a process');
    await cancelPayment.run({ ...ctx, claim }, { id: payment });
    w.clock.advance(minutes(2));
    await w.work();
    const reply = await w.call('POST', `/v1/payments/${payment}/cancel`, undefined, { key });
    assert.equal(reply.status, 200, reply.text);
  });
});

describe('keys are kept for 30 days', () => {
  test('younger ones stay, older ones are forgotten', async () => {
    const key = newKey();
    const first = await pay(key);
    w.clock.advance(days(30) - minutes(1));
    const forget = () => w.env.db.tx((tx) => forgetOldClaims(tx, plus(w.clock.now(), -days(30))));
    await forget();
    assert.equal((await pay(key)).text, first.text);
    w.clock.advance(minutes(2));
    assert.ok((await forget()) >= 1);
    assert.notEqual((await pay(key)).body.id, first.body.id);
  });
});
