// Saved cards over HTTP: attached from a token, listed, charged, detached; a stranger's never.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { minutes } from '../../src/kit/clock.ts';
import { badPages, walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const customer = async (): Promise<string> => (await w.call('POST', '/v1/customers', { name: 'Ada' })).body.id;
const attach = async (to: string, number?: string, more: Record<string, unknown> = {}) => {
  const reply = await w.call('POST', '/v1/payment_methods', { customer: to, token: await w.token(number), ...more });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
};
const eventsOf = async (id: string) =>
  (await w.env.db.query.selectFrom('events').select('type').where('object_id', '=', id).orderBy('id').execute()).map(
    (e) => e.type,
  );

describe('POST /v1/payment_methods', () => {
  test('201: every field; the first becomes the default, and events say both', async () => {
    const c = await customer();
    const token = await w.token('5555555555554444', { billing_address: { country: 'DE', postal_code: '10115' } });
    const before = await rowCounts(w);
    const { status, body: m } = await w.call('POST', '/v1/payment_methods', {
      customer: c,
      token,
      metadata: { nick: 'red card' },
    });
    assert.equal(status, 201);
    assert.match(m.id, /^pm_[0-9a-z]{26}$/);
    assert.deepEqual(m, {
      id: m.id,
      object: 'payment_method',
      type: 'card',
      customer: c,
      card: {
        brand: 'mastercard',
        last_four: '4444',
        exp_month: 12,
        exp_year: 2034,
        funding: 'credit',
        country: 'US',
        issuer: 'Test Bank',
        fingerprint: m.card.fingerprint,
      },
      billing_address: { country: 'DE', postal_code: '10115' },
      metadata: { nick: 'red card' },
      created_at: m.created_at,
    });
    assert.deepEqual(gained(before, await rowCounts(w)), { payment_methods: 1, events: 2 });
    assert.deepEqual(await eventsOf(m.id), ['payment_method.attached']);
    assert.equal((await w.call('GET', `/v1/customers/${c}`)).body.default_payment_method, m.id);
    assert.deepEqual((await w.call('GET', `/v1/payment_methods/${m.id}`)).body, m);
    await attach(c);
    assert.equal(
      (await w.call('GET', `/v1/customers/${c}`)).body.default_payment_method,
      m.id,
      'a second one changes no default',
    );
  });

  test('400: what is missing and what is not known', async () => {
    const c = await customer();
    await refuses(w, ['POST', '/v1/payment_methods', { customer: c }], {
      code: 'parameter_missing',
      param: 'token',
      detail: /'token' is required/,
    });
    await refuses(w, ['POST', '/v1/payment_methods', { token: 'x' }], {
      code: 'parameter_missing',
      param: 'customer',
      detail: /'customer' is required/,
    });
    await refuses(w, ['POST', '/v1/payment_methods', { customer: c, card: { number: '4242424242424242' } }], {
      code: 'parameter_unknown',
      param: 'card',
      detail: /Known here: customer, token, metadata/,
    });
    const token = await w.token();
    await refuses(w, ['POST', '/v1/payment_methods', { customer: c, token: `${token}x` }], {
      code: 'parameter_invalid',
      param: 'token',
      detail: /Send it exactly as the tokens call returned it/,
    });
  });

  test('404: another tenant’s customer or token', async () => {
    const [c, token] = [await customer(), await w.token()];
    await refuses(w, ['POST', '/v1/payment_methods', { customer: 'cus_none', token }], {
      code: 'not_found',
      param: 'customer',
      detail: /No customer/,
    });
    await refuses(w, ['POST', '/v1/payment_methods', { customer: c, token: 'tok_none' }], {
      code: 'not_found',
      param: 'token',
      detail: /No token/,
    });
    const theirs = (await w.call('POST', '/v1/customers', { name: 'T' }, { as: w.other.secret })).body.id;
    await refuses(w, ['POST', '/v1/payment_methods', { customer: theirs, token }], {
      code: 'not_found',
      param: 'customer',
      detail: /No customer/,
    });
    await attach(c);
    assert.equal(
      (await w.call('POST', '/v1/payment_methods', { customer: c, token })).status,
      201,
      'no refusal used the token up',
    );
  });

  test('409: a used and a lapsed token', async () => {
    const c = await customer();
    const used = await w.token();
    await w.call('POST', '/v1/payments', { amount: 1, currency: 'USD', token: used });
    await refuses(w, ['POST', '/v1/payment_methods', { customer: c, token: used }], {
      code: 'token_used',
      param: 'token',
      detail: /Make a new one/,
    });
    const saved = await w.token();
    await w.call('POST', '/v1/payment_methods', { customer: c, token: saved });
    await refuses(w, ['POST', '/v1/payments', { amount: 1, currency: 'USD', token: saved }], {
      code: 'token_used',
      param: 'token',
      detail: /Make a new one/,
    });
    const lapsed = await w.token();
    w.clock.advance(minutes(15) + 1);
    await refuses(w, ['POST', '/v1/payment_methods', { customer: c, token: lapsed }], {
      code: 'token_expired',
      param: 'token',
      detail: /fifteen minutes/,
    });
  });

  test('one token for ten customers at once: one gets it', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, customer));
    const token = await w.token();
    const replies = await Promise.all(ids.map((c) => w.call('POST', '/v1/payment_methods', { customer: c, token })));
    assert.deepEqual(replies.map((r) => r.status).sort(), [201, ...Array.from({ length: 9 }, () => 409)]);
  });
});

