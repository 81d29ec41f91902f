// A subscription from the page to its end, in a browser: begun with a promotion code in the customer's currency, a renewal that fails, repaired in
// the portal, the invoice as PDF, canceled at the end of the period. What must not appear: a charge too many, a code that counts twice.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { newCustomer } from '../kit/billing.ts';
import { codeOf, countsOf, made } from '../kit/catalog.ts';
import { axeFindings, payWith, phone, shop, typeCard, visit } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { eventually } from '../kit/eventually.ts';
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

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
const get = async (path: string): Promise<any> => (await site.world.call('GET', path)).body;

/** Approved when typed, declined each time it is charged again. */
const poorCard = '4000000000000341';
const challengeCard = '4000002500003155';

test('subscribe with a code in euros, fail to renew, repair it, download the invoice, cancel', async () => {
  const { world } = site;
  const { id: product } = await made(world, '/v1/products', { name: 'Coffee club', tax_category: 'physical_goods' });
  const price = await made(world, '/v1/prices', {
    product,
    type: 'recurring',
    amounts: [
      { currency: 'USD', unit_amount: 2_000 },
      { currency: 'EUR', unit_amount: 1_800 },
    ],
    recurring: { interval: 'month' },
  });
  const code = await codeOf(world, { percentage_bps: 5_000, duration: 'once' });
  const customer = await newCustomer(world);
  const clock = await made(world, '/v1/test_clocks', {
    name: 'half a year',
    customer,
    frozen_time: world.clock.now().toISOString(),
  });
  const session = await made(world, '/v1/checkout_sessions', {
    currency: 'EUR',
    line_items: [{ price: price.id, quantity: 1 }],
    customer,
    allow_promotion_codes: true,
    success_url: `${shop}/thanks`,
  });

  const checkout = await visit(browser, session.url, { viewport: phone });
  await checkout.page.click('#promo-open');
  await checkout.page.fill('#promo-code', code.code);
  await checkout.page.click('#promo-apply');
  await checkout.page.locator('#promo-taken:visible').waitFor();
  assert.match(await checkout.page.innerText('#pay'), /Subscribe · €9\.00/);
  assert.deepEqual(await axeFindings(checkout.page), []);
  await payWith(checkout.page, poorCard);
  await checkout.page.waitForURL(`${shop}/thanks?session_id=${session.id}`);
  assert.deepEqual(checkout.complaints, []);
  await checkout.close();

  const { subscription } = await get(`/v1/checkout_sessions/${session.id}`);
  const began = await eventually('the subscription begins', async () => {
    const s = await get(`/v1/subscriptions/${subscription}`);
    return s.status === 'active' ? s : undefined;
  });
  assert.equal(began.currency, 'EUR');
  assert.deepEqual(await countsOf(world, code.id), [0, 1]);

  const advance = async (days: number, status: string) => {
    const { frozen_time } = await get(`/v1/test_clocks/${clock.id}`);
    const to = new Date(Date.parse(frozen_time) + days * 86_400_000).toISOString();
    const asked = await world.call('POST', `/v1/test_clocks/${clock.id}/advance`, { to });
    assert.equal(asked.status, 202, asked.text);
    await eventually(`the subscription is ${status}`, async () => {
      const { status: clock_status } = await get(`/v1/test_clocks/${clock.id}`);
      const s = await get(`/v1/subscriptions/${subscription}`);
      return clock_status === 'ready' && s.status === status ? true : undefined;
    });
  };
  await advance(32, 'past_due');
  const [unpaid] = (await get(`/v1/invoices?subscription=${subscription}&status=open`)).data;
  assert.deepEqual([unpaid.amount_due, unpaid.discount], [1_800, 0], 'the code counted once');

  const link = await made(world, '/v1/portal_sessions', { customer, return_url: `${shop}/account` });
  const { page, complaints, close } = await visit(browser, link.url, { viewport: phone });
  await page.getByRole('heading', { name: 'Payment overdue' }).waitFor();
  await page.getByRole('link', { name: 'Pay with a new card' }).click();
  await page.locator('#number').waitFor();
  await typeCard(page, { number: challengeCard });
  await page.click('#pay');
  await page.frameLocator('#challenge iframe').getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Your card is saved.').waitFor();
  assert.equal((await get(`/v1/invoices/${unpaid.id}`)).status, 'paid');
  assert.equal((await get(`/v1/subscriptions/${subscription}`)).status, 'active');

  const pdf = await page.locator('.invoice-row a.button').first().getAttribute('href');
  const file = await page.request.get(pdf ?? '');
  assert.equal((await file.body()).subarray(0, 5).toString(), '%PDF-');

  await page.getByRole('link', { name: /Cancel subscription/ }).click();
  await page.getByRole('button', { name: 'Cancel subscription' }).click();
  await page.getByText('Your subscription is canceled.').waitFor();
  assert.deepEqual(
    complaints.filter((one) => !/status of (401|422)/.test(one)),
    [],
  );
  await close();
  await advance(32, 'canceled');

  const invoices = (await get(`/v1/invoices?subscription=${subscription}`)).data;
  assert.deepEqual(
    invoices.map((one: { status: string; amount_paid: number }) => [one.status, one.amount_paid]),
    [
      ['paid', 1_800],
      ['paid', 900],
    ],
  );
  assert.deepEqual(await countsOf(world, code.id), [0, 1]);
  await world.verify();
});
