// The people of a company: invited by mail, given roles and merchants, reset and disabled. Whatever changes what somebody may do ends
// their sessions at once, and a company keeps an administrator.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { days } from '../../src/kit/clock.ts';
import { readMailbox, sendDueMails } from '../../src/mail/mail.ts';
import type { Message } from '../../src/operation/context.ts';
import { addPerson, enrol, type Person, password, signedIn, signInAgain, visit } from '../kit/people.ts';
import { newTenant, openWorld, type World } from '../kit/world.ts';

let w: World;
let admin: Person;
before(async () => {
  w = await openWorld();
  admin = await signedIn(w, ['admin']);
});
after(() => w.close());

const asAdmin = (method: string, path: string, body?: unknown) =>
  visit(w, method, path, body, { cookie: admin.cookie });
const status = async (cookie: string) => (await visit(w, 'GET', '/v1/session', undefined, { cookie })).status;
const mailTo = async (email: string) => (await readMailbox(w.env, w.env.db.query)).find((m) => m.to === email);
const linkIn = async (email: string) => /dashboard\/\w+\/(\w+)/.exec((await mailTo(email))?.text ?? '')?.[1] ?? '';
const invite = async (email: string, roles = ['finance']) => {
  const merchants = [w.tenant.account.merchant_id];
  const reply = await asAdmin('POST', '/v1/users', { email, roles, merchants });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
};

describe('an invitation', () => {
  test('tells who and what for, sets the password once, and leads to the first sign-in', async () => {
    const made = await invite('Grace@Example.com', ['finance', 'operations']);
    assert.partialDeepStrictEqual(made, { email: 'grace@example.com', status: 'invited', mfa_enrolled: false });
    const token = await linkIn('grace@example.com');
    const seen = await visit(w, 'GET', `/v1/invitations/${token}`);
    assert.partialDeepStrictEqual(seen.body, {
      object: 'invitation',
      email: 'grace@example.com',
      company: 'Acme Coffee Ltd',
      roles: ['finance', 'operations'],
    });
    assert.equal((await visit(w, 'POST', '/v1/sign_in', { email: 'grace@example.com', password })).status, 401);
    const accept = (given: string) =>
      visit(w, 'POST', `/v1/invitations/${token}/accept`, { password: given, nickname: 'Grace' });
    assert.deepEqual((await accept('too short')).body.param, 'password');
    assert.equal((await accept('passwordpassword')).body.code, 'parameter_invalid');
    const replies = await Promise.all([accept(password), accept(password)]);
    assert.deepEqual(replies.map((r) => r.status).sort(), [200, 404]);
    assert.equal((await visit(w, 'GET', `/v1/invitations/${token}`)).status, 404);
    const person = await enrol(w, 'grace@example.com');
    const session = await visit(w, 'GET', '/v1/session', undefined, { cookie: person.cookie });
    assert.ok(session.body.scopes.includes('balances:read') && !session.body.scopes.includes('api_keys:read'));
  });

  test('lapses after a week; sent again it has a new link, and the old one is dead', async () => {
    const { id } = await invite('late@example.com');
    const old = await linkIn('late@example.com');
    assert.equal((await asAdmin('POST', `/v1/users/${id}/resend_invitation`)).status, 200);
    const fresh = await linkIn('late@example.com');
    assert.notEqual(fresh, old);
    assert.equal((await visit(w, 'GET', `/v1/invitations/${old}`)).status, 404);
    assert.equal((await visit(w, 'GET', `/v1/invitations/${fresh}`)).status, 200);
    w.clock.advance(days(7) + 1_000);
    admin.cookie = await signInAgain(w, admin);
    assert.equal((await visit(w, 'POST', `/v1/invitations/${fresh}/accept`, { password })).status, 404);
  });

  test('is refused for an address that somebody has, without a role or merchant, and with unknown ones', async () => {
    const merchants = [w.tenant.account.merchant_id];
    const theirs = await signedIn(w, ['admin'], { tenant: w.other });
    for (const email of [admin.email, admin.email.toUpperCase(), theirs.email]) {
      const reply = await asAdmin('POST', '/v1/users', { email, roles: ['finance'], merchants });
      assert.deepEqual([reply.status, reply.body.param], [409, 'email'], reply.text);
    }
    for (const [body, param] of [
      [{ email: 'x@example.com', roles: [], merchants }, 'roles'],
      [{ email: 'x@example.com', roles: ['owner'], merchants }, 'roles[0]'],
      [{ email: 'x@example.com', roles: ['admin'], merchants: [] }, 'merchants'],
      [{ email: 'x@example.com', roles: ['admin'], merchants: ['mcht_x'] }, 'merchants'],
      [{ email: 'x', roles: ['admin'], merchants }, 'email'],
    ] as const) {
      const reply = await asAdmin('POST', '/v1/users', body);
      assert.equal(reply.body.param, param, reply.text);
    }
  });
});

