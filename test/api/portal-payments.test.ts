// What a customer owes and what their bank asks, in the portal over HTTP: where a payment leads back to, what is told of it, leaving a change that
// waits, and invoices that are sent. What must not appear: another customer's payment, a change that was left and takes effect after all.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Ctx } from '../../src/operation/context.ts';
import { invoicesOf, newCard, newCustomer, newPrice, subscribe, subscriptionOf } from '../kit/billing.ts';
import { enterPortal } from '../kit/portal.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

/** Its bank asks each time. */
const asking = '4000000000003220';

let w: World;
let ctx: Ctx;
let price: string;
let dear: string;

before(async () => {
  w = await openWorld({ settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
  ctx = w.ctx();
  price = await newPrice(ctx, 1_000);
  dear = await newPrice(ctx, 3_000);
  await w.call('PATCH', '/v1/portal_settings', { change_to_prices: [dear] });
});
after(() => w.close());

async function subscribed() {
  const customer = await newCustomer(w);
  await newCard(w, customer);
  const { id } = await subscribe(ctx, { customer, price });
  const default_payment_method = await newCard(w, customer, asking);
  await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method });
  return { customer, id: id as string };
}

/** In the portal, with a change that the bank asks about. */
async function changing() {
  const { customer, id } = await subscribed();
  const portal = await enterPortal(w, customer);
  const { browser, base } = portal;
  const text = (await browser.get(`${base}/subscriptions/${id}/change?price=${dear}`)).text;
  const price_snapshot = /name="price_snapshot" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const asked = await browser.post(`${base}/subscriptions/${id}/change`, { price: dear, price_snapshot });
  assert.equal(asked.status, 303, asked.text);
  const payment = /\/pay\/(pay_[0-9a-z]+)$/.exec(String(asked.headers['location']))?.[1] ?? '';
  const [, invoice] = await invoicesOf(ctx, id);
  return { ...portal, id, payment, invoice: invoice.id as string };
}

const planOf = async (id: string) => (await subscriptionOf(ctx, id)).item.price;

describe('subscriptions.update', () => {
  test('the challenge of its payment leads back to return_url', async () => {
    const { id } = await subscribed();
    const return_url = 'https://shop.example/account?tab=plan';
    const { status, body, text } = await w.call('PATCH', `/v1/subscriptions/${id}`, { price: dear, return_url });
    assert.equal(status, 200, text);
    assert.equal(body.latest_payment.status, 'requires_authentication');
    const payment = await w.call('GET', `/v1/payments/${body.latest_payment.id}`);
    assert.equal(payment.body.return_url, return_url);
    const page = await w.app.server.inject({ url: new URL(body.latest_payment.checkout_url).pathname });
    assert.ok(page.body.includes(`https://shop.example/account?tab=plan&amp;payment_id=${body.latest_payment.id}`));
  });

  test('refuses a return_url that is no address of the web, and changes nothing', async () => {
    const { id } = await subscribed();
    for (const return_url of ['javascript:alert(1)', 'shop', 'ftp://shop.example']) {
      const call = ['PATCH', `/v1/subscriptions/${id}`, { price: dear, return_url }] as const;
      await refuses(w, [...call], { code: 'parameter_invalid', param: 'return_url', detail: /http/ });
    }
    assert.equal(await planOf(id), price);
  });
});

