// The guide of the Wink dialect in a browser: the shop answers its own form with 303, the customer pays on the hosted page, and comes
// back to a page that thanks. The same shop as ever, switched by a setting.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../kit/chromium.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;

before(async () => {
  site = await openSite({ wink: true });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

test('POST /create-checkout-session is 303 to the payment page; paid there, the success page thanks; the logo leads to the cart', async () => {
  const direct = await fetch(`${site.shop_url}/create-checkout-session`, {
    method: 'POST',
    body: 'beans=1&mug=1',
    redirect: 'manual',
  });
  assert.equal(direct.status, 303);
  assert.match(direct.headers.get('location') ?? '', new RegExp(`^${site.base}/pay/sess_[0-9a-z]{26}$`));

  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(site.shop_url);
  await page.locator('form[action="/create-checkout-session"] button').first().click();
  await page.waitForURL(/\/pay\/sess_/);
  const session_id = /sess_[0-9a-z]+/.exec(page.url())?.[0] ?? '';
  await page.locator('#email').fill('ada@example.com');
  await page.locator('#number').fill('4242 4242 4242 4242');
  await page.locator('#expiry').fill('12 / 34');
  await page.locator('#cvc').fill('123');
  await page.locator('#name').fill('Ada Lovelace');
  await page.locator('#country').selectOption('US');
  await page.locator('#postal').fill('94107');
  await page.locator('#pay').click();
  await page.waitForURL(new RegExp(`${site.shop_url}/success\\?.*session_id=${session_id}`));
  const thanks = await page.locator('body').innerText();
  assert.match(thanks, /Thank you/);
  assert.match(thanks, /€17\.40/, 'the beans and 20 % on top');

  const session = (await site.world.call('GET', `/v1/checkout_sessions/${session_id}`)).body;
  assert.deepEqual([session.status, session.amount_total, session.currency], ['complete', 1740, 'EUR']);
  assert.equal(session.cancel_url, `${site.shop_url}/cancel`);
  assert.deepEqual(
    (await site.world.call('GET', '/v1/webhook_endpoints')).body.data,
    [],
    'this dialect has no webhooks',
  );
  await site.world.verify();
  await page.close();
});
