// The checkout inside a merchant's page on another site: it is paid there, with 3-D Secure and by keyboard, and the page is told. Who
// else listens or speaks, or puts it into a page of theirs, gets nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { axeFindings, newSession, paidOnce, payWith, phone, shown, visit } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import {
  type EmbeddingShop,
  embed,
  embeddedIn,
  mount,
  newEmbedded,
  openEmbeddingShop,
  type ShopEvent,
} from '../kit/embedding-shop.ts';
import { eventually } from '../kit/eventually.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
let shop: EmbeddingShop;
/** Of another origin, and by the name of its host of the checkout's own site. */
let hostile: EmbeddingShop;

before(async () => {
  site = await openSite();
  browser = await launchChromium();
  shop = await openEmbeddingShop(site);
  hostile = await openEmbeddingShop(site, 'localhost');
});

after(async () => {
  await browser?.close();
  await shop?.close();
  await hostile?.close();
  await site?.close();
});

const told = (events: ShopEvent[], ...but: string[]) =>
  events
    .filter(({ type }) => !but.includes(type))
    .map(({ type, payload }) => `${type} ${payload['state'] ?? payload['code'] ?? ''}`.trim());
const urls = () => ({ success_url: `${shop.origin}/thanks`, cancel_url: `${shop.origin}/cart` });

for (const build of ['umd', 'esm'] as const) {
  test(`${build}: paid with 3-D Secure inside the page, which is told and stays where it is`, async () => {
    const session = await newEmbedded(site, shop, urls());
    const { page, complaints, frame, events, event, close } = await embed(browser, site, shop, { build });
    const checkout = await frame();
    await payWith(checkout, '4000000000003220');
    const bank = checkout.frameLocator('iframe');
    await bank.getByRole('button', { name: 'Approve' }).click();
    await event('hosted_return');
    assert.deepEqual(told(await events(), 'resize'), [
      'ready payment',
      'state_change payment',
      'state_change pending',
      'state_change success',
      'complete success',
      'hosted_return success',
    ]);
    assert.deepEqual((await event('complete')).payload, {
      sessionId: session.id,
      orderId: 'order_1042',
      state: 'success',
      source: 'checkout',
    });
    assert.equal((await event('hosted_return')).payload['url'], `${shop.origin}/thanks?session_id=${session.id}`);
    assert.equal(page.url(), shop.page(build), 'nobody was led anywhere');
    assert.equal(await page.locator('iframe').count(), 0, 'the instance destroyed itself');
    assert.deepEqual(await page.evaluate('embedded.getState()'), { mounted: false, destroyed: true });
    await paidOnce(site, session);
    assert.deepEqual(complaints, []);
    await close();
  });
}

test('a decline stays `payment`; the link back cancels without leading away, and whoever stays may still pay', async () => {
  const session = await newEmbedded(site, shop, urls());
  const { page, frame, events, close } = await embed(browser, site, shop, { options: 'autoDestroyOnComplete: false,' });
  const checkout = await frame();
  await payWith(checkout, '4000000000000002');
  await checkout.locator('#notice:not(:empty)').waitFor();
  assert.deepEqual(told(await events(), 'resize'), ['ready payment', 'state_change payment']);
  await checkout.locator('.merchant a').click();
  await page.waitForFunction(`events.some(({ type }) => type === 'hosted_return')`);
  assert.deepEqual(told(await events(), 'resize').slice(2), [
    'state_change cancelled',
    'complete cancelled',
    'hosted_return cancelled',
  ]);
  assert.equal((await events()).at(-1)?.payload['url'], `${shop.origin}/cart`);
  assert.equal(page.url(), shop.page('umd'));
  assert.equal((await site.world.call('GET', `/v1/checkout_sessions/${session.id}`)).body.status, 'open');
  await payWith(checkout);
  await shown(checkout, 'success');
  await page.waitForFunction(`events.some(({ type, payload }) => type === 'complete' && payload.state === 'success')`);
  assert.equal(await page.locator('iframe').count(), 1, 'it was told to stay');
  assert.equal(await checkout.locator('#leaving:visible, #staying:visible, #continue:visible').count(), 0);
  await paidOnce(site, session);
  await close();
});

test('refused at the bank: pending, then payment again', async () => {
  await newEmbedded(site, shop);
  const { frame, events, close } = await embed(browser, site, shop);
  const checkout = await frame();
  await payWith(checkout, '4000000000003220');
  await checkout.frameLocator('iframe').getByRole('button', { name: 'Refuse' }).click();
  await checkout.locator('#notice', { hasText: 'confirm' }).waitFor();
  await eventually('the form is back', async () =>
    (await events()).filter(({ type }) => type === 'state_change').length === 3 ? true : undefined,
  );
  assert.deepEqual(told(await events(), 'resize'), [
    'ready payment',
    'state_change payment',
    'state_change pending',
    'state_change payment',
  ]);
  await close();
});

