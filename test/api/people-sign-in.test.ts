// Signing in: password, code, recovery codes, locks and limits; what a session is worth and when it ends. Nothing tells whether an
// address is anybody's, and no secret stands in a table.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { hours, minutes, seconds } from '../../src/kit/clock.ts';
import { addPerson, codeAt, cookieIn, enrol, password, signedIn, signInAgain, visit } from '../kit/people.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const challengeOf = async (email: string): Promise<string> => {
  const reply = await visit(w, 'POST', '/v1/sign_in', { email, password });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.challenge;
};
const finish = (challenge: string, given: Record<string, unknown>) =>
  visit(w, 'POST', '/v1/sign_in/totp', { challenge, ...given });
const works = async (cookie: string) => (await visit(w, 'GET', '/v1/session', undefined, { cookie })).status;

describe('the first sign-in', () => {
  test('enrols an app by secret, address and picture, sets a guarded cookie, and shows recovery codes once', async () => {
    const { email } = await addPerson(w, ['admin']);
    const first = await visit(w, 'POST', '/v1/sign_in', { email: email.toUpperCase(), password });
    assert.equal(first.body.next, 'enrol_totp', first.text);
    assert.match(first.body.totp.uri, /^otpauth:\/\/totp\/Florin/);
    assert.match(first.body.totp.qr_svg, /^<svg/);
    assert.equal(cookieIn(first), undefined, 'a password alone opens nothing');
    const { secret } = first.body.totp;
    const done = await finish(first.body.challenge, { code: codeAt(secret, w.clock.now()) });
    assert.equal(done.status, 200, done.text);
    assert.match(
      String(done.headers['set-cookie']),
      /^florin_session=[A-Za-z0-9]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
    );
    assert.equal(new Set(done.body.recovery_codes).size, 10);
    assert.equal(done.body.user.email, email);
    assert.ok(!done.text.includes(cookieIn(done) ?? '-'), 'the token is in the cookie alone');
    const cookie = cookieIn(done);
    const session = await visit(w, 'GET', '/v1/session', undefined, { cookie });
    assert.equal(session.status, 200, session.text);
    assert.equal(session.body.account.id, w.tenant.account.account_id);
    assert.deepEqual(
      session.body.merchants[0].accounts.map((a: { mode: string }) => a.mode),
      ['sandbox', 'live'],
    );
    assert.ok(session.body.scopes.includes('users:write') && !session.body.scopes.includes('installation:write'));
    assert.equal(session.body.recovery_codes, undefined);
  });

  test('an https installation marks the cookie Secure', async () => {
    const secure = await openWorld({ settings: { PUBLIC_URL: 'https://florin.test' } });
    try {
      const { email } = await addPerson(secure, ['admin']);
      const headers = { origin: 'https://florin.test' };
      const first = await visit(secure, 'POST', '/v1/sign_in', { email, password }, { headers });
      const code = codeAt(first.body.totp.secret, secure.clock.now());
      const done = await visit(
        secure,
        'POST',
        '/v1/sign_in/totp',
        { challenge: first.body.challenge, code },
        { headers },
      );
      assert.match(String(done.headers['set-cookie']), /; Secure$/);
    } finally {
      await secure.close();
    }
  });

  test('no table holds the password, the TOTP secret, the token or a recovery code', async () => {
    const person = await signedIn(w, ['developer']);
    const client = new pg.Client({ connectionString: w.url });
    await client.connect();
    try {
      for (const table of ['users', 'user_sessions', 'user_tokens', 'recovery_codes', 'audit_events', 'mails']) {
        const { rows } = await client.query(`select coalesce(string_agg(t::text, ' '), '') as text from ${table} t`);
        const hex = (text: string) => Buffer.from(text).toString('hex');
        for (const secret of [password, person.secret, person.cookie, ...person.recovery_codes]) {
          assert.ok(!rows[0].text.includes(secret) && !rows[0].text.includes(hex(secret)), table);
        }
      }
    } finally {
      await client.end();
    }
  });
});

