// Access tokens: how a program gets one, what it opens, and every way in which one must not be believed. What must not happen: a
// token that opens more than its access key, or goes on after it.

import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, test } from 'node:test';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { routes } from '../../src/api/native/routes.ts';
import { documentedScopes, isScope, openedBy, programAreas } from '../../src/identity/scopes.ts';
import { loadSigningKeys, rotateSigningKeys } from '../../src/identity/signing-key.ts';
import { must } from '../../src/kit/assert.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let key: { id: string; secret: string };
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const newKey = async (scopes: string[], as = w.tenant.secret) =>
  (await w.call('POST', '/v1/access_keys', { name: 'program', scopes }, { as })).body as { id: string; secret: string };
beforeEach(async () => {
  key = await newKey(['payments', 'refunds:read']);
});

const basic = ({ id, secret }: { id: string; secret: string }) =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

async function ask(form: Record<string, string>, headers: Record<string, string> = {}, url = '/oauth/token') {
  const reply = await w.app.server.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(form).toString(),
  });
  return { status: reply.statusCode, headers: reply.headers, body: reply.json() };
}
const grant = { grant_type: 'client_credentials' };
async function tokenOf(of = key, scope?: string): Promise<string> {
  const { status, body } = await ask({ ...grant, ...(scope ? { scope } : {}) }, { authorization: basic(of) });
  assert.equal(status, 200, JSON.stringify(body));
  return body.access_token;
}
const partsOf = (token: string) =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
const read = (as: string, path = '/v1/payments?limit=1') => w.call('GET', path, undefined, { as });
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the token endpoint', () => {
  test('200: a JWT by ES256 for Basic and for form credentials, at both addresses', async () => {
    const form = { ...grant, client_id: key.id, client_secret: key.secret };
    for (const reply of [
      await ask(grant, { authorization: basic(key) }),
      await ask(form),
      await ask(form, {}, '/connect/token'),
      await ask(grant, { authorization: basic(key) }, '/connect/token'),
    ]) {
      assert.equal(reply.status, 200, JSON.stringify(reply.body));
      const { access_token, ...rest } = reply.body;
      assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'payments refunds:read' });
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.match(String(reply.headers['request-id']), /^req_/);
      const [head, claims] = partsOf(access_token);
      assert.deepEqual([head.alg, head.typ], ['ES256', 'at+jwt']);
      assert.deepEqual(
        [claims.iss, claims.aud, claims.sub, claims.client_id],
        ['http://florin.test', 'http://florin.test', key.id, key.id],
      );
      assert.equal(claims.exp - claims.iat, 3600);
      assert.equal((await read(access_token)).status, 200);
    }
  });

  test('200: fewer scopes when fewer are asked for, also by one verb of an area', async () => {
    const all = await newKey(['payments', 'payments:read', 'gateway:payment-refunds']);
    const { body } = await ask({ ...grant, scope: 'payments:read' }, { authorization: basic(all) });
    assert.equal(body.scope, 'payments:read');
    assert.equal((await read(body.access_token)).status, 200);
    const paid = await w.call('POST', '/v1/payments', { amount: 1, currency: 'USD' }, { as: body.access_token });
    assert.deepEqual([paid.status, paid.body.code], [403, 'permission_denied']);
  });

  test('RFC 6749: each refusal has its own error, and says nothing of secrets', async () => {
    const authorization = basic(key);
    const refusals: [string, number, string, Record<string, string>, Record<string, string>][] = [
      [
        'a wrong secret',
        401,
        'invalid_client',
        grant,
        { authorization: basic({ ...key, secret: `acs_${'a'.repeat(40)}` }) },
      ],
      [
        'a client that is none',
        401,
        'invalid_client',
        grant,
        { authorization: basic({ ...key, id: 'ack_00000000000000000000000000' }) },
      ],
      [
        'an API key for a client',
        401,
        'invalid_client',
        grant,
        { authorization: basic({ id: key.id, secret: w.tenant.secret }) },
      ],
      ['no client', 400, 'invalid_request', grant, {}],
      ['no secret', 401, 'invalid_client', { ...grant, client_id: key.id }, {}],
      [
        'two ways at once',
        400,
        'invalid_request',
        { ...grant, client_id: key.id, client_secret: key.secret },
        { authorization },
      ],
      ['no grant', 400, 'invalid_request', {}, { authorization }],
      ['another grant', 400, 'unsupported_grant_type', { grant_type: 'password' }, { authorization }],
      ['a scope that is not the key’s', 400, 'invalid_scope', { ...grant, scope: 'refunds' }, { authorization }],
      ['a scope that nobody knows', 400, 'invalid_scope', { ...grant, scope: 'payments nothing' }, { authorization }],
      ['a scope of people', 400, 'invalid_scope', { ...grant, scope: 'users' }, { authorization }],
      [
        'another resource',
        400,
        'invalid_target',
        { ...grant, resource: 'https://elsewhere.example' },
        { authorization },
      ],
      ['a body that is no form', 400, 'invalid_request', grant, { authorization, 'content-type': 'application/json' }],
    ];
    for (const [what, status, error, form, headers] of refusals) {
      const reply = await ask(form, headers);
      assert.deepEqual([reply.status, reply.body.error], [status, error], `${what}: ${JSON.stringify(reply.body)}`);
      assert.equal(reply.body.access_token, undefined, what);
      assert.ok(!JSON.stringify(reply.body).includes(key.secret), what);
      if (status === 401 && headers.authorization) assert.match(String(reply.headers['www-authenticate']), /^Basic/);
    }
    const large = await ask({ ...grant, scope: 'x'.repeat(100_000) }, { authorization });
    assert.equal(large.status, 400);
    const other = await w.app.server.inject({ method: 'GET', url: '/oauth/token' });
    assert.equal(other.statusCode, 404);
  });

  test('is found by its document, which repeats no header of the caller', async () => {
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      const reply = await w.app.server.inject({ method: 'GET', url: path, headers: { host: 'evil.example' } });
      const body = reply.json();
      assert.equal(body.issuer, 'http://florin.test');
      assert.equal(body.token_endpoint, 'http://florin.test/oauth/token');
      assert.equal(body.jwks_uri, 'http://florin.test/.well-known/jwks.json');
      assert.ok(body.scopes_supported.includes('payments:read') && body.scopes_supported.includes('gateway:payment'));
      assert.ok(!reply.body.includes('evil'));
    }
    for (const path of ['/auth', '/token', '/me', '/token/introspection', '/reg'])
      assert.equal((await w.app.server.inject({ method: 'GET', url: path })).statusCode, 404, path);
  });

  test('the public keys prove a token, and hold nothing private', async () => {
    const { keys } = (await w.app.server.inject({ method: 'GET', url: '/.well-known/jwks.json' })).json();
    const token = await tokenOf();
    const [head] = partsOf(token);
    const jwk = must(
      keys.find((k: JWK) => k.kid === head.kid),
      'the key is published',
    );
    assert.deepEqual(Object.keys(jwk).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    const [row] = await w.env.db.query.selectFrom('signing_keys').selectAll().execute();
    const [held] = await loadSigningKeys(w.env);
    assert.ok(row && held && !row.private_key.toString('latin1').includes(String(held.private_jwk.d)), 'it is sealed');
  });
});

