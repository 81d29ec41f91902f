// Guests: whoever pays and is known by a typed address alone. One person is one row, and nobody gets at a customer by knowing their address.
// What must not appear: a saved card, a name or an id of the customer, a change of their data, a code that is theirs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { codeOf, made, payPage, sessionNow, sessionOf, tryCode } from '../kit/catalog.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const customersOf = async (email: string) =>
  (await w.call('GET', `/v1/customers?email=${encodeURIComponent(email)}`)).body.data;
const paidAs = async (email: string, more: Record<string, unknown> = {}) => {
  const { id } = await sessionOf(w, { amount_total: 1_000, ...more });
  assert.equal((await payPage(w, id, { email })).body.state, 'complete');
  return await sessionNow(w, id);
};

describe('guests', () => {
  test('come back as the same customer, however they write their address', async () => {
    const first = await paidAs('Ada@example.com');
    const second = await paidAs('ada@EXAMPLE.com');
    assert.equal(second.customer, first.customer);
    assert.equal((await customersOf('ada@example.com')).length, 1);
    const payments = (await w.call('GET', `/v1/payments?customer=${first.customer}`)).body.data;
    assert.equal(payments.length, 2);
  });

  test('the only customer with that address gets the payment, and nothing of theirs is changed, shown or offered', async () => {
    const customer = await made(w, '/v1/customers', {
      email: 'owner@example.com',
      name: 'Olivia Owner',
      phone: '+1 555 0100',
      reference: 'crm-1',
    });
    const card = await made(w, '/v1/payment_methods', { customer: customer.id, token: await w.token() });
    const before = (await w.call('GET', `/v1/customers/${customer.id}`)).body;
    const session = await sessionOf(w, { amount_total: 1_000 });
    // A first try that fails leaves the address with the session: the page that is loaded anew must not say more than it.
    await payPage(w, session.id, { email: 'owner@example.com', save_payment_method: true }, '4000000000000002');
    const page = (await w.app.server.inject({ method: 'GET', url: `/pay/${session.id}` })).body;
    for (const secret of [customer.id, 'Olivia', '555 0100', 'crm-1', card.id, '•••• 4242', 'id="save"'])
      assert.ok(!page.includes(secret), `the page tells ${secret}`);
    const stolen = await w.call(
      'POST',
      `/pay/${session.id}/payments`,
      { payment_method: card.id, email: 'owner@example.com' },
      { key: 'stolen' },
    );
    assert.equal(stolen.body.code, 'not_found');
    const read = (await w.call('GET', `/v1/checkout_sessions/${session.id}`, undefined, { as: w.tenant.publishable }))
      .body;
    assert.equal(read.customer, null, 'whether an address is a customer’s is not told to a browser');
    await payPage(w, session.id, { email: 'owner@example.com', save_payment_method: true });
    const done = await sessionNow(w, session.id);
    assert.deepEqual([done.status, done.customer], ['complete', customer.id]);
    assert.deepEqual((await w.call('GET', `/v1/customers/${customer.id}`)).body, before);
    const saved = (await w.call('GET', `/v1/payment_methods?customer=${customer.id}`)).body.data;
    assert.deepEqual(
      saved.map((m: { id: string }) => m.id),
      [card.id],
      'a stranger’s card is not saved with them',
    );
  });

  test('of several customers with that address none is chosen by chance, and there is one row for the guest', async () => {
    const email = 'shared@example.com';
    const named = [
      await made(w, '/v1/customers', { email, name: 'Bea' }),
      await made(w, '/v1/customers', { email, name: 'Ben' }),
    ].map((c) => c.id);
    const first = await paidAs(email);
    assert.ok(!named.includes(first.customer));
    assert.equal((await paidAs(email)).customer, first.customer);
    assert.equal((await customersOf(email)).length, 3);
  });

  test('a deleted customer stays deleted; another account’s is nobody here', async () => {
    const email = 'gone@example.com';
    const gone = await made(w, '/v1/customers', { email });
    await w.call('DELETE', `/v1/customers/${gone.id}`);
    const foreign = await w.call('POST', '/v1/customers', { email }, { as: w.other.secret });
    const session = await paidAs(email);
    assert.ok(![gone.id, foreign.body.id].includes(session.customer));
  });

  test('a code for one customer is not theirs who know the address', async () => {
    const customer = await made(w, '/v1/customers', { email: 'vip@example.com' });
    const code = await codeOf(w, {}, { customers: [customer.id] });
    const session = await sessionOf(w, { amount_total: 1_000, allow_promotion_codes: true });
    await payPage(w, session.id, { email: 'vip@example.com' }, '4000000000000002');
    assert.equal((await sessionNow(w, session.id)).customer, customer.id);
    assert.equal((await tryCode(w, session.id, code.code)).body.state, 'refused');
    const known = await sessionOf(w, { amount_total: 1_000, customer: customer.id, promotion_code: code.code });
    assert.equal((await payPage(w, known.id)).body.state, 'complete', 'the merchant says who it is');
  });
});
