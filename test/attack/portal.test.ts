// Attacks on the portal: another customer's ids, another session's cookie, another site's posts, script in every text, somebody who asks whose
// address is known. What must not appear: another's row, a change by a foreign page, markup of a stranger's.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { days, minutes } from '../../src/kit/clock.ts';
import type { Ctx, Mailer } from '../../src/operation/context.ts';
import { bill, invoicesOf, newCard, newCustomer, newPrice, subscribe, subscriptionOf } from '../kit/billing.ts';
import { eventually } from '../kit/eventually.ts';
import { enterPortal, type Portal, PortalBrowser } from '../kit/portal.ts';
import { changedTables, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let price: string;
const sent: Parameters<Mailer['send']>[0][] = [];

before(async () => {
  const mailer: Mailer = { send: async (mail) => void sent.push(mail) };
  w = await openWorld({ mailer, settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
  ctx = w.ctx();
  price = await newPrice(ctx, 1_000);
  await w.call('PATCH', '/v1/portal_settings', {
    pause: true,
    change_quantity: true,
    cancel_at: ['now', 'period_end'],
  });
});
after(() => w.close());

type Owned = Portal & { customer: string; card: string; spare: string; subscription: string; invoice: string };

async function owned(more: Record<string, unknown> = {}): Promise<Owned> {
  const customer = await newCustomer(w, more);
  const card = await newCard(w, customer);
  const spare = await newCard(w, customer);
  const { id: subscription } = await subscribe(ctx, { customer, price });
  const [invoice] = await invoicesOf(ctx, subscription);
  return { ...(await enterPortal(w, customer)), customer, card, spare, subscription, invoice: invoice.id };
}

/** Everything that can be asked for about one customer's objects. */
const requests = (
  base: string,
  { card, spare, subscription, invoice }: Owned,
): [string, Record<string, string> | undefined][] => [
  [`${base}/subscriptions/${subscription}/cancel`, undefined],
  [`${base}/subscriptions/${subscription}/change`, undefined],
  [`${base}/subscriptions/${subscription}/cancel`, { at: 'now' }],
  [`${base}/subscriptions/${subscription}/keep`, {}],
  [`${base}/subscriptions/${subscription}/pause`, {}],
  [`${base}/subscriptions/${subscription}/resume`, {}],
  [`${base}/subscriptions/${subscription}/change`, { price, price_snapshot: 'psnap_x', quantity: '2' }],
  [`${base}/invoices/${invoice}/pay`, {}],
  [`${base}/invoices/${invoice}/leave`, {}],
  [`${base}/cards/${card}/address`, undefined],
  [`${base}/cards/${card}/default`, {}],
  [`${base}/cards/${spare}/remove`, {}],
];

/** The form of billing information, as the page sends it: every field, those left empty too. */
const details = (typed: Record<string, string>): Record<string, string> => {
  const fields = ['name', 'email', 'line1', 'line2', 'postal_code', 'city', 'state', 'country', 'tax_id', 'language'];
  return { ...Object.fromEntries(fields.map((name) => [name, ''])), ...typed };
};

const kept = (tables: string[]) => tables.filter((name) => !['portal_sessions', 'sign_in_tries'].includes(name));

describe('what is another’s', () => {
  test('no id of another customer is read or moved, and a stranger’s is told like one that never was', async () => {
    const mine = await owned();
    const theirs = await owned();
    const before = await rowCounts(w);
    for (const [path, fields] of requests(mine.base, theirs)) {
      const foreign = fields ? await mine.browser.post(path, fields) : await mine.browser.get(path);
      const made_up = path.replaceAll(/(sub|pm|in)_[0-9a-z]{26}/g, '$1_00000000000000000000000000');
      const nothing = fields ? await mine.browser.post(made_up, fields) : await mine.browser.get(made_up);
      assert.deepEqual(
        [foreign.status, foreign.headers['location']],
        [nothing.status, nothing.headers['location']],
        path,
      );
      assert.ok(foreign.status === 404 || foreign.headers['location'] === `${mine.base}?failed=state`, path);
    }
    const page = await mine.browser.get(`${mine.base}/invoices?after=${theirs.invoice}zzz`);
    assert.ok(!page.text.includes(theirs.invoice));
    assert.deepEqual(kept(changedTables(before, await rowCounts(w))), []);
    assert.equal((await subscriptionOf(ctx, theirs.subscription)).status, 'active');
  });

  test('a card setup of another customer tells nothing', async () => {
    const mine = await owned();
    const theirs = await owned();
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
    const token = JSON.parse((await theirs.browser.json(`${theirs.base}/tokens`, card)).text);
    const setup = JSON.parse((await theirs.browser.json(`${theirs.base}/cards`, { token: token.id })).text);
    assert.equal((await theirs.browser.get(`${theirs.base}/cards/${setup.id}`)).status, 200);
    const address = await mine.browser.post(`${mine.base}/cards/${theirs.card}/address`, details({ line1: 'Mine' }));
    assert.equal(address.status, 404);
    const { body } = await w.call('GET', `/v1/payment_methods/${theirs.card}`);
    assert.equal(body.billing_address, null);
    assert.equal((await mine.browser.get(`${mine.base}/cards/${setup.id}`)).status, 404);
    // A token that another has used is used up for everybody.
    assert.equal((await mine.browser.json(`${mine.base}/cards`, { token: token.id })).status, 409);
  });

  test('a cookie opens its own session and no other; a forged one opens nothing', async () => {
    const mine = await owned();
    const theirs = await owned();
    const before = await rowCounts(w);
    const thief = new PortalBrowser(w);
    for (const cookie of [
      mine.browser.cookie,
      `florin_portal=${'A'.repeat(43)}`,
      `florin_portal=${theirs.url.split('/').pop()}`,
      `florin_portal=' or 1=1 --`,
      'florin_portal=',
      undefined,
    ]) {
      thief.cookie = cookie;
      // So that it is not the number of posts that keeps them out.
      w.clock.advance(minutes(1));
      for (const [path, fields] of [
        [theirs.base, undefined],
        [`${theirs.base}/details`, undefined],
        ...requests(theirs.base, theirs),
      ] as const) {
        const { status, text } = fields ? await thief.post(path, fields) : await thief.get(path);
        assert.equal(status, 401, `${path} with ${cookie}`);
        assert.ok(!text.includes('ada@example.com') && !text.includes('Coffee club'));
      }
      assert.equal((await thief.json(`${theirs.base}/tokens`, {})).status, 401);
      assert.equal((await thief.json(`${theirs.base}/cards`, { token: 'tok_x' })).status, 401);
    }
    assert.deepEqual(kept(changedTables(before, await rowCounts(w))), []);
  });

  test('links: a wrong secret, another session’s, and odd addresses use nothing up', async () => {
    const customer = await newCustomer(w);
    const [one, two] = await Promise.all([1, 2].map(() => w.call('POST', '/v1/portal_sessions', { customer })));
    const secret = (reply: typeof one) => String(reply?.body.url).split('/').pop();
    const tries = ['A'.repeat(43), `${secret(two)}`, '%00', "'--", 'a'.repeat(150)];
    for (const token of tries) {
      const { status, headers } = await new PortalBrowser(w).get(`/portal/${one?.body.id}/enter/${token}`);
      assert.equal(status, 404, token);
      assert.equal(headers['set-cookie'], undefined);
    }
    assert.equal(
      (await new PortalBrowser(w).get(`/portal/${w.tenant.account.account_id}/enter/${secret(one)}`)).status,
      404,
    );
    assert.equal((await new PortalBrowser(w).get(String(one?.body.url))).status, 303);
  });

  test('another account’s key makes no link to a customer of ours, and revokes none', async () => {
    const mine = await owned();
    const foreign = await w.call('POST', '/v1/portal_sessions', { customer: mine.customer }, { as: w.other.secret });
    assert.equal(foreign.status, 404);
    assert.equal(
      (await w.call('POST', `/v1/portal_sessions/${mine.id}/revoke`, undefined, { as: w.other.secret })).status,
      404,
    );
    assert.equal(
      (await w.call('POST', '/v1/portal_sessions', { customer: mine.customer }, { as: w.tenant.publishable })).status,
      403,
    );
    assert.equal((await mine.browser.get(mine.base)).status, 200);
  });
});

test('a post from another site, or from nowhere, changes nothing', async () => {
  const mine = await owned();
  const before = await rowCounts(w);
  const headers: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://florin.test.evil.example' },
    { origin: 'http://florin.test', 'sec-fetch-site': 'cross-site' },
    { origin: 'http://florin.test', 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    {},
  ];
  mine.browser.origin = undefined;
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const paths = [
    ...requests(mine.base, mine).filter(([, fields]) => fields),
    [`${mine.base}/details`, { name: 'Eve' }],
    [`${mine.base}/sign_out`, {}],
  ] as const;
  for (const more of headers) {
    for (const [path, fields] of paths) {
      const body = new URLSearchParams(fields as Record<string, string>).toString();
      const { status } = await mine.browser.send('POST', path, body, { ...type, ...more });
      assert.equal(status, 403, `${path} with ${JSON.stringify(more)}`);
    }
    const login = `/portal/${w.tenant.account.account_id}/login`;
    assert.equal((await mine.browser.send('POST', login, 'email=a%40example.com', { ...type, ...more })).status, 403);
  }
  assert.deepEqual(changedTables(before, await rowCounts(w)), []);
  assert.equal((await mine.browser.get(mine.base)).status, 200, 'and nobody was signed out');
});

test('thirty presses of "pay now" at once are one payment', async () => {
  const customer = await newCustomer(w);
  const first = await newCard(w, customer);
  const { id } = await subscribe(ctx, { customer, price });
  const poor = await newCard(w, customer, '4000000000000341');
  await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: poor });
  w.clock.advance(days(32));
  await bill(w);
  const [due] = (await invoicesOf(ctx, id)).slice(-1);
  assert.equal(due.status, 'open');
  const tabs = await Promise.all([1, 2, 3].map(() => enterPortal(w, customer)));
  // Not by the portal: nothing is charged by it yet.
  await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: first });
  const presses = Array.from({ length: 30 }, (_, i) => tabs[i % 3]).map((tab) =>
    tab?.browser.post(`${tab.base}/invoices/${due.id}/pay`),
  );
  const answers = await Promise.all(presses);
  assert.ok(answers.every((one) => /\?done=(paid|processing)$/.test(String(one?.headers['location']))));
  await w.work();
  const paid = (await invoicesOf(ctx, id)).find((one) => one.id === due.id);
  assert.deepEqual([paid?.status, paid?.charges], ['paid', 2]);
  const { data } = (await w.call('GET', `/v1/payments?customer=${customer}&status=completed`)).body;
  assert.equal(data.length, 2, 'the beginning, and this one');
  await w.verify();
});

