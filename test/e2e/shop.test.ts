// The main job, in a browser: a customer of the example shop pays on the hosted page, the money is in the ledger, the merchant's
// endpoint hears of it by a signed webhook, and the merchant refunds a part.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { launchChromium } from '../kit/chromium.ts';
import { eventually } from '../kit/eventually.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
let secret: string;

before(async () => {
  site = await openSite({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
  browser = await launchChromium();
  const endpoint = await site.world.call('POST', '/v1/webhook_endpoints', { url: site.receiver_url, events: ['*'] });
  assert.equal(endpoint.status, 201, endpoint.text);
  secret = endpoint.body.secret;
});

after(async () => {
  await browser?.close();
  await site?.close();
});

async function toCheckout(): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(site.shop_url);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/create-checkout-session')),
    page.locator('form[action="/create-checkout-session"] button').first().click(),
  ]);
  assert.equal(answer.status(), 303, 'the shop answers its own form with 303');
  await page.waitForURL(/\/pay\/sess_/);
  return page;
}

async function pay(page: Page, number: string): Promise<void> {
  if (await page.locator('#email:not([readonly])').count()) await page.locator('#email').fill('ada@example.com');
  await page.locator('#number').fill(number);
  await page.locator('#expiry').fill('12 / 34');
  await page.locator('#cvc').fill('123');
  await page.locator('#name').fill('Ada Lovelace');
  await page.locator('#country').selectOption('US');
  await page.locator('#postal').fill('94107');
  await page.locator('#pay').click();
}

const sessionOf = (page: Page) => /sess_[0-9a-z]+/.exec(page.url())?.[0] ?? '';

/** Everything that arrived for one object, verified by the public library. */
function verified(type: string, holds: (data: Record<string, unknown>) => boolean) {
  for (const { headers, body } of site.received) {
    const event = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    if (event.type === type && holds(event.data)) {
      new Webhook(secret).verify(body, headers);
      return event.data;
    }
  }
  return undefined;
}

test('shop, 303, hosted page, card, 3-D Secure, success page; signed webhook; ledger in balance; partial refund', async () => {
  const page = await toCheckout();
  const session_id = sessionOf(page);
  await pay(page, '4000 0000 0000 3220');

  const challenge = page.frameLocator('iframe');
  await challenge.getByRole('button', { name: 'Approve' }).click();
  await page.waitForURL(new RegExp(`${site.shop_url}/success\\?.*session_id=${session_id}`));
  assert.match(await page.locator('body').innerText(), /paid|thank/i);

  const session = await site.world.call('GET', `/v1/checkout_sessions/${session_id}`);
  assert.equal(session.body.status, 'complete');
  assert.equal(session.body.payment_status, 'paid');
  const payment = (await site.world.call('GET', `/v1/payments/${session.body.payment}`)).body;
  assert.equal(payment.status, 'completed');
  assert.equal(payment.amount_captured, session.body.amount_total);
  assert.deepEqual(payment.processing.three_d_secure?.flow, 'challenge');
  assert.deepEqual(payment.processing.three_d_secure?.result, 'authenticated');
  assert.equal(payment.payment_method.card.last_four, '3220');

  const told = await eventually('payment.completed arrives', () =>
    verified('payment.completed', (data) => data.id === payment.id),
  );
  assert.equal(told.amount, payment.amount);
  await eventually('checkout_session.completed arrives', () =>
    verified('checkout_session.completed', (data) => data.id === session_id),
  );

  const refund = await site.world.call(
    'POST',
    '/v1/refunds',
    { payment: payment.id, amount: 500, reason: 'requested_by_customer' },
    { key: 'e2e-refund' },
  );
  assert.equal(refund.status, 201, refund.text);
  assert.equal(refund.body.status, 'succeeded');
  await eventually('refund.succeeded arrives', () =>
    verified('refund.succeeded', (data) => data.id === refund.body.id),
  );
  const after_refund = (await site.world.call('GET', `/v1/payments/${payment.id}`)).body;
  assert.equal(after_refund.amount_refunded, 500);

  const fee = Math.floor((payment.amount * 290 + 5_000) / 10_000) + 30;
  const balance = (await site.world.call('GET', '/v1/balances')).body.data.find(
    (b: { currency: string }) => b.currency === payment.currency,
  );
  assert.equal(balance.incoming, payment.amount - fee - 500);
  await site.world.verify();

  // Coming back to a paid page charges nobody again.
  await page.goto(`${site.base}/pay/${session_id}`);
  await eventually('the page says that it is paid', async () =>
    /paid/i.test(
      await page
        .locator('body')
        .innerText()
        .catch(() => ''),
    )
      ? true
      : undefined,
  );
  await page.close();
});

test('a declined card is explained, and another card pays the same session once', async () => {
  const page = await toCheckout();
  const session_id = sessionOf(page);
  await pay(page, '4000 0000 0000 9995');
  await eventually('the decline is told', async () =>
    /enough funds/i.test(await page.locator('#notice').innerText()) ? true : undefined,
  );
  assert.match(page.url(), /\/pay\/sess_/);

  await pay(page, '4242 4242 4242 4242');
  await page.waitForURL(/\/success\?/);
  const { data } = (await site.world.call('GET', `/v1/payments?checkout_session=${session_id}`)).body;
  assert.deepEqual(
    data.map((p: { status: string; decline: { code: string } | null }) => [p.status, p.decline?.code ?? null]),
    [
      ['completed', null],
      ['failed', 'insufficient_funds'],
    ],
  );
  await eventually('payment.failed arrives', () =>
    verified('payment.failed', (d) => d.checkout_session === session_id),
  );
  await eventually('payment.completed arrives', () =>
    verified('payment.completed', (d) => d.checkout_session === session_id),
  );
  await site.world.verify();
  await page.close();
});

test('a refused challenge leaves the session open for another try', async () => {
  const page = await toCheckout();
  const session_id = sessionOf(page);
  await pay(page, '4000 0000 0000 3220');
  await page.frameLocator('iframe').getByRole('button', { name: 'Refuse' }).click();
  await eventually('the refusal is told', async () =>
    /couldn.t confirm/i.test(await page.locator('#notice').innerText()) ? true : undefined,
  );
  await pay(page, '4242 4242 4242 4242');
  await page.waitForURL(/\/success\?/);
  const { data } = (await site.world.call('GET', `/v1/payments?checkout_session=${session_id}`)).body;
  assert.equal(data.filter((p: { status: string }) => p.status === 'completed').length, 1);
  await site.world.verify();
  await page.close();
});

test('no page, log or address of the run holds the card number', async () => {
  const page = await toCheckout();
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  await pay(page, '4242 4242 4242 4242');
  await page.waitForURL(/\/success\?/);
  assert.ok(!addresses.some((url) => url.replaceAll(/\D/g, '').includes('4242424242424242')));
  assert.ok(!(await page.content()).includes('4242424242424242'));
  await page.close();
});
