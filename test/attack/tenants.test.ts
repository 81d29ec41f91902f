// Strangers: every id of another merchant, the wrong kind of key, no key. Made from the table of routes, so that a new route is
// attacked the day it is added. What must not appear: a row written, or a word of the other merchant's.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { routes } from '../../src/api/native/routes.ts';
import { mintKey } from '../../src/identity/api-key.ts';
import { must } from '../../src/kit/assert.ts';
import { openReceiver, type Receiver } from '../../src/webhooks/fixture.ts';
import { openWorld, type World } from '../kit/world.ts';

let world: World;
let receiver: Receiver;
/** Ids of the other merchant, by the noun of the path. */
let theirs: Record<string, string>;
const canary = 'a-word-of-the-other-merchant';

before(async () => {
  world = await openWorld({ settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
  receiver = await openReceiver((res) => res.end());
  const { secret, publishable } = world.other;
  const as = { as: secret };
  const token = async () => {
    const made = await world.call(
      'POST',
      '/v1/tokens',
      { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } },
      { as: publishable },
    );
    return String(made.body.id);
  };
  const make = async (path: string, body: unknown) => {
    const reply = await world.call('POST', path, body, as);
    if (reply.status >= 300) throw new Error(`${path}: ${reply.text}`);
    return reply.body;
  };
  const endpoint = await make('/v1/webhook_endpoints', { url: receiver.url, events: ['*'] });
  const customer = await make('/v1/customers', { name: canary, email: `${canary}@example.com`, reference: canary });
  const method = await make('/v1/payment_methods', { customer: customer.id, token: await token() });
  const payment = await make('/v1/payments', {
    amount: 1000,
    currency: 'USD',
    token: await token(),
    description: canary,
    metadata: { canary },
  });
  const held = await make('/v1/payments', {
    amount: 1000,
    currency: 'USD',
    capture: false,
    token: await token(),
    description: canary,
  });
  const waiting = await make('/v1/payments', { amount: 1000, currency: 'USD', description: canary });
  const refund = await make('/v1/refunds', { payment: payment.id, amount: 100, note: canary });
  const session = await make('/v1/checkout_sessions', { amount_total: 1000, currency: 'USD', description: canary });
  const portal = await make('/v1/portal_sessions', { customer: customer.id });
  const product = await make('/v1/products', { name: canary });
  const price = await make('/v1/prices', {
    product: product.id,
    amounts: [{ currency: 'USD', unit_amount: 100 }],
    nickname: canary,
  });
  await make('/v1/payment_links', { line_items: [{ price: price.id }], currency: 'USD', success_message: canary });
  await make('/v1/meters', { display_name: canary, event_name: canary, aggregation: 'sum' });
  await make('/v1/meter_events', {
    event_name: canary,
    payload: { customer: customer.id, value: 1 },
    identifier: canary,
  });
  await make('/v1/tax_rates', { display_name: canary, country: 'DE', rate_ppm: 190_000, inclusive: true });
  const coupon = await make('/v1/coupons', { name: canary, percentage_bps: 100 });
  await make('/v1/promotion_codes', { coupon: coupon.id, metadata: { canary } });
  await make('/v1/settlements', {});
  await make('/v1/conversions', { from: 'USD', to: 'EUR', amount: 100, description: canary });
  await world.work();
  const first = async (path: string) => String((await world.call('GET', path, undefined, as)).body.data[0].id);
  theirs = {
    payments: payment.id,
    held: held.id,
    waiting: waiting.id,
    refunds: refund.id,
    customers: customer.id,
    payment_methods: method.id,
    checkout_sessions: session.id,
    portal_sessions: portal.id,
    webhook_endpoints: endpoint.id,
    deliveries: await first('/v1/deliveries'),
    events: await first('/v1/events'),
    api_keys: await first('/v1/api_keys'),
    token: await token(),
  };
  // Nouns that came later are found by their own list.
  for (const route of routes) {
    const noun = /^\/v1\/(\w+)\/\{id\}$/.exec(route.path)?.[1];
    if (noun === undefined || theirs[noun] !== undefined) continue;
    const list = await world.call('GET', `/v1/${noun}`, undefined, as);
    // Exchange rates are everybody's.
    const id = noun === 'fx_rates' ? undefined : list.body.data?.[0]?.id;
    // Without an object of that kind an id of its shape is asked for: as unknown to us as a stranger's.
    theirs[noun] = id ?? 'none_00000000000000000000000000';
  }
});
after(async () => {
  await receiver.close();
  await world.close();
});

/** Every row of every table as text; when and from where a key was last used apart, and the log of the very calls that are made. */
async function everything(): Promise<string> {
  const tables = await sql<{
    name: string;
  }>`select tablename as name from pg_tables where schemaname = 'public' and tablename !~ '^request_logs' order by 1`.execute(
    world.env.db.query,
  );
  const parts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await sql<{
      row: string;
    }>`select (to_jsonb(t) - 'last_used_at' - 'last_used_address')::text as row from ${sql.ref(name)} t order by 1`.execute(
      world.env.db.query,
    );
    parts.push(name, ...rows.map((r) => r.row));
  }
  return parts.join('\n');
}

