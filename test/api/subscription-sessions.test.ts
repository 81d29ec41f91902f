// Subscriptions begun on the checkout page: paid at once, on trial with a card on file, with a code, after 3-D Secure. What must not appear: a
// second subscription of one session, an invoice that asks for something else than the page did, a charge for a trial.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { beginFromSession } from '../../src/billing/begin-from-session.ts';
import { settleChallenge } from '../../src/connectors/simulator/index.ts';
import { days } from '../../src/kit/clock.ts';
import { codeOf, countsOf, made, payPage, sessionNow, sessionOf, tryCode } from '../kit/catalog.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld({ settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
});
after(() => w.close());

type Fields = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
type Any = any;

async function recurring(unit_amount = 2_000, more: Fields = {}, times: Fields = {}): Promise<Any> {
  const { id } = await made(w, '/v1/products', { name: 'Coffee club', tax_category: 'software_service' });
  return await made(w, '/v1/prices', {
    product: id,
    type: 'recurring',
    amounts: [{ currency: 'USD', unit_amount }],
    recurring: { interval: 'month', ...times },
    ...more,
  });
}

const open = async (price: string, more: Fields = {}) =>
  await sessionOf(w, { line_items: [{ price, quantity: 1 }], customer_email: 'ada@example.com', ...more });
const subscriptionOf = async (id: string): Promise<Any> => (await w.call('GET', `/v1/subscriptions/${id}`)).body;
const invoicesOf = async (id: string): Promise<Any[]> =>
  (await w.call('GET', `/v1/invoices?subscription=${id}`)).body.data;
const answer = (reference: string, said: 'approve' | 'refuse') =>
  settleChallenge({ store: w.env.simulator_store, clock: w.clock, random: w.env.random }, reference, said);

async function paid(session: string, more: Fields = {}, card?: string): Promise<Any> {
  const reply = await payPage(w, session, more, card);
  assert.equal(reply.body.state, 'complete', reply.text);
  await w.work();
  return await sessionNow(w, session);
}

describe('a recurring price on a session', () => {
  test('201: the session says that it begins a subscription, and how it goes on', async () => {
    const price = await recurring();
    const s = await open(price.id, { merchant_reference: 'club_7' });
    assert.equal(s.mode, 'subscription');
    assert.equal(s.amount_total, 2_000);
    assert.equal(s.subscription, null);
    assert.deepEqual(s.line_items[0].recurring, {
      interval: 'month',
      interval_count: 1,
      trial_days: 0,
      amount: 2_000,
    });
    const page = await w.call('GET', `/pay/${s.id}`);
    assert.match(page.text, /\$20\.00 every month/);
    assert.match(page.text, /Subscribe · \$20\.00/);
    assert.match(page.text, /until you cancel/);
  });

  test('paid: the payment pays the first invoice, the card is kept, and the next period is charged to it', async () => {
    const price = await recurring();
    const s = await open(price.id, { subscription_data: { metadata: { plan: 'gold' }, description: 'Gold club' } });
    const done = await paid(s.id);
    assert.deepEqual([done.status, done.payment_status], ['complete', 'paid']);
    const sub = await subscriptionOf(done.subscription);
    assert.equal(sub.status, 'active');
    assert.deepEqual([sub.customer, sub.metadata, sub.description], [done.customer, { plan: 'gold' }, 'Gold club']);
    const [first, ...more] = await invoicesOf(sub.id);
    assert.equal(more.length, 0);
    assert.deepEqual([first.status, first.amount_paid, first.payment], ['paid', 2_000, done.payment]);
    const cards = (await w.call('GET', `/v1/payment_methods?customer=${done.customer}`)).body.data;
    assert.equal(cards.length, 1);
    assert.equal(sub.payment_method, cards[0].id);
    w.clock.advance(days(32));
    await w.work();
    const [renewal] = await invoicesOf(sub.id);
    assert.deepEqual([renewal.status, renewal.amount_paid], ['paid', 2_000]);
    assert.notEqual(renewal.payment, done.payment);
    await w.verify();
  });

  test('the reaction runs again, and two at once: one subscription, one invoice', async () => {
    const price = await recurring();
    const s = await open(price.id);
    await payPage(w, s.id);
    await Promise.all([beginFromSession(w.ctx(), s.id), beginFromSession(w.ctx(), s.id)]);
    await w.work();
    await beginFromSession(w.ctx(), s.id);
    const { subscription, customer } = await sessionNow(w, s.id);
    const all = (await w.call('GET', `/v1/subscriptions?customer=${customer}`)).body.data as Any[];
    assert.equal(all.filter((one) => one.id === subscription).length, 1);
    assert.equal((await invoicesOf(subscription)).length, 1);
    assert.equal((await subscriptionOf(subscription)).status, 'active');
  });

  test('an edit of the price between the page and the payment changes nothing', async () => {
    const price = await recurring();
    const s = await open(price.id);
    const edited = await w.call('PATCH', `/v1/prices/${price.id}`, {
      amounts: [{ currency: 'USD', unit_amount: 9_900 }],
    });
    assert.equal(edited.status, 200, edited.text);
    const done = await paid(s.id);
    const [first] = await invoicesOf(done.subscription);
    assert.equal(first.amount_paid, 2_000);
    assert.equal((await subscriptionOf(done.subscription)).item.amount, 2_000);
  });

  test('taxes and a repeating code: the first invoice asks for what the page asked for, later ones while it lasts', async () => {
    await made(w, '/v1/tax_rates', { display_name: 'VAT', country: 'DE', rate_ppm: 190_000, inclusive: false });
    const price = await recurring(3_333);
    const code = await codeOf(w, { percentage_bps: 2_500, duration: 'repeating', duration_months: 2 });
    const s = await open(price.id, {
      customer_email: 'tax@example.com',
      automatic_tax: true,
      tax_address: { country: 'DE' },
      allow_promotion_codes: true,
    });
    assert.equal((await tryCode(w, s.id, code.code)).body.state, 'applied');
    const asked = (await sessionNow(w, s.id)).amount_total;
    assert.equal(asked, 2_500 + 475);
    const done = await paid(s.id);
    const [first] = await invoicesOf(done.subscription);
    assert.deepEqual([first.amount_paid, first.discount, first.tax], [2_975, 833, 475]);
    assert.deepEqual(await countsOf(w, code.id), [0, 1]);
    assert.equal((await w.call('GET', `/v1/customers/${done.customer}`)).body.address.country, 'DE');
    for (const months of [1, 2]) {
      w.clock.advance(days(31));
      await w.work();
      const [last] = await invoicesOf(done.subscription);
      assert.equal(last.discount, months === 1 ? 833 : 0, `after ${months} months`);
    }
    assert.deepEqual(await countsOf(w, code.id), [0, 1]);
    await w.verify();
  });

  test('3-D Secure: the subscription begins when the bank has said yes', async () => {
    const price = await recurring();
    const s = await open(price.id);
    const pressed = await payPage(w, s.id, {}, '4000000000003220');
    assert.equal(pressed.body.state, 'requires_authentication');
    await w.work();
    assert.equal((await sessionNow(w, s.id)).subscription, null);
    await answer(pressed.body.action_url.split('/').pop(), 'approve');
    assert.equal((await w.call('GET', `/pay/${s.id}/status`)).body.state, 'complete');
    await w.work();
    assert.equal((await subscriptionOf((await sessionNow(w, s.id)).subscription)).status, 'active');
  });

  test('a decline begins nothing', async () => {
    const price = await recurring();
    const s = await open(price.id);
    assert.equal((await payPage(w, s.id, {}, '4000000000000002')).body.state, 'declined');
    await w.work();
    const now = await sessionNow(w, s.id);
    assert.deepEqual([now.status, now.subscription], ['open', null]);
  });
});