test('script in every text is text, on every page', async () => {
  const bad = `"><script>alert(1)</script><img src=x onerror=alert(2)>'\``;
  const product = await w.call('POST', '/v1/products', { name: bad, tax_category: 'software_service' });
  const made = await w.call('POST', '/v1/prices', {
    product: product.body.id,
    type: 'recurring',
    amounts: [{ currency: 'USD', unit_amount: 500 }],
    recurring: { interval: 'month' },
  });
  const customer = await newCustomer(w, { name: bad, address: { line1: bad, city: bad, state: bad }, language: 'en' });
  await newCard(w, customer);
  const s = await subscribe(ctx, { customer, price: made.body.id });
  const { browser, base } = await enterPortal(w, customer);
  for (const path of [
    '',
    '/details',
    '/invoices',
    '/cards/new',
    `/subscriptions/${s.id}/cancel`,
    `/subscriptions/${s.id}/change`,
    `/subscriptions/${s.id}/change?price=${made.body.id}&quantity=2`,
    `?done=${encodeURIComponent(bad)}`,
    `?failed=${encodeURIComponent(bad)}`,
    `/invoices?after=${encodeURIComponent(bad)}`,
  ]) {
    const { status, text, headers } = await browser.get(`${base}${path}`);
    assert.equal(status, 200, path);
    assert.ok(!text.includes('<script>alert') && !text.includes('<img src=x'), path);
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /script-src 'nonce-/);
    assert.match(policy, /form-action 'self'/);
    assert.ok(!policy.includes('unsafe'));
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['cache-control'], 'no-store');
  }
  const typed = {
    name: bad,
    email: bad,
    line1: bad,
    city: bad,
    postal_code: bad.slice(0, 20),
    state: bad,
    country: bad,
    tax_id: bad,
    language: bad,
    line2: bad,
  };
  const wrong = await browser.post(`${base}/details`, typed);
  assert.equal(wrong.status, 422);
  assert.ok(!wrong.text.includes('<script>alert') && !wrong.text.includes('<img src=x'));
});

