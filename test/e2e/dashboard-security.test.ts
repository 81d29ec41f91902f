// What the dashboard's answer says to the browser, what it weighs, and what must never be in it: a secret, a stranger's frame, a script
// that came in by a text field.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { distFolder, readManifest } from '../../web/build.ts';
import { most_dashboard_bytes } from '../../web/build-dashboard.ts';
import { launchChromium } from '../kit/chromium.ts';
import { at, enrolAt, sit } from '../kit/dashboard-page.ts';
import { addPerson, password } from '../kit/people.ts';
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

test('headers: nothing unsafe, framed by nobody, kept by nobody, a new nonce each time', async () => {
  const nonces = new Set<string>();
  for (const path of ['', '/', '/payments/pay_1', '/invitations/secret-token']) {
    const answer = await fetch(at(site, path));
    const text = await answer.text();
    assert.equal(answer.status, 200);
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.doesNotMatch(policy, /unsafe|\*/);
    for (const rule of [`default-src 'none'`, `script-src 'self'`, `frame-ancestors 'none'`, `base-uri 'none'`])
      assert.ok(policy.split('; ').includes(rule), rule);
    const nonce = /style-src 'self' 'nonce-([A-Za-z0-9+/=]{22,})'/.exec(policy)?.[1] ?? '';
    nonces.add(nonce);
    assert.ok(text.includes(`nonce="${nonce}"`));
    assert.doesNotMatch(text, /\sstyle=|\son[a-z]+=|<style|javascript:|secret-token/);
    assert.equal(answer.headers.get('x-frame-options'), 'DENY');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(answer.headers.get('set-cookie'), null);
    const assets = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
    assert.ok(assets.length >= 2);
    for (const asset of assets) {
      const file = await fetch(`${site.base}${asset}`);
      assert.equal(file.status, 200, asset);
      assert.match(file.headers.get('cache-control') ?? '', /immutable/);
      assert.equal(file.headers.get('x-content-type-options'), 'nosniff');
    }
  }
  assert.equal(nonces.size, 4);
});

test('a page of somebody else cannot frame it', async () => {
  const seat = await sit(browser);
  await seat.context.route('https://evil.example/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${at(site, '/')}"></iframe>` }),
  );
  await seat.page.goto('https://evil.example/');
  const frame = seat.page.frames()[1];
  assert.equal(await frame?.locator('#root').count(), 0);
  await seat.close();
});

test('no bundle holds a secret or a setting of this installation, and the first page keeps within its bound', async () => {
  const folder = join(distFolder, 'dashboard');
  const { keys, config } = site.world.env;
  const secrets = [
    site.world.tenant.secret,
    site.world.tenant.publishable,
    Buffer.from(keys.root).toString('base64'),
    Buffer.from(keys.root).toString('hex'),
    site.world.url,
    config.home,
  ];
  const names = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
  assert.ok(names.length > 10, 'a chunk per page');
  for (const name of names) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const secret of secrets) assert.ok(!text.includes(secret), `${name} holds a secret`);
    assert.doesNotMatch(
      text,
      /sk_(test|live)_[0-9A-Za-z]{8}|whsec_[0-9A-Za-z]{8}|postgres:\/\/|sourceMappingURL/,
      name,
    );
  }
  const manifest = await readManifest();
  const bytes = manifest?.dashboard.first_bytes ?? 0;
  assert.ok(bytes > 50_000 && bytes <= most_dashboard_bytes, `the first page weighs ${bytes} bytes`);
});

test('what a browser really loads for the first page is what the bound is about', async () => {
  const { email } = await addPerson(site.world, ['admin']);
  const seat = await sit(browser);
  await enrolAt(site, seat.page, email);
  let bytes = 0;
  const manifest = await readManifest();
  const sizes = new Map(manifest?.dashboard.files.map(({ file, gzip_bytes }) => [`/assets/${file}`, gzip_bytes]));
  const fresh = await seat.context.newPage();
  fresh.on('request', (request) => {
    bytes += sizes.get(new URL(request.url()).pathname) ?? 0;
  });
  await fresh.goto(at(site, '/'));
  await fresh.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await fresh.getByRole('heading', { name: 'Take your first payment' }).waitFor();
  assert.ok(bytes > 50_000, 'the scripts were asked for');
  assert.ok(bytes <= most_dashboard_bytes, `${bytes} bytes`);
  await seat.close();
});

test('script in every text field stays text', async () => {
  const attack = (place: string) =>
    `</script><script>document.title=1</script><img src=x onerror="document.title=1">{${place}}`;
  const { world } = site;
  const customer = await world.call('POST', '/v1/customers', { name: attack('name'), reference: 'C-1' });
  const payment = await world.call('POST', '/v1/payments', {
    amount: 4_242,
    currency: 'USD',
    token: await world.token(),
    customer: customer.body.id,
    description: attack('description'),
    merchant_reference: attack('reference'),
    metadata: { note: attack('metadata') },
  });
  assert.equal(payment.status, 201, payment.text);
  await world.call('POST', '/v1/refunds', { payment: payment.body.id, amount: 1, note: attack('note') });
  const { email } = await addPerson(world, ['admin']);
  const seat = await sit(browser);
  await enrolAt(site, seat.page, email);
  const seen = async (path: string, places: string[]) => {
    await seat.page.goto(at(site, path));
    for (const place of places) await seat.page.getByText(attack(place)).first().waitFor();
    assert.equal(await seat.page.locator('[onerror]').count(), 0);
    assert.notEqual(await seat.page.title(), '1');
  };
  await seen(`/payments/${payment.body.id}`, ['description', 'reference', 'metadata', 'note']);
  await seen('/customers', ['name']);
  await seen(`/customers/${customer.body.id}`, ['name']);
  assert.deepEqual(seat.complaints, []);
  await seat.close();
});

test('a link cannot lead elsewhere after signing in', async () => {
  for (const next of ['//evil.example/x', 'https://evil.example', '/\\\\evil.example']) {
    const { email } = await addPerson(site.world, ['admin']);
    const seat = await sit(browser);
    await enrolAt(site, seat.page, email, password, `/sign-in?next=${encodeURIComponent(next)}`);
    assert.equal(seat.page.url(), at(site, '/'));
    await seat.close();
  }
});
