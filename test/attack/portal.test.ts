// Attacks on the portal: another customer's ids, another session's cookie, another site's posts, script in every text, somebody who asks whose
// address is known. What must not appear: another's row, a change by a foreign page, markup of a stranger's.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { days, minutes } from '../../src/kit/clock.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { bill, invoicesOf, newCard, newCustomer, newPrice, subscribe, subscriptionOf } from '../kit/billing.ts';
import { eventually } from '../kit/eventually.ts';
import { enterPortal, type Portal, PortalBrowser } from '../kit/portal.ts';
import { changedTables, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let price: string;

before(async () => {
  w = await openWorld({ settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' } });
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
    const address = await mine.browser.post(`${mine.base}/cards/${theirs.card}/address`, { line1: 'Mine' });
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
