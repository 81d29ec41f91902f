// The customer portal over HTTP: links and how long they are good, what a customer sees and does, and what the account lets them do. What must
// not appear: another customer's objects, a second use of a link, a card removed that something renews with.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { days, hours, minutes } from '../../src/kit/clock.ts';
import type { FaultCode } from '../../src/kit/fault.ts';
import type { Ctx, Message } from '../../src/operation/context.ts';
import { forgetOldPortalSessions } from '../../src/portal/forget-sessions.ts';
import { ask, bill, invoicesOf, newCard, newCustomer, newPrice, subscribe, subscriptionOf } from '../kit/billing.ts';
import { enterPortal, PortalBrowser } from '../kit/portal.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let price: string;
const sent: Message[] = [];

before(async () => {
  const mailer = { send: async (mail: Message) => void sent.push(mail) };
  w = await openWorld({ mailer, settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
  ctx = w.ctx();
  price = await newPrice(ctx, 1_000);
});
after(() => w.close());

const link = async (customer: string, more: Record<string, unknown> = {}) => {
  const made = await w.call('POST', '/v1/portal_sessions', { customer, ...more });
  assert.equal(made.status, 201, made.text);
  return made.body;
};

async function subscriber(card = '4242424242424242') {
  const customer = await newCustomer(w);
  const pm = await newCard(w, customer, card);
  const s = await subscribe(ctx, { customer, price });
  return { customer, pm, subscription: s.id as string };
}

/** A renewal that the card declines: the first payment was with a card that is good when typed. */
async function pastDue() {
  const customer = await newCustomer(w);
  const good = await newCard(w, customer);
  const s = await subscribe(ctx, { customer, price });
  const poor = await newCard(w, customer, '4000000000000341');
  await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: poor });
  await w.call('DELETE', `/v1/payment_methods/${good}`);
  w.clock.advance(days(32));
  await bill(w);
  assert.equal((await subscriptionOf(ctx, s.id)).status, 'past_due');
  return { customer, poor, subscription: s.id as string };
}

/** Refused with a message that names the fix, and nothing is written. */
const refused = (method: string, path: string, body: unknown, code: FaultCode, param: string, detail: RegExp) =>
  refuses(w, [method, path, body], { code, param, detail });

const settings = (change: Record<string, unknown>) => w.call('PATCH', '/v1/portal_settings', change);

