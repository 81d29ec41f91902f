// Events, endpoints and deliveries over HTTP, from a payment to the receiver's 200 and back to the log. How a delivery is tried
// again is tested beside webhooks/deliver.ts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { openReceiver, type Receiver } from '../../src/webhooks/fixture.ts';
import { badPages, walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { newTenant, openWorld, type World } from '../kit/world.ts';

let w: World;
let receiver: Receiver;
let status = 200;
before(async () => {
  w = await openWorld();
  receiver = await openReceiver((res) => {
    res.statusCode = status;
    res.end('thanks');
  });
});
after(async () => {
  await receiver.close();
  await w.close();
});

const createEndpoint = async (input: Record<string, unknown> = {}) => {
  const reply = await w.call('POST', '/v1/webhook_endpoints', { url: receiver.url, events: ['*'], ...input });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
};
const remove = (id: string) => w.call('DELETE', `/v1/webhook_endpoints/${id}`);
const pay = async () =>
  (await w.call('POST', '/v1/payments', { amount: 1_999, currency: 'USD', token: await w.token() })).body;
const ids = (rows: { id: string }[]) => rows.map((row) => row.id);

describe('events', () => {
  test('200: an event holds the object as it was when it happened', async () => {
    const payment = await pay();
    await w.call('POST', '/v1/refunds', { payment: payment.id });
    const { body } = await w.call('GET', `/v1/events?object_id=${payment.id}&type=payment.completed`);
    const [event] = body.data;
    assert.match(event.id, /^evt_[0-9a-z]{26}$/);
    assert.deepEqual(event, {
      id: event.id,
      object: 'event',
      type: 'payment.completed',
      data: payment,
      request_id: event.request_id,
      created_at: event.created_at,
    });
    assert.equal(event.data.amount_refunded, 0, 'although it is refunded now');
    assert.deepEqual((await w.call('GET', `/v1/events/${event.id}`)).body, event);
  });

  test('200: filters alone and together, pages both ways; never another tenant’s', async () => {
    const t = await newTenant(w.env, 'Events');
    const mine: World = {
      ...w,
      call: (method, path, body, options) => w.call(method, path, body, { as: t.secret, ...options }),
    };
    for (let i = 0; i < 12; i++) await mine.call('POST', '/v1/customers', { name: `c${i}` });
    const middle = w.clock.now().toISOString();
    w.clock.advance(5);
    for (let i = 0; i < 10; i++) await mine.call('POST', '/v1/payments', { amount: 1, currency: 'USD' });
    const { data } = (await mine.call('GET', '/v1/events?limit=100')).body;
    assert.equal(data.length, 22);
    const of = (type: string) => ids(data.filter((e: { type: string }) => e.type === type));
    await walks(mine, '/v1/events', ids(data), [1, 7, 100]);
    await walks(mine, '/v1/events?type=customer.created', of('customer.created'), [5]);
    await walks(mine, '/v1/events?types=payment.created,payment.failed', of('payment.created'), [4]);
    await walks(mine, `/v1/events?created_gte=${middle}`, of('payment.created'), [3]);
    await walks(mine, `/v1/events?created_lt=${middle}`, of('customer.created'), [5]);
    assert.deepEqual((await mine.call('GET', `/v1/events?created_lt=${middle}&type=payment.created`)).body.data, []);
    await refuses(w, ['GET', `/v1/events/${data[0].id}`], {
      code: 'not_found',
      param: 'id',
      detail: /No event with id/,
    });
  });

  test('400', async () => {
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/events?${query}`], { code: 'parameter_invalid', param, detail });
    await refuses(w, ['GET', '/v1/events?type=payment.paid'], {
      code: 'parameter_invalid',
      param: 'type',
      detail: /one of 'payment.created'/,
    });
    await refuses(w, ['GET', '/v1/events?types=payment.created,x'], {
      code: 'parameter_invalid',
      param: 'types[1]',
      detail: /one of/,
    });
    await refuses(w, ['GET', '/v1/events?created_gte=2026-06-30T23:59:60Z'], {
      code: 'parameter_invalid',
      param: 'created_gte',
      detail: /not a time that exists/,
    });
    await refuses(w, ['GET', '/v1/events?created_gt=2026-01-01T00:00:00Z'], {
      code: 'parameter_unknown',
      param: 'created_gt',
      detail: /Did you mean 'created_gte'/,
    });
  });
});

describe('webhook_endpoints', () => {
  test('201: every field; the secret is in this answer alone', async () => {
    const before = await rowCounts(w);
    const e = await createEndpoint({
      events: ['payment.completed', 'payment.completed'],
      description: 'orders',
      metadata: { team: 'a' },
    });
    assert.match(e.secret, /^whsec_/);
    assert.deepEqual(e, {
      id: e.id,
      object: 'webhook_endpoint',
      url: receiver.url,
      description: 'orders',
      events: ['payment.completed'],
      dialect: 'native',
      status: 'enabled',
      disabled_reason: null,
      failing_since: null,
      previous_secret_until: null,
      metadata: { team: 'a' },
      created_at: e.created_at,
      updated_at: e.created_at,
      secret: e.secret,
    });
    assert.deepEqual(gained(before, await rowCounts(w)), { webhook_endpoints: 1 });
    for (const reply of [
      await w.call('GET', `/v1/webhook_endpoints/${e.id}`),
      await w.call('GET', '/v1/webhook_endpoints'),
      await w.call('PATCH', `/v1/webhook_endpoints/${e.id}`, { description: null }),
    ]) {
      assert.equal(reply.status, 200);
      assert.ok(!reply.text.includes('whsec_'));
    }
    assert.partialDeepStrictEqual((await w.call('PATCH', `/v1/webhook_endpoints/${e.id}`, { events: ['*'] })).body, {
      events: ['*'],
      description: null,
      url: receiver.url,
    });
    assert.equal((await w.call('POST', `/v1/webhook_endpoints/${e.id}/disable`)).body.status, 'disabled');
    await refuses(w, ['POST', `/v1/webhook_endpoints/${e.id}/test`], {
      code: 'state_invalid',
      param: 'id',
      detail: /Enable it before you test it/,
    });
    await refuses(w, ['POST', `/v1/webhook_endpoints/${e.id}/recover`, { since: '2026-01-01T00:00:00Z' }], {
      code: 'state_invalid',
      param: 'id',
      detail: /Enable it before you recover/,
    });
    assert.equal((await w.call('POST', `/v1/webhook_endpoints/${e.id}/enable`)).body.status, 'enabled');
    assert.deepEqual((await remove(e.id)).body, { id: e.id, object: 'webhook_endpoint', deleted: true });
    await refuses(w, ['GET', `/v1/webhook_endpoints/${e.id}`], {
      code: 'not_found',
      param: 'id',
      detail: /No webhook endpoint/,
    });
  });

  test('400, 404, 409 and 422', async () => {
    const refused = (input: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
      refuses(w, ['POST', '/v1/webhook_endpoints', { url: receiver.url, events: ['*'], ...input }], expected);
    await refused({ events: [] }, { code: 'parameter_invalid', param: 'events', detail: /1 to 100 entries/ });
    await refused(
      { events: ['payment.paid'] },
      { code: 'parameter_invalid', param: 'events[0]', detail: /one of '\*', 'payment.created'/ },
    );
    await refused(
      { events: ['*', 'payment.created'] },
      { code: 'parameter_invalid', param: 'events', detail: /not both/ },
    );
    await refused(
      { url: 5 },
      { code: 'parameter_invalid', param: 'url', detail: /text of 8 to 2048 characters; got 5/ },
    );
    for (const url of [
      'http://169.254.169.254/latest/meta-data',
      'http://10.0.0.1/',
      'http://[::ffff:10.0.0.1]/',
      'ftp://example.com/',
      'https://user:secretword@example.com/',
    ]) {
      const reply = await w.call('POST', '/v1/webhook_endpoints', { url, events: ['*'] });
      assert.deepEqual([reply.status, reply.body.code, reply.body.param], [422, 'url_refused', 'url'], reply.text);
      assert.ok(!reply.text.includes('secretword'));
    }
    const e = await createEndpoint();
    for (const [method, path, body] of [
      ['GET', ''],
      ['PATCH', '', {}],
      ['DELETE', ''],
      ['POST', '/rotate_secret', {}],
      ['POST', '/enable'],
      ['POST', '/disable'],
      ['POST', '/test'],
      ['POST', '/recover', { since: '2026-01-01T00:00:00Z' }],
    ] as const) {
      await refuses(w, [method, `/v1/webhook_endpoints/${e.id}${path}`, body, { as: w.other.secret }], {
        code: 'not_found',
        param: 'id',
        detail: /No webhook endpoint/,
      });
    }
    await refuses(w, ['POST', `/v1/webhook_endpoints/${e.id}/recover`, {}], {
      code: 'parameter_missing',
      param: 'since',
      detail: /ISO 8601/,
    });
    await refuses(w, ['POST', `/v1/webhook_endpoints/${e.id}/recover`, { since: 'yesterday' }], {
      code: 'parameter_invalid',
      param: 'since',
      detail: /ISO 8601 with a zone/,
    });
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/webhook_endpoints?${query}`], { code: 'parameter_invalid', param, detail });
    const more = await Promise.all(
      Array.from({ length: 20 }, () => w.call('POST', '/v1/webhook_endpoints', { url: receiver.url, events: ['*'] })),
    );
    assert.equal(more.filter((r) => r.status === 201).length, 15, 'sixteen in all, also at once');
    await refused({}, { code: 'limit_reached', detail: /Delete one you no longer need/ });
    for (const { id } of (await w.call('GET', '/v1/webhook_endpoints?limit=100')).body.data) await remove(id);
  });
});

