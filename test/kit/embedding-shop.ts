// A merchant's site on an origin of its own, with the built SDK in its page: what embeds the checkout in browser tests.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core';
import { buildSdk, distFolder } from '../../sdk/browser/build.ts';
import { nextAmount, type Session, type Visit, visit } from './checkout-page.ts';
import type { Site } from './site.ts';

export type EmbeddingShop = {
  origin: string;
  /** Its page with the SDK: `umd`, `esm`, or as Florin serves it. */
  page(build: 'umd' | 'esm' | 'served'): string;
  /** What its backend answers to the next `fetchSession`. */
  next: Session | undefined;
  close(): Promise<void>;
};

export type ShopEvent = { type: string; payload: Record<string, unknown> };

const tags = (site: Site) => ({
  umd: '<script src="/sdk/index.umd.js"></script>',
  esm: `<script type="module">import * as Florin from '/sdk/index.mjs'; window.Florin = Florin;</script>`,
  served: `<script src="${site.base}/sdk/florin.js"></script>`,
});

/** `host`: a name of this machine; another than the checkout's makes another site, not merely another origin. */
export async function openEmbeddingShop(site: Site, host = '127.0.0.1'): Promise<EmbeddingShop> {
  await buildSdk();
  const files: Record<string, string> = {
    '/sdk/index.umd.js': await readFile(join(distFolder, 'index.umd.js'), 'utf8'),
    '/sdk/index.mjs': await readFile(join(distFolder, 'index.mjs'), 'utf8'),
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const send = (type: string, text: string) => response.writeHead(200, { 'content-type': type }).end(text);
    const file = files[pathname];
    if (file !== undefined) return send('text/javascript', file);
    if (pathname === '/session')
      return send(
        'application/json',
        JSON.stringify({ sessionId: shop.next?.id, checkoutUrl: shop.next?.url, orderId: 'order_1042' }),
      );
    const tag = tags(site)[(searchParams.get('build') ?? 'umd') as 'umd' | 'esm' | 'served'];
    // Tells whether a browser takes cookies in a frame of another site: the checkout sets none that could tell.
    response.setHeader('set-cookie', 'canary=1; SameSite=None; Secure; Path=/');
    return send('text/html; charset=utf-8', pageWith(tag));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  const shop: EmbeddingShop = {
    origin,
    page: (build) => `${origin}/?build=${build}`,
    next: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return shop;
}

const pageWith = (tag: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Acme Coffee</title><link rel="icon" href="data:,">
<style>body{margin:0;font:16px/1.5 system-ui,sans-serif}header,footer{padding:12px 16px}main{max-width:960px;margin:auto}</style></head>
<body><header><h1>Acme Coffee</h1><label>Voucher <input id="before"></label></header>
<main id="checkout"></main>
<footer><label>Newsletter <input id="after"></label></footer>
<script>window.events = [];</script>
${tag}</body></html>`;

export async function newEmbedded(
  site: Site,
  shop: EmbeddingShop,
  more: Record<string, unknown> = {},
): Promise<Session> {
  const body = {
    amount_total: nextAmount(),
    currency: 'USD',
    customer_email: 'ada@example.com',
    ui_mode: 'embedded',
    allowed_origins: [shop.origin],
    ...more,
  };
  const answer = await site.world.call('POST', '/v1/checkout_sessions', body);
  assert.equal(answer.status, 201, answer.text);
  shop.next = { id: answer.body.id, url: answer.body.url, amount: body.amount_total };
  return shop.next;
}

export type Embedded = Visit & {
  /** The checkout, which answers to what a page answers to. */
  frame(): Promise<Page>;
  events(): Promise<ShopEvent[]>;
  /** Resolves with the first event of this type. */
  event(type: string): Promise<ShopEvent>;
};

/** Opens the shop's page, loads the SDK and mounts the session that is next. `options`: more of them, as source. */
export async function embed(
  browser: Browser,
  site: Site,
  shop: EmbeddingShop,
  {
    build = 'umd',
    options = '',
    context = {},
  }: { build?: 'umd' | 'esm' | 'served'; options?: string; context?: BrowserContextOptions } = {},
): Promise<Embedded> {
  const seen = await visit(browser, shop.page(build), context);
  const embedded = embeddedIn(seen);
  await seen.page.waitForFunction('window.Florin');
  await mount(site, seen.page, options);
  return embedded;
}

export async function mount(site: Site, page: Page, options = ''): Promise<void> {
  await page.evaluate(`(async () => {
    const florin = await Florin.loadFlorin('${site.world.tenant.publishable}', {
      checkoutEnvironment: 'sandbox', apiBaseUrl: '${site.base}', locale: 'en-US' });
    window.embedded = await florin.initEmbeddedCheckout({
      fetchSession: async () => (await fetch('/session', { method: 'POST' })).json(),
      onEvent: ({ type, payload: { error, ...payload } }) => events.push({ type, payload }),
      ${options}
    });
    embedded.mount('#checkout');
  })()`);
}

export function embeddedIn(seen: Visit): Embedded {
  const { page } = seen;
  const events = () => page.evaluate<ShopEvent[]>('events');
  return {
    ...seen,
    events,
    async event(type) {
      await page.waitForFunction(`events.some((event) => event.type === '${type}')`);
      return (await events()).find((event) => event.type === type) as ShopEvent;
    },
    async frame() {
      await page.waitForFunction(`events.some((event) => event.type === 'ready')`);
      return checkoutFrame(page) as unknown as Page;
    },
  };
}

/** The frame that the SDK made. A frame answers to what the kit asks of a page. */
export function checkoutFrame(page: Page): Frame {
  const frame = page
    .mainFrame()
    .childFrames()
    .find((one) => one.url().includes('/pay/'));
  assert.ok(frame, 'the checkout is in a frame of the shop’s page');
  return frame;
}
