// The server SDK against the real server over HTTP: every operation of openapi.json is a method that reaches its route, and a
// merchant's day (charge, capture, refund, lists, report, webhook) runs by the SDK alone.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { readDocument } from '../../sdk/server/scripts/generate.ts';
import { camel } from '../../sdk/server/scripts/openapi.ts';
import { operationsOf, type Placed } from '../../sdk/server/scripts/types.ts';
import {
  ApiError,
  AuthenticationError,
  answerInfo,
  ConflictError,
  Florin,
  IdempotencyError,
  InvalidRequestError,
  isEvent,
  NotFoundError,
  NotOfferedError,
  PermissionError,
  verifyWebhook,
  WebhookError,
} from '../../sdk/server/src/index.ts';
import type { Fetch } from '../../sdk/server/src/runtime.ts';
import { openWorld, type World } from '../kit/world.ts';

let world: World;
let baseUrl: string;
let florin: Florin;

before(async () => {
  world = await openWorld();
  baseUrl = await world.app.server.listen({ port: 0, host: '127.0.0.1' });
  florin = new Florin({ apiKey: world.tenant.secret, baseUrl });
});

after(async () => {
  await world?.close();
});

type Method = (...args: unknown[]) => PromiseLike<unknown>;

/** The SDK's method of an operation, called with `x` for ids and an empty input. */
function callOf(client: Florin, { path, operation }: Placed): PromiseLike<unknown> {
  const [noun = '', ...verbs] = operation.operationId.split('.');
  const verb = verbs.join('_');
  const resource = (client as unknown as Record<string, Record<string, Method> | undefined>)[camel(noun)];
  const method = resource?.[camel(verb)];
  assert.ok(typeof method === 'function', `${operation.operationId} is florin.${camel(noun)}.${camel(verb)}`);
  const ids = [...path.matchAll(/\{\w+\}/g)].map(() => 'x');
  const takes = operation.requestBody || operation.parameters?.some((one) => one.in === 'query');
  return method.apply(resource, [...ids, ...(takes ? [{}] : []), { maxRetries: 0 }]);
}

test('every operation of openapi.json is a method, and it sends that method to that path', async () => {
  const placed = operationsOf(readDocument());
  assert.ok(placed.length >= 70);
  const asked: string[] = [];
  const fetch: Fetch = async (url, init) => {
    asked.push(
      `${init.method} ${new URL(url).pathname} ${init.headers['idempotency-key'] === undefined ? '' : 'keyed'}`,
    );
    return Response.json({ object: 'list', data: [], has_more: false });
  };
  const client = new Florin({ apiKey: 'sk_test_1', baseUrl, fetch });
  for (const one of placed) await callOf(client, one);
  const keyed = ({ operation }: Placed) =>
    operation.parameters?.some((one) => one.$ref === '#/components/parameters/IdempotencyKey') ? 'keyed' : '';
  assert.deepEqual(
    asked,
    placed.map((one) => `${one.method} ${one.path.replaceAll(/\{\w+\}/g, 'x')} ${keyed(one)}`),
  );
  assert.ok(
    placed.every((one) => (one.method === 'POST') === (keyed(one) === 'keyed')),
    'every POST can be repeated',
  );
});

test('the server has a route for every method: none is answered as unknown', async () => {
  for (const placed of operationsOf(readDocument())) {
    const error = await Promise.resolve(callOf(florin, placed)).then(
      () => undefined,
      (one: unknown) => one,
    );
    if (error === undefined) continue;
    assert.ok(error instanceof ApiError, `${placed.operation.operationId}: ${error}`);
    assert.ok(error.status < 500, `${placed.operation.operationId}: ${error.status} ${error.message}`);
    assert.ok(
      !['route_not_found', 'method_not_allowed', 'parameter_unknown', 'body_invalid'].includes(error.code ?? ''),
      `${placed.operation.operationId}: ${error.code} ${error.message}`,
    );
    assert.match(error.requestId ?? '', /./, 'a refusal names its request');
  }
});