describe('a trial', () => {
  test('nothing is charged: the card is put on file, and charged when the trial is over', async () => {
    const price = await recurring(2_000, {}, { trial_days: 14 });
    const s = await open(price.id, { customer_email: 'trial@example.com' });
    assert.equal(s.amount_total, 0);
    const page = await w.call('GET', `/pay/${s.id}`);
    assert.match(page.text, /Start free trial/);
    assert.match(page.text, /then: \$20\.00 every month/);
    const done = await paid(s.id);
    assert.deepEqual([done.payment_status, done.payment], ['no_payment_required', null]);
    const sub = await subscriptionOf(done.subscription);
    assert.equal(sub.status, 'trialing');
    const payments = async () => (await w.call('GET', `/v1/payments?customer=${done.customer}`)).body.data.length;
    assert.equal(await payments(), 0);
    w.clock.advance(days(15));
    await w.work();
    assert.equal((await subscriptionOf(done.subscription)).status, 'active');
    assert.equal(await payments(), 1);
    await w.verify();
  });

  test('subscription_data.trial_days is the session’s own: longer, or none', async () => {
    const price = await recurring(2_000, {}, { trial_days: 14 });
    const none = await open(price.id, { subscription_data: { trial_days: 0 } });
    assert.equal(none.amount_total, 2_000);
    const long = await open(price.id, { subscription_data: { trial_days: 30 }, customer_email: 'long@example.com' });
    const sub = await subscriptionOf((await paid(long.id)).subscription);
    const length = Date.parse(sub.trial_end) - Date.parse(sub.trial_start);
    assert.ok(Math.abs(length - days(30)) <= 3_600_000);
  });

  test('3-D Secure: refused is declined and may be tried again; approved begins the trial', async () => {
    const price = await recurring(2_000, {}, { trial_days: 14 });
    const s = await open(price.id, { customer_email: 'bank@example.com' });
    for (const said of ['refuse', 'approve'] as const) {
      const pressed = await payPage(w, s.id, {}, '4000000000003220');
      assert.equal(pressed.body.state, 'requires_authentication', pressed.text);
      await answer(pressed.body.action_url.split('/').pop(), said);
      const state = (await w.call('GET', `/pay/${s.id}/status`)).body.state;
      assert.equal(state, said === 'refuse' ? 'declined' : 'complete');
    }
    await w.work();
    assert.equal((await subscriptionOf((await sessionNow(w, s.id)).subscription)).status, 'trialing');
  });

  test('two presses at once put one card on file and begin one trial', async () => {
    const price = await recurring(2_000, {}, { trial_days: 14 });
    const s = await open(price.id, { customer_email: 'twice@example.com' });
    await Promise.all([payPage(w, s.id), payPage(w, s.id), payPage(w, s.id)]);
    await w.work();
    const now = await sessionNow(w, s.id);
    assert.equal(now.status, 'complete');
    assert.equal((await w.call('GET', `/v1/subscriptions?customer=${now.customer}`)).body.data.length, 1);
    assert.equal((await w.call('GET', `/v1/payment_methods?customer=${now.customer}`)).body.data.length, 1);
  });
});

