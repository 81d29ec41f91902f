// Embedded sessions and the browser SDK's first call over HTTP: whose pages may embed, which origins are refused, what a key learns.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mintKey } from '../../src/identity/api-key.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let live: { secret: string; publishable: string };
before(async () => {
  w = await openWorld();
  live = await w.env.db.tx(async (tx) => {
    const account = { account_id: w.tenant.live_account_id, mode: 'live' as const };
    const key = async (kind: 'secret' | 'publishable') =>
      (await mintKey(w.env, tx, account, { kind, name: 'live', expires_at: null })).text;
    return { secret: await key('secret'), publishable: await key('publishable') };
  });
});
after(() => w.close());

const plain = { amount_total: 4_277, currency: 'USD' };
const create = (more: Record<string, unknown>, as?: string) =>
  w.call('POST', '/v1/checkout_sessions', { ...plain, ...more }, as === undefined ? {} : { as });
const embedded = (...allowed_origins: unknown[]) => ({ ui_mode: 'embedded', allowed_origins });

describe('POST /v1/checkout_sessions with ui_mode', () => {
  test('an embedded session keeps its origins, and its page names them as the only ones that may frame it', async () => {
    const origins = ['https://shop.example.com', 'https://xn--bcher-kva.example:8443', 'http://localhost:3000'];
    const made = await create(embedded(...origins));
    assert.equal(made.status, 201, made.text);
    assert.deepEqual([made.body.ui_mode, made.body.allowed_origins], ['embedded', origins]);
    const got = (await w.call('GET', `/v1/checkout_sessions/${made.body.id}`)).body;
    assert.deepEqual([got.ui_mode, got.allowed_origins], ['embedded', origins]);
    for (const [path, rule] of [
      [`/pay/${made.body.id}`, `frame-ancestors ${origins.join(' ')}`],
      [`/pay/${made.body.id}/return`, `frame-ancestors 'self' ${origins.join(' ')}`],
    ] as const) {
      const page = await w.call('GET', path);
      const rules = String(page.headers['content-security-policy']).split('; ');
      assert.ok(rules.includes(rule), rules.join('\n'));
      assert.equal(page.headers['x-frame-options'], undefined);
      assert.equal(page.headers['set-cookie'], undefined);
    }
  });

  test('hosted is the default, framed by nobody, also when it is said', async () => {
    for (const more of [{}, { ui_mode: 'hosted' }, { ui_mode: 'hosted', allowed_origins: [] }]) {
      const made = await create(more);
      assert.equal(made.status, 201, made.text);
      assert.deepEqual([made.body.ui_mode, made.body.allowed_origins], ['hosted', []]);
      const page = await w.call('GET', `/pay/${made.body.id}`);
      assert.match(String(page.headers['content-security-policy']), /frame-ancestors 'none'/);
      assert.equal(page.headers['x-frame-options'], 'DENY');
    }
  });

  test('loopback may do without https in the sandbox, and nowhere else', async () => {
    for (const origin of ['http://localhost', 'http://127.0.0.1:8080', 'http://127.9.9.9', 'http://shop.localhost:81'])
      assert.equal((await create(embedded(origin))).status, 201, origin);
    await refuses(
      w,
      ['POST', '/v1/checkout_sessions', { ...plain, ...embedded('http://localhost') }, { as: live.secret }],
      {
        code: 'parameter_invalid',
        param: 'allowed_origins[0]',
        detail: /must begin with https:\/\/.*sandbox only/,
      },
    );
  });

  const refused: [
    why: string,
    more: Record<string, unknown>,
    code: 'parameter_invalid' | 'parameter_missing',
    param: string,
    detail: RegExp,
  ][] = [
    ['no origins', { ui_mode: 'embedded' }, 'parameter_missing', 'allowed_origins', /name the origins/],
    ['an empty list', embedded(), 'parameter_missing', 'allowed_origins', /name the origins/],
    [
      'origins of a hosted session',
      { allowed_origins: ['https://a.example'] },
      'parameter_invalid',
      'allowed_origins',
      /ui_mode 'embedded'/,
    ],
    ['another mode', { ui_mode: 'popup' }, 'parameter_invalid', 'ui_mode', /hosted/],
    [
      'one text',
      { ui_mode: 'embedded', allowed_origins: 'https://a.example' },
      'parameter_invalid',
      'allowed_origins',
      /list|array/,
    ],
    ['a number in it', embedded('https://a.example', 7), 'parameter_invalid', 'allowed_origins[1]', /text|string/],
    [
      'plain http',
      embedded('http://shop.example.com'),
      'parameter_invalid',
      'allowed_origins[0]',
      /must begin with https/,
    ],
    [
      'a path',
      embedded('https://a.example/shop'),
      'parameter_invalid',
      'allowed_origins[0]',
      /write https:\/\/a\.example/,
    ],
    ['a slash at the end', embedded('https://a.example/'), 'parameter_invalid', 'allowed_origins[0]', /no slash/],
    [
      'capitals',
      embedded('https://A.example'),
      'parameter_invalid',
      'allowed_origins[0]',
      /write https:\/\/a\.example/,
    ],
    [
      'the usual port',
      embedded('https://a.example:443'),
      'parameter_invalid',
      'allowed_origins[0]',
      /write https:\/\/a\.example/,
    ],
    ['a user', embedded('https://u:p@a.example'), 'parameter_invalid', 'allowed_origins[0]', /origin alone/],
    ['a wildcard', embedded('https://*.example.com'), 'parameter_invalid', 'allowed_origins[0]', /without wildcards/],
    ['everything', embedded('*'), 'parameter_invalid', 'allowed_origins[0]', /origin of a page/],
    ['no origin', embedded('null'), 'parameter_invalid', 'allowed_origins[0]', /origin of a page/],
    ['a script', embedded('javascript:alert(1)'), 'parameter_invalid', 'allowed_origins[0]', /origin of a page/],
    [
      'a second rule',
      embedded("https://a.example;script-src'unsafe-inline'"),
      'parameter_invalid',
      'allowed_origins[0]',
      /one host/,
    ],
    ['two in one', embedded('https://a.example,b.example'), 'parameter_invalid', 'allowed_origins[0]', /one host/],
    [
      'an address that no policy knows',
      embedded('https://[::1]:8080'),
      'parameter_invalid',
      'allowed_origins[0]',
      /localhost or 127\.0\.0\.1/,
    ],
    [
      'one of them twice',
      embedded('https://a.example', 'https://b.example', 'https://a.example'),
      'parameter_invalid',
      'allowed_origins[2]',
      /once/,
    ],
    [
      'too many',
      embedded(...Array.from({ length: 21 }, (_, i) => `https://a${i}.example`)),
      'parameter_invalid',
      'allowed_origins',
      /20/,
    ],
  ];
  for (const [why, more, code, param, detail] of refused)
    test(`400: ${why}`, async () => {
      await refuses(w, ['POST', '/v1/checkout_sessions', { ...plain, ...more }], { code, param, detail });
    });
});

