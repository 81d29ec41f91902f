import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import Type, { type TSchema } from 'typebox';
import type { Assets } from '../../web/assets.ts';
import { Fault } from '../kit/fault.ts';
import { systemRandom } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { type Operation, operation } from '../operation/operation.ts';
import { problemOf } from './native/errors.ts';
import { pages } from './pages.ts';

const view = {
  id: 'sess_1',
  state: 'open',
  mode: 'sandbox',
  merchant: { name: 'Northwind', logo_url: null },
  branding: { color: null, corners: 'rounded', icon_url: null },
  amount_total: 1000,
  amount_subtotal: 1000,
  currency: 'USD',
  description: null,
  line_items: [],
  taxes: [],
  discounts: [],
  promotion: { allowed: false, code: null },
  customer_email: null,
  payment_methods: [],
  can_save: false,
  locale: null,
  allowed_origins: [],
  redirect_url: null,
  cancel_url: null,
  action_url: null,
  expires_at: null,
};
const done = {
  state: 'complete',
  redirect_url: 'https://shop.example/ok?session_id=sess_1',
  action_url: null,
  decline: null,
};

const file = {
  type: 'text/javascript; charset=utf-8',
  identity: Buffer.from('1'),
  gzip: Buffer.from('gz'),
  br: Buffer.from('br'),
};
const assets: Pick<Assets, 'checkout' | 'files'> = {
  checkout: { script: 'start()', style: 'b{}' },
  files: new Map([['checkout/a.js', file]]),
};

type Seen = { name: string; input: unknown; key: string | undefined };

async function open(answers: Record<string, () => unknown> = {}, framers: string[] = []) {
  const seen: Seen[] = [];
  const logged: unknown[] = [];
  const log = {
    debug() {},
    info() {},
    warn: (...all: unknown[]) => logged.push(all),
    error: (...all: unknown[]) => logged.push(all),
  };
  const config = { public_url: 'https://pay.example' } as Env['config'];
  const keys = Object.fromEntries(
    ['root', 'api_keys', 'webhooks', 'tokens', 'fingerprints', 'requests'].map((name) => [name, new Uint8Array(32)]),
  );
  const env = {
    config,
    log,
    random: systemRandom,
    clock: { now: () => new Date('2026-11-21T00:00:00Z') },
    keys,
    audit: { covers: () => false },
  } as unknown as Env;
  const fake = (name: string, value: unknown): Operation =>
    operation<TSchema, TSchema>({
      name,
      scope: 'checkout:write',
      actors: ['page'],
      kind: 'claiming',
      summary: '',
      description: '',
      input: Type.Any(),
      output: Type.Any(),
      faults: [],
      async run(ctx: Ctx, input: unknown) {
        seen.push({ name, input, key: ctx.claim?.key });
        return answers[name] ? answers[name]() : value;
      },
    });
  const app = Fastify({ logger: false });
  await app.register(
    pages({
      env,
      assets,
      problemOf,
      async link(id) {
        if (id !== 'sess_1') throw new Fault('not_found', 'No such page.');
        return {
          env,
          actor: { kind: 'page', link_id: id },
          request_id: 'req_test',
          account: { account_id: 'acc_1' },
        } as Ctx;
      },
      viewCheckout: fake('view', view),
      payCheckout: fake('pay', done),
      checkoutStatus: fake('status', done),
      offerCurrency: fake('offer', { currency: null }),
      setCurrency: fake('currency', { currency: 'USD' }),
      setPromotionCode: fake('promotion', { state: 'removed', refused: null, minimum: null }),
      setQuantity: fake('quantity', { state: 'changed' }),
      tokenizeCard: fake('token', { id: 'tok_1' }),
      framers: async () => framers,
    }),
  );
  return { app, seen, logged };
}

const json = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };

