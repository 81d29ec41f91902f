// SIGKILL at every boundary: the server dies in the middle of a request, another one starts on the same database, and the safety job
// runs. What must not appear: a second effect at the provider, an attempt left open, an answer lost, books that do not hold.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { openReceiver } from '../../src/webhooks/fixture.ts';
import { comesToAnEnd, eventually } from '../kit/eventually.ts';
import { killServers, startServer } from '../kit/server-process.ts';
import { openWorld, type Reply, type World } from '../kit/world.ts';
import {
  authorized,
  card,
  completed,
  countOf,
  eachOf,
  eventTypesOf,
  givenBack,
  long,
  openAttempts,
  type ProviderCall,
  providerCalls,
  session,
  settleAll,
  taken,
} from './money.ts';

type Prepared = { path: string; body: unknown; payment(): Promise<string | undefined> };
type Case = {
  verb: string;
  kind: string;
  status: 200 | 201;
  prepare(world: World): Promise<Prepared>;
  /** The one effect at the provider when the command went through. */
  done(calls: ProviderCall[]): boolean;
};

const newest = async (world: World, where: string) => {
  const found = await world.call('GET', `/v1/payments?${where}`);
  assert.ok(found.body.data.length <= 1, 'one payment at most');
  return found.body.data[0]?.id as string | undefined;
};
const only = (id: string) => async () => id;
const one = (calls: ProviderCall[], kind: string) =>
  calls.filter((c) => c.kind === kind && c.status === 'approved').length === 1;
let references = 0;

async function create(world: World, capture: boolean): Promise<Prepared> {
  const merchant_reference = `crash_${++references}`;
  const body = { amount: 1000, currency: 'USD', capture, token: await world.token(), merchant_reference };
  return { path: '/v1/payments', body, payment: () => newest(world, `merchant_reference=${merchant_reference}`) };
}

async function onHeld(world: World, verb: string, body: unknown): Promise<Prepared> {
  const id = await authorized(world, 1000);
  return { path: `/v1/payments/${id}/${verb}`, body, payment: only(id) };
}

const cases: Case[] = [
  { verb: 'a charge', kind: 'authorize', status: 201, prepare: (w) => create(w, true), done: (c) => taken(c) === 1000 },
  {
    verb: 'an authorization',
    kind: 'authorize',
    status: 201,
    prepare: (w) => create(w, false),
    done: (c) => one(c, 'authorize') && taken(c) === 0,
  },
  {
    verb: 'a confirmation',
    kind: 'authorize',
    status: 200,
    async prepare(world) {
      const id = String((await world.call('POST', '/v1/payments', { amount: 1000, currency: 'USD' })).body.id);
      return { path: `/v1/payments/${id}/confirm`, body: { token: await world.token() }, payment: only(id) };
    },
    done: (c) => taken(c) === 1000,
  },
  {
    verb: 'a capture',
    kind: 'capture',
    status: 200,
    prepare: (w) => onHeld(w, 'capture', { amount: 400 }),
    done: (c) => taken(c) === 400,
  },
  { verb: 'a cancel', kind: 'void', status: 200, prepare: (w) => onHeld(w, 'cancel', {}), done: (c) => one(c, 'void') },
  {
    verb: 'an increase',
    kind: 'increase',
    status: 200,
    prepare: (w) => onHeld(w, 'increase_authorization', { amount: 1500 }),
    done: (c) => one(c, 'increase'),
  },
  {
    verb: 'a refund',
    kind: 'refund',
    status: 201,
    async prepare(world) {
      const id = await completed(world, 1000);
      return { path: '/v1/refunds', body: { payment: id, amount: 600 }, payment: only(id) };
    },
    done: (c) => givenBack(c) === 600,
  },
  {
    verb: 'a checkout',
    kind: 'authorize',
    status: 200,
    async prepare(world) {
      const id = await session(world, 1000);
      const token = (await world.call('POST', `/pay/${id}/tokens`, card())).body.id;
      return { path: `/pay/${id}/payments`, body: { token }, payment: () => newest(world, `checkout_session=${id}`) };
    },
    done: (c) => taken(c) === 1000,
  },
];

