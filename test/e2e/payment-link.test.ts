// A payment link in a real browser: opened on a phone, the quantity changed, paid, thanked. Reloading stays in the same session, an order of
// nothing asks for no card, and a link that is over says so. axe and the browser find nothing. SHOTS names a folder for pictures.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { codeOf, countsOf, made, priceOf, sessionNow } from '../kit/catalog.ts';
import { authorizations, axeFindings, phone, shown, typeCard, type Visit, visit } from '../kit/checkout-page.ts';
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

const shots = process.env.SHOTS;
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
};
const totalIs = (page: Page, total: string) => page.locator('#total', { hasText: total }).waitFor();
const fine = async ({ page, complaints }: Visit) => {
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(complaints, []);
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing scrolls sideways');
};
const linkOf = async (more: Record<string, unknown> = {}) => {
  const names = { de: 'Kaffeebohnen „Morgenfeld“' };
  const price = await priceOf(site.world, 2_600, {}, { name: 'Morning Field coffee beans', localized_names: names });
  return await made(site.world, '/v1/payment_links', {
    currency: 'USD',
    line_items: [{ price: price.id, adjustable_quantity: { minimum: 1, maximum: 4 } }],
    ...more,
  });
};
const sessionIn = (page: Page) => new URL(page.url()).pathname.slice('/pay/'.length);

test('on a phone: opened, quantity changed by button and by typing, paid, thanked', async () => {
  const { world } = site;
  const link = await linkOf({
    success_message: 'Thank you!\nYour beans leave tomorrow.',
    custom_text: 'Free shipping.',
  });
  const seen = await visit(browser, link.url, { viewport: phone });
  const { page } = seen;
  await totalIs(page, '$26.00');
  const id = sessionIn(page);
  assert.match(id, /^sess_/);
  await page.reload();
  await totalIs(page, '$26.00');
  assert.equal(sessionIn(page), id, 'a reload stays in the session');
  await fine(seen);
  await shot(page, 'link-open');
  await typeCard(page);
  await page.click('[data-step="1"]');
  await totalIs(page, '$52.00');
  assert.equal(await page.innerText('#pay-text'), 'Pay $52.00');
  assert.equal(await page.innerText('#line-amount-0'), '$52.00');
  assert.equal(await page.textContent('#live'), 'Quantity changed. The new total is $52.00.');
  const field = page.locator('.quantity input');
  await field.fill('4');
  await field.press('Tab');
  await totalIs(page, '$104.00');
  assert.equal(await page.getAttribute('[data-step="1"]', 'aria-disabled'), 'true');
  await field.fill('9');
  await field.press('Tab');
  assert.equal(await field.inputValue(), '4', 'what is out of bounds is put back');
  assert.equal(await page.textContent('#live'), 'Choose a quantity from 1 to 4.');
  await page.click('[data-step="-1"]');
  await totalIs(page, '$78.00');
  await fine(seen);
  await page.click('#pay');
  await shown(page, 'success');
  assert.match(await page.innerText('#success'), /Thank you!\s+Your beans leave tomorrow\./);
  await fine(seen);
  await shot(page, 'link-paid');
  assert.equal((await authorizations(site, 7_800)).filter((call) => call.status === 'approved').length, 1);
  assert.partialDeepStrictEqual(await sessionNow(world, id), { status: 'complete', payment_link: link.id });
  await seen.close();
});

test('a code that takes everything off: no card is asked for, and one press completes the order', async () => {
  const { world } = site;
  const code = await codeOf(world, { percentage_bps: 10_000 }, { code: 'ONTHEHOUSE' });
  const link = await linkOf({ allow_promotion_codes: true });
  const seen = await visit(browser, link.url, { viewport: phone });
  const { page } = seen;
  await page.fill('#email', 'guest@example.com');
  await page.click('#promo-open');
  await page.fill('#promo-code', 'onthehouse');
  await page.click('#promo-apply');
  await totalIs(page, '$0.00');
  await page.locator('#method').waitFor({ state: 'hidden' });
  assert.equal(await page.innerText('#pay-text'), 'Complete order');
  await fine(seen);
  await shot(page, 'link-free');
  await page.click('#promo-remove');
  await totalIs(page, '$26.00');
  await page.locator('#number:visible').waitFor();
  await page.click('#promo-open');
  await page.fill('#promo-code', 'onthehouse');
  await page.click('#promo-apply');
  await totalIs(page, '$0.00');
  await page.click('#pay');
  await shown(page, 'success');
  assert.match(await page.innerText('#success-text'), /Nothing was charged/);
  assert.deepEqual(await countsOf(world, code.id), [0, 1]);
  assert.equal((await sessionNow(world, sessionIn(page))).payment_status, 'no_payment_required');
  await seen.close();
});

test('in German and without its script: the name, the landing of whoever does not navigate, and the end of a link', async () => {
  const { world } = site;
  const link = await linkOf();
  const german = await visit(browser, link.url, { viewport: phone, locale: 'de-DE' });
  assert.match(await german.page.innerText('.items'), /Kaffeebohnen „Morgenfeld“/);
  await fine(german);
  await german.close();
  const plain = await visit(browser, link.url, { viewport: phone, javaScriptEnabled: false });
  assert.equal(await plain.page.locator('.quantity:visible').count(), 0);
  assert.match(await plain.page.innerText('.items'), /Qty 1/);
  await plain.close();
  const bot = await visit(browser, link.url, { viewport: phone, userAgent: 'Previewbot/1.0' });
  await fine(bot);
  await shot(bot.page, 'link-landing');
  await bot.page.click('#continue');
  await totalIs(bot.page, '$26.00');
  await bot.close();
  await world.call('PATCH', `/v1/payment_links/${link.id}`, { active: false });
  const closed = await visit(browser, link.url, { viewport: phone, locale: 'ar' });
  await closed.page.locator('h1', { hasText: 'هذا الرابط مغلق' }).waitFor();
  assert.deepEqual(await axeFindings(closed.page), []);
  await shot(closed.page, 'link-closed');
  await closed.close();
});
