// API keys over HTTP: what each kind opens, what is shown of one, when it stops working, and that the last one stays.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes } from '../../src/api/native/routes.ts';
import { openApp } from '../../src/app.ts';
import { openEnv } from '../../src/env.ts';
import { loadAccount } from '../../src/identity/account.ts';
import { mintKey } from '../../src/identity/api-key.ts';
import { must } from '../../src/kit/assert.ts';
import { seconds } from '../../src/kit/clock.ts';
import { badPages, walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { newTenant, openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

/** What a process remembers of a key is five seconds old at most. */
const forget = () => w.clock.advance(seconds(5) + 1);
const create = async (input: Record<string, unknown> = {}) => {
  const reply = await w.call('POST', '/v1/api_keys', { kind: 'secret', name: 'k', ...input });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
};
const read = (as: string) => w.call('GET', '/v1/payments?limit=1', undefined, { as });
const swapped = (key: string, prefix: string) => `${prefix}${key.slice(-40)}`;

describe('authentication', () => {
  test('401 without a key, and how to send one', async () => {
    const before = await rowCounts(w);
    const reply = await w.app.server.inject({ method: 'GET', url: '/v1/payments' });
    assert.equal(reply.statusCode, 401);
    assert.equal(reply.headers['www-authenticate'], 'Bearer');
    assert.partialDeepStrictEqual(reply.json(), {
      code: 'authentication_required',
      detail: 'Send your key in the header: Authorization: Bearer sk_test_…',
      request_id: reply.headers['request-id'],
    });
    assert.deepEqual(gained(before, await rowCounts(w)), {});
  });

  test('401 for a header that is none, a key that is none, one that never was', async () => {
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'Basic c2s6',
      w.tenant.secret,
      `Bearer ${w.tenant.secret} x`,
      `Token ${w.tenant.secret}`,
    ]) {
      const reply = await refuses(w, ['GET', '/v1/payments', undefined, { headers: { authorization } }], {
        code: 'key_invalid',
        detail: /must be: Bearer, a space, and your key/,
      });
      assert.equal(reply.headers['www-authenticate'], 'Bearer');
    }
    for (const as of [
      'hello',
      'sk_test_short',
      `sk_test_${'a'.repeat(41)}`,
      `rk_test_${'a'.repeat(40)}`,
      `sk_test_${'ä'.repeat(40)}`,
    ]) {
      await refuses(w, ['GET', '/v1/payments', undefined, { as }], {
        code: 'key_invalid',
        detail: /not spelled like a Florin key \(sk_test_… or sk_live_…|must be: Bearer/,
      });
    }
    const reply = await refuses(w, ['GET', '/v1/payments', undefined, { as: `sk_test_${'a'.repeat(40)}` }], {
      code: 'key_invalid',
      detail: /does not exist here, or it was revoked/,
    });
    assert.ok(!reply.text.includes('aaaa'), 'a key is not echoed');
  });

  test('the scheme may be written in any case', async () => {
    assert.equal(
      (await w.call('GET', '/v1/payments', undefined, { headers: { authorization: `bearer ${w.tenant.secret}` } }))
        .status,
      200,
    );
  });

  test('401 for a prefix that does not belong to the key: another mode, another kind', async () => {
    const { secret, publishable } = w.tenant;
    for (const as of [
      swapped(secret, 'sk_live_'),
      swapped(secret, 'pk_test_'),
      swapped(publishable, 'sk_test_'),
      swapped(publishable, 'pk_live_'),
    ]) {
      await refuses(w, ['GET', '/v1/payments', undefined, { as }], {
        code: 'key_invalid',
        detail: /Its prefix does not belong to it/,
      });
    }
  });

  test('403: a publishable key opens tokens, one session and the SDK’s first call, and nothing else', async () => {
    const as = w.tenant.publishable;
    for (const route of routes) {
      const path = route.path.replace('{id}', 'x_none');
      if (route.op.actors.includes('publishable')) {
        const reply = await w.call(route.method, path, route.method === 'GET' ? undefined : {}, { as });
        assert.ok([200, 400, 404].includes(reply.status), `${route.op.name}: ${reply.text}`);
        continue;
      }
      await refuses(w, [route.method, path, route.method === 'GET' ? undefined : {}, { as }], {
        code: 'permission_denied',
        detail: new RegExp(`may not call '${route.op.name}'. Call it from your server with a secret key`),
      });
    }
    assert.deepEqual(
      routes.filter((r) => r.op.actors.includes('publishable')).map((r) => r.op.name),
      ['tokens.create', 'checkout_sessions.get', 'sdk.bootstrap'],
    );
  });

  test('a live key without a provider takes no payment, and says why; it sees nothing of the sandbox', async () => {
    const account = must(await loadAccount(w.env.db.query, w.tenant.live_account_id), 'the live account is there');
    const { text } = await w.env.db.tx((tx) =>
      mintKey(w.env, tx, account, { kind: 'secret', name: 'live', expires_at: null }),
    );
    assert.match(text, /^sk_live_/);
    const made = (await w.call('POST', '/v1/payments', { amount: 1, currency: 'USD' })).body.id;
    await refuses(w, ['POST', '/v1/payments', { amount: 1, currency: 'USD' }, { as: text }], {
      code: 'feature_unavailable',
      detail: /Live payments need a connection; use the sandbox key meanwhile/,
    });
    await refuses(w, ['GET', `/v1/payments/${made}`, undefined, { as: text }], {
      code: 'not_found',
      param: 'id',
      detail: /No payment/,
    });
    assert.deepEqual((await read(text)).body.data, []);
  });

  test('403: a merchant that is disabled, or live and still under review', async () => {
    const shut = await newTenant(w.env, 'Shut');
    await w.env.db.query
      .updateTable('merchants')
      .set({ status: 'disabled' })
      .where('id', '=', shut.account.merchant_id)
      .execute();
    await refuses(w, ['POST', '/v1/payments', { amount: 1, currency: 'USD' }, { as: shut.secret }], {
      code: 'permission_denied',
      detail: /disabled and cannot take payments/,
    });
    const fresh = await newTenant(w.env, 'Fresh');
    await w.env.db.query
      .updateTable('merchants')
      .set({ status: 'pending_review' })
      .where('id', '=', fresh.account.merchant_id)
      .execute();
    assert.equal(
      (await w.call('POST', '/v1/payments', { amount: 1, currency: 'USD' }, { as: fresh.secret })).status,
      201,
      'its sandbox works',
    );
    const account = must(await loadAccount(w.env.db.query, fresh.live_account_id), 'the live account is there');
    const { text } = await w.env.db.tx((tx) =>
      mintKey(w.env, tx, account, { kind: 'secret', name: 'live', expires_at: null }),
    );
    await refuses(w, ['POST', '/v1/payments', { amount: 1, currency: 'USD' }, { as: text }], {
      code: 'permission_denied',
      detail: /under review and cannot take live payments. Use the sandbox/,
    });
  });
});

describe('POST /v1/api_keys', () => {
  test('201: the key is in this answer and nowhere else; the database holds a keyed hash', async () => {
    const before = await rowCounts(w);
    const k = await create({ kind: 'publishable', name: 'web shop' });
    assert.match(k.key, /^pk_test_[0-9A-Za-z]{40}$/);
    assert.deepEqual(k, {
      id: k.id,
      object: 'api_key',
      kind: 'publishable',
      name: 'web shop',
      hint: `pk_test_…${k.key.slice(-4)}`,
      status: 'active',
      created_at: k.created_at,
      expires_at: null,
      scopes: [],
      allowed_ips: [],
      last_used_at: null,
      last_used_address: null,
      key: k.key,
    });
    assert.deepEqual(gained(before, await rowCounts(w)), { api_keys: 1, api_key_hashes: 1 });
    const list = await w.call('GET', '/v1/api_keys?limit=100');
    assert.ok(!list.text.includes(k.key.slice(-40)));
    const hashes = await w.env.db.query.selectFrom('api_key_hashes').selectAll().where('key_id', '=', k.id).execute();
    assert.equal(hashes.length, 1);
    assert.ok(!JSON.stringify(hashes).includes(k.key.slice(-40)) && hashes[0]?.hash.length === 32);
  });

  test('201: a replay by idempotency key shows the same key without its text', async () => {
    const body = { kind: 'secret', name: 'once' };
    const first = await w.call('POST', '/v1/api_keys', body, { key: 'mint-1' });
    const second = await w.call('POST', '/v1/api_keys', body, { key: 'mint-1' });
    assert.deepEqual(
      [second.status, second.headers['idempotent-replayed'], second.body.key, second.body.id],
      [201, 'true', null, first.body.id],
    );
    const row = await w.env.db.query
      .selectFrom('idempotency_keys')
      .select('answer')
      .where('key', '=', 'mint-1')
      .executeTakeFirstOrThrow();
    assert.ok(!row.answer?.includes(first.body.key.slice(-40)));
  });

  test('401 once it expired, to the second', async () => {
    w.clock.stop();
    const k = await create({ expires_in: 10 });
    assert.equal((await read(k.key)).status, 200);
    w.clock.advance(seconds(10) - 1);
    assert.equal((await read(k.key)).status, 200);
    w.clock.advance(1);
    w.clock.goOn();
    await refuses(w, ['GET', '/v1/payments', undefined, { as: k.key }], {
      code: 'key_expired',
      detail: /expired at \d{4}-.*Z. Create a new one and use that/,
    });
    const { body } = await w.call('GET', '/v1/api_keys?limit=100');
    assert.equal(body.data.find((row: { id: string }) => row.id === k.id).status, 'expired');
  });

  test('400: kind, name and lifetime', async () => {
    const refused = (input: Record<string, unknown>, param: string, detail: RegExp) =>
      refuses(w, ['POST', '/v1/api_keys', { kind: 'secret', name: 'n', ...input }], {
        code: 'parameter_invalid',
        param,
        detail,
      });
    await refused({ kind: 'admin' }, 'kind', /one of 'secret', 'publishable'/);
    await refused({ name: '' }, 'name', /1 to 100 characters/);
    await refused({ name: 'x'.repeat(101) }, 'name', /1 to 100 characters/);
    for (const expires_in of [0, -1, 1.5, '60', 315_360_001])
      await refused({ expires_in }, 'expires_in', /from 1 to 315360000/);
    await refuses(w, ['POST', '/v1/api_keys', { kind: 'secret' }], {
      code: 'parameter_missing',
      param: 'name',
      detail: /'name' is required/,
    });
    await refuses(w, ['POST', '/v1/api_keys', { kind: 'secret', name: 'n', account_id: 'x' }], {
      code: 'parameter_unknown',
      param: 'account_id',
      detail: /Known here: kind, name, expires_in/,
    });
  });
});

describe('DELETE /v1/api_keys/{id}', () => {
  test('200: it stops working within five seconds, and stays in the list as revoked', async () => {
    const k = await create();
    assert.equal((await read(k.key)).status, 200);
    const { status, body } = await w.call('DELETE', `/v1/api_keys/${k.id}`);
    assert.deepEqual([status, body.status], [200, 'revoked']);
    forget();
    await refuses(w, ['GET', '/v1/payments', undefined, { as: k.key }], {
      code: 'key_invalid',
      detail: /does not exist here, or it was revoked/,
    });
    assert.equal((await w.call('DELETE', `/v1/api_keys/${k.id}`)).status, 200, 'again is no error');
    const list = (await w.call('GET', '/v1/api_keys?limit=100')).body.data;
    assert.equal(list.find((row: { id: string }) => row.id === k.id).status, 'revoked');
  });

  test('404: another tenant’s key, which goes on working', async () => {
    const k = await create();
    await refuses(w, ['DELETE', `/v1/api_keys/${k.id}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No API key/,
    });
    await refuses(w, ['DELETE', '/v1/api_keys/key_none'], {
      code: 'not_found',
      param: 'id',
      detail: /No API key with id 'key_none'/,
    });
    forget();
    assert.equal((await read(k.key)).status, 200);
  });

  test('409: the last secret key that stays valid; one that will expire does not count as another', async () => {
    const t = await newTenant(w.env, 'Last');
    const call = (method: string, path: string, body?: unknown, as = t.secret) => w.call(method, path, body, { as });
    const [own] = (await call('GET', '/v1/api_keys')).body.data.filter((k: { kind: string }) => k.kind === 'secret');
    const last = { code: 'last_key', param: 'id', detail: /Create another one before you revoke it/ } as const;
    await refuses(w, ['DELETE', `/v1/api_keys/${own.id}`, undefined, { as: t.secret }], last);
    await call('POST', '/v1/api_keys', { kind: 'publishable', name: 'p' });
    await call('POST', '/v1/api_keys', { kind: 'secret', name: 'short', expires_in: 1_000 });
    await refuses(w, ['DELETE', `/v1/api_keys/${own.id}`, undefined, { as: t.secret }], last);
    const next = (await call('POST', '/v1/api_keys', { kind: 'secret', name: 'next' })).body;
    assert.equal((await call('DELETE', `/v1/api_keys/${own.id}`)).status, 200);
    await refuses(w, ['DELETE', `/v1/api_keys/${next.id}`, undefined, { as: next.key }], last);
  });

  test('two last keys that revoke each other at once, twenty times: one stays', async () => {
    for (let i = 0; i < 20; i++) {
      const t = await newTenant(w.env, `Duel ${i}`);
      const second = (await w.call('POST', '/v1/api_keys', { kind: 'secret', name: 'b' }, { as: t.secret })).body;
      const first = (await w.call('GET', '/v1/api_keys', undefined, { as: t.secret })).body.data.find(
        (k: { kind: string; id: string }) => k.kind === 'secret' && k.id !== second.id,
      );
      // Both keys are remembered, so that neither of the two is stopped at the door.
      await read(second.key);
      const replies = await Promise.all([
        w.call('DELETE', `/v1/api_keys/${first.id}`, undefined, { as: second.key }),
        w.call('DELETE', `/v1/api_keys/${second.id}`, undefined, { as: t.secret }),
      ]);
      assert.deepEqual(replies.map((r) => r.status).sort(), [200, 409]);
    }
  });
});

describe('a secret key with scopes', () => {
  test('may do what they say and nothing else, and gives nobody more than it has', async () => {
    const k = await create({ scopes: ['payments:read', 'api_keys'] });
    assert.deepEqual(k.scopes, ['payments:read', 'api_keys']);
    const as = { as: k.key };
    assert.equal((await read(k.key)).status, 200);
    const denied = (method: string, path: string, body: unknown, param: string | undefined, detail: RegExp) =>
      refuses(w, [method, path, body, as], { code: 'permission_denied', ...(param ? { param } : {}), detail });
    await denied(
      'POST',
      '/v1/payments',
      { amount: 1, currency: 'USD' },
      undefined,
      /scope 'payments:write', which this API key does not/,
    );
    await denied('GET', '/v1/balances', undefined, undefined, /scope 'balances:read'/);
    const wide = { kind: 'secret', name: 'wide' };
    await denied('POST', '/v1/api_keys', wide, 'scopes', /limited program cannot make/);
    await denied('POST', '/v1/api_keys', { ...wide, scopes: ['payments'] }, 'scopes', /scopes that you do not hold/);
    const all = await create();
    await denied('POST', `/v1/api_keys/${all.id}/roll`, {}, 'scopes', /cannot make or roll it/);
    await denied('PATCH', `/v1/api_keys/${all.id}`, { allowed_ips: [] }, 'scopes', /cannot make or roll it/);
    const small = await w.call('POST', '/v1/api_keys', { ...wide, scopes: ['payments:read'] }, as);
    assert.equal(small.status, 201, small.text);
    const rolled = await w.call('POST', `/v1/api_keys/${small.body.id}/roll`, {}, as);
    assert.deepEqual([rolled.status, rolled.body.scopes], [201, ['payments:read']], 'a successor has no more');
  });

  test('400: a scope that nobody knows, one of people alone, and scopes of a publishable key', async () => {
    for (const scope of [
      'payment',
      'payments:delete',
      'users:read',
      'installation',
      '!customers.delete',
      'payments.get',
    ])
      await refuses(w, ['POST', '/v1/api_keys', { kind: 'secret', name: 'n', scopes: ['payments', scope] }], {
        code: 'parameter_invalid',
        param: 'scopes[1]',
        detail: /is no scope that can be given/,
      });
    await refuses(w, ['POST', '/v1/api_keys', { kind: 'publishable', name: 'n', scopes: ['payments'] }], {
      code: 'parameter_invalid',
      param: 'scopes',
      detail: /for secret keys/,
    });
  });

  test('is no successor of the last key that may do everything', async () => {
    const t = await newTenant(w.env, 'Narrow');
    const call = (method: string, path: string, body?: unknown) => w.call(method, path, body, { as: t.secret });
    await call('POST', '/v1/api_keys', { kind: 'secret', name: 'small', scopes: ['payments'] });
    const own = (await call('GET', '/v1/api_keys')).body.data.find(
      (k: { kind: string; scopes: string[] }) => k.kind === 'secret' && k.scopes.length === 0,
    );
    assert.equal((await call('DELETE', `/v1/api_keys/${own.id}`)).body.code, 'last_key');
  });
});

describe('POST /v1/api_keys/{id}/roll', () => {
  test('201: the new key works at once and the old one ends', async () => {
    const k = await create({ name: 'shop' });
    const { status, body } = await w.call('POST', `/v1/api_keys/${k.id}/roll`, {});
    assert.deepEqual([status, body.name, body.old_key.id, body.old_key.status], [201, 'shop', k.id, 'revoked']);
    assert.notEqual(body.key, k.key);
    assert.equal((await read(body.key)).status, 200);
    forget();
    assert.equal((await read(k.key)).status, 401);
    assert.equal((await w.call('POST', `/v1/api_keys/${k.id}/roll`, {})).body.code, 'state_invalid');
  });

  test('201: the old one goes on until the time that was set, and not after', async () => {
    const k = await create({ allowed_ips: ['127.0.0.1'] });
    const until = new Date(w.clock.now().getTime() + seconds(60)).toISOString();
    const { body } = await w.call('POST', `/v1/api_keys/${k.id}/roll`, { old_key_expires_at: until });
    assert.deepEqual([body.old_key.status, body.old_key.expires_at], ['active', until]);
    assert.deepEqual([body.expires_at, body.allowed_ips], [null, ['127.0.0.1']]);
    forget();
    for (const key of [k.key, body.key]) assert.equal((await read(key)).status, 200);
    w.clock.advance(seconds(60));
    await refuses(w, ['GET', '/v1/payments', undefined, { as: k.key }], { code: 'key_expired', detail: /expired at/ });
    assert.equal((await read(body.key)).status, 200);
  });

  test('201: the last secret key can be rolled, and a replay does not show the new one', async () => {
    const t = await newTenant(w.env, 'Roller');
    const own = (await w.call('GET', '/v1/api_keys', undefined, { as: t.secret })).body.data.find(
      (k: { kind: string }) => k.kind === 'secret',
    );
    const once = () => w.call('POST', `/v1/api_keys/${own.id}/roll`, {}, { as: t.secret, key: 'roll' });
    const [first, again] = [await once(), await once()];
    assert.deepEqual([again.body.id, again.body.key], [first.body.id, null]);
    assert.equal((await read(first.body.key)).status, 200);
  });

  test('400: a time that is over, or more than thirty days ahead', async () => {
    const k = await create();
    for (const [ms, detail] of [
      [-1_000, /over already/],
      [31 * 86_400_000, /at most 30 days ahead/],
    ] as const) {
      const old_key_expires_at = new Date(w.clock.now().getTime() + ms).toISOString();
      await refuses(w, ['POST', `/v1/api_keys/${k.id}/roll`, { old_key_expires_at }], {
        code: 'parameter_invalid',
        param: 'old_key_expires_at',
        detail,
      });
    }
    assert.equal((await read(k.key)).status, 200);
  });
});

describe('PATCH /v1/api_keys/{id}', () => {
  test('200: an end is scheduled, moved and taken back; what is left out stays', async () => {
    const k = await create({ name: 'job' });
    const patch = (body: unknown) => w.call('PATCH', `/v1/api_keys/${k.id}`, body);
    const soon = new Date(w.clock.now().getTime() + seconds(30)).toISOString();
    assert.equal((await patch({ expires_at: soon })).body.expires_at, soon);
    assert.deepEqual((await patch({ name: 'other' })).body.expires_at, soon);
    assert.equal((await patch({ expires_at: null })).body.expires_at, null);
    forget();
    w.clock.advance(seconds(60));
    assert.equal((await read(k.key)).status, 200);
    assert.equal((await w.call('GET', `/v1/api_keys/${k.id}`)).body.name, 'other');
  });

  test('409: the end of the last secret key cannot be scheduled', async () => {
    const t = await newTenant(w.env, 'Ender');
    const own = (await w.call('GET', '/v1/api_keys', undefined, { as: t.secret })).body.data.find(
      (k: { kind: string }) => k.kind === 'secret',
    );
    const expires_at = new Date(w.clock.now().getTime() + 86_400_000).toISOString();
    await refuses(w, ['PATCH', `/v1/api_keys/${own.id}`, { expires_at }, { as: t.secret }], {
      code: 'last_key',
      param: 'id',
      detail: /before you schedule its end/,
    });
  });

  test('400: a key is not changed so that it shuts out the call that changes it', async () => {
    const k = await create();
    await refuses(w, ['PATCH', `/v1/api_keys/${k.id}`, { allowed_ips: ['203.0.113.7'] }, { as: k.key }], {
      code: 'parameter_invalid',
      param: 'allowed_ips',
      detail: /comes from 127.0.0.1 with this key/,
    });
  });
});

describe('addresses', () => {
  const from = async (world: World, key: string, address: string, forwarded?: string) => {
    const reply = await world.app.server.inject({
      method: 'GET',
      url: '/v1/payments?limit=1',
      remoteAddress: address,
      headers: { authorization: `Bearer ${key}`, ...(forwarded ? { 'x-forwarded-for': forwarded } : {}) },
    });
    return { status: reply.statusCode, body: reply.json() };
  };
  const open = (status: number) => status === 200;

  test('v4 and v6, alone and as ranges; a v4 address in the clothes of v6 is the same one', async () => {
    const k = await create({
      allowed_ips: ['203.0.113.7', '198.51.100.0/24', '2001:db8:0::1', '2001:db8:5::/48', '::ffff:192.0.2.9'],
    });
    assert.deepEqual(k.allowed_ips, ['203.0.113.7', '198.51.100.0/24', '2001:db8::1', '2001:db8:5::/48', '192.0.2.9']);
    const seen: [string, boolean][] = [
      ['203.0.113.7', true],
      ['::ffff:203.0.113.7', true],
      ['::ffff:cb00:7107', true],
      ['203.0.113.8', false],
      ['198.51.100.255', true],
      ['198.51.101.0', false],
      ['2001:db8::1', true],
      ['2001:0db8:0000::0001', true],
      ['2001:db8::2', false],
      ['2001:db8:5:ffff::1', true],
      ['2001:db8:6::1', false],
      ['192.0.2.9', true],
      ['::1', false],
      ['127.0.0.1', false],
    ];
    for (const [address, allowed] of seen) assert.equal(open((await from(w, k.key, address)).status), allowed, address);
    const { status, body } = await from(w, k.key, '::ffff:198.51.101.9');
    assert.deepEqual([status, body.code], [403, 'permission_denied']);
    assert.match(body.detail, /may not be used from 198\.51\.101\.9: its allowed_ips do not name that address/);
  });

  test('a restricted publishable key and a dialect are held to it, too', async () => {
    const p = await create({ kind: 'publishable', allowed_ips: ['203.0.113.0/24'] });
    assert.equal((await w.call('GET', '/v1/sdk/bootstrap', undefined, { as: p.key })).status, 403);
    const k = await create({ allowed_ips: ['203.0.113.0/24'] });
    const vinr = await w.app.server.inject({
      method: 'GET',
      url: '/vinr/v1/payments',
      headers: { authorization: `Bearer ${k.key}` },
    });
    assert.equal(vinr.statusCode, 403, vinr.body);
  });

  test('400: what is no address, no range, or begins within its range', async () => {
    for (const bad of [
      'hello',
      '203.0.113',
      '0177.1',
      '203.0.113.7/33',
      '203.0.113.7/-1',
      '2001:db8::/129',
      '10.0.0.0/8/8',
      'fe80::1%eth0',
      '203.0.113.7/24',
      '2001:db8::1/48',
    ])
      await refuses(w, ['POST', '/v1/api_keys', { kind: 'secret', name: 'n', allowed_ips: ['10.0.0.0/8', bad] }], {
        code: 'parameter_invalid',
        param: 'allowed_ips[1]',
        detail: /must be an address such as|begins within its range|must have/,
      });
  });

  test('a forged X-Forwarded-For changes nothing, without a proxy and behind a trusted one', async () => {
    const k = await create({ allowed_ips: ['203.0.113.7'] });
    for (const forged of ['203.0.113.7', '203.0.113.7, 127.0.0.1', '127.0.0.1, 203.0.113.7'])
      assert.equal((await from(w, k.key, '198.51.100.1', forged)).status, 403, forged);
    assert.equal((await from(w, k.key, '203.0.113.7', '10.9.9.9')).status, 200, 'nor does it shut anybody out');

    const behind = await openWorld({ settings: { TRUSTED_PROXIES: '10.0.0.0/8' } });
    try {
      const made = await behind.call('POST', '/v1/api_keys', {
        kind: 'secret',
        name: 'k',
        allowed_ips: ['203.0.113.7'],
      });
      const { key } = made.body;
      assert.equal((await from(behind, key, '10.0.0.5', '203.0.113.7')).status, 200, 'what the proxy says is believed');
      // The proxy appends whom it saw; what the caller wrote before that is nothing but the caller's word.
      const forged = await from(behind, key, '10.0.0.5', '203.0.113.7, 198.51.100.1');
      assert.equal(forged.status, 403);
      assert.match(forged.body.detail, /from 198\.51\.100\.1:/);
      assert.equal((await from(behind, key, '198.51.100.1', '203.0.113.7')).status, 403, 'nobody else is a proxy');
      assert.equal((await from(behind, key, '10.0.0.5', '203.0.113.7, 10.0.0.6')).status, 200, 'nor are two of them');
      await behind.app.authenticator.noteUse();
      const used = await behind.call('GET', `/v1/api_keys/${made.body.id}`);
      assert.equal(used.body.last_used_address, '203.0.113.7', 'the refused calls are no use');
    } finally {
      await behind.close();
    }
  });
});

test('two processes that end two last keys at once, ten times: one stays', async () => {
  const env = openEnv({
    config: w.env.config,
    database_url: w.url,
    root_key: w.env.keys.root,
    clock: w.clock,
    log: w.env.log,
  });
  const second = await openApp(env);
  const ask = (server: typeof w.app.server, id: string, as: string) =>
    server.inject({ method: 'DELETE', url: `/v1/api_keys/${id}`, headers: { authorization: `Bearer ${as}` } });
  try {
    for (let i = 0; i < 10; i++) {
      const t = await newTenant(w.env, `Pair ${i}`);
      const b = (await w.call('POST', '/v1/api_keys', { kind: 'secret', name: 'b' }, { as: t.secret })).body;
      const list = (await w.call('GET', '/v1/api_keys', undefined, { as: b.key })).body.data;
      const a = list.find((k: { kind: string; id: string }) => k.kind === 'secret' && k.id !== b.id);
      // Remembered there, too, so that neither is stopped at the door.
      await second.server.inject({ url: '/v1/payments', headers: { authorization: `Bearer ${t.secret}` } });
      const replies = await Promise.all([ask(w.app.server, a.id, b.key), ask(second.server, b.id, t.secret)]);
      assert.deepEqual(replies.map((r) => r.statusCode).sort(), [200, 409]);
    }
  } finally {
    await second.server.close();
    await env.close();
  }
});

describe('GET /v1/api_keys', () => {
  test('200: newest first, pages both ways; when it was last used is told to the minute; never another tenant’s', async () => {
    const t = await newTenant(w.env, 'Lister');
    for (let i = 0; i < 8; i++)
      await w.call('POST', '/v1/api_keys', { kind: 'publishable', name: `k${i}` }, { as: t.secret });
    const mine: World = {
      ...w,
      call: (method, path, body, options) => w.call(method, path, body, { as: t.secret, ...options }),
    };
    const { body } = await mine.call('GET', '/v1/api_keys?limit=100');
    assert.equal(body.data.length, 10);
    await walks(
      mine,
      '/v1/api_keys',
      body.data.map((k: { id: string }) => k.id),
      [1, 3, 100],
    );
    await w.app.authenticator.noteUse();
    const used = (await mine.call('GET', '/v1/api_keys?limit=100')).body.data.filter(
      (k: { last_used_at: string | null }) => k.last_used_at !== null,
    );
    assert.deepEqual(
      used.map((k: { kind: string }) => k.kind),
      ['secret'],
    );
  });

  test('400', async () => {
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/api_keys?${query}`], { code: 'parameter_invalid', param, detail });
  });
});
