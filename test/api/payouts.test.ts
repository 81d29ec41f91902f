// Payouts over HTTP and by the jobs: what is taken from the balance, what comes back, what the bank did. A payout must never take more than
// is available, be sent twice, or return its money twice, whoever races and wherever a process dies.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Bank } from '../../src/connectors/bank.ts';
import { days, minutes, seconds } from '../../src/kit/clock.ts';
import { display } from '../../src/kit/money.ts';
import { lockBankAccount } from '../../src/payouts/bank-account.ts';
import { markPayoutFailed, markPayoutPaid } from '../../src/payouts/confirm-payout.ts';
import { followPayouts } from '../../src/payouts/follow-payouts.ts';
import { createBankAccount } from '../../src/payouts/manage-bank-accounts.ts';
import { getPayout } from '../../src/payouts/read-payouts.ts';
import { insertPayout, requestPayout } from '../../src/payouts/request-payout.ts';
import { reviewBankAccount } from '../../src/payouts/review-bank-account.ts';
import { approvePayout, rejectPayout } from '../../src/payouts/review-payout.ts';
import { requestScheduledPayouts } from '../../src/payouts/scheduled-payouts.ts';
import { sendDuePayouts } from '../../src/payouts/send-payouts.ts';
import { tally } from '../attack/money.ts';
import { badPages, walks } from '../kit/paging.ts';
import { availableOf, fund, operate, us, usAccount } from '../kit/payouts.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { newTenant, openWorld, type World } from '../kit/world.ts';

let w: World;
let default_account: string;
/** How the bank misbehaves: `absent` never hears of a call, `lost` does and its answer is lost. */
let line: 'good' | 'absent' | 'lost' = 'good';
let sends: string[] = [];
let crash_at: string | undefined;

const wrapBank = (bank: Bank): Bank => ({
  async send(transfer) {
    sends.push(transfer.reference);
    if (line === 'absent') throw new Error('the line is dead');
    const answer = await bank.send(transfer);
    if (line === 'lost') throw new Error('the line broke');
    return answer;
  },
  look: (reference) => bank.look(reference),
});

const probe = (point: string) => {
  if (point === crash_at) throw new Error(`the process died at ${point}`);
};

async function open(): Promise<World> {
  const world = await openWorld({
    wrapBank,
    probe,
    settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
  });
  default_account = await usAccount(world);
  return world;
}

/** Until nothing is left to do but to watch for returns. */
async function toEnd(world = w): Promise<void> {
  world.clock.advance(minutes(2));
  await world.work();
  world.clock.advance(days(6));
  await world.work();
  await world.work();
}

before(async () => {
  w = await open();
});
after(() => w.close());
beforeEach(() => {
  line = 'good';
  sends = [];
  crash_at = undefined;
});

const request = (body: Record<string, unknown> = {}, options = {}) =>
  w.call('POST', '/v1/payouts', { currency: 'USD', ...body }, options);