test('whether an address is a customer’s is told by no byte, no status and no row that differs', async () => {
  await newCustomer(w, { email: 'known@example.com' });
  const login = `/portal/${w.tenant.account.account_id}/login`;
  const ask = async (email: string) => {
    const before = await rowCounts(w);
    const { status, text, headers } = await new PortalBrowser(w).post(login, { email });
    const { date: _, 'request-id': __, 'content-security-policy': ___, ...shown } = headers;
    const written = changedTables(before, await rowCounts(w));
    return { status, text: text.replaceAll(/nonce="[^"]+"/g, ''), shown, written };
  };
  assert.deepEqual(await ask('known@example.com'), await ask('unknwn@example.com'));
});

test('no secret of a link or a cookie is in the database', async () => {
  const mine = await owned();
  const secrets = [String(mine.url.split('/').pop()), String(mine.browser.cookie?.split('=')[1])];
  const { query } = w.env.db;
  await eventually('the call is in the request log', async () => {
    const logged =
      await sql`select 1 from request_logs where account_id = ${ctx.account.account_id} and response_body like ${`%${mine.id}%`}`.execute(
        query,
      );
    return logged.rows.length > 0 ? true : undefined;
  });
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(
    query,
  );
  for (const { name } of tables) {
    const { rows } = await sql<{
      text: string | null;
    }>`select string_agg(t::text, ' ') as text from ${sql.table(name)} t`.execute(query);
    for (const secret of secrets) assert.ok(!(rows[0]?.text ?? '').includes(secret), name);
  }
});

test('what a session may do ends with the customer', async () => {
  const mine = await owned();
  await w.call('DELETE', `/v1/customers/${mine.customer}`);
  assert.equal((await mine.browser.get(mine.base)).status, 401);
  assert.equal((await mine.browser.post(`${mine.base}/details`, { name: 'Eve' })).status, 401);
});

describe('bodies that no page of ours sends', () => {
  test('are refused by what is wrong with them, and take nothing away', async () => {
    const address = { line1: '1 Main St', country: 'DE' };
    const mine = await owned({ address, tax_id: 'DE123456789' });
    const { browser, base } = mine;
    const before = (await w.call('GET', `/v1/customers/${mine.customer}`)).body;
    const places = [
      `${base}/details`,
      `${base}/cards/${mine.card}/address`,
      `${base}/subscriptions/${mine.subscription}/cancel`,
    ];
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const json = { 'content-type': 'application/json' };
    for (const place of places) {
      for (const [body, type] of [
        ['{"name":"Eve"}', json],
        ['[]', json],
        ['{"name":', json],
        ['{"__proto__":{"name":"Eve"}}', json],
        ['name=Eve', { 'content-type': 'text/plain' }],
        [`name=${'x'.repeat(20_000)}`, form],
      ] as const) {
        const { status, text } = await browser.send('POST', place, body, type);
        assert.ok(status === 400 || status === 413, `${place} with ${body.slice(0, 30)}: ${status}`);
        assert.ok(!text.includes('Eve'), 'no refusal quotes what was sent');
      }
      w.clock.advance(minutes(1));
    }
    assert.equal((await browser.send('POST', `${base}/details`)).status, 400);
    assert.equal((await browser.post(`${base}/details`, { name: 'Eve' })).status, 400, 'half a form empties nothing');
    assert.deepEqual((await w.call('GET', `/v1/customers/${mine.customer}`)).body, before);
    assert.equal((await subscriptionOf(ctx, mine.subscription)).status, 'active');
  });

  test('the calls of a card: not JSON, no object, too deep, too much, unknown names', async () => {
    const { browser, base } = await owned();
    for (const path of ['tokens', 'cards'])
      for (const body of [
        '{"token":',
        '{"__proto__":{"a":1}}',
        '"tok"',
        '[]',
        'null',
        `{"token":${'['.repeat(7_000)}${']'.repeat(7_000)}}`,
        '{"token":"\\u0000","number":"\\ud800"}',
        '{"token":"tok_x","customer":"cus_x","return_url":"https://evil.example"}',
        `{"token":"${'x'.repeat(20_000)}"}`,
      ]) {
        const { status } = await browser.send('POST', `${base}/${path}`, body, { 'content-type': 'application/json' });
        assert.ok(status === 400 || status === 413, `${path} with ${body.slice(0, 30)}: ${status}`);
      }
  });

  test('billing information: no field takes what is no text, too long, or turns what follows', async () => {
    const mine = await owned();
    const before = (await w.call('GET', `/v1/customers/${mine.customer}`)).body;
    for (const [name, value] of Object.entries({
      name: 'n'.repeat(9_000),
      email: 'a\u0007b@example.com',
      line1: 'nul\0',
      line2: 'x'.repeat(201),
      postal_code: '1'.repeat(21),
      city: '\0',
      state: 's'.repeat(101),
      country: 'de',
      tax_id: 'DE\u202e1',
      language: `de-${'x'.repeat(9)}`,
    })) {
      const { status, text } = await mine.browser.post(`${mine.base}/details`, details({ [name]: value }));
      assert.equal(status, 422, name);
      assert.match(text, new RegExp(`id="${name}-error"`), `${name} is told at its field`);
    }
    const turned = details({ email: 'a\u202emoc.elpmaxe@example.com' });
    assert.equal((await mine.browser.post(`${mine.base}/details`, turned)).status, 422);
    assert.deepEqual((await w.call('GET', `/v1/customers/${mine.customer}`)).body, before);
  });
});

test('a reason cut at its most, in the middle of a letter, holds up no cancellation', async () => {
  const { browser, base, subscription } = await owned();
  const reason = `${'a'.repeat(499)}😀 and more`;
  const { headers } = await browser.post(`${base}/subscriptions/${subscription}/cancel`, { at: 'period_end', reason });
  assert.equal(headers['location'], `${base}?done=canceled`);
  assert.equal((await subscriptionOf(ctx, subscription)).cancel_at_period_end, true);
});

test('the address of a form leads to the first page, and what was too much is told as a page', async () => {
  const { browser, base, card, id } = await owned();
  for (const path of [`/cards/${card}/default`, '/enter', '/sign_out', '/nothing/of/ours'])
    assert.equal((await browser.get(`${base}${path}`)).headers['location'], base, path);
  assert.equal((await new PortalBrowser(w).get('/portal/ps_unknown/enter')).headers['location'], '/portal/ps_unknown');
  assert.equal((await new PortalBrowser(w).get('/portal/ps_unknown')).status, 404);
  browser.headers['accept'] = 'text/html,*/*';
  w.clock.stop();
  let last = await browser.post(`${base}/cards/${card}/default`);
  for (let i = 0; i < 40 && last.status === 303; i++) last = await browser.post(`${base}/cards/${card}/default`);
  w.clock.goOn();
  assert.equal(last.status, 429);
  assert.match(String(last.headers['content-type']), /^text\/html/);
  assert.ok(Number(last.headers['retry-after']) > 0);
  assert.match(last.text, new RegExp(`href="/portal/${id}"`), 'reloading asks for a page that there is');
});

describe('links that were mailed', () => {
  type Link = { browser: PortalBrowser; place: string; token: string };

  async function mailed(to: string): Promise<Link> {
    await w.work();
    const found = sent.findLast((one) => one.to === to && one.text.includes('/enter/'));
    const url = /http\S+\/enter\/\S+/.exec(found?.text ?? '')?.[0] ?? '';
    const at = url.lastIndexOf('/');
    return { browser: new PortalBrowser(w), place: url.slice(0, at), token: url.slice(at + 1) };
  }
  const press = ({ browser, place, token }: Link) => browser.post(place, { token });
  const emailOf = async (customer: string) => (await w.call('GET', `/v1/customers/${customer}`)).body.email;
  const login = () => `/portal/${w.tenant.account.account_id}/login`;

  test('of two new addresses the last one asked for counts; the other link opens nothing', async () => {
    const { browser, base, customer } = await owned({ email: 'first@example.com' });
    await browser.post(`${base}/details`, details({ email: 'wrong@example.com' }));
    await browser.post(`${base}/details`, details({ email: 'right@example.com' }));
    const wrong = await mailed('wrong@example.com');
    assert.equal((await press(wrong)).status, 404);
    assert.equal((await press(await mailed('right@example.com'))).status, 303);
    assert.equal((await press(wrong)).status, 404);
    assert.equal(await emailOf(customer), 'right@example.com');
  });

  test('what lies in the mail of the old address opens nothing once there is a new one', async () => {
    const { browser, base, customer } = await owned({ email: 'lost@example.com' });
    await new PortalBrowser(w).post(login(), { email: 'lost@example.com' });
    const lost = await mailed('lost@example.com');
    await browser.post(`${base}/details`, details({ email: 'safe@example.com' }));
    assert.equal((await press(await mailed('safe@example.com'))).status, 303);
    assert.equal((await press(lost)).status, 404);
    assert.equal(await emailOf(customer), 'safe@example.com');
    assert.equal((await browser.get(base)).status, 200, 'who is in stays in');
  });

  test('a session that is revoked takes its new address along; one that the merchant corrected stays', async () => {
    const one = await owned({ email: 'kept@example.com' });
    await one.browser.post(`${one.base}/details`, details({ email: 'thief@example.com' }));
    await w.call('POST', `/v1/portal_sessions/${one.id}/revoke`);
    assert.equal((await press(await mailed('thief@example.com'))).status, 404);
    assert.equal(await emailOf(one.customer), 'kept@example.com');
    const two = await owned({ email: 'old@example.com' });
    await two.browser.post(`${two.base}/details`, details({ email: 'typo@example.com' }));
    await w.call('PATCH', `/v1/customers/${two.customer}`, { email: 'corrected@example.com' });
    assert.equal((await press(await mailed('typo@example.com'))).status, 404);
    assert.equal(await emailOf(two.customer), 'corrected@example.com');
  });

  test('pressed twice they let in once, and whoever is in is led in', async () => {
    await owned({ email: 'twice@example.com' });
    await new PortalBrowser(w).post(login(), { email: 'twice@example.com' });
    const link = await mailed('twice@example.com');
    assert.equal((await press(link)).status, 303);
    assert.equal((await press(link)).status, 303, 'the second press of the same browser');
    assert.equal((await press({ ...link, browser: new PortalBrowser(w) })).status, 404, 'and of nobody else');
  });

  test('a browser that looks ahead and a messenger that shows a link use none up', async () => {
    const customer = await newCustomer(w);
    const { body } = await w.call('POST', '/v1/portal_sessions', { customer });
    const ahead = new PortalBrowser(w);
    for (const name of ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']) {
      const { status, headers } = await ahead.send('GET', body.url, undefined, { [name]: 'prefetch' });
      assert.deepEqual([status, headers['set-cookie']], [200, undefined], name);
    }
    for (const agent of ['WhatsApp/2.23', 'Slackbot-LinkExpanding 1.0', 'facebookexternalhit/1.1']) {
      const { status, headers } = await ahead.send('GET', body.url, undefined, { 'user-agent': agent });
      assert.deepEqual([status, headers['set-cookie']], [200, undefined], agent);
    }
    assert.equal((await ahead.send('HEAD', body.url)).headers['set-cookie'], undefined);
    assert.equal((await new PortalBrowser(w).get(body.url)).status, 303);
  });
});

test('a card that goes at this moment is nothing’s to renew with: whoever is second sees the first', async () => {
  const races: ((owned: { customer: string; card: string; subscription: string }) => Promise<unknown>)[] = [
    ({ customer, card }) => w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: card }),
    ({ card, subscription }) => w.call('PATCH', `/v1/subscriptions/${subscription}`, { payment_method: card }),
    ({ customer, card }) => w.call('POST', '/v1/subscriptions', { customer, price, payment_method: card }),
  ];
  for (const race of races)
    for (let i = 0; i < 6; i++) {
      const { browser, base, customer, spare: card, subscription } = await owned();
      await Promise.all([race({ customer, card, subscription }), browser.post(`${base}/cards/${card}/remove`)]);
      const gone = (await w.call('GET', `/v1/payment_methods/${card}`)).status === 404;
      const { default_payment_method } = (await w.call('GET', `/v1/customers/${customer}`)).body;
      const { data } = (await w.call('GET', `/v1/subscriptions?customer=${customer}`)).body;
      const used = [default_payment_method, ...data.map((one: { payment_method: string }) => one.payment_method)];
      assert.equal(gone, !used.includes(card), `race ${races.indexOf(race)}: a card is there or it is not used`);
    }
});
