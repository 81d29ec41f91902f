// What happens to a payment after it was made: confirm, capture, cancel, increase, timeline. Each step by its status, what it
// emits and posts, and every step that its state forbids.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { minutes } from '../../src/kit/clock.ts';
import { maxAmount } from '../../src/kit/money.ts';
import { type Refusal, refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
});
after(() => w.close());

const make = async (input: Record<string, unknown> = {}): Promise<string> => {
  const reply = await w.call('POST', '/v1/payments', { amount: 10_000, currency: 'USD', ...input });
  assert.equal(reply.status, 201, reply.text);
  return reply.body.id;
};
const held = async (number?: string) => make({ capture: false, token: await w.token(number) });
const get = async (id: string) => (await w.call('GET', `/v1/payments/${id}`)).body;
const post = (id: string, verb: string, body?: Record<string, unknown>) =>
  w.call('POST', `/v1/payments/${id}/${verb}`, body);
const refused = (id: string, verb: string, body: Record<string, unknown> | undefined, expected: Refusal) =>
  refuses(w, ['POST', `/v1/payments/${id}/${verb}`, body], expected);
const eventsOf = async (id: string) =>
  (await w.env.db.query.selectFrom('events').select('type').where('object_id', '=', id).orderBy('id').execute()).map(
    (e) => e.type,
  );
/** Events of one moment have no order among themselves (kit/id.ts). */
const tells = (events: readonly string[], expected: readonly string[]) =>
  assert.deepEqual([...events].sort(), [...expected].sort());
const postingsOf = (id: string) =>
  w.env.db.query.selectFrom('ledger_postings').selectAll().where('group_id', '=', id).orderBy('position').execute();

/** One payment in every state that there is. */
async function states(): Promise<Record<string, string>> {
  const cancelled = await held();
  await post(cancelled, 'cancel');
  const refunded = await make({ token: await w.token() });
  await w.call('POST', '/v1/refunds', { payment: refunded });
  return {
    pending: await make(),
    requires_authentication: await make({ token: await w.token('4000000000003220') }),
    processing: await make({ token: await w.token('4000000000008070') }),
    authorized: await held(),
    completed: await make({ token: await w.token() }),
    failed: await make({ token: await w.token('4000000000000002') }),
    cancelled,
    refunded,
  };
}

describe('POST /v1/payments/{id}/confirm', () => {
  test('200: a pending payment is paid, by a token or by a saved card', async () => {
    const id = await make();
    const before = await rowCounts(w);
    const { status, body } = await post(id, 'confirm', { token: await w.token() });
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(body, {
      id,
      status: 'completed',
      amount_captured: 10_000,
      checkout_url: null,
      decline: null,
    });
    assert.deepEqual(body, await get(id));
    assert.deepEqual(gained(before, await rowCounts(w)), {
      attempts: 1,
      events: 1,
      balances: 1,
      ledger_postings: 1,
      simulator_calls: 1,
      cards: 1,
      tokens: 1,
    });
    tells(await eventsOf(id), ['payment.created', 'payment.completed']);

    const customer = (await w.call('POST', '/v1/customers', { name: 'Ada' })).body.id;
    const method = (await w.call('POST', '/v1/payment_methods', { customer, token: await w.token() })).body.id;
    const second = await post(await make(), 'confirm', { payment_method: method });
    assert.equal(second.body.payment_method.id, method);
  });

  test('200: a declined card leaves it pending with the decline, and another card pays it', async () => {
    const id = await make();
    const { status, body } = await post(id, 'confirm', { token: await w.token('4000000000009995') });
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(body, {
      status: 'pending',
      decline: { code: 'insufficient_funds' },
      checkout_url: `http://florin.test/pay/${id}`,
    });
    assert.partialDeepStrictEqual((await post(id, 'confirm', { token: await w.token() })).body, {
      status: 'completed',
      decline: null,
    });
    tells(await eventsOf(id), ['payment.created', 'payment.attempt_failed', 'payment.completed']);
  });

  test('400: neither or both of token and payment_method', async () => {
    const id = await make();
    await refused(
      id,
      'confirm',
      {},
      { code: 'parameter_missing', param: 'token', detail: /either token or payment_method/ },
    );
    await refused(
      id,
      'confirm',
      { token: 'a', payment_method: 'b' },
      { code: 'parameter_missing', param: 'token', detail: /either token or payment_method/ },
    );
    await refused(
      id,
      'confirm',
      { id: 'pay_other', token: 'a' },
      { code: 'parameter_unknown', param: 'id', detail: /taken from the path. Leave it out of the body/ },
    );
  });

  test('404: another tenant’s payment or token', async () => {
    const id = await make();
    await refuses(w, ['POST', `/v1/payments/${id}/confirm`, { token: 'tok_x' }, { as: w.other.secret }], {
      code: 'not_found',
      param: 'token',
      detail: /No token/,
    });
    await refused(
      'pay_none',
      'confirm',
      { token: await w.token() },
      { code: 'not_found', param: 'id', detail: /No payment/ },
    );
  });

  test('409: every state but pending, and the token stays good', async () => {
    const { pending: _, ...all } = await states();
    const token = await w.token();
    for (const [state, id] of Object.entries(all)) {
      if (state === 'processing' || state === 'requires_authentication') {
        await refused(
          id,
          'confirm',
          { token },
          { code: 'payment_in_progress', detail: /under way. Wait for its outcome/ },
        );
        continue;
      }
      const status = state === 'refunded' ? 'completed' : state;
      await refused(
        id,
        'confirm',
        { token },
        {
          code: 'state_invalid',
          param: 'id',
          detail: new RegExp(`its status is '${status}', and only a pending one can`),
        },
      );
    }
    assert.equal((await post(await make(), 'confirm', { token })).body.status, 'completed');
  });

  test('409: a used and a lapsed token, which leave the payment pending', async () => {
    const id = await make();
    const used = await w.token();
    await make({ token: used });
    await refused(id, 'confirm', { token: used }, { code: 'token_used', param: 'token', detail: /Make a new one/ });
    const lapsed = await w.token();
    w.clock.advance(minutes(15) + 1);
    await refused(
      id,
      'confirm',
      { token: lapsed },
      { code: 'token_expired', param: 'token', detail: /Make a new one/ },
    );
    assert.equal((await get(id)).status, 'pending');
  });
});

