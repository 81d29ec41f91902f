// Deliveries from the event to the receiver: each is sent, sent once, tried again as the schedule says, and one endpoint
// does not hold up another. What must not appear: a second send, a body in a log, an open transaction during a POST.

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../../test/kit/eventually.ts';
import { days, hours, seconds } from '../kit/clock.ts';
import { claim } from './claim.ts';
import { deliverDue, openDeliverer } from './deliver.ts';
import { lease } from './delivery.ts';
import { call, drainOutbox, emitEvents, type Fixture, openFixture, openReceiver, type Receiver } from './fixture.ts';
import { createEndpoint, deleteEndpoint, getEndpoint } from './manage-endpoints.ts';
import { getDelivery, listDeliveries } from './read-deliveries.ts';
import { recordStatements } from './record.ts';
import { resendDelivery } from './resend-delivery.ts';
import { rotateSecret } from './rotate-secret.ts';
import { sendTestEvent } from './send-test-event.ts';
import { disableEndpoint } from './switch-endpoint.ts';

const admin = process.env.TEST_DATABASE_URL;
type Endpoint = {
  id: string;
  secret: string;
  status: string;
  disabled_reason: string | null;
  failing_since: string | null;
};
type Delivery = {
  id: string;
  event_id: string;
  status: string;
  tries: number;
  resends: number;
  last_error: string | null;
  last_status_code: number | null;
  next_try_at: string | null;
};
type Detail = Delivery & {
  history: { number: number; status_code: number | null; error: string | null; response: string | null }[];
};

