// Two server processes on one database, and many callers who want the same money at once. Each guarantee is asked of the answers,
// of our books and of the simulated provider's own. What must not appear: a second effect, or an answer of 500.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { killServers, type ServerProcess, startServer } from '../kit/server-process.ts';
import { openWorld, type Reply, type Tenant, type World } from '../kit/world.ts';
import {
  answerChallenge,
  authorized,
  card,
  challengeOf,
  completed,
  countOf,
  eachOf,
  eventTypesOf,
  givenBack,
  long,
  openAttempts,
  providerCalls,
  session,
  settleAll,
  taken,
  tally,
} from './money.ts';

const quick = { settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } };

describe('two processes, one database', () => {
  let world: World;
  let servers: ServerProcess[];
  before(async () => {
    world = await openWorld(quick);
    servers = await Promise.all([startServer({ database_url: world.url }), startServer({ database_url: world.url })]);
    // Each opens the vault before the attacks; a first rush of cards has a test of its own.
    for (const server of servers)
      await server.call('POST', '/v1/tokens', { card: card() }, { as: world.tenant.publishable });
  });
  after(async () => {
    await killServers();
    await world.close();
  });
  afterEach(async () => {
    const open = await openAttempts(world);
    // What is open would be found again after every other test.
    if (open.length > 0) await settleAll(world);
    assert.equal(open.length, 0, `left open: ${open.slice(0, 3).join(', ')} …`);
    await world.verify();
  });

  const post = (
    i: number,
    path: string,
    body: unknown,
    options: { key?: string; as?: string } = {},
  ): Promise<Reply> => {
    const server = servers[i % servers.length];
    assert.ok(server);
    return server.call('POST', path, body, { as: world.tenant.secret, ...options });
  };
  const attack = (count: number, path: string, body: (i: number) => unknown = () => ({})) =>
    eachOf(count, (i) => post(i, path, body(i)));
  const noServerError = (replies: Reply[]) =>
    assert.ok(
      replies.every((r) => r.status < 500),
      JSON.stringify(tally(replies)),
    );

  test('of 200 parallel refunds of 60 % of one payment exactly one succeeds, and each other is told the limit', async () => {
    const payment = await completed(world, 1000);
    const replies = await attack(200, '/v1/refunds', () => ({ payment, amount: 600 }));
    assert.deepEqual(tally(replies), { 201: 1, '422 amount_too_large': 199 });
    assert.equal(givenBack(await providerCalls(world, payment)), 600);
  });

  test('of 200 parallel refunds of all of a payment exactly one succeeds', async () => {
    const payment = await completed(world, 1000);
    const replies = await attack(200, '/v1/refunds', () => ({ payment }));
    assert.deepEqual(tally(replies), { 201: 1, '409 payment_fully_refunded': 199 });
    assert.equal(givenBack(await providerCalls(world, payment)), 1000);
  });

  test('100 parallel refunds of 1 % of one payment all succeed', async () => {
    const payment = await completed(world, 1000);
    const replies = await attack(100, '/v1/refunds', () => ({ payment, amount: 10 }));
    assert.deepEqual(tally(replies), { 201: 100 });
    assert.equal(givenBack(await providerCalls(world, payment)), 1000);
  });

  test('of 200 parallel full captures exactly one succeeds', async () => {
    const payment = await authorized(world, 1000);
    const replies = await attack(200, `/v1/payments/${payment}/capture`);
    const counts = tally(replies);
    assert.equal(counts[200], 1);
    assert.equal(
      (counts['409 payment_in_progress'] ?? 0) + (counts['409 state_invalid'] ?? 0),
      199,
      JSON.stringify(counts),
    );
    assert.equal(taken(await providerCalls(world, payment)), 1000);
    assert.equal(countOf(await eventTypesOf(world, payment), 'payment.completed'), 1);
  });

  test('200 parallel cancels have one effect', async () => {
    const payment = await authorized(world, 1000);
    const replies = await attack(200, `/v1/payments/${payment}/cancel`);
    const counts = tally(replies);
    assert.equal(counts[200], 1);
    assert.equal(
      (counts['409 payment_in_progress'] ?? 0) + (counts['409 state_invalid'] ?? 0),
      199,
      JSON.stringify(counts),
    );
    assert.equal((await providerCalls(world, payment)).filter((c) => c.kind === 'void').length, 1);
    assert.equal(countOf(await eventTypesOf(world, payment), 'payment.cancelled'), 1);
  });

  test('100 parallel cancels of a payment that nobody paid yet have one effect', async () => {
    const made = await world.call('POST', '/v1/payments', { amount: 1000, currency: 'USD' });
    const replies = await attack(100, `/v1/payments/${made.body.id}/cancel`);
    const counts = tally(replies);
    // Whoever was waiting for the same end is told of it; the others come too late.
    assert.ok((counts[200] ?? 0) >= 1, JSON.stringify(counts));
    assert.equal(
      (counts[200] ?? 0) + (counts['409 payment_in_progress'] ?? 0) + (counts['409 state_invalid'] ?? 0),
      100,
      JSON.stringify(counts),
    );
    assert.equal(countOf(await eventTypesOf(world, made.body.id), 'payment.cancelled'), 1);
  });

  test('a capture and a cancel at once: exactly one wins, and both books say which', async () => {
    const won = { captured: 0, cancelled: 0 };
    for (let round = 0; round < (long ? 500 : 40); round++) {
      const payment = await authorized(world, 1000);
      const both = [
        async () => {
          await sleep((round >> 1) % 4);
          return post(round, `/v1/payments/${payment}/capture`, {});
        },
        async () => {
          await sleep(3 - ((round >> 1) % 4));
          return post(round + 1, `/v1/payments/${payment}/cancel`, {});
        },
      ];
      const replies = await Promise.all((round % 2 ? both : both.reverse()).map((go) => go()));
      noServerError(replies);
      const state = (await world.call('GET', `/v1/payments/${payment}`)).body.status;
      const calls = await providerCalls(world, payment);
      const voided = calls.some((c) => c.kind === 'void' && c.status === 'approved');
      assert.equal(replies.filter((r) => r.status === 200).length, 1, JSON.stringify(tally(replies)));
      assert.deepEqual(
        [state, taken(calls), voided],
        state === 'completed' ? ['completed', 1000, false] : ['cancelled', 0, true],
      );
      if (state === 'completed') won.captured++;
      else won.cancelled++;
    }
    assert.ok(won.captured > 0 && won.cancelled > 0, JSON.stringify(won));
  });

  test('50 parallel creates with one idempotency key make one payment and one call; every 201 is the same bytes', async () => {
    const token = await world.token();
    const body = { amount: 4321, currency: 'USD', token, metadata: { zebra: '1', ant: '2' } };
    const replies = await eachOf(50, (i) => post(i, '/v1/payments', body, { key: 'one-key' }));
    const paid = replies.filter((r) => r.status === 201);
    assert.ok(paid.length >= 1);
    assert.equal(new Set(paid.map((r) => r.text)).size, 1);
    assert.equal(paid.filter((r) => r.headers['idempotent-replayed'] === undefined).length, 1);
    const others = replies.filter((r) => r.status !== 201);
    assert.ok(
      others.every(
        (r) => r.status === 409 && r.body.code === 'idempotency_in_flight' && r.headers['retry-after'] !== undefined,
      ),
      JSON.stringify(tally(replies)),
    );
    const later = await eachOf(4, (i) => post(i, '/v1/payments', body, { key: 'one-key' }));
    for (const reply of later)
      assert.deepEqual([reply.status, reply.text, reply.headers['idempotent-replayed']], [201, paid[0]?.text, 'true']);
    const list = await world.call('GET', '/v1/payments?amount=4321');
    assert.equal(list.body.data.length, 1);
    assert.equal((await providerCalls(world, list.body.data[0].id)).length, 1);
  });

  test('one token in 50 parallel payments pays exactly one', async () => {
    const token = await world.token();
    const replies = await attack(50, '/v1/payments', () => ({ amount: 777, currency: 'USD', token }));
    assert.deepEqual(tally(replies), { 201: 1, '409 token_used': 49 });
    assert.equal((await world.call('GET', '/v1/payments?amount=777')).body.data.length, 1);
  });

  test('one token in 50 parallel saves of a card saves exactly one', async () => {
    const customer = (await world.call('POST', '/v1/customers', { name: 'Ada' })).body.id;
    const token = await world.token();
    const replies = await attack(50, '/v1/payment_methods', () => ({ customer, token }));
    assert.deepEqual(tally(replies), { 201: 1, '409 token_used': 49 });
  });

  /** As so many tabs do: a card is typed, then the button is pressed, each with a key of its own. */
  async function payInTabs(
    id: string,
    tabs: number,
    number?: string,
    more: Record<string, unknown> = {},
  ): Promise<Reply[]> {
    // Tokens by the browser's key: a page takes thirty posts at once from one address bar, and these are for the payments.
    const typed = { card: card(number) };
    const as = world.tenant.publishable;
    for (const i of [0, 1]) await post(i, '/v1/tokens', typed, { as });
    const tokens = await eachOf(tabs, (i) => post(i, '/v1/tokens', typed, { as }));
    noServerError(tokens);
    return await eachOf(tabs, (i) =>
      post(i, `/pay/${id}/payments`, { token: tokens[i]?.body.id, ...more }, { key: `tab-${id}-${i}` }),
    );
  }

  test('one checkout session paid in 30 tabs at once is charged once', async () => {
    const id = await session(world, 1500);
    const replies = await payInTabs(id, 30);
    noServerError(replies);
    assert.ok(replies.some((r) => r.body.state === 'complete'));
    assert.ok(
      replies.every((r) => ['complete', 'processing'].includes(String(r.body.state))),
      JSON.stringify([...new Set(replies.map((r) => r.text))]),
    );
    await world.work();
    const found = await world.call('GET', `/v1/payments?checkout_session=${id}&limit=100`);
    assert.equal(found.body.data.length, 1);
    assert.equal(taken(await providerCalls(world, found.body.data[0].id)), 1500);
    assert.equal((await world.call('GET', `/v1/checkout_sessions/${id}`)).body.payment_status, 'paid');
    assert.equal(countOf(await eventTypesOf(world, id), 'checkout_session.completed'), 1);
    assert.equal(countOf(await eventTypesOf(world, id), 'checkout_session.late_payment'), 0);
  });

  test('one session paid in 20 tabs by a customer who types an address makes one customer', async () => {
    const id = await session(world, 1600);
    const replies = await payInTabs(id, 20, undefined, { email: 'many.tabs@example.com' });
    noServerError(replies);
    const found = await world.call('GET', '/v1/customers?email=many.tabs@example.com&limit=100');
    assert.equal(found.body.data.length, 1);
  });

  test('a session whose card is declined in 20 tabs at once stays open and unpaid', async () => {
    const id = await session(world, 1700);
    const replies = await payInTabs(id, 20, '4000000000000002');
    noServerError(replies);
    await world.work();
    const after_ = (await world.call('GET', `/v1/checkout_sessions/${id}`)).body;
    assert.deepEqual([after_.status, after_.payment_status, after_.payment], ['open', 'unpaid', null]);
  });

  test('a payment waiting on our page, paid in 20 tabs at once, is charged once', async () => {
    const id = (await world.call('POST', '/v1/payments', { amount: 1800, currency: 'USD' })).body.id;
    const replies = await payInTabs(id, 20);
    noServerError(replies);
    assert.equal((await world.call('GET', `/v1/payments/${id}`)).body.status, 'completed');
    assert.equal(taken(await providerCalls(world, id)), 1800);
  });
});