test('GET /pay/{id} 200: a page that runs its own script only, in no frame, kept by no cache', async () => {
  const { app } = await open();
  const first = await app.inject({ url: '/pay/sess_1' });
  assert.equal(first.statusCode, 200);
  const policy = String(first.headers['content-security-policy']);
  const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
  assert.ok(nonce.length >= 22);
  for (const rule of [
    `default-src 'none'`,
    `style-src 'nonce-${nonce}'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `connect-src 'self'`,
  ]) {
    assert.ok(policy.includes(rule), rule);
  }
  assert.ok(!policy.includes('unsafe'));
  assert.ok(first.body.includes(`nonce="${nonce}"`));
  assert.equal(first.headers['cache-control'], 'no-store');
  assert.equal(first.headers['x-content-type-options'], 'nosniff');
  const second = await app.inject({ url: '/pay/sess_1' });
  assert.ok(!String(second.headers['content-security-policy']).includes(nonce), 'a nonce is used once');
});

test('an embedded page is framed by its own origins and no other, in the frame of the bank’s return as well', async () => {
  const origins = ['https://shop.example', 'http://localhost:8080'];
  const { app } = await open({ view: () => ({ ...view, allowed_origins: origins }) }, origins);
  const page = await app.inject({ url: '/pay/sess_1' });
  const rules = String(page.headers['content-security-policy']).split('; ');
  assert.ok(rules.includes('frame-ancestors https://shop.example http://localhost:8080'), rules.join('\n'));
  assert.equal(page.headers['x-frame-options'], undefined, 'the old header knows no list and would refuse all');
  assert.match(page.body, /"allowed_origins":\["https:\/\/shop\.example","http:\/\/localhost:8080"\]/);
  const back = await app.inject({ url: '/pay/sess_1/return' });
  const returned = String(back.headers['content-security-policy']).split('; ');
  assert.ok(returned.includes(`frame-ancestors 'self' https://shop.example http://localhost:8080`));
  const stranger = await app.inject({ url: '/pay/sess_2' });
  assert.match(String(stranger.headers['content-security-policy']), /frame-ancestors 'none'/);
  assert.equal(stranger.headers['x-frame-options'], 'DENY');
});

test('GET /pay/{id} 404: one answer for a stranger’s id and for nonsense, in the customer’s language', async () => {
  const { app } = await open();
  for (const id of ['sess_2', '..%2f..%2fetc', '%3Cscript%3E', 'x'.repeat(90)]) {
    const answer = await app.inject({ url: `/pay/${id}`, headers: { 'accept-language': 'de' } });
    assert.equal(answer.statusCode, 404, id);
    assert.ok(!answer.body.includes('<script>'));
  }
  const answer = await app.inject({ url: '/pay/sess_2', headers: { 'accept-language': 'de' } });
  assert.match(answer.body, /Seite nicht gefunden/);
});

test('GET /pay/{id} 500: says a reference and nothing of what broke', async () => {
  const { app, logged } = await open({
    view() {
      throw new Error('secret detail');
    },
  });
  const answer = await app.inject({ url: '/pay/sess_1' });
  assert.equal(answer.statusCode, 500);
  assert.ok(!answer.body.includes('secret detail'));
  assert.match(answer.body, /Reference: /);
  assert.equal(logged.length, 1);
});

test('POST tokens 200: the card goes to the vault’s operation, and the answer to nobody else', async () => {
  const { app, seen, logged } = await open();
  const payload = {
    number: '4242424242424242',
    exp_month: 12,
    exp_year: 2030,
    cvc: '123',
    holder_name: 'Ada',
    billing_address: { country: 'US' },
  };
  const answer = await app.inject({ method: 'POST', url: '/pay/sess_1/tokens', headers: json, payload });
  assert.deepEqual(answer.json(), { id: 'tok_1' });
  const { billing_address, ...card } = payload;
  assert.deepEqual(seen, [{ name: 'token', input: { card, billing_address }, key: undefined }]);
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.deepEqual(logged, []);
});

test('POST payments 200: the id is that of the address, the key that of the press', async () => {
  const { app, seen } = await open();
  const answer = await app.inject({
    method: 'POST',
    url: '/pay/sess_1/payments',
    headers: { ...json, 'idempotency-key': 'press-1' },
    payload: { token: 'tok_1', id: 'sess_other' },
  });
  assert.deepEqual(answer.json(), done);
  assert.deepEqual(seen, [{ name: 'pay', input: { token: 'tok_1', id: 'sess_1' }, key: 'press-1' }]);
});

test('POST payments 400: a press without a key is refused before anything is done', async () => {
  const { app, seen } = await open();
  const answer = await app.inject({
    method: 'POST',
    url: '/pay/sess_1/payments',
    headers: json,
    payload: { token: 'tok_1' },
  });
  assert.equal(answer.statusCode, 400);
  assert.equal(answer.json().param, 'Idempotency-Key');
  assert.deepEqual(seen, []);
});

test('POST 403: another site cannot post for a customer', async () => {
  const { app, seen } = await open();
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];
  for (const headers of foreign) {
    const answer = await app.inject({
      method: 'POST',
      url: '/pay/sess_1/tokens',
      headers: { 'content-type': 'application/json', ...headers },
      payload: '{}',
    });
    assert.equal(answer.statusCode, 403, JSON.stringify(headers));
    assert.equal(answer.json().code, 'origin_refused');
  }
  for (const origin of ['https://pay.example', 'http://localhost']) {
    const answer = await app.inject({
      method: 'POST',
      url: '/pay/sess_1/tokens',
      headers: { 'content-type': 'application/json', origin },
      payload: '{}',
    });
    assert.equal(answer.statusCode, 200, origin);
  }
  assert.equal(seen.length, 2);
});

test('POST 400 and 413: only a JSON object of our size, and no refusal quotes what was sent', async () => {
  const { app, seen } = await open();
  const number = '4242424242424242';
  const bad: [string, string, number][] = [
    ['text/plain', `{"number":"${number}"}`, 400],
    ['application/x-www-form-urlencoded', `number=${number}`, 400],
    ['application/json', `{"number":"${number}"`, 400],
    ['application/json', `["${number}"]`, 400],
    ['application/json', `{"__proto__":{"number":"${number}"}}`, 400],
    ['application/json', JSON.stringify({ number: number.repeat(2000) }), 413],
  ];
  for (const [type, payload, status] of bad) {
    const answer = await app.inject({
      method: 'POST',
      url: '/pay/sess_1/tokens',
      headers: { 'content-type': type },
      payload,
    });
    assert.equal(answer.statusCode, status, `${type} ${payload.slice(0, 30)}`);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    assert.ok(!answer.body.includes(number));
  }
  assert.deepEqual(seen, []);
});

test('GET return: settles first, stands in our own frame only, leads on to where the session ends', async () => {
  const { app, seen } = await open();
  const answer = await app.inject({ url: '/pay/sess_1/return?whatever=1' });
  assert.equal(seen[0]?.name, 'status');
  assert.match(String(answer.headers['content-security-policy']), /frame-ancestors 'self'/);
  assert.ok(answer.body.includes('https://shop.example/ok?session_id=sess_1'));
});

test('GET return: without an answer from the provider, or with a bad address, it leads back to the page', async () => {
  const broken = {
    status() {
      throw new Error('down');
    },
  };
  for (const answers of [
    broken,
    { status: () => ({ ...done, redirect_url: 'javascript:alert(1)' }) },
    { status: () => ({ ...done, state: 'processing' }) },
  ]) {
    const { app } = await open(answers);
    const answer = await app.inject({ url: '/pay/sess_1/return' });
    assert.equal(answer.statusCode, 200);
    assert.match(answer.body, /var next="\/pay\/sess_1"/);
  }
});

test('GET /assets: kept for ever, in the best coding the browser knows; nothing else is served', async () => {
  const { app } = await open();
  for (const [accept, body] of [
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gz'],
    ['br;q=0, gzip', 'gz'],
    ['', '1'],
  ] as const) {
    const answer = await app.inject({ url: '/assets/checkout/a.js', headers: { 'accept-encoding': accept } });
    assert.equal(answer.body, body);
    assert.match(String(answer.headers['cache-control']), /immutable/);
  }
  for (const url of [
    '/assets/',
    '/assets/checkout/b.js',
    '/assets/../package.json',
    '/assets/%2e%2e/package.json',
    '/assets/constructor',
  ]) {
    assert.equal((await app.inject({ url })).statusCode, 404, url);
  }
});
