// A provider that is silent, breaks off, answers twice or late, at every kind of call. A time-out is never read as a refusal, blocks
// a second charge and is resolved by asking. What must not appear: money at the provider that our books do not know.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Connector } from '../../src/connectors/connector.ts';
import { ProviderTimeout } from '../../src/connectors/provider-timeout.ts';
import { resolveDue } from '../../src/payments/resolve.ts';
import { undoLate } from '../../src/payments/undo-late.ts';
import { comesToAnEnd } from '../kit/eventually.ts';
import { openWorld, type World } from '../kit/world.ts';
import {
  answerChallenge,
  authorized,
  card,
  challengeOf,
  completed,
  countOf,
  eventTypesOf,
  givenBack,
  openAttempts,
  providerCalls,
  session,
  settleAll,
  taken,
} from './money.ts';

type Method = 'authorize' | 'capture' | 'void' | 'refund' | 'increase' | 'look';
type Inner = () => Promise<unknown>;
/** Stands in for one call; `inner` makes it. */
type Trouble = (inner: Inner, reference: string) => Promise<unknown>;

const troubles = new Map<Method, Trouble>();

/** Each trouble happens once, to the next call of its kind. */
function wrap(connector: Connector): Connector {
  const around =
    (method: Method) =>
    async (call: { reference: string } | string): Promise<unknown> => {
      const inner = () => (connector[method] as (c: unknown) => Promise<unknown>)(call);
      const trouble = troubles.get(method);
      troubles.delete(method);
      return await (trouble ? trouble(inner, typeof call === 'string' ? call : call.reference) : inner());
    };
  const methods = ['authorize', 'capture', 'void', 'refund', 'increase', 'look'] as const;
  return { ...connector, ...Object.fromEntries(methods.map((m) => [m, around(m)])) } as Connector;
}

/** What answers has to do so within this on a machine under load, too. */
const silence_ms = '1500';
const never = () => new Promise<never>(() => {});
const ways: Record<string, { arrives: boolean; trouble: Trouble; answers?: true }> = {
  'says nothing and never saw it': { arrives: false, trouble: never },
  'says nothing but did it': { arrives: true, trouble: (inner) => inner().then(never) },
  'breaks off before': { arrives: false, trouble: async (_, r) => Promise.reject(new ProviderTimeout('simulator', r)) },
  'breaks off after': {
    arrives: true,
    trouble: async (inner) => {
      await inner();
      throw new Error('socket hang up');
    },
  },
  'is called twice': {
    arrives: true,
    answers: true,
    trouble: async (inner) => (await Promise.all([inner(), inner()]))[1],
  },
};