describe('a code', () => {
  test('works once, one step early or late, and no further', async () => {
    const person = await signedIn(w, ['finance']);
    w.clock.advance(minutes(5));
    const now = w.clock.now();
    const at = (steps: number) => codeAt(person.secret, new Date(now.getTime() + seconds(30) * steps));
    for (const steps of [-3, -2, 2, 3]) {
      const reply = await finish(await challengeOf(person.email), { code: at(steps) });
      assert.deepEqual([reply.status, reply.body.code], [401, 'sign_in_refused'], `${steps} steps`);
    }
    assert.equal((await finish(await challengeOf(person.email), { code: at(-1) })).status, 200);
    const again = await finish(await challengeOf(person.email), { code: at(-1) });
    assert.deepEqual([again.status, again.body.code], [401, 'sign_in_refused']);
    assert.equal((await finish(await challengeOf(person.email), { code: at(1) })).status, 200);
    const older = await finish(await challengeOf(person.email), { code: at(0) });
    assert.equal(older.status, 401, 'a step before the last one taken is gone, too');
  });

  test('of eight sign-ins at once with one code, one succeeds', async () => {
    const person = await signedIn(w, ['finance']);
    w.clock.advance(minutes(20));
    const challenges = await Promise.all(Array.from({ length: 8 }, () => challengeOf(person.email)));
    const code = codeAt(person.secret, w.clock.now());
    const replies = await Promise.all(challenges.map((challenge) => finish(challenge, { code })));
    assert.equal(replies.filter((r) => r.status === 200).length, 1);
    const one = await challengeOf(person.email);
    w.clock.advance(minutes(2));
    const next = codeAt(person.secret, w.clock.now());
    const twice = await Promise.all([finish(one, { code: next }), finish(one, { code: next })]);
    assert.equal(twice.filter((r) => r.status === 200).length, 1, 'a challenge is good for one sign-in');
    assert.equal((await finish(one, { code: next })).body.code, 'not_found');
  });

  test('ten wrong ones lock for half an hour, also against the right one and many at once', async () => {
    const person = await signedIn(w, ['finance']);
    w.clock.advance(minutes(20));
    const challenge = await challengeOf(person.email);
    const tries = await Promise.all(Array.from({ length: 30 }, () => finish(challenge, { code: '000000' })));
    assert.equal(tries.filter((r) => r.status === 401).length, 10);
    assert.equal(tries.filter((r) => r.status === 429).length, 20);
    const right = await finish(challenge, { code: codeAt(person.secret, w.clock.now()) });
    assert.equal(right.status, 429, right.text);
    assert.ok(Number(right.headers['retry-after']) > 1700);
    const by_recovery = await finish(challenge, { recovery_code: person.recovery_codes[0] });
    assert.equal(by_recovery.status, 429, 'recovery codes are no way around the lock');
    w.clock.advance(minutes(30) + 1_000);
    const later = await finish(await challengeOf(person.email), { code: codeAt(person.secret, w.clock.now()) });
    assert.equal(later.status, 200, later.text);
  });

  test('a recovery code works once, in any spelling, and only for its owner', async () => {
    const person = await signedIn(w, ['finance']);
    const other = await signedIn(w, ['finance']);
    const [code = ''] = person.recovery_codes;
    const stranger = await finish(await challengeOf(other.email), { recovery_code: code });
    assert.equal(stranger.status, 401);
    const plain = code.replaceAll('-', '').toUpperCase();
    assert.equal((await finish(await challengeOf(person.email), { recovery_code: plain })).status, 200);
    assert.equal((await finish(await challengeOf(person.email), { recovery_code: code })).status, 401);
  });

  test('a challenge lapses, and a code without one opens nothing', async () => {
    const person = await signedIn(w, ['finance']);
    const challenge = await challengeOf(person.email);
    w.clock.advance(minutes(10) + 1_000);
    const late = await finish(challenge, { code: codeAt(person.secret, w.clock.now()) });
    assert.deepEqual([late.status, late.body.param], [404, 'challenge']);
    assert.equal((await finish('x'.repeat(43), { code: '123456' })).status, 404);
    const both = await finish(challenge, { code: '123456', recovery_code: 'abcd-abcd-abcd' });
    assert.equal(both.body.code, 'parameter_invalid');
  });
});