describe('a token is refused', () => {
  const forged = async (
    change: { head?: Record<string, unknown>; claims?: Record<string, unknown> },
    sign: (input: string) => Buffer | string | Promise<Buffer | string>,
  ) => {
    const [head, claims] = partsOf(await tokenOf());
    const input = `${base64({ ...head, ...change.head })}.${base64({ ...claims, ...change.claims })}`;
    const signature = await sign(input);
    return `${input}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`;
  };
  /** By our own key: everything else about it is what is wrong. */
  async function signed(claims: Record<string, unknown>, head: Record<string, unknown> = {}) {
    const [own] = await loadSigningKeys(w.env);
    const jwk = must(own, 'there is a key').private_jwk;
    const now = Math.floor(w.clock.now().getTime() / 1000);
    const whole = {
      iss: 'http://florin.test',
      aud: 'http://florin.test',
      sub: key.id,
      client_id: key.id,
      scope: 'payments',
      iat: now,
      exp: now + 60,
      ...claims,
    };
    const jwt = new SignJWT(Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)));
    jwt.setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: String(jwk.kid), ...head });
    return await jwt.sign(await importJWK(jwk, 'ES256'));
  }
  const invalid = (as: string) =>
    refuses(w, ['GET', '/v1/payments', undefined, { as }], {
      code: 'key_invalid',
      detail: /not valid|not spelled like/,
    });

  test('401: without a signature, by alg none, and by our public key taken for a shared secret', async () => {
    const jwk = must((await loadSigningKeys(w.env))[0], 'there is a key').public_jwk;
    const pem = createPublicKey({ key: jwk as Record<string, string>, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    for (const alg of ['none', 'None', 'NONE']) await invalid(await forged({ head: { alg } }, () => ''));
    await invalid(await forged({}, () => ''));
    for (const secret of [pem, JSON.stringify(jwk), String(jwk.x), ''])
      await invalid(
        await forged({ head: { alg: 'HS256' } }, (input) => createHmac('sha256', secret).update(input).digest()),
      );
  });

  test('401: changed, or signed by another key, also one that it brings along', async () => {
    const theirs = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(theirs.publicKey);
    const by = (head: Record<string, unknown>) =>
      new SignJWT({ scope: 'payments', client_id: key.id })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...head })
        .setIssuer('http://florin.test')
        .setAudience('http://florin.test')
        .setSubject(key.id)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(theirs.privateKey);
    const kid = must((await loadSigningKeys(w.env))[0], 'there is a key').id;
    for (const head of [{ kid }, { jwk }, { kid: 'unknown' }, {}, { kid, jku: 'https://evil.example/jwks' }])
      await invalid(await by(head));
    const [head, claims] = (await tokenOf()).split('.');
    const rest = (await tokenOf()).split('.')[2];
    await invalid(`${head}.${base64({ ...partsOf(await tokenOf())[1], scope: 'payouts' })}.${rest}`);
    await invalid(`${head}.${claims}.`);
    await invalid(`${head}.${claims}`);
    await invalid('eyJ..');
  });

  test('401: of another issuer or audience, of another kind, of nobody, or without an end', async () => {
    assert.equal((await read(await signed({}))).status, 200, 'what is signed here is believed');
    for (const claims of [
      { iss: 'https://elsewhere.example' },
      { iss: undefined },
      { aud: 'https://elsewhere.example' },
      { aud: undefined },
      { exp: undefined },
      { sub: undefined },
      { client_id: undefined },
      { client_id: 'ack_00000000000000000000000000' },
      { client_id: 'ack_00000000000000000000000000', sub: 'ack_00000000000000000000000000' },
      { nbf: Math.floor(w.clock.now().getTime() / 1000) + 600 },
    ])
      await invalid(await signed(claims));
    for (const typ of ['JWT', 'dpop+jwt']) await invalid(await signed({}, { typ }));
  });

  test('401: once it has expired, also one that was believed before', async () => {
    w.clock.stop();
    const soon = await signed({ exp: Math.floor(w.clock.now().getTime() / 1000) + 2 });
    assert.equal((await read(soon)).status, 200);
    w.clock.advance(3_000);
    w.clock.goOn();
    const over = { code: 'key_expired', detail: /Ask for a new one at \/oauth\/token/ } as const;
    await refuses(w, ['GET', '/v1/payments', undefined, { as: soon }], over);
    await refuses(w, ['GET', '/v1/payments', undefined, { as: await signed({ exp: 1_000_000 }) }], over);
  });

  test('401: of an access key that was revoked, within a minute; 403 where a scope was taken away', async () => {
    const [a, b] = [await newKey(['payments']), await newKey(['payments'])];
    const [ta, tb] = [await tokenOf(a), await tokenOf(b)];
    for (const token of [ta, tb]) assert.equal((await read(token)).status, 200);
    await w.call('DELETE', `/v1/access_keys/${a.id}`);
    await w.call('PATCH', `/v1/access_keys/${b.id}`, { scopes: ['refunds'] });
    w.clock.advance(6_000);
    await refuses(w, ['GET', '/v1/payments', undefined, { as: ta }], { code: 'key_invalid', detail: /was revoked/ });
    await refuses(w, ['GET', '/v1/payments', undefined, { as: tb }], {
      code: 'permission_denied',
      detail: /scope 'payments:read', which the access token does not have/,
    });
    assert.equal((await read(tb, '/v1/refunds')).status, 403, 'what was added comes with the next token');
  });

  test('403: as itself in a dialect, at the stream of events, and where only people may go', async () => {
    const token = await tokenOf();
    for (const path of ['/v1/users', '/v1/audit_events', '/v1/merchants', '/v1/profile', '/v1/events/stream'])
      assert.equal((await read(token, path)).status, 403, path);
  });
});