/** Bodies that would be accepted, were the id ours. */
async function bodyFor(path: string): Promise<Record<string, unknown>> {
  if (path.endsWith('/confirm')) return { token: await world.token() };
  if (path.endsWith('/increase_authorization')) return { amount: 2000 };
  if (path.endsWith('/recover')) return { since: new Date(Date.now() - 3_600_000).toISOString() };
  if (path === '/v1/test_clocks/{id}/advance') return { to: '2100-01-01T00:00:00Z' };
  if (path === '/v1/customers/{id}') return { name: 'Mallory' };
  if (path === '/v1/webhook_endpoints/{id}') return { description: 'Mallory' };
  return {};
}

/** What a read would need, were the id ours. */
const queryFor = (path: string): string =>
  path.endsWith('/summarize')
    ? `?customer=${theirs['customers']}&from=2026-01-01T00:00:00Z&until=2100-01-01T00:00:00Z`
    : '';

describe('a merchant who knows the ids of another one', () => {
  for (const route of routes.filter((r) => r.path.includes('{id}'))) {
    test(`${route.method} ${route.path} answers 404 for them and writes nothing`, async () => {
      const noun = must(/^\/v1\/(\w+)/.exec(route.path)?.[1], 'a path names a noun');
      const ids = noun === 'payments' ? [theirs.payments, theirs.held, theirs.waiting] : [theirs[noun]];
      const body = route.method === 'POST' || route.method === 'PATCH' ? await bodyFor(route.path) : undefined;
      for (const id of ids) {
        const before_ = await everything();
        const reply = await world.call(
          route.method,
          route.path.replace(/\{\w+\}/, must(id, `there is an id for ${noun}`)) + queryFor(route.path),
          body,
          { key: `stranger-${route.path}-${id}` },
        );
        assert.deepEqual([reply.status, reply.body.code], [404, 'not_found'], reply.text);
        assert.ok(!reply.text.includes(canary), 'nothing is told of it');
        assert.equal(await everything(), before_);
      }
    });
  }

  const inside: [string, string, () => Promise<Record<string, unknown>>][] = [
    ['refund of their payment', '/v1/refunds', async () => ({ payment: theirs.payments })],
    [
      'payment by their customer',
      '/v1/payments',
      async () => ({ amount: 1, currency: 'USD', token: await world.token(), customer: theirs.customers }),
    ],
    [
      'payment with their saved card',
      '/v1/payments',
      async () => ({ amount: 1, currency: 'USD', payment_method: theirs.payment_methods }),
    ],
    ['payment with their token', '/v1/payments', async () => ({ amount: 1, currency: 'USD', token: theirs.token })],
    [
      'payment with their token without its code',
      '/v1/payments',
      async () => ({ amount: 1, currency: 'USD', token: theirs.token?.split('~')[0] }),
    ],
    [
      'card saved from their token',
      '/v1/payment_methods',
      async () => ({
        customer: (await world.call('POST', '/v1/customers', { name: 'Ours' })).body.id,
        token: theirs.token?.split('~')[0],
      }),
    ],
    [
      'card saved for their customer',
      '/v1/payment_methods',
      async () => ({ customer: theirs.customers, token: await world.token() }),
    ],
    [
      'session for their customer',
      '/v1/checkout_sessions',
      async () => ({ amount_total: 1, currency: 'USD', customer: theirs.customers }),
    ],
  ];
  for (const [what, path, body] of inside) {
    test(`a ${what} is refused and writes nothing`, async () => {
      const input = await body();
      const before_ = await everything();
      const reply = await world.call('POST', path, input, { key: what.replaceAll(' ', '-') });
      assert.ok([400, 404].includes(reply.status), reply.text);
      assert.ok(!reply.text.includes(canary));
      assert.equal(await everything(), before_);
    });
  }

  test('no list or filter shows a row or a word of theirs', async () => {
    // The log of our own calls repeats the ids and words that we sent ourselves; whose calls it shows is tested in request-logs.test.ts.
    const lists = routes.filter(
      (r) => r.method === 'GET' && !r.path.includes('{') && r.op.name !== 'request_logs.list',
    );
    for (const route of lists) {
      const noun = must(/^\/v1\/(\w+)/.exec(route.path)?.[1], 'a path names a noun');
      const id = theirs[noun] ?? theirs.payments;
      for (const query of [
        '',
        `?starting_after=${id}`,
        `?ending_before=${id}`,
        `?customer=${theirs.customers}`,
        `?payment=${theirs.payments}`,
        `?object_id=${theirs.payments}`,
        `?email=${canary}@example.com`,
        `?metadata[canary]=${canary}`,
      ]) {
        const reply = await world.call('GET', `${route.path}${query}`);
        assert.ok(reply.status < 500, `${route.path}${query}: ${reply.text}`);
        assert.ok(!reply.text.includes(canary), `${route.path}${query} tells of the other merchant`);
        for (const their of Object.values(theirs)) {
          // The refusal of a filter repeats the id that was sent.
          if (reply.status < 300) assert.ok(!reply.text.includes(`"${their}"`), `${route.path}${query} shows ${their}`);
        }
      }
    }
  });

  test('their saved card is no default of our customer, and their reference finds nobody', async () => {
    const ours = (await world.call('POST', '/v1/customers', { name: 'Ours' })).body.id;
    const reply = await world.call('PATCH', `/v1/customers/${ours}`, {
      default_payment_method: theirs.payment_methods,
    });
    assert.equal(reply.status, 400, reply.text);
    const session = await world.call('POST', '/v1/checkout_sessions', {
      amount_total: 1,
      currency: 'USD',
      customer_reference: canary,
    });
    assert.notEqual(session.body.customer, theirs.customers);
  });

  test('our page cannot pay with their token or their saved card', async () => {
    const id = (await world.call('POST', '/v1/checkout_sessions', { amount_total: 1000, currency: 'USD' })).body.id;
    for (const body of [
      { token: theirs.token },
      { token: theirs.token?.split('~')[0] },
      { payment_method: theirs.payment_methods },
    ]) {
      const reply = await world.call('POST', `/pay/${id}/payments`, body, {
        key: JSON.stringify(body)
          .replaceAll(/[^a-z]/g, '')
          .slice(0, 60),
      });
      assert.ok([400, 404].includes(reply.status), reply.text);
    }
    assert.equal((await world.call('GET', `/v1/checkout_sessions/${id}`)).body.payment_status, 'unpaid');
  });
});