describe('a provider that fails us', () => {
  let world: World;
  before(async () => {
    world = await openWorld({
      wrap,
      settings: { PROVIDER_TIMEOUT_MS: silence_ms, RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
    });
    await world.token();
  });
  after(() => world.close());
  afterEach(async () => {
    troubles.clear();
    const open = await openAttempts(world);
    if (open.length > 0) await settleAll(world);
    assert.deepEqual(open, []);
    await world.verify();
  });

  const get = async (id: string) => (await world.call('GET', `/v1/payments/${id}`)).body;
  const unique = () => Math.random().toString(36).slice(2);

  for (const [way, { arrives, trouble, answers }] of Object.entries(ways)) {
    for (const capture of [true, false]) {
      test(`${capture ? 'a charge' : 'an authorization'} whose provider ${way}: no second charge meanwhile, and the end is what the provider did`, async () => {
        troubles.set('authorize', trouble);
        const key = unique();
        const body = { amount: 1000, currency: 'USD', capture, token: await world.token() };
        const made = await world.call('POST', '/v1/payments', body, { key });
        assert.equal(made.status, 201, made.text);
        const id = String(made.body.id);
        const wanted = capture ? 'completed' : 'authorized';
        if (!answers) {
          assert.equal(made.body.status, 'processing');
          for (const verb of ['capture', 'cancel']) {
            const refused = await world.call('POST', `/v1/payments/${id}/${verb}`, {});
            assert.deepEqual([refused.status, refused.body.code], [409, 'payment_in_progress'], verb);
            assert.ok(refused.headers['retry-after'], 'it says when to come back');
          }
          await settleAll(world);
        }
        const calls = await providerCalls(world, id);
        assert.deepEqual([(await get(id)).status, calls.length], arrives ? [wanted, 1] : ['failed', 0]);
        assert.equal(taken(calls), arrives && capture ? 1000 : 0);
        const again = await world.call('POST', '/v1/payments', body, { key });
        assert.deepEqual([again.status, again.text, again.headers['idempotent-replayed']], [201, made.text, 'true']);
        assert.equal((await providerCalls(world, id)).length, calls.length);
      });
    }

    test(`a hosted payment whose provider ${way}: another card is refused until the outcome is known`, async () => {
      const id = String((await world.call('POST', '/v1/payments', { amount: 1000, currency: 'USD' })).body.id);
      troubles.set('authorize', trouble);
      const first = await world.call('POST', `/v1/payments/${id}/confirm`, { token: await world.token() });
      assert.equal(first.status, 200, first.text);
      if (!answers) {
        const second = await world.call('POST', `/v1/payments/${id}/confirm`, { token: await world.token() });
        assert.deepEqual([second.status, second.body.code], [409, 'payment_in_progress']);
        await settleAll(world);
      }
      assert.equal((await get(id)).status, arrives ? 'completed' : 'pending');
      assert.equal(taken(await providerCalls(world, id)), arrives ? 1000 : 0);
    });

    test(`a session whose provider ${way}: pressing again charges nothing more`, async () => {
      const id = await session(world, 1000);
      const press = async () => {
        const token = (await world.call('POST', `/pay/${id}/tokens`, card())).body.id;
        return await world.call('POST', `/pay/${id}/payments`, { token }, { key: unique() });
      };
      troubles.set('authorize', trouble);
      const first = await press();
      assert.equal(first.body.state, answers ? 'complete' : 'processing', first.text);
      const second = await press();
      assert.equal(second.status, 200, second.text);
      await settleAll(world);
      const payments = (await world.call('GET', `/v1/payments?checkout_session=${id}`)).body.data;
      assert.equal(payments.filter((p: { status: string }) => p.status === 'completed').length, arrives ? 1 : 0);
      const now = (await world.call('GET', `/v1/checkout_sessions/${id}`)).body;
      assert.equal(now.payment_status, arrives ? 'paid' : 'unpaid');
    });

    const followUps = {
      capture: {
        path: 'capture',
        body: { amount: 400 },
        done: { amount_captured: 400 },
        undone: { amount_captured: 0, status: 'authorized' },
      },
      void: {
        path: 'cancel',
        body: {},
        done: { status: 'cancelled' },
        undone: { status: 'authorized', amount_capturable: 1000 },
      },
      increase: {
        path: 'increase_authorization',
        body: { amount: 1500 },
        done: { amount_authorized: 1500 },
        undone: { amount_authorized: 1000 },
      },
    } as const;
    for (const [kind, { path, body, done, undone }] of Object.entries(followUps)) {
      test(`a ${kind} whose provider ${way}: nothing else begins meanwhile, and the end is what the provider did`, async () => {
        const id = await authorized(world, 1000);
        troubles.set(kind as Method, trouble);
        const key = unique();
        const made = await world.call('POST', `/v1/payments/${id}/${path}`, body, { key });
        assert.equal(made.status, 200, made.text);
        if (!answers) {
          for (const verb of ['capture', 'cancel']) {
            const refused = await world.call('POST', `/v1/payments/${id}/${verb}`, {});
            assert.deepEqual([refused.status, refused.body.code], [409, 'payment_in_progress'], verb);
          }
          await settleAll(world);
        }
        const now = await get(id);
        for (const [name, value] of Object.entries(arrives ? done : undone)) assert.equal(now[name], value, name);
        const again = await world.call('POST', `/v1/payments/${id}/${path}`, body, { key });
        assert.deepEqual([again.text, again.headers['idempotent-replayed']], [made.text, 'true']);
        const seen = (await providerCalls(world, id)).filter((c) => c.kind === kind);
        assert.equal(seen.length, arrives ? 1 : 0);
      });
    }

    test(`a refund whose provider ${way}: its money is not refunded twice, and comes back when it was never paid`, async () => {
      const id = await completed(world, 1000);
      const before_ = (await world.call('GET', '/v1/balances')).body.data;
      troubles.set('refund', trouble);
      const made = await world.call('POST', '/v1/refunds', { payment: id }, { key: unique() });
      assert.equal(made.status, 201, made.text);
      const second = await world.call('POST', '/v1/refunds', { payment: id });
      assert.equal(second.body.code, 'payment_fully_refunded');
      await settleAll(world);
      assert.equal((await get(id)).amount_refunded, arrives ? 1000 : 0);
      assert.equal(givenBack(await providerCalls(world, id)), arrives ? 1000 : 0);
      assert.equal(
        (await world.call('GET', `/v1/refunds/${made.body.id}`)).body.status,
        arrives ? 'succeeded' : 'failed',
      );
      const sum = (list: { incoming: number; available: number }[]) =>
        list.reduce((t, b) => t + b.incoming + b.available, 0);
      const now = (await world.call('GET', '/v1/balances')).body.data;
      assert.equal(sum(now), sum(before_) - (arrives ? 1000 : 0));
    });
  }

  test('a provider that never answers how a call stands does not stop the resolver from asking about others', async () => {
    troubles.set('authorize', (inner) => inner().then(never));
    const stuck = (
      await world.call('POST', '/v1/payments', { amount: 1000, currency: 'USD', token: await world.token() })
    ).body.id;
    troubles.set('authorize', (inner) => inner().then(never));
    const other = (
      await world.call('POST', '/v1/payments', { amount: 1000, currency: 'USD', token: await world.token() })
    ).body.id;
    troubles.set('look', never);
    world.clock.advance(61_000);
    const done = await comesToAnEnd(resolveDue(world.env));
    const states = [(await get(stuck)).status, (await get(other)).status].sort();
    await settleAll(world);
    assert.deepEqual([done, states], [true, ['completed', 'processing']]);
  });

  test('a call that reaches the provider after the resolver took it for lost leaves no money that our books do not know', async () => {
    troubles.set('authorize', async (inner) => {
      // This process slept between its commit and its call.
      world.clock.advance(61_000);
      await resolveDue(world.env);
      return await inner();
    });
    const made = await world.call('POST', '/v1/payments', {
      amount: 1000,
      currency: 'USD',
      token: await world.token(),
    });
    const id = String(made.body.id);
    await settleAll(world);
    const now = await get(id);
    const calls = await providerCalls(world, id);
    const close = calls.some((c) => c.kind === 'void' && c.status === 'approved');
    assert.equal(
      close ? 0 : taken(calls) - givenBack(calls),
      now.amount_captured - now.amount_refunded,
      `the payment is ${now.status}`,
    );
  });
});

describe('a call that came too late, while the provider is away', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld({ wrap, settings: { PROVIDER_TIMEOUT_MS: silence_ms } });
  });
  afterEach(async () => {
    troubles.clear();
    await world.close();
  });

  for (const capture of [true, false])
    test(`${capture ? 'what it took' : 'what it held'} is recorded, told by verify, and ${capture ? 'given back' : 'let go'} once, when the provider is there again`, async () => {
      troubles.set('authorize', async (inner) => {
        world.clock.advance(61_000);
        await resolveDue(world.env);
        return await inner();
      });
      const close = capture ? 'refund' : 'void';
      troubles.set(close, never);
      const made = await world.call('POST', '/v1/payments', {
        amount: 1000,
        currency: 'USD',
        capture,
        token: await world.token(),
      });
      const id = String(made.body.id);
      assert.equal(made.body.status, 'failed', made.text);
      await assert.rejects(world.verify(), /too late was undone/);
      // It arrived, and only its answer was lost.
      troubles.set(close, (inner) => inner().then(never));
      world.clock.advance(60_000);
      await undoLate(world.env);
      world.clock.advance(120_000);
      await undoLate(world.env);
      await undoLate(world.env);
      const closes = (await providerCalls(world, id)).filter((call) => call.kind === close);
      assert.deepEqual(
        closes.map((call) => [call.status, Number(call.amount)]),
        [['approved', 1000]],
      );
      await settleAll(world);
      await world.verify();
    });
});

