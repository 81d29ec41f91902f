// What holds of every dialect: its list of what is covered is its table of routes, its OpenAPI file says the same, and whatever is
// wrong with a request is told in its own envelope, with its own status, and writes nothing.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Compile } from 'typebox/compile';
import type { Dialect } from '../../src/api/dialect.ts';
import { dialectOpenapi, faultsOf } from '../../src/api/dialect-openapi.ts';
import { dialects, headersOf } from '../../src/api/dialects.ts';
import { errors } from '../../src/api/vinr/errors.ts';
import { statuses } from '../../src/api/wink/errors.ts';
import { mintKey } from '../../src/identity/api-key.ts';
import { Fault, type FaultCode, faultCodes } from '../../src/kit/fault.ts';
import { changedTables, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type Tenant, type World } from '../kit/world.ts';

let w: World;
let live_secret: string;
before(async () => {
  w = await openWorld();
  const live = { account_id: w.tenant.live_account_id, mode: 'live' as const };
  const minted = await w.env.db.tx((tx) =>
    mintKey(w.env, tx, live, { kind: 'secret', name: 'live', expires_at: null }),
  );
  live_secret = minted.text;
});
after(() => w.close());

const headers = (dialect: Dialect, tenant: Tenant = w.tenant, secret_key = tenant.secret) =>
  headersOf(dialect.name, { secret_key, merchant_id: tenant.account.merchant_id });

const statusOf: Record<string, (code: FaultCode) => number> = {
  vinr: (code) => errors[code].status,
  wink: (code) => statuses[code],
};

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
type Any = any;
type Sent = { method: string; path: string; headers?: Record<string, string>; body?: unknown; raw?: string };

async function send(dialect: Dialect, { method, path, headers: given, body, raw }: Sent) {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await w.app.server.inject({
    method: method as 'GET',
    url: `${dialect.base}${path}`,
    headers: {
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(given ?? headers(dialect)),
    },
    ...(payload === undefined ? {} : { payload }),
  });
  const answer: Any = response.json();
  return { status: response.statusCode, headers: response.headers, text: response.body, body: answer };
}

/** In the dialect's envelope, with the status it has for this refusal, tied to its request; and no row is written. */
async function refuses(dialect: Dialect, sent: Sent, code: FaultCode, param?: string) {
  const before = await rowCounts(w);
  const reply = await send(dialect, sent);
  const what = `${sent.method} ${sent.path}: ${reply.text}`;
  assert.equal(reply.status, statusOf[dialect.name]?.(code), what);
  // Said as a boolean: the check would narrow what it was given to nothing known.
  const in_envelope: boolean = Compile(dialect.error_schema).Check(reply.body);
  assert.ok(in_envelope, what);
  assert.deepEqual(Object.keys(reply.body), ['error'], what);
  assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(reply.headers['cache-control'], 'no-store');
  const { error } = reply.body;
  const request_id = error.request_id ?? error.requestId;
  assert.equal(request_id, reply.headers['request-id']);
  if (dialect.name === 'vinr') {
    assert.equal(reply.headers['x-vinr-request-id'], request_id);
    assert.deepEqual([error.code, error.type], [errors[code].code, errors[code].type], what);
  } else assert.equal(error.code, code, what);
  assert.equal(error.param, param, what);
  assert.deepEqual(changedTables(before, await rowCounts(w)), [], `${what} writes nothing`);
  return reply;
}

const filled = (path: string, id = 'x_none') => path.replaceAll(/\{\w+\}/g, id);
const order: Record<string, { path: string; body: Record<string, unknown>; amount: string; cased: [string, string] }> =
  {
    vinr: {
      path: '/payments',
      body: { amount: 1000, currency: 'EUR', returnUrl: 'https://shop.test/done' },
      amount: 'amount',
      cased: ['return_url', 'returnUrl'],
    },
    wink: {
      path: '/checkout-sessions',
      body: {
        totalPrice: 10,
        currency: 'USD',
        successUrl: 'https://shop.test/thanks',
        cancelUrl: 'https://shop.test/cart',
      },
      amount: 'totalPrice',
      cased: ['success_url', 'successUrl'],
    },
  };

