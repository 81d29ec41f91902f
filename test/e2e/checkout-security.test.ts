// What a stranger could try at the hosted page: another script, another price, another's card, markup in every text. And what the
// answer says to the browser about all that, and how much it weighs.

import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { request } from 'undici';
import {
  authorizations,
  newSession,
  nextAmount,
  paidOnce,
  payWith,
  shop,
  shown,
  typeCard,
  visit,
} from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { openSite, type Site } from '../kit/site.ts';
import { newTenant } from '../kit/world.ts';

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

test('headers: a nonce of its own each time, nothing unsafe, framed by nobody, kept by nobody', async () => {
  const session = await newSession(site);
  const nonces = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const answer = await fetch(session.url);
    const text = await answer.text();
    const policy = answer.headers.get('content-security-policy') ?? '';
    const nonce = /script-src 'nonce-([A-Za-z0-9+/=]{22,})';/.exec(policy)?.[1] ?? '';
    nonces.add(nonce);
    assert.doesNotMatch(policy, /unsafe|\*|http:\/\/(?!localhost)/);
    for (const rule of [
      `default-src 'none'`,
      `frame-ancestors 'none'`,
      `base-uri 'none'`,
      `form-action 'self'`,
      `connect-src 'self'`,
    ]) {
      assert.ok(policy.split('; ').includes(rule), rule);
    }
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('x-frame-options'), 'DENY');
    assert.match(answer.headers.get('referrer-policy') ?? '', /^(strict-origin|no-referrer|same-origin)$/);
    assert.equal(answer.headers.get('set-cookie'), null);
    const scripts = [...text.matchAll(/<script\b[^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => !tag.includes('application/json'));
    assert.equal(scripts.length, 1);
    assert.equal(scripts[0], `<script nonce="${nonce}">`, 'it is in the page: no other file is trusted');
    assert.doesNotMatch(text, /\son[a-z]+="|\sstyle="|javascript:/);
  }
  assert.equal(nonces.size, 3);
  const framed = await fetch(`${session.url}/return`);
  assert.match(framed.headers.get('content-security-policy') ?? '', /frame-ancestors 'self'/);
});

test('a page that another one may have opened is cut off from it', async () => {
  const session = await newSession(site);
  const policyOf = async (from: Record<string, string>) =>
    (await request(session.url, { headers: from })).headers['cross-origin-opener-policy'];
  for (const where of ['cross-site', 'same-site', 'same-origin', 'None', ''])
    assert.equal(await policyOf({ 'sec-fetch-site': where }), 'same-origin-allow-popups', where);
  assert.equal(await policyOf({}), 'same-origin-allow-popups', 'a browser that does not say');
  assert.equal(await policyOf({ 'sec-fetch-site': 'none' }), undefined, 'opened by hand: there is nobody to cut off');
});

test('script in every text field stays text', async () => {
  const attack = (place: string) =>
    `</script><script>document.title=1</script><img src=x onerror="document.title=1">'-->{${place}}`;
  const tenant = await newTenant(site.world.env, attack('merchant'));
  const price = nextAmount();
  const session = await site.world.call(
    'POST',
    '/v1/checkout_sessions',
    {
      amount_total: price + 20,
      currency: 'USD',
      line_items: [
        {
          name: attack('item'),
          description: attack('note'),
          quantity: 1,
          unit_amount: price,
          image_url: `https://x.example/'"><script>document.title='image'</script>`,
        },
      ],
      taxes: [{ name: attack('tax'), amount: 30 }],
      discounts: [{ name: attack('discount'), amount: 10 }],
      description: attack('description'),
      customer_email: `"'onfocus=document.title=1;autofocus'"@example.com`,
      success_url: `${shop}/thanks?q="><script>document.title='success'</script>&x=javascript:alert(1)#'"><svg/onload=1>`,
      cancel_url: `${shop}/cart?q='"><script>document.title='cancel'</script>`,
      merchant_reference: attack('reference'),
      metadata: { note: attack('metadata') },
    },
    { as: tenant.secret },
  );
  assert.equal(session.status, 201, session.text);
  const { page, context, complaints, close } = await visit(browser, 'about:blank');
  await context.route('https://x.example/**', (route) => route.fulfill({ status: 204 }));
  await page.goto(session.body.url);
  const title = await page.title();
  assert.ok(title.includes(attack('merchant')), 'the merchant’s name is shown as it is written');
  const text = await page.innerText('body');
  for (const place of ['merchant', 'item', 'note', 'tax', 'discount', 'description']) {
    assert.ok(text.includes(attack(place)), `${place} is shown as it is written`);
  }
  assert.equal(await page.locator('[onerror], [onload], [onfocus], [autofocus]').count(), 0);
  assert.equal(await page.locator('script').count(), 2, 'the page’s own, and its data');
  await payWith(page);
  await page.waitForURL(new RegExp(`session_id=${session.body.id}#`));
  assert.equal(await page.title(), 'Shop');
  assert.deepEqual(complaints, []);
  await page.goto(session.body.url);
  await shown(page, 'complete');
  assert.equal(await page.title(), title);
  await close();
});