describe('a cancel and the bank’s challenge at once', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld({ wrap });
  });
  afterEach(async () => {
    troubles.clear();
    try {
      assert.deepEqual(await openAttempts(world), []);
      await world.verify();
    } finally {
      await world.close();
    }
  });

  const get = async (id: string) => (await world.call('GET', `/v1/payments/${id}`)).body;

  test('a cancel during which the customer approved the challenge ends paid, and no attempt is left open', async () => {
    const made = await world.call('POST', '/v1/payments', {
      amount: 1000,
      currency: 'USD',
      token: await world.token('4000000000003220'),
    });
    const id = String(made.body.id);
    const url = await challengeOf(world, id);
    troubles.set('void', async (inner) => {
      await answerChallenge(world, url);
      await world.call('GET', `/pay/${id}/status`);
      return await inner();
    });
    const cancel = await world.call('POST', `/v1/payments/${id}/cancel`, {});
    await settleAll(world);
    assert.ok(cancel.status < 500, cancel.text);
    assert.equal((await get(id)).status, 'completed');
  });

  test('a cancel whose effect a poll sees first ends cancelled, and no attempt is left open', async () => {
    const made = await world.call('POST', '/v1/payments', {
      amount: 1000,
      currency: 'USD',
      token: await world.token('4000000000003220'),
    });
    const id = String(made.body.id);
    troubles.set('void', async (inner) => {
      const answer = await inner();
      await world.call('GET', `/pay/${id}/status`);
      return answer;
    });
    const cancel = await world.call('POST', `/v1/payments/${id}/cancel`, {});
    await settleAll(world);
    assert.deepEqual([cancel.status, cancel.body.status], [200, 'cancelled'], cancel.text);
    assert.equal((await get(id)).status, 'cancelled');
  });

  test('an authorization that the customer approves during a cancel is given back, and no attempt is left open', async () => {
    const made = await world.call('POST', '/v1/payments', {
      amount: 1000,
      currency: 'USD',
      capture: false,
      token: await world.token('4000000000003220'),
    });
    const id = String(made.body.id);
    const url = await challengeOf(world, id);
    troubles.set('void', async (inner) => {
      await answerChallenge(world, url);
      const status = await world.call('GET', `/pay/${id}/status`);
      assert.ok(status.status < 500, status.text);
      return await inner();
    });
    const cancel = await world.call('POST', `/v1/payments/${id}/cancel`, {});
    await settleAll(world);
    assert.deepEqual([cancel.status, (await get(id)).status], [200, 'cancelled'], cancel.text);
  });
});