for (const dialect of dialects) {
  const { path, body, amount, cased } = order[dialect.name] ?? { path: '', body: {}, amount: '', cased: ['', ''] };

  describe(dialect.title, () => {
    test('what is covered is what is served; what is refused says why in its own format', async () => {
      const named = (list: readonly { method: string; path: string }[]) =>
        list.map((one) => `${one.method} ${one.path}`).sort();
      const { endpoints, ignored, missing } = dialect.coverage;
      assert.deepEqual(named(endpoints.filter((one) => one.state === 'done')), named(dialect.routes));
      for (const one of endpoints) {
        assert.ok(one.source.length > 0);
        assert.ok(one.state === 'done' || (one.why ?? '').length > 10, `${one.method} ${one.path} says why`);
        if (one.state === 'refused')
          await refuses(dialect, { method: one.method, path: filled(one.path) }, 'feature_unavailable');
        if (one.state === 'not_offered')
          await refuses(dialect, { method: one.method, path: filled(one.path) }, 'route_not_found');
      }
      for (const one of [...ignored, ...missing]) assert.ok(one.why.length > 3);
    });

    test('its OpenAPI file is at its own path, asks for no key, and has every route and every status', async () => {
      const reply = await w.app.server.inject({ url: `${dialect.base}/openapi.json` });
      assert.equal(reply.statusCode, 200);
      const document = reply.json();
      assert.deepEqual(document, JSON.parse(JSON.stringify(dialectOpenapi(dialect, 'http://florin.test'))));
      assert.deepEqual(document.servers, [{ url: `http://florin.test${dialect.base}` }]);
      const rows = Object.entries<Record<string, { responses: object }>>(document.paths).flatMap(([at, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${at}`),
      );
      assert.deepEqual(rows.sort(), dialect.routes.map((route) => `${route.method} ${route.path}`).sort());
      for (const route of dialect.routes) {
        const { responses } = document.paths[route.path][route.method.toLowerCase()];
        for (const code of faultsOf(route)) assert.ok(responses[String(statusOf[dialect.name]?.(code))], code);
      }
      const refs = [...reply.body.matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] ?? '');
      for (const name of refs) assert.ok(document.components.schemas[name], name);
    });

    test('every fault has its envelope', () => {
      for (const code of faultCodes) {
        const made = dialect.refusal(new Fault(code, 'Why.'), { request_id: 'req_1', public_url: '' });
        assert.equal(made.status, statusOf[dialect.name]?.(code));
        assert.ok(Compile(dialect.error_schema).Check(made.body), code);
      }
    });

    test('every path × kind of key: none, publishable, spelled for another dialect, unknown, of the other environment', async () => {
      const good = headers(dialect);
      const secret = w.tenant.secret;
      const of = (key: string) => headers(dialect, w.tenant, key);
      const wrong: [Record<string, string>, FaultCode][] = [
        [{}, 'authentication_required'],
        [of(w.tenant.publishable), 'key_invalid'],
        [of(secret.replace('sk_test_', 'sk_live_')), 'key_invalid'],
        [of(live_secret.replace('sk_live_', 'sk_test_')), 'key_invalid'],
        [of(`sk_test_${'0'.repeat(40)}`), 'key_invalid'],
        [of(`sk_sbox_${secret.slice(8)}`), 'key_invalid'],
        ...Object.keys(good).map((name): [Record<string, string>, FaultCode] => [
          Object.fromEntries(Object.entries(good).filter(([other]) => other !== name)),
          'authentication_required',
        ]),
        ...Object.keys(good).map((name): [Record<string, string>, FaultCode] => [
          { ...good, [name]: 'x' },
          'key_invalid',
        ]),
      ];
      for (const route of dialect.routes) {
        for (const [given, code] of wrong) {
          const reply = await send(dialect, { method: route.method, path: filled(route.path), headers: given });
          assert.equal(reply.status, 401, `${route.method} ${route.path} ${code}: ${reply.text}`);
          assert.equal(reply.body.error.code, dialect.name === 'vinr' ? errors[code].code : code);
        }
      }
      await refuses(
        dialect,
        { method: 'POST', path, body, headers: of(w.tenant.publishable) },
        'key_invalid',
        dialect.name === 'wink' ? 'X-Wink-SecretKey' : undefined,
      );
    });

    test('a stranger’s id, one that never was, and one of the other environment are the same 404', async () => {
      const made = await send(dialect, { method: 'POST', path, body });
      assert.equal(made.status, 201, made.text);
      const reading = dialect.routes.filter((route) => route.method === 'GET' && route.path.includes('{'));
      for (const given of [headers(dialect, w.other), headers(dialect, w.tenant, live_secret)]) {
        for (const route of reading) {
          const foreign = await send(dialect, {
            method: 'GET',
            path: filled(route.path, made.body.id),
            headers: given,
          });
          assert.equal(foreign.status, 404, foreign.text);
          const none = await send(dialect, { method: 'GET', path: filled(route.path), headers: given });
          assert.equal(
            foreign.body.error.message.replace(made.body.id, 'ID'),
            none.body.error.message.replace('x_none', 'ID'),
          );
        }
      }
      for (const route of dialect.routes.filter((one) => one.method !== 'GET' && one.path.includes('{'))) {
        const sent = {
          method: route.method,
          path: filled(route.path, made.body.id),
          headers: headers(dialect, w.other),
        };
        await refuses(dialect, sent, 'not_found', /\{(\w+)\}/.exec(route.path)?.[1]);
      }
    });

    test('paths and methods that are none, an address that cannot be read', async () => {
      for (const none of ['/none', '', '/', '/payments/a/b/c'])
        await refuses(dialect, { method: 'GET', path: none }, 'route_not_found');
      const put = await refuses(dialect, { method: 'PUT', path, body: {} }, 'method_not_allowed');
      assert.ok(String(put.headers['allow']).includes('POST'));
      await refuses(dialect, { method: 'GET', path: `${path}/%zz` }, 'body_invalid');
      const bare = await send(dialect, { method: 'GET', path: '/none?card=4242424242424242', headers: {} });
      assert.equal(bare.status, 404);
      assert.ok(!bare.text.includes('4242'), 'a query is not echoed');
    });

    test('bodies: malformed, too large, of another type, not an object', async () => {
      const post = (raw: string, more: Record<string, string> = {}) => ({
        method: 'POST',
        path,
        raw,
        headers: { 'content-type': 'application/json', ...headers(dialect), ...more },
      });
      await refuses(dialect, post('{"a'), 'body_invalid');
      await refuses(dialect, post('[]'), 'body_invalid');
      await refuses(dialect, post(`{"a":"${'x'.repeat(1_100_000)}"}`), 'body_too_large');
      await refuses(dialect, post('<a/>', { 'content-type': 'text/xml' }), 'body_invalid', 'Content-Type');
    });

    test('fields: missing, unknown, in another casing, an amount as text or with too many decimals', async () => {
      const post = (more: Record<string, unknown>) => ({ method: 'POST', path, body: { ...body, ...more } });
      await refuses(dialect, { method: 'POST', path, body: {} }, 'parameter_missing', amount);
      await refuses(dialect, post({ surprise: 1 }), 'parameter_unknown', 'surprise');
      const [snake, camel] = cased;
      const { [camel]: value, ...others } = body;
      await refuses(dialect, { method: 'POST', path, body: { ...others, [snake]: value } }, 'parameter_unknown', snake);
      await refuses(dialect, post({ [amount]: '1000' }), 'parameter_invalid', amount);
      await refuses(dialect, post({ [amount]: 10.005 }), 'parameter_invalid', amount);
      await refuses(dialect, post({ [amount]: 0 }), 'parameter_invalid', amount);
      await refuses(dialect, post({ [amount]: null }), 'parameter_invalid', amount);
      await refuses(dialect, post({ currency: 'usd' }), 'currency_unsupported', 'currency');
      await refuses(dialect, post({ [camel]: 'shop.test' }), 'parameter_invalid', camel);
      await refuses(dialect, post({ metadata: { a: 1 } }), 'parameter_invalid', 'metadata.a');
    });

    test('both cursors at once, and a limit beyond a hundred', async () => {
      const after_name = dialect.name === 'vinr' ? 'starting_after' : 'startingAfter';
      const before_name = dialect.name === 'vinr' ? 'ending_before' : 'endingBefore';
      for (const route of dialect.routes) {
        if (route.method !== 'GET' || route.path.includes('{')) continue;
        const query = `${route.path}?${after_name}=a&${before_name}=b`;
        await refuses(dialect, { method: 'GET', path: query }, 'parameter_invalid', before_name);
        await refuses(dialect, { method: 'GET', path: `${route.path}?limit=101` }, 'parameter_invalid', 'limit');
        await refuses(dialect, { method: 'GET', path: `${route.path}?limit=many` }, 'parameter_invalid', 'limit');
      }
    });
  });
}

test('429 says when to come back, in each envelope; VINR’s headers tell how the limit stands', async () => {
  const small = await openWorld({ config: { rate_limit: { per_second: 1, burst: 3 } } });
  small.clock.stop();
  try {
    for (const dialect of dialects) {
      small.clock.advance(60_000);
      const given = headersOf(dialect.name, {
        secret_key: small.tenant.secret,
        merchant_id: small.tenant.account.merchant_id,
      });
      const ask = () => small.app.server.inject({ url: `${dialect.base}/refunds`, headers: given });
      const first = await ask();
      assert.equal(first.statusCode, 200);
      if (dialect.name === 'vinr')
        assert.deepEqual([first.headers['x-ratelimit-limit'], first.headers['x-ratelimit-remaining']], ['3', '2']);
      await ask();
      await ask();
      const refused = await ask();
      assert.equal(refused.statusCode, 429);
      assert.ok(Compile(dialect.error_schema).Check(refused.json()));
      assert.equal(refused.json().error.code, 'rate_limited');
      assert.equal(refused.headers['retry-after'], '1');
      if (dialect.name === 'vinr') {
        const { 'x-ratelimit-remaining': left, 'x-ratelimit-limit': limit } = refused.headers;
        assert.deepEqual([left, limit], ['0', '3']);
      }
    }
  } finally {
    await small.close();
  }
});

test('a failure of ours tells nothing of itself', async () => {
  const fails = await openWorld();
  try {
    // The database answers the question for the key with something that nobody should read.
    Object.assign(fails.env.db, { point: () => Promise.reject(new Error('select secret from cards')) });
    for (const dialect of dialects) {
      const { secret, account } = fails.tenant;
      const reply = await fails.app.server.inject({
        url: `${dialect.base}/refunds`,
        headers: headersOf(dialect.name, { secret_key: secret, merchant_id: account.merchant_id }),
      });
      assert.equal(reply.statusCode, 500);
      assert.ok(Compile(dialect.error_schema).Check(reply.json()));
      assert.match(reply.json().error.message, /Nothing is charged twice; tell us this request id: req_/);
      assert.ok(!/select|cards/.test(reply.body), reply.body);
    }
  } finally {
    await fails.close();
  }
});
