// The request log over HTTP: every call of an account is found by what a developer knows of it, nothing secret is kept, and nothing a
// call does waits for it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { days } from '../../src/kit/clock.ts';
import { idAt, newId, timeOf } from '../../src/kit/id.ts';
import { dayOf, keepDays } from '../../src/requests/log-days.ts';
import { RequestLog, type RequestRow } from '../../src/requests/record-requests.ts';
import { badPages, walks } from '../kit/paging.ts';
import { signedIn, visit } from '../kit/people.ts';
import { refuses } from '../kit/refusal.ts';
import { newTenant, openWorld, type Tenant, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const idOf = (reply: { headers: Record<string, unknown> }) => String(reply.headers['request-id']);
const logged = async (id: string, as = w.tenant.secret) => {
  await w.app.request_log.flush();
  return await w.call('GET', `/v1/request_logs/${id}`, undefined, { as });
};
const find = async (query: string, as = w.tenant.secret) => {
  await w.app.request_log.flush();
  const reply = await w.call('GET', `/v1/request_logs?${query}`, undefined, { as });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data as { id: string; path: string; status: number; method: string }[];
};
const raw = async (id: string) => {
  await w.app.request_log.flush();
  const { rows } = await sql<{
    row: string;
  }>`select to_jsonb(r)::text as row from request_logs r where id = ${id}`.execute(w.env.db.query);
  return rows[0]?.row;
};

describe('a call', () => {
  test('is found by the request id of its answer, with who, what, how long and from where', async () => {
    const body = { amount: 1999, currency: 'USD', description: 'Coffee – ☕', metadata: { order: '6735' } };
    const made = await w.call('POST', '/v1/payments', body, { headers: { 'user-agent': 'shop/1.0' } });
    const { body: log } = await logged(idOf(made));
    const { duration_ms, created_at, caller, response_body, ...rest } = log;
    assert.deepEqual(rest, {
      id: idOf(made),
      object: 'request_log',
      method: 'POST',
      path: '/v1/payments',
      query: null,
      status: 201,
      address: '127.0.0.1',
      user_agent: 'shop/1.0',
      api: 'native',
      code: null,
      object_id: made.body.id,
      request_body: body,
    });
    assert.ok(duration_ms > 0 && Math.abs(Date.parse(created_at) - w.clock.now().getTime()) < 60_000);
    assert.equal(caller.kind, 'secret');
    assert.match(caller.id, /^key_/);
    assert.deepEqual(response_body, made.body);
    const events = await w.call('GET', `/v1/events?object_id=${made.body.id}`);
    assert.ok(events.body.data.length > 0);
    for (const event of events.body.data) assert.equal(event.request_id, idOf(made), 'its events lead to it');
  });

  test('that is refused keeps its code and its problem, also a read', async () => {
    const refused = await w.call('GET', '/v1/payments/pay_none?zzz=1');
    const { body: log } = await logged(idOf(refused));
    assert.deepEqual([log.status, log.code, log.query], [400, 'parameter_unknown', 'zzz=1']);
    assert.equal(log.response_body.request_id, idOf(refused));
    const read = await w.call('GET', '/v1/payments');
    assert.equal((await logged(idOf(read))).body.response_body, null, 'what was read can be read again');
    const broken = await w.call('POST', '/v1/payments', undefined, { raw: '{"amount": 1' });
    assert.deepEqual(
      [(await logged(idOf(broken))).body.code, (await logged(idOf(broken))).body.request_body],
      ['body_invalid', null],
    );
  });

  test('with a key that has expired, or from an address it may not come from, is in the log of that account', async () => {
    const mint = async (input: Record<string, unknown>) =>
      (await w.call('POST', '/v1/api_keys', { kind: 'secret', name: 'k', ...input })).body;
    const shut = await mint({ allowed_ips: ['203.0.113.7'] });
    const first = await w.call('GET', '/v1/payments', undefined, { as: shut.key });
    const over = await mint({ expires_in: 1 });
    w.clock.advance(2_000);
    const second = await w.call('GET', '/v1/payments', undefined, { as: over.key });
    assert.deepEqual(
      [(await logged(idOf(first))).body, (await logged(idOf(second))).body].map((log) => [
        log.status,
        log.code,
        log.caller.id,
      ]),
      [
        [403, 'permission_denied', shut.id],
        [401, 'key_expired', over.id],
      ],
    );
    const stranger = await w.call('GET', '/v1/payments', undefined, { as: `sk_test_${'a'.repeat(40)}` });
    assert.equal(await raw(idOf(stranger)), undefined, 'what names nobody is nobody’s');
  });

  test('by a token, a person, a publishable key and a dialect is told as theirs', async () => {
    const key = (await w.call('POST', '/v1/access_keys', { name: 'p', scopes: ['payments'] })).body;
    const asked = await w.app.server.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: key.id,
        client_secret: key.secret,
      }).toString(),
    });
    const { access_token } = asked.json();
    assert.deepEqual((await logged(String(asked.headers['request-id']))).body.caller, { kind: 'token', id: key.id });
    const by_token = await w.call('GET', '/v1/payments', undefined, { as: access_token });
    assert.deepEqual((await logged(idOf(by_token))).body.caller, { kind: 'token', id: key.id });
    const person = await signedIn(w, ['admin']);
    const by_person = await visit(w, 'GET', '/v1/payments', undefined, { cookie: person.cookie });
    assert.deepEqual((await logged(idOf(by_person))).body.caller, { kind: 'user', id: person.id });
    const by_browser = await w.call('GET', '/v1/sdk/bootstrap', undefined, { as: w.tenant.publishable });
    assert.equal((await logged(idOf(by_browser))).body.caller.kind, 'publishable');
    const by_dialect = await w.call('POST', '/vinr/v1/payments', { zzz: 1 });
    const log = (await logged(idOf(by_dialect))).body;
    assert.deepEqual([log.api, log.status >= 400, log.request_body], ['vinr', true, { zzz: 1 }]);
    const dump = await find('limit=100');
    for (const secret of [key.secret, access_token, person.cookie])
      for (const { id } of dump) assert.ok(!(await raw(id))?.includes(secret));
  });

  test('is not in another merchant’s log', async () => {
    const made = await w.call('GET', '/v1/balances');
    await refuses(w, ['GET', `/v1/request_logs/${idOf(made)}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No API call with id/,
    });
    for (const row of await find('limit=100', w.other.secret)) {
      const { rows } = await sql<{
        account_id: string;
      }>`select account_id from request_logs where id = ${row.id}`.execute(w.env.db.query);
      assert.equal(rows[0]?.account_id, w.other.account.account_id);
    }
  });
});

describe('GET /v1/request_logs', () => {
  let t: Tenant;
  const as = () => t.secret;
  before(async () => {
    t = await newTenant(w.env, 'Searcher');
  });

  test('200: by method, path, status, key, request, object and time', async () => {
    const call = (method: string, path: string, body?: unknown) => w.call(method, path, body, { as: t.secret });
    const since = w.clock.now().toISOString();
    const other = (await call('POST', '/v1/api_keys', { kind: 'secret', name: 'second' })).body;
    const customer = (await call('POST', '/v1/customers', { name: 'Ada' })).body.id;
    await call('PATCH', `/v1/customers/${customer}`, { name: 'Eve' });
    await w.call('GET', `/v1/customers/${customer}`, undefined, { as: other.key });
    await call('GET', '/v1/customers/cus_none');
    await call('DELETE', `/v1/customers/${customer}`);
    w.clock.advance(10);
    const until = w.clock.now().toISOString();
    const told = async (query: string) =>
      (await find(`${query}&from=${since}&to=${until}`, as())).map((r) => `${r.method} ${r.status}`);
    assert.deepEqual(await told('method=PATCH'), ['PATCH 200']);
    assert.deepEqual(await told('path=/v1/customers'), ['DELETE 200', 'GET 404', 'GET 200', 'PATCH 200', 'POST 201']);
    assert.deepEqual(await told('path=/v1/customers/'), ['DELETE 200', 'GET 404', 'GET 200', 'PATCH 200']);
    assert.deepEqual(await told('path=%25'), [], 'a prefix is text, not a pattern');
    assert.deepEqual(await told('status_class=4xx'), ['GET 404']);
    assert.deepEqual(await told('status_class=5xx'), []);
    assert.deepEqual(await told('status_class=2xx&method=GET'), ['GET 200']);
    assert.deepEqual(await told(`key=${other.id}`), ['GET 200']);
    assert.deepEqual(await told(`object_id=${customer}`), ['DELETE 200', 'GET 200', 'PATCH 200', 'POST 201']);
    const [last] = await find(`object_id=${customer}`, as());
    assert.deepEqual(
      (await find(`request_id=${last?.id}`, as())).map((r) => r.id),
      [last?.id],
    );
    assert.deepEqual(await find(`to=${since}&path=/v1/customers`, as()), []);
  });

  test('200: newest first, pages both ways', async () => {
    const p = await newTenant(w.env, 'Pager');
    for (let i = 0; i < 7; i++) await w.call('GET', `/v1/payments/pay_${i}`, undefined, { as: p.secret });
    await w.app.request_log.flush();
    const mine: World = {
      ...w,
      call: (m, path, body, options) =>
        w.call(m, path.includes('?') ? `${path}&path=/v1/payments` : `${path}?path=/v1/payments`, body, {
          as: p.secret,
          ...options,
        }),
    };
    const { body } = await mine.call('GET', '/v1/request_logs?limit=100');
    assert.equal(body.data.length, 7);
    await walks(
      mine,
      '/v1/request_logs',
      body.data.map((r: { id: string }) => r.id),
      [1, 3, 100],
    );
  });

  test('400: what cannot be searched by', async () => {
    for (const [query, param, detail] of [
      ...badPages,
      ['method=post', 'method', /one of/],
      ['status_class=200', 'status_class', /one of/],
      ['from=yesterday', 'from', /must be a time/],
      ['to=2026-13-01T00:00:00Z', 'to', /must be a time/],
      ['path=', 'path', /1 to 200/],
    ] as const)
      await refuses(w, ['GET', `/v1/request_logs?${query}`], { code: 'parameter_invalid', param, detail });
  });
});

describe('what is kept', () => {
  test('is at most 16 kB of each body, and nothing of one that is far longer', async () => {
    const note = 'é'.repeat(500);
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, note]));
    const long = await w.call('POST', '/v1/customers', { name: 'Ada', metadata });
    assert.equal(long.status, 201, long.text);
    const { rows } = await (async () => {
      await w.app.request_log.flush();
      return await sql<{
        sent: number;
        answered: number;
      }>`select octet_length(request_body) as sent, octet_length(response_body) as answered
        from request_logs where id = ${idOf(long)}`.execute(w.env.db.query);
    })();
    assert.ok(
      rows[0] && rows[0].sent <= 16_384 && rows[0].answered <= 16_384 && rows[0].sent > 16_000,
      JSON.stringify(rows),
    );
    assert.equal(typeof (await logged(idOf(long))).body.request_body, 'string', 'a part of JSON is shown as text');
    const file = await w.call('POST', '/v1/customers', { name: 'x'.repeat(300_000) });
    assert.match((await logged(idOf(file))).body.request_body, /^\[\d+ bytes\]$/);
  });

  test('holds no number, code, secret, token or password, however it is spelled or placed', async () => {
    const number = '4000001234567899';
    const spelled = ['4000 0012 3456 7899', '4000-0012-3456-7899'];
    const bodies: unknown[] = [
      { card: { number, exp_month: 1, exp_year: 2034, cvc: '918' } },
      { card: { number: [number], cvc: { deep: '918' } } },
      {
        description: `call ${spelled[0]} now`,
        metadata: { cvv: '918', security_code: '918', 'card-number': spelled[1] },
      },
      { [number]: 'x', amount: Number(number), list: [Number(number)] },
      {
        password: 'velvet-orbit-93',
        new_password: 'velvet-orbit-93',
        client_secret: 'velvet-orbit-93',
        iban: 'DE89velvet-orbit-93',
      },
      {
        token: 'tok_velvet-orbit-93~velvet-orbit-93',
        note: `key ${w.tenant.secret}, sk-test-${w.tenant.secret.slice(-40)}`,
      },
      { code: '918273', recovery_codes: ['velvet-orbit-93'], deep: { private_key: { d: 'velvet-orbit-93' } } },
    ];
    const forbidden = [
      number,
      ...spelled,
      '918"',
      '918273',
      'velvet-orbit-93',
      w.tenant.secret.slice(-40),
      number.slice(0, 12),
    ];
    for (const body of bodies) {
      const reply = await w.call('POST', '/v1/tokens', body);
      const row = (await raw(idOf(reply))) ?? '';
      assert.ok(row.includes('/v1/tokens'), row);
      for (const text of forbidden) assert.ok(!row.replaceAll('\\\\', '').includes(text), `${text} in ${row}`);
    }
    for (const path of [
      `/v1/payments/${number}`,
      `/v1/payments?description=${number}`,
      `/v1/payments?description=${spelled[0]?.replaceAll(' ', '%20')}`,
      `/v1/payments?description=${spelled[0]?.replaceAll(' ', '+')}`,
      `/v1/payments?description=${w.tenant.secret}`,
    ]) {
      const row =
        (await raw(idOf(await w.call('GET', path, undefined, { headers: { 'user-agent': `x ${number}` } })))) ?? '';
      assert.ok(row.includes('/v1/payments'));
      for (const text of [...forbidden, '4000%20', '4000+0012']) assert.ok(!row.includes(text), `${text} in ${row}`);
    }
  });

  test('an answer that shows a secret once is kept without it', async () => {
    for (const [path, body, name] of [
      ['/v1/api_keys', { kind: 'secret', name: 'k' }, 'key'],
      ['/v1/access_keys', { name: 'k', scopes: ['files'] }, 'secret'],
      ['/v1/webhook_endpoints', { url: 'https://example.com/hook', events: ['*'] }, 'secret'],
    ] as const) {
      const made = await w.call('POST', path, body);
      assert.ok(made.body[name].length > 20, made.text);
      const { body: log } = await logged(idOf(made));
      assert.deepEqual([log.response_body[name], log.response_body.id], ['[secret]', made.body.id]);
      assert.ok(!(await raw(idOf(made)))?.includes(made.body[name].slice(6)));
    }
  });
});

describe('the log itself', () => {
  const row = (more: Partial<RequestRow> = {}): RequestRow => ({
    account_id: 'acct_bounds',
    id: newId('req', w.env),
    method: 'GET',
    path: '/x',
    query: null,
    status: 200,
    duration_ms: 1,
    caller: 'secret',
    caller_id: null,
    address: '::1',
    user_agent: null,
    dialect: null,
    code: null,
    object_id: null,
    request_body: null,
    response_body: null,
    ...more,
  });
  const count = async () => {
    const { rows } = await sql<{
      n: number;
    }>`select count(*)::int as n from request_logs where account_id = 'acct_bounds'`.execute(w.env.db.query);
    return rows[0]?.n ?? 0;
  };

  test('holds so many rows and drops the rest, and one bad row takes none with it', async () => {
    const warned: unknown[] = [];
    const log = new RequestLog({ ...w.env, log: { ...w.env.log, warn: (entry: unknown) => warned.push(entry) } });
    for (let i = 0; i < 20_500; i++) log.add(row());
    await log.flush();
    assert.equal(await count(), 20_000);
    assert.deepEqual(warned, [{ calls: 500 }]);
    const twice = row();
    for (const r of [row(), twice, twice, row({ path: 'a\0b' }), row()]) log.add(r);
    await log.flush();
    assert.equal(await count(), 20_003);
  });

  test('that cannot be written takes no call with it', async () => {
    const broken = await openWorld();
    try {
      await broken.app.request_log.flush();
      const { default: pg } = await import('pg');
      const owner = new pg.Client({ connectionString: broken.url });
      owner.on('error', () => {});
      await owner.connect();
      await owner.query('drop table request_logs cascade');
      assert.equal((await broken.call('POST', '/v1/payments', { amount: 1, currency: 'USD' })).status, 201);
      await broken.app.request_log.flush();
      assert.equal((await broken.call('GET', '/v1/payments')).status, 200);
      await owner.end();
    } finally {
      await broken.close();
    }
  });

  test('is cut by days, which are made when they are needed and dropped after thirty', async () => {
    const parts = async () => {
      const { rows } = await sql<{
        name: string;
      }>`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'request_logs'::regclass order by 1`.execute(w.env.db.query);
      return rows.map((r) => r.name);
    };
    const nameOf = (ms: number) => `request_logs_${dayOf(new Date(w.clock.now().getTime() + ms)).replaceAll('-', '')}`;
    const made = await w.call('GET', '/v1/payments');
    assert.equal((await logged(idOf(made))).status, 200);
    await keepDays(w.env);
    const first = nameOf(0);
    for (const ahead of [0, 1, 2]) assert.ok((await parts()).includes(nameOf(days(ahead))));
    w.clock.advance(days(30));
    // What the tests above left behind may be of the day before, when they ran over midnight.
    await keepDays(w.env);
    assert.ok((await parts()).includes(first), 'thirty days are kept');
    w.clock.advance(days(1));
    const later = await w.call('GET', '/v1/payments');
    assert.equal((await logged(idOf(later))).status, 200, 'a new day needs no job');
    assert.ok((await keepDays(w.env)) >= 1);
    assert.ok(!(await parts()).includes(first));
    assert.equal((await logged(idOf(made))).status, 404);
    w.clock.advance(-days(31));
  });

  test('is append-only for the application, and its days can be made for it alone', async () => {
    for (const text of [
      `update request_logs set path = 'x'`,
      `delete from request_logs`,
      `truncate request_logs`,
      `drop table request_logs`,
      `select florin_add_request_log_day('2030-01-01', 'req_0', $$x'); drop table payments; --$$)`,
    ])
      await assert.rejects(
        sql.raw(text).execute(w.env.db.query),
        /permission denied|must be owner|not the ids of a day/,
        text,
      );
  });

  test('is off when it is switched off', async () => {
    const off = await openWorld({ settings: { REQUEST_LOG: 'off' } });
    try {
      const made = await off.call('GET', '/v1/payments');
      await off.app.request_log.flush();
      assert.equal((await off.call('GET', `/v1/request_logs/${idOf(made)}`)).status, 404);
    } finally {
      await off.close();
    }
  });

  test('an id tells its time', () => {
    const at = new Date('2026-11-21T23:59:59.999Z');
    assert.deepEqual(timeOf(idAt('req', at)), at);
    assert.equal(timeOf('nothing').getTime() >= 0, true);
  });
});
