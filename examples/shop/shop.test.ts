// The shop against a Florin that answers what the test tells it to; signatures against the public Standard Webhooks library.

import assert from 'node:assert/strict';
import { readdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { cartOf, quantityOf } from './cart.ts';
import { startShop } from './shop.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const secret_key = 'sk_test_0123456789abcdef';

type Seen = {
  method: string;
  path: string;
  key: string | undefined;
  auth: string | undefined;
  body: Record<string, unknown>;
};

/** A Florin that answers what it is told to. */
async function fakeFlorin(t: TestContext, answers: Record<string, [number, unknown]> = {}) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const path = request.url ?? '';
    seen.push({
      method: request.method ?? '',
      path,
      key: request.headers['idempotency-key']?.toString(),
      auth: request.headers.authorization,
      body: text ? JSON.parse(text) : {},
    });
    const [status, body] = answers[`${request.method} ${path}`] ?? [404, { detail: 'no such route' }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, answers, api_base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function open(
  t: TestContext,
  answers: Record<string, [number, unknown]> = {},
  webhook_secret: string | undefined = secret,
) {
  const fake = await fakeFlorin(t, answers);
  const lines: string[] = [];
  const shop = await startShop({
    port: 0,
    api_base: fake.api_base,
    secret_key,
    webhook_secret,
    log: (line) => lines.push(line),
  });
  t.after(() => shop.close());
  const buy = (form: Record<string, string>) =>
    fetch(`${shop.url}/create-checkout-session`, {
      method: 'POST',
      body: new URLSearchParams(form),
      redirect: 'manual',
    });
  return { ...fake, lines, url: shop.url, buy };
}

const session = {
  id: 'sess_1',
  url: 'https://pay.example/pay/sess_1',
  status: 'open',
  amount_total: 1_740,
  currency: 'EUR',
  line_items: [{ name: 'Beans <b>', quantity: 1, unit_amount: 1_450 }],
};
const order_id = '5f0c7a36-5f0e-4b53-9d6e-2b7f6f3f1a11';

test('the total is the lines less discounts plus taxes, in whole cents, for every basket', () => {
  for (let beans = 0; beans <= 10; beans++) {
    for (let mug = 0; mug <= 10; mug++) {
      const cart = cartOf((id) => (id === 'beans' ? beans : mug));
      const sum = (parts: { amount: number }[]) => parts.reduce((total, part) => total + part.amount, 0);
      assert.equal(cart.amount_total, sum(cart.lines) - sum(cart.discounts) + sum(cart.taxes));
      assert.ok(
        [...cart.lines, ...cart.discounts, ...cart.taxes].every(
          (part) => Number.isInteger(part.amount) && part.amount > 0,
        ),
      );
    }
  }
  assert.deepEqual(
    ['3', '2.9', '-4', '99', 'x', '1e9', 'Infinity', '', null].map(quantityOf),
    [3, 2, 0, 10, 0, 10, 0, 0, 0],
  );
});

test('the shop runs on the installed tarball of the SDK, not on its sources', async () => {
  const place = fileURLToPath(import.meta.resolve('@florin/sdk'));
  const installed = path.join(import.meta.dirname, 'node_modules', '@florin', 'sdk');
  assert.equal(
    await realpath(place),
    path.join(await realpath(import.meta.dirname), path.relative(import.meta.dirname, place)),
  );
  assert.equal(place, path.join(installed, 'dist', 'esm', 'index.js'));
  assert.deepEqual((await readdir(installed)).sort(), ['LICENSE', 'README.md', 'dist', 'package.json']);
});

test('check-out answers 303 to the session, priced by the server alone', async (t) => {
  const { buy, seen } = await open(t, { 'POST /v1/checkout_sessions': [201, session] });
  const answered = await buy({ beans: '2', mug: '1', order_id, unit_amount: '1', amount_total: '1', price: '1' });
  assert.equal(answered.status, 303);
  assert.equal(answered.headers.get('location'), session.url);
  const [call] = seen;
  assert.equal(call?.auth, `Bearer ${secret_key}`);
  assert.equal(call?.body.amount_total, 5_184);
  assert.deepEqual(call?.body.discounts, [{ name: 'Beans and mug together, 10 % off', amount: 480 }]);
  assert.deepEqual(call?.body.taxes, [{ name: 'VAT 20 %', amount: 864 }]);
  assert.equal(call?.body.merchant_reference, order_id);
  await buy({ beans: '2', mug: '1', order_id });
  await buy({ beans: '3', mug: '1', order_id });
  assert.equal(seen[1]?.key, call?.key);
  assert.notEqual(seen[2]?.key, call?.key);
});

test('an empty basket and a refusal of Florin are pages in words', async (t) => {
  const { buy } = await open(t, {
    'POST /v1/checkout_sessions': [400, { title: 'Bad', detail: "'amount_total' <is> wrong", request_id: 'req_9' }],
  });
  assert.equal((await buy({ beans: '0', mug: '-1' })).status, 422);
  const refused = await buy({ beans: '1' });
  assert.equal(refused.status, 502);
  const text = await refused.text();
  assert.match(text, /&#39;amount_total&#39; &#60;is&#62; wrong/);
  assert.match(text, /req_9/);
  assert.ok(!text.includes(secret_key));
});

test('the success page believes Florin, not the address', async (t) => {
  const { url, answers } = await open(t, { 'GET /v1/checkout_sessions/sess_1': [200, session] });
  assert.match(await (await fetch(`${url}/success?session_id=sess_1`)).text(), /Not paid yet/);
  answers['GET /v1/checkout_sessions/sess_1'] = [200, { ...session, status: 'complete', payment_status: 'paid' }];
  const paid = await (await fetch(`${url}/success?session_id=sess_1`)).text();
  assert.match(paid, /Thank you[\s\S]*€17\.40/);
  assert.ok(!paid.includes('<b>'));
  assert.equal((await fetch(`${url}/success?session_id=../payments`)).status, 400);
  assert.equal((await fetch(`${url}/success?session_id=sess_2`)).status, 404);
});

test('a webhook counts once, and only with a good signature', async (t) => {
  const { url, lines } = await open(t);
  const body = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'checkout_session.completed',
    data: { id: 'sess_1', merchant_reference: order_id },
  });
  const send = (at: Date, text = body, signed = body) =>
    fetch(`${url}/webhooks`, {
      method: 'POST',
      body: text,
      headers: {
        'webhook-id': 'evt_1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(secret).sign('evt_1', at, signed),
      },
    });
  assert.equal((await send(new Date(Date.now() - 6 * 60_000))).status, 401);
  assert.equal((await send(new Date(), body.replace('sess_1', 'sess_2'))).status, 401);
  assert.deepEqual(lines, []);
  assert.equal((await send(new Date())).status, 204);
  assert.equal((await send(new Date())).status, 204);
  assert.deepEqual(lines, [`shop: order ${order_id} is paid`]);
  const shown = await (await fetch(`${url}/events`)).text();
  assert.equal(shown.split('checkout_session.completed').length, 2);
});

test('the shop registers its endpoint, or rotates the secret of the one it has', async (t) => {
  const first = await open(
    t,
    {
      'GET /v1/webhook_endpoints?limit=100': [200, { data: [] }],
      'POST /v1/webhook_endpoints': [201, { id: 'we_1', secret }],
    },
    '',
  );
  const made = first.seen.find((call) => call.method === 'POST');
  assert.match(String(made?.body.url), /^http:\/\/127\.0\.0\.1:\d+\/webhooks$/);
  assert.ok(!first.lines.join().includes('whsec_'));

  const fake = await fakeFlorin(t);
  const options = { port: 0, api_base: fake.api_base, secret_key, public_url: 'https://shop.example', log: () => {} };
  fake.answers['GET /v1/webhook_endpoints?limit=100'] = [
    200,
    { data: [{ id: 'we_2', url: 'https://shop.example/webhooks', status: 'disabled' }] },
  ];
  fake.answers['POST /v1/webhook_endpoints/we_2/rotate_secret'] = [200, { id: 'we_2', secret }];
  fake.answers['POST /v1/webhook_endpoints/we_2/enable'] = [200, {}];
  const shop = await startShop(options);
  await shop.close();
  assert.deepEqual(
    fake.seen.map((call) => `${call.method} ${call.path}`),
    [
      'GET /v1/webhook_endpoints?limit=100',
      'POST /v1/webhook_endpoints/we_2/rotate_secret',
      'POST /v1/webhook_endpoints/we_2/enable',
    ],
  );
});

test('the shop opens although Florin is away, and says so', async (t) => {
  const lines: string[] = [];
  const shop = await startShop({
    port: 0,
    api_base: 'http://127.0.0.1:1',
    secret_key,
    log: (line) => lines.push(line),
  });
  t.after(() => shop.close());
  assert.match(lines.join(), /no webhooks: Florin could not be reached/);
  const home = await fetch(shop.url);
  assert.equal(home.status, 200);
  assert.doesNotMatch(String(home.headers.get('content-security-policy')), /unsafe/);
  const answered = await fetch(`${shop.url}/create-checkout-session`, {
    method: 'POST',
    body: new URLSearchParams({ beans: '1' }),
    redirect: 'manual',
  });
  assert.equal(answered.status, 502);
});