describe('an address', () => {
  test('of nobody, of somebody disabled or invited, and a wrong password: the same answer', async () => {
    const active = await addPerson(w, ['finance']);
    const disabled = await addPerson(w, ['finance']);
    await w.env.db.query.updateTable('users').set({ status: 'disabled' }).where('id', '=', disabled.id).execute();
    const asked = [
      { email: 'nobody@example.com', password },
      { email: disabled.email, password },
      { email: active.email, password: 'not the password at all' },
    ];
    const answers = await Promise.all(asked.map((body) => visit(w, 'POST', '/v1/sign_in', body)));
    for (const reply of answers) {
      assert.equal(reply.status, 401);
      const { request_id: _, ...rest } = reply.body;
      const { request_id: __, ...first } = answers[0]?.body ?? {};
      assert.deepEqual(rest, first);
    }
  });

  test('is limited the same whether it is anybody’s or not, and a good sign-in forgets the tries', async () => {
    const { email } = await addPerson(w, ['finance']);
    for (const tried of [email, 'nobody-limited@example.com']) {
      for (let i = 0; i < 10; i++) {
        const reply = await visit(
          w,
          'POST',
          '/v1/sign_in',
          { email: tried, password: 'wrong' },
          { address: `10.1.1.${i}` },
        );
        assert.equal(reply.status, 401);
      }
      const over = await visit(w, 'POST', '/v1/sign_in', { email: tried, password }, { address: '10.1.2.1' });
      assert.deepEqual([over.status, over.body.code], [429, 'rate_limited']);
      assert.ok(Number(over.headers['retry-after']) > 0);
    }
    w.clock.advance(minutes(15) + 1_000);
    await visit(w, 'POST', '/v1/sign_in', { email, password: 'wrong' });
    await challengeOf(email);
    for (let i = 0; i < 9; i++) await visit(w, 'POST', '/v1/sign_in', { email, password: 'wrong' });
    await challengeOf(email);
  });

  test('one caller’s address may try a hundred times in a quarter of an hour, over all accounts', async () => {
    const from = { address: '203.0.113.9' };
    const tries = [];
    for (let i = 0; i < 102; i++)
      tries.push(await visit(w, 'POST', '/v1/sign_in', { email: `n${i}@example.com`, password: 'x' }, from));
    assert.deepEqual(
      tries.slice(98).map((r) => r.status),
      [401, 401, 429, 429],
    );
    const forged = { ...from, headers: { 'x-forwarded-for': '192.0.2.1' } };
    assert.equal(
      (await visit(w, 'POST', '/v1/sign_in', { email: 'n@example.com', password: 'x' }, forged)).status,
      429,
    );
  });

  test('that asks for a reset is answered 202 whoever it is, and only a person gets mail, once per link', async () => {
    const person = await signedIn(w, ['developer']);
    const before_ = await mails();
    for (const email of [person.email, 'nobody2@example.com']) {
      const reply = await visit(w, 'POST', '/v1/password_resets', { email });
      assert.deepEqual([reply.status, reply.body], [202, { object: 'password_reset' }]);
    }
    await w.work();
    const sent = (await mails()).slice(before_.length);
    assert.deepEqual(
      sent.map((m) => m.to),
      [person.email],
    );
  });
});

const mails = async () => {
  const { readMailbox } = await import('../../src/mail/mail.ts');
  return (await readMailbox(w.env, w.env.db.query)).toReversed();
};

