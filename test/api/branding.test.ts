// How a merchant's checkout looks: who may change it, what is refused, what is written down, and what reaches the page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { type Person, signedIn, visit } from '../kit/people.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let admin: Person;
let path: string;

before(async () => {
  w = await openWorld();
  admin = await signedIn(w, ['admin']);
  path = `/v1/merchants/${w.tenant.account.merchant_id}`;
});
after(() => w.close());

const change = (body: unknown, cookie = admin.cookie) => visit(w, 'PATCH', `${path}/branding`, body, { cookie });
const page = async () => {
  const made = await w.call('POST', '/v1/checkout_sessions', { amount_total: 1_000, currency: 'USD' });
  return await w.app.server.inject({ method: 'GET', url: new URL(made.body.url).pathname });
};

test('without one the page has the product’s own look', async () => {
  const { branding } = (await visit(w, 'GET', path, undefined, { cookie: admin.cookie })).body;
  assert.deepEqual(branding, { color: null, text_color: null, corners: 'rounded', icon_url: null });
  assert.doesNotMatch((await page()).body, /--button:#/);
});

test('colour, corners and picture reach the page under its own policy, and the change is written down', async () => {
  const icon = await sharp({ create: { width: 90, height: 40, channels: 3, background: '#abc' } })
    .png()
    .toBuffer();
  const changed = await change({
    color: '#FFD400',
    corners: 'pill',
    icon: { content_base64: icon.toString('base64') },
  });
  assert.equal(changed.status, 200, changed.text);
  const { branding } = changed.body;
  assert.deepEqual([branding.color, branding.text_color, branding.corners], ['#ffd400', '#000000', 'pill']);
  const drawn = await w.app.server.inject({ method: 'GET', url: new URL(branding.icon_url).pathname });
  const { width, height } = await sharp(drawn.rawPayload).metadata();
  assert.equal(width, height, 'a tab shows a square');

  const shown = await page();
  assert.match(shown.body, /--button:#ffd400;/);
  assert.match(shown.body, /--on-button:#000000/);
  assert.match(shown.body, /--round-button:99px/);
  assert.ok(shown.body.includes(`<link rel="icon" href="${branding.icon_url}">`));
  const policy = String(shown.headers['content-security-policy']);
  assert.doesNotMatch(policy, /unsafe/);
  const nonce = /style-src 'nonce-([^']+)'/.exec(policy)?.[1];
  const styles = [...shown.body.matchAll(/<style([^>]*)>/g)].map((match) => match[1]);
  assert.ok(styles.length >= 2 && styles.every((one) => one === ` nonce="${nonce}"`), 'every style carries the nonce');

  const { data } = (
    await visit(w, 'GET', '/v1/audit_events?action=merchants.update_branding', undefined, { cookie: admin.cookie })
  ).body;
  assert.equal(data.length, 1);
  assert.equal(data[0].before.branding.color, null);
  assert.equal(data[0].after.branding.color, '#ffd400');
  assert.ok(!JSON.stringify(data[0]).includes(icon.toString('base64').slice(0, 40)));
});

test('what is left out stays; null is the own look again', async () => {
  assert.equal((await change({ corners: 'square' })).body.branding.color, '#ffd400');
  assert.equal((await change({})).body.branding.corners, 'square');
  const own = (await change({ color: null, icon: null, corners: 'rounded' })).body.branding;
  assert.deepEqual(own, { color: null, text_color: null, corners: 'rounded', icon_url: null });
});

test('what is no colour, no shape and no picture is refused by its name, and changes nothing', async () => {
  for (const [body, param] of [
    [{ color: 'red' }, 'color'],
    [{ color: '#fff' }, 'color'],
    [{ color: '#0b6b4f}</style>' }, 'color'],
    [{ corners: 'wavy' }, 'corners'],
    [{ icon: { content_base64: Buffer.from('<svg onload=x>').toString('base64') } }, 'content_base64'],
    [{ logo: 'x' }, 'logo'],
  ] as const) {
    const reply = await change({ ...body });
    assert.equal(reply.status, 400, reply.text);
    assert.equal(reply.body.param, param);
  }
  assert.equal((await visit(w, 'GET', path, undefined, { cookie: admin.cookie })).body.branding.color, null);
});

test('a role without the settings sees and does not change; another company does neither', async () => {
  const developer = await signedIn(w, ['developer']);
  assert.equal((await visit(w, 'GET', path, undefined, { cookie: developer.cookie })).status, 200);
  assert.equal((await change({ color: '#123456' }, developer.cookie)).status, 403);
  const stranger = await signedIn(w, ['admin'], { tenant: w.other });
  assert.equal((await change({ color: '#123456' }, stranger.cookie)).status, 404);
  assert.equal((await w.call('PATCH', `${path}/branding`, { color: '#123456' })).status, 403, 'no key does it');
});

test('the preview is for who is signed in and may see the merchant, framed by ourselves, and runs nothing', async () => {
  const at = (query: string) => `/dashboard/checkout-preview?merchant=${w.tenant.account.merchant_id}${query}`;
  assert.equal((await visit(w, 'GET', at(''))).status, 401);
  const stranger = await signedIn(w, ['admin'], { tenant: w.other });
  assert.equal((await visit(w, 'GET', at(''), undefined, { cookie: stranger.cookie })).status, 404);
  const own = (query: string) => visit(w, 'GET', at(query), undefined, { cookie: admin.cookie });
  const dark = await own('&color=%23ffd400&corners=pill&scheme=dark');
  assert.equal(dark.status, 200);
  assert.match(dark.text, /--button:#ffd400/);
  assert.match(dark.text, /color-scheme:dark/);
  assert.doesNotMatch(dark.text, /prefers-color-scheme:\s*dark\)\s*\{|<script type="module"|<noscript/);
  assert.match(dark.text, /<body inert>/);
  const policy = String(dark.headers['content-security-policy']);
  assert.match(policy, /default-src 'none'.*frame-ancestors 'self'.*sandbox allow-same-origin$/);
  assert.doesNotMatch(policy, /script-src|unsafe/);
  for (const query of ['&color=red', '&corners=wavy', '&scheme=blue', '&color=%23ffd400%7D%3C%2Fstyle%3E'])
    assert.equal((await own(query)).status, 400, query);
  assert.equal((await visit(w, 'GET', '/dashboard/checkout-preview', undefined, { cookie: admin.cookie })).status, 400);
});