describe('late news', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
  });
  after(() => world.close());
  afterEach(async () => {
    assert.deepEqual(await openAttempts(world), []);
    await world.verify();
  });

  const press = async (id: string, number?: string, more: Record<string, unknown> = {}) => {
    const token = (await world.call('POST', `/pay/${id}/tokens`, card(number))).body.id;
    return await world.call('POST', `/pay/${id}/payments`, { token, ...more }, { key: Math.random().toString(36) });
  };
  const paymentOf = async (id: string) =>
    String((await world.call('GET', `/v1/payments?checkout_session=${id}`)).body.data[0].id);
  const sessionNow = async (id: string) => (await world.call('GET', `/v1/checkout_sessions/${id}`)).body;

  test('a payment that succeeds after its session expired is attached, and an event says so', async () => {
    const id = await session(world);
    const first = await press(id, '4000000000003220');
    const payment = await paymentOf(id);
    assert.equal((await world.call('POST', `/v1/checkout_sessions/${id}/expire`, {})).body.status, 'expired');
    await answerChallenge(world, String(first.body.action_url));
    await settleAll(world);
    assert.deepEqual(await sessionNow(id).then((s) => [s.status, s.payment_status, s.payment]), [
      'complete',
      'paid',
      payment,
    ]);
    assert.equal(countOf(await eventTypesOf(world, id), 'checkout_session.late_payment'), 1);
    assert.equal(countOf(await eventTypesOf(world, id), 'checkout_session.completed'), 1);
  });

  /** A second payment of the session succeeds after the first one paid it: today only a mistake of ours can bring it about. */
  async function payTwice(amount = 1000): Promise<{ id: string; late: string; paid: string; url: string }> {
    const id = await session(world, amount);
    const first = await press(id, '4000000000003220');
    const late = await paymentOf(id);
    await sql`update checkout_sessions set payment_id = null, payment_status = 'unpaid' where id = ${id}`.execute(
      world.env.db.query,
    );
    assert.equal((await press(id)).body.state, 'complete');
    return { id, late, paid: await paymentOf(id), url: String(first.body.action_url) };
  }

  test('a payment that succeeds for a session already paid is refunded, and one event says so', async () => {
    const { id, late, paid, url } = await payTwice();
    await answerChallenge(world, url);
    await settleAll(world);
    const calls = await providerCalls(world, late);
    assert.deepEqual([taken(calls), givenBack(calls)], [1000, 1000]);
    assert.equal((await sessionNow(id)).payment, paid);
    assert.equal(countOf(await eventTypesOf(world, id), 'checkout_session.late_payment'), 1);
  });

  test('when the balance cannot give such a payment back yet, the event is told once and the worker comes to rest', async () => {
    await sql`update accounts set overdraft_limit = 0, fee_schedule = '{"rules": [{"bps": 5000, "fixed": 0}]}'`.execute(
      world.env.db.query,
    );
    await completed(world);
    const balance = (await world.call('GET', '/v1/balances')).body.data[0];
    const { id, late, paid, url } = await payTwice(2 * (balance.incoming + balance.available) + 1_000_000);
    // What is remembered of an account is older than that.
    world.clock.advance(10_000);
    assert.equal((await world.call('POST', '/v1/refunds', { payment: paid })).status, 409);
    assert.equal((await world.call('POST', '/v1/refunds', { payment: paid, amount: 400_000 })).status, 201);
    await answerChallenge(world, url);
    world.clock.advance(61_000);
    // The worker comes by again and again.
    const working = (async () => {
      for (let i = 0; i < 5; i++) await world.work();
    })();
    const rested = await comesToAnEnd(working);
    const told = countOf(await eventTypesOf(world, id), 'checkout_session.late_payment');
    // Money comes in, so that the refund goes through and a worker that span comes to its end.
    await sql`update accounts set overdraft_limit = 1000000000`.execute(world.env.db.query);
    await working;
    await settleAll(world);
    await sql`update accounts set fee_schedule = '{}'`.execute(world.env.db.query);
    world.clock.advance(10_000);
    assert.deepEqual([rested, told], [true, 1]);
    assert.equal(givenBack(await providerCalls(world, late)), taken(await providerCalls(world, late)));
  });

  for (const provider_waits of [false, true]) {
    test(`a challenge left for more than an hour is closed ${provider_waits ? 'at the provider by us' : 'with the provider’s own end'}, and a late yes takes nothing`, async () => {
      const id = await session(world);
      const first = await press(id, '4000000000003220');
      const payment = await paymentOf(id);
      if (provider_waits)
        await sql`update simulator_calls set due_at = null where reference in (select id from attempts where payment_id = ${payment})`.execute(
          world.env.db.query,
        );
      world.clock.advance(3_601_000);
      await world.work();
      await settleAll(world);
      await answerChallenge(world, String(first.body.action_url));
      await world.call('GET', `/pay/${id}/return`);
      await settleAll(world);
      assert.equal(taken(await providerCalls(world, payment)), 0);
      const now = (await world.call('GET', `/v1/payments/${payment}`)).body;
      assert.deepEqual([now.status, now.decline.code], ['failed', 'authentication_abandoned']);
      assert.deepEqual(await sessionNow(id).then((s) => [s.payment_status, s.payment]), ['unpaid', null]);
    });
  }

  for (const [number, status, session_status] of [
    ['4000000000008070', 'completed', 'paid'],
    ['4000000000008088', 'failed', 'unpaid'],
  ] as const) {
    test(`a payment that is decided later ends ${status}, its session ${session_status}, with one event`, async () => {
      const id = await session(world);
      assert.equal((await press(id, number)).body.state, 'processing');
      const payment = await paymentOf(id);
      await settleAll(world);
      assert.equal((await world.call('GET', `/v1/payments/${payment}`)).body.status, status);
      assert.equal((await sessionNow(id)).payment_status, session_status);
      assert.equal(countOf(await eventTypesOf(world, payment), `payment.${status}`), 1);
    });
  }

  test('a refund that fails later gives its money back to the balance and to the payment', async () => {
    const payment = await completed(world, 1000, '4000000000005126');
    const before_ = (await world.call('GET', '/v1/balances')).body.data[0];
    const refund = (await world.call('POST', '/v1/refunds', { payment, amount: 700 })).body;
    assert.equal(refund.status, 'pending');
    await settleAll(world);
    const now = (await world.call('GET', `/v1/refunds/${refund.id}`)).body;
    assert.deepEqual([now.status, now.failure_code], ['failed', 'refund_refused']);
    assert.equal((await world.call('GET', `/v1/payments/${payment}`)).body.amount_refundable, 1000);
    const { incoming, available } = (await world.call('GET', '/v1/balances')).body.data[0];
    assert.deepEqual([incoming, available], [before_.incoming, before_.available]);
    assert.equal(countOf(await eventTypesOf(world, refund.id), 'refund.failed'), 1);
  });

  test('a capture that the provider refuses leaves the payment authorized, and a cancel still works', async () => {
    const payment = await authorized(world, 1000, '4000000000008096');
    const refused = await world.call('POST', `/v1/payments/${payment}/capture`, {});
    assert.deepEqual(
      [refused.status, refused.body.status, refused.body.decline.code],
      [200, 'authorized', 'capture_refused'],
    );
    assert.equal(taken(await providerCalls(world, payment)), 0);
    assert.equal((await world.call('POST', `/v1/payments/${payment}/cancel`, {})).body.status, 'cancelled');
  });

  test('a customer who is deleted while they pay does not keep their session from being completed', async () => {
    const customer = String((await world.call('POST', '/v1/customers', { name: 'Ada' })).body.id);
    const id = await session(world, 1000, { customer });
    const first = await press(id, '4000000000003220', { save_payment_method: true });
    const payment = await paymentOf(id);
    await world.call('DELETE', `/v1/customers/${customer}`);
    await answerChallenge(world, String(first.body.action_url));
    await settleAll(world);
    assert.equal((await world.call('GET', `/v1/payments/${payment}`)).body.status, 'completed');
    assert.equal((await sessionNow(id)).payment_status, 'paid');
    const { rows } = await sql`select 1 from outbox`.execute(world.env.db.query);
    assert.equal(rows.length, 0, 'every event went out');
  });
});