describe('a server that is killed in the middle of a request', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
    await world.token();
    await sql`update accounts set overdraft_limit = 1000000000`.execute(world.env.db.query);
  });
  after(async () => {
    await killServers();
    await world.close();
  });

  let keys = 0;
  /** True when the process died; false when the request ended before it came to the point. */
  async function crash(one_: Case, crash_at: string): Promise<boolean> {
    const where = `${one_.verb} at ${crash_at}`;
    const server = await startServer({ database_url: world.url, crash_at });
    const prepared = await one_.prepare(world);
    const key = `crash-${++keys}`;
    const answer: Reply | undefined = await server
      .call('POST', prepared.path, prepared.body, { as: world.tenant.secret, key })
      .catch(() => undefined);
    // What is read after the answer belongs to no request.
    const died = answer === undefined;
    await server.kill();
    if (answer) assert.equal(answer.status, one_.status, `${where}: ${answer.text}`);

    // Everything of a dead request is ended within 60 s; the world is the server that starts next.
    world.clock.advance(61_000);
    await world.work();
    assert.deepEqual(await openAttempts(world), [], `${where}: nothing is left open`);
    const again = await world.call('POST', prepared.path, prepared.body, { key });
    if (one_.verb === 'a checkout' && again.body.code === 'token_used') {
      // The page's key is not bound to the payment, so a card that never reached the bank has to be typed again.
      const payment = await prepared.payment();
      assert.ok(died && payment, `${where}: only a dead call says so`);
      assert.deepEqual(await providerCalls(world, payment), [], `${where}: nothing was taken`);
      const id = prepared.path.split('/')[2];
      const token = (await world.call('POST', `/pay/${id}/tokens`, card())).body.id;
      const other = await world.call('POST', `/pay/${id}/payments`, { token }, { key: `${key}-again` });
      assert.equal(other.body.state, 'complete', `${where}: another card pays: ${other.text}`);
      return died;
    }
    assert.equal(again.status, one_.status, `${where}: the retry is answered: ${again.text}`);
    if (answer) assert.equal(again.text, answer.text, `${where}: what was answered is answered again`);
    const third = await world.call('POST', prepared.path, prepared.body, { key });
    assert.deepEqual([third.text, third.headers['idempotent-replayed']], [again.text, 'true'], `${where}: and again`);

    const payment = await prepared.payment();
    assert.ok(payment, `${where}: the payment is there`);
    const calls = await providerCalls(world, payment);
    const effects = calls.filter((c) => c.kind === one_.kind && c.status === 'approved').length;
    assert.ok(
      effects === 0 || (effects === 1 && one_.done(calls)),
      `${where}: one effect or none: ${JSON.stringify(calls)}`,
    );
    // A call that never left is told as such, and the retry says the same.
    if (effects === 0)
      assert.ok(
        again.text.includes('never_reached') || /"state":"(declined|open)"/.test(again.text),
        `${where}: ${again.text}`,
      );
    return died;
  }

  for (const one_ of cases) {
    test(`${one_.verb}: killed before, between and after the two transactions, it has one effect or none, and the retry is answered`, async () => {
      for (const point of ['recorded', 'acted', 'settled']) {
        assert.ok(await crash(one_, `${one_.kind}.${point}:1`), `${one_.verb} passes ${point}`);
      }
      await world.verify();
    });

    test(`${one_.verb}: killed at ${long ? 'each' : 'some'} of its statements, it has one effect or none, and the retry is answered`, async () => {
      // Both ends of every statement count; the steps of the short run move on from case to case.
      const step = long ? 1 : 17;
      const from = long ? 1 : 1 + (cases.indexOf(one_) % 8);
      let n = from;
      while (await crash(one_, `sql:${n}`)) n += step;
      assert.ok(n > from, 'it died at least once');
      await world.verify();
    });
  }

  test('a cancel of an unpaid payment, killed at the statements around its commit, is answered to the retry', async () => {
    for (let n = long ? 1 : 18, died = true; died; n++) {
      const id = String((await world.call('POST', '/v1/payments', { amount: 1000, currency: 'USD' })).body.id);
      const server = await startServer({ database_url: world.url, crash_at: `sql:${n}` });
      const key = `unpaid-${n}`;
      const path = `/v1/payments/${id}/cancel`;
      died = await server.call('POST', path, {}, { as: world.tenant.secret, key }).then(
        () => false,
        () => true,
      );
      await server.kill();
      world.clock.advance(61_000);
      await world.work();
      const again = await world.call('POST', path, {}, { key });
      assert.deepEqual([again.status, again.body.status], [200, 'cancelled'], `killed at sql:${n}: ${again.text}`);
      assert.equal(countOf(await eventTypesOf(world, id), 'payment.cancelled'), 1);
    }
  });

  test(`under a stream of mixed requests, killed at ${long ? 50 : 6} random moments: what was acknowledged is there, and the books hold`, async () => {
    const acknowledged: { id: string; amount: number }[] = [];
    for (let round = 0; round < (long ? 50 : 6); round++) {
      const server = await startServer({ database_url: world.url, worker: true });
      // The first one opens the vault for the rest.
      await world.token();
      const tokens = await eachOf(40, () => world.token());
      const held = await eachOf(10, () => authorized(world, 700 + round));
      const paid = await eachOf(10, () => completed(world, 900 + round));
      const as = world.tenant.secret;
      const calls = [
        ...tokens.map(
          (token, i) => () =>
            server.call(
              'POST',
              '/v1/payments',
              { amount: 100 + i, currency: 'USD', token, capture: i % 3 > 0 },
              { as, key: `stream-${round}-${i}` },
            ),
        ),
        ...held.map(
          (id, i) => () =>
            server.call(
              'POST',
              `/v1/payments/${id}/${i % 2 ? 'cancel' : 'capture'}`,
              {},
              { as, key: `follow-${round}-${i}` },
            ),
        ),
        ...paid.map(
          (payment, i) => () =>
            server.call('POST', '/v1/refunds', { payment, amount: 300 }, { as, key: `refund-${round}-${i}` }),
        ),
      ];
      const mixed = calls.map((call) => ({ call, at: Math.random() })).sort((a, b) => a.at - b.at);
      const first = Promise.withResolvers<void>();
      const running = mixed.map(async ({ call, at }) => {
        await sleep(at * 800);
        const reply = await call().catch(() => undefined);
        if (!reply || reply.status >= 300) return;
        acknowledged.push({ id: String(reply.body.id), amount: Number(reply.body.amount) });
        first.resolve();
      });
      // However slow the machine is, something was acknowledged before it dies.
      await Promise.race([first.promise, Promise.all(running)]);
      await sleep(Math.random() * 600);
      await server.kill();
      await Promise.all(running);
      await settleAll(world);
      assert.deepEqual(await openAttempts(world), []);
    }
    for (const { id, amount } of acknowledged) {
      const found = await world.call('GET', `/v1/${id.startsWith('re_') ? 'refunds' : 'payments'}/${id}`);
      assert.deepEqual([found.status, found.body.amount], [200, amount], id);
    }
    assert.ok(acknowledged.length > 0);
    await world.verify();
  });
});