describe('links', () => {
  test('a link opens once, sets a cookie for its own path, and leads to the first page', async () => {
    const { customer } = await subscriber();
    const made = await link(customer, { return_url: 'https://shop.example/account' });
    assert.match(made.id, /^ps_[0-9a-z]{26}$/);
    assert.match(made.url, new RegExp(`/portal/${made.id}/enter/[A-Za-z0-9]{43}$`));
    assert.equal(made.return_url, 'https://shop.example/account');
    const browser = new PortalBrowser(w);
    const opened = await browser.get(made.url);
    assert.deepEqual([opened.status, opened.headers['location']], [303, `/portal/${made.id}`]);
    const set = String(opened.headers['set-cookie']);
    assert.match(set, new RegExp(`Path=/portal/${made.id};`));
    assert.match(set, /HttpOnly/);
    assert.match(set, /SameSite=Lax/);
    const home = await browser.get(`/portal/${made.id}`);
    assert.equal(home.status, 200);
    assert.ok(home.text.includes('Coffee club'));
    assert.ok(home.text.includes('https://shop.example/account'));
    // Again in the same browser: they are in already. In another one: used up.
    assert.equal((await browser.get(made.url)).status, 303);
    const other = await new PortalBrowser(w).get(made.url);
    assert.equal(other.status, 404);
    assert.ok(other.text.includes('doesn’t work any more'));
    assert.equal(other.headers['set-cookie'], undefined);
  });

  test('of many who open it at once one gets in', async () => {
    const { url } = await link(await newCustomer(w));
    const answers = await Promise.all(Array.from({ length: 20 }, () => new PortalBrowser(w).get(url)));
    assert.equal(answers.filter((a) => a.status === 303).length, 1);
    assert.equal(answers.filter((a) => a.status === 404).length, 19);
  });

  test('looking ahead and HEAD use nothing up', async () => {
    const { url } = await link(await newCustomer(w));
    const early = await new PortalBrowser(w).send('GET', url, undefined, { 'sec-purpose': 'prefetch' });
    assert.equal(early.status, 200);
    assert.equal(early.headers['set-cookie'], undefined);
    assert.equal((await new PortalBrowser(w).send('HEAD', url)).status, 404);
    assert.equal((await new PortalBrowser(w).get(url)).status, 303);
  });

  test('a link that waited too long, a revoked one, and one of a deleted customer open nothing', async () => {
    const late = await link(await newCustomer(w), { link_minutes: 15 });
    const revoked = await link(await newCustomer(w));
    assert.equal((await w.call('POST', `/v1/portal_sessions/${revoked.id}/revoke`)).status, 200);
    assert.equal((await new PortalBrowser(w).get(revoked.url)).status, 404);
    const gone = await newCustomer(w);
    const deleted = await link(gone);
    await w.call('DELETE', `/v1/customers/${gone}`);
    assert.equal((await new PortalBrowser(w).get(deleted.url)).status, 404);
    w.clock.advance(minutes(16));
    assert.equal((await new PortalBrowser(w).get(late.url)).status, 404);
  });

  test('signed in for two hours of nothing, twelve at most; signing out and revoking end it at once', async () => {
    const customer = await newCustomer(w);
    const idle = await enterPortal(w, customer);
    w.clock.advance(hours(1.9));
    assert.equal((await idle.browser.get(idle.base)).status, 200);
    w.clock.advance(hours(2.1));
    assert.equal((await idle.browser.get(idle.base)).status, 401);
    const long = await enterPortal(w, customer);
    for (let i = 0; i < 7; i++) {
      w.clock.advance(hours(1.8));
      const { status } = await long.browser.get(long.base);
      assert.equal(status, i < 6 ? 200 : 401, `hour ${(i + 1) * 1.8}`);
    }
    const left = await enterPortal(w, customer);
    const cookie = left.browser.cookie;
    assert.equal((await left.browser.post(`${left.base}/sign_out`)).status, 303);
    left.browser.cookie = cookie;
    const out = await left.browser.get(left.base);
    assert.equal(out.status, 401);
    assert.ok(out.text.includes('signed out'));
    const thrown = await enterPortal(w, customer);
    await w.call('POST', `/v1/portal_sessions/${thrown.id}/revoke`);
    assert.equal((await thrown.browser.get(thrown.base)).status, 401);
  });

  test('flows lead to their page; what they name must be the customer’s', async () => {
    const { customer, subscription } = await subscriber();
    const cancel = await link(customer, { flow: { type: 'cancel', subscription } });
    const opened = await new PortalBrowser(w).get(cancel.url);
    assert.equal(opened.headers['location'], `/portal/${cancel.id}/subscriptions/${subscription}/cancel`);
    const cards = await link(customer, { flow: { type: 'payment_method_update' } });
    assert.equal((await new PortalBrowser(w).get(cards.url)).headers['location'], `/portal/${cards.id}/cards/new`);
    const stranger = await newCustomer(w);
    const at = '/v1/portal_sessions';
    const flow = { type: 'cancel', subscription };
    await refused(
      'POST',
      at,
      { customer: stranger, flow },
      'not_found',
      'flow.subscription',
      /No subscription of this/,
    );
    await refused(
      'POST',
      at,
      { customer, flow: { type: 'cancel' } },
      'parameter_missing',
      'flow.subscription',
      /which one/,
    );
    const cards_only = { type: 'payment_method_update', subscription };
    await refused(
      'POST',
      at,
      { customer, flow: cards_only },
      'parameter_invalid',
      'flow.subscription',
      /Leave this out/,
    );
    await refused('POST', at, { customer: 'cus_nobody' }, 'not_found', 'customer', /No customer/);
    await refused('POST', at, { customer, link_minutes: 14 }, 'parameter_invalid', 'link_minutes', /15/);
    await refused(
      'POST',
      at,
      { customer, return_url: 'javascript:alert(1)' },
      'parameter_invalid',
      'return_url',
      /https/,
    );
    const products = ['prod_none'];
    await refused(
      'POST',
      at,
      { customer, change_to_products: products },
      'parameter_invalid',
      'change_to_products[0]',
      /Take it out/,
    );
    await refused('POST', `${at}/ps_none/revoke`, undefined, 'not_found', 'id', /No portal session/);
  });

  test('a repeat with the same key tells no link', async () => {
    const customer = await newCustomer(w);
    const first = await w.call('POST', '/v1/portal_sessions', { customer }, { key: 'once' });
    const again = await w.call('POST', '/v1/portal_sessions', { customer }, { key: 'once' });
    assert.deepEqual([again.status, again.body.id, again.body.url], [201, first.body.id, null]);
  });
});