describe('POST /v1/payments/{id}/capture', () => {
  test('200: in full, with its posting and fee', async () => {
    const id = await held();
    const { status, body } = await post(id, 'capture');
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(body, {
      status: 'completed',
      amount_captured: 10_000,
      amount_capturable: 0,
      amount_refundable: 10_000,
    });
    tells(await eventsOf(id), ['payment.created', 'payment.authorized', 'payment.captured', 'payment.completed']);
    const postings = await postingsOf(id);
    assert.equal(postings.length, 1);
    assert.partialDeepStrictEqual(postings[0], { recipe: 'capture', amount: 10_000, fee: 320, incoming: -9_680 });
  });

  test('200: in three parts, each with its own posting, until the whole is taken', async () => {
    const id = await held();
    assert.partialDeepStrictEqual((await post(id, 'capture', { amount: 2_500 })).body, {
      status: 'authorized',
      amount_captured: 2_500,
      amount_capturable: 7_500,
      amount_refundable: 2_500,
    });
    assert.partialDeepStrictEqual((await post(id, 'capture', { amount: 1 })).body, {
      status: 'authorized',
      amount_captured: 2_501,
      amount_capturable: 7_499,
    });
    assert.partialDeepStrictEqual((await post(id, 'capture')).body, {
      status: 'completed',
      amount_captured: 10_000,
      amount_capturable: 0,
    });
    assert.deepEqual(
      (await postingsOf(id)).map((p) => [p.amount, p.fee]),
      [
        [2_500, 103],
        [1, 1],
        [7_499, 247],
      ],
    );
  });

  test('200: a final capture gives the rest back and completes the payment', async () => {
    const id = await held();
    assert.partialDeepStrictEqual((await post(id, 'capture', { amount: 4_000, final: true })).body, {
      status: 'completed',
      amount_authorized: 10_000,
      amount_captured: 4_000,
      amount_capturable: 0,
      amount_refundable: 4_000,
    });
    await refused(
      id,
      'capture',
      { amount: 1 },
      { code: 'state_invalid', param: 'id', detail: /status is 'completed'/ },
    );
  });

  test('200: a capture that the provider refuses leaves the hold, says so, and posts nothing', async () => {
    const id = await held('4000000000008096');
    const { status, body } = await post(id, 'capture');
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(body, {
      status: 'authorized',
      amount_captured: 0,
      amount_capturable: 10_000,
      decline: { code: 'capture_refused' },
    });
    assert.deepEqual(await postingsOf(id), []);
  });

  test('200: a capture whose answer is lost is neither taken nor given up; nothing moves beside it; the safety job ends it', async () => {
    const id = await held('4000000000008047');
    const { body } = await post(id, 'capture', { amount: 6_000 });
    assert.partialDeepStrictEqual(body, { status: 'authorized', amount_captured: 0, amount_capturable: 4_000 });
    for (const [verb, input] of [
      ['capture', { amount: 1 }],
      ['cancel', undefined],
      ['increase_authorization', { amount: 20_000 }],
    ] as const) {
      await refused(id, verb, input, { code: 'payment_in_progress', detail: /Wait for its outcome/ });
    }
    w.clock.advance(minutes(5));
    await w.work();
    assert.partialDeepStrictEqual(await get(id), {
      status: 'authorized',
      amount_captured: 6_000,
      amount_capturable: 4_000,
    });
    await w.verify();
  });

  test('422: more than is held, also after a part was taken; the most is named', async () => {
    const id = await held();
    await refused(
      id,
      'capture',
      { amount: 10_001 },
      { code: 'amount_too_large', param: 'amount', detail: /At most 10000 \(\$100\.00\) can still be captured/ },
    );
    await post(id, 'capture', { amount: 9_999 });
    await refused(
      id,
      'capture',
      { amount: 2 },
      { code: 'amount_too_large', param: 'amount', detail: /At most 1 \(\$0\.01\)/ },
    );
    await refused(
      id,
      'capture',
      { amount: maxAmount },
      { code: 'amount_too_large', param: 'amount', detail: /At most 1 / },
    );
  });

  test('409: every state but authorized', async () => {
    const { authorized: _, ...all } = await states();
    for (const [state, id] of Object.entries(all)) {
      const expected: Refusal =
        state === 'processing'
          ? { code: 'payment_in_progress', detail: /Wait for its outcome/ }
          : {
              code: 'state_invalid',
              param: 'id',
              detail: new RegExp(
                `cannot be captured: its status is '${state === 'refunded' ? 'completed' : state}', and only an authorized one can`,
              ),
            };
      await refused(id, 'capture', undefined, expected);
    }
  });

  test('400 and 404', async () => {
    const id = await held();
    for (const amount of [0, -5, 1.5, '100', null])
      await refused(
        id,
        'capture',
        { amount },
        { code: 'parameter_invalid', param: 'amount', detail: /whole number from 1/ },
      );
    await refused(
      id,
      'capture',
      { final: 1 },
      { code: 'parameter_invalid', param: 'final', detail: /true or false; got 1/ },
    );
    await refused(
      id,
      'capture',
      { amuont: 1 },
      { code: 'parameter_unknown', param: 'amuont', detail: /Did you mean 'amount'/ },
    );
    await refuses(w, ['POST', `/v1/payments/${id}/capture`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No payment/,
    });
  });

  test('fifty captures of 60 % at once: one is taken', async () => {
    const id = await held();
    const replies = await Promise.all(Array.from({ length: 50 }, () => post(id, 'capture', { amount: 6_000 })));
    assert.equal(replies.filter((r) => r.status === 200).length, 1);
    for (const r of replies.filter((r) => r.status !== 200))
      assert.ok(['payment_in_progress', 'amount_too_large'].includes(r.body.code), r.text);
    assert.partialDeepStrictEqual(await get(id), { amount_captured: 6_000, amount_capturable: 4_000 });
    await w.verify();
  });
});

