// Access keys over HTTP: made, shown once, changed, rotated, revoked. What they are for, tokens, is tested in oauth.test.ts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
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

const create = async (input: Record<string, unknown> = {}) => {
  const reply = await w.call('POST', '/v1/access_keys', { name: 'job', scopes: ['payments:read'], ...input });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
};
/** Whether this secret gets a token. */
const opens = async (id: string, secret: string) => {
  const reply = await w.app.server.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }).toString(),
  });
  return reply.statusCode === 200;
};

describe('POST /v1/access_keys', () => {
  test('201: the secret is in this answer and nowhere else; the database holds a keyed hash', async () => {
    const before = await rowCounts(w);
    const k = await create({
      scopes: ['payments', 'reports:read', 'payments', 'gateway:payment', 'issuing:controls-read'],
    });
    assert.match(k.id, /^ack_[0-9a-z]{26}$/);
    assert.match(k.secret, /^acs_[0-9A-Za-z]{40}$/);
    assert.deepEqual(k, {
      id: k.id,
      object: 'access_key',
      name: 'job',
      scopes: ['payments', 'reports:read', 'gateway:payment', 'issuing:controls-read'],
      hint: `acs_…${k.secret.slice(-4)}`,
      status: 'active',
      old_secret_expires_at: null,
      created_at: k.created_at,
      last_used_at: null,
      last_used_address: null,
      secret: k.secret,
    });
    assert.deepEqual(gained(before, await rowCounts(w)), { access_keys: 1, access_key_secrets: 1 });
    for (const path of ['/v1/access_keys', `/v1/access_keys/${k.id}`])
      assert.ok(!(await w.call('GET', path)).text.includes(k.secret.slice(4, -4)), path);
    const rows = await w.env.db.query.selectFrom('access_key_secrets').selectAll().where('id', '=', k.id).execute();
    assert.ok(!JSON.stringify(rows).includes(k.secret.slice(4)) && rows[0]?.secret_hash.length === 32);
  });

  test('201: a replay shows the same access key without its secret', async () => {
    const body = { name: 'once', scopes: ['payments'] };
    const first = await w.call('POST', '/v1/access_keys', body, { key: 'once' });
    const again = await w.call('POST', '/v1/access_keys', body, { key: 'once' });
    assert.deepEqual([again.status, again.body.id, again.body.secret], [201, first.body.id, null]);
  });

  test('400: scopes', async () => {
    for (const [scopes, param] of [
      [['payment'], 'scopes[0]'],
      [['payments', 'users'], 'scopes[1]'],
      [['payments read'], 'scopes[0]'],
      [['*'], 'scopes[0]'],
      [['__proto__'], 'scopes[0]'],
    ] as const)
      await refuses(w, ['POST', '/v1/access_keys', { name: 'n', scopes }], {
        code: 'parameter_invalid',
        param,
        detail: /no scope that can be given/,
      });
    await refuses(w, ['POST', '/v1/access_keys', { name: 'n', scopes: [] }], {
      code: 'parameter_invalid',
      param: 'scopes',
      detail: /at least 1|1 to 200/,
    });
    await refuses(w, ['POST', '/v1/access_keys', { name: 'n' }], {
      code: 'parameter_missing',
      param: 'scopes',
      detail: /'scopes' is required/,
    });
  });

  test('403: a limited key gives nobody more than it has', async () => {
    const limited = await w.call('POST', '/v1/api_keys', {
      kind: 'secret',
      name: 'l',
      scopes: ['access_keys', 'payments:read'],
    });
    const as = { as: limited.body.key };
    const small = await w.call('POST', '/v1/access_keys', { name: 'small', scopes: ['payments:read'] }, as);
    assert.equal(small.status, 201, small.text);
    const wide = await create({ scopes: ['payments'] });
    for (const [method, path, body] of [
      ['POST', '/v1/access_keys', { name: 'wide', scopes: ['payments'] }],
      ['PATCH', `/v1/access_keys/${small.body.id}`, { scopes: ['refunds'] }],
      ['POST', `/v1/access_keys/${wide.id}/rotate_secret`, {}],
    ] as const)
      await refuses(w, [method, path, body, as], {
        code: 'permission_denied',
        param: 'scopes',
        detail: /do not hold yourself/,
      });
    assert.ok(await opens(wide.id, wide.secret));
  });
});

