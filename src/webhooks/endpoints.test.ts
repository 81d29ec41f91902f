// Endpoints and deliveries as their owner manages them: limits hold in parallel, secrets appear once, another account's ids
// are not found, resend and recover send each once.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { getEvent, listEvents } from '../events/read-events.ts';
import { hours, seconds } from '../kit/clock.ts';
import { isFault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import type { Operation } from '../operation/operation.ts';
import { deliverDue } from './deliver.ts';
import { call, drainOutbox, emitEvents, type Fixture, openFixture, openReceiver } from './fixture.ts';
import { createEndpoint, deleteEndpoint, getEndpoint, listEndpoints, updateEndpoint } from './manage-endpoints.ts';
import { getDelivery, listDeliveries } from './read-deliveries.ts';
import { recoverDeliveries } from './recover-deliveries.ts';
import { resendDelivery } from './resend-delivery.ts';
import { rotateSecret } from './rotate-secret.ts';
import { sendTestEvent } from './send-test-event.ts';
import { disableEndpoint, enableEndpoint } from './switch-endpoint.ts';

const admin = process.env.TEST_DATABASE_URL;
type Row = {
  id: string;
  status: string;
  tries: number;
  resends: number;
  url: string;
  events: string[];
  secret?: string;
  event_id: string;
};
type Page = { data: Row[]; has_more: boolean };
type Recovery = { deliveries: number; has_more: boolean };

describe('endpoints', { skip: admin === undefined && 'TEST_DATABASE_URL is not set' }, () => {
  let f: Fixture;
  before(async () => {
    f = await openFixture(admin ?? '');
  });
  after(() => f.close());

  const refuses = (op: Operation, input: unknown, code: string, ctx: Ctx = f.ctx) =>
    assert.rejects(call(op, ctx, input), (error) => {
      assert.ok(isFault(error), String(error));
      assert.equal(error.code, code, error.message);
      return true;
    });
  const create = (input: Record<string, unknown> = {}) =>
    call<Row>(createEndpoint, f.ctx, { url: 'https://example.com/hooks', events: ['*'], ...input });
  const remove = (row: Row) => call(deleteEndpoint, f.ctx, { id: row.id });

  test('the secret is shown by create and rotate alone, and is stored sealed', async () => {
    const made = await create({ metadata: { a: 'b' }, description: 'd' });
    assert.match(made.secret ?? '', /^whsec_[A-Za-z0-9+/]{43}=$/);
    for (const shown of [
      await call(getEndpoint, f.ctx, { id: made.id }),
      await call(listEndpoints, f.ctx, {}),
      await call(updateEndpoint, f.ctx, { id: made.id, description: null }),
    ]) {
      assert.ok(!JSON.stringify(shown).includes('whsec_'));
    }
    const raw = Buffer.from((made.secret ?? '').slice(6), 'base64');
    const row = await f.env.db.query
      .selectFrom('webhook_endpoints')
      .selectAll()
      .where('id', '=', made.id)
      .executeTakeFirstOrThrow();
    assert.ok(!row.secret.includes(raw));
    await remove(made);
    await refuses(getEndpoint, { id: made.id }, 'not_found');
  });

  test('what cannot be called is refused at once', async () => {
    const url = (text: string) => ({ url: text, events: ['*'] });
    for (const text of [
      'http://10.0.0.1/',
      'https://0xa9.254.169.254/',
      'https://user:pw@example.com/',
      'ftp://example.com/',
    ])
      await refuses(createEndpoint, url(text), 'url_refused');
    await refuses(createEndpoint, url('http://example.com/'), 'url_refused', f.live);
    await refuses(createEndpoint, url('not a url at all'), 'parameter_invalid');
    await refuses(createEndpoint, { url: 'https://example.com/', events: ['payment.unheard_of'] }, 'parameter_invalid');
    await refuses(createEndpoint, { url: 'https://example.com/', events: [] }, 'parameter_invalid');
    await refuses(
      createEndpoint,
      { url: 'https://example.com/', events: ['*', 'payment.created'] },
      'parameter_invalid',
    );
    const made = await create();
    await refuses(updateEndpoint, { id: made.id, url: 'http://192.168.0.1/' }, 'url_refused');
    await remove(made);
  });

  test('20 creators at once: 16 endpoints, four refusals; the list pages both ways', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => create()));
    const refusals = results.filter((r) => r.status === 'rejected' && isFault(r.reason, 'limit_reached'));
    assert.equal(refusals.length, 4);
    const all = await call<Page>(listEndpoints, f.ctx, { limit: 100 });
    assert.equal(all.data.length, 16);
    const first = await call<Page>(listEndpoints, f.ctx, { limit: 5 });
    const second = await call<Page>(listEndpoints, f.ctx, { limit: 5, starting_after: first.data[4]?.id });
    const back = await call<Page>(listEndpoints, f.ctx, { limit: 5, ending_before: second.data[0]?.id });
    assert.deepEqual(
      [...first.data, ...second.data].map((r) => r.id),
      all.data.slice(0, 10).map((r) => r.id),
    );
    assert.deepEqual(
      back.data.map((r) => r.id),
      first.data.map((r) => r.id),
    );
    assert.equal(first.has_more, true);
    for (const row of all.data) await remove(row);
  });

  test('every verb on an id of another account answers not_found and changes nothing', async () => {
    const receiver = await openReceiver((res) => res.end());
    const made = await create({ url: receiver.url });
    const [event_id] = await emitEvents(f.ctx, 1);
    await drainOutbox(f.ctx);
    await deliverDue(f.env);
    const [delivery] = (await call<Page>(listDeliveries, f.ctx, { event_id })).data;
    for (const op of [
      getEndpoint,
      updateEndpoint,
      deleteEndpoint,
      rotateSecret,
      enableEndpoint,
      disableEndpoint,
      sendTestEvent,
    ])
      await refuses(op, { id: made.id }, 'not_found', f.live);
    await refuses(recoverDeliveries, { id: made.id, since: '2026-01-01T00:00:00Z' }, 'not_found', f.live);
    for (const op of [getDelivery, resendDelivery]) await refuses(op, { id: delivery?.id }, 'not_found', f.live);
    await refuses(getEvent, { id: event_id }, 'not_found', f.live);
    for (const op of [listEndpoints, listDeliveries, listEvents])
      assert.deepEqual((await call<Page>(op, f.live, {})).data, []);
    assert.equal((await call<Row>(getEndpoint, f.ctx, { id: made.id })).status, 'enabled');
    await remove(made);
    await receiver.close();
  });

  test('resend sends what was delivered once more, under the same id, and twice at once only once', async () => {
    const receiver = await openReceiver((res) => res.end());
    const made = await create({ url: receiver.url });
    await emitEvents(f.ctx, 1);
    await drainOutbox(f.ctx);
    await deliverDue(f.env);
    const [delivery] = (await call<Page>(listDeliveries, f.ctx, { endpoint_id: made.id })).data;
    await Promise.all([1, 2, 3].map(() => call(resendDelivery, f.ctx, { id: delivery?.id })));
    await deliverDue(f.env);
    assert.equal(receiver.received.length, 2);
    assert.equal(receiver.received[0]?.headers['webhook-id'], receiver.received[1]?.headers['webhook-id']);
    const got = await call<Row & { history: { number: number }[] }>(getDelivery, f.ctx, { id: delivery?.id });
    assert.deepEqual(
      [got.status, got.tries, got.resends, got.history.map((h) => h.number)],
      ['delivered', 1, 1, [2, 1]],
    );
    await call(disableEndpoint, f.ctx, { id: made.id });
    await refuses(resendDelivery, { id: delivery?.id }, 'state_invalid');
    await refuses(sendTestEvent, { id: made.id }, 'state_invalid');
    await remove(made);
    await receiver.close();
  });

  test('recover since a time: what failed, what waits and what was missed while disabled, each once', async () => {
    let up = false;
    const receiver = await openReceiver((res, n) => res.writeHead(up || n < 2 ? 200 : 500).end());
    const made = await create({ url: receiver.url, events: ['payment.completed'] });
    const old = await emitEvents(f.ctx, 2);
    await drainOutbox(f.ctx);
    await deliverDue(f.env); // accepted
    f.clock.advance(hours(1));
    const since = f.clock.now().toISOString();
    f.clock.advance(seconds(1));
    const waiting = await emitEvents(f.ctx, 5);
    await drainOutbox(f.ctx);
    for (let i = 0; i < 4; i++) {
      await deliverDue(f.env);
      f.clock.advance(seconds(121));
    }
    await call(disableEndpoint, f.ctx, { id: made.id }); // ends the five as failed
    const missed = await emitEvents(f.ctx, 3);
    await emitEvents(f.ctx, 3, 'payment.created'); // not chosen
    assert.equal(await drainOutbox(f.ctx), 0);
    await refuses(recoverDeliveries, { id: made.id, since }, 'state_invalid');
    await call(enableEndpoint, f.ctx, { id: made.id });
    const later = await emitEvents(f.ctx, 1);
    await drainOutbox(f.ctx);
    await deliverDue(f.env); // fails once more and waits 5 s: soon enough by itself
    up = true;
    receiver.received.length = 0;
    const answers = await Promise.all(
      [1, 2].map(() => call<Recovery>(recoverDeliveries, f.ctx, { id: made.id, since })),
    );
    assert.equal(
      answers.reduce((n, a) => n + a.deliveries, 0),
      8,
    );
    await deliverDue(f.env);
    f.clock.advance(seconds(6));
    await deliverDue(f.env);
    const got = receiver.received.map((r) => String(r.headers['webhook-id'])).sort();
    assert.deepEqual(got, [...waiting, ...missed, ...later].sort());
    assert.ok(!got.some((id) => old.includes(id)));
    assert.equal((await call<Recovery>(recoverDeliveries, f.ctx, { id: made.id, since })).deliveries, 0);
    await remove(made);
    await receiver.close();
  });

  test('events: by type, object and time, with the payload as it was', async () => {
    f.clock.advance(hours(1));
    const from = f.clock.now();
    const ids = await emitEvents(f.ctx, 3, 'refund.created');
    f.clock.advance(hours(1));
    const more = await emitEvents(f.ctx, 1, 'refund.failed');
    const list = async (input: object) => (await call<Page>(listEvents, f.ctx, input)).data.map((e) => e.id).sort();
    assert.deepEqual(await list({ type: 'refund.created', created_gte: from.toISOString() }), [...ids].sort());
    assert.deepEqual(
      await list({ types: ['refund.created', 'refund.failed'], created_gte: from.toISOString() }),
      [...ids, ...more].sort(),
    );
    assert.deepEqual(
      await list({ created_gte: from.toISOString(), created_lt: f.clock.now().toISOString() }),
      [...ids].sort(),
    );
    const event = await call<{ object: string; data: { note: string }; request_id: string }>(getEvent, f.ctx, {
      id: ids[0],
    });
    assert.equal(event.data.note, 'Größe A 1.50');
    assert.equal(event.request_id, f.ctx.request_id);
    await refuses(listEvents, { type: 'nonsense' }, 'parameter_invalid');
    await refuses(listEvents, { created_gte: 'yesterday' }, 'parameter_invalid');
    for (const time of ['2026-02-30T00:00:00Z', '2016-12-31T23:59:60Z'])
      await refuses(listEvents, { created_gte: time }, 'parameter_invalid');
    assert.ok((await list({ created_gte: '0001-01-01T00:00:00Z', limit: 100 })).length > 4);
    await refuses(getEvent, { id: 'evt_none' }, 'not_found');
  });
});