describe('a merchant whose balance has to cover refunds', () => {
  test('parallel refunds of several payments never take the balance below zero', async () => {
    const world = await openWorld({ ...quick, fee_schedule: { rules: [{ bps: 1000, fixed: 0 }] } });
    await sql`update accounts set overdraft_limit = 0`.execute(world.env.db.query);
    const servers = await Promise.all([
      startServer({ database_url: world.url }),
      startServer({ database_url: world.url }),
    ]);
    try {
      await world.token();
      const payments = await eachOf(10, () => completed(world, 1000));
      let lowest = Number.POSITIVE_INFINITY;
      let watching = true;
      const watch = (async () => {
        while (watching) {
          const { rows } = await sql<{ left: number }>`select -(available + incoming) as left from balances`.execute(
            world.env.db.query,
          );
          lowest = Math.min(lowest, ...rows.map((r) => r.left));
          await sleep(5);
        }
      })();
      const replies = await eachOf(80, async (i) => {
        const server = servers[i % 2];
        assert.ok(server);
        const refund = { payment: payments[i % 10], ...(i % 3 ? { amount: 500 } : {}) };
        return await server.call('POST', '/v1/refunds', refund, { as: world.tenant.secret });
      });
      watching = false;
      await watch;
      const counts = tally(replies);
      assert.ok(
        replies.every((r) => r.status < 500),
        JSON.stringify(counts),
      );
      assert.ok((counts['409 insufficient_balance'] ?? 0) > 0, JSON.stringify(counts));
      assert.ok(lowest >= 0, `the balance was ${lowest}`);
      await world.verify();
      // 9,000 is there after fees; every payment still has something to refund or is refunded in full.
      const refunded = replies.filter((r) => r.status === 201).reduce((sum, r) => sum + Number(r.body.amount), 0);
      assert.equal(refunded, 9000);
    } finally {
      await Promise.all(servers.map((s) => s.kill()));
      await world.close();
    }
  });
});