describe('an access key', () => {
  test('is listed newest first, found by its id, and never another tenant’s', async () => {
    const t = await newTenant(w.env, 'Lister');
    const mine: World = { ...w, call: (m, path, body, options) => w.call(m, path, body, { as: t.secret, ...options }) };
    const ids: string[] = [];
    for (let i = 0; i < 5; i++)
      ids.unshift((await mine.call('POST', '/v1/access_keys', { name: `k${i}`, scopes: ['files'] })).body.id);
    await walks(mine, '/v1/access_keys', ids, [1, 2, 100]);
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/access_keys?${query}`], { code: 'parameter_invalid', param, detail });
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'theirs' }],
      ['POST', '/rotate_secret', {}],
      ['DELETE', '', undefined],
    ] as const)
      await refuses(w, [method, `/v1/access_keys/${ids[0]}${path}`, body], {
        code: 'not_found',
        param: 'id',
        detail: /No access key with id/,
      });
  });

  test('has its secret rotated: the old one works until the time that was set, or ends at once', async () => {
    const k = await create();
    const until = new Date(w.clock.now().getTime() + seconds(60)).toISOString();
    const rotate = (body: unknown) => w.call('POST', `/v1/access_keys/${k.id}/rotate_secret`, body);
    const { body } = await rotate({ old_secret_expires_at: until });
    assert.deepEqual([body.id, body.old_secret_expires_at], [k.id, until]);
    assert.notEqual(body.secret, k.secret);
    assert.deepEqual([await opens(k.id, k.secret), await opens(k.id, body.secret)], [true, true]);
    w.clock.advance(seconds(60));
    assert.deepEqual([await opens(k.id, k.secret), await opens(k.id, body.secret)], [false, true]);
    assert.equal((await w.call('GET', `/v1/access_keys/${k.id}`)).body.old_secret_expires_at, null);
    const last = (await rotate({})).body;
    assert.deepEqual([await opens(k.id, body.secret), await opens(k.id, last.secret)], [false, true]);
    for (const [at, detail] of [
      [new Date(w.clock.now().getTime() - 1_000).toISOString(), /over already/],
      [new Date(w.clock.now().getTime() + 31 * 86_400_000).toISOString(), /at most 30 days/],
      ['tomorrow', /must be a time/],
    ] as const)
      await refuses(w, ['POST', `/v1/access_keys/${k.id}/rotate_secret`, { old_secret_expires_at: at }], {
        code: 'parameter_invalid',
        param: 'old_secret_expires_at',
        detail,
      });
  });

  test('that was revoked gets no token, is not changed any more, and stays in the list', async () => {
    const k = await create();
    const { status, body } = await w.call('DELETE', `/v1/access_keys/${k.id}`);
    assert.deepEqual([status, body.status], [200, 'revoked']);
    assert.equal(await opens(k.id, k.secret), false);
    assert.equal((await w.call('DELETE', `/v1/access_keys/${k.id}`)).status, 200, 'again is no error');
    for (const [method, path, input] of [
      ['PATCH', '', { name: 'x' }],
      ['POST', '/rotate_secret', {}],
    ] as const)
      await refuses(w, [method, `/v1/access_keys/${k.id}${path}`, input], {
        code: 'state_invalid',
        param: 'id',
        detail: /is revoked/,
      });
    assert.equal((await w.call('GET', `/v1/access_keys/${k.id}`)).body.status, 'revoked');
  });

  test('is written down in the audit log, without its secret', async () => {
    const k = await create();
    await w.call('DELETE', `/v1/access_keys/${k.id}`);
    const rows = await w.env.db.query
      .selectFrom('audit_events')
      .select(['action', 'entry'])
      .where('target_id', '=', k.id)
      .orderBy('position')
      .execute();
    assert.deepEqual(
      rows.map((row) => row.action),
      ['access_keys.create', 'access_keys.revoke'],
    );
    assert.ok(!JSON.stringify(rows).includes(k.secret.slice(4)));
  });
});