describe('charging a saved card', () => {
  test('a card that asks only when typed is charged without asking; one that is refused when stored is a decline', async () => {
    const c = await customer();
    const quiet = await attach(c, '4000002500003155');
    assert.equal(
      (await w.call('POST', '/v1/payments', { amount: 100, currency: 'USD', payment_method: quiet.id })).body.status,
      'completed',
    );
    const declined = await attach(c, '4000000000000341');
    assert.partialDeepStrictEqual(
      (await w.call('POST', '/v1/payments', { amount: 100, currency: 'USD', payment_method: declined.id, customer: c }))
        .body,
      { status: 'failed', decline: { code: 'generic_decline' } },
    );
  });
});

describe('PATCH /v1/payment_methods/{id}', () => {
  test('200: address and notes are replaced whole, the card stays; an event says so', async () => {
    const c = await customer();
    const m = await attach(c, '5555555555554444', { metadata: { nick: 'red' } });
    const billing_address = { line1: '12 Main St', country: 'US' };
    const { status, body } = await w.call('PATCH', `/v1/payment_methods/${m.id}`, { billing_address });
    assert.equal(status, 200);
    assert.deepEqual(body, { ...m, billing_address });
    assert.deepEqual(await eventsOf(m.id), ['payment_method.attached', 'payment_method.updated']);
    const cleared = await w.call('PATCH', `/v1/payment_methods/${m.id}`, { billing_address: null, metadata: {} });
    assert.deepEqual(cleared.body, { ...m, billing_address: null, metadata: {} });
  });

  test('400 and 404', async () => {
    const m = await attach(await customer());
    const path = `/v1/payment_methods/${m.id}`;
    await refuses(w, ['PATCH', path, { billing_address: { country: 'Nowhere' } }], {
      code: 'parameter_invalid',
      param: 'billing_address.country',
      detail: /ISO 3166/,
    });
    await refuses(w, ['PATCH', path, { exp_year: 2040 }], {
      code: 'parameter_unknown',
      param: 'exp_year',
      detail: /./,
    });
    await refuses(w, ['PATCH', path, { metadata: {} }, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No payment method/,
    });
  });
});

describe('DELETE /v1/payment_methods/{id}', () => {
  test('200: it can no longer be charged, read or listed; its payments show it and can be refunded', async () => {
    const c = await customer();
    const m = await attach(c);
    const payment = (await w.call('POST', '/v1/payments', { amount: 500, currency: 'USD', payment_method: m.id })).body;
    const { status, body } = await w.call('DELETE', `/v1/payment_methods/${m.id}`);
    assert.equal(status, 200);
    assert.deepEqual(body, m);
    assert.deepEqual(await eventsOf(m.id), ['payment_method.attached', 'payment_method.detached']);
    assert.equal((await w.call('GET', `/v1/customers/${c}`)).body.default_payment_method, null);
    for (const method of ['GET', 'DELETE'])
      await refuses(w, [method, `/v1/payment_methods/${m.id}`], {
        code: 'not_found',
        param: 'id',
        detail: /No payment method/,
      });
    await refuses(w, ['POST', '/v1/payments', { amount: 1, currency: 'USD', payment_method: m.id }], {
      code: 'not_found',
      param: 'payment_method',
      detail: /No payment method/,
    });
    assert.deepEqual((await w.call('GET', `/v1/payment_methods?customer=${c}`)).body.data, []);
    assert.equal((await w.call('GET', `/v1/payments/${payment.id}`)).body.payment_method.id, m.id);
    assert.equal((await w.call('POST', '/v1/refunds', { payment: payment.id })).body.status, 'succeeded');
  });

  test('404: another tenant’s', async () => {
    const m = await attach(await customer());
    for (const method of ['GET', 'DELETE']) {
      await refuses(w, [method, `/v1/payment_methods/${m.id}`, undefined, { as: w.other.secret }], {
        code: 'not_found',
        param: 'id',
        detail: /No payment method/,
      });
    }
    assert.equal((await w.call('GET', `/v1/payment_methods/${m.id}`)).status, 200);
  });
});

test('a card that is made the default while it is detached is not both', async () => {
  for (let i = 0; i < 12; i++) {
    const c = await customer();
    const m = await attach(c);
    const other = await attach(c);
    await Promise.all([
      w.call('PATCH', `/v1/customers/${c}`, { default_payment_method: other.id }),
      w.call('DELETE', `/v1/payment_methods/${other.id}`),
    ]);
    const { body } = await w.call('GET', `/v1/customers/${c}`);
    const gone = (await w.call('GET', `/v1/payment_methods/${other.id}`)).status === 404;
    assert.ok([null, m.id, other.id].includes(body.default_payment_method));
    assert.ok(!(gone && body.default_payment_method === other.id), 'nobody renews with a card that is gone');
  }
});

describe('GET /v1/payment_methods', () => {
  test('200: of one customer, newest first, pages both ways', async () => {
    const [c, d] = [await customer(), await customer()];
    const ids: string[] = [];
    for (let i = 0; i < 9; i++) ids.push((await attach(c)).id);
    await attach(d);
    await walks(w, `/v1/payment_methods?customer=${c}`, ids.sort().reverse(), [1, 4, 100]);
  });

  test('400 and 404', async () => {
    const c = await customer();
    await refuses(w, ['GET', '/v1/payment_methods'], {
      code: 'parameter_missing',
      param: 'customer',
      detail: /'customer' is required/,
    });
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/payment_methods?customer=${c}&${query}`], {
        code: 'parameter_invalid',
        param,
        detail,
      });
    await refuses(w, ['GET', `/v1/payment_methods?customer=${c}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'customer',
      detail: /No customer/,
    });
  });
});