describe('POST /v1/payments/{id}/cancel', () => {
  test('200: a pending, a waiting and an authorized payment end as cancelled', async () => {
    for (const [id, events] of [
      [await make(), ['payment.created', 'payment.cancelled']],
      [
        await make({ token: await w.token('4000000000003220') }),
        ['payment.created', 'payment.requires_authentication', 'payment.cancelled'],
      ],
      [await held(), ['payment.created', 'payment.authorized', 'payment.cancelled']],
    ] as const) {
      const { status, body } = await post(id, 'cancel');
      assert.equal(status, 200);
      assert.partialDeepStrictEqual(body, {
        status: 'cancelled',
        amount_captured: 0,
        amount_capturable: 0,
        checkout_url: null,
      });
      tells(await eventsOf(id), events);
      assert.deepEqual(await postingsOf(id), []);
    }
    await w.verify();
  });

  test('200: after a partial capture the rest is given back and the payment is completed', async () => {
    const id = await held();
    await post(id, 'capture', { amount: 3_000 });
    assert.partialDeepStrictEqual((await post(id, 'cancel')).body, {
      status: 'completed',
      amount_captured: 3_000,
      amount_capturable: 0,
      amount_refundable: 3_000,
    });
    assert.deepEqual((await eventsOf(id)).at(-1), 'payment.completed');
    await w.verify();
  });

  test('409: what ended stays ended; a completed payment is refunded instead', async () => {
    const all = await states();
    for (const state of ['completed', 'failed', 'cancelled', 'refunded']) {
      await refused(all[state] ?? '', 'cancel', undefined, {
        code: 'state_invalid',
        param: 'id',
        detail: new RegExp(
          `cannot be cancelled: its status is '${state === 'refunded' ? 'completed' : state}', and only a pending or authorized one`,
        ),
      });
    }
    await refused(all.processing ?? '', 'cancel', undefined, {
      code: 'payment_in_progress',
      detail: /Wait for its outcome/,
    });
  });

  test('400 and 404', async () => {
    const id = await held();
    await refused(
      id,
      'cancel',
      { reason: 'x' },
      { code: 'parameter_unknown', param: 'reason', detail: /There is no parameter 'reason'/ },
    );
    await refuses(w, ['POST', `/v1/payments/${id}/cancel`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No payment/,
    });
  });

  test('a capture and a cancel at once, thirty times: exactly one of them happens', async () => {
    for (let i = 0; i < 30; i++) {
      const id = await held();
      const [captured, cancelled] = await Promise.all([post(id, 'capture'), post(id, 'cancel')]);
      assert.equal(
        [captured, cancelled].filter((r) => r.status === 200).length,
        1,
        `${captured.text} ${cancelled.text}`,
      );
      const now = await get(id);
      assert.equal(now.status, captured.status === 200 ? 'completed' : 'cancelled');
    }
    await w.verify();
  });
});

