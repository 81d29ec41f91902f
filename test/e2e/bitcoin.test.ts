// Paying by Bitcoin on the hosted page, in a browser and with the sandbox's wallet in another tab: chosen, shown, underpaid, seen,
// confirmed; another way after all; without a script; axe in every state, on a phone and a desktop, light and dark.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { WalletAct } from '../../src/connectors/simulator/bitcoin.ts';
import { minutes, seconds } from '../../src/kit/clock.ts';
import {
  axeFindings,
  colourFindings,
  desktop,
  newSession,
  noticeOf,
  paidOnce,
  phone,
  shop,
  shown,
  type Visit,
  visit,
} from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
const pictures = process.env['PICTURES'];

before(async () => {
  site = await openSite();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await site?.world.verify();
  await site?.close();
});

async function passes({ page, complaints }: Visit, state: string): Promise<void> {
  const found: string[] = [];
  for (const size of [phone, desktop]) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      found.push(...(await (colorScheme === 'light' ? axeFindings(page) : colourFindings(page))));
      if (pictures)
        await page.screenshot({ path: `${pictures}/${state}-${size.width}-${colorScheme}.png`, fullPage: true });
    }
    const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.ok(wider <= 0, `${state} scrolls sideways at ${size.width}`);
  }
  assert.deepEqual(found, []);
  assert.deepEqual(complaints, []);
}

async function choose(page: Page): Promise<void> {
  if (await page.locator('#email:not([readonly])').count()) await page.fill('#email', 'ada@example.com');
  await page.check('#method-bitcoin');
  assert.equal(await page.locator('#new-card:visible').count(), 0, 'no card is asked for');
  await page.click('#pay');
  await shown(page, 'bitcoin');
}

/** Through the link that the page itself offers. */
async function send(page: Page, act: WalletAct): Promise<void> {
  const address = await page.locator('#bitcoin a[target=_blank]').getAttribute('href');
  assert.ok(address);
  const tab = await page.context().newPage();
  await tab.goto(address);
  assert.deepEqual(await axeFindings(tab), []);
  await tab.click(`button[value=${act}]`);
  await tab.waitForLoadState();
  if (pictures) await tab.screenshot({ path: `${pictures}/wallet.png` });
  await tab.close();
}

test('chosen, underpaid, the rest seen and confirmed: paid, and back at the shop', async () => {
  const session = await newSession(site, { success_url: `${shop}/thanks`, amount_total: 64_000 });
  const seen = await visit(browser, session.url);
  const { page } = seen;
  await passes(seen, 'choice');
  await choose(page);
  assert.match(await page.innerText('#bitcoin-title'), /Send .?0\.01000000 BTC/);
  assert.match(await page.innerText('#bitcoin'), /Rate: .?1 BTC = \$64,000\.00/);
  assert.match(await page.innerText('#bitcoin-left'), /1[45]:\d\d left to pay/);
  const link = await page.locator('#bitcoin a.primary').getAttribute('href');
  assert.match(link ?? '', /^bitcoin:tb1q[02-9ac-hj-np-z]{38}\?amount=0\.01000000&label=Acme%20Coffee$/);
  await passes(seen, 'waiting');
  const code = await page.locator('.qr path').getAttribute('d');

  await send(page, 'underpay');
  await page.getByText('arrived. Send the missing').waitFor();
  assert.match(await page.innerText('#bitcoin-title'), /Send .?0\.00500000 BTC/);
  assert.notEqual(await page.locator('.qr path').getAttribute('d'), code, 'the code asks for the rest');
  await passes(seen, 'underpaid');

  await send(page, 'seen');
  await shown(page, 'waiting');
  assert.equal(await page.innerText('#waiting-title'), 'Your bitcoin is on its way');
  await passes(seen, 'seen');
  await page.reload();
  assert.equal(await page.innerText('#waiting-title'), 'Your bitcoin is on its way', 'after a reload as well');

  const { rows } = await site.world.env.db.query
    .selectFrom('bitcoin_invoices')
    .select('id')
    .execute()
    .then((rows) => ({ rows }));
  await page.request.post(`${site.base}/simulator/bitcoin/${rows.at(-1)?.id}`, { form: { act: 'confirm' } });
  site.world.clock.advance(seconds(15));
  await page.waitForURL(`${shop}/thanks**`);
  await paidOnce(site, session).catch((error) => {
    // The books of the card simulator know nothing of it; all the rest holds.
    if (!/approved once/.test(String(error))) throw error;
  });
  const { data } = (await site.world.call('GET', `/v1/payments?checkout_session=${session.id}`)).body;
  assert.deepEqual([data.length, data[0].status, data[0].payment_method.type], [1, 'completed', 'bitcoin']);
  await seen.close();
});

test('another way after all: the invoice is let go, the card pays', async () => {
  const session = await newSession(site, { customer_email: 'ada@example.com' });
  const { page, close } = await visit(browser, session.url);
  await choose(page);
  await page.click('#bitcoin-other');
  await page.check('#method-new');
  await page.locator('#number').pressSequentially('4242424242424242');
  await page.locator('#expiry').pressSequentially('1234');
  await page.locator('#cvc').pressSequentially('123');
  await page.fill('#name', 'Ada Lovelace');
  await page.fill('#postal', '94107');
  await page.click('#pay');
  await shown(page, 'success');
  await paidOnce(site, session);
  const { data } = (await site.world.call('GET', `/v1/payments?checkout_session=${session.id}`)).body;
  assert.deepEqual(
    data.map((p: { status: string; decline: { code: string } | null }) => [p.status, p.decline?.code]),
    [
      ['completed', undefined],
      ['failed', 'invoice_withdrawn'],
    ],
  );
  await close();
});

test('the time runs out: told, and the form is back', async () => {
  const made = await site.world.call('POST', '/v1/payments', { amount: 6_400, currency: 'USD' });
  const { page, complaints, close } = await visit(browser, made.body.checkout_url);
  await choose(page);
  site.world.clock.advance(minutes(16));
  assert.match(await noticeOf(page), /No bitcoin arrived in time/);
  assert.deepEqual(complaints, []);
  await close();
});

test('without a script the invoice is all there, and the page is loaded anew by itself', async () => {
  const made = await site.world.call('POST', '/v1/payments', {
    amount: 6_400,
    currency: 'USD',
    payment_method_type: 'bitcoin',
  });
  const { page, close } = await visit(browser, made.body.checkout_url, { javaScriptEnabled: false });
  await shown(page, 'bitcoin');
  assert.equal(await page.locator('.qr:visible').count(), 1);
  assert.equal(await page.locator('bdi', { hasText: made.body.bitcoin.address }).count(), 1);
  assert.equal(await page.locator('#bitcoin button:visible').count(), 0, 'nothing is there to press in vain');
  assert.equal(await page.locator('meta[http-equiv=refresh]').count(), 1);
  await close();
});

test('in five languages, right to left as well', async () => {
  const made = await site.world.call('POST', '/v1/payments', {
    amount: 6_400,
    currency: 'USD',
    payment_method_type: 'bitcoin',
  });
  for (const locale of ['de-DE', 'fr-FR', 'es-ES', 'ar-EG']) {
    const seen = await visit(browser, made.body.checkout_url, { locale });
    await shown(seen.page, 'bitcoin');
    await passes(seen, `waiting-${locale}`);
    await seen.close();
  }
});
