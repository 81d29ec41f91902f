// A promotion code on the hosted page: taken at once with the new total, refused in the customer's language, removed, paid. What is typed
// into the card stays; axe and the browser find nothing. SHOTS names a folder for pictures to look at.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { codeOf, countsOf, priceOf, sessionNow, sessionOf } from '../kit/catalog.ts';
import {
  authorizations,
  axeFindings,
  noticeOf,
  phone,
  shown,
  typeCard,
  type Visit,
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

const shots = process.env.SHOTS;
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
};
/** By locators alone: a function that is waited for would be evaluated, which the page's policy forbids. */
const totalIs = (page: Page, total: string) => page.locator('#total', { hasText: total }).waitFor();
const errorSays = (page: Page, text: string) => page.locator('#promo-error', { hasText: text }).waitFor();
const focusIs = (page: Page, id: string) => page.locator(`#${id}:focus`).waitFor();
async function take(page: Page, code: string): Promise<void> {
  if (await page.locator('#promo-open:visible').count()) await page.click('#promo-open');
  await page.fill('#promo-code', code);
  await page.click('#promo-apply');
}
/** The browser tells of every answer that is no success; those of refused presses are what is tested. */
const fine = async ({ page, complaints }: Visit, expected: RegExp | undefined = undefined) => {
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(
    complaints.filter((complaint) => !expected?.test(complaint)),
    [],
  );
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing scrolls sideways');
};

test('on a phone: refused, taken, removed, taken again and paid at the lower price, with the card typed before', async () => {
  const { world } = site;
  const price = await priceOf(world, 2_600, {}, { name: 'Morning Field coffee beans' });
  const code = await codeOf(world, { percentage_bps: 2_500 }, { code: 'SPRING25', max_redemptions: 1 });
  const s = await sessionOf(world, { allow_promotion_codes: true, line_items: [{ price: price.id, quantity: 2 }] });
  const seen = await visit(browser, s.url, { viewport: phone });
  const { page } = seen;
  await totalIs(page, '$52.00');
  await typeCard(page);
  await page.click('#promo-open');
  await focusIs(page, 'promo-code');
  await shot(page, 'promo-open');
  await page.click('#promo-apply');
  assert.equal(await page.innerText('#promo-error'), 'Enter a promotion code.');
  await take(page, 'NOSUCHCODE');
  await errorSays(page, 'not valid');
  assert.equal(await page.getAttribute('#promo-code', 'aria-invalid'), 'true');
  await fine(seen);
  await shot(page, 'promo-refused');
  await take(page, 'spring25');
  await totalIs(page, '$39.00');
  await focusIs(page, 'promo-remove');
  assert.equal(await page.innerText('#pay-text'), 'Pay $39.00');
  assert.match(await page.innerText('#sums'), /Spring sale \(SPRING25\)\s+-\$13\.00/);
  assert.equal(await page.textContent('#live'), 'Promotion code applied. The new total is $39.00.');
  await fine(seen);
  await shot(page, 'promo-taken');
  await page.click('#promo-remove');
  await totalIs(page, '$52.00');
  await focusIs(page, 'promo-open');
  assert.equal(await page.innerText('#pay-text'), 'Pay $52.00');
  await take(page, 'SPRING25');
  await totalIs(page, '$39.00');
  // Loaded anew, it is as it was.
  await page.reload();
  await totalIs(page, '$39.00');
  assert.equal(await page.innerText('#promo-name'), 'SPRING25');
  await typeCard(page);
  await page.click('#pay');
  await shown(page, 'success');
  assert.match(await page.innerText('#success'), /\$39\.00/);
  await fine(seen);
  assert.equal((await authorizations(site, 3_900)).filter((call) => call.status === 'approved').length, 1);
  assert.deepEqual(await countsOf(world, code.id), [0, 1]);
  await seen.close();
});

test('a code that was used up by somebody else meanwhile: nothing is charged, and without it the order is paid', async () => {
  const { world } = site;
  const code = await codeOf(world, { fixed_amounts: { USD: 1_000 } }, { max_redemptions: 1 });
  const mine = await sessionOf(world, { amount_total: 7_100, promotion_code: code.code, allow_promotion_codes: true });
  const theirs = await sessionOf(world, { amount_total: 7_200, promotion_code: code.code });
  const token = await world.token();
  await world.call('POST', `/pay/${theirs.id}/payments`, { token, email: 'other@example.com' }, { key: 'theirs' });
  const seen = await visit(browser, mine.url);
  const { page } = seen;
  await typeCard(page);
  await page.click('#pay');
  assert.match(await noticeOf(page), /no longer counts\. Nothing was charged/);
  assert.equal((await authorizations(site, 6_100)).length, 0);
  await fine(seen, /422/);
  await page.click('#promo-remove');
  await totalIs(page, '$71.00');
  await page.click('#pay');
  await shown(page, 'success');
  assert.equal((await sessionNow(world, mine.id)).amount_total, 7_100);
  assert.equal((await authorizations(site, 7_100)).filter((call) => call.status === 'approved').length, 1);
  await seen.close();
});

test('in Arabic, right to left, and in German: the field, the refusal, the new total', async () => {
  const { world } = site;
  const code = await codeOf(world, { percentage_bps: 1_000 });
  for (const [locale, refusal] of [
    ['ar', 'غير صالح'],
    ['de', 'nicht gültig'],
  ] as const) {
    const line_items = [{ name: 'Tee', quantity: 2, unit_amount: 2_000 }];
    const s = await sessionOf(world, { locale, allow_promotion_codes: true, line_items });
    const seen = await visit(browser, s.url, { viewport: phone });
    await take(seen.page, 'NOSUCHCODE');
    await errorSays(seen.page, refusal);
    await take(seen.page, code.code);
    await seen.page.locator('#promo-taken:visible').waitFor();
    assert.equal((await sessionNow(world, s.id)).amount_total, 3_600);
    await fine(seen);
    await shot(seen.page, `promo-${locale}`);
    await seen.close();
  }
});
