// A VINR program on Florin, over HTTP: it pays, captures, cancels, refunds, reads settlements and is told by webhook, and every
// documented request and response is held against the reference field by field.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settleDue } from '../../src/settlements/settle.ts';
import { openReceiver, type Receiver } from '../../src/webhooks/fixture.ts';
import { openWorld, type World } from '../kit/world.ts';
import { payAt } from './customer.ts';
import { Vinr, VinrFailure } from './vinr-client.ts';

let w: World;
let vinr: Vinr;
let base: string;
let receiver: Receiver;

before(async () => {
  w = await openWorld({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
  base = `${await w.app.server.listen({ port: 0, host: '127.0.0.1' })}/vinr/v1`;
  vinr = new Vinr(base, w.tenant.secret);
  receiver = await openReceiver((response) => response.writeHead(204).end());
});
after(async () => {
  await receiver.close();
  await w.close();
});

const order = { amount: 1000, currency: 'EUR', returnUrl: 'https://shop.test/done' };
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

test('the request of the reference and its response, field by field, while pending and when completed', async () => {
  const created = await vinr.payments.create({
    ...order,
    description: 'Tea',
    metadata: { order_id: '7', orderId: 'seven' },
    idempotencyKey: 'order-7',
    capture: true,
  });
  const { id, created_at, checkoutUrl, ...rest } = created;
  assert.match(id, /^pay_/);
  assert.match(created_at, time);
  assert.equal(checkoutUrl, `http://florin.test/pay/${id}`);
  assert.deepEqual(rest, {
    object: 'payment',
    status: 'pending',
    amount: 1000,
    currency: 'EUR',
    description: 'Tea',
    returnUrl: 'https://shop.test/done',
    amountCapturable: 0,
    amountCaptured: 0,
    amountRefunded: 0,
    metadata: { order_id: '7', orderId: 'seven' },
  });
  assert.equal(await payAt(w, checkoutUrl ?? ''), 'complete');
  const completed = await vinr.payments.retrieve(id);
  assert.deepEqual(completed, { id, ...rest, status: 'completed', amountCaptured: 1000, created_at });
  const { data, ...envelope } = await vinr.payments.list();
  assert.deepEqual(data, [completed]);
  assert.deepEqual(envelope, { object: 'list', page: { has_more: false, next_cursor: null, total_estimate: 1 } });
});

test('the customer’s way back carries the payment', async () => {
  const created = await vinr.payments.create(order);
  await payAt(w, created.checkoutUrl ?? '');
  const status = await w.app.server.inject({ url: `/pay/${created.id}/status` });
  assert.equal(status.json().redirect_url, `https://shop.test/done?payment_id=${created.id}`);
});

test('test cards end as their names say; a challenge is requires_authentication', async () => {
  const cards: [string, string][] = [
    ['4000000000000002', 'pending'],
    ['4000000000009995', 'pending'],
    ['4000000000003220', 'requires_authentication'],
    ['4242424242424242', 'completed'],
  ];
  for (const [number, status] of cards) {
    const created = await vinr.payments.create(order);
    await payAt(w, created.checkoutUrl ?? '', number);
    assert.equal((await vinr.payments.retrieve(created.id)).status, status, number);
  }
});

test('held, then captured: in full, and in part with the rest given back; a second capture is 409', async () => {
  for (const [body, captured] of [
    [undefined, 1000],
    [{ amount: 400 }, 400],
  ] as const) {
    const created = await vinr.payments.create({ ...order, capture: false });
    await payAt(w, created.checkoutUrl ?? '');
    const held = (await vinr.payments.retrieve(created.id)) as unknown as Record<string, unknown>;
    assert.deepEqual([held['status'], held['amountCapturable']], ['pending', 1000]);
    const done = (await vinr.payments.capture(created.id, body)) as unknown as Record<string, unknown>;
    assert.deepEqual([done['status'], done['amountCaptured'], done['amountCapturable']], ['completed', captured, 0]);
    await assert.rejects(vinr.payments.capture(created.id), (e) => e instanceof VinrFailure && e.status === 409);
  }
  const created = await vinr.payments.create({ ...order, capture: false });
  await payAt(w, created.checkoutUrl ?? '');
  await assert.rejects(
    vinr.payments.capture(created.id, { amount: 1001 }),
    (e) => e instanceof VinrFailure && e.status === 422 && e.error.code === 'amount_too_large',
  );
});

test('cancelled: before it is paid, and while it is held; a completed one is 409', async () => {
  const pending = await vinr.payments.create(order);
  const cancelled = await vinr.payments.cancel(pending.id);
  assert.deepEqual([cancelled.status, cancelled.checkoutUrl], ['cancelled', undefined]);
  const held = await vinr.payments.create({ ...order, capture: false });
  await payAt(w, held.checkoutUrl ?? '');
  assert.equal((await vinr.payments.cancel(held.id)).status, 'cancelled');
  const paid = await vinr.payments.create(order);
  await payAt(w, paid.checkoutUrl ?? '');
  await assert.rejects(
    vinr.payments.cancel(paid.id),
    (e) => e instanceof VinrFailure && e.status === 409 && e.error.code === 'state_invalid',
  );
});

test('refunded in part and in full; more than is left is 422; the list is filtered by payment', async () => {
  const paid = await vinr.payments.create(order);
  await payAt(w, paid.checkoutUrl ?? '');
  const body = { payment: paid.id, amount: 300, reason: 'product_not_received', metadata: { why: 'torn' } };
  const refund = await vinr.refunds.create(body, 'refund-1');
  const { id, created_at, ...rest } = refund;
  assert.match(id, /^re_/);
  assert.match(created_at, time);
  assert.deepEqual(rest, {
    object: 'refund',
    payment: paid.id,
    status: 'succeeded',
    amount: 300,
    currency: 'EUR',
    reason: 'product_not_received',
    metadata: { why: 'torn' },
  });
  assert.deepEqual(await vinr.refunds.create(body, 'refund-1'), refund, 'the same key is the same refund');
  await assert.rejects(
    vinr.refunds.create({ ...body, amount: 200 }, 'refund-1'),
    (e) => e instanceof VinrFailure && e.status === 409 && e.error.code === 'idempotency_conflict',
  );
  await assert.rejects(
    vinr.refunds.create({ payment: paid.id, amount: 701 }),
    (e) => e instanceof VinrFailure && e.status === 422 && e.error.code === 'amount_too_large',
  );
  const second = await vinr.refunds.create({ payment: paid.id });
  assert.equal(second.amount, 700, 'left out: what is left');
  assert.deepEqual(await vinr.refunds.retrieve(id), refund);
  const list = await vinr.refunds.list(`?payment=${paid.id}`);
  assert.deepEqual(list.data, [second, refund]);
  await w.verify();
});

test('the body’s idempotencyKey and the header are one key: one payment, the same answer, marked as a replay', async () => {
  const first = await vinr.payments.create({ ...order, idempotencyKey: 'once' });
  assert.deepEqual(await vinr.payments.create({ ...order, idempotencyKey: 'once' }), first);
  const by_header = await w.call('POST', '/vinr/v1/payments', order, { key: 'once' });
  assert.deepEqual(by_header.body, first);
  assert.equal(by_header.headers['idempotent-replayed'], 'true');
  await assert.rejects(
    vinr.payments.create({ ...order, amount: 2, idempotencyKey: 'once' }),
    (e) => e instanceof VinrFailure && e.status === 409,
  );
});

test('a form-encoded body is the same request as JSON', async () => {
  const form = 'amount=1000&currency=EUR&returnUrl=https%3A%2F%2Fshop.test%2Fdone&capture=false&metadata[order]=7';
  const reply = await w.call('POST', '/vinr/v1/payments', undefined, {
    raw: form,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(reply.status, 201, reply.text);
  assert.deepEqual([reply.body.amount, reply.body.metadata], [1000, { order: '7' }]);
  const native = (await w.call('GET', `/v1/payments/${reply.body.id}`)).body;
  assert.deepEqual([native.capture, native.return_url], [false, 'https://shop.test/done']);
});

test('pages in both directions, each row once', async () => {
  const all = (await vinr.payments.list('?limit=100')).data.map((p: { id: string }) => p.id);
  const seen: string[] = [];
  for (let cursor: string | null = '', at = 0; cursor !== null && at < 100; at++) {
    const page = await vinr.payments.list(`?limit=2${cursor ? `&starting_after=${cursor}` : ''}`);
    seen.push(...page.data.map((p: { id: string }) => p.id));
    cursor = page.page.next_cursor;
  }
  assert.deepEqual(seen, all);
  const back = await vinr.payments.list(`?limit=2&ending_before=${all[4]}`);
  assert.deepEqual(
    back.data.map((p: { id: string }) => p.id),
    all.slice(2, 4),
  );
  assert.deepEqual([back.page.has_more, back.page.next_cursor], [true, all[2]]);
});

test('an endpoint is registered, told in VINR’s form and signature, listed without its secret, and removed', async () => {
  await w.work();
  const made = await vinr.webhooks.create({
    url: receiver.url,
    enabledEvents: ['payment.completed', 'refund.completed'],
  });
  assert.deepEqual(
    [made.object, made.status, made.enabledEvents],
    ['webhook', 'enabled', ['payment.completed', 'refund.completed']],
  );
  const { secret, ...shown } = made;
  assert.deepEqual((await vinr.webhooks.list()).data, [shown]);

  const native = await w.call('POST', '/v1/webhook_endpoints', { url: receiver.url, events: ['refund.succeeded'] });
  const paid = await vinr.payments.create(order);
  await payAt(w, paid.checkoutUrl ?? '');
  const refund = await vinr.refunds.create({ payment: paid.id, amount: 100 });
  await w.work();

  const theirs = receiver.received.filter(({ headers }) => headers['x-vinr-signature'] !== undefined);
  const events = theirs.map(({ headers, body }) =>
    vinr.webhooks.constructEvent(body, headers['x-vinr-signature'] ?? '', headers['x-vinr-timestamp'] ?? '', secret),
  );
  assert.deepEqual(events.map((event) => event.type).sort(), ['payment.completed', 'refund.completed']);
  const [completed] = events.filter((event) => event.type === 'payment.completed');
  assert.match(completed.id, /^evt_/);
  assert.match(completed.created, time);
  assert.deepEqual(Object.keys(completed), ['id', 'object', 'type', 'created', 'data']);
  assert.deepEqual(
    [completed.data.id, completed.data.status, completed.data.amountCaptured],
    [paid.id, 'completed', 1000],
  );
  assert.deepEqual(events.find((event) => event.type === 'refund.completed').data, refund);
  for (const { headers } of theirs) assert.ok(!('webhook-signature' in headers), 'nothing of ours in its deliveries');
  assert.equal(
    receiver.received.filter(({ headers }) => headers['webhook-id'] !== undefined).length,
    1,
    'the endpoint beside it gets ours',
  );

  await assert.rejects(vinr.webhooks.remove(native.body.id), (e) => e instanceof VinrFailure && e.status === 404);
  assert.deepEqual(await vinr.webhooks.remove(made.id), { id: made.id, object: 'webhook', deleted: true });
  await assert.rejects(vinr.webhooks.remove(made.id), (e) => e instanceof VinrFailure && e.status === 404);
});

test('our own API chooses the dialect too; a name that is none, and an event it has no name for, are refused', async () => {
  const url = receiver.url;
  const all = await w.call('POST', '/v1/webhook_endpoints', { url, events: ['*'], dialect: 'vinr' });
  assert.equal(all.status, 201, all.text);
  assert.equal(all.body.dialect, 'vinr');
  assert.ok(!all.body.events.includes('*') && !all.body.events.includes('customer.created'));
  assert.deepEqual((await vinr.webhooks.list()).data[0].enabledEvents, ['*']);
  const none = await w.call('POST', '/v1/webhook_endpoints', { url, events: ['*'], dialect: 'klingon' });
  assert.deepEqual([none.status, none.body.param], [400, 'dialect']);
  const silent = await w.call('PATCH', `/v1/webhook_endpoints/${all.body.id}`, { events: ['customer.created'] });
  assert.deepEqual([silent.status, silent.body.param], [400, 'events']);
  const tested = await w.call('POST', `/v1/webhook_endpoints/${all.body.id}/test`);
  assert.equal(tested.status, 202);
  await w.work();
  const told = JSON.parse(receiver.received.at(-1)?.body ?? '{}');
  assert.deepEqual([told.type, told.data.object, told.data.id], ['webhook_endpoint.test', 'webhook', all.body.id]);
});

test('settlements add up, and their transactions to them', async () => {
  w.clock.advance(7 * 86_400_000);
  await settleDue(w.env);
  const { data } = await vinr.settlements.list();
  const [s] = data;
  assert.deepEqual(await vinr.settlements.retrieve(s.id), s);
  assert.deepEqual(Object.keys(s).sort(), [
    'created_at',
    'currency',
    'feeAmount',
    'grossAmount',
    'id',
    'netAmount',
    'object',
    'payoutId',
    'periodEnd',
    'periodStart',
    'refundedAmount',
    'status',
    'transactionCount',
  ]);
  assert.deepEqual([s.object, s.status, s.currency, s.payoutId], ['settlement', 'completed', 'EUR', null]);
  assert.equal(s.grossAmount - s.refundedAmount - s.feeAmount, s.netAmount);
  const lines = await vinr.settlements.transactions(s.id);
  assert.equal(lines.data.length, s.transactionCount);
  const net = lines.data.reduce((sum: number, line: { net: number }) => sum + line.net, 0);
  assert.equal(net, s.netAmount);
  for (const line of lines.data) assert.equal(line.object, 'settlement_transaction');
  await w.verify();
});

test('an endpoint whose dialect is gone waits: nothing is sent in another form, nothing is lost', async () => {
  const { data } = await vinr.webhooks.list();
  for (const { id } of data) await vinr.webhooks.remove(id);
  await w.work();
  const made = await vinr.webhooks.create({ url: receiver.url });
  const dialectOfAll = (dialect: string) =>
    w.env.db.query
      .updateTable('webhook_endpoints')
      .set({ dialect })
      .where('account_id', '=', w.tenant.account.account_id)
      .where('id', '=', made.id)
      .execute();
  await dialectOfAll('gone');
  const before = receiver.received.length;
  const paid = await vinr.payments.create(order);
  await w.work();
  const waiting = async () =>
    (await w.call('GET', `/v1/deliveries?endpoint_id=${made.id}&status=pending`)).body.data.length;
  assert.equal(await waiting(), 1);
  assert.ok(!receiver.received.slice(before).some(({ body }) => body.includes(paid.id)));
  await dialectOfAll('vinr');
  await w.work();
  assert.equal(await waiting(), 0);
  const told = receiver.received.slice(before).map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    told.map((event) => [event.type, event.data.id]),
    [['payment.created', paid.id]],
  );
});
