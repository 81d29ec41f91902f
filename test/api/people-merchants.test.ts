// Merchants and their review, and the audit log: every administrative act is written down with it, masked, chained, and for ever.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import sharp from 'sharp';
import { tellUnended } from '../../src/identity/audit.ts';
import { openFirstAdmin } from '../../src/identity/first-admin.ts';
import { must } from '../../src/kit/assert.ts';
import { minutes } from '../../src/kit/clock.ts';
import { merchantsCommand } from '../../src/merchant-command.ts';
import { operate } from '../../src/operator.ts';
import { verifyAll } from '../../src/verify.ts';
import { codeAt, cookieIn, enrol, type Person, signedIn, visit } from '../kit/people.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let admin: Person;
let root: Person;
/** Where an act ends as if its process had died. */
let dies_at: string | undefined;
before(async () => {
  w = await openWorld({
    probe(point) {
      if (point === dies_at) throw new Error('the process died here');
    },
  });
  admin = await signedIn(w, ['admin']);
  root = await signedIn(w, ['admin'], { tenant: w.other, installation_admin: true });
});
after(() => w.close());

const asAdmin = (method: string, path: string, body?: unknown, account?: string) =>
  visit(w, method, path, body, { cookie: admin.cookie, ...(account === undefined ? {} : { account }) });
const asRoot = (method: string, path: string, body?: unknown) => visit(w, method, path, body, { cookie: root.cookie });
const entries = async (query = '') => (await asAdmin('GET', `/v1/audit_events?limit=100${query}`)).body.data;

describe('a new merchant', () => {
  test('takes no live payment until the installation approves it, however often it is switched', async () => {
    const made = (await asAdmin('POST', '/v1/merchants', { name: 'Tea Shop', currency: 'EUR' })).body;
    assert.partialDeepStrictEqual(made, { status: 'pending_review', approved_at: null, name: 'Tea Shop' });
    const [sandbox, live] = made.accounts.map((a: { id: string }) => a.id);
    const pay = (account: string) =>
      asAdmin('POST', '/v1/payments', { amount: 1000, currency: 'EUR', description: 'tea' }, account);
    assert.equal((await pay(sandbox)).status, 201);
    const refused = await pay(live);
    assert.deepEqual([refused.status, refused.body.code], [403, 'permission_denied']);
    assert.match(refused.body.detail, /under review/);
    assert.equal((await asAdmin('POST', `/v1/merchants/${made.id}/approve`)).status, 403);
    assert.equal((await asAdmin('POST', `/v1/merchants/${made.id}/disable`)).body.status, 'disabled');
    assert.equal((await pay(sandbox)).status, 403);
    assert.equal((await asAdmin('POST', `/v1/merchants/${made.id}/enable`)).body.status, 'pending_review');
    const waiting = await asRoot('GET', '/v1/merchants?scope=installation');
    assert.deepEqual(
      waiting.body.data.map((m: { id: string }) => m.id),
      [made.id],
    );
    assert.equal((await asAdmin('GET', '/v1/merchants?scope=installation')).status, 403);
    assert.equal((await asRoot('POST', `/v1/merchants/${made.id}/approve`)).body.status, 'active');
    assert.equal((await asRoot('POST', `/v1/merchants/${made.id}/approve`)).body.code, 'state_invalid');
    // Approved, it meets the next refusal: no provider is connected to a live account.
    assert.equal((await pay(live)).body.code, 'feature_unavailable');
  });

  test('what the installation disabled the company does not enable', async () => {
    const { id } = (await asAdmin('POST', '/v1/merchants', { name: 'Closed', currency: 'USD' })).body;
    const account_id = w.tenant.account.account_id;
    const approved = await operate(w.env, { name: 'merchants.approve', account_id, json: JSON.stringify({ id }) });
    assert.equal(JSON.parse(approved).status, 'active');
    assert.equal((await asRoot('POST', `/v1/merchants/${id}/disable`)).body.status, 'disabled');
    await asAdmin('POST', `/v1/merchants/${id}/disable`);
    const reply = await asAdmin('POST', `/v1/merchants/${id}/enable`);
    assert.deepEqual([reply.status, reply.body.code], [403, 'permission_denied']);
    assert.equal((await asRoot('POST', `/v1/merchants/${id}/enable`)).body.status, 'active');
  });

  test('is renamed, moved to another zone, and given a logo that is drawn anew', async () => {
    const id = w.tenant.account.merchant_id;
    const zone = await asAdmin('PATCH', `/v1/merchants/${id}`, { time_zone: 'Mars/Olympus' });
    assert.equal(zone.body.param, 'time_zone');
    const changed = await asAdmin('PATCH', `/v1/merchants/${id}`, { name: 'Acme', time_zone: 'Asia/Tokyo' });
    assert.partialDeepStrictEqual(changed.body, { name: 'Acme', time_zone: 'Asia/Tokyo' });
    const wide = await sharp({ create: { width: 2000, height: 500, channels: 3, background: 'navy' } })
      .webp()
      .toBuffer();
    const logo = await asAdmin('POST', `/v1/merchants/${id}/logo`, { content_base64: wide.toString('base64') });
    const shown = await w.app.server.inject({ url: new URL(logo.body.logo_url).pathname });
    const { width, height } = await sharp(shown.rawPayload).metadata();
    assert.deepEqual([width, height], [512, 128]);
    const before_ = (await entries(`&target=${id}&action=merchants.update`))[0];
    assert.deepEqual([before_.before.name, before_.after.name], ['Acme Coffee', 'Acme']);
  });
});