describe('an administrator', () => {
  test('lists people page by page, and sees no secret of theirs', async () => {
    const list = await asAdmin('GET', '/v1/users?limit=100');
    assert.doesNotMatch(list.text, /argon2|password_hash|totp_secret/);
    const first = await asAdmin('GET', '/v1/users?limit=1');
    assert.equal(first.body.has_more, true);
    const next = await asAdmin('GET', `/v1/users?limit=1&starting_after=${first.body.data[0].id}`);
    assert.deepEqual(
      [first.body.data[0].id, next.body.data[0].id],
      list.body.data.slice(0, 2).map((u: Person) => u.id),
    );
  });

  test('changes roles or merchants: the person’s sessions end, and the next one has the new rights', async () => {
    const person = await signedIn(w, ['finance']);
    const reply = await asAdmin('PATCH', `/v1/users/${person.id}`, { roles: ['developer'] });
    assert.deepEqual(reply.body.roles, ['developer']);
    assert.equal(await status(person.cookie), 401);
    const cookie = await signInAgain(w, person);
    const { scopes } = (await visit(w, 'GET', '/v1/session', undefined, { cookie })).body;
    assert.ok(scopes.includes('api_keys:write') && !scopes.includes('balances:read'));
    admin.cookie = await signInAgain(w, admin);
  });

  test('disables: sessions, links and half-done sign-ins end at once; enables again', async () => {
    const person = await signedIn(w, ['finance']);
    await visit(w, 'POST', '/v1/password_resets', { email: person.email });
    await w.work();
    const link = await linkIn(person.email);
    w.clock.advance(60_000);
    const half = await visit(w, 'POST', '/v1/sign_in', { email: person.email, password });
    assert.equal((await asAdmin('POST', `/v1/users/${person.id}/disable`)).body.status, 'disabled');
    assert.equal(await status(person.cookie), 401);
    const { codeAt } = await import('../kit/people.ts');
    const code = codeAt(person.secret, w.clock.now());
    const late = await visit(w, 'POST', '/v1/sign_in/totp', { challenge: half.body.challenge, code });
    assert.equal(late.status, 404);
    const reset = { token: link, password: 'copper-violin-mosaic-harbour' };
    assert.equal((await visit(w, 'POST', '/v1/password_resets/confirm', reset)).status, 404);
    assert.equal((await visit(w, 'POST', '/v1/sign_in', { email: person.email, password })).status, 401);
    assert.equal((await asAdmin('POST', `/v1/users/${person.id}/enable`)).body.status, 'active');
    assert.equal(await status(person.cookie), 401, 'an ended session stays ended');
    assert.equal(await status(await signInAgain(w, person)), 200);
  });

  test('resets a password: the old one is dead and a link goes out; resets the app: the next sign-in enrols', async () => {
    const person = await signedIn(w, ['finance']);
    const reply = await asAdmin('POST', `/v1/users/${person.id}/reset_password`);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(await status(person.cookie), 401);
    assert.equal((await visit(w, 'POST', '/v1/sign_in', { email: person.email, password })).status, 401);
    const token = await linkIn(person.email);
    assert.ok(!reply.text.includes(token), 'the administrator does not learn it');
    const fresh = 'copper-violin-mosaic-harbour';
    await visit(w, 'POST', '/v1/password_resets/confirm', { token, password: fresh });
    const cookie = await signInAgain(w, person, fresh);
    assert.equal((await asAdmin('POST', `/v1/users/${person.id}/reset_mfa`)).body.mfa_enrolled, false);
    assert.equal(await status(cookie), 401);
    const again = await enrol(w, person.email, fresh);
    assert.notEqual(again.secret, person.secret);
    assert.ok(again.recovery_codes.every((one) => !person.recovery_codes.includes(one)));
    admin.cookie = await signInAgain(w, admin);
  });

  test('the last one stays: not disabled, not demoted, also when two try to end each other', async () => {
    const tenant = await newTenant(w.env, 'Lonely');
    const one = await signedIn(w, ['admin'], { tenant });
    const alone = (method: string, path: string, body: unknown) => visit(w, method, path, body, { cookie: one.cookie });
    const demoted = await alone('PATCH', `/v1/users/${one.id}`, { roles: ['finance'] });
    assert.deepEqual([demoted.status, demoted.body.code], [409, 'state_invalid']);
    assert.equal((await alone('POST', `/v1/users/${one.id}/disable`, {})).status, 409);
    const two = await signedIn(w, ['admin'], { tenant });
    const both = await Promise.all([
      visit(w, 'POST', `/v1/users/${two.id}/disable`, {}, { cookie: one.cookie }),
      visit(w, 'POST', `/v1/users/${one.id}/disable`, {}, { cookie: two.cookie }),
    ]);
    assert.equal(both.filter((r) => r.status === 200).length, 1, both.map((r) => r.text).join());
  });
});

