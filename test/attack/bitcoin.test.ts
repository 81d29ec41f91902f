// Attacks on payments by Bitcoin: two processes that look at once, a gateway that loses answers, deaths between the steps, money that
// comes late while something else pays. What must not appear: a second effect, a satoshi that nobody recorded, an attempt left open.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { WalletAct } from '../../src/connectors/simulator/bitcoin.ts';
import { minutes, seconds } from '../../src/kit/clock.ts';
import { watchInvoices } from '../../src/payments/watch-invoices.ts';
import { killServers, startServer } from '../kit/server-process.ts';
import { closeProven, openWorld, type World } from '../kit/world.ts';
import { card, countOf, eachOf, eventTypesOf, long, openAttempts, session } from './money.ts';

const quick = { settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } };
const body = { amount: 6_400, currency: 'USD', payment_method_type: 'bitcoin' };

const create = async (world: World) => (await world.call('POST', '/v1/payments', body)).body.id as string;
const get = async (world: World, id: string) => (await world.call('GET', `/v1/payments/${id}`)).body;

async function invoiceOf(world: World, payment_id: string): Promise<string> {
  const { rows } = await sql<{
    id: string;
  }>`select id from bitcoin_invoices where payment_id = ${payment_id} and current`.execute(world.env.db.query);
  assert.ok(rows[0]);
  return rows[0].id;
}

