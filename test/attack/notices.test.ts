// What a provider tells by itself, told badly: often, late, shuffled, to two workers at once, before our own commit. The state at
// the end is always the one that telling it once would have made. A failure names its seed.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Connector, Notice, NoticePage } from '../../src/connectors/connector.ts';
import { ProviderTimeout } from '../../src/connectors/provider-timeout.ts';
import { pollNotices } from '../../src/disputes/poll-notices.ts';
import { resumeResponses } from '../../src/disputes/respond.ts';
import { hours, minutes, seconds } from '../../src/kit/clock.ts';
import { seededRandom } from '../../src/kit/id.ts';
import { books, cards, disputed, disputeFees, disputeOf, eventsOf, pass, pay, recipesOf } from '../kit/disputes.ts';
import { isProblem } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

type Method = 'authorize' | 'acceptDispute' | 'challengeDispute';

let w: World;
/** Stands between the provider's notices and us; undefined: they pass as they are. */
let teller:
  | ((inner: Connector['notices'], after: string | undefined, limit: number) => Promise<NoticePage>)
  | undefined;
/** What becomes of the next call of a kind. */
const troubles = new Map<Method, 'lost' | 'never arrives'>();

function wrap(connector: Connector): Connector {
  const around = (method: Method) => async (call: { reference: string }) => {
    const trouble = troubles.get(method);
    troubles.delete(method);
    if (trouble === 'never arrives') throw new ProviderTimeout('simulator', call.reference);
    const outcome = await (connector[method] as (c: unknown) => Promise<unknown>)(call);
    if (trouble === 'lost') throw new ProviderTimeout('simulator', call.reference);
    return outcome;
  };
  const methods = ['authorize', 'acceptDispute', 'challengeDispute'] as const;
  return {
    ...connector,
    ...Object.fromEntries(methods.map((method) => [method, around(method)])),
    notices: (after, limit) => (teller ? teller(connector.notices, after, limit) : connector.notices(after, limit)),
  } as Connector;
}

