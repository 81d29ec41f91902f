// The page of an invoice in a browser: readable on a phone and a screen, in both colour schemes and from right to left; paid by its button,
// and taken home as a document.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { createCreditNote } from '../../src/billing/create-credit-note.ts';
import { updateSeller } from '../../src/billing/seller.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { advance, ask, clockFor, invoicesOf, newCard, newCustomer, newPrice, subscribe } from '../kit/billing.ts';
import { axeFindings, desktop, payWith, phone, visit } from '../kit/checkout-page.ts';
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

const long = 'Pneumonoultramicroscopicsilicovolcanoconiosis'.repeat(3);

async function open(more: Record<string, unknown>) {
  const w = site.world;
  const ctx = w.ctx();
  await ask(ctx, updateSeller, {
    name: 'Coffee Club GmbH',
    address: { line1: 'Hafenstr. 5', postal_code: '20457', city: 'Hamburg', country: 'DE' },
    tax_id: 'DE123456789',
    footer: 'Amtsgericht Hamburg, HRB 12345',
  });
  const customer = await newCustomer(w, { address: { line1: 'Ring 1', city: 'Wien', country: 'AT' }, ...more });
  await newCard(w, customer);
  const clock = await clockFor(ctx, customer, '2027-01-01T00:00:00Z');
  const s = await subscribe(ctx, { customer, price: await newPrice(ctx, 123_456) });
  await ask(ctx, updateSubscription, { id: s.id, payment_method: await newCard(w, customer, '4000000000009995') });
  await advance(w, ctx, clock, '2027-02-01T00:00:00Z');
  const invoice = (await invoicesOf(ctx, s.id)).at(-1);
  await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 456 });
  return invoice;
}

for (const [name, more] of [
  ['in German, a name without end', { language: 'de', name: long }],
  ['in Arabic', { language: 'ar', name: 'شركة القهوة المحدودة' }],
] as const)
  test(`${name}: nothing runs over the edge, and axe finds nothing`, async () => {
    const invoice = await open(more);
    for (const [viewport, colorScheme] of [
      [phone, 'light'],
      [desktop, 'dark'],
      [phone, 'dark'],
      [desktop, 'light'],
    ] as const) {
      const { page, complaints, close } = await visit(browser, invoice.hosted_invoice_url, { viewport, colorScheme });
      if (process.env.SHOTS)
        await page.screenshot({
          path: `${process.env.SHOTS}/${more.language}-${viewport.width}-${colorScheme}.png`,
          fullPage: true,
        });
      assert.deepEqual(await axeFindings(page), [], `${viewport.width} ${colorScheme}`);
      const over = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(over, 0, `${viewport.width}`);
      assert.deepEqual(complaints, []);
      await close();
    }
  });

test('paid by its button, and back on it; the document is taken home', async () => {
  const invoice = await open({ name: '中华咖啡有限公司' });
  const { page, complaints, close } = await visit(browser, invoice.hosted_invoice_url, { viewport: desktop });
  await page.click('button');
  await page.waitForURL(/\/pay\/pay_/);
  await payWith(page);
  await page.waitForURL(/\/invoice\//);
  await page.locator('.state', { hasText: 'Paid' }).waitFor();
  assert.equal(await page.locator('form').count(), 0, 'nothing is left to pay');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="/pdf"]')]);
  assert.equal(download.suggestedFilename(), `${invoice.number}.pdf`);
  assert.equal((await readFile(await download.path())).subarray(0, 5).toString(), '%PDF-');
  assert.deepEqual(complaints, []);
  await close();
});