describe('the audit log', () => {
  test('has who, what, when, from where, and how it was before and after', async () => {
    const key = await asAdmin('POST', '/v1/api_keys', { kind: 'secret', name: 'till' });
    const [made] = await entries('&action=api_keys.create');
    assert.partialDeepStrictEqual(made, {
      object: 'audit_event',
      action: 'api_keys.create',
      actor: { kind: 'user', id: admin.id, name: admin.email },
      account: w.tenant.account.account_id,
      target: key.body.id,
      before: null,
      address: '198.51.100.7',
      browser: 'Test Browser 1.0',
      request_id: key.headers['request-id'],
    });
    assert.equal(made.after.name, 'till');
    assert.ok(!JSON.stringify(made).includes(key.body.key), 'the key is not in it');
    await asAdmin('DELETE', `/v1/api_keys/${key.body.id}`);
    assert.equal((await entries(`&target=${key.body.id}`)).length, 2);
  });

  test('holds acts of keys, of the command line and of refunds, and not payments by key', async () => {
    const endpoint = await w.call('POST', '/v1/webhook_endpoints', { url: 'https://example.com/hook', events: ['*'] });
    const [by_key] = await entries('&action=webhook_endpoints.create');
    assert.equal(by_key.actor.kind, 'api_key');
    assert.ok(!JSON.stringify(by_key).includes(endpoint.body.secret));
    const account_id = w.tenant.account.account_id;
    await operate(w.env, { name: 'account.configure', account_id, json: '{"settlement_delay_days":1}' });
    const [configured] = await entries('&action=account.configure');
    assert.deepEqual([configured.before.settlement_delay_days, configured.after.settlement_delay_days], [2, 1]);
    const payment = await w.call('POST', '/v1/payments', { amount: 1000, currency: 'USD', token: await w.token() });
    assert.deepEqual(
      await entries('&action=payments.create').then((list) => list.length),
      1,
      'that of a person, above',
    );
    const refund = await asAdmin('POST', '/v1/refunds', { payment: payment.body.id, amount: 100 });
    assert.equal(refund.status, 201, refund.text);
    const [refunded] = await entries('&action=refunds.create');
    assert.deepEqual([refunded.actor.id, refunded.after.amount], [admin.id, 100]);
    assert.ok((await entries('&action=sign_in.completed')).length > 0);
  });

  test('has no card number, and no token that could be used', async () => {
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
    const made = await asAdmin('POST', '/v1/tokens', { card });
    assert.equal(made.status, 201, made.text);
    const { rows } = await sql<{ text: string }>`select string_agg(e::text, ' ') as text from audit_events e`.execute(
      w.env.db.query,
    );
    const text = rows[0]?.text ?? '';
    assert.match(text, /tokens\.create/);
    for (const secret of [card.number, made.body.id, made.body.id.split('~')[1]]) assert.ok(!text.includes(secret));
  });

  test('a refused act leaves no entry, and a repeated one leaves one', async () => {
    const count = async () => (await entries()).length;
    const before_ = await count();
    assert.equal(
      (await asAdmin('POST', '/v1/users', { email: admin.email, roles: ['admin'], merchants: ['x'] })).status,
      409,
    );
    assert.equal((await asAdmin('DELETE', '/v1/api_keys/key_none')).status, 404);
    assert.equal(await count(), before_);
    const payment = await w.call('POST', '/v1/payments', { amount: 1000, currency: 'USD', token: await w.token() });
    const refund = () =>
      visit(
        w,
        'POST',
        '/v1/refunds',
        { payment: payment.body.id, amount: 1 },
        {
          cookie: admin.cookie,
          headers: { 'idempotency-key': 'audit-once' },
        },
      );
    assert.equal((await refund()).body.id, (await refund()).body.id);
    assert.equal(await count(), before_ + 1);
  });

  test('tells of an act whose process dies after its effect, once; of one that is refused midway it keeps nothing', async () => {
    const payment = await w.call('POST', '/v1/payments', { amount: 1000, currency: 'USD', token: await w.token() });
    const refund = (amount: number) => asAdmin('POST', '/v1/refunds', { payment: payment.body.id, amount });
    const begun = async () =>
      (await w.env.db.query.selectFrom('audit_begun').select('act').execute()).map(({ act }) => JSON.stringify(act));
    assert.equal((await refund(2000)).status, 422);
    assert.deepEqual(await begun(), []);
    dies_at = 'refund.settled';
    assert.equal((await refund(10)).status, 500);
    dies_at = undefined;
    assert.equal((await refund(20)).status, 201);
    const [act, ...more] = await begun();
    assert.deepEqual(more, []);
    assert.match(act ?? '', /"action":"refunds.create"/);

    const told = async () =>
      (await entries('&action=refunds.create')).map((entry: { after: unknown; actor: { id: string } }) => [
        entry.actor.id,
        entry.after,
      ]);
    const before_ = await told();
    assert.equal(await tellUnended(w.env), 0, 'it may still be under way');
    w.clock.advance(minutes(11));
    assert.equal(
      (await Promise.all([tellUnended(w.env), tellUnended(w.env)])).reduce((a, b) => a + b),
      1,
    );
    assert.deepEqual(await told(), [[admin.id, { outcome: 'unknown' }], ...before_]);
    assert.deepEqual(await begun(), []);
  });

  test('is filtered by actor, time and page, and downloads as inert CSV', async () => {
    await asAdmin('PATCH', '/v1/profile', { nickname: '=HYPERLINK("x")' });
    const all = await entries();
    const first = await asAdmin('GET', '/v1/audit_events?limit=2');
    const second = await asAdmin('GET', `/v1/audit_events?limit=2&starting_after=${first.body.data[1].id}`);
    const ids = (list: { id: string }[]) => list.map((e) => e.id);
    assert.deepEqual([...ids(first.body.data), ...ids(second.body.data)], ids(all).slice(0, 4));
    assert.deepEqual(await entries('&actor=nobody'), []);
    assert.deepEqual(await entries('&to=2001-01-01T00:00:00Z'), []);
    assert.equal((await entries('&from=2001-01-01T00:00:00Z')).length, all.length);
    assert.equal((await asAdmin('GET', '/v1/audit_events?from=soon')).body.param, 'from');
    const csv = await asAdmin('GET', '/v1/audit_events/export');
    assert.match(String(csv.headers['content-type']), /^text\/csv/);
    const lines = csv.text.trim().split('\r\n');
    assert.equal(lines.length, all.length + 1);
    assert.ok(lines.every((line) => !/(^|,)"?[=+@]/.test(line)));
  });

  test('cannot be changed by the application, and a change behind its back is found', async () => {
    for (const act of [
      sql`update audit_events set entry = '{}'`,
      sql`delete from audit_events`,
      sql`truncate audit_events`,
      sql`delete from audit_chains`,
    ]) {
      await assert.rejects(act.execute(w.env.db.query), /permission denied/);
    }
    await w.verify();
    const owner = new pg.Client({ connectionString: w.url });
    await owner.connect();
    try {
      await assert.rejects(owner.query('delete from audit_events'), /append-only/);
      const broken = async (change: string) => {
        await owner.query('alter table audit_events disable trigger user');
        await owner.query('create table kept as select * from audit_events');
        await owner.query(change);
        const failed = (await verifyAll(w.env.db.query)).filter((f) => !f.ok && f.name.includes('audit'));
        assert.ok(failed.length > 0, change);
        await owner.query('truncate audit_events');
        await owner.query('insert into audit_events select * from kept');
        await owner.query('drop table kept');
        await owner.query('alter table audit_events enable trigger user');
      };
      await broken(`update audit_events set entry = replace(entry, 'till', 'hill') where action = 'api_keys.create'`);
      await broken(`update audit_events set actor_id = 'somebody else' where action = 'api_keys.create'`);
      await broken(`delete from audit_events where position = 2`);
      await broken(
        `delete from audit_events e where position = (select max(position) from audit_events where company_id = e.company_id)`,
      );
    } finally {
      await owner.end();
    }
    await w.verify();
  });
});

test('the command line lists who waits for review, and approves', async () => {
  const { id } = (await asAdmin('POST', '/v1/merchants', { name: 'Waiting Room', currency: 'USD' })).body;
  const said: string[] = [];
  const tools = { env: w.env, say: (line: string) => said.push(line), usual: async () => w.tenant.account.account_id };
  await merchantsCommand(tools, []);
  assert.match(said.join('\n'), new RegExp(`${id}  Waiting Room of Acme Coffee Ltd`));
  await merchantsCommand(tools, ['approve', id]);
  assert.equal((await asAdmin('GET', `/v1/merchants/${id}`)).body.status, 'active');
  const [approved] = await entries(`&target=${id}&action=merchants.approve`);
  assert.deepEqual(
    [approved.actor.kind, approved.before.status, approved.after.status],
    ['system', 'pending_review', 'active'],
  );
  await assert.rejects(merchantsCommand(tools, ['approve', 'mcht_x']), /There is no merchant/);
  await assert.rejects(merchantsCommand(tools, ['approve', id]), /only one 'pending_review' is approved/);
});

test('the first administrator is made once, by setting, and the printed password ends with the first sign-in', async () => {
  const fresh = await openWorld({ settings: { ADMIN_EMAIL: 'Boss@Example.com' } });
  try {
    const open = () => openFirstAdmin(fresh.env, fresh.tenant.account.account_id);
    const one = await open();
    const two = await open();
    assert.equal(one.email, 'boss@example.com');
    assert.match(must(two.password, 'nobody has signed in'), /^(\w{5}-){3}\w{5}$/);
    const stale = await visit(fresh, 'POST', '/v1/sign_in', { email: one.email, password: one.password });
    assert.equal(stale.status, 401, 'a new start makes a new one');
    const person = await enrol(fresh, one.email, two.password);
    const session = await visit(fresh, 'GET', '/v1/session', undefined, { cookie: person.cookie });
    assert.partialDeepStrictEqual(session.body.user, {
      installation_admin: true,
      password_temporary: true,
      roles: ['admin'],
    });
    assert.equal(session.body.password_change_required, true);
    assert.equal((await open()).password, undefined);
    assert.equal((await fresh.env.db.query.selectFrom('users').select('id').execute()).length, 1);
  } finally {
    await fresh.close();
  }
});

test('a printed password opens nothing but its own change', async () => {
  const fresh = await openWorld();
  try {
    const made = await openFirstAdmin(fresh.env, fresh.tenant.account.account_id);
    const printed = must(made.password, 'nobody has signed in');
    const { cookie } = await enrol(fresh, made.email, printed);
    const call = (method: string, path: string, body?: unknown) => visit(fresh, method, path, body, { cookie });
    for (const [method, path, body] of [
      ['GET', '/v1/payments'],
      ['GET', '/v1/profile'],
      ['GET', '/v1/sessions'],
      ['GET', '/v1/events/stream'],
      ['GET', '/v1/reports/payments'],
      ['PATCH', '/v1/profile', { nickname: 'Boss' }],
      ['POST', '/v1/api_keys', { kind: 'secret', name: 'mine' }],
      ['POST', '/v1/users', { email: 'friend@example.com', roles: ['admin'] }],
      ['POST', '/v1/profile/reset_mfa', { current_password: printed }],
    ] as const) {
      const refused = await call(method, path, body);
      assert.equal(refused.status, 403, `${method} ${path}: ${refused.text}`);
      assert.equal(refused.body.code, 'password_change_required', `${method} ${path}`);
    }
    const keys = await fresh.env.db.query.selectFrom('api_keys').select('id').where('name', '=', 'mine').execute();
    assert.deepEqual(keys, []);

    const change = (new_password: string) =>
      call('POST', '/v1/profile/password', { current_password: printed, new_password });
    const same = await change(printed);
    assert.deepEqual([same.status, same.body.param], [400, 'new_password'], same.text);
    assert.equal((await call('GET', '/v1/payments')).status, 403, 'a change that was refused changed nothing');
    const changed = await change('copper-meadow-lantern-52');
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.body.password_temporary, false);
    assert.equal((await call('GET', '/v1/payments')).status, 200, 'the same session goes on');
    assert.equal((await call('GET', '/v1/session')).body.password_change_required, false);
  } finally {
    await fresh.close();
  }
});

test('on this machine alone the sandbox may be tried out with the printed password, and live may not', async () => {
  for (const [host, public_url, expected] of [
    ['127.0.0.1', 'http://localhost:4242', 200],
    // Who listens everywhere is reached from elsewhere, whatever they call themselves.
    ['0.0.0.0', 'http://localhost:4242', 403],
    ['127.0.0.1', 'https://pay.example.com', 403],
  ] as const) {
    const fresh = await openWorld({ settings: { HOST: host, PUBLIC_URL: public_url } });
    try {
      const made = await openFirstAdmin(fresh.env, fresh.tenant.account.account_id);
      const headers = { origin: new URL(public_url).origin };
      const at = (method: string, path: string, body?: unknown, more: { cookie?: string; account?: string } = {}) =>
        visit(fresh, method, path, body, { headers, ...more });
      const first = await at('POST', '/v1/sign_in', { email: made.email, password: made.password });
      const code = codeAt(first.body.totp.secret, fresh.clock.now());
      const done = await at('POST', '/v1/sign_in/totp', { challenge: first.body.challenge, code });
      assert.equal(done.body.password_change_required, expected === 403, `${host} ${public_url}: ${done.text}`);
      const cookie = must(cookieIn(done), 'a cookie was set');
      assert.equal((await at('GET', '/v1/payments', undefined, { cookie })).status, expected, `${host} ${public_url}`);
      const account = done.body.merchants[0].accounts[1].id;
      const live = await at('GET', '/v1/payments', undefined, { cookie, account });
      assert.equal(live.body.code, 'password_change_required', `${host} ${public_url}: live`);
    } finally {
      await fresh.close();
    }
  }
});