describe('webhooks of a server that is killed', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
    await world.token();
  });
  after(async () => {
    await killServers();
    await world.close();
  });

  test('an event committed just before the death is sent by whoever starts next', async () => {
    const receiver = await openReceiver((res) => res.end());
    try {
      const made = await world.call('POST', '/v1/webhook_endpoints', {
        url: receiver.url,
        events: ['payment.completed'],
      });
      assert.equal(made.status, 201, made.text);
      const ids: string[] = [];
      for (let round = 0; round < (long ? 20 : 4); round++) {
        // No worker: nothing but the commit happened.
        const server = await startServer({ database_url: world.url, crash_at: 'authorize.settled:1' });
        const merchant_reference = `hook_${round}`;
        await server
          .call(
            'POST',
            '/v1/payments',
            { amount: 500, currency: 'USD', token: await world.token(), merchant_reference },
            { as: world.tenant.secret },
          )
          .catch(() => {});
        await server.kill();
        const id = await newest(world, `merchant_reference=${merchant_reference}`);
        assert.ok(id);
        ids.push(id);
      }
      const heir = await startServer({ database_url: world.url, worker: true });
      await eventually('all are sent', () => (receiver.received.length < ids.length ? undefined : true));
      await heir.kill();
      const sent = receiver.received.map((r) => JSON.parse(r.body).data.id as string).sort();
      assert.deepEqual(sent, ids.sort());
      await world.call('DELETE', `/v1/webhook_endpoints/${made.body.id}`);
    } finally {
      await receiver.close();
    }
  });

  test('a process that dies between the send and its record sends again when its claim has lapsed, with the same id', async () => {
    const receiver = await openReceiver((res) => res.end());
    try {
      const made = await world.call('POST', '/v1/webhook_endpoints', {
        url: receiver.url,
        events: ['payment.completed'],
      });
      const server = await startServer({ database_url: world.url, worker: true, crash_at: 'delivery.posted:1' });
      const token = await world.token();
      const paid = await server.call(
        'POST',
        '/v1/payments',
        { amount: 600, currency: 'USD', token },
        { as: world.tenant.secret },
      );
      assert.equal(paid.status, 201);
      assert.ok(await comesToAnEnd(server.ended), 'it sends, and dies of it');
      assert.equal(await server.ended, 'SIGKILL');
      assert.equal(receiver.received.length, 1);
      await world.work();
      assert.equal(receiver.received.length, 1, 'the claim of the dead process still holds');
      world.clock.advance(61_000);
      await world.work();
      assert.equal(receiver.received.length, 2);
      const [first, second] = receiver.received;
      assert.deepEqual([first?.headers['webhook-id'], first?.body], [second?.headers['webhook-id'], second?.body]);
      world.clock.advance(61_000);
      await world.work();
      assert.equal(receiver.received.length, 2, 'then it is done');
      assert.equal(countOf(await eventTypesOf(world, String(paid.body.id)), 'payment.completed'), 1);
      await world.call('DELETE', `/v1/webhook_endpoints/${made.body.id}`);
    } finally {
      await receiver.close();
    }
  });

  test('events of a worker killed at random moments while it sends all arrive, none is lost', async () => {
    const receiver = await openReceiver((res) => setTimeout(() => res.end(), Math.random() * 20));
    try {
      const made = await world.call('POST', '/v1/webhook_endpoints', {
        url: receiver.url,
        events: ['customer.created'],
      });
      const wanted = new Set<string>();
      for (let round = 0; round < (long ? 40 : 5); round++) {
        const server = await startServer({ database_url: world.url, worker: true });
        const replies = await eachOf(40, (i) =>
          server
            .call('POST', '/v1/customers', { name: `c${round}-${i}` }, { as: world.tenant.secret })
            .catch(() => undefined),
        );
        for (const reply of replies) if (reply?.status === 201) wanted.add(String(reply.body.id));
        await sleep(Math.random() * 150);
        await server.kill();
      }
      for (let i = 0; i < 3; i++) {
        world.clock.advance(61_000);
        await world.work();
      }
      const arrived = new Set(receiver.received.map((r) => String(JSON.parse(r.body).data.id)));
      assert.deepEqual(
        [...wanted].filter((id) => !arrived.has(id)),
        [],
      );
      assert.equal(wanted.size, (long ? 40 : 5) * 40);
      await world.call('DELETE', `/v1/webhook_endpoints/${made.body.id}`);
    } finally {
      await receiver.close();
    }
  });
});