describe('a token', () => {
  test('opens its own account alone', async () => {
    const made = (await w.call('POST', '/v1/payments', { amount: 5, currency: 'USD' })).body.id;
    assert.equal((await read(await tokenOf(), `/v1/payments/${made}`)).status, 200);
    const theirs = await tokenOf(await newKey(['payments'], w.other.secret));
    assert.deepEqual(
      [(await read(theirs, `/v1/payments/${made}`)).body.code, (await read(theirs)).body.data.length],
      ['not_found', 0],
    );
  });

  test('outlives the key that signed it by as long as it lives, and not the other way round', async () => {
    const token = await tokenOf();
    const [head] = partsOf(token);
    await rotateSigningKeys(w.env, true);
    w.clock.advance(61_000);
    assert.equal((await read(token)).status, 200, 'a retired key still proves');
    const [next] = partsOf(await tokenOf());
    assert.notEqual(next.kid, head.kid, 'and signs no more');
    const kids = async () =>
      (await w.app.server.inject({ method: 'GET', url: '/.well-known/jwks.json' })).json().keys.map((k: JWK) => k.kid);
    assert.deepEqual(await kids(), [next.kid, head.kid]);
    w.clock.advance(2 * 3_600_000);
    await rotateSigningKeys(w.env);
    w.clock.advance(61_000);
    assert.deepEqual(await kids(), [next.kid]);
    w.clock.advance(-(2 * 3_600_000 + 122_000));
  });

  test('makes one signing key, however many processes begin at once', async () => {
    await w.env.db.query.deleteFrom('signing_keys').execute();
    await Promise.all(Array.from({ length: 8 }, () => loadSigningKeys(w.env)));
    const rows = await w.env.db.query.selectFrom('signing_keys').select('id').where('retired_at', 'is', null).execute();
    assert.equal(rows.length, 1);
  });
});

