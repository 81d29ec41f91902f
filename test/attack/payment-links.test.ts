// Many customers, two server processes, a link with few places left and a code that takes everything off. What must not appear: a completed
// session beyond the limit, a place that is lost, a free order that is told or counted twice, or an answer of 500.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { codeOf, countsOf, made, payPage, priceOf, sessionNow, sessionOf } from '../kit/catalog.ts';
import { killServers, type ServerProcess, startServer } from '../kit/server-process.ts';
import { openWorld, type Reply, type World } from '../kit/world.ts';
import { card, eachOf, openAttempts, settleAll, tally } from './money.ts';

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

const at = (i: number): ServerProcess => {
  const server = servers[i % servers.length];
  assert.ok(server);
  return server;
};
const statesOf = (replies: Reply[]) =>
  tally(
    replies.map((reply) => (reply.status < 400 ? { ...reply, status: 999, body: { code: reply.body.state } } : reply)),
  );
let presses = 0;
const press = (i: number, session: string, body: Record<string, unknown>) =>
  at(i).call('POST', `/pay/${session}/payments`, body, { key: `race-${++presses}`, as: world.tenant.secret });

async function payAll(sessions: string[], number?: string): Promise<Reply[]> {
  const tokens = await eachOf(sessions.length, (i) =>
    at(i).call('POST', '/v1/tokens', { card: card(number) }, { as: world.tenant.publishable }),
  );
  return await eachOf(sessions.length, (i) =>
    press(i, sessions[i] ?? '', { token: tokens[i]?.body.id, email: `racer-${i}@example.com` }),
  );
}

async function linkWith(places: number, count: number): Promise<{ id: string; sessions: string[] }> {
  const price = await priceOf(world);
  const { id } = await made(world, '/v1/payment_links', {
    line_items: [{ price: price.id }],
    currency: 'USD',
    max_completed_sessions: places,
  });
  const sessions: string[] = [];
  for (let i = 0; i < count; i++) {
    world.clock.advance(2_000);
    const reply = await world.app.server.inject({
      method: 'GET',
      url: `/l/${id}`,
      headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    });
    sessions.push(String(reply.headers.location).slice('/pay/'.length));
  }
  return { id, sessions };
}

const linkNow = async (id: string) => (await world.call('GET', `/v1/payment_links/${id}`)).body;

describe('two processes, one link', () => {
  test('of 200 customers who pay at once for five places, exactly five are charged', async () => {
    const { id, sessions } = await linkWith(5, 200);
    const replies = await payAll(sessions);
    assert.deepEqual(statesOf(replies), { '999 complete': 5, '999 expired': 195 });
    assert.partialDeepStrictEqual(await linkNow(id), { status: 'used_up', sessions_completed: 5 });
    const payments = (await world.call('GET', '/v1/payments?limit=100')).body.data.filter(
      (p: { checkout_session: string | null }) => sessions.includes(p.checkout_session ?? ''),
    );
    assert.equal(payments.length, 5, 'whoever got no place was not charged');
  });

  test('declined cards give their places back', async () => {
    const { id, sessions } = await linkWith(20, 20);
    assert.deepEqual(statesOf(await payAll(sessions, '4000000000000002')), { '999 declined': 20 });
    await world.work();
    assert.partialDeepStrictEqual(await linkNow(id), { status: 'active', sessions_completed: 0 });
    assert.deepEqual(statesOf(await payAll(sessions)), { '999 complete': 20 });
    assert.equal((await linkNow(id)).sessions_completed, 20);
  });

  test('a link that is switched off while it is paid: each session is complete and counted, or not charged', async () => {
    const { id, sessions } = await linkWith(1_000, 40);
    const [replies] = await Promise.all([
      payAll(sessions),
      new Promise((done) => setTimeout(done, 60)).then(() =>
        world.call('PATCH', `/v1/payment_links/${id}`, { active: false }),
      ),
    ]);
    const states = statesOf(replies);
    const paid = states['999 complete'] ?? 0;
    assert.equal(paid + (states['999 expired'] ?? 0), 40, JSON.stringify(states));
    assert.equal((await linkNow(id)).sessions_completed, paid);
  });
});

describe('two processes, an order of nothing', () => {
  test('pressed 200 times at once it is complete once, its code counted once, told once', async () => {
    const code = await codeOf(world, { percentage_bps: 10_000 });
    const { id } = await sessionOf(world, { amount_total: 1_000, promotion_code: code.code });
    const replies = await eachOf(200, (i) => press(i, id, { email: 'free@example.com' }));
    // Of one page only so many presses are let in at once; all of them hear the same.
    const states = statesOf(replies);
    const { '999 complete': answered = 0, '429 rate_limited': waited = 0 } = states;
    assert.ok(answered >= 30, JSON.stringify(states));
    assert.equal(answered + waited, 200, JSON.stringify(states));
    assert.deepEqual(await countsOf(world, code.id), [0, 1]);
    const told = (await world.call('GET', '/v1/events?type=checkout_session.completed&limit=100')).body.data.filter(
      (e: { data: { id: string } }) => e.data.id === id,
    );
    assert.equal(told.length, 1);
  });

  test('of 200 customers with a code that has three uses left, three order for nothing', async () => {
    const code = await codeOf(world, { percentage_bps: 10_000 }, { max_redemptions: 3 });
    const sessions = await eachOf(
      200,
      async () => (await sessionOf(world, { amount_total: 1_000, promotion_code: code.code })).id as string,
    );
    const replies = await eachOf(200, (i) => press(i, sessions[i] ?? '', { email: `free-${i}@example.com` }));
    assert.deepEqual(statesOf(replies), { '999 complete': 3, '422 promotion_code_refused': 197 });
    assert.deepEqual(await countsOf(world, code.id), [0, 3]);
    const complete = (await eachOf(200, (i) => sessionNow(world, sessions[i] ?? ''))).filter(
      (s) => s.status === 'complete',
    );
    assert.deepEqual(
      complete.map((s) => s.payment_status),
      ['no_payment_required', 'no_payment_required', 'no_payment_required'],
    );
  });
});

describe('a process that dies while a place is held', () => {
  const dying: [point: string, completed: number][] = [
    // The provider never heard of it: the place is free again.
    ['authorize.recorded', 0],
    // The provider took the money: the place is used.
    ['authorize.acted', 1],
  ];
  for (const [point, completed] of dying) {
    test(`at ${point}: whoever finishes the payment finishes its place`, async () => {
      let dies = false;
      const mine = await openWorld({
        probe(now) {
          if (dies && now === point) throw new Error('the process died here');
        },
      });
      try {
        const price = await priceOf(mine);
        const link = await made(mine, '/v1/payment_links', {
          line_items: [{ price: price.id }],
          currency: 'USD',
          max_completed_sessions: 1,
        });
        const reply = await mine.app.server.inject({
          method: 'GET',
          url: `/l/${link.id}`,
          headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
        });
        const session = String(reply.headers.location).slice('/pay/'.length);
        dies = true;
        const pressed = await payPage(mine, session, { email: 'ada@example.com' });
        assert.ok(pressed.status === 500 || pressed.body.state === 'processing', pressed.text);
        dies = false;
        await settleAll(mine);
        await mine.work();
        const now = (await mine.call('GET', `/v1/payment_links/${link.id}`)).body;
        assert.deepEqual([now.sessions_completed, now.status], [completed, completed === 1 ? 'used_up' : 'active']);
        await mine.verify();
      } finally {
        await mine.close();
      }
    });
  }
});