const requested = async (body: Record<string, unknown> = {}): Promise<string> => {
  const reply = await request(body);
  assert.equal(reply.status, 201, reply.text);
  return reply.body.id;
};
const get = async (id: string) => (await w.call('GET', `/v1/payouts/${id}`)).body;
const statusOf = async (id: string) => (await get(id)).status;
const refused = (body: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
  refuses(w, ['POST', '/v1/payouts', { currency: 'USD', ...body }], expected);
const recipesOf = async (id: string) =>
  (
    await w.env.db.query
      .selectFrom('ledger_postings')
      .select('recipe')
      .where('group_id', '=', id)
      .orderBy('position')
      .execute()
  ).map((p) => p.recipe);
const eventsOf = async (id: string) =>
  (await w.env.db.query.selectFrom('events').select('type').where('object_id', '=', id).execute())
    .map((e) => e.type.slice(7))
    .sort();
const transfersOf = async (id: string) =>
  (
    await sql<{
      status: string;
      scenario: string;
    }>`select status, scenario from simulator_transfers where reference = ${id}`.execute(w.env.db.query)
  ).rows;

describe('the first payout of an account', () => {
  test('201 in_review: every field; the money is gone from available; then released, sent, paid', async () => {
    await fund(w, 10_000);
    const rows = await rowCounts(w);
    const { body, status } = await request({ amount: 4_000, description: 'January', metadata: { run: '1' } });
    assert.equal(status, 201);
    assert.match(body.id, /^po_[0-9a-z]{26}$/);
    assert.deepEqual(body, {
      id: body.id,
      object: 'payout',
      status: 'in_review',
      amount: 4_000,
      currency: 'USD',
      bank_account: default_account,
      destination: { kind: 'us', last_four: '6789', bank_name: null },
      description: 'January',
      metadata: { run: '1' },
      scheduled_on: null,
      failure: null,
      approved_at: null,
      bank_reference: null,
      arrives_on: null,
      paid_at: null,
      created_at: body.created_at,
      updated_at: body.created_at,
    });
    assert.deepEqual(gained(rows, await rowCounts(w)), { payouts: 1, ledger_postings: 1, events: 1 });
    assert.equal(await availableOf(w), 6_000);
    await w.verify();
    // A second one waits for the same review.
    assert.equal((await request({ amount: 1_000 })).body.status, 'in_review');
    w.clock.advance(seconds(30));
    await w.work();
    assert.equal(await statusOf(body.id), 'in_review');
    w.clock.advance(seconds(31));
    await w.work();
    const sent = await get(body.id);
    assert.equal(sent.status, 'in_transit');
    assert.match(sent.bank_reference, /^trf_/);
    assert.ok(sent.approved_at > sent.created_at, 'its review let it go');
    assert.match(sent.arrives_on, /^\d{4}-\d\d-\d\d$/);
    assert.ok(sent.arrives_on > sent.created_at.slice(0, 10));
    await w.verify();
    w.clock.advance(days(6));
    await w.work();
    assert.partialDeepStrictEqual(await get(body.id), { status: 'paid', failure: null });
    assert.deepEqual(await recipesOf(body.id), ['payout', 'payout_paid']);
    assert.deepEqual(await eventsOf(body.id), ['created', 'in_transit', 'paid']);
    assert.equal(await availableOf(w), 5_000);
    assert.deepEqual(sends.sort(), [...new Set(sends)].sort());
    await w.verify();
    const later = (await request({ amount: 1 })).body;
    assert.deepEqual([later.status, later.approved_at], ['pending', null], 'no review after one was released');
    const moved = (await w.call('GET', `/v1/balance_activities?payout=${body.id}`)).body.data;
    assert.deepEqual(
      moved.map((one: { type: string; net: number; source: string }) => [one.type, one.net, one.source]),
      [['payout', -4_000, body.id]],
      'its own movements alone',
    );
    await toEnd();
  });

  test('the operator rejects: failed, and the money is there again; approves: sent', async () => {
    const other = w.ctx(w.other);
    await usAccount(w, undefined, w.other);
    await fund(w, 3_000, 'USD', w.other);
    const first = await operate(other, requestPayout, { currency: 'USD', amount: 1_000 });
    assert.equal(first.status, 'in_review');
    await assert.rejects(operate(other, rejectPayout, { id: first.id }), {
      code: 'parameter_missing',
      param: 'reason',
    });
    await assert.rejects(operate(w.ctx(), approvePayout, { id: first.id }), { code: 'not_found' });
    assert.deepEqual((await operate(other, rejectPayout, { id: first.id, reason: 'Papers missing' })).failure, {
      code: 'review_rejected',
      message: 'We reviewed the payout and did not release it.',
      reason: 'Papers missing',
    });
    assert.equal(await availableOf(w, 'USD', w.other), 3_000);
    await assert.rejects(operate(other, approvePayout, { id: first.id }), { code: 'state_invalid' });
    const second = await operate(other, requestPayout, { currency: 'USD' });
    assert.equal(second.status, 'in_review', 'a rejected one releases nothing');
    assert.equal((await operate(other, approvePayout, { id: second.id })).status, 'pending');
    await assert.rejects(operate(other, rejectPayout, { id: second.id, reason: 'Too late' }), {
      code: 'state_invalid',
    });
    await sendDuePayouts(w.env);
    assert.equal(
      (await w.call('GET', `/v1/payouts/${second.id}`, undefined, { as: w.other.secret })).body.status,
      'in_transit',
    );
    await w.verify();
    await toEnd();
  });

  test('live: nobody but the operator releases it', async () => {
    const tenant = await newTenant(w.env, 'Live Goods', {});
    await fund(w, 500, 'USD', tenant);
    const live = { ...w.ctx(tenant), account: { ...tenant.account, mode: 'live' as const, provider: 'some-bank' } };
    const simulated = { ...live, account: { ...live.account, provider: 'simulator' } };
    await assert.rejects(operate(simulated, requestPayout, { currency: 'USD' }), { code: 'feature_unavailable' });
    const { id: bank_account } = await operate(live, createBankAccount, us());
    await assert.rejects(operate(live, requestPayout, { currency: 'USD' }), { code: 'bank_account_unverified' });
    await operate(live, reviewBankAccount, { id: bank_account, verdict: 'verified' });
    const { id } = await operate(live, requestPayout, { currency: 'USD' });
    await toEnd();
    assert.equal((await operate(live, getPayout, { id })).status, 'in_review');
    await operate(live, approvePayout, { id });
    await toEnd();
    assert.equal((await operate(live, getPayout, { id })).status, 'paid');
    await w.verify();
  });
});

describe('POST /v1/payouts', () => {
  test('201: without an amount all that is available, to the default account; again by the same key: the same answer', async () => {
    await fund(w, 2_345);
    const available = await availableOf(w);
    const first = await request({}, { key: 'all' });
    assert.partialDeepStrictEqual(first.body, { amount: available, bank_account: default_account, status: 'pending' });
    const again = await request({}, { key: 'all' });
    assert.equal(again.text, first.text);
    assert.equal(again.headers['idempotent-replayed'] ?? 'true', 'true');
    assert.equal(await availableOf(w), 0);
    await refused(
      {},
      {
        code: 'insufficient_balance',
        param: 'amount',
        detail: /does not cover this payout\. Available now: 0 \(\$0\.00\)/,
      },
    );
    await toEnd();
    assert.equal(await statusOf(first.body.id), 'paid');
    await w.verify();
  });

  test('409 insufficient_balance: what is available is named; incoming money does not count, nor another currency', async () => {
    await fund(w, 1_000);
    await w.call('POST', '/v1/payments', { amount: 50_000, currency: 'USD', token: await w.token() });
    const available = await availableOf(w);
    await refused(
      { amount: available + 1 },
      {
        code: 'insufficient_balance',
        param: 'amount',
        detail: new RegExp(`Available now: ${available} \\(\\${display(available, 'USD')}\\)`),
      },
    );
    await refused(
      { currency: 'EUR', bank_account: await eur() },
      { code: 'insufficient_balance', param: 'amount', detail: /balance of EUR does not cover/ },
    );
    await requested({ amount: available });
    await toEnd();
  });

  test('409 bank_account_unverified; 400 for another currency, none at all, amounts', async () => {
    await fund(w, 1_000);
    const pending = await usAccount(w, '000000666664');
    const rejected = await usAccount(w, '000000777777');
    await refused(
      { bank_account: pending },
      { code: 'bank_account_unverified', param: 'bank_account', detail: /is not reviewed yet/ },
    );
    await refused(
      { bank_account: rejected },
      { code: 'bank_account_unverified', param: 'bank_account', detail: /was rejected/ },
    );
    await refused(
      { bank_account: await eur() },
      { code: 'parameter_invalid', param: 'bank_account', detail: /takes EUR, not USD/ },
    );
    await refused(
      { currency: 'GBP' },
      { code: 'parameter_missing', param: 'bank_account', detail: /no default bank account for GBP/ },
    );
    await refused({ currency: 'usd' }, { code: 'currency_unsupported', param: 'currency', detail: /in capitals/ });
    for (const amount of [0, -1, 1.5, '5', null])
      await refused({ amount }, { code: 'parameter_invalid', param: 'amount', detail: /whole number from 1/ });
    await refused({ amounts: 1 }, { code: 'parameter_unknown', param: 'amounts', detail: /Did you mean 'amount'/ });
    await refuses(w, ['POST', '/v1/payouts', { currency: 'USD' }, { as: w.tenant.publishable }], {
      code: 'permission_denied',
      detail: /publishable/,
    });
  });

  test('404: a bank account that never was, is deleted, or is another tenant’s', async () => {
    const gone = await usAccount(w, '000000001001');
    await w.call('DELETE', `/v1/bank_accounts/${gone}`);
    const theirs = await usAccount(w, '000000001002', w.other);
    for (const bank_account of ['ba_none', gone, theirs])
      await refused({ bank_account }, { code: 'not_found', param: 'bank_account', detail: /No bank account with id/ });
  });

  test('403: a disabled merchant', async () => {
    await fund(w, 1_000);
    const set = (status: string) =>
      w.env.db.query.updateTable('merchants').set({ status }).where('id', '=', w.tenant.account.merchant_id).execute();
    const disabled = { ...w.ctx(), account: { ...w.tenant.account, merchant_status: 'disabled' as const } };
    await set('disabled');
    await assert.rejects(operate(disabled, requestPayout, { currency: 'USD' }), { code: 'permission_denied' });
    await set('active');
  });
});

const eur = async () => {
  const { body } = await w.call('GET', '/v1/bank_accounts?currency=EUR');
  return (
    body.data[0]?.id ??
    (
      await w.call('POST', '/v1/bank_accounts', {
        kind: 'iban',
        currency: 'EUR',
        holder_name: 'Acme',
        iban: 'DE89370400440532013000',
      })
    ).body.id
  );
};

describe('200 at once', () => {
  test('payouts of 60 % of what is available: one succeeds', async () => {
    await fund(w, 10_000);
    const available = await availableOf(w);
    const amount = Math.floor(available * 0.6);
    const replies = await Promise.all(Array.from({ length: 200 }, () => request({ amount })));
    assert.deepEqual(tally(replies), { 201: 1, '409 insufficient_balance': 199 });
    assert.equal(await availableOf(w), available - amount);
    await w.verify();
  });

  test('payouts of all that is available: one succeeds; of one percent each: a hundred', async () => {
    await toEnd();
    await fund(w, 20_000);
    assert.deepEqual(tally(await Promise.all(Array.from({ length: 200 }, () => request()))), {
      201: 1,
      '409 insufficient_balance': 199,
    });
    await toEnd();
    await fund(w, 10_000);
    assert.deepEqual(tally(await Promise.all(Array.from({ length: 200 }, () => request({ amount: 100 })))), {
      201: 100,
      '409 insufficient_balance': 100,
    });
    assert.equal(await availableOf(w), 0);
    await w.verify();
    await toEnd();
    await w.verify();
  });

  test('the database refuses it, whatever the code looked at before', async () => {
    await fund(w, 1_000);
    const past = (amount: number) =>
      w.env.db.tx(async (tx) => {
        const bank_account = await lockBankAccount(tx, w.tenant.account.account_id, default_account, 'share');
        await insertPayout(w.ctx(), tx, { bank_account, amount, scheduled_on: null });
      });
    await assert.rejects(past(1_001), { code: 'insufficient_balance' });
    const raced = await Promise.allSettled(Array.from({ length: 20 }, () => past(600)));
    assert.equal(raced.filter((r) => r.status === 'fulfilled').length, 1);
    await w.verify();
    await toEnd();
  });
});

describe('POST /v1/payouts/{id}/cancel', () => {
  test('200 before it is sent: the money is there again, once; 409 after', async () => {
    await fund(w, 1_000);
    const available = await availableOf(w);
    const id = await requested({ amount: 700 });
    const replies = await Promise.all(Array.from({ length: 20 }, () => w.call('POST', `/v1/payouts/${id}/cancel`)));
    assert.deepEqual(tally(replies), { 200: 1, '409 state_invalid': 19 });
    assert.equal(await availableOf(w), available);
    assert.deepEqual(await recipesOf(id), ['payout', 'payout_returned']);
    assert.deepEqual(await eventsOf(id), ['cancelled', 'created']);
    await toEnd();
    assert.ok(!sends.includes(id), 'a cancelled one is never sent');
    const sent = await requested({ amount: 700 });
    w.clock.advance(minutes(2));
    await w.work();
    await refuses(w, ['POST', `/v1/payouts/${sent}/cancel`], {
      code: 'state_invalid',
      param: 'id',
      detail: /is 'in_transit'. It can be cancelled while/,
    });
    await refuses(w, ['POST', `/v1/payouts/${sent}/cancel`, {}, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No payout with id/,
    });
    await toEnd();
    await refuses(w, ['POST', `/v1/payouts/${sent}/cancel`], {
      code: 'state_invalid',
      param: 'id',
      detail: /is 'paid'/,
    });
    await w.verify();
  });

  test('cancelled and sent at the same time: one of the two, never both', async () => {
    await fund(w, 1_200);
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) ids.push(await requested({ amount: 100 }));
    w.clock.advance(minutes(2));
    const cancels = ids.map((id) => w.call('POST', `/v1/payouts/${id}/cancel`));
    const [, ...replies] = await Promise.all([
      Promise.all([sendDuePayouts(w.env, 3), sendDuePayouts(w.env, 3)]),
      ...cancels,
    ]);
    for (const [i, reply] of replies.entries())
      assert.equal(sends.includes(ids[i] ?? ''), reply.status === 409, reply.text);
    await toEnd();
    await w.verify();
  });
});