describe('subscriptions', () => {
  test('cancel at the end of the period with a reason, and undo', async () => {
    const { customer, subscription } = await subscriber();
    const { browser, base } = await enterPortal(w, customer);
    const page = await browser.get(`${base}/subscriptions/${subscription}/cancel`);
    assert.equal(page.status, 200);
    assert.ok(page.text.includes('value="too_expensive"'));
    assert.ok(!page.text.includes('value="now" '), 'now is not offered by default');
    const done = await browser.post(`${base}/subscriptions/${subscription}/cancel`, {
      at: 'period_end',
      reason_code: 'too_expensive',
      reason: 'Too <b>dear</b>',
    });
    assert.equal(done.headers['location'], `${base}?done=canceled`);
    const s = await subscriptionOf(ctx, subscription);
    assert.deepEqual(
      [s.cancel_at_period_end, s.cancel_reason_code, s.cancel_reason],
      [true, 'too_expensive', 'Too <b>dear</b>'],
    );
    const kept = await browser.post(`${base}/subscriptions/${subscription}/keep`);
    assert.equal(kept.headers['location'], `${base}?done=kept`);
    assert.equal((await subscriptionOf(ctx, subscription)).cancel_at_period_end, false);
  });

  test('now, pausing, plans and quantities only where the account lets them', async () => {
    const { customer, subscription } = await subscriber();
    const { browser, base } = await enterPortal(w, customer);
    const place = `${base}/subscriptions/${subscription}`;
    for (const [path, fields] of [
      ['cancel', { at: 'now' }],
      ['pause', {}],
      ['change', { price, quantity: '3' }],
    ] as const) {
      const refused = await browser.post(`${place}/${path}`, fields);
      assert.equal(refused.headers['location'], `${base}?failed=state`, path);
    }
    assert.equal((await browser.get(`${place}/change`)).headers['location'], `${base}?failed=state`);
    const odd = await browser.get(`${base}/invoices?after=%00`);
    assert.equal(odd.headers['location'], `${base}?failed=state`);
    const before = await subscriptionOf(ctx, subscription);
    assert.deepEqual([before.status, before.paused, before.item.quantity], ['active', false, 1]);
    assert.equal((await settings({ pause: true, cancel_at: ['period_end', 'now'] })).status, 200);
    assert.equal((await browser.post(`${place}/pause`)).headers['location'], `${base}?done=paused`);
    assert.equal((await subscriptionOf(ctx, subscription)).paused, true);
    assert.equal((await browser.post(`${place}/resume`)).headers['location'], `${base}?done=resumed`);
    assert.equal((await browser.post(`${place}/cancel`, { at: 'now' })).headers['location'], `${base}?done=canceled`);
    assert.equal((await subscriptionOf(ctx, subscription)).status, 'canceled');
    await settings({ pause: false, cancel_at: [] });
    const other = await subscriber();
    const there = await enterPortal(w, other.customer);
    const shut = await there.browser.get(`${there.base}/subscriptions/${other.subscription}/cancel`);
    assert.equal(shut.headers['location'], `${there.base}?failed=state`);
    await settings({ cancel_at: ['period_end'] });
  });

  test('a change is previewed, refused when the price was edited since, and charged once', async () => {
    const { customer, subscription } = await subscriber();
    const dear = await newPrice(ctx, 3_000);
    const hidden = await newPrice(ctx, 1);
    assert.equal((await settings({ change_to_prices: [dear] })).status, 200);
    const { browser, base } = await enterPortal(w, customer);
    const place = `${base}/subscriptions/${subscription}/change`;
    const choose = await browser.get(place);
    assert.ok(choose.text.includes(dear) && !choose.text.includes(hidden));
    const preview = await browser.get(`${place}?price=${dear}`);
    assert.equal(preview.status, 200);
    assert.ok(preview.text.includes('Confirm change'));
    const snapshot = /name="price_snapshot" value="(psnap_[0-9a-z]+)"/.exec(preview.text)?.[1] ?? '';
    for (const query of [`price=${hidden}`, `price=${dear}&quantity=x`, `price=${dear}&quantity=2`, 'price=%00']) {
      const { status, headers } = await browser.get(`${place}?${query}`);
      assert.deepEqual([status, headers['location']], [303, `${base}?failed=state`], query);
    }
    const stale = await browser.post(place, { price: dear, price_snapshot: 'psnap_other' });
    assert.equal(stale.headers['location'], `${base}?failed=state`);
    const foreign = await browser.post(place, { price: hidden, price_snapshot: snapshot });
    assert.equal(foreign.headers['location'], `${base}?failed=state`);
    assert.equal((await subscriptionOf(ctx, subscription)).item.price, price);
    const done = await browser.post(place, { price: dear, price_snapshot: snapshot });
    assert.equal(done.headers['location'], `${base}?done=changed`);
    assert.equal((await subscriptionOf(ctx, subscription)).item.price, dear);
    const again = await browser.post(place, { price: dear, price_snapshot: snapshot });
    assert.equal(again.headers['location'], `${base}?failed=state`);
    assert.equal((await invoicesOf(ctx, subscription)).length, 2);
    await w.verify();
    await settings({ change_to_prices: [] });
  });

  test('a session may name its own products to change to', async () => {
    const { customer, subscription } = await subscriber();
    const other = await newPrice(ctx, 2_000);
    const product = (await w.call('GET', `/v1/prices/${other}`)).body.product;
    const { browser, base } = await enterPortal(w, customer, { change_to_products: [product] });
    const page = await browser.get(`${base}/subscriptions/${subscription}/change`);
    assert.equal(page.status, 200);
    assert.ok(page.text.includes(other));
  });
});

