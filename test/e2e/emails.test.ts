// Mails to customers as a mail client with a browser's engine shows them: every kind, on a phone and wider, in the light and in the dark, from left
// to right and back, whatever the merchant's colour: axe finds nothing, nothing is cut off, and nothing is asked of the network.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Sender } from '../../src/notifications/render.ts';
import { samples } from '../../src/notifications/templates.ts';
import { emailKinds } from '../../src/operation/context.ts';
import { axeFindings, colourFindings } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser?.close());

const long = 'Donaudampfschifffahrtsgesellschaft'.repeat(3);
const sender = (color: string | null, merchant = 'Acme Coffee'): Sender => ({
  merchant,
  logo_url: null,
  color,
  corners: 'pill',
  time_zone: 'UTC',
  mode: 'sandbox',
  reply_to: 'help@example.com',
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`${colorScheme}: each kind can be read and fits, and loads nothing`, async () => {
    const asked: string[] = [];
    const found: string[] = [];
    for (const [width, locale, from] of [
      [390, 'ar', sender('#ffe14d')],
      [390, 'de', sender(null, long)],
      [700, 'fr', sender('#0a0a0a')],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      page.on('request', (request) => asked.push(request.url()));
      for (const kind of emailKinds) {
        await page.setContent(samples[kind](from, locale).html);
        const where = `${kind} in ${locale} at ${width}`;
        const findings = await (kind === 'invoice_paid' ? axeFindings(page) : colourFindings(page));
        found.push(...findings.map((finding) => `${where}: ${finding}`));
        if (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) found.push(`${where}: too wide`);
      }
      await page.close();
    }
    assert.deepEqual(found, []);
    assert.deepEqual(asked, []);
  });
}