test('a card is charged, captured, refunded and told of by a signed webhook', async (t) => {
  const received: { headers: Record<string, string | string[] | undefined>; body: Buffer }[] = [];
  const receiver = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    received.push({ headers: request.headers, body: Buffer.concat(parts) });
    response.writeHead(204).end();
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  t.after(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const endpoint = await florin.webhookEndpoints.create({ url, events: ['*'] });
  const secret = endpoint.secret ?? '';
  assert.match(secret, /^whsec_/);

  const browser = new Florin({ apiKey: world.tenant.publishable, baseUrl });
  const token = await browser.tokens.create({
    card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' },
  });
  await assert.rejects(() => browser.payments.list().page(), PermissionError);

  const idempotencyKey = 'order_1042';
  const input = { amount: 5_000, currency: 'USD', token: token.id, capture: false, metadata: { cart: 'c 7' } };
  const payment = await florin.payments.create(input, { idempotencyKey });
  assert.equal(payment.status, 'authorized');
  const again = await florin.payments.create(input, { idempotencyKey });
  assert.deepEqual(again, payment);
  assert.deepEqual([answerInfo(payment)?.replayed, answerInfo(again)?.replayed], [false, true]);
  await assert.rejects(() => florin.payments.create({ ...input, amount: 1 }, { idempotencyKey }), IdempotencyError);

  const captured = await florin.payments.capture(payment.id, { amount: 4_000, final: true });
  assert.deepEqual([captured.status, captured.amount_captured], ['completed', 4_000]);
  const refund = await florin.refunds.create({ payment: payment.id, amount: 1_500, reason: 'requested_by_customer' });
  assert.equal((await florin.getRefund(refund.id)).id, refund.id);
  await assert.rejects(() => florin.refunds.create({ payment: payment.id, amount: 4_000 }), InvalidRequestError);
  await assert.rejects(() => florin.payments.cancel(payment.id), ConflictError);
  assert.equal((await florin.getOrder(payment.id)).amount_refunded, 1_500);

  const found = [];
  for await (const one of florin.payments.list({ metadata: { cart: 'c 7' }, status: ['completed', 'failed'] }))
    found.push(one.id);
  assert.deepEqual(found, [payment.id]);
  const timeline = await florin.payments.timeline(payment.id);
  assert.ok(timeline.entries.some((entry) => entry.kind === 'capture'));
  const balances = await florin.balances.list();
  assert.equal(balances.data[0]?.currency, 'USD');

  await world.work();
  const types: string[] = [];
  for (const { headers, body } of received) {
    // The delivery was signed by the test's own clock.
    const event = await verifyWebhook({ body, headers, secret, now: world.clock.now() });
    types.push(event.type);
    if (isEvent(event, 'payment.captured')) assert.equal(event.data.amount_captured, 4_000);
    const other = `whsec_${Buffer.alloc(32).toString('base64')}`;
    await assert.rejects(verifyWebhook({ body, headers, secret: other, now: world.clock.now() }), WebhookError);
  }
  for (const type of ['payment.authorized', 'payment.captured', 'refund.created'])
    assert.ok(types.includes(type), type);

  const report = await florin.reports.open('payments');
  assert.match(report.contentType ?? '', /^text\/csv/);
  assert.ok((await report.text()).includes(payment.id));
  await world.verify();
});

test('an answer that is lost on its way: the retry gets the stored one, and the card is charged once', async () => {
  const keys: (string | undefined)[] = [];
  const fetch: Fetch = async (url, init) => {
    keys.push(init.headers['idempotency-key']);
    const response = await globalThis.fetch(url, init);
    if (keys.length > 1) return response;
    await response.text();
    throw new TypeError('fetch failed');
  };
  const client = new Florin({ apiKey: world.tenant.secret, baseUrl, fetch });
  const merchant_reference = 'order_lost';
  const payment = await client.payments.create({
    amount: 700,
    currency: 'USD',
    token: await world.token(),
    merchant_reference,
  });
  const { replayed, tries } = answerInfo(payment) ?? {};
  assert.deepEqual([payment.status, replayed, tries], ['completed', true, 2]);
  assert.equal(new Set(keys).size, 1);
  const page = await client.payments.list({ merchant_reference });
  assert.deepEqual(
    page.data.map((one) => one.id),
    [payment.id],
  );
});

test('lists are walked both ways over page borders, and each row comes once', async () => {
  const made: string[] = [];
  for (let i = 0; i < 7; i++) made.unshift((await florin.customers.create({ name: `Ada ${i}` })).id);
  const walk = async (query: Parameters<typeof florin.customers.list>[0]) => {
    const seen: string[] = [];
    for await (const customer of florin.customers.list(query)) seen.push(customer.id);
    return seen;
  };
  assert.deepEqual((await walk({ limit: 2 })).slice(0, 7), made);
  assert.deepEqual(await walk({ limit: 2, ending_before: made[6] }), made.slice(0, 6).toReversed());
  assert.deepEqual((await walk({ limit: 3, starting_after: made[2] })).slice(0, 4), made.slice(3));
});

test('a checkout session opens by the names of other SDKs; rooms of tomorrow are told as missing', async () => {
  const session = await florin.createCheckoutSession({
    amount_total: 1_999,
    currency: 'USD',
    success_url: 'https://shop.example/thanks',
  });
  assert.match(session.url ?? '', /\/pay\/sess_/);
  assert.equal((await florin.getCheckoutSession(session.id)).status, 'open');
  const paths = new Set(operationsOf(readDocument()).map((one) => one.path));
  const rooms: [string, () => Promise<unknown>][] = [
    ['/v1/subscriptions/{id}', () => florin.getSubscription('sub_1')],
    ['/v1/invoices/{id}', () => florin.getInvoice('inv_1')],
  ];
  // The day a room opens, its method reaches it and these lines no longer hold for it.
  for (const [path, call] of rooms) if (!paths.has(path)) await assert.rejects(call, NotOfferedError);
});

test('a customer is led to the portal', async () => {
  const { id } = await florin.customers.create({ name: 'Ada' });
  const session = await florin.customerPortalSession({ customer: id, return_url: 'https://shop.example/account' });
  assert.equal(session.object, 'portal_session');
  assert.match(session.url ?? '', new RegExp(`/portal/${session.id}/enter/[A-Za-z0-9]{43}$`));
  assert.equal((await florin.portalSessions.revoke(session.id)).customer, id);
});

test("refusals are classes with Florin's words, and a stranger's object is not found", async () => {
  const caught = async (call: () => Promise<unknown>) => (await call().catch((error: unknown) => error)) as ApiError;
  const missing = await caught(() => florin.payments.get('pay_nothing'));
  assert.ok(missing instanceof NotFoundError && !(missing instanceof NotOfferedError));
  assert.equal(missing.code, 'not_found');
  const wrong = await caught(() => florin.payments.create({ amount: 1.5, currency: 'USD' }));
  assert.ok(wrong instanceof InvalidRequestError);
  assert.deepEqual([wrong.status, wrong.param], [400, 'amount']);
  assert.equal(wrong.problem?.request_id, wrong.requestId);
  const nobody = new Florin({ apiKey: 'sk_test_nobody', baseUrl });
  assert.ok((await caught(() => nobody.account.get())) instanceof AuthenticationError);
  const mine = await florin.customers.create({ name: 'Ada' });
  const stranger = new Florin({ apiKey: world.other.secret, baseUrl });
  assert.ok((await caught(() => stranger.customers.get(mine.id))) instanceof NotFoundError);
});