test('the bank’s page in a tab of its own: the frame hears of it, the merchant’s tab stays', async () => {
  const session = await newEmbedded(site, shop, urls());
  const { page, context, frame, event, close } = await embed(browser, site, shop);
  const checkout = await frame();
  await payWith(checkout, '4000000000003220');
  const opened = context.waitForEvent('page');
  await checkout.getByRole('link', { name: 'Nothing to see? Open it in a new tab' }).click();
  const tab = await opened;
  await tab.getByRole('button', { name: 'Approve' }).click();
  await tab.waitForURL(`${shop.origin}/thanks?session_id=${session.id}`);
  assert.equal((await event('complete')).payload['state'], 'success');
  assert.equal(page.url(), shop.page('umd'));
  await paidOnce(site, session);
  await close();
});

test('an expired session says so, and so does one that was paid elsewhere', async () => {
  const session = await newEmbedded(site, shop, urls());
  const { page, frame, events, event, close } = await embed(browser, site, shop);
  await frame();
  await site.world.call('POST', `/v1/checkout_sessions/${session.id}/expire`);
  await payWith(await frame());
  await event('complete');
  assert.deepEqual(told(await events(), 'resize').slice(-2), ['state_change expired', 'complete expired']);
  await page.frameLocator('iframe').getByRole('link', { name: 'Back to' }).first().click();
  assert.equal((await event('hosted_return')).payload['url'], `${shop.origin}/cart`);
  assert.equal(await page.locator('iframe').count(), 1, 'only a successful payment ends it by itself');
  await close();

  const paid = await newEmbedded(site, shop, urls());
  const elsewhere = await visit(browser, paid.url);
  await payWith(elsewhere.page);
  await elsewhere.page.waitForURL(`${shop.origin}/thanks?session_id=${paid.id}`);
  await elsewhere.close();
  const again = await embed(browser, site, shop);
  assert.equal((await again.event('complete')).payload['state'], 'success');
  await again.close();
});

test('a page of another origin cannot embed it, and its SDK says why', async () => {
  hostile.next = await newEmbedded(site, shop);
  const stranger = await embed(browser, site, hostile);
  assert.equal((await stranger.event('error')).payload['code'], 'CHECKOUT_NOT_READY');
  assert.deepEqual(told(await stranger.events()), ['error CHECKOUT_NOT_READY'], 'nothing else was told');
  assert.ok(stranger.complaints.some((text) => text.includes('frame-ancestors')));
  await stranger.close();

  // The shop that may embed one session may not embed a hosted one, nor put the bank's page into a frame of its own.
  await newEmbedded(site, shop);
  const { page, complaints, frame, close } = await embed(browser, site, shop);
  const checkout = await frame();
  await payWith(checkout, '4000000000003220');
  await checkout.frameLocator('iframe').getByRole('button', { name: 'Approve' }).waitFor();
  const bank =
    page
      .frames()
      .find((one) => one.url().includes('/simulator/challenge/'))
      ?.url() ?? '';
  assert.notEqual(bank, '');
  assert.deepEqual(complaints, []);
  for (const address of [(await newSession(site)).url, bank]) {
    const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.evaluate(`document.body.append(Object.assign(document.createElement('iframe'), { src: '${address}' }))`);
    await refused;
  }
  await close();
});

test('only the frame itself is believed, and only the page around it is told anything', async () => {
  const second = await newEmbedded(site, shop);
  const session = await newEmbedded(site, shop);
  const { page, frame, events, event, close } = await embed(browser, site, shop);
  const checkout = await frame();
  // Two more frames in the merchant's page: a stranger's, and one of the checkout's own origin.
  for (const address of [`${hostile.origin}/`, second.url])
    await page.evaluate(
      `new Promise((done) => document.body.append(Object.assign(document.createElement('iframe'), { src: '${address}', onload: done })))`,
    );
  const at = (part: string) => page.frames().find((one) => one.url().startsWith(part));
  const strangers = [at(hostile.origin), at(second.url), page.mainFrame()];
  const forged = (type: string) =>
    JSON.stringify({
      source: 'florin-checkout',
      version: 1,
      session: session.id,
      type,
      state: 'success',
      return_url: 'https://evil.example/',
      url: 'https://evil.example/',
      height: 9,
    });
  const before_forging = told(await events(), 'resize');
  for (const stranger of strangers) {
    assert.ok(stranger);
    for (const type of ['ready', 'state_change', 'complete', 'hosted_return', 'resize'])
      await stranger.evaluate(`window.top.postMessage(${forged(type)}, '*')`);
  }
  // A stranger asks the checkout to talk, as the SDK does; its answer would come here.
  const sibling = at(hostile.origin);
  await sibling?.evaluate(`window.heard = []; addEventListener('message', ({ data }) => data.source === 'florin-checkout' && heard.push(data));
    for (let i = 0; i < window.parent.length; i++)
      window.parent[i].postMessage({ source: 'florin-js', version: 1, type: 'connect' }, '*')`);
  // The order of messages is kept: what was said before this one has been seen when this one is.
  await checkout.evaluate(`window.parent.postMessage({ ...${forged('resize')}, height: 777 }, '${shop.origin}')`);
  await page.waitForFunction(`events.some(({ payload }) => payload.height === 777)`);
  assert.deepEqual(told(await events(), 'resize'), before_forging);
  assert.ok((await events()).every(({ payload }) => payload['height'] !== 9));
  assert.deepEqual(await sibling?.evaluate('heard'), [], 'the checkout did not answer a stranger');
  // The very same words from the frame itself are believed: so it was not their form.
  await checkout.evaluate(`window.parent.postMessage(${forged('complete')}, '${shop.origin}')`);
  await event('complete');
  await close();
});

