// How soon a browser shows the checkout and lets its customer type, beside the same page as a static file: the HTML without its
// scripts and the styles, sent from memory. Each visit has an empty cache; the two take turns.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { request } from 'undici';
import { chromiumPath, launchChromium } from '../test/kit/chromium.ts';
import { median } from './measure.ts';
import { openCheckout } from './page-weight.ts';
import type { Server } from './place.ts';

export type PaintTimes = { paint_ms: number; interactive_ms: number };
export type PagePaint = { page: PaintTimes; still: PaintTimes; visits: number };

const visits = 15;

/** Undefined where there is no Chromium. */
export async function paintCheckout(server: Server, key: string): Promise<PagePaint | undefined> {
  if (chromiumPath() === undefined) return undefined;
  const path = await openCheckout(server, key);
  const still = await openStill(server, path);
  const browser = await launchChromium();
  try {
    const seen: { page: PaintTimes[]; still: PaintTimes[] } = { page: [], still: [] };
    for (let visit = -2; visit < visits; visit++) {
      const turn = visit % 2 === 0 ? (['page', 'still'] as const) : (['still', 'page'] as const);
      for (const which of turn) {
        const times = await visitOnce(browser, `${which === 'page' ? server.origin : still.origin}${path}`);
        // The first two warm the browser and the server.
        if (visit >= 0) seen[which].push(times);
      }
    }
    const of = (times: PaintTimes[]) => ({
      paint_ms: median(times.map((t) => t.paint_ms)),
      interactive_ms: median(times.map((t) => t.interactive_ms)),
    });
    return { page: of(seen.page), still: of(seen.still), visits };
  } finally {
    await browser.close();
    await still.close();
  }
}

/** Run in the page, whose types are not the bench's. */
const readTimes = `(async () => {
  const painted = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
  for (let frame = 0; frame < 600 && painted() === undefined; frame++) await new Promise((done) => requestAnimationFrame(done));
  if (painted() === undefined) throw new Error('nothing was painted');
  const [navigation] = performance.getEntriesByType('navigation');
  return { paint_ms: painted(), interactive_ms: navigation.domContentLoadedEventEnd };
})()`;

/** Interactive: the document is read and its deferred scripts have run, so every listener hangs. */
async function visitOnce(browser: Browser, url: string): Promise<PaintTimes> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'load' });
    return await page.evaluate<PaintTimes>(readTimes);
  } finally {
    await context.close();
  }
}

async function openStill(server: Server, path: string): Promise<{ origin: string; close(): Promise<void> }> {
  const html = (await (await fetch(`${server.origin}${path}`)).text())
    .replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/g, '')
    .replaceAll(/<link[^>]+rel="modulepreload"[^>]*>/g, '');
  const files = new Map<string, { type: string; body: Buffer }>();
  files.set(path, { type: 'text/html; charset=utf-8', body: gzipSync(html) });
  for (const [, asset = ''] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
    const answer = await request(`${server.origin}${asset}`, { headers: { 'accept-encoding': 'gzip' } });
    const body = Buffer.from(await answer.body.bytes());
    const plain = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    files.set(asset, { type: String(answer.headers['content-type']), body: gzipSync(plain) });
  }
  const listener = createServer((asked, answer) => {
    const file = files.get(asked.url ?? '');
    if (file) answer.writeHead(200, { 'content-type': file.type, 'content-encoding': 'gzip' }).end(file.body);
    else answer.writeHead(404).end();
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const close = () =>
    new Promise<void>((done) => {
      listener.close(() => done());
      listener.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, close };
}