describe('a process that has just started', () => {
  test('takes 60 cards at once as its first requests', async () => {
    const world = await openWorld(quick);
    const server = await startServer({ database_url: world.url });
    try {
      const key = (tenant: Tenant) => tenant.publishable;
      const replies = await eachOf(60, () =>
        server.call('POST', '/v1/tokens', { card: card() }, { as: key(world.tenant) }),
      );
      assert.deepEqual(tally(replies), { 201: 60 });
    } finally {
      await server.kill();
      await world.close();
    }
  });
});

describe('everybody asks at once how a payment stands', () => {
  let world: World;
  before(async () => {
    world = await openWorld(quick);
  });
  after(() => world.close());

  const shuffled = <T>(list: T[]): T[] =>
    list
      .map((item) => ({ item, at: Math.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);

  /** All hints and callers there are, each at its own moment of the next few milliseconds. */
  async function storm(page: string, acts: (() => Promise<unknown>)[]): Promise<void> {
    const get = (path: string) => async () => {
      const { status } = await world.call('GET', `/pay/${page}${path}`);
      assert.ok(status < 500, `${path} answered ${status}`);
    };
    const all = shuffled([
      ...acts,
      get('/return'),
      get('/status'),
      get('/status'),
      get(''),
      () => world.work(),
      () => world.work(),
    ]);
    await Promise.all(
      all.map(async (act) => {
        await sleep(Math.random() * 6);
        await act();
      }),
    );
  }

  const rounds = long ? 1000 : 100;

  test(`return, poll, resolver and retry at once, ${rounds} times: one capture, one order, one event`, async () => {
    for (let round = 0; round < rounds; round++) {
      const lost = round % 3 === 0;
      const id = await session(world, 1000 + round);
      const token = (
        await world.call('POST', `/pay/${id}/tokens`, card(lost ? '4000000000008013' : '4000000000003220'))
      ).body.id;
      const press = () => world.call('POST', `/pay/${id}/payments`, { token }, { key: `press-${id}` });
      const first = await press();
      assert.equal(first.body.state, lost ? 'processing' : 'requires_authentication', first.text);
      const found = await world.call('GET', `/v1/payments?checkout_session=${id}`);
      const payment = String(found.body.data[0].id);
      if (lost) world.clock.advance(31_000);
      const approve = async () => answerChallenge(world, String(first.body.action_url));
      await storm(id, [press, press, ...(lost ? [] : [approve, approve])]);
      await settleAll(world);
      const events = await eventTypesOf(world, payment);
      const orders = await eventTypesOf(world, id);
      assert.deepEqual(
        [
          countOf(events, 'payment.completed'),
          countOf(orders, 'checkout_session.completed'),
          taken(await providerCalls(world, payment)),
        ],
        [1, 1, 1000 + round],
        `round ${round}`,
      );
      assert.equal((await world.call('GET', `/v1/payments?checkout_session=${id}`)).body.data.length, 1);
    }
    assert.deepEqual(await openAttempts(world), []);
    await world.verify();
  });

  test('a cancel that meets the customer’s answer to the challenge ends in one clear state, and no attempt is left open', async () => {
    for (let round = 0; round < (long ? 500 : 60); round++) {
      const token = await world.token('4000000000003220');
      const made = await world.call('POST', '/v1/payments', {
        amount: 1000,
        currency: 'USD',
        capture: round % 2 === 0,
        token,
      });
      const payment = String(made.body.id);
      const url = await challengeOf(world, payment);
      const answer = round % 4 < 2 ? 'approve' : 'refuse';
      let cancelled: Reply | undefined;
      await storm(payment, [
        () => answerChallenge(world, url, answer),
        async () => {
          cancelled = await world.call('POST', `/v1/payments/${payment}/cancel`, {});
        },
      ]);
      assert.ok((cancelled?.status ?? 500) < 500, `round ${round}: the cancel answered ${cancelled?.text}`);
      await settleAll(world, 8);
      assert.deepEqual(await openAttempts(world), [], `round ${round}`);
      const state = (await world.call('GET', `/v1/payments/${payment}`)).body.status;
      assert.equal(
        taken(await providerCalls(world, payment)) > 0,
        state === 'completed' || (state === 'authorized' && round % 2 === 1),
        `round ${round}: ${state}`,
      );
    }
    await world.verify();
  });
});