describe('the bank', () => {
  const endings: [number: string, code: string][] = [
    ['000111111116', 'no_account'],
    ['000111111113', 'account_closed'],
    ['000222222227', 'account_frozen'],
    ['000333333335', 'bank_refused'],
  ];
  for (const [number, code] of endings) {
    test(`fails with ${code}: the money returns once`, async () => {
      await fund(w, 1_000);
      const available = await availableOf(w);
      const id = await requested({ amount: 900, bank_account: await usAccount(w, number) });
      await toEnd();
      assert.partialDeepStrictEqual(await get(id), {
        status: 'failed',
        failure: { code, reason: null },
        paid_at: null,
      });
      assert.equal(await availableOf(w), available);
      assert.deepEqual(await recipesOf(id), ['payout', 'payout_returned']);
      assert.deepEqual(
        await eventsOf(id),
        code === 'bank_refused' ? ['created', 'failed'] : ['created', 'failed', 'in_transit'],
      );
      await Promise.all([w.work(), w.work(), followPayouts(w.env)]);
      await assert.rejects(operate(w.ctx(), markPayoutFailed, { id, code: 'returned' }), { code: 'state_invalid' });
      assert.equal(await availableOf(w), available);
      await w.verify();
    });
  }

  test('sends it back after it was paid: failed, and the money returns once', async () => {
    await fund(w, 1_000);
    const available = await availableOf(w);
    const id = await requested({ amount: 900, bank_account: await usAccount(w, '000444444440') });
    w.clock.advance(minutes(2));
    await w.work();
    const { arrives_on } = await get(id);
    w.clock.advance(Date.parse(`${arrives_on}T13:00:00Z`) - w.clock.now().getTime());
    await w.work();
    assert.equal(await statusOf(id), 'paid');
    await w.verify();
    await toEnd();
    assert.partialDeepStrictEqual(await get(id), { status: 'failed', failure: { code: 'returned' } });
    assert.notEqual((await get(id)).paid_at, null);
    assert.deepEqual(await recipesOf(id), ['payout', 'payout_paid', 'payout_returned']);
    assert.deepEqual(await eventsOf(id), ['created', 'failed', 'in_transit', 'paid']);
    assert.equal(await availableOf(w), available);
    await w.verify();
  });

  test('a paid one is watched for ten days, then left alone', async () => {
    await fund(w, 500);
    const id = await requested({ amount: 100 });
    await toEnd();
    const next = async () =>
      (
        await w.env.db.query
          .selectFrom('payouts')
          .select('next_at')
          .where('account_id', '=', w.tenant.account.account_id)
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
      ).next_at;
    assert.notEqual(await next(), null);
    w.clock.advance(days(11));
    await w.work();
    assert.equal(await next(), null);
    await w.verify();
  });

  test('a documented number whose answer is always lost is paid all the same', async () => {
    await fund(w, 500);
    const id = await requested({ amount: 100, bank_account: await usAccount(w, '000555555559') });
    w.clock.advance(minutes(2));
    await w.work();
    assert.equal(await statusOf(id), 'pending');
    await refuses(w, ['POST', `/v1/payouts/${id}/cancel`], {
      code: 'state_invalid',
      param: 'id',
      detail: /being handed to the bank/,
    });
    await toEnd();
    assert.equal(await statusOf(id), 'paid');
    assert.equal(sends.length, 1, 'asked after, not sent again');
    await w.verify();
  });

  for (const broken of ['absent', 'lost'] as const) {
    test(`a call whose ${broken === 'absent' ? 'request' : 'answer'} is lost is one transfer in the end`, async () => {
      await fund(w, 500);
      const id = await requested({ amount: 100 });
      w.clock.advance(minutes(2));
      line = broken;
      for (let i = 0; i < 3; i++) {
        await w.work();
        assert.ok(['pending', 'in_transit'].includes(await statusOf(id)), 'silence is no failure');
        await w.verify();
        w.clock.advance(minutes(11));
      }
      line = 'good';
      await toEnd();
      assert.equal(await statusOf(id), 'paid');
      assert.equal((await transfersOf(id)).length, 1);
      await w.verify();
    });
  }

  test('four workers at once: each payout is sent once and paid once', async () => {
    await fund(w, 1_000);
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) ids.push(await requested({ amount: 50 }));
    w.clock.advance(minutes(2));
    await Promise.all(Array.from({ length: 4 }, () => sendDuePayouts(w.env, 3)));
    while ((await sendDuePayouts(w.env, 3)) > 0);
    assert.deepEqual([...sends].sort(), [...ids].sort());
    w.clock.advance(days(6));
    await Promise.all(Array.from({ length: 4 }, () => followPayouts(w.env)));
    for (const id of ids) assert.deepEqual(await recipesOf(id), ['payout', 'payout_paid']);
    await w.verify();
  });

  for (const point of ['payout.recorded', 'payout.sent']) {
    test(`a crash at ${point} is mended by the next run`, async () => {
      await fund(w, 500);
      const id = await requested({ amount: 100 });
      w.clock.advance(minutes(2));
      crash_at = point;
      await sendDuePayouts(w.env);
      assert.equal(await statusOf(id), 'pending');
      assert.equal(
        (await w.call('POST', `/v1/payouts/${id}/cancel`)).body.code,
        'state_invalid',
        'it may have left the house',
      );
      await w.verify();
      crash_at = undefined;
      await toEnd();
      assert.equal(await statusOf(id), 'paid');
      assert.deepEqual(sends, [id], 'sent once');
      assert.deepEqual(await recipesOf(id), ['payout', 'payout_paid']);
      await w.verify();
    });
  }

  test('an account that was rejected meanwhile is not paid to; one under way is neither changed nor deleted', async () => {
    await fund(w, 500);
    const available = await availableOf(w);
    const bank_account = await usAccount(w, '000000002002');
    const id = await requested({ amount: 100, bank_account });
    await refuses(w, ['DELETE', `/v1/bank_accounts/${bank_account}`], {
      code: 'state_invalid',
      param: 'id',
      detail: /to this bank account is 'pending'/,
    });
    await refuses(w, ['PATCH', `/v1/bank_accounts/${bank_account}`, { holder_name: 'Mallory' }], {
      code: 'state_invalid',
      param: 'id',
      detail: /Its details cannot change now/,
    });
    assert.equal((await w.call('PATCH', `/v1/bank_accounts/${bank_account}`, { metadata: { a: 'b' } })).status, 200);
    await operate(w.ctx(), reviewBankAccount, { id: bank_account, verdict: 'rejected', reason: 'Not yours' });
    await toEnd();
    assert.deepEqual(sends, []);
    assert.partialDeepStrictEqual(await get(id), { status: 'failed', failure: { code: 'bank_account_unverified' } });
    assert.equal(await availableOf(w), available);
    assert.equal((await w.call('DELETE', `/v1/bank_accounts/${bank_account}`)).status, 200);
    await w.verify();
  });

  test('an operator confirms by the bank’s statement: paid, then sent back; only what was handed to the bank', async () => {
    await fund(w, 500);
    const available = await availableOf(w);
    const id = await requested({ amount: 100 });
    await assert.rejects(operate(w.ctx(), markPayoutPaid, { id }), {
      code: 'state_invalid',
      message: /was not handed to the bank/,
    });
    w.clock.advance(minutes(2));
    await w.work();
    assert.partialDeepStrictEqual(await operate(w.ctx(), markPayoutPaid, { id, bank_reference: 'FT1' }), {
      status: 'paid',
      bank_reference: 'FT1',
    });
    await assert.rejects(operate(w.ctx(), markPayoutPaid, { id }), { code: 'state_invalid' });
    await w.verify();
    assert.partialDeepStrictEqual(
      await operate(w.ctx(), markPayoutFailed, { id, code: 'returned', reason: 'Name differs' }),
      { status: 'failed', failure: { code: 'returned', reason: 'Name differs' } },
    );
    assert.equal(await availableOf(w), available);
    await w.verify();
  });
});

