// The hosted page while it is still on its way: what a customer does before its script has come, and that it needs nothing but itself.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { request } from 'undici';
import { newSession, paidOnce, payWith, shown, visit } from '../kit/checkout-page.ts';
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

/** A slow line: of a page everything up to its script, and the rest when the test says so. Everything else passes. */
async function openSlowLine(): Promise<{ origin: string; release(): void; close(): void }> {
  const held = Promise.withResolvers<void>();
  const line = createServer(async (asked, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk);
    const { 'accept-encoding': _plain, 'content-length': _length, connection: _hop, ...headers } = asked.headers;
    const method = asked.method === 'POST' ? 'POST' : 'GET';
    const body = method === 'POST' ? Buffer.concat(chunks) : null;
    const {
      statusCode,
      headers: told,
      body: came,
    } = await request(`${site.base}${asked.url}`, { method, headers, body });
    const bytes = Buffer.from(await came.bytes());
    delete told['content-length'];
    delete told.connection;
    answer.writeHead(statusCode, told);
    const script = /\/pay\/[^/]+$/.test(asked.url ?? '') ? bytes.lastIndexOf('<script nonce=') : -1;
    if (script === -1) return answer.end(bytes);
    answer.write(bytes.subarray(0, script));
    await held.promise;
    return answer.end(bytes.subarray(script));
  });
  await new Promise<void>((done) => line.listen(0, '127.0.0.1', done));
  const close = () => {
    line.close();
    line.closeAllConnections();
  };
  return { origin: `http://localhost:${(line.address() as AddressInfo).port}`, release: held.resolve, close };
}

test('typed and pressed before the script has come: nothing is sent, nothing is lost, and the next press pays once', async () => {
  const session = await newSession(site);
  const line = await openSlowLine();
  const { page, complaints, presses, close } = await visit(browser, 'about:blank');
  const posts: string[] = [];
  page.on('request', (one) => one.method() === 'POST' && posts.push(one.url()));
  const loaded = page.goto(`${line.origin}${new URL(session.url).pathname}`);
  await shown(page, 'pay');
  const typed = {
    email: 'ada@example.com',
    number: '4242424242424242',
    expiry: '1234',
    cvc: '123',
    name: 'Ada Lovelace',
    postal: '94107',
  };
  for (const [id, text] of Object.entries(typed)) await page.fill(`#${id}`, text);
  await page.press('#name', 'Enter');
  await page.click('#pay');
  assert.equal(await page.getAttribute('#pay', 'type'), 'button', 'the script has not come');
  assert.deepEqual(posts, []);
  line.release();
  await loaded;
  assert.equal(new URL(page.url()).search, '', 'no form was sent');
  assert.equal(await page.inputValue('#number'), '4242 4242 4242 4242');
  assert.equal(await page.inputValue('#expiry'), '12 / 34');
  assert.equal(await page.inputValue('#email'), typed.email);
  await page.click('#pay');
  await shown(page, 'success');
  assert.equal(presses.length, 1);
  await paidOnce(site, session);
  assert.deepEqual(complaints, []);
  await close();
  line.close();
});

test('the page asks for nothing but itself, and can be paid on as soon as it is read', async () => {
  const session = await newSession(site);
  const { page, context, complaints, close } = await visit(browser, 'about:blank');
  const asked: string[] = [];
  page.on('request', (one) => asked.push(one.resourceType()));
  await context.route('**/assets/**', (route) => route.abort());
  await page.goto(session.url, { waitUntil: 'domcontentloaded' });
  assert.equal(await page.getAttribute('#pay', 'type'), 'submit');
  assert.deepEqual(
    asked.filter((type) => type !== 'image'),
    ['document'],
  );
  await payWith(page);
  await shown(page, 'success');
  await paidOnce(site, session);
  assert.deepEqual(complaints, []);
  await close();
});