describe('a change that waits for the bank', () => {
  test('the payment leads back to the portal, which says how it stands and offers to go on or to leave it', async () => {
    const { browser, base, payment, invoice, id } = await changing();
    const { body } = await w.call('GET', `/v1/payments/${payment}`);
    assert.equal(body.return_url, `${w.env.config.public_url}${base}`);
    const home = (await browser.get(`${base}?payment_id=${payment}`)).text;
    assert.match(home, /isn’t confirmed yet/);
    assert.match(home, /Until then your plan stays as it is/);
    assert.match(home, new RegExp(`action="${base}/invoices/${invoice}/leave"`));
    assert.equal(await planOf(id), price);
  });

  test('left, it is withdrawn: a later yes of the bank takes nothing', async () => {
    const { browser, base, payment, invoice, id } = await changing();
    const left = await browser.post(`${base}/invoices/${invoice}/leave`);
    assert.equal(left.headers['location'], `${base}?done=change_left`);
    const { body } = await w.call('GET', `/v1/payments/${payment}`);
    assert.equal(body.status, 'cancelled');
    const attempt = await w.app.server.inject({ url: `/pay/${payment}` });
    assert.doesNotMatch(attempt.body, /simulator\/challenge/);
    await w.work();
    assert.equal(await planOf(id), price);
    const [, voided] = await invoicesOf(ctx, id);
    assert.deepEqual([voided.status, voided.amount_paid], ['void', 0]);
    assert.match((await browser.get(`${base}?payment_id=${payment}`)).text, /Your plan stays as it was/);
    // Once is enough.
    const again = await browser.post(`${base}/invoices/${invoice}/leave`);
    assert.equal(again.headers['location'], `${base}?failed=state`);
    await w.verify();
  });

  test('another customer leaves nothing of it, and is told nothing', async () => {
    const mine = await changing();
    const theirs = await enterPortal(w, (await subscribed()).customer);
    const left = await theirs.browser.post(`${theirs.base}/invoices/${mine.invoice}/leave`);
    assert.equal(left.headers['location'], `${theirs.base}?failed=state`);
    assert.equal((await w.call('GET', `/v1/payments/${mine.payment}`)).body.status, 'requires_authentication');
    for (const id of [mine.payment, 'pay_00000000000000000000000000', "'--"]) {
      const home = await theirs.browser.get(`${theirs.base}?payment_id=${encodeURIComponent(id)}`);
      assert.equal(home.status, 200);
      assert.doesNotMatch(home.text, /class="notice told/);
    }
  });
});

describe('many subscriptions', () => {
  test('the first page shows six, what waits for its customer first; the others are a page away', async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const ids: string[] = [];
    const late = await subscribe(ctx, { customer, price, payment_method: await newCard(w, customer, asking) });
    for (let i = 0; i < 8; i++) ids.push((await subscribe(ctx, { customer, price })).id);
    assert.equal(late.status, 'incomplete');
    const { browser, base } = await enterPortal(w, customer);
    const shown = async (path: string) => {
      const { status, text } = await browser.get(path);
      assert.equal(status, 200);
      return { text, rows: text.split('<li class="subscription">').slice(1) };
    };
    const home = await shown(base);
    assert.equal(home.rows.length, 6);
    assert.match(home.rows[0] ?? '', /Waiting for payment/);
    assert.ok(home.text.includes(`href="${base}/subscriptions"`));
    const all = await shown(`${base}/subscriptions`);
    assert.equal(all.rows.length, 9);
    for (const id of ids) assert.ok(all.text.includes(`/subscriptions/${id}/cancel`), id);
  });
});

describe('an invoice that is sent', () => {
  test('stands first until it is paid: by when, with the saved card, or on its own page', async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const made = await w.call('POST', '/v1/invoices', {
      customer,
      currency: 'USD',
      collection_method: 'send_invoice',
      days_until_due: 14,
      description: 'Two days of <b>training</b>',
      lines: [{ description: 'Training', amount: 90_000 }],
    });
    assert.equal(made.status, 201, made.text);
    const { browser, base } = await enterPortal(w, customer);
    const home = (await browser.get(base)).text;
    assert.match(home, /Invoice to pay/);
    assert.match(home, /\$900\.00 for Two days of &lt;b&gt;training&lt;\/b&gt;, to be paid by/);
    assert.ok(home.includes(made.body.hosted_invoice_url));
    const paid = await browser.post(`${base}/invoices/${made.body.id}/pay`);
    assert.equal(paid.headers['location'], `${base}?done=paid`);
    assert.doesNotMatch((await browser.get(base)).text, /Invoice to pay/);
    await w.verify();
  });
});