describe('payouts by schedule', () => {
  const schedule = (set: { payout_schedule: string; payout_minimum?: number }) =>
    w.env.db.query.updateTable('accounts').set(set).where('account_id', '=', w.tenant.account.account_id).execute();
  const made = async () =>
    (await w.call('GET', '/v1/payouts?limit=100')).body.data.filter(
      (p: { scheduled_on: string | null }) => p.scheduled_on !== null,
    );
  after(() => schedule({ payout_schedule: 'manual', payout_minimum: 100 }));

  test('daily: all that is available, once per day and currency, however many workers run', async () => {
    await toEnd();
    await fund(w, 5_000);
    const available = await availableOf(w);
    assert.equal(await requestScheduledPayouts(w.env), 0, 'manual');
    await schedule({ payout_schedule: 'daily' });
    const counts = await Promise.all(Array.from({ length: 8 }, () => requestScheduledPayouts(w.env)));
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      1,
    );
    const [payout, ...others] = await made();
    assert.equal(others.length, 0);
    assert.partialDeepStrictEqual(payout, {
      amount: available,
      currency: 'USD',
      bank_account: default_account,
      status: 'pending',
    });
    assert.match(payout.scheduled_on, /^\d{4}-\d\d-\d\d$/);
    await fund(w, 700);
    assert.equal(await requestScheduledPayouts(w.env), 0, 'not twice on one day');
    w.clock.advance(days(1));
    assert.equal(await requestScheduledPayouts(w.env), 1);
    assert.equal((await made()).length, 2);
    await toEnd();
    await w.verify();
  });

  test('below the minimum, or without a verified default account: it waits', async () => {
    await fund(w, 900);
    w.clock.advance(days(1));
    await schedule({ payout_schedule: 'daily', payout_minimum: 1_000 });
    assert.equal(await requestScheduledPayouts(w.env), 0);
    await schedule({ payout_schedule: 'daily', payout_minimum: 900 });
    await fund(w, 900, 'EUR', w.tenant);
    await w.env.db.query
      .updateTable('bank_accounts')
      .set({ is_default: false })
      .where('account_id', '=', w.tenant.account.account_id)
      .where('currency', '=', 'EUR')
      .execute();
    await operate(w.ctx(), reviewBankAccount, { id: default_account, verdict: 'rejected', reason: 'For a while' });
    assert.equal(await requestScheduledPayouts(w.env), 0);
    await operate(w.ctx(), reviewBankAccount, { id: default_account, verdict: 'verified' });
    assert.equal(await requestScheduledPayouts(w.env), 1);
    await toEnd();
    await w.verify();
  });
});

