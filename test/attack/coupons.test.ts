// Many customers, two server processes, one use left. A limit holds whatever races: each discount that is paid was counted, once. What
// must not appear: a second use, a use that is lost, or an answer of 500.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { codeOf, countsOf, made, payPage, sessionNow, sessionOf } from '../kit/catalog.ts';
import { killServers, type ServerProcess, startServer } from '../kit/server-process.ts';
import { openWorld, type Reply, type World } from '../kit/world.ts';
import { card, eachOf, openAttempts, settleAll, tally } from './money.ts';

describe('two processes, one code', () => {
  let world: World;
  let servers: ServerProcess[];
  before(async () => {
    world = await openWorld({ settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
    servers = await Promise.all([startServer({ database_url: world.url }), startServer({ database_url: world.url })]);
    for (const server of servers)
      await server.call('POST', '/v1/tokens', { card: card() }, { as: world.tenant.publishable });
  });
  after(async () => {
    await killServers();
    await world.close();
  });
  afterEach(async () => {
    if ((await openAttempts(world)).length > 0) await settleAll(world);
    await world.work();
    await world.verify();
  });

  let presses = 0;
  /** Each session is paid once, by a card and an address of its own, on either server. */
  async function payAll(
    sessions: string[],
    email: (i: number) => string = (i) => `racer-${i}@example.com`,
    number?: string,
  ): Promise<Reply[]> {
    const tokens = await eachOf(sessions.length, (i) =>
      at(i).call('POST', '/v1/tokens', { card: card(number) }, { as: world.tenant.publishable }),
    );
    return await eachOf(sessions.length, (i) =>
      at(i).call(
        'POST',
        `/pay/${sessions[i]}/payments`,
        { token: tokens[i]?.body.id, email: email(i) },
        {
          key: `race-${++presses}`,
          as: world.tenant.secret,
        },
      ),
    );
  }
  const at = (i: number): ServerProcess => {
    const server = servers[i % servers.length];
    assert.ok(server);
    return server;
  };
  const open = (count: number, promotion_code: string, more: Record<string, unknown> = {}): Promise<string[]> =>
    eachOf(count, async () => (await sessionOf(world, { amount_total: 1_000, promotion_code, ...more })).id);
  const statesOf = (replies: Reply[]) =>
    tally(
      replies.map((reply) =>
        reply.status < 400 ? { ...reply, status: 999, body: { code: reply.body.state } } : reply,
      ),
    );

  test('of 200 customers who redeem a code with one use left at once, exactly one pays the lower price', async () => {
    const code = await codeOf(world, {}, { max_redemptions: 1 });
    const sessions = await open(200, code.code);
    const replies = await payAll(sessions);
    assert.deepEqual(statesOf(replies), { '999 complete': 1, '422 promotion_code_refused': 199 });
    assert.deepEqual(await countsOf(world, code.id), [0, 1]);
    const paid = (await eachOf(200, (i) => sessionNow(world, sessions[i] ?? ''))).filter(
      (s) => s.status === 'complete',
    );
    assert.deepEqual(
      paid.map((s) => [s.amount_total, s.payment_status]),
      [[750, 'paid']],
    );
  });

  test('the limit of a coupon holds over all of its codes', async () => {
    const first = await codeOf(world, { max_redemptions: 3 });
    const second = await made(world, '/v1/promotion_codes', { coupon: first.coupon });
    const sessions = [...(await open(30, first.code)), ...(await open(30, second.code))];
    const replies = await payAll(sessions, (i) => `coupon-${i}@example.com`);
    assert.deepEqual(statesOf(replies), { '999 complete': 3, '422 promotion_code_refused': 57 });
    const coupon = (await world.call('GET', `/v1/coupons/${first.coupon}`)).body;
    assert.deepEqual([coupon.times_reserved, coupon.times_redeemed], [0, 3]);
  });

  test('one customer in 40 sessions at once gets a code of one per customer once', async () => {
    const code = await codeOf(world, {}, { max_per_customer: 1 });
    const replies = await payAll(await open(40, code.code), () => 'greedy@example.com');
    assert.deepEqual(statesOf(replies), { '999 complete': 1, '422 promotion_code_refused': 39 });
  });

  test('one customer with many different first-order codes has one first order', async () => {
    const codes = await eachOf(20, () => codeOf(world, {}, { first_order_only: true }));
    const sessions = await eachOf(20, async (i) => (await open(1, codes[i]?.code ?? ''))[0] ?? '');
    const replies = await payAll(sessions, () => 'first@example.com');
    assert.deepEqual(statesOf(replies), { '999 complete': 1, '422 promotion_code_refused': 19 });
  });

  test('declined cards give their uses back: afterwards the code has as many left as before', async () => {
    const code = await codeOf(world, {}, { max_redemptions: 20 });
    const sessions = await open(20, code.code);
    const replies = await payAll(sessions, (i) => `declined-${i}@example.com`, '4000000000000002');
    assert.deepEqual(statesOf(replies), { '999 declined': 20 });
    await world.work();
    assert.deepEqual(await countsOf(world, code.id), [0, 0]);
    const again = await payAll(sessions, (i) => `declined-${i}@example.com`);
    assert.deepEqual(statesOf(again), { '999 complete': 20 });
    assert.deepEqual(await countsOf(world, code.id), [0, 20]);
  });

  test('a coupon that is deleted while it is redeemed: each payment counted it, or was refused', async () => {
    const code = await codeOf(world);
    const sessions = await open(40, code.code);
    const [replies] = await Promise.all([
      payAll(sessions, (i) => `deleted-${i}@example.com`),
      new Promise((done) => setTimeout(done, 60)).then(() => world.call('DELETE', `/v1/coupons/${code.coupon}`)),
    ]);
    const states = statesOf(replies);
    const paid = states['999 complete'] ?? 0;
    assert.equal(paid + (states['422 promotion_code_refused'] ?? 0), 40, JSON.stringify(states));
    await world.work();
    assert.deepEqual(await countsOf(world, code.id), [0, paid]);
  });

  test('taking and removing the code in one tab while another pays: the sum that was paid is the session’s', async () => {
    const code = await codeOf(world);
    const sessions = await open(20, code.code, { allow_promotion_codes: true });
    const [replies] = await Promise.all([
      payAll(sessions, (i) => `tabs-${i}@example.com`),
      eachOf(20, async (i) => {
        await at(i + 1).call('POST', `/pay/${sessions[i]}/promotion_code`, { code: null }, { as: world.tenant.secret });
      }),
    ]);
    assert.ok(
      replies.every((reply) => reply.status < 500),
      JSON.stringify(statesOf(replies)),
    );
    await world.work();
    let redeemed = 0;
    for (const id of sessions) {
      const session = await sessionNow(world, id);
      if (session.status !== 'complete') continue;
      const payment = (await world.call('GET', `/v1/payments/${session.payment}`)).body;
      assert.equal(payment.amount_captured, session.amount_total);
      assert.equal(session.amount_total, session.promotion_code === null ? 1_000 : 750);
      if (session.promotion_code !== null) redeemed++;
    }
    assert.deepEqual(await countsOf(world, code.id), [0, redeemed]);
  });
});

describe('a process that dies while a code is redeemed', () => {
  const dying: [point: string, card: string, ends: [number, number]][] = [
    // The provider never heard of it: the use is free again.
    ['authorize.recorded', '4242424242424242', [0, 0]],
    // The provider took the money: the use is used up.
    ['authorize.acted', '4242424242424242', [0, 1]],
    ['authorize.settled', '4242424242424242', [0, 1]],
    ['authorize.acted', '4000000000000002', [0, 0]],
  ];
  for (const [point, number, ends] of dying) {
    test(`at ${point}, card ${number.slice(-4)}: whoever finishes the payment finishes its use`, async () => {
      let dies = false;
      const world = await openWorld({
        probe(at) {
          if (dies && at === point) throw new Error('the process died here');
        },
      });
      try {
        const code = await codeOf(world, {}, { max_redemptions: 1 });
        const { id } = await sessionOf(world, { amount_total: 1_000, promotion_code: code.code });
        dies = true;
        const pressed = await payPage(world, id, { email: 'ada@example.com' }, number);
        // Dead before anybody was answered, or the answer was lost: not even we know how it went.
        assert.ok(pressed.status === 500 || pressed.body.state === 'processing', pressed.text);
        assert.deepEqual(await countsOf(world, code.id), [1, 0]);
        dies = false;
        await settleAll(world);
        await world.work();
        assert.deepEqual(await countsOf(world, code.id), ends);
        assert.equal((await sessionNow(world, id)).status, ends[1] === 1 ? 'complete' : 'open');
        await world.verify();
      } finally {
        await world.close();
      }
    });
  }
});
