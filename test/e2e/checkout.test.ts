// The hosted page in a customer's hands: keyboard alone, shaped fields, where it leads afterwards, saved cards, a payment without a
// session.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import {
  authorizations,
  focusComes,
  focusOf,
  newSession,
  nextAmount,
  paidOnce,
  payWith,
  shop,
  shown,
  typeCard,
  visit,
} from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;

before(async () => {
  site = await openSite();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

test('by keyboard alone, from the first Tab to the merchant’s page', async () => {
  const session = await newSession(site, {
    success_url: `${shop}/thanks`,
    cancel_url: `${shop}/cart`,
    line_items: undefined,
  });
  const { page, complaints, close } = await visit(browser, session.url);
  const typed: Record<string, string> = {
    email: 'ada@example.com',
    number: '4242424242424242',
    expiry: '1234',
    cvc: '123',
    name: 'Ada Lovelace',
    postal: '94107',
  };
  const order: string[] = [];
  for (let i = 0; i < 15 && order.at(-1) !== 'pay'; i++) {
    await page.keyboard.press('Tab');
    const at = await focusOf(page);
    order.push(at);
    // An input shows its focus by border or outline, everything else by outline: never by nothing. A choice shows it as a whole.
    const ring = await page.evaluate<string>(
      `(({ outlineStyle, boxShadow }) => outlineStyle + ' ' + boxShadow)(getComputedStyle(document.activeElement.closest('.choice') ?? document.activeElement))`,
    );
    assert.notEqual(ring, 'none none', `${at} shows its focus`);
    if (typed[at]) await page.keyboard.type(typed[at]);
  }
  assert.deepEqual(order, [
    'SUMMARY',
    'A',
    'email',
    'method-new',
    'number',
    'expiry',
    'cvc',
    'name',
    'country',
    'postal',
    'pay',
  ]);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${shop}/thanks?session_id=${session.id}`);
  await paidOnce(site, session);
  assert.deepEqual(complaints, []);
  await close();
});

test('focus goes to the first field in error, and each error is tied to its field', async () => {
  const { page, presses, close } = await visit(browser, (await newSession(site)).url);
  await page.click('#pay');
  await focusComes(page, 'email');
  await typeCard(page, { number: '4242424242424241', expiry: '0120', cvc: '12' });
  await page.focus('#postal');
  await page.keyboard.press('Enter');
  await focusComes(page, 'number');
  const errors: Record<string, RegExp> = { number: /isn.t right/, expiry: /expired/, cvc: /3 digits/ };
  for (const [id, text] of Object.entries(errors)) {
    assert.match(await page.innerText(`#${id}-error`), text);
    assert.equal(await page.getAttribute(`#${id}`, 'aria-invalid'), 'true');
    assert.ok((await page.getAttribute(`#${id}`, 'aria-describedby'))?.split(' ').includes(`${id}-error`));
  }
  assert.equal(await page.locator('#email-error:visible').count(), 0);
  await page.fill('#number', '4242424242424242');
  assert.equal(await page.getAttribute('#number', 'aria-invalid'), null, 'a mended field is told so at once');
  assert.equal(presses.length, 0, 'nothing was sent');
  await close();
});

test('the server’s word on a field comes back to that field', async () => {
  const session = await newSession(site);
  const { page, close } = await visit(browser, session.url);
  await payWith(page, '4000000000000127');
  await page.locator('#cvc[aria-invalid="true"]').waitFor();
  await focusComes(page, 'cvc');
  await payWith(page, '4000000000000069');
  await page.locator('#expiry[aria-invalid="true"]').waitFor();
  await focusComes(page, 'expiry');
  await payWith(page);
  await shown(page, 'success');
  await paidOnce(site, session);
  await close();
});

test('fields say what they are to a phone and to a password manager; none has a name to be sent by', async () => {
  const { page, close } = await visit(browser, (await newSession(site)).url);
  const expected: Record<string, [autocomplete: string, inputmode: string | null]> = {
    email: ['email', 'email'],
    number: ['cc-number', 'numeric'],
    expiry: ['cc-exp', 'numeric'],
    cvc: ['cc-csc', 'numeric'],
    name: ['cc-name', null],
    country: ['billing country', null],
    postal: ['billing postal-code', null],
  };
  for (const [id, [autocomplete, inputmode]] of Object.entries(expected)) {
    assert.equal(await page.getAttribute(`#${id}`, 'autocomplete'), autocomplete);
    assert.equal(await page.getAttribute(`#${id}`, 'inputmode'), inputmode);
    assert.equal(await page.getAttribute(`#${id}`, 'name'), null);
  }
  await close();
});

test('digits are shaped and the brand is known: Visa, Mastercard, American Express with its four digit code', async () => {
  const session = await newSession(site);
  const { page, close } = await visit(browser, session.url);
  const brands = [
    ['4242424242424242', '4242 4242 4242 4242', 'visa', '3'],
    ['5555555555554444', '5555 5555 5555 4444', 'mastercard', '3'],
    ['2223003122003222', '2223 0031 2200 3222', 'mastercard', '3'],
    ['378282246310005', '3782 822463 10005', 'amex', '4'],
  ] as const;
  for (const [digits, shaped, brand, code] of brands) {
    await page.fill('#number', '');
    await page.locator('#number').pressSequentially(digits);
    assert.equal(await page.inputValue('#number'), shaped);
    assert.equal(await page.getAttribute('#brands', 'data-brand'), brand);
    assert.equal(await page.getAttribute('#cvc', 'maxlength'), code);
  }
  assert.match((await page.textContent('#cvc-hint')) ?? '', /4 digits on the front/);
  await page.locator('#expiry').pressSequentially('1234');
  assert.equal(await page.inputValue('#expiry'), '12 / 34');
  await typeCard(page, { number: '378282246310005', cvc: '123' });
  await page.click('#pay');
  assert.match(await page.innerText('#cvc-error'), /4 digits/);
  await typeCard(page, { number: '378282246310005', cvc: '1234' });
  await page.click('#pay');
  await shown(page, 'success');
  await paidOnce(site, session);
  const { data } = (await site.world.call('GET', `/v1/payments?checkout_session=${session.id}`)).body;
  assert.deepEqual([data[0].payment_method.card.brand, data[0].payment_method.card.last_four], ['amex', '0005']);
  for (const id of ['number', 'cvc', 'expiry'])
    assert.equal(await page.inputValue(`#${id}`), '', 'the card is gone from the page');
  assert.equal(await page.evaluate('localStorage.length + sessionStorage.length + document.cookie.length'), 0);
  await close();
});

test('a paid customer goes to the success URL with session_id in its query; the fragment stays last', async () => {
  const session = await newSession(site, { success_url: `${shop}/done?order=7&x=a%20b#/receipt?no=query` });
  const { page, close } = await visit(browser, session.url);
  await payWith(page);
  await page.waitForURL(`${shop}/done?order=7&x=a%20b&session_id=${session.id}#/receipt?no=query`);
  await page.goBack().catch(() => {});
  assert.equal(await page.locator('#form:visible').count(), 0, '"back" leads to no form');
  await close();
});

test('without a success URL the page stays and says so; paid is paid at the next visit', async () => {
  const session = await newSession(site);
  const { page, presses, close } = await visit(browser, session.url);
  await payWith(page);
  await shown(page, 'success');
  assert.match(await page.innerText('#success'), /Payment successful[\s\S]*close this page/);
  await focusComes(page, 'success-title');
  await page.reload();
  await shown(page, 'complete');
  assert.equal(await page.locator('#pay, #number').count(), 0, 'nothing is left to be paid with');
  assert.equal(presses.length, 1);
  assert.ok(page.url().startsWith(site.base));
  await paidOnce(site, session);
  await close();
});

test('the merchant’s logo leads to the cancel URL, and nothing does where there is none', async () => {
  const { env, tenant } = site.world;
  const logo = 'https://cdn.shop.example/logo.svg';
  await env.db.query
    .updateTable('merchants')
    .set({ logo_url: logo })
    .where('id', '=', tenant.account.merchant_id)
    .execute();
  const session = await newSession(site, { cancel_url: `${shop}/cart?keep=1` });
  const { page, context, close } = await visit(browser, 'about:blank');
  const referers: unknown[] = [];
  await context.route(logo, (route) => {
    referers.push(route.request().headers()['referer']);
    return route.fulfill({
      contentType: 'image/svg+xml',
      body: '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>',
    });
  });
  await page.goto(session.url);
  await page.getByRole('link', { name: 'Back to Acme Coffee' }).locator('img.logo').click();
  await page.waitForURL(`${shop}/cart?keep=1`);
  assert.deepEqual(referers, [undefined], 'the logo’s server learns no session');
  assert.equal((await site.world.call('GET', `/v1/checkout_sessions/${session.id}`)).body.status, 'open');
  await page.goto((await newSession(site)).url);
  await page.locator('.merchant').waitFor();
  assert.equal(await page.locator('.merchant a').count(), 0);
  await env.db.query
    .updateTable('merchants')
    .set({ logo_url: null })
    .where('id', '=', tenant.account.merchant_id)
    .execute();
  await close();
});

test('a known customer sees their saved cards and pays with one; the box stores another', async () => {
  const { world } = site;
  const customer = (await world.call('POST', '/v1/customers', { email: 'grace@example.com' })).body.id;
  const saved = await world.call('POST', '/v1/payment_methods', {
    customer,
    token: await world.token('5555555555554444'),
  });
  assert.equal(saved.status, 201, saved.text);

  const first = await newSession(site, { customer });
  const one = await visit(browser, first.url);
  assert.equal(await one.page.inputValue('#email'), 'grace@example.com');
  await one.page.getByRole('radio', { name: /Mastercard ending in 4444/ }).waitFor();
  assert.equal(await one.page.locator('#number:visible').count(), 0);
  await one.page.click('#pay');
  await shown(one.page, 'success');
  assert.deepEqual(one.presses[0]?.body, { payment_method: saved.body.id, amount: first.amount });
  await paidOnce(site, first);
  await one.close();

  const second = await newSession(site, { customer });
  const two = await visit(browser, second.url);
  await two.page.getByText('Use a new card').click();
  await typeCard(two.page);
  await two.page.check('#save');
  await two.page.click('#pay');
  await shown(two.page, 'success');
  await paidOnce(site, second);
  await two.close();
  const { data } = (await world.call('GET', `/v1/payment_methods?customer=${customer}`)).body;
  assert.deepEqual(data.map((method: { card: { last_four: string } }) => method.card.last_four).sort(), [
    '4242',
    '4444',
  ]);
});

test('a payment without a card is paid on its own page, also after a decline and a challenge', async () => {
  const amount = nextAmount();
  const { body: payment } = await site.world.call('POST', '/v1/payments', {
    amount,
    currency: 'USD',
    description: 'Invoice 77',
    return_url: `${shop}/back?from=florin`,
    cancel_url: `${shop}/cart`,
  });
  assert.equal(payment.status, 'pending');
  assert.equal(payment.checkout_url, `${site.base}/pay/${payment.id}`);
  const { page, complaints, close } = await visit(browser, payment.checkout_url);
  assert.match(await page.innerText('.summary'), /Invoice 77/);
  await payWith(page, '4000000000009995');
  await page.locator('#notice', { hasText: 'enough funds' }).waitFor();
  await payWith(page, '4000000000003220');
  await page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await page.waitForURL(`${shop}/back?from=florin&payment_id=${payment.id}`);
  const after_payment = (await site.world.call('GET', `/v1/payments/${payment.id}`)).body;
  assert.deepEqual([after_payment.status, after_payment.amount_captured], ['completed', amount]);
  assert.deepEqual(
    (await authorizations(site, amount)).map((call) => call.status),
    ['declined', 'approved'],
  );
  await page.goto(payment.checkout_url);
  await shown(page, 'complete');
  assert.deepEqual(complaints, []);
  await site.world.verify();
  await close();
});