describe('GET /v1/payouts', () => {
  test('200: pages both ways, by status, currency, bank account and time; never another tenant’s', async () => {
    const all: { id: string; status: string; bank_account: string; created_at: string }[] = [];
    for (let cursor = ''; ; cursor = `&starting_after=${all.at(-1)?.id}`) {
      const { body } = await w.call('GET', `/v1/payouts?limit=100${cursor}`);
      all.push(...body.data);
      if (!body.has_more) break;
    }
    const ids = all.map((p) => p.id);
    await walks(w, '/v1/payouts', ids, [7, 100]);
    const failed = all.filter((p) => p.status === 'failed' || p.status === 'cancelled').map((p) => p.id);
    assert.ok(failed.length > 3);
    await walks(w, '/v1/payouts?status=failed,cancelled', failed, [3]);
    const one = all.find((p) => p.bank_account !== default_account);
    assert.ok(one);
    await walks(
      w,
      `/v1/payouts?bank_account=${one.bank_account}`,
      all.filter((p) => p.bank_account === one.bank_account).map((p) => p.id),
      [10],
    );
    assert.deepEqual((await w.call('GET', '/v1/payouts?currency=JPY')).body.data, []);
    const middle = all[Math.floor(all.length / 2)]?.created_at ?? '';
    const older = all.filter((p) => p.created_at < middle).map((p) => p.id);
    await walks(w, `/v1/payouts?created_to=${middle}`, older, [100]);
    await walks(
      w,
      `/v1/payouts?created_from=${middle}`,
      ids.filter((id) => !older.includes(id)),
      [100],
    );
    const theirs = (await w.call('GET', '/v1/payouts', undefined, { as: w.other.secret })).body.data;
    assert.ok(theirs.length > 0 && theirs.every((p: { id: string }) => !ids.includes(p.id)));
  });

  test('400 and 404', async () => {
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/payouts?${query}`], { code: 'parameter_invalid', param, detail });
    await refuses(w, ['GET', '/v1/payouts?created_from=2026-02-30T00:00:00Z'], {
      code: 'parameter_invalid',
      param: 'created_from',
      detail: /./,
    });
    await refuses(w, ['GET', '/v1/payouts?currency=XXX'], {
      code: 'currency_unsupported',
      param: 'currency',
      detail: /not a supported currency/,
    });
    const id = (await w.call('GET', '/v1/payouts?limit=1')).body.data[0].id;
    await refuses(w, ['GET', `/v1/payouts/${id}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No payout with id/,
    });
    await refuses(w, ['GET', '/v1/payouts/po_none'], {
      code: 'not_found',
      param: 'id',
      detail: /No payout with id 'po_none'/,
    });
  });
});