test('no message is for everybody', async () => {
  // The page's own script stands in the page.
  const scripts = [(await newSession(site)).url, `${site.base}/sdk/florin.js`, `${shop.origin}/sdk/index.mjs`];
  for (const script of scripts) {
    const text = await (await fetch(script)).text();
    assert.match(text, /postMessage\(/);
    assert.doesNotMatch(text, /["'`]\*["'`]/, script);
  }
});

test('the keyboard comes in where the frame stands, and out behind it, both ways; nothing takes the focus by itself', async () => {
  const session = await newEmbedded(site, shop, urls());
  const named = 'document.activeElement.id || document.activeElement.tagName';
  const alone = await visit(browser, session.url);
  const order: string[] = [];
  while (order.at(-1) !== 'pay' && order.length < 30) {
    await alone.page.keyboard.press('Tab');
    order.push(await alone.page.evaluate<string>(named));
  }
  await alone.close();

  const { page, frame, close } = await embed(browser, site, shop);
  const checkout = await frame();
  assert.equal(await page.evaluate('document.activeElement.tagName'), 'BODY');
  await page.focus('#before');
  const walk = async (key: string, to: string) => {
    const seen: string[] = [];
    while (seen.at(-1) !== to && seen.length < 30) {
      await page.keyboard.press(key);
      const outside = await page.evaluate<string>(named);
      // Into a frame of another process the focus comes a moment later.
      if (outside === 'IFRAME') await checkout.waitForFunction('document.activeElement !== document.body');
      seen.push(outside === 'IFRAME' ? await checkout.evaluate<string>(named) : outside);
    }
    return seen;
  };
  assert.deepEqual(await walk('Tab', 'after'), [...order, 'after'], 'in the order that the page has by itself');
  assert.deepEqual(await walk('Shift+Tab', 'before'), [...order.toReversed(), 'before']);
  await close();
});

test('on a phone the frame is as high as its page, and the page has no fault that axe finds', async (t) => {
  const items = [1, 2, 3].map((n) => ({ name: `Coffee ${n}`, quantity: 1, unit_amount: 1_000 }));
  await newEmbedded(site, shop, { amount_total: 3_000, line_items: items, ...urls() });
  const { page, frame, complaints, close } = await embed(browser, site, shop, { context: { viewport: phone } });
  const checkout = await frame();
  const fits = () =>
    eventually('the frame is as high as its page', async () => {
      const outside = await page.evaluate<number>(`document.querySelector('iframe').getBoundingClientRect().height`);
      const inside = await checkout.evaluate<number>('document.body.getBoundingClientRect().height');
      return Math.ceil(inside) === outside ? outside : undefined;
    });
  const folded = await fits();
  await checkout.click('#toggle');
  const unfolded = await eventually('it grew', async () => {
    const height = await fits();
    return height > folded + 100 ? height : undefined;
  });
  assert.equal(
    await checkout.evaluate('document.documentElement.scrollHeight > innerHeight'),
    false,
    'nothing scrolls inside',
  );
  assert.equal(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), false, 'nor sideways');
  await checkout.click('#toggle');
  await eventually('it shrank', async () => ((await fits()) < unfolded - 100 ? true : undefined));
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(await axeFindings(checkout), []);
  await payWith(checkout, '4000000000003220');
  await checkout.frameLocator('iframe').getByRole('button', { name: 'Approve' }).waitFor();
  const room = await eventually('the bank has room', async () => {
    const height = await checkout.evaluate<number>(`document.querySelector('dialog').getBoundingClientRect().height`);
    return height >= 680 ? height : undefined;
  });
  t.diagnostic(`folded ${folded} px, unfolded ${unfolded} px, the bank's dialog ${room} px`);
  assert.deepEqual(await axeFindings(checkout), []);
  assert.deepEqual(complaints, []);
  await close();
});

test('without autoResize the page decides how high the frame is', async () => {
  await newEmbedded(site, shop);
  const { page, frame, event, close } = await embed(browser, site, shop, { options: 'autoResize: false,' });
  await frame();
  assert.ok(Number((await event('resize')).payload['height']) > 300);
  assert.equal(await page.evaluate(`document.querySelector('iframe').style.height`), '640px');
  await close();
});

test('paid with cookies of third parties blocked and every kind of storage out of reach', async () => {
  const strict = await launchChromium(['--test-third-party-cookie-phaseout']);
  try {
    const session = await newEmbedded(site, shop);
    const { page, context, complaints, close } = await visit(strict, 'about:blank');
    const kept = async () => (await context.cookies()).map(({ domain, name }) => `${name} of ${domain}`).sort();
    await context.addInitScript(refuseStorage);
    await page.goto(shop.page('umd'));
    // A stranger's frame that does set a cookie, so that the blocking itself is seen.
    await page.evaluate(`new Promise((done) => document.body.append(
      Object.assign(document.createElement('iframe'), { src: '${hostile.origin}', onload: done })))`);
    await mount(site, page);
    const embedded = embeddedIn({ page, context, complaints, presses: [], close });
    const checkout = await embedded.frame();
    await assert.rejects(checkout.evaluate('document.cookie'), /was asked for/, 'the frame is not spared');
    await payWith(checkout, '4000000000003220');
    await checkout.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
    assert.equal((await embedded.event('complete')).payload['state'], 'success');
    assert.deepEqual(await kept(), ['canary of 127.0.0.1'], 'the shop’s own, and none of a frame');
    assert.deepEqual(complaints, []);
    await paidOnce(site, session);
    await page.goto(hostile.origin);
    assert.equal((await kept()).length, 2, 'by itself that page may keep its cookie');
    await close();
  } finally {
    await strict.close();
  }
});

/** Runs in every frame before its own scripts. */
function refuseStorage(): void {
  const refuse = (name: string) => ({
    get() {
      throw new Error(`${name} was asked for`);
    },
    set() {
      throw new Error(`${name} was set`);
    },
  });
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore'])
    Object.defineProperty(globalThis, name, refuse(name));
  const page = globalThis as unknown as { Document: { prototype: object } };
  Object.defineProperty(page.Document.prototype, 'cookie', refuse('a cookie'));
}

test('unmounted and mounted again it is the same session; what a poll learns ends it as well', async () => {
  const session = await newEmbedded(site, shop);
  const { page, frame, event, events, close } = await embed(browser, site, shop, {
    options: `pollIntervalMs: 50, pollStatus: async ({ attempt }) => window.paid ? { state: 'success', payload: { attempt } } : null,`,
  });
  await frame();
  await page.evaluate(`embedded.unmount()`);
  assert.equal(await page.locator('iframe').count(), 0);
  await page.evaluate(`events.length = 0; embedded.mount(document.getElementById('checkout'))`);
  await (await frame()).locator('#pay').waitFor();
  assert.deepEqual(await page.evaluate('embedded.getState()'), { mounted: true, destroyed: false });
  await page.evaluate('window.paid = true');
  const { payload } = await event('complete');
  assert.deepEqual([payload['state'], payload['source'], payload['sessionId']], ['success', 'poll', session.id]);
  assert.ok(Number(payload['attempt']) >= 1);
  assert.equal(told(await events()).filter((text) => text === 'complete success').length, 1);
  assert.equal(await page.locator('iframe').count(), 0);
  await close();
});

test('as Florin serves it, the script knows where its Florin is; redirectToCheckout leaves for the page', async () => {
  const session = await newSession(site);
  for (const [params, replaces] of [
    [`{ sessionId: '${session.id}' }`, false],
    [`{ sessionParam: '${session.id}', sessionId: 'sess_other', replace: true }`, true],
  ] as const) {
    const { page, complaints, close } = await visit(browser, 'about:blank');
    await page.goto(shop.page('served'));
    const before_leaving = await page.evaluate<number>('history.length');
    await page.evaluate(`Florin.loadFlorin('${site.world.tenant.publishable}', { checkoutEnvironment: 'sandbox' })
      .then((florin) => { florin.redirectToCheckout(${params}); })`);
    await page.waitForURL(session.url);
    await shown(page, 'pay');
    assert.equal(await page.evaluate<number>('history.length'), before_leaving + (replaces ? 0 : 1));
    assert.deepEqual(complaints, []);
    await close();
  }
});