describe('past due', () => {
  test('it stands first, with the amount; pay now with another card pays it', async () => {
    const { customer, subscription } = await pastDue();
    const { browser, base } = await enterPortal(w, customer);
    const home = await browser.get(base);
    const at = home.text.indexOf('Payment overdue');
    assert.ok(at > 0 && at < home.text.indexOf('id="subscriptions-title"'));
    assert.ok(home.text.includes('$10.00'));
    const [invoice] = (await invoicesOf(ctx, subscription)).slice(-1);
    const declined = await browser.post(`${base}/invoices/${invoice.id}/pay`);
    assert.equal(declined.headers['location'], `${base}?failed=decline.generic_decline`);
    assert.ok((await browser.get(`${base}?failed=decline.generic_decline`)).text.includes('declined'));
    const good = await newCard(w, customer);
    const made = await browser.post(`${base}/cards/${good}/default`);
    assert.equal(made.headers['location'], `${base}?done=default`);
    assert.equal((await subscriptionOf(ctx, subscription)).status, 'active');
    await w.work();
    const paid = (await invoicesOf(ctx, subscription)).find((one) => one.id === invoice.id);
    assert.equal(paid?.status, 'paid');
    assert.ok(!(await browser.get(base)).text.includes('Payment overdue'));
    await w.verify();
  });

  test('a new card by its token is saved and charged for what is overdue, once', async () => {
    const { customer, subscription } = await pastDue();
    const { browser, base } = await enterPortal(w, customer);
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
    const token = JSON.parse((await browser.json(`${base}/tokens`, card)).text);
    const answer = await browser.json(`${base}/cards`, { token: token.id, set_default: true });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(JSON.parse(answer.text).state, 'succeeded');
    await w.work();
    const invoices = await invoicesOf(ctx, subscription);
    assert.ok(invoices.every((one) => one.status === 'paid'));
    assert.equal((await subscriptionOf(ctx, subscription)).status, 'active');
    await w.verify();
  });

  test('pay now with a card whose bank asks leads there, and comes back to the portal', async () => {
    const { customer, subscription } = await pastDue();
    const careful = await newCard(w, customer, '4000000000003220');
    await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: careful });
    const { browser, base, id } = await enterPortal(w, customer);
    const invoice = (await invoicesOf(ctx, subscription)).at(-1);
    const asked = await browser.post(`${base}/invoices/${invoice.id}/pay`);
    assert.match(String(asked.headers['location']), /^http:\/\/florin\.test\/pay\/pay_[0-9a-z]{26}$/);
    const home = await browser.get(base);
    assert.ok(
      home.text.includes('Your bank asks you to confirm') && home.text.includes(String(asked.headers['location'])),
    );
    const again = await browser.post(`${base}/invoices/${invoice.id}/pay`);
    assert.equal(again.headers['location'], `${base}?done=processing`, 'one payment at a time');
    const [payment] = (await w.call('GET', `/v1/payments?customer=${customer}&limit=1`)).body.data;
    assert.equal(payment.return_url, `http://florin.test/portal/${id}`);
    const { sql } = await import('kysely');
    const { rows } = await sql<{
      id: string;
    }>`select id from attempts where account_id = ${ctx.account.account_id} and payment_id = ${payment.id}`.execute(
      w.env.db.query,
    );
    await w.app.server.inject({
      method: 'POST',
      url: `/simulator/challenge/${rows[0]?.id}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'answer=approve',
    });
    await w.app.server.inject({ method: 'GET', url: `/pay/${payment.id}/return` });
    assert.ok(!(await browser.get(base)).text.includes('Payment overdue'), 'whoever comes back sees it at once');
    assert.equal((await subscriptionOf(ctx, subscription)).status, 'active');
    await w.verify();
  });

  test('a declined card is not saved, and says why', async () => {
    const { customer } = await subscriber();
    const { browser, base } = await enterPortal(w, customer);
    const card = { number: '4000000000009995', exp_month: 12, exp_year: 2034, cvc: '123' };
    const token = JSON.parse((await browser.json(`${base}/tokens`, card)).text);
    const answer = JSON.parse((await browser.json(`${base}/cards`, { token: token.id })).text);
    assert.deepEqual([answer.state, answer.decline_code], ['failed', 'insufficient_funds']);
    assert.equal((await w.call('GET', `/v1/payment_methods?customer=${customer}`)).body.data.length, 1);
  });
});

describe('cards', () => {
  test('what something renews with stays, in the portal and over the API', async () => {
    const { customer, pm, subscription } = await subscriber();
    await refused(
      'DELETE',
      `/v1/payment_methods/${pm}`,
      undefined,
      'state_invalid',
      'id',
      /Make another card the default/,
    );
    const { browser, base } = await enterPortal(w, customer);
    assert.equal((await browser.post(`${base}/cards/${pm}/remove`)).headers['location'], `${base}?failed=state`);
    const own = await newCard(w, customer);
    await ask(ctx, updateSubscription, { id: subscription, payment_method: own });
    await refused('DELETE', `/v1/payment_methods/${own}`, undefined, 'state_invalid', 'id', /renews with this card/);
    await refused(
      'DELETE',
      `/v1/payment_methods/${pm}`,
      undefined,
      'state_invalid',
      'id',
      /Make another card the default/,
    );
    const third = await newCard(w, customer);
    assert.equal((await browser.post(`${base}/cards/${third}/default`)).headers['location'], `${base}?done=default`);
    const s = await subscriptionOf(ctx, subscription);
    assert.equal(s.payment_method, null, 'in the portal the default is what everything renews with');
    for (const old of [pm, own])
      assert.equal((await browser.post(`${base}/cards/${old}/remove`)).headers['location'], `${base}?done=removed`);
    assert.equal((await browser.post(`${base}/cards/${third}/remove`)).headers['location'], `${base}?failed=state`);
    await browser.post(`${base}/subscriptions/${subscription}/cancel`, { at: 'period_end' });
    assert.equal((await browser.post(`${base}/cards/${third}/remove`)).headers['location'], `${base}?done=removed`);
  });
});

describe('the address of a card', () => {
  test('is the customer’s to change, and what is no address comes back', async () => {
    const { customer, pm } = await subscriber();
    const { browser, base } = await enterPortal(w, customer);
    const place = `${base}/cards/${pm}/address`;
    assert.equal((await browser.get(place)).status, 200);
    const typed = { line1: '1 Main St', line2: '', postal_code: '94107', city: '', state: '', country: 'US' };
    const saved = await browser.post(place, { ...typed, name: 'not a field of it' });
    assert.equal(saved.headers['location'], `${base}?done=address`);
    const { body } = await w.call('GET', `/v1/payment_methods/${pm}`);
    assert.deepEqual(body.billing_address, { line1: '1 Main St', postal_code: '94107', country: 'US' });
    const wrong = await browser.post(place, { ...typed, country: 'Nowhere' });
    assert.equal(wrong.status, 422);
    assert.deepEqual((await w.call('GET', `/v1/payment_methods/${pm}`)).body, body);
  });
});

describe('billing information', () => {
  const fields = {
    name: 'Ada King',
    email: 'ada@example.com',
    line1: '1 Main St',
    city: 'Berlin',
    postal_code: '10115',
    state: '',
    line2: '',
    country: 'DE',
    tax_id: 'DE123456789',
    language: 'de',
  };

  test('name, address, tax id and language are the customer’s at once', async () => {
    const { customer } = await subscriber();
    const { browser, base } = await enterPortal(w, customer);
    const saved = await browser.post(`${base}/details`, fields);
    assert.equal(saved.headers['location'], `${base}?done=details`);
    const { body } = await w.call('GET', `/v1/customers/${customer}`);
    assert.deepEqual([body.name, body.tax_id, body.language], ['Ada King', 'DE123456789', 'de']);
    assert.deepEqual(body.address, { line1: '1 Main St', city: 'Berlin', postal_code: '10115', country: 'DE' });
    const home = await browser.get(base);
    assert.match(home.text, /<html lang="de"/);
    await browser.post(`${base}/details`, { ...fields, tax_id: '' });
    assert.equal((await w.call('GET', `/v1/customers/${customer}`)).body.tax_id, null);
    const wrong = await browser.post(`${base}/details`, { ...fields, tax_id: '<script>' });
    assert.equal(wrong.status, 422);
    assert.ok(wrong.text.includes('aria-invalid') && !wrong.text.includes('<script>"'));
  });

  test('a new e-mail address counts when the link that was sent there is opened, and the old one is told', async () => {
    const customer = await newCustomer(w, { email: 'old@example.com' });
    const { browser, base } = await enterPortal(w, customer);
    const saved = await browser.post(`${base}/details`, { ...fields, email: 'new@example.com' });
    assert.equal(saved.headers['location'], `${base}?done=email_sent`);
    assert.equal((await w.call('GET', `/v1/customers/${customer}`)).body.email, 'old@example.com');
    const mails = await mailsTo('new@example.com');
    assert.equal(mails.length, 1);
    assert.equal((await mailsTo('old@example.com')).length, 1);
    const url = /http\S+/.exec(mails[0]?.text ?? '')?.[0] ?? '';
    const other = new PortalBrowser(w);
    const door = await other.get(url);
    assert.equal(door.status, 200, 'a mail is opened by a press');
    assert.equal((await w.call('GET', `/v1/customers/${customer}`)).body.email, 'old@example.com');
    const token = /name="token" value="([A-Za-z0-9]{43})"/.exec(door.text)?.[1] ?? '';
    const opened = await other.post(url.replace(/\/enter\/.*/, '/enter'), { token });
    assert.equal(opened.status, 303);
    assert.equal((await w.call('GET', `/v1/customers/${customer}`)).body.email, 'new@example.com');
  });
});

describe('asking for a link', () => {
  const login = () => `/portal/${w.tenant.account.account_id}/login`;

  test('the mail goes to the newest customer with a subscription; the answer is the same for everybody', async () => {
    const email = 'shared@example.com';
    const first = await newCustomer(w, { email });
    await newCard(w, first);
    await subscribe(ctx, { customer: first, price });
    await newCustomer(w, { email });
    const known = await new PortalBrowser(w).post(login(), { email: 'Shared@Example.com ' });
    const unknown = await new PortalBrowser(w).post(login(), { email: 'nobody@example.com' });
    const same = (text: string) => text.replaceAll(/nonce="[^"]+"/g, '');
    assert.equal(known.status, 200);
    assert.equal(same(known.text), same(unknown.text));
    const [mail, ...more] = await mailsTo(email);
    assert.equal(more.length, 0);
    assert.equal((await mailsTo('nobody@example.com')).length, 0);
    const url = /http\S+\/portal\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';
    const browser = new PortalBrowser(w);
    const door = await browser.get(url);
    const token = /name="token" value="([A-Za-z0-9]{43})"/.exec(door.text)?.[1] ?? '';
    const opened = await browser.post(url.replace(/\/enter\/.*/, '/enter'), { token });
    assert.equal(opened.status, 303);
    assert.ok((await browser.get(String(opened.headers['location']))).text.includes('Coffee club'));
  });

  test('the mail speaks the customer’s language, else that of the page where they asked', async () => {
    await newCustomer(w, { email: 'said@example.com', language: 'de' });
    await newCustomer(w, { email: 'unsaid@example.com' });
    const asking = new PortalBrowser(w);
    asking.headers['accept-language'] = 'fr-CH, en;q=0.5';
    for (const email of ['said@example.com', 'unsaid@example.com']) await asking.post(login(), { email });
    const [said] = await mailsTo('said@example.com');
    const [unsaid] = await mailsTo('unsaid@example.com');
    assert.match(said?.html ?? '', /<html lang="de"/);
    assert.match(unsaid?.html ?? '', /<html lang="fr"/);
  });

  test('more than five in a quarter of an hour send nothing, and nobody is told', async () => {
    const email = 'often@example.com';
    await newCustomer(w, { email });
    const texts = new Set<string>();
    for (let i = 0; i < 8; i++)
      texts.add((await new PortalBrowser(w).post(login(), { email })).text.replaceAll(/nonce="[^"]+"/g, ''));
    assert.equal(texts.size, 1);
    assert.equal((await mailsTo(email)).length, 5);
  });

  test('what is no address is told; an account that has it switched off has no such page', async () => {
    assert.equal((await new PortalBrowser(w).post(login(), { email: 'nonsense' })).status, 422);
    await settings({ email_login: false });
    assert.equal((await new PortalBrowser(w).get(login())).status, 404);
    assert.equal((await new PortalBrowser(w).post(login(), { email: 'a@example.com' })).status, 404);
    await settings({ email_login: true });
    assert.equal((await new PortalBrowser(w).get('/portal/acct_00000000000000000000000000/login')).status, 404);
  });
});

describe('settings', () => {
  test('are shown with the address of the page, kept, and refused when they name what is not there', async () => {
    const { body } = await w.call('GET', '/v1/portal_settings');
    assert.equal(body.login_url, `http://florin.test/portal/${w.tenant.account.account_id}/login`);
    assert.deepEqual(body.cancel_at, ['period_end']);
    await refused(
      'PATCH',
      '/v1/portal_settings',
      { change_to_products: ['prod_x'] },
      'parameter_invalid',
      'change_to_products[0]',
      /No product/,
    );
    await refused(
      'PATCH',
      '/v1/portal_settings',
      { change_to_prices: ['price_x'] },
      'parameter_invalid',
      'change_to_prices[0]',
      /No recurring price/,
    );
    await refused(
      'PATCH',
      '/v1/portal_settings',
      { terms_url: 'javascript:alert(1)' },
      'parameter_invalid',
      'terms_url',
      /https/,
    );
    const kept = await settings({ terms_url: 'https://shop.example/terms' });
    assert.equal(kept.body.terms_url, 'https://shop.example/terms');
    assert.equal((await settings({ terms_url: null })).body.terms_url, null);
  });
});