function shuffled<T>(list: T[], random: { bytes(n: number): Uint8Array }): T[] {
  const keyed = list.map((value) => ({ value, key: Buffer.from(random.bytes(4)).readUInt32BE() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

/** Everything that was ever told, each 1 to 10 times, in any order; sometimes only a part of it, as if the rest were still on its way. */
const badTeller = (seed: number): NonNullable<typeof teller> => {
  const random = seededRandom(seed);
  const upTo = (n: number) => (random.bytes(1)[0] ?? 0) % n;
  return async (inner, after) => {
    const { notices } = await inner(undefined, 1_000);
    const told: Notice[] = notices.flatMap((notice) => Array.from({ length: 1 + upTo(10) }, () => notice));
    const some = upTo(3) === 0 ? told.filter(() => upTo(2) === 0) : told;
    return { notices: shuffled(some, random), cursor: after };
  };
};

describe('notices told badly', () => {
  before(async () => {
    w = await openWorld({ fee_schedule: disputeFees, wrap });
  });
  after(() => w.close());
  afterEach(() => {
    teller = undefined;
    troubles.clear();
  });

  for (let seed = 1; seed <= 12; seed++) {
    test(`1 to 10 times, shuffled, to two workers at once: seed ${seed}`, async () => {
      teller = badTeller(seed);
      const payments = [
        { card: cards.fraudulent, does: 'win', ends: 'won' },
        { card: cards.not_received, does: 'lose', ends: 'lost' },
        { card: cards.fraudulent, does: 'accept', ends: 'accepted' },
        { card: cards.withdrawn, does: 'wait', ends: 'withdrawn' },
        { card: cards.warned_then_disputed, does: 'wait', ends: 'lost' },
      ] as const;
      const ids: string[] = [];
      for (const { card } of payments) ids.push(await pay(w, card));
      const before = await books(w);
      const hear = () =>
        Promise.all([pollNotices(w.env, { all: true }), pollNotices(w.env, { all: true }), resumeResponses(w.env)]);
      const everything = async () => {
        for (let i = 0; i < 12; i++) {
          w.clock.advance(minutes(1));
          await hear();
        }
      };
      // Outcomes of those that are withdrawn are known at the first telling: they may come before their opening.
      await everything();
      for (const [i, { does }] of payments.entries()) {
        const { id } = await disputeOf(w, ids[i] ?? '');
        if (does === 'accept') assert.equal((await w.call('POST', `/v1/disputes/${id}/accept`)).status, 200);
        if (does === 'win' || does === 'lose')
          assert.equal(
            (
              await w.call('POST', `/v1/disputes/${id}/challenge`, {
                text: `${does === 'win' ? 'winning' : 'losing'}_evidence`,
              })
            ).status,
            200,
          );
      }
      await everything();
      w.clock.advance(hours(24 * 8));
      await everything();
      for (const [i, { ends, does }] of payments.entries()) {
        const dispute = await disputeOf(w, ids[i] ?? '');
        assert.equal(dispute.status, ends, `seed ${seed}`);
        const answered = does === 'win' || does === 'lose' ? ['dispute.under_review'] : [];
        const told = ends === 'accepted' ? [] : [`dispute.${ends}`];
        assert.deepEqual(
          await eventsOf(w, dispute.id),
          ['dispute.created', 'dispute.closed', ...answered, ...told].sort(),
        );
        assert.deepEqual(await recipesOf(w, dispute.id), [
          'dispute_opened',
          'dispute_fee',
          ends === 'won' || ends === 'withdrawn' ? 'dispute_won' : 'dispute_lost',
        ]);
      }
      const now = await books(w);
      assert.equal(now.available - before.available, -30_000 - 5 * 1_500);
      assert.equal(now.disputed, 0);
      const warnings = await w.env.db.query
        .selectFrom('fraud_warnings')
        .select('id')
        .where('payment_id', '=', ids[4] ?? '')
        .execute();
      assert.equal(warnings.length, 1);
      await w.verify();
    });
  }

  test('an outcome that is told before its opening waits for it', async () => {
    const payment = await pay(w, cards.withdrawn);
    let all = false;
    teller = async (inner, after, limit) => {
      const page = await inner(after, limit);
      return all ? page : { notices: page.notices.filter((n) => n.kind === 'dispute_withdrawn'), cursor: after };
    };
    await pass(w, minutes(1));
    assert.deepEqual((await w.call('GET', `/v1/disputes?payment=${payment}`)).body.data, []);
    all = true;
    await w.work();
    assert.equal((await disputeOf(w, payment)).status, 'withdrawn');
    await w.verify();
  });

  test('a dispute that is told before we know that the payment was taken waits for that', async () => {
    troubles.set('authorize', 'lost');
    const payment = (
      await w.call('POST', '/v1/payments', { amount: 10_000, currency: 'USD', token: await w.token(cards.fraudulent) })
    ).body;
    assert.equal(payment.status, 'processing');
    w.clock.advance(seconds(6));
    for (let i = 0; i < 3; i++) assert.equal(await pollNotices(w.env, { all: true }), 0);
    assert.deepEqual((await w.call('GET', `/v1/disputes?payment=${payment.id}`)).body.data, []);
    await pass(w, minutes(1));
    assert.equal((await disputeOf(w, payment.id)).status, 'needs_response');
    assert.equal((await w.call('GET', `/v1/payments/${payment.id}`)).body.amount_disputed, 10_000);
    await w.verify();
  });

  test('a provider that does not answer holds up nothing, and is heard later', async () => {
    const payment = await pay(w, cards.fraudulent);
    teller = async () => Promise.reject(new Error('socket hang up'));
    await pass(w, seconds(6));
    teller = undefined;
    await w.work();
    assert.equal((await disputeOf(w, payment)).status, 'needs_response');
  });

  test('asked seldom while nothing happens, soon again when money moves', async () => {
    let asked = 0;
    teller = async (inner, after, limit) => {
      asked += 1;
      return await inner(after, limit);
    };
    for (let i = 0; i < 60; i++) {
      w.clock.advance(minutes(10));
      await pollNotices(w.env);
    }
    asked = 0;
    for (let i = 0; i < 50; i++) {
      w.clock.advance(seconds(10));
      await pollNotices(w.env);
    }
    assert.ok(asked <= 1, `asked ${asked} times in 500 seconds`);
    const payment = await pay(w, cards.fraudulent);
    for (let i = 0; i < 10; i++) {
      w.clock.advance(seconds(1));
      await pollNotices(w.env);
    }
    assert.equal((await disputeOf(w, payment)).status, 'needs_response', 'heard within ten seconds');
    assert.ok(asked <= 6, `asked ${asked} times in ten seconds`);
  });
});

describe('answers without a reply', () => {
  before(async () => {
    w = await openWorld({ fee_schedule: disputeFees, wrap });
  });
  after(() => w.close());

  for (const trouble of ['lost', 'never arrives'] as const) {
    for (const kind of ['accept', 'challenge'] as const) {
      test(`${kind}, ${trouble}: sent, not to be changed, sent again until it is known`, async () => {
        const { id, payment } = await disputed(w);
        const body = kind === 'challenge' ? { text: 'winning_evidence' } : undefined;
        troubles.set(kind === 'accept' ? 'acceptDispute' : 'challengeDispute', trouble);
        const options = { key: `${kind} ${trouble}`.replaceAll(' ', '-') };
        const first = await w.call('POST', `/v1/disputes/${id}/${kind}`, body, options);
        assert.equal(first.status, 200);
        assert.partialDeepStrictEqual(first.body, { status: 'needs_response', response: { kind, status: 'sent' } });
        for (const other of ['accept', 'challenge']) {
          const reply = await w.call(
            'POST',
            `/v1/disputes/${id}/${other}`,
            other === 'challenge' ? { text: 'losing_evidence' } : undefined,
          );
          isProblem(reply, { code: 'payment_in_progress', param: 'id', detail: /on its way to the provider/ });
        }
        // The bank may have decided meanwhile: told first, it still waits for our own answer to be settled.
        w.clock.advance(seconds(10));
        await pollNotices(w.env, { all: true });
        assert.equal((await disputeOf(w, payment)).status, 'needs_response');
        w.clock.advance(minutes(1));
        await Promise.all([resumeResponses(w.env), resumeResponses(w.env)]);
        await pass(w, minutes(1));
        assert.partialDeepStrictEqual(await disputeOf(w, payment), {
          status: kind === 'accept' ? 'accepted' : 'won',
          response: { kind, status: 'taken' },
        });
        const told =
          kind === 'accept'
            ? ['dispute.closed', 'dispute.created']
            : ['dispute.closed', 'dispute.created', 'dispute.under_review', 'dispute.won'];
        assert.deepEqual(await eventsOf(w, id), told);
        assert.equal(
          (await w.call('POST', `/v1/disputes/${id}/${kind}`, body, options)).text,
          first.text,
          'the same key, the same answer',
        );
        await w.verify();
      });
    }
  }

  test('an answer that arrives after the deadline is refused there, and says so', async () => {
    const { id, payment } = await disputed(w);
    troubles.set('challengeDispute', 'never arrives');
    assert.equal((await w.call('POST', `/v1/disputes/${id}/challenge`, { text: 'winning_evidence' })).status, 200);
    w.clock.advance(hours(24 * 8));
    await w.work();
    assert.partialDeepStrictEqual(await disputeOf(w, payment), {
      status: 'lost',
      submitted_at: null,
      response: { kind: 'challenge', status: 'refused', refusal: 'deadline_passed' },
    });
    assert.deepEqual(await eventsOf(w, id), ['dispute.closed', 'dispute.created', 'dispute.lost', 'dispute.updated']);
    await w.verify();
  });
});

describe('killed on the way', () => {
  let dies: string | undefined;
  before(async () => {
    w = await openWorld({
      wrap,
      probe(point) {
        if (point === dies) throw new Error(`killed at ${point}`);
      },
    });
  });
  after(() => w.close());

  for (const kind of ['accept', 'challenge'] as const) {
    for (const point of ['recorded', 'acted'] as const) {
      test(`${kind}, after it was ${point}: the safety job ends it, and the same key gets its answer`, async () => {
        const { id, payment } = await disputed(w);
        const body = kind === 'challenge' ? { text: 'losing_evidence' } : undefined;
        const call = () => w.call('POST', `/v1/disputes/${id}/${kind}`, body, { key: `${kind}-${point}` });
        dies = `dispute.${kind}.${point}`;
        assert.equal((await call()).status, 500);
        dies = undefined;
        assert.equal((await call()).body.code, 'idempotency_in_flight');
        w.clock.advance(minutes(1));
        await resumeResponses(w.env);
        assert.partialDeepStrictEqual((await call()).body, {
          status: kind === 'accept' ? 'accepted' : 'under_review',
          response: { status: 'taken' },
        });
        await pass(w, minutes(1));
        assert.equal((await disputeOf(w, payment)).status, kind === 'accept' ? 'accepted' : 'lost');
        await w.verify();
      });
    }
  }
});

describe('fraud warnings', () => {
  before(async () => {
    w = await openWorld({ fee_schedule: disputeFees, wrap });
  });
  after(() => w.close());

  const limit = (fraud_warning_refund_limit: number | null) =>
    w.env.db.query
      .updateTable('accounts')
      .set({ fraud_warning_refund_limit })
      .where('account_id', '=', w.tenant.account.account_id)
      .execute();
  const warning = async (payment: string) =>
    await w.env.db.query
      .selectFrom('fraud_warnings')
      .selectAll()
      .where('payment_id', '=', payment)
      .executeTakeFirstOrThrow();
  const refundsOf = async (payment: string) => (await w.call('GET', `/v1/refunds?payment=${payment}`)).body.data;

  test('without a limit: the event alone', async () => {
    const payment = await pay(w, cards.warned);
    await pass(w, seconds(3));
    const { id } = await warning(payment);
    assert.deepEqual(await eventsOf(w, id), ['fraud_warning.created']);
    const { data } = (await w.call('GET', `/v1/fraud_warnings?payment=${payment}`)).body;
    assert.partialDeepStrictEqual(data, [{ id, payment, amount: 10_000 }]);
    assert.deepEqual((await w.call('GET', '/v1/fraud_warnings', undefined, { as: w.other.secret })).body.data, []);
    const { body } = await w.call('GET', `/v1/events?object_id=${id}`);
    assert.partialDeepStrictEqual(body.data[0].data, {
      id,
      object: 'fraud_warning',
      payment,
      amount: 10_000,
      currency: 'USD',
    });
    assert.deepEqual(await refundsOf(payment), []);
    await pass(w, hours(1));
    assert.deepEqual((await w.call('GET', `/v1/disputes?payment=${payment}`)).body.data, [], 'this card only warns');
  });

  test('within the limit: refunded by itself, once however often it is told, and never disputed', async () => {
    await limit(10_000);
    teller = badTeller(99);
    const payment = await pay(w, cards.warned_then_disputed);
    for (let i = 0; i < 6; i++) await pass(w, seconds(3));
    teller = undefined;
    await pass(w, hours(1));
    const refunds = await refundsOf(payment);
    assert.equal(refunds.length, 1);
    assert.partialDeepStrictEqual(refunds[0], { amount: 10_000, reason: 'fraudulent', status: 'succeeded' });
    assert.deepEqual((await w.call('GET', `/v1/disputes?payment=${payment}`)).body.data, []);
    await w.verify();
  });

  test('above the limit: left to the merchant; then the dispute', async () => {
    await limit(9_999);
    const payment = await pay(w, cards.warned_then_disputed);
    await pass(w, seconds(20));
    assert.deepEqual(await refundsOf(payment), []);
    await pass(w, seconds(20));
    assert.equal((await disputeOf(w, payment)).status, 'needs_response');
  });

  test('a refund that the balance does not cover is not asked for for ever', async () => {
    await limit(10_000);
    await w.env.db.query
      .updateTable('accounts')
      .set({ overdraft_limit: 0, refund_funding: 'available' })
      .where('account_id', '=', w.tenant.account.account_id)
      .execute();
    const payment = await pay(w, cards.warned);
    await pass(w, seconds(3));
    assert.deepEqual(await refundsOf(payment), []);
    assert.deepEqual(await w.env.db.query.selectFrom('outbox').select('event_id').execute(), []);
    await w.verify();
  });
});