describe('a reset link', () => {
  test('sets a password once, ends every session, and refuses a weak one', async () => {
    const person = await signedIn(w, ['developer']);
    await visit(w, 'POST', '/v1/password_resets', { email: person.email });
    await w.work();
    const mail = (await mails()).findLast((m) => m.to === person.email);
    const token = /dashboard\/reset\/(\w+)/.exec(mail?.text ?? '')?.[1];
    assert.ok(token, mail?.text);
    for (const weak of ['short', 'password1234', 'qwertyuiopas', '123456789012', `${person.email}1`]) {
      const reply = await visit(w, 'POST', '/v1/password_resets/confirm', { token, password: weak });
      assert.deepEqual([reply.status, reply.body.param], [400, 'password'], weak);
    }
    const fresh = 'copper-violin-mosaic-harbour';
    const replies = await Promise.all(
      [1, 2].map(() => visit(w, 'POST', '/v1/password_resets/confirm', { token, password: fresh })),
    );
    assert.deepEqual(replies.map((r) => r.status).sort(), [200, 404]);
    assert.equal(await works(person.cookie), 401);
    assert.equal((await visit(w, 'POST', '/v1/sign_in', { email: person.email, password })).status, 401);
    assert.equal(await works(await signInAgain(w, person, fresh)), 200);
  });

  test('lapses after an hour, and a newer one ends it', async () => {
    const person = await signedIn(w, ['developer']);
    const ask = async () => {
      await visit(w, 'POST', '/v1/password_resets', { email: person.email });
      await w.work();
      return /reset\/(\w+)/.exec((await mails()).findLast((m) => m.to === person.email)?.text ?? '')?.[1] ?? '';
    };
    const use = (token: string) =>
      visit(w, 'POST', '/v1/password_resets/confirm', { token, password: 'copper-violin-mosaic-harbour' });
    const [one, two] = [await ask(), await ask()];
    assert.equal((await use(one)).status, 404);
    w.clock.advance(hours(1) + 1_000);
    assert.equal((await use(two)).status, 404);
  });
});