test('the browser cannot change amount, currency, merchant or session', async () => {
  const session = await newSession(site);
  const { page, close } = await visit(browser, session.url);
  const stranger = await newSession(site);
  await typeCard(page);
  const post = (id: string, path: string, body: unknown, key = Math.random().toString(36)) =>
    page.evaluate<{ status: number; body: Record<string, unknown> }>(
      `fetch('/pay/${id}/${path}', { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': '${key}' }, body: ${JSON.stringify(JSON.stringify(body))} })
        .then(async (r) => ({ status: r.status, body: await r.json() }))`,
    );
  const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123', holder_name: 'Ada' };
  const tampered: Record<string, unknown>[] = [
    { amount: 1 },
    { amount_total: 1 },
    { currency: 'JPY' },
    { capture: false },
    { account_id: site.world.other.account.account_id },
    { customer: 'cus_0' },
    { metadata: {} },
  ];
  for (const more of tampered) {
    const token = await post(session.id, 'tokens', card);
    assert.ok(token.status < 300, JSON.stringify(token));
    const answer = await post(session.id, 'payments', {
      token: token.body['id'],
      email: 'ada@example.com',
      ...more,
    });
    assert.equal(answer.status, 400, `${JSON.stringify(more)}: ${JSON.stringify(answer.body)}`);
    assert.match(String(answer.body['code']), /^parameter_/);
    assert.equal(answer.body['param'], Object.keys(more)[0]);
  }
  const token = await post(session.id, 'tokens', card);
  // The address names the session; another id in the body moves nothing.
  await post(session.id, 'payments', { token: token.body['id'], email: 'ada@example.com', id: stranger.id });
  assert.deepEqual(await authorizations(site, stranger.amount), []);
  assert.equal((await site.world.call('GET', `/v1/checkout_sessions/${stranger.id}`)).body.payment_status, 'unpaid');
  // Neither a stranger's page nor a merchant's key of another company opens this one.
  const foreign = await site.world.call('GET', `/v1/checkout_sessions/${session.id}`, undefined, {
    as: site.world.other.secret,
  });
  assert.equal(foreign.status, 404);
  const elsewhere = await fetch(`${session.url}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'x', origin: 'https://evil.example' },
    body: '{}',
  });
  assert.equal(elsewhere.status, 403);
  await page.reload();
  await shown(page, 'complete');
  await paidOnce(site, session);
  await close();
});

test('whoever is known by e-mail only is shown no saved card, may save none, and cannot pay with a stranger’s', async () => {
  const { world } = site;
  const customer = (await world.call('POST', '/v1/customers', { email: 'joan@example.com' })).body.id;
  const saved = (await world.call('POST', '/v1/payment_methods', { customer, token: await world.token() })).body.id;
  const session = await newSession(site, { customer_email: 'joan@example.com' });
  const { page, close } = await visit(browser, session.url);
  await shown(page, 'number');
  assert.deepEqual(await page.locator('input[name="method"], #save').evaluateAll((all) => all.map(({ id }) => id)), [
    'method-new',
    'method-bitcoin',
  ]);
  assert.ok(!(await page.content()).includes(saved));
  const sent = await fetch(`${session.url}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'stranger' },
    body: JSON.stringify({ payment_method: saved }),
  });
  assert.equal(sent.status, 404);
  assert.deepEqual(await authorizations(site, session.amount), []);
  await payWith(page);
  await shown(page, 'success');
  await paidOnce(site, session);
  await close();
});

test('weight: one request, at most 45 kB with gzip, none to a stranger', async (t) => {
  const session = await newSession(site, { customer_email: 'ada@example.com', description: 'Order 1042' });
  const seen = await visit(browser, 'about:blank');
  const client = await seen.context.newCDPSession(seen.page);
  await client.send('Network.enable');
  const urls: string[] = [];
  let bytes = 0;
  client.on('Network.requestWillBeSent', ({ request }) => urls.push(request.url));
  client.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await seen.page.goto(session.url, { waitUntil: 'networkidle' });
  const sent = urls.filter((url) => !url.startsWith('data:'));
  assert.equal(sent.length, 1, sent.join(' '));
  assert.ok(
    sent.every((url) => url.startsWith(`${site.base}/`)),
    'nothing comes from elsewhere',
  );
  const gzip = (await Promise.all(sent.map(gzipBytes))).reduce((a, b) => a + b, 0);
  t.diagnostic(`${sent.length} requests, ${gzip} B gzip, ${bytes} B on Chromium's wire with headers`);
  assert.ok(gzip <= 45_000, `${gzip} B gzip`);
  assert.ok(bytes <= 45_000, `${bytes} B on the wire`);
  await seen.close();
});

/** Of the body as it travels. */
function gzipBytes(url: string): Promise<number> {
  return new Promise((done, failed) => {
    get(url, { headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('end', () =>
        answer.headers['content-encoding'] === 'gzip' ? done(bytes) : failed(new Error('not gzip')),
      );
    }).on('error', failed);
  });
}