describe('deliveries', () => {
  test('a payment’s event reaches the endpoint signed, and the log says so', async () => {
    await w.work();
    const e = await createEndpoint({ events: ['payment.completed'] });
    const from = receiver.received.length;
    const payment = await pay();
    await w.work();
    const [got, ...more] = receiver.received.slice(from);
    assert.ok(got && more.length === 0, 'one type was chosen, one event came');
    const sent = new Webhook(e.secret).verify(got.body, got.headers) as { type: string; id: string; data: unknown };
    assert.deepEqual([sent.type, sent.data], ['payment.completed', payment]);
    const { body: page } = await w.call('GET', `/v1/deliveries?endpoint_id=${e.id}`);
    const [d] = page.data;
    assert.deepEqual(d, {
      id: d.id,
      object: 'delivery',
      endpoint_id: e.id,
      event_id: sent.id,
      event_type: 'payment.completed',
      status: 'delivered',
      tries: 1,
      resends: 0,
      next_try_at: null,
      last_status_code: 200,
      last_error: null,
      delivered_at: d.delivered_at,
      created_at: d.created_at,
    });
    const { body: whole } = await w.call('GET', `/v1/deliveries/${d.id}`);
    assert.partialDeepStrictEqual(whole.history, [{ number: 1, status_code: 200, error: null, response: 'thanks' }]);

    const again = await w.call('POST', `/v1/deliveries/${d.id}/resend`);
    assert.deepEqual([again.status, again.body.status, again.body.resends], [202, 'pending', 1]);
    await w.work();
    assert.equal(receiver.received.length, from + 2);
    assert.equal(receiver.received.at(-1)?.body, got.body, 'the very same bytes');
    await refuses(w, ['GET', `/v1/deliveries/${d.id}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No delivery/,
    });
    await refuses(w, ['POST', `/v1/deliveries/${d.id}/resend`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No delivery/,
    });
    await w.call('POST', `/v1/webhook_endpoints/${e.id}/disable`);
    await refuses(w, ['POST', `/v1/deliveries/${d.id}/resend`], {
      code: 'state_invalid',
      param: 'id',
      detail: /Enable it before you resend/,
    });
    await remove(e.id);
  });

  test('a failing endpoint: the try and its answer are in the log, the next one has a time; filters and pages', async () => {
    const e = await createEndpoint({ events: ['customer.created'] });
    status = 500;
    for (let i = 0; i < 6; i++) await w.call('POST', '/v1/customers', { name: `c${i}` });
    await w.work();
    status = 200;
    const { data } = (await w.call('GET', `/v1/deliveries?endpoint_id=${e.id}&status=pending&limit=100`)).body;
    assert.equal(data.length, 6);
    for (const d of data) assert.partialDeepStrictEqual(d, { tries: 1, last_status_code: 500, delivered_at: null });
    await walks(w, `/v1/deliveries?endpoint_id=${e.id}`, ids(data), [1, 4, 100]);
    assert.deepEqual(ids((await w.call('GET', `/v1/deliveries?event_id=${data[2].event_id}`)).body.data), [data[2].id]);
    assert.deepEqual(
      (await w.call('GET', `/v1/deliveries?endpoint_id=${e.id}&event_type=payment.created`)).body.data,
      [],
    );
    assert.deepEqual((await w.call('GET', `/v1/deliveries?endpoint_id=${e.id}&status=failed`)).body.data, []);
    const reply = await w.call('POST', `/v1/webhook_endpoints/${e.id}/test`);
    assert.deepEqual([reply.status, reply.body.type], [202, 'webhook_endpoint.test']);
    await w.work();
    assert.equal(JSON.parse(receiver.received.at(-1)?.body ?? '{}').type, 'webhook_endpoint.test');
    await remove(e.id);
  });

  test('400', async () => {
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/deliveries?${query}`], { code: 'parameter_invalid', param, detail });
    await refuses(w, ['GET', '/v1/deliveries?status=sent'], {
      code: 'parameter_invalid',
      param: 'status',
      detail: /one of 'pending', 'delivered', 'failed'/,
    });
  });
});