describe('scopes', () => {
  const names = new Set(routes.map((route) => route.op.name));
  const scopes = new Set(routes.map((route) => route.op.scope));

  test('there is one for every area that a program can reach, and both its verbs', () => {
    for (const { op } of routes) {
      if (!op.actors.includes('secret')) continue;
      const [area = ''] = op.scope.split(':');
      for (const name of [area, `${area}:read`, `${area}:write`, op.scope])
        assert.ok(isScope(name), `${op.name}: ${name}`);
      assert.ok(openedBy([area]).has(op.scope));
    }
    for (const area of ['users', 'merchants', 'profile', 'audit_events', 'installation', 'visitor'])
      assert.ok(!programAreas.includes(area) && !isScope(area), area);
  });

  test('every documented name opens what exists, and nothing that it does not say', () => {
    assert.equal(Object.keys(documentedScopes).length, 60);
    for (const [name, opened] of Object.entries(documentedScopes))
      for (const entry of opened) {
        const known = entry.includes(':') ? scopes.has(entry as `${string}:read`) || isScope(entry) : names.has(entry);
        assert.ok(known, `${name} opens ${entry}`);
      }
    const opened = (name: string) => [...openedBy([name])].sort();
    assert.deepEqual(opened('gateway:payment-captures'), ['payments.capture']);
    assert.deepEqual(opened('disputes:accept'), ['disputes.accept']);
    assert.deepEqual(opened('balances'), ['balances:read', 'balances:write']);
    assert.deepEqual(opened('fx'), ['fx_rates:read']);
    for (const name of ['issuing:controls-write', 'transfers', 'forward:secrets']) assert.deepEqual(opened(name), []);
    assert.deepEqual(opened('nothing'), []);
  });

  test('each is in docs/scopes.md', () => {
    const text = readFileSync(new URL('../../docs/scopes.md', import.meta.url), 'utf8');
    for (const name of [...programAreas, ...Object.keys(documentedScopes)])
      assert.ok(text.includes(`\`${name}\``), `write ${name} into docs/scopes.md`);
  });

  test('a documented name works from the grant to the call', async () => {
    const only = await newKey(['gateway:payment', 'Payment Context']);
    const { body } = await ask({ ...grant, scope: 'gateway:payment Payment Context' }, { authorization: basic(only) });
    assert.equal(body.scope, 'gateway:payment payment-context');
    const paid = await w.call('POST', '/v1/payments', { amount: 1, currency: 'USD' }, { as: body.access_token });
    assert.equal(paid.status, 201, paid.text);
    for (const [method, path] of [
      ['GET', `/v1/payments/${paid.body.id}`],
      ['POST', `/v1/payments/${paid.body.id}/cancel`],
      ['POST', `/v1/payments/${paid.body.id}/capture`],
    ] as const)
      assert.equal(
        (await w.call(method, path, method === 'POST' ? {} : undefined, { as: body.access_token })).status,
        403,
        path,
      );
  });
});