test('sessions are forgotten a month after they were made, with the rows that found their pages', async () => {
  const { id } = await link(await newCustomer(w));
  w.clock.advance(days(31));
  const kept = await link(await newCustomer(w));
  while ((await forgetOldPortalSessions(w.env)) > 0);
  const { query } = w.env.db;
  const sessions = await query.selectFrom('portal_sessions').select('id').where('id', 'in', [id, kept.id]).execute();
  assert.deepEqual(sessions, [{ id: kept.id }]);
  const pages = await query.selectFrom('page_links').select('id').where('id', 'in', [id, kept.id]).execute();
  assert.deepEqual(pages, [{ id: kept.id }]);
});

test('the portal has the merchant’s colours', async () => {
  const brand_color = '#7a1fa2';
  await w.env.db.query
    .updateTable('merchants')
    .set({ brand_color })
    .where('id', '=', w.tenant.account.merchant_id)
    .execute();
  const { browser, base } = await enterPortal(w, await newCustomer(w));
  assert.ok((await browser.get(base)).text.includes('--button:#7a1fa2'));
});

test('deleting a customer ends their subscriptions, and keeps the invoices', async () => {
  const { customer, subscription } = await subscriber();
  assert.equal((await w.call('DELETE', `/v1/customers/${customer}`)).status, 200);
  await w.work();
  const s = await subscriptionOf(ctx, subscription);
  assert.equal(s.status, 'canceled');
  assert.equal((await invoicesOf(ctx, subscription)).length, 1);
  w.clock.advance(days(40));
  await bill(w);
  assert.equal((await invoicesOf(ctx, subscription)).length, 1);
});

async function mailsTo(recipient: string): Promise<Message[]> {
  await w.work();
  return sent.filter((mail) => mail.to === recipient);
}
