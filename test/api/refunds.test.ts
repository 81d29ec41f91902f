// Refunds over HTTP: in full, in part, many of one payment; where the money comes from; every refusal by its own name.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { minutes } from '../../src/kit/clock.ts';
import { maxAmount } from '../../src/kit/money.ts';
import { badPages, walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
});
after(() => w.close());

const paid = async (amount = 10_000, number?: string, more: Record<string, unknown> = {}): Promise<string> => {
  const reply = await w.call('POST', '/v1/payments', {
    amount,
    currency: 'USD',
    token: await w.token(number),
    ...more,
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.body.id;
};
const refund = (payment: string, more: Record<string, unknown> = {}) =>
  w.call('POST', '/v1/refunds', { payment, ...more });
const refused = (payment: string, more: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
  refuses(w, ['POST', '/v1/refunds', { payment, ...more }], expected);
const paymentOf = async (id: string) => (await w.call('GET', `/v1/payments/${id}`)).body;
const postingsOf = (id: string) =>
  w.env.db.query.selectFrom('ledger_postings').selectAll().where('group_id', '=', id).orderBy('position').execute();
const eventsOf = async (id: string) =>
  (await w.env.db.query.selectFrom('events').select('type').where('object_id', '=', id).execute())
    .map((e) => e.type)
    .sort();

describe('POST /v1/refunds 201', () => {
  test('in full: every field, its events, its posting; the fee stays', async () => {
    const payment = await paid();
    const before = await rowCounts(w);
    const reply = await refund(payment, {
      reason: 'duplicate',
      note: 'Paid twice',
      merchant_reference: 'rma_7',
      metadata: { by: 'ada' },
    });
    assert.equal(reply.status, 201, reply.text);
    const r = reply.body;
    assert.match(r.id, /^re_[0-9a-z]{26}$/);
    assert.deepEqual(r, {
      id: r.id,
      object: 'refund',
      payment,
      status: 'succeeded',
      amount: 10_000,
      currency: 'USD',
      tax: null,
      exchange: null,
      reason: 'duplicate',
      note: 'Paid twice',
      merchant_reference: 'rma_7',
      metadata: { by: 'ada' },
      failure_code: null,
      created_at: r.created_at,
      updated_at: r.updated_at,
    });
    assert.deepEqual(gained(before, await rowCounts(w)), {
      refunds: 1,
      attempts: 1,
      events: 2,
      ledger_postings: 1,
      simulator_calls: 1,
    });
    assert.partialDeepStrictEqual(await paymentOf(payment), {
      status: 'completed',
      amount_captured: 10_000,
      amount_refunded: 10_000,
      amount_refundable: 0,
    });
    assert.deepEqual(await eventsOf(r.id), ['refund.created', 'refund.succeeded']);
    const [, posting] = await postingsOf(payment);
    assert.partialDeepStrictEqual(posting, {
      recipe: 'refund',
      source_id: r.id,
      amount: -10_000,
      fee: 0,
      provider_receivable: -10_000,
      incoming: 10_000,
      available: 0,
      fees: 0,
    });
    assert.deepEqual((await w.call('GET', `/v1/refunds/${r.id}`)).body, r);
    await w.verify();
  });

  test('many parts of one payment, until nothing is left; what is left is always told', async () => {
    const payment = await paid();
    for (const [amount, left] of [
      [2_500, 7_500],
      [1, 7_499],
      [7_498, 1],
    ] as const) {
      assert.equal((await refund(payment, { amount })).body.amount, amount);
      assert.equal((await paymentOf(payment)).amount_refundable, left);
    }
    assert.equal((await refund(payment)).body.amount, 1, 'without an amount: all that is left');
    await refused(
      payment,
      {},
      { code: 'payment_fully_refunded', param: 'payment', detail: /refunded in full already/ },
    );
  });

  test('the four reasons; requested_by_customer when none is said', async () => {
    const payment = await paid();
    for (const reason of ['duplicate', 'fraudulent', 'requested_by_customer', 'other'])
      assert.equal((await refund(payment, { amount: 10, reason })).body.reason, reason);
    assert.equal((await refund(payment, { amount: 10 })).body.reason, 'requested_by_customer');
  });

  test('of a partly captured payment: no more than was captured', async () => {
    const payment = await paid(10_000, undefined, { capture: false });
    await w.call('POST', `/v1/payments/${payment}/capture`, { amount: 4_000 });
    await refused(
      payment,
      { amount: 4_001 },
      {
        code: 'amount_too_large',
        param: 'amount',
        detail: /At most 4000 \(\$40\.00\) of this payment can still be refunded/,
      },
    );
    assert.equal((await refund(payment)).body.amount, 4_000);
    await refused(payment, {}, { code: 'payment_fully_refunded', param: 'payment', detail: /in full/ });
    await w.call('POST', `/v1/payments/${payment}/capture`);
    assert.equal((await refund(payment)).body.amount, 6_000, 'a later capture can be refunded again');
    await w.verify();
  });

  test('a refund that the provider refuses: failed with its code; the money is where it came from', async () => {
    const payment = await paid(50_000, '4000000000008104');
    const balance = async () => (await w.call('GET', '/v1/balances')).body.data[0];
    const before = await balance();
    const { status, body: r } = await refund(payment, { amount: 40_000 });
    assert.equal(status, 201);
    assert.partialDeepStrictEqual(r, { status: 'failed', failure_code: 'refund_refused' });
    const [, taken, back] = await postingsOf(payment);
    assert.partialDeepStrictEqual(taken, { recipe: 'refund', amount: -40_000, provider_receivable: -40_000 });
    assert.partialDeepStrictEqual(back, {
      recipe: 'refund_failed',
      amount: 40_000,
      available: 0 - (taken?.available ?? 0),
      incoming: 0 - (taken?.incoming ?? 0),
    });
    const now = await balance();
    assert.deepEqual([now.available, now.incoming], [before.available, before.incoming]);
    assert.partialDeepStrictEqual(await paymentOf(payment), { amount_refunded: 0, amount_refundable: 50_000 });
    assert.deepEqual(await eventsOf(r.id), ['refund.created', 'refund.failed']);
    await w.verify();
  });

  test('a refund that the provider decides later: pending, its money is spoken for, then succeeded or failed', async () => {
    for (const [number, end, left] of [
      ['4000000000007726', 'succeeded', 0],
      ['4000000000005126', 'failed', 10_000],
    ] as const) {
      const payment = await paid(10_000, number);
      const { status, body } = await refund(payment);
      assert.equal(status, 201);
      assert.equal(body.status, 'pending');
      await refused(payment, { amount: 1 }, { code: 'payment_fully_refunded', param: 'payment', detail: /in full/ });
      w.clock.advance(minutes(1));
      await w.work();
      assert.equal((await w.call('GET', `/v1/refunds/${body.id}`)).body.status, end);
      assert.equal((await paymentOf(payment)).amount_refundable, left);
    }
    await w.verify();
  });

  test('a refund whose answer is lost is done once: pending until the safety job has asked', async () => {
    for (const [number, end] of [
      ['4000000000008047', 'succeeded'],
      ['4000000000008054', 'failed'],
    ] as const) {
      const payment = await paid(10_000, number);
      const { body } = await refund(payment, { amount: 3_000 });
      assert.equal(body.status, 'pending');
      w.clock.advance(minutes(5));
      await w.work();
      assert.equal((await w.call('GET', `/v1/refunds/${body.id}`)).body.status, end);
    }
    await w.verify();
  });

  test('forty refunds of 60 % at once: one succeeds', async () => {
    const payment = await paid();
    const replies = await Promise.all(Array.from({ length: 40 }, () => refund(payment, { amount: 6_000 })));
    assert.equal(replies.filter((r) => r.status === 201).length, 1);
    for (const r of replies.filter((r) => r.status !== 201)) assert.equal(r.body.code, 'amount_too_large');
    await w.verify();
  });
});

describe('POST /v1/refunds 400', () => {
  test('amounts, reasons and names', async () => {
    const payment = await paid();
    for (const amount of [0, -1, 1.5, '500', null, maxAmount + 1, 2 ** 53])
      await refused(
        payment,
        { amount },
        { code: 'parameter_invalid', param: 'amount', detail: /whole number from 1 to 999999999999/ },
      );
    await refused(
      payment,
      { reason: 'angry' },
      {
        code: 'parameter_invalid',
        param: 'reason',
        detail: /one of 'duplicate', 'fraudulent', 'requested_by_customer', 'other'/,
      },
    );
    await refused(payment, { note: '' }, { code: 'parameter_invalid', param: 'note', detail: /1 to 500 characters/ });
    await refused(
      payment,
      { note: 'x'.repeat(501) },
      { code: 'parameter_invalid', param: 'note', detail: /1 to 500 characters/ },
    );
    await refused(
      payment,
      { payment_id: payment },
      { code: 'parameter_unknown', param: 'payment_id', detail: /There is no parameter 'payment_id'/ },
    );
    await refuses(w, ['POST', '/v1/refunds', {}], {
      code: 'parameter_missing',
      param: 'payment',
      detail: /'payment' is required/,
    });
  });
});

describe('POST /v1/refunds 404', () => {
  test('a payment that never was, and one of another tenant', async () => {
    const payment = await paid();
    await refused('pay_none', {}, { code: 'not_found', param: 'payment', detail: /No payment with id 'pay_none'/ });
    await refuses(w, ['POST', '/v1/refunds', { payment }, { as: w.other.secret }], {
      code: 'not_found',
      param: 'payment',
      detail: /No payment with id/,
    });
  });
});

describe('POST /v1/refunds 409 and 422', () => {
  test('a failed and a cancelled payment: no money was taken', async () => {
    const failed = await paid(10_000, '4000000000000002');
    await refused(
      failed,
      {},
      { code: 'payment_not_refundable', param: 'payment', detail: /is 'failed': no money was taken/ },
    );
    const cancelled = await paid(10_000, undefined, { capture: false });
    await w.call('POST', `/v1/payments/${cancelled}/cancel`);
    await refused(
      cancelled,
      { amount: 1 },
      { code: 'payment_not_refundable', param: 'payment', detail: /is 'cancelled'/ },
    );
  });

  test('nothing was captured yet: pending, waiting, processing, authorized (cancel it instead)', async () => {
    const pending = (await w.call('POST', '/v1/payments', { amount: 5, currency: 'USD' })).body.id;
    for (const payment of [pending, await paid(5, '4000000000003220'), await paid(5, '4000000000008070')]) {
      await refused(
        payment,
        {},
        { code: 'nothing_refundable', param: 'payment', detail: /captured yet, so nothing can be refunded/ },
      );
    }
    await refused(
      await paid(5, undefined, { capture: false }),
      {},
      { code: 'nothing_refundable', param: 'payment', detail: /only authorized: cancel it instead/ },
    );
  });

  test('more than was paid; the most is named in minor units and in words', async () => {
    const payment = await paid();
    await refused(
      payment,
      { amount: 10_001 },
      { code: 'amount_too_large', param: 'amount', detail: /At most 10000 \(\$100\.00\)/ },
    );
    const yen = await paid(500, undefined, { currency: 'JPY' });
    await refused(yen, { amount: 501 }, { code: 'amount_too_large', param: 'amount', detail: /At most 500 \(¥500\)/ });
    const dinar = await paid(5_000, undefined, { currency: 'KWD' });
    await refused(
      dinar,
      { amount: 5_001 },
      { code: 'amount_too_large', param: 'amount', detail: /At most 5000 \(KWD.5\.000\)/ },
    );
  });
});

describe('a balance that does not cover the refund', () => {
  let poor: World;
  before(async () => {
    poor = await openWorld({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
    await poor.env.db.query.updateTable('accounts').set({ overdraft_limit: 0 }).execute();
  });
  after(() => poor.close());

  test('409 insufficient_balance: the fee was kept, so the whole cannot go back; what is there can', async () => {
    const payment = (
      await poor.call('POST', '/v1/payments', { amount: 10_000, currency: 'USD', token: await poor.token() })
    ).body.id;
    await refuses(poor, ['POST', '/v1/refunds', { payment }], {
      code: 'insufficient_balance',
      param: 'amount',
      detail: /Refund less, or wait for further payments/,
    });
    await refuses(poor, ['POST', '/v1/refunds', { payment, amount: 9_681 }, { key: 'r1' }], {
      code: 'insufficient_balance',
      param: 'amount',
      detail: /Refund less/,
    });
    assert.equal(
      (await poor.call('POST', '/v1/refunds', { payment, amount: 9_680 }, { key: 'r1' })).status,
      201,
      'the same key, after mending the cause',
    );
    await refuses(poor, ['POST', '/v1/refunds', { payment, amount: 1 }], {
      code: 'insufficient_balance',
      param: 'amount',
      detail: /Refund less/,
    });
    await poor.call('POST', '/v1/payments', { amount: 1_000, currency: 'EUR', token: await poor.token() });
    await refuses(poor, ['POST', '/v1/refunds', { payment, amount: 1 }], {
      code: 'insufficient_balance',
      param: 'amount',
      detail: /balance of this currency/,
    });
    await poor.verify();
  });

  test('twenty refunds of twenty payments at once never take the balance below zero', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 20; i++)
      ids.push(
        (await poor.call('POST', '/v1/payments', { amount: 1_000, currency: 'GBP', token: await poor.token() })).body
          .id,
      );
    const replies = await Promise.all(ids.map((payment) => poor.call('POST', '/v1/refunds', { payment })));
    // Each brought 941 (1,000 less 59): 18,820 pays for eighteen.
    assert.equal(replies.filter((r) => r.status === 201).length, 18);
    for (const r of replies.filter((r) => r.status !== 201)) assert.equal(r.body.code, 'insufficient_balance');
    await poor.verify();
  });
});

describe('GET /v1/refunds', () => {
  test('200: by payment and by status, pages both ways; never another tenant’s', async () => {
    const [a, b] = [await paid(10_000), await paid(10_000, '4000000000008104')];
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) ids.unshift((await refund(a, { amount: 10 + i })).body.id);
    const failed: string[] = [];
    for (let i = 0; i < 3; i++) failed.unshift((await refund(b, { amount: 10 })).body.id);
    await walks(w, `/v1/refunds?payment=${a}`, [...ids].sort().reverse(), [1, 5, 100]);
    await walks(w, `/v1/refunds?payment=${b}&status=failed`, [...failed].sort().reverse(), [2]);
    assert.deepEqual((await w.call('GET', `/v1/refunds?payment=${b}&status=succeeded`)).body, {
      object: 'list',
      data: [],
      has_more: false,
    });
    assert.deepEqual(
      (await w.call('GET', `/v1/refunds?payment=${a}`, undefined, { as: w.other.secret })).body.data,
      [],
    );
  });

  test('400 and 404', async () => {
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/refunds?${query}`], { code: 'parameter_invalid', param, detail });
    await refuses(w, ['GET', '/v1/refunds?status=paid'], {
      code: 'parameter_invalid',
      param: 'status',
      detail: /one of 'pending', 'succeeded', 'failed'/,
    });
    await refuses(w, ['GET', '/v1/refunds?paymnt=x'], {
      code: 'parameter_unknown',
      param: 'paymnt',
      detail: /Did you mean 'payment'/,
    });
    const payment = await paid();
    const { body } = await refund(payment);
    await refuses(w, ['GET', `/v1/refunds/${body.id}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No refund with id/,
    });
    await refuses(w, ['GET', '/v1/refunds/re_none'], {
      code: 'not_found',
      param: 'id',
      detail: /No refund with id 're_none'/,
    });
  });
});
