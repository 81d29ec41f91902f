// The reference in a real browser: on a phone and a wide screen, by day and by night, with what axe finds, by keyboard, and
// without a word in the console, so that its own policy refuses nothing of it.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Browser } from 'playwright-core';
import { reference } from '../../src/api/docs.ts';
import { readConfig } from '../../src/config.ts';
import { launchChromium } from '../kit/chromium.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
let app: FastifyInstance;
let url: string;

before(async () => {
  app = Fastify();
  await app.register(reference({ config: readConfig({}) }));
  url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/docs`;
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
  await app.close();
});

async function open(width: number, colorScheme: 'light' | 'dark', bypassCSP = false) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    bypassCSP,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(url);
  return { page, said, close: () => context.close() };
}

describe('the reference in a browser', () => {
  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [390, 1440]) {
      test(`axe finds nothing at ${width} px, ${scheme}, with everything unfolded`, async () => {
        const { page, close } = await open(width, scheme, true);
        await page.evaluate('for (const fold of document.querySelectorAll("details")) fold.open = true');
        await page.evaluate(axe);
        const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
          'axe.run().then((r) => r.violations)',
        );
        assert.deepEqual(
          found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`),
          [],
        );
        await close();
      });
    }
  }

  for (const width of [390, 1440]) {
    test(`nothing is wider than ${width} px, and the console stays silent`, async () => {
      const { page, said, close } = await open(width, 'light');
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      assert.deepEqual(said, []);
      await close();
    });
  }

  test('by keyboard: slash, a word, Enter', async () => {
    const { page, said, close } = await open(1440, 'light');
    await page.keyboard.press('/');
    await page.keyboard.type('capture');
    assert.equal(await page.locator('#nav li:visible').count(), 1);
    assert.equal(await page.locator('#found').textContent(), '1 found');
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#payments-capture$/);
    assert.deepEqual(said, []);
    await close();
  });

  test('on a phone the menu opens, leads on and closes', async () => {
    const { page, close } = await open(390, 'dark');
    assert.equal(await page.locator('#nav').isVisible(), false);
    await page.click('#menu');
    await page.click('#nav a[href="#webhooks"]');
    assert.equal(await page.locator('#nav').isVisible(), false);
    assert.match(page.url(), /#webhooks$/);
    await close();
  });

  test('the copy button gives what is printed', async () => {
    const { page, close } = await open(1440, 'light');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const figure = page.locator('#payments-create figure').first();
    await figure.locator('button.copy').click();
    await figure.getByText('Copied').waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), await figure.locator('pre').textContent());
    await close();
  });

  test('reads whole without script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${url}#error-token_used`);
    assert.equal(await page.locator('#error-token_used').isVisible(), true);
    assert.equal(await page.locator('#nav').isVisible(), true);
    assert.equal(await page.locator('button.copy:visible').count(), 0);
    await context.close();
  });
});