async function wallet(world: World, payment_id: string, act: WalletAct): Promise<void> {
  const { statusCode } = await world.app.server.inject({
    method: 'POST',
    url: `/simulator/bitcoin/${await invoiceOf(world, payment_id)}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `act=${act}`,
  });
  assert.equal(statusCode, 303);
}

async function coins(world: World, payment_id: string): Promise<number> {
  const { rows } = await sql<{ sum: number }>`
    select coalesce(sum(amount), 0)::bigint as sum from simulator_coins where reference = ${await invoiceOf(world, payment_id)}`.execute(
    world.env.db.query,
  );
  return Number(rows[0]?.sum);
}

/** Booked once, told once. */
async function paidOnce(world: World, id: string): Promise<void> {
  const events = await eventTypesOf(world, id);
  assert.deepEqual([countOf(events, 'payment.completed'), countOf(events, 'payment.amount_received')], [1, 1], id);
  const { data } = (await world.call('GET', `/v1/balance_activities?payment=${id}`)).body;
  assert.equal(data.length, 1, 'one posting');
  assert.equal((await get(world, id)).amount_captured, 6_400);
}

describe('two processes, one database', () => {
  let world: World;
  before(async () => {
    world = await openWorld(quick);
  });
  after(async () => {
    await killServers();
    await closeProven(world);
  });

  test('a wallet that is pressed twenty times at once pays once', async () => {
    const id = await create(world);
    await eachOf(20, () => wallet(world, id, 'pay'));
    assert.equal(await coins(world, id), 100_000);
  });

  test('a confirmation that forty pages and two jobs see at once is one payment', async () => {
    const servers = await Promise.all([
      startServer({ database_url: world.url, worker: true }),
      startServer({ database_url: world.url, worker: true }),
    ]);
    for (let round = 0; round < (long ? 20 : 3); round++) {
      const id = await create(world);
      await wallet(world, id, 'seen');
      await wallet(world, id, 'confirm');
      const answers = await eachOf(40, async (i) => {
        const server = servers[i % 2];
        assert.ok(server);
        return (await server.call('GET', `/pay/${id}/status`, undefined, { as: world.tenant.secret })).status;
      });
      assert.deepEqual([...new Set(answers)], [200]);
      await paidOnce(world, id);
    }
    await Promise.all(servers.map((server) => server.stop()));
  });

  test('late money that two watchers find at once is one payment', async () => {
    const id = await create(world);
    world.clock.advance(minutes(16));
    await world.work();
    assert.equal((await get(world, id)).status, 'failed');
    await wallet(world, id, 'pay');
    world.clock.advance(minutes(2));
    await sql`update bitcoin_invoices set look_at = ${world.clock.now()} where payment_id = ${id}`.execute(
      world.env.db.query,
    );
    await Promise.all([watchInvoices(world.env), watchInvoices(world.env), world.work()]);
    world.clock.advance(minutes(2));
    await world.work();
    await paidOnce(world, id);
  });
});

describe('a server that is killed while it asks for an invoice', () => {
  let world: World;
  before(async () => {
    world = await openWorld(quick);
  });
  after(async () => {
    await killServers();
    await world.close();
  });

  let keys = 0;
  async function crash(crash_at: string): Promise<boolean> {
    const server = await startServer({ database_url: world.url, crash_at });
    const key = `bitcoin-${++keys}`;
    const answer = await server
      .call('POST', '/v1/payments', body, { as: world.tenant.secret, key })
      .catch(() => undefined);
    await server.kill();
    world.clock.advance(seconds(61));
    await world.work();
    const again = await world.call('POST', '/v1/payments', body, { key });
    assert.equal(again.status, 201, `${crash_at}: ${again.text}`);
    if (answer) assert.equal(again.text, answer.text);
    const { id } = again.body;
    const now = await get(world, id);
    if (now.decline?.code === 'never_reached') {
      assert.equal(now.bitcoin, null, `${crash_at}: nobody was given an address`);
      return answer === undefined;
    }
    // The world's clock runs ahead of the server's, so an invoice may be over by now: then this is late money.
    assert.ok(now.status === 'requires_authentication' || now.decline?.code === 'invoice_expired', crash_at);
    await wallet(world, id, 'pay');
    for (let i = 0; i < 10 && (await get(world, id)).status !== 'completed'; i++) {
      world.clock.advance(minutes(2));
      await world.work();
    }
    assert.equal((await get(world, id)).status, 'completed', crash_at);
    assert.equal(countOf(await eventTypesOf(world, id), 'payment.completed'), 1);
    return answer === undefined;
  }

  test('at each of its steps: the retry is answered, and what comes pays once', async () => {
    for (const point of ['recorded', 'acted', 'settled'])
      assert.ok(await crash(`authorize.${point}:1`), `passes ${point}`);
    await world.verify();
  });

  test('at its statements as well', async () => {
    let n = long ? 1 : 5;
    while (await crash(`sql:${n}`)) n += long ? 1 : 11;
    assert.ok(n > 5);
    assert.deepEqual(await openAttempts(world), []);
    await world.verify();
  });
});

test('a death between the two steps of taking late money: taken once, by whoever comes next', async () => {
  let deaths = 0;
  const world = await openWorld({
    ...quick,
    probe(point) {
      if (point === 'late.recorded' && deaths++ === 0) throw new Error('killed');
    },
  });
  try {
    const id = await create(world);
    world.clock.advance(minutes(16));
    await world.work();
    await wallet(world, id, 'pay');
    for (let i = 0; i < 6; i++) {
      world.clock.advance(minutes(2));
      await world.work();
    }
    assert.equal(deaths, 1);
    await paidOnce(world, id);
    assert.deepEqual(await openAttempts(world), []);
    await world.verify();
  } finally {
    await world.close();
  }
});

test('a gateway that loses every second answer: the invoice is found, what comes pays once', async () => {
  let calls = 0;
  const world = await openWorld({
    ...quick,
    wrapBitcoin: (gateway) => ({
      ...gateway,
      async request(call) {
        const answer = await gateway.request(call);
        if (++calls % 2 === 1) throw new Error('line broken');
        return answer;
      },
      async look(reference) {
        if (++calls % 2 === 1) throw new Error('line broken');
        return await gateway.look(reference);
      },
    }),
  });
  try {
    const made = await world.call('POST', '/v1/payments', body);
    assert.deepEqual([made.status, made.body.status, made.body.bitcoin], [201, 'processing', null]);
    for (let i = 0; i < 4; i++) {
      world.clock.advance(minutes(1));
      await world.work();
    }
    assert.equal((await get(world, made.body.id)).status, 'requires_authentication');
    await wallet(world, made.body.id, 'pay');
    for (let i = 0; i < 6; i++) {
      world.clock.advance(minutes(1));
      await world.work();
    }
    await paidOnce(world, made.body.id);
    await world.verify();
  } finally {
    await world.close();
  }
});

test('no rate, no payment: refused, and nothing is written', async () => {
  const world = await openWorld({
    ...quick,
    wrapBitcoin: (gateway) => ({ ...gateway, rate: () => Promise.reject(new Error('line broken')) }),
  });
  try {
    const refused = await world.call('POST', '/v1/payments', body);
    assert.deepEqual([refused.status, refused.body.code], [503, 'unavailable'], refused.text);
    const { rows } = await sql<{ n: number }>`
      select (select count(*) from payments) + (select count(*) from attempts) + (select count(*) from bitcoin_invoices) as n`.execute(
      world.env.db.query,
    );
    assert.equal(Number(rows[0]?.n), 0);
  } finally {
    await world.close();
  }
});

describe('a session', () => {
  let world: World;
  before(async () => {
    world = await openWorld(quick);
  });
  after(async () => {
    await closeProven(world);
  });

  const press = async (id: string, what: Record<string, unknown>) =>
    (await world.call('POST', `/pay/${id}/payments`, what, { key: `press-${Math.random()}` })).body;
  const payments = async (id: string) => (await world.call('GET', `/v1/payments?checkout_session=${id}`)).body.data;
  const typed = async (id: string) => ({ token: (await world.call('POST', `/pay/${id}/tokens`, card())).body.id });

  test('that a card paid keeps late bitcoin apart: recorded and told, not taken', async () => {
    const id = await session(world, 6_400);
    const asked = await press(id, { payment_method_type: 'bitcoin', email: 'ada@example.com' });
    assert.equal(asked.state, 'requires_authentication', JSON.stringify(asked));
    assert.match(asked.bitcoin_uri, /^bitcoin:tb1/);
    const bitcoin = (await payments(id))[0].id;
    assert.equal((await press(id, await typed(id))).state, 'complete');
    await wallet(world, bitcoin, 'pay');
    for (let i = 0; i < 3; i++) {
      world.clock.advance(minutes(16));
      await world.work();
    }
    const now = await get(world, bitcoin);
    assert.deepEqual([now.status, now.amount_captured, now.bitcoin.amount_received], ['failed', 0, 100_000]);
    assert.ok((await eventTypesOf(world, bitcoin)).includes('payment.amount_received'));
  });

  test('that expired unpaid is completed by late bitcoin, and says that it was late', async () => {
    const id = await session(world, 6_400, { expires_in: 60 });
    await press(id, { payment_method_type: 'bitcoin' });
    const bitcoin = (await payments(id))[0].id;
    for (let i = 0; i < 2; i++) {
      world.clock.advance(minutes(16));
      await world.work();
    }
    assert.equal((await world.call('GET', `/v1/checkout_sessions/${id}`)).body.status, 'expired');
    await wallet(world, bitcoin, 'pay');
    for (let i = 0; i < 2; i++) {
      world.clock.advance(minutes(16));
      await world.work();
    }
    assert.equal((await get(world, bitcoin)).status, 'completed');
    assert.equal((await world.call('GET', `/v1/checkout_sessions/${id}`)).body.status, 'complete');
    assert.ok((await eventTypesOf(world, id)).includes('checkout_session.late_payment'));
  });

  test('whose two tabs choose Bitcoin at once shows one address', async () => {
    const id = await session(world, 6_400);
    const answers = await eachOf(10, () => press(id, { payment_method_type: 'bitcoin' }));
    assert.deepEqual(
      [...new Set(answers.map((a) => a.state))].filter((s) => s !== 'processing'),
      ['requires_authentication'],
    );
    assert.equal((await payments(id)).length, 1);
  });

  test('whose time ends while what was sent is unconfirmed waits for it', async () => {
    const id = await session(world, 6_400, { expires_in: 60 });
    await press(id, { payment_method_type: 'bitcoin' });
    const bitcoin = (await payments(id))[0].id;
    await wallet(world, bitcoin, 'seen');
    for (let i = 0; i < 3; i++) {
      world.clock.advance(minutes(16));
      await world.work();
    }
    assert.equal((await get(world, bitcoin)).status, 'processing');
    await wallet(world, bitcoin, 'confirm');
    assert.equal((await world.call('GET', `/pay/${id}/status`)).body.state, 'complete');
  });
});