describe('GET /v1/sdk/bootstrap', () => {
  const ask = (query: string, as = w.tenant.publishable) =>
    w.call('GET', `/v1/sdk/bootstrap${query}`, undefined, { as });

  test('tells a publishable key where its checkout is, and repeats the locale', async () => {
    const { status, body, headers } = await ask('?origin=https%3A%2F%2Fshop.example.com&locale=en-US');
    assert.equal(status, 200);
    assert.deepEqual(body, {
      object: 'sdk_bootstrap',
      environment: 'sandbox',
      checkout_base_url: 'http://florin.test',
      embedded: { enabled: true },
      locale: 'en-US',
    });
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal((await ask('', live.publishable)).body.environment, 'production');
  });

  test('every spelling of a publishable key opens it', async () => {
    const [, body = ''] = /^pk_test_(.*)$/.exec(w.tenant.publishable) ?? [];
    assert.equal((await ask('', `pk_uat_${body}`)).status, 200);
    assert.equal((await ask('', live.publishable.replace('pk_live_', 'pk_prod_'))).status, 200);
    await refuses(w, ['GET', '/v1/sdk/bootstrap', undefined, { as: `pk_prod_${body}` }], {
      code: 'key_invalid',
      detail: /prefix/,
    });
  });

  test('a page that no session could allow is told so', async () => {
    for (const [origin, sandbox, production] of [
      ['https://shop.example.com', true, true],
      ['http://localhost:3000', true, false],
      ['http://shop.example.com', false, false],
      ['null', false, false],
    ] as const) {
      const query = `?origin=${encodeURIComponent(origin)}`;
      assert.equal((await ask(query)).body.embedded.enabled, sandbox, origin);
      assert.equal((await ask(query, live.publishable)).body.embedded.enabled, production, origin);
    }
  });

  test('401 without a key, 400 for a locale that is none and for a field that is not known', async () => {
    assert.equal((await w.call('GET', '/v1/sdk/bootstrap', undefined, { as: 'pk_test_no' })).status, 401);
    for (const [query, code, param] of [
      ['?locale=deutsch!', 'parameter_invalid', 'locale'],
      ['?lang=de', 'parameter_unknown', 'lang'],
      [`?origin=${'x'.repeat(256)}`, 'parameter_invalid', 'origin'],
    ] as const)
      await refuses(w, ['GET', `/v1/sdk/bootstrap${query}`, undefined, { as: w.tenant.publishable }], {
        code,
        param,
        detail: new RegExp(param),
      });
  });

  test('a browser may ask from anywhere before it sends the key', async () => {
    const { status, headers } = await w.call('OPTIONS', '/v1/sdk/bootstrap');
    assert.equal(status, 204);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.match(String(headers['access-control-allow-headers']), /authorization/);
  });
});

test('GET /sdk/florin.js is the SDK for every page, and is not sent twice', async () => {
  const first = await w.call('GET', '/sdk/florin.js');
  assert.equal(first.status, 200);
  assert.match(String(first.headers['content-type']), /^text\/javascript/);
  assert.equal(first.headers['cross-origin-resource-policy'], 'cross-origin');
  assert.match(first.text, /Florin=\{\}/);
  const again = await w.call('GET', '/sdk/florin.js', undefined, {
    headers: { 'if-none-match': String(first.headers['etag']) },
  });
  assert.deepEqual([again.status, again.text], [304, '']);
});