test('400: what would have to be guessed is refused', async () => {
  const price = await recurring();
  const once = await made(w, '/v1/prices', {
    product: price.product,
    type: 'one_time',
    amounts: [{ currency: 'USD', unit_amount: 500 }],
  });
  const no = (body: Fields, param: string, detail: RegExp) =>
    refuses(
      w,
      ['POST', '/v1/checkout_sessions', { currency: 'USD', line_items: [{ price: price.id, quantity: 1 }], ...body }],
      {
        code: 'parameter_invalid',
        param,
        detail,
      },
    );
  await no({ capture: false }, 'capture', /held/);
  await no({ discounts: [{ name: 'Off', amount: 5 }] }, 'discounts', /promotion code/);
  await no({ taxes: [{ name: 'VAT', amount: 5 }], amount_total: 2_005 }, 'taxes', /automatic_tax/);
  await no(
    {
      line_items: [
        { price: price.id, quantity: 1 },
        { price: once.id, quantity: 1 },
      ],
    },
    'line_items',
    /alone/,
  );
  await no({ line_items: [{ price: once.id, quantity: 1 }], subscription_data: {} }, 'subscription_data', /recurring/);
});

test('a guest without an address is asked for one: a subscription belongs to somebody', async () => {
  const price = await recurring();
  const s = await sessionOf(w, { line_items: [{ price: price.id, quantity: 1 }] });
  const reply = await payPage(w, s.id);
  assert.equal(reply.status, 400, reply.text);
  assert.equal(reply.body.param, 'email');
  const done = await paid(s.id, { email: 'guest@example.com' });
  assert.equal((await subscriptionOf(done.subscription)).status, 'active');
});

describe('a code where nothing is due today', () => {
  test('a trial: it is counted when the trial begins, and taken off the first invoice with an amount', async () => {
    const price = await recurring(2_000, {}, { trial_days: 14 });
    const code = await codeOf(w, { percentage_bps: 5_000, duration: 'once' });
    const s = await open(price.id, { customer_email: 'half@example.com', allow_promotion_codes: true });
    assert.equal((await tryCode(w, s.id, code.code)).body.state, 'applied');
    assert.equal((await payPage(w, s.id, {}, '4000000000000002')).body.state, 'declined');
    assert.deepEqual(await countsOf(w, code.id), [0, 0]);
    const done = await paid(s.id);
    assert.deepEqual(await countsOf(w, code.id), [0, 1]);
    w.clock.advance(days(15));
    await w.work();
    const [first] = await invoicesOf(done.subscription);
    assert.deepEqual([first.status, first.amount_paid, first.discount], ['paid', 1_000, 1_000]);
    w.clock.advance(days(31));
    await w.work();
    const [second] = await invoicesOf(done.subscription);
    assert.deepEqual([second.amount_paid, second.discount], [2_000, 0]);
    assert.deepEqual(await countsOf(w, code.id), [0, 1]);
    await w.verify();
  });

  test('everything is taken off: the card is kept for the periods that cost something', async () => {
    const price = await recurring(2_000);
    const code = await codeOf(w, { percentage_bps: 10_000, duration: 'once' }, { max_redemptions: 1 });
    const pages = [];
    for (const name of ['one', 'two', 'three']) {
      const s = await open(price.id, { customer_email: `${name}@free.example.com`, allow_promotion_codes: true });
      assert.equal((await tryCode(w, s.id, code.code)).body.state, 'applied');
      pages.push(s.id);
    }
    const replies = await Promise.all(pages.map((id) => payPage(w, id)));
    assert.equal(replies.filter((reply) => reply.body.state === 'complete').length, 1);
    for (const reply of replies) if (reply.status !== 200) assert.equal(reply.body.code, 'promotion_code_refused');
    await w.work();
    assert.deepEqual(await countsOf(w, code.id), [0, 1]);
    const [done] = (await Promise.all(pages.map((id) => sessionNow(w, id)))).filter((one) => one.status === 'complete');
    const sub = await subscriptionOf(done.subscription);
    assert.equal(sub.status, 'active');
    w.clock.advance(days(31));
    await w.work();
    const [second] = await invoicesOf(done.subscription);
    assert.deepEqual([second.status, second.amount_paid], ['paid', 2_000]);
    await w.verify();
  });
});