describe('a session', () => {
  test('ends by time, by idleness, by signing out, and by being ended from another browser', async () => {
    const person = await signedIn(w, ['finance']);
    const second = await signInAgain(w, person);
    const third = await signInAgain(w, person);
    const list = await visit(w, 'GET', '/v1/sessions', undefined, { cookie: second });
    assert.equal(list.body.data.length, 3);
    assert.deepEqual(
      list.body.data.map((s: { current: boolean; ip: string; browser: string }) => [s.current, s.ip, s.browser]),
      [
        [false, '198.51.100.7', 'Test Browser 1.0'],
        [true, '198.51.100.7', 'Test Browser 1.0'],
        [false, '198.51.100.7', 'Test Browser 1.0'],
      ],
    );
    assert.ok(!list.text.includes(third));
    const stranger = await signedIn(w, ['admin']);
    const theirs = list.body.data[0].id;
    const not = await visit(w, 'DELETE', `/v1/sessions/${theirs}`, undefined, { cookie: stranger.cookie });
    assert.equal(not.status, 404);
    assert.equal((await visit(w, 'DELETE', `/v1/sessions/${theirs}`, undefined, { cookie: second })).status, 200);
    assert.equal(await works(third), 401);
    assert.equal((await visit(w, 'POST', '/v1/sessions/end_others', {}, { cookie: second })).status, 200);
    assert.equal(await works(person.cookie), 401);
    assert.equal(await works(second), 200);
    const out = await visit(w, 'POST', '/v1/sign_out', {}, { cookie: second });
    assert.match(String(out.headers['set-cookie']), /^florin_session=; .*Max-Age=0/);
    assert.equal(await works(second), 401);

    const idle = await signInAgain(w, person);
    w.clock.advance(hours(7));
    assert.equal(await works(idle), 200);
    w.clock.advance(hours(7));
    assert.equal(await works(idle), 200, 'use keeps it alive');
    w.clock.advance(hours(8) + 1_000);
    assert.equal(await works(idle), 401);

    const busy = await signInAgain(w, person);
    for (let i = 0; i < 167 / 7; i++) {
      assert.equal(await works(busy), 200);
      w.clock.advance(hours(7));
    }
    assert.equal(await works(busy), 401, 'and not for ever');
  });

  test('a changed password ends the others and keeps this one; the current one is asked for', async () => {
    const person = await signedIn(w, ['finance']);
    const other = await signInAgain(w, person);
    const fresh = 'copper-violin-mosaic-harbour';
    const change = (current_password: string, new_password: string) =>
      visit(w, 'POST', '/v1/profile/password', { current_password, new_password }, { cookie: person.cookie });
    assert.equal((await change('not this one', fresh)).body.param, 'current_password');
    assert.equal((await change(password, 'password1234')).body.param, 'new_password');
    assert.equal((await change(password, fresh)).status, 200);
    assert.equal(await works(other), 401);
    assert.equal(await works(person.cookie), 200);
  });

  test('an idempotency key of one person is nothing to another', async () => {
    const [one, two] = [await signedIn(w, ['admin']), await signedIn(w, ['admin'])];
    const headers = { 'idempotency-key': 'same' };
    for (const { cookie } of [one, two]) {
      const reply = await visit(w, 'POST', '/v1/sign_out', {}, { cookie, headers });
      assert.deepEqual([reply.status, reply.headers['idempotent-replayed']], [200, undefined]);
      assert.equal(await works(cookie), 401);
    }
  });

  test('a made-up cookie is 401, and a key that is sent decides alone', async () => {
    const person = await signedIn(w, ['admin']);
    for (const cookie of ['', 'x', 'A'.repeat(43), `${person.cookie}A`]) assert.equal(await works(cookie), 401);
    const headers = { authorization: 'Bearer sk_test_nonsense' };
    const reply = await visit(w, 'GET', '/v1/payments', undefined, { cookie: person.cookie, headers });
    assert.equal(reply.body.code, 'key_invalid');
  });

  test('a write needs our own Origin; reading does not', async () => {
    const person = await signedIn(w, ['admin']);
    const before_ = (await visit(w, 'GET', '/v1/profile', undefined, { cookie: person.cookie })).body.nickname;
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '' },
      { origin: 'http://florin.test.evil.example' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      for (const [method, path, body] of [
        ['PATCH', '/v1/profile', { nickname: 'Mallory' }],
        ['POST', '/v1/sign_out', {}],
        ['POST', '/v1/customers', { name: 'Mallory' }],
        ['DELETE', '/v1/sessions/uses_x', undefined],
        ['POST', '/v1/sign_in', { email: person.email, password }],
      ] as const) {
        const reply = await visit(w, method, path, body, { cookie: person.cookie, headers });
        assert.deepEqual([reply.status, reply.body.code, reply.body.param], [403, 'permission_denied', 'Origin'], path);
      }
      assert.equal((await visit(w, 'GET', '/v1/session', undefined, { cookie: person.cookie, headers })).status, 200);
    }
    const same = { origin: 'http://127.0.0.1:4242', 'sec-fetch-site': 'same-origin' };
    const own = await visit(
      w,
      'PATCH',
      '/v1/profile',
      { phone: '+49 30 1234' },
      { cookie: person.cookie, headers: same },
    );
    assert.deepEqual([own.status, own.body.phone, own.body.nickname], [200, '+49 30 1234', before_]);
  });

  test('an enrolled app cannot be replaced by a sign-in that began before', async () => {
    const { email } = await addPerson(w, ['finance']);
    const early = await visit(w, 'POST', '/v1/sign_in', { email, password });
    await enrol(w, email);
    w.clock.advance(60_000);
    const late = await finish(early.body.challenge, { code: codeAt(early.body.totp.secret, w.clock.now()) });
    assert.equal(late.status, 404, late.text);
  });
});