describe('keys', () => {
  const pathOf = (path: string) => path.replaceAll(/\{\w+\}/g, 'x');
  const bodyOf = (method: string) => (method === 'POST' || method === 'PATCH' ? {} : undefined);

  test('a publishable key is refused on every route that is not opened to it, and nothing is written', async () => {
    const before_ = await everything();
    for (const route of routes) {
      const reply = await world.call(route.method, pathOf(route.path), bodyOf(route.method), {
        as: world.tenant.publishable,
      });
      const open = route.op.actors.includes('publishable');
      assert.equal(reply.status === 403, !open, `${route.method} ${route.path}: ${reply.text}`);
      if (!open) assert.equal(reply.body.code, 'permission_denied');
    }
    assert.equal(await everything(), before_);
    assert.deepEqual(
      routes.filter((r) => r.op.actors.includes('publishable')).map((r) => `${r.method} ${r.path}`),
      ['POST /v1/tokens', 'GET /v1/checkout_sessions/{id}', 'GET /v1/sdk/bootstrap'],
    );
  });

  test('without a key, with another’s prefix, with a wrong, an expired or a revoked key every route answers 401', async () => {
    const { env, tenant } = world;
    const expiring = await env.db.tx((tx) =>
      mintKey(
        env,
        tx,
        { account_id: tenant.account.account_id, mode: 'sandbox' },
        { kind: 'secret', name: 'short', expires_at: new Date(world.clock.now().getTime() + 1_000) },
      ),
    );
    const revoked = (await world.call('POST', '/v1/api_keys', { kind: 'secret', name: 'gone' })).body;
    for (const key of [expiring.text, revoked.key])
      assert.equal((await world.call('GET', '/v1/balances', undefined, { as: key })).status, 200);
    assert.equal((await world.call('DELETE', `/v1/api_keys/${revoked.id}`)).status, 200);
    world.clock.advance(10_000);
    const body = tenant.secret.slice(-40);
    const bad = [
      '',
      'nonsense',
      expiring.text,
      revoked.key,
      `sk_live_${body}`,
      `pk_test_${body}`,
      `sk_test_${'A'.repeat(40)}`,
      `${tenant.secret}A`,
      tenant.secret.slice(0, -1),
    ];
    for (const route of routes) {
      for (const key of bad) {
        const reply = await world.call(route.method, pathOf(route.path), bodyOf(route.method), { as: key });
        assert.equal(reply.status, 401, `${route.method} ${route.path} with '${key.slice(0, 12)}': ${reply.text}`);
        assert.equal(reply.headers['www-authenticate'], 'Bearer');
      }
      const none = await world.app.server.inject({ method: route.method, url: pathOf(route.path) });
      assert.equal(none.statusCode, 401);
    }
  });
});
