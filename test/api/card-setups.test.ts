// Cards put on file without a charge, over HTTP: at once, after a challenge, declined, never answered; a stranger's never.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { settleChallenge } from '../../src/connectors/simulator/index.ts';
import { hours, minutes, seconds } from '../../src/kit/clock.ts';
import type { FaultCode } from '../../src/kit/fault.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const return_url = 'https://shop.example.com/cards';
const customer = async (): Promise<string> => (await w.call('POST', '/v1/customers', { name: 'Ada' })).body.id;
const setUp = async (to: string, number?: string, more: Record<string, unknown> = {}, key?: string) =>
  await w.call(
    'POST',
    '/v1/card_setups',
    { customer: to, token: await w.token(number), return_url, ...more },
    key === undefined ? {} : { key },
  );
const answer = (reference: string, said: 'approve' | 'refuse') =>
  settleChallenge({ store: w.env.simulator_store, clock: w.clock, random: w.env.random }, reference, said);

describe('POST /v1/card_setups', () => {
  test('201: a good card is saved, nothing is charged, and the first is the default', async () => {
    const c = await customer();
    const before = await rowCounts(w);
    const { status, body: s, text } = await setUp(c, undefined, { metadata: { from: 'portal' } });
    assert.equal(status, 201, text);
    assert.match(s.id, /^cset_[0-9a-z]{26}$/);
    assert.deepEqual(s, {
      id: s.id,
      object: 'card_setup',
      status: 'succeeded',
      customer: c,
      payment_method: s.payment_method,
      authentication_url: null,
      decline: null,
      set_default: false,
      metadata: { from: 'portal' },
      created_at: s.created_at,
      updated_at: s.updated_at,
    });
    const grown = gained(before, await rowCounts(w));
    assert.equal(grown.card_setups, 1);
    assert.equal(grown.payment_methods, 1);
    for (const table of ['payments', 'attempts', 'ledger_postings', 'balances'] as const)
      assert.equal(grown[table], undefined);
    assert.equal((await w.call('GET', `/v1/customers/${c}`)).body.default_payment_method, s.payment_method);
    await w.verify();
  });

  test('201: set_default moves the default; without it the default stays', async () => {
    const c = await customer();
    const first = (await setUp(c)).body.payment_method;
    await setUp(c, '5555555555554444');
    assert.equal((await w.call('GET', `/v1/customers/${c}`)).body.default_payment_method, first);
    const third = (await setUp(c, undefined, { set_default: true })).body.payment_method;
    assert.equal((await w.call('GET', `/v1/customers/${c}`)).body.default_payment_method, third);
  });

  test('201: a challenge is passed, and the card is there; refused, and it is not', async () => {
    for (const said of ['approve', 'refuse'] as const) {
      const c = await customer();
      const { body: s } = await setUp(c, '4000000000003220');
      assert.equal(s.status, 'requires_authentication');
      assert.equal(s.authentication_url, `http://florin.test/simulator/challenge/${s.id}`);
      assert.equal(s.payment_method, null);
      const page = await w.call('GET', `/simulator/challenge/${s.id}`);
      assert.match(page.text, /Confirm your card/);
      const call = await answer(s.id, said);
      assert.equal(call?.return_url, return_url);
      const { body: ended } = await w.call('GET', `/v1/card_setups/${s.id}`);
      assert.equal(ended.status, said === 'approve' ? 'succeeded' : 'failed');
      assert.equal(ended.authentication_url, null);
      assert.equal(ended.decline?.code, said === 'approve' ? undefined : 'authentication_failed');
      const { body: cards } = await w.call('GET', `/v1/payment_methods?customer=${c}`);
      assert.equal(cards.data.length, said === 'approve' ? 1 : 0);
    }
  });

  test('201: a customer who passed the challenge and never came back has their card all the same', async () => {
    const c = await customer();
    const { body: s } = await setUp(c, '4000000000003220');
    await answer(s.id, 'approve');
    w.clock.advance(minutes(2));
    await w.work();
    const row = await w.env.db.query
      .selectFrom('card_setups')
      .select('status')
      .where('id', '=', s.id)
      .executeTakeFirst();
    assert.equal(row?.status, 'succeeded');
  });

  test('201: a challenge that nobody answers is closed at the provider, so that no late yes counts', async () => {
    const c = await customer();
    const { body: s } = await setUp(c, '4000000000003220');
    w.clock.advance(hours(2));
    const { body: ended } = await w.call('GET', `/v1/card_setups/${s.id}`);
    assert.equal(ended.status, 'failed');
    assert.equal(ended.decline.code, 'authentication_abandoned');
    assert.equal((await answer(s.id, 'approve'))?.status, 'declined');
  });

  test('201: a decline is an answer, and nothing is saved', async () => {
    const c = await customer();
    const { status, body: s } = await setUp(c, '4000000000009995');
    assert.equal(status, 201);
    assert.equal(s.status, 'failed');
    assert.equal(s.decline.code, 'insufficient_funds');
    assert.equal((await w.call('GET', `/v1/payment_methods?customer=${c}`)).body.data.length, 0);
  });

  test('the same key: one setup, the same bytes', async () => {
    const c = await customer();
    const input = { customer: c, token: await w.token(), return_url };
    const one = await w.call('POST', '/v1/card_setups', input, { key: 'setup-1' });
    const two = await w.call('POST', '/v1/card_setups', input, { key: 'setup-1' });
    assert.equal(one.text, two.text);
    assert.equal((await w.call('GET', `/v1/payment_methods?customer=${c}`)).body.data.length, 1);
  });

  test('400, 404, 409: refused, and nothing is written', async () => {
    const c = await customer();
    const token = await w.token();
    const strange = (await w.call('POST', '/v1/customers', { name: 'Bob' }, { as: w.other.secret })).body.id;
    const no = (body: Record<string, unknown>, status: number, code: FaultCode, param: string) =>
      refuses(w, ['POST', '/v1/card_setups', body], { code, param, detail: /./ }).then((reply) =>
        assert.equal(reply.status, status),
      );
    const post = (body: unknown) => w.call('POST', '/v1/card_setups', body);
    await no({ customer: c, return_url }, 400, 'parameter_missing', 'token');
    await no({ customer: c, token }, 400, 'parameter_missing', 'return_url');
    await no({ customer: c, token, return_url: 'javascript:alert(1)' }, 400, 'parameter_invalid', 'return_url');
    await no({ customer: c, token, return_url, amount: 5 }, 400, 'parameter_unknown', 'amount');
    await no({ customer: strange, token, return_url }, 404, 'not_found', 'customer');
    await no({ customer: c, token: 'tok_none', return_url }, 404, 'not_found', 'token');
    await post({ customer: c, token, return_url });
    await no({ customer: c, token, return_url }, 409, 'token_used', 'token');
    const mine = await setUp(c);
    await refuses(w, ['GET', `/v1/card_setups/${mine.body.id}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /card setup/,
    });
  });
});

test('a provider that never answers: it fails, and the card may be tried again', async () => {
  const c = await customer();
  const { body: s } = await setUp(c, '4000000000008021');
  w.clock.advance(minutes(3) + seconds(10));
  const { body: ended } = await w.call('GET', `/v1/card_setups/${s.id}`);
  assert.equal(ended.status, 'failed');
  assert.equal(ended.decline.code, 'never_reached');
  assert.equal((await setUp(c)).body.status, 'succeeded');
});