describe('a profile', () => {
  test('changes nickname, phone and picture; id, address and roles cannot be changed', async () => {
    const person = await signedIn(w, ['finance']);
    const patch = (body: unknown) => visit(w, 'PATCH', '/v1/profile', body, { cookie: person.cookie });
    assert.equal((await patch({ nickname: 'Ada', phone: '+44 20 7946 0000' })).body.nickname, 'Ada');
    for (const field of ['id', 'email', 'roles', 'installation_admin'])
      assert.equal((await patch({ [field]: 'x' })).body.code, 'parameter_unknown');
    const big = await sharp({ create: { width: 900, height: 600, channels: 3, background: 'teal' } })
      .jpeg()
      .withExif({ IFD0: { Copyright: 'a secret place' } })
      .toBuffer();
    const reply = await patch({ avatar: { content_base64: big.toString('base64') } });
    assert.equal(reply.status, 200, reply.text);
    const { pathname } = new URL(reply.body.avatar_url);
    const shown = await w.app.server.inject({ method: 'GET', url: pathname });
    assert.equal(shown.headers['content-type'], 'image/png');
    assert.equal(shown.headers['x-content-type-options'], 'nosniff');
    const drawn = await sharp(shown.rawPayload).metadata();
    assert.deepEqual([drawn.format, drawn.width, drawn.height, drawn.exif], ['png', 512, 512, undefined]);
    assert.equal((await patch({ avatar: null })).body.avatar_url, null);
  });

  test('resets the own app for who knows the password: sessions end, and the next sign-in enrols', async () => {
    const person = await signedIn(w, ['finance']);
    const reset = (current_password: string) =>
      visit(w, 'POST', '/v1/profile/reset_mfa', { current_password }, { cookie: person.cookie });
    assert.equal((await reset('not the password')).body.param, 'current_password');
    assert.equal(await status(person.cookie), 200);
    assert.equal((await reset(password)).body.mfa_enrolled, false);
    assert.equal(await status(person.cookie), 401);
    assert.notEqual((await enrol(w, person.email)).secret, person.secret);
  });

  test('refuses what is no picture, whatever it calls itself', async () => {
    const person = await signedIn(w, ['finance']);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>').toString(
      'base64',
    );
    const broken = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('nonsense')]).toString('base64');
    const huge = (
      await sharp({ create: { width: 6000, height: 5000, channels: 3, background: 'red' } })
        .png({ compressionLevel: 9 })
        .toBuffer()
    ).toString('base64');
    for (const content_base64 of [svg, broken, huge, 'not base64!', Buffer.alloc(2_100_000).toString('base64')]) {
      const reply = await visit(w, 'PATCH', '/v1/profile', { avatar: { content_base64 } }, { cookie: person.cookie });
      assert.deepEqual([reply.status, reply.body.param], [400, 'content_base64'], reply.text);
    }
  });
});

describe('mail', () => {
  test('is sent once taken, tried again when it is not, and its text is gone then', async () => {
    const taken: Message[] = [];
    let down = true;
    const mailer = {
      async send(message: Message) {
        if (down) throw new Error('no connection');
        taken.push(message);
      },
    };
    const sending = await openWorld({ mailer });
    try {
      const { email } = await addPerson(sending, ['finance']);
      await visit(sending, 'POST', '/v1/password_resets', { email });
      await sending.work();
      assert.equal(taken.length, 0);
      down = false;
      sending.clock.advance(5_000);
      await Promise.all([sendDueMails(sending.env), sendDueMails(sending.env)]);
      assert.deepEqual(
        taken.map((m) => m.to),
        [email],
      );
      assert.match(taken[0]?.text ?? '', /dashboard\/reset\/\w{43}/);
      const rows = await sending.env.db.query.selectFrom('mails').selectAll().execute();
      assert.deepEqual(
        rows.map((row) => [row.body, row.sent_at === null]),
        [[null, false]],
      );
      assert.equal(
        (await sending.app.server.inject({ url: '/mailbox', headers: { host: 'localhost' } })).statusCode,
        404,
      );
    } finally {
      await sending.close();
    }
  });

  test('waits in the mailbox of a local installation, for this machine alone', async () => {
    const local = await openWorld({ settings: { PUBLIC_URL: 'http://localhost:4242' } });
    try {
      const { email } = await addPerson(local, ['finance'], { email: 'a"<b>@example.com' });
      const row = { id: 'rset_1', email, address: '', browser: '', created_at: local.clock.now() };
      await local.env.db.query.insertInto('reset_requests').values(row).execute();
      await local.work();
      const look = (remoteAddress: string, host: string) =>
        local.app.server.inject({ method: 'GET', url: '/mailbox', remoteAddress, headers: { host } });
      const page = await look('127.0.0.1', 'localhost:4242');
      assert.equal(page.statusCode, 200);
      assert.match(page.body, /href="http:\/\/localhost:4242\/dashboard\/reset\/\w{43}"/);
      assert.doesNotMatch(page.body, /<b>/);
      assert.equal((await look('203.0.113.9', 'localhost:4242')).statusCode, 404);
      assert.equal((await look('127.0.0.1', 'rebound.example')).statusCode, 404);
      assert.equal((await w.app.server.inject({ url: '/mailbox', headers: { host: 'localhost' } })).statusCode, 404);
    } finally {
      await local.close();
    }
  });
});
