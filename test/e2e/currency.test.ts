// The customer's own currency on the hosted page: offered beside the price, chosen by mouse and by keyboard, paid, given back. What is typed
// into the card stays, nothing moves; axe and the browser find nothing. SHOTS names a folder for pictures to look at.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { codeOf, sessionNow, sessionOf } from '../kit/catalog.ts';
import { authorizations, axeFindings, phone, shown, typeCard, type Visit, visit } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
before(async () => {
  site = await openSite();
  browser = await launchChromium();
  await site.world.call('PATCH', '/v1/fx_settings', { adaptive_pricing: { enabled: true, markup_bps: 200 } });
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const shots = process.env.SHOTS;
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
};
const totalIs = (page: Page, total: string) => page.locator('#total', { hasText: total }).waitFor();
const heightOf = (page: Page) => page.evaluate('document.documentElement.scrollHeight');
const fine = async ({ page, complaints }: Visit) => {
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(complaints, []);
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing scrolls sideways');
};
const order = {
  line_items: [
    { name: 'Morning Field coffee beans', quantity: 2, unit_amount: 2_600 },
    { name: 'Filter cone', quantity: 1, unit_amount: 1_950 },
  ],
  taxes: [{ name: 'Sales tax', amount: 572 }],
};

test('offered with rate and fee, chosen, paid in it and refunded in it; the card that was typed stays', async () => {
  const { world } = site;
  const s = await sessionOf(world, order);
  const seen = await visit(browser, `${s.url}?country=DE`);
  const { page } = seen;
  await totalIs(page, '$77.22');
  assert.equal(
    await page.innerText('#rate'),
    '1 USD = 0.9273 EUR, the European Central Bank’s rate of Jun 13, 2024. A conversion fee of 2% is included.',
  );
  await typeCard(page);
  await shot(page, 'currency-offered-1440');
  await fine(seen);
  const height = await heightOf(page);
  await page.check('input[value="EUR"]');
  await totalIs(page, '€73.03');
  assert.equal(await heightOf(page), height, 'nothing moves');
  assert.equal(await page.innerText('#pay-text'), 'Pay €73.03');
  assert.equal(await page.textContent('#live'), 'You now pay €73.03.');
  assert.match(await page.innerText('#details'), /€49\.18[\s\S]+€18\.44[\s\S]+€5\.41/);
  assert.doesNotMatch(await page.innerText('#details'), /\$/);
  await fine(seen);
  await shot(page, 'currency-chosen-1440');
  // By keyboard, there and back.
  await page.focus('input[value="EUR"]');
  await page.keyboard.press('ArrowLeft');
  await totalIs(page, '$77.22');
  await page.keyboard.press('ArrowRight');
  await totalIs(page, '€73.03');
  await page.locator('input[value="EUR"]:focus').waitFor();
  await page.click('#pay');
  await shown(page, 'success');
  assert.match(await page.innerText('#success'), /€73\.03/);
  await fine(seen);
  assert.equal((await authorizations(site, 7_303)).filter((call) => call.status === 'approved').length, 1);
  assert.equal((await authorizations(site, 7_722)).length, 0);
  const done = await sessionNow(world, s.id);
  const refund = (await world.call('POST', '/v1/refunds', { payment: done.payment })).body;
  assert.deepEqual(
    [refund.amount, refund.currency, refund.exchange.amount, refund.exchange.currency],
    [7_303, 'EUR', 7_722, 'USD'],
  );
  await seen.close();
  await world.verify();
});

test('on a phone, in the dark, in yen, with a promotion code; loaded anew it is as it was', async () => {
  const { world } = site;
  const code = await codeOf(world, { percentage_bps: 2_500 }, { code: 'FX25' });
  const { taxes: _none, ...lines } = order;
  const s = await sessionOf(world, { ...lines, allow_promotion_codes: true });
  const seen = await visit(browser, `${s.url}?country=JP`, { viewport: phone, colorScheme: 'dark' });
  const { page } = seen;
  await page.check('input[value="JPY"]');
  await totalIs(page, '¥11,469');
  await page.click('#promo-open');
  await page.fill('#promo-code', code.code);
  await page.click('#promo-apply');
  await totalIs(page, '¥8,602');
  assert.deepEqual(await page.locator('[data-choice]').allInnerTexts(), ['$53.62', '¥8,602']);
  await page.reload();
  await totalIs(page, '¥8,602');
  assert.ok(await page.isChecked('input[value="JPY"]'));
  await fine(seen);
  await shot(page, 'currency-phone-dark');
  await typeCard(page);
  await page.click('#pay');
  await shown(page, 'success');
  assert.match(await page.innerText('#success'), /¥8,602/);
  await seen.close();
  await world.verify();
});

test('in Arabic and German, light and dark, wide and narrow: axe finds nothing', async () => {
  const { world } = site;
  for (const [locale, words] of [
    ['ar', 'سعر البنك المركزي'],
    ['de', 'Umrechnungsgebühr von 2'],
    ['fr', 'Banque centrale'],
    ['es', 'Banco Central'],
  ] as const) {
    const s = await sessionOf(world, { ...order, locale });
    const seen = await visit(browser, `${s.url}?country=GB`, { viewport: phone, colorScheme: 'light' });
    await seen.page.check('input[value="GBP"]');
    await seen.page.locator('#rate', { hasText: words }).waitFor();
    await fine(seen);
    await shot(seen.page, `currency-phone-${locale}`);
    await seen.close();
  }
  const s = await sessionOf(world, order);
  const seen = await visit(browser, `${s.url}?country=GB`, { colorScheme: 'dark' });
  await fine(seen);
  await shot(seen.page, 'currency-1440-dark');
  await seen.close();
});

test('another tab chose another currency: nothing is charged, and the page shows what would be', async () => {
  const { world } = site;
  const s = await sessionOf(world, { amount_total: 6_100 });
  const seen = await visit(browser, `${s.url}?country=DE`);
  const { page } = seen;
  await typeCard(page);
  await world.call('POST', `/pay/${s.id}/currency`, { currency: 'EUR' });
  await page.click('#pay');
  await totalIs(page, '€57.70');
  assert.equal((await authorizations(site, 6_100)).length + (await authorizations(site, 5_770)).length, 0);
  await seen.close();
});