describe('POST /v1/payments/{id}/increase_authorization', () => {
  test('200: holds more; the amount is the new sum, and all of it can be captured', async () => {
    const id = await held();
    const { status, body } = await post(id, 'increase_authorization', { amount: 12_000 });
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(body, {
      status: 'authorized',
      amount: 12_000,
      amount_authorized: 12_000,
      amount_capturable: 12_000,
    });
    tells(await eventsOf(id), ['payment.created', 'payment.authorized', 'payment.authorization_increased']);
    assert.equal((await post(id, 'capture')).body.amount_captured, 12_000);
    await w.verify();
  });

  test('422: not more than is held; the amount held is named', async () => {
    const id = await held();
    for (const amount of [1, 9_999, 10_000]) {
      await refused(
        id,
        'increase_authorization',
        { amount },
        { code: 'amount_too_small', param: 'amount', detail: /must be more than the 10000 held now/ },
      );
    }
  });

  test('409: every state but authorized', async () => {
    const { authorized: _, processing, ...all } = await states();
    for (const [state, id] of Object.entries(all)) {
      await refused(
        id,
        'increase_authorization',
        { amount: 20_000 },
        {
          code: 'state_invalid',
          param: 'id',
          detail: new RegExp(
            `status is '${state === 'refunded' ? 'completed' : state}', and only an authorized one can`,
          ),
        },
      );
    }
    await refused(
      processing ?? '',
      'increase_authorization',
      { amount: 20_000 },
      { code: 'payment_in_progress', detail: /Wait/ },
    );
  });

  test('400 and 404', async () => {
    const id = await held();
    await refused(id, 'increase_authorization', {}, { code: 'parameter_missing', param: 'amount', detail: /required/ });
    for (const amount of [0, -1, 2.5, '12000', maxAmount + 1])
      await refused(
        id,
        'increase_authorization',
        { amount },
        { code: 'parameter_invalid', param: 'amount', detail: /whole number/ },
      );
    await refuses(
      w,
      ['POST', `/v1/payments/${id}/increase_authorization`, { amount: 20_000 }, { as: w.other.secret }],
      { code: 'not_found', param: 'id', detail: /No payment/ },
    );
  });
});

describe('GET /v1/payments/{id}/timeline', () => {
  test('200: everything asked of the provider, oldest first, with how it ended', async () => {
    const id = await held();
    await post(id, 'capture', { amount: 4_000 });
    const refund = (await w.call('POST', '/v1/refunds', { payment: id, amount: 1_000 })).body.id;
    await post(id, 'cancel');
    const { status, body } = await w.call('GET', `/v1/payments/${id}/timeline`);
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(body, { object: 'timeline', payment: id });
    assert.deepEqual(
      body.entries.map((e: Record<string, unknown>) => [e.kind, e.status, e.amount, e.refund]),
      [
        ['created', 'done', 10_000, null],
        ['authorize', 'approved', 10_000, null],
        ['capture', 'approved', 4_000, null],
        ['refund', 'approved', 1_000, refund],
        ['void', 'approved', 6_000, null],
      ],
    );
    for (const entry of body.entries) assert.ok(Date.parse(entry.at) <= Date.parse(entry.settled_at));
  });

  test('200: a decline is told with its words, an open call as what it is', async () => {
    const failed = await make({ token: await w.token('4000000000000002') });
    const [, declined] = (await w.call('GET', `/v1/payments/${failed}/timeline`)).body.entries;
    assert.partialDeepStrictEqual(declined, { status: 'declined', decline: { code: 'generic_decline' } });
    const open = await make({ token: await w.token('4000000000008013') });
    const [, unknown] = (await w.call('GET', `/v1/payments/${open}/timeline`)).body.entries;
    assert.partialDeepStrictEqual(unknown, { status: 'unknown', decline: null, settled_at: null });
  });
});