describe('deliveries', { skip: admin === undefined && 'TEST_DATABASE_URL is not set' }, () => {
  let f: Fixture;
  before(async () => {
    f = await openFixture(admin ?? '');
  });
  after(() => f.close());

  async function endpointFor(receiver: Receiver, events: string[] = ['payment.completed']): Promise<Endpoint> {
    return call<Endpoint>(createEndpoint, f.ctx, { url: receiver.url, events });
  }
  async function deliveriesOf(endpoint: Endpoint): Promise<Delivery[]> {
    return (await call<{ data: Delivery[] }>(listDeliveries, f.ctx, { endpoint_id: endpoint.id, limit: 100 })).data;
  }
  const detail = (delivery: Delivery | undefined) => call<Detail>(getDelivery, f.ctx, { id: delivery?.id });
  const look = (endpoint: Endpoint) => call<Endpoint>(getEndpoint, f.ctx, { id: endpoint.id });

  /** One receiver with one endpoint and `count` events fanned out to it; both are gone afterwards. */
  async function scene(
    answer: (res: ServerResponse, n: number) => void,
    count: number,
    body: (receiver: Receiver, endpoint: Endpoint, events: string[]) => Promise<void>,
  ) {
    const receiver = await openReceiver(answer);
    const endpoint = await endpointFor(receiver);
    try {
      const events = await emitEvents(f.ctx, count);
      assert.equal(await drainOutbox(f.ctx), count);
      await body(receiver, endpoint, events);
    } finally {
      await call(deleteEndpoint, f.ctx, { id: endpoint.id });
      await receiver.close();
    }
  }

  test('an event arrives once, signed, with the frozen bytes; the log says so', () =>
    scene(
      (res) => res.end('thanks\0'),
      1,
      async (receiver, endpoint, [event_id]) => {
        assert.equal(await deliverDue(f.env), 1);
        assert.equal(await deliverDue(f.env), 0);
        assert.equal(receiver.received.length, 1);
        const [got] = receiver.received;
        assert.equal(got?.headers['webhook-id'], event_id);
        assert.equal(got?.headers['user-agent'], 'Florin-Webhooks/1');
        assert.ok(got?.body.includes('"data":{"id":"pay_0","note":"Größe \\u0041 1.50"}'));
        new Webhook(endpoint.secret).verify(got?.body ?? '', got?.headers ?? {});
        const [delivery] = await deliveriesOf(endpoint);
        const { status, tries, history } = await detail(delivery);
        assert.deepEqual(
          [status, tries, history.length, history[0]?.status_code, history[0]?.response],
          ['delivered', 1, 1, 200, 'thanks\ufffd'],
        );
      },
    ));

  test('fan-out twice with the same events makes each delivery once', () =>
    scene(
      (res) => res.end(),
      3,
      async (receiver, _endpoint, events) => {
        await f.env.db.query
          .insertInto('outbox')
          .values(events.map((event_id) => ({ account_id: f.ctx.account.account_id, event_id })))
          .execute();
        assert.equal(await drainOutbox(f.ctx), 0);
        await deliverDue(f.env);
        assert.equal(receiver.received.length, 3);
      },
    ));

  test('only chosen types arrive; a test event arrives at its endpoint alone', async () => {
    const [a, b] = [await openReceiver((res) => res.end()), await openReceiver((res) => res.end())];
    const [ea, eb] = [await endpointFor(a, ['refund.succeeded']), await endpointFor(b, ['*'])];
    await emitEvents(f.ctx, 1, 'payment.created');
    await call(sendTestEvent, f.ctx, { id: ea.id });
    assert.equal(await drainOutbox(f.ctx), 2);
    await deliverDue(f.env);
    assert.deepEqual(
      [a, b].map((r) => r.received.map((x) => JSON.parse(x.body).type)),
      [['webhook_endpoint.test'], ['payment.created']],
    );
    for (const e of [ea, eb]) await call(deleteEndpoint, f.ctx, { id: e.id });
    await Promise.all([a.close(), b.close()]);
  });

  test('500, then 200: tried again when its time has come, not before', () =>
    scene(
      (res, n) => res.writeHead(n === 0 ? 500 : 200).end(`answer ${n}`),
      1,
      async (receiver, endpoint) => {
        await deliverDue(f.env);
        assert.notEqual((await look(endpoint)).failing_since, null);
        assert.equal(await deliverDue(f.env), 0);
        f.clock.advance(seconds(6));
        assert.equal(await deliverDue(f.env), 1);
        assert.equal(receiver.received.length, 2);
        assert.equal(receiver.received[0]?.body, receiver.received[1]?.body);
        const got = await detail((await deliveriesOf(endpoint))[0]);
        assert.deepEqual(
          got.history.map((h) => [h.number, h.status_code, h.error]),
          [
            [2, 200, null],
            [1, 500, 'answered 500'],
          ],
        );
        assert.equal(got.last_error, null);
        assert.equal((await look(endpoint)).failing_since, null);
      },
    ));

  test('a redirect, a slow body and silence are failures; a 10 MB answer is success, kept short', async () => {
    const cases: [(res: ServerResponse) => void, string, RegExp | undefined][] = [
      [(res) => res.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(), 'pending', /redirects are not followed/],
      [(res) => res.write('slow'), 'pending', /^timeout: /],
      [() => {}, 'pending', /^timeout: /],
      [(res) => res.socket?.destroy(), 'pending', /^connection: /],
      [(res) => res.end(Buffer.alloc(10_000_000, 'x')), 'delivered', undefined],
    ];
    for (const [answer, status, error] of cases) {
      await scene(answer, 1, async (receiver, endpoint) => {
        // Only who is silent is waited for; it was reached before that.
        const timeout_ms = error?.source.startsWith('^timeout') ? 2_000 : 20_000;
        await deliverDue(f.env, { timeout_ms });
        const got = await detail((await deliveriesOf(endpoint))[0]);
        assert.equal(got.status, status);
        assert.equal(receiver.received.length, 1);
        if (error) assert.match(got.last_error ?? '', error);
        else assert.equal(got.history[0]?.response?.length, 1_024);
      });
    }
  });

  test('429 with Retry-After waits as asked', () =>
    scene(
      (res) => res.writeHead(429, { 'retry-after': '600' }).end(),
      1,
      async (_receiver, endpoint) => {
        await deliverDue(f.env);
        const [delivery] = await deliveriesOf(endpoint);
        assert.equal(new Date(delivery?.next_try_at ?? 0).getTime(), f.clock.now().getTime() + seconds(600));
      },
    ));

  test('after the tenth failure it has failed, and nothing more is sent', () =>
    scene(
      (res) => res.writeHead(503).end(),
      1,
      async (receiver, endpoint) => {
        const started = f.clock.now().getTime();
        for (let i = 0; i < 14; i++) {
          await deliverDue(f.env);
          const [delivery] = await deliveriesOf(endpoint);
          if (delivery?.next_try_at)
            f.clock.advance(Math.max(0, new Date(delivery.next_try_at).getTime() - f.clock.now().getTime()));
        }
        assert.equal(receiver.received.length, 10);
        const elapsed = f.clock.now().getTime() - started;
        assert.ok(elapsed > hours(20) && elapsed < hours(25));
        const [delivery] = await deliveriesOf(endpoint);
        assert.deepEqual([delivery?.status, delivery?.tries, delivery?.next_try_at], ['failed', 10, null]);
        assert.equal((await look(endpoint)).status, 'enabled');
      },
    ));

  test('410 disables the endpoint at once, ends what waits for it, and one event says so', () =>
    scene(
      (res) => res.writeHead(410).end(),
      3,
      async (receiver, endpoint) => {
        await deliverDue(f.env, { per_endpoint: 1 });
        assert.equal(receiver.received.length, 1);
        const now = await look(endpoint);
        assert.deepEqual([now.status, now.disabled_reason], ['disabled', 'gone']);
        assert.deepEqual(
          (await deliveriesOf(endpoint)).map((d) => d.status),
          ['failed', 'failed', 'failed'],
        );
        const events = await f.env.db.query
          .selectFrom('events')
          .selectAll()
          .where('object_id', '=', endpoint.id)
          .where('type', '=', 'webhook_endpoint.disabled')
          .execute();
        assert.equal(events.length, 1);
        assert.ok(!events[0]?.payload?.includes('secret"'));
        await emitEvents(f.ctx, 1);
        assert.equal(await drainOutbox(f.ctx), 0);
      },
    ));

  test('three days of nothing but failures disable an endpoint; a success in between starts the count anew', () =>
    scene(
      (res, n) => res.writeHead(n === 1 ? 200 : 500).end(),
      1,
      async (_receiver, endpoint) => {
        const again = async () => {
          await emitEvents(f.ctx, 1);
          await drainOutbox(f.ctx);
          await deliverDue(f.env, { per_endpoint: 1 });
        };
        await deliverDue(f.env);
        f.clock.advance(days(2));
        await f.env.db.query.deleteFrom('deliveries').where('endpoint_id', '=', endpoint.id).execute();
        await again(); // 200
        assert.equal((await look(endpoint)).failing_since, null);
        await again();
        f.clock.advance(days(2));
        await again();
        assert.equal((await look(endpoint)).status, 'enabled');
        f.clock.advance(days(1) + seconds(1));
        await again();
        const now = await look(endpoint);
        assert.deepEqual([now.status, now.disabled_reason], ['disabled', 'failing']);
      },
    ));

  test('two deliverers at once send each delivery once', () =>
    scene(
      (res) => setTimeout(() => res.end(), 3),
      400,
      async (receiver) => {
        const handled = await Promise.all([deliverDue(f.env), deliverDue(f.env), deliverDue(f.env)]);
        assert.equal(
          handled.reduce((a, b) => a + b),
          400,
        );
        assert.equal(receiver.received.length, 400);
        assert.equal(new Set(receiver.received.map((r) => r.headers['webhook-id'])).size, 400);
      },
    ));

  test('what a dead process had claimed comes back after the lease, and its late result changes nothing', () =>
    scene(
      (res) => res.end(),
      2,
      async (receiver, endpoint) => {
        const claims = await claim(f.env, f.ctx.account.account_id, [{ endpoint_id: endpoint.id, most: 10 }]);
        assert.equal(claims.length, 2);
        assert.equal(await deliverDue(f.env), 0);
        f.clock.advance(lease + 1);
        assert.equal(await deliverDue(f.env), 2);
        assert.equal(receiver.received.length, 2);
        const late = claims.map((claimed) => ({
          claimed,
          at: f.clock.now(),
          duration_ms: 1,
          status_code: 500,
          error: 'late',
          response: null,
          status: 'failed' as const,
          next_try_at: null,
        }));
        for (const result of late)
          await f.env.lane('deliveries', f.ctx.account.account_id, recordStatements).add(result);
        const [first] = await deliveriesOf(endpoint);
        const got = await detail(first);
        assert.deepEqual([got.status, got.tries, got.history.length], ['delivered', 1, 1]);
      },
    ));

  test('a silent endpoint with a backlog does not hold up another; closing gives back what was not begun', () => {
    const held: ServerResponse[] = [];
    return scene(
      (res) => void held.push(res),
      200,
      async (_receiver, endpoint) => {
        const healthy = await openReceiver((res) => res.end());
        const other = await endpointFor(healthy, ['refund.succeeded']);
        const deliverer = openDeliverer(f.env, { timeout_ms: 25_000 });
        deliverer.wake();
        await eventually('its first window is full', () => held[3]);
        await emitEvents(f.ctx, 50, 'refund.succeeded');
        await drainOutbox(f.ctx);
        deliverer.wake();
        await eventually('the other has all of its own', () => healthy.received[49]);
        assert.equal(held.length, 4, 'while the first ones are still waited for');
        const closing = deliverer.close();
        for (const res of held) res.destroy();
        await closing;
        const due = await f.env.db.query
          .selectFrom('deliveries')
          .select('id')
          .where('endpoint_id', '=', endpoint.id)
          .where('next_try_at', '<=', f.clock.now())
          .execute();
        assert.ok(due.length >= 190, `${due.length} are due again at once`);
        await call(deleteEndpoint, f.ctx, { id: other.id });
        await healthy.close();
      },
    );
  });

  test('an endpoint that is disabled or deleted while a POST is under way breaks nothing', () => {
    const held: ServerResponse[] = [];
    return scene(
      (res) => void held.push(res),
      2,
      async (_receiver, endpoint) => {
        const deliverer = openDeliverer(f.env);
        deliverer.wake();
        await eventually('both are under way', () => held[1]);
        await call(disableEndpoint, f.ctx, { id: endpoint.id });
        for (const res of held) res.end();
        await deliverer.idle();
        await deliverer.close();
        // They were accepted, and the log tells the truth.
        assert.deepEqual(
          (await deliveriesOf(endpoint)).map((d) => d.status),
          ['delivered', 'delivered'],
        );
      },
    );
  });

  test('after a rotation both secrets verify; after its time only the new one', () =>
    scene(
      (res) => res.end(),
      1,
      async (receiver, endpoint) => {
        const { secret } = await call<Endpoint>(rotateSecret, f.ctx, { id: endpoint.id, expires_in: 60 });
        assert.notEqual(secret, endpoint.secret);
        await deliverDue(f.env);
        const [delivery] = await deliveriesOf(endpoint);
        // The library judges age by the wall clock and ours is simulated, so it signs again at the time the header says.
        const signed = (n: number, text: string) => {
          const { body = '', headers = {} } = receiver.received[n] ?? {};
          return new Webhook(text).sign(
            headers['webhook-id'] ?? '',
            new Date(Number(headers['webhook-timestamp']) * 1_000),
            body,
          );
        };
        const signatures = (n: number) => (receiver.received[n]?.headers['webhook-signature'] ?? '').split(' ');
        assert.deepEqual(signatures(0), [signed(0, secret), signed(0, endpoint.secret)]);
        f.clock.advance(seconds(61));
        await call(resendDelivery, f.ctx, { id: delivery?.id });
        await deliverDue(f.env);
        assert.deepEqual(signatures(1), [signed(1, secret)]);
      },
    ));
});
