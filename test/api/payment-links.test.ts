// Payment links over HTTP: what they sell, who gets a session by them, and when they are closed. What must not appear: a session for somebody
// who did not come, a link that sells what the catalog does not, or a payment after its end.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { hours, minutes } from '../../src/kit/clock.ts';
import type { FaultCode } from '../../src/kit/fault.ts';
import { codeOf, countsOf, made, payPage, priceOf, sessionNow, tryCode } from '../kit/catalog.ts';
import { walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const visiting = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'accept-language': 'en-US',
};
type Headers = Record<string, string>;
const get = (url: string, headers: Headers = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
  w.app.server.inject({ method, url, headers });
const visit = async (id: string, headers: Headers = {}) => {
  // One address opens thirty links, then one in two seconds.
  w.clock.advance(2_000);
  return await get(`/l/${id}`, { ...visiting, ...headers });
};
const sessionBy = async (id: string, headers: Headers = {}): Promise<string> => {
  const reply = await visit(id, headers);
  assert.equal(reply.statusCode, 303, reply.body);
  const [, session = ''] = /^\/pay\/(sess_[0-9a-z]{26})$/.exec(String(reply.headers.location)) ?? [];
  assert.notEqual(session, '');
  return session;
};
const linkOf = async (more: Record<string, unknown> = {}, unit_amount = 1_000) => {
  const price = await priceOf(w, unit_amount);
  return await made(w, '/v1/payment_links', { line_items: [{ price: price.id }], currency: 'USD', ...more });
};
const linkNow = async (id: string) => (await w.call('GET', `/v1/payment_links/${id}`)).body;
const sessionsOf = async (id: string) =>
  (await w.call('GET', `/v1/checkout_sessions?payment_link=${id}&limit=100`)).body.data;
let people = 0;
const somebody = () => ({ email: `guest-${++people}@example.com` });

describe('payment links', () => {
  test('every field, and the defaults of those left out', async () => {
    const price = await priceOf(w);
    const link = await made(w, '/v1/payment_links', {
      line_items: [
        { price: price.id, quantity: 2, adjustable_quantity: { minimum: 1, maximum: 5 } },
        { price: price.id },
      ],
      currency: 'USD',
      allow_promotion_codes: true,
      automatic_tax: true,
      tax_address: { country: 'DE' },
      success_message: 'Thank you!',
      custom_text: 'Roasted on Mondays.',
      locale: 'de',
      merchant_reference: 'spring-flyer',
      metadata: { campaign: 'spring' },
      max_completed_sessions: 10,
      expires_at: '2030-01-01T00:00:00.000Z',
    });
    assert.match(link.id, /^plink_[0-9a-z]{26}$/);
    assert.deepEqual(link, {
      id: link.id,
      object: 'payment_link',
      url: `${w.env.config.public_url}/l/${link.id}`,
      qr_code_url: `${w.env.config.public_url}/l/${link.id}/qr.svg`,
      status: 'active',
      active: true,
      currency: 'USD',
      line_items: [
        { price: price.id, quantity: 2, adjustable_quantity: { minimum: 1, maximum: 5 } },
        { price: price.id, quantity: 1, adjustable_quantity: null },
      ],
      allow_promotion_codes: true,
      automatic_tax: true,
      tax_address: { country: 'DE' },
      success_url: null,
      success_message: 'Thank you!',
      custom_text: 'Roasted on Mondays.',
      locale: 'de',
      merchant_reference: 'spring-flyer',
      metadata: { campaign: 'spring' },
      max_completed_sessions: 10,
      sessions_completed: 0,
      expires_at: '2030-01-01T00:00:00.000Z',
      created_at: link.created_at,
      updated_at: link.created_at,
    });
    assert.deepEqual(await linkNow(link.id), link);
    const session = await sessionNow(w, await sessionBy(link.id));
    assert.partialDeepStrictEqual(session, {
      status: 'open',
      payment_link: link.id,
      amount_total: 3_000,
      allow_promotion_codes: true,
      automatic_tax: true,
      success_message: 'Thank you!',
      custom_text: 'Roasted on Mondays.',
      locale: 'de',
      merchant_reference: 'spring-flyer',
      metadata: { campaign: 'spring' },
      customer: null,
    });
    assert.deepEqual(session.line_items[0].adjustable_quantity, { minimum: 1, maximum: 5 });
    assert.equal(session.line_items[1].adjustable_quantity, undefined);
  });

  test('lists by page and switch; sessions by link; of one account alone', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await linkOf()).id);
    await w.call('PATCH', `/v1/payment_links/${ids[1]}`, { active: false });
    const off = (await w.call('GET', '/v1/payment_links?active=false')).body.data.map((l: { id: string }) => l.id);
    assert.deepEqual(off, [ids[1]]);
    const all = (await w.call('GET', '/v1/payment_links?limit=100')).body.data.map((l: { id: string }) => l.id);
    await walks(w, '/v1/payment_links', all, [1, 2]);
    const first = await sessionBy(ids[0] ?? '');
    const second = await sessionBy(ids[0] ?? '');
    await sessionBy(ids[2] ?? '');
    assert.deepEqual(
      (await sessionsOf(ids[0] ?? '')).map((s: { id: string }) => s.id),
      [second, first],
    );
    const stranger = { as: w.other.secret };
    assert.deepEqual((await w.call('GET', '/v1/payment_links', undefined, stranger)).body.data, []);
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { active: false }],
    ] as const)
      assert.equal((await w.call(method, `/v1/payment_links/${ids[0]}`, body, stranger)).status, 404);
    assert.equal((await w.call('GET', '/v1/payment_links', undefined, { as: w.tenant.publishable })).status, 403);
  });

  test('refuses by field what nobody could buy', async () => {
    const price = await priceOf(w);
    const other = await made(w, '/v1/products', { name: 'Gone' });
    const gone = await made(w, '/v1/prices', { product: other.id, amounts: [{ currency: 'USD', unit_amount: 5 }] });
    await w.call('POST', `/v1/prices/${gone.id}/archive`);
    const line = { price: price.id };
    const gift = await priceOf(w, 0);
    const monthly = await priceOf(w, 500, { type: 'recurring', recurring: { interval: 'month' } });
    const written = await rowCounts(w);
    const of = (line_items: unknown, more: Record<string, unknown> = {}) => ({ currency: 'USD', line_items, ...more });
    const table: [body: Record<string, unknown>, code: FaultCode, param: string, detail: RegExp][] = [
      [of([]), 'parameter_invalid', 'line_items', /./],
      [of([{ price: 'price_never' }]), 'not_found', 'line_items[0].price', /price_never/],
      [of([line, { price: gone.id }]), 'state_invalid', 'line_items[1].price', /archived/],
      [of([{ price: gift.id }]), 'amount_too_small', 'line_items', /cost nothing/],
      [of([line, { price: monthly.id }]), 'parameter_invalid', 'line_items', /stands alone/],
      [of([line], { currency: 'EUR' }), 'currency_unsupported', 'line_items[0].price', /not sold in EUR/],
      [of([{ ...line, name: 'Beans' }]), 'parameter_unknown', 'line_items[0].name', /./],
      [
        of([{ ...line, adjustable_quantity: { minimum: 5, maximum: 5 } }]),
        'parameter_invalid',
        'line_items[0].adjustable_quantity.maximum',
        /above the minimum/,
      ],
      [
        of([{ ...line, quantity: 9, adjustable_quantity: { maximum: 8 } }]),
        'parameter_invalid',
        'line_items[0].quantity',
        /from 1 to 8/,
      ],
      [
        of([line], { success_url: 'https://shop.example/thanks', success_message: 'Thanks' }),
        'parameter_invalid',
        'success_message',
        /Leave one of them out/,
      ],
      [of([line], { success_url: 'javascript:alert(1)' }), 'parameter_invalid', 'success_url', /https/],
      [of([line], { automatic_tax: true }), 'parameter_missing', 'tax_address', /automatic_tax/],
      [of([line], { tax_address: { country: 'DE' } }), 'parameter_invalid', 'tax_address', /automatic_tax/],
      [of([line], { expires_at: '2020-01-01T00:00:00Z' }), 'parameter_invalid', 'expires_at', /future/],
      [of([line], { max_completed_sessions: 0 }), 'parameter_invalid', 'max_completed_sessions', /./],
    ];
    for (const [body, code, param, detail] of table)
      await refuses(w, ['POST', '/v1/payment_links', body], { code, param, detail });
    assert.deepEqual(gained(written, await rowCounts(w)), {});
    await made(w, '/v1/payment_links', of([line]));
    const wrote = gained(written, await rowCounts(w));
    assert.deepEqual(wrote, { payment_links: 1, page_links: 1, events: 1 }, 'the try of a first visit leaves nothing');
  });

  test('changes what is not in print; a field is taken away by null', async () => {
    const link = await linkOf({ success_message: 'Thanks', metadata: { a: '1' }, max_completed_sessions: 2 });
    const path = `/v1/payment_links/${link.id}`;
    await refuses(w, ['PATCH', path, { success_url: 'https://shop.example/thanks' }], {
      code: 'parameter_invalid',
      param: 'success_message',
      detail: /null/,
    });
    const changed = (
      await w.call('PATCH', path, {
        success_url: 'https://shop.example/thanks',
        success_message: null,
        metadata: { b: '2' },
        max_completed_sessions: null,
      })
    ).body;
    assert.partialDeepStrictEqual(changed, {
      success_url: 'https://shop.example/thanks',
      success_message: null,
      metadata: { b: '2' },
      max_completed_sessions: null,
    });
    await refuses(w, ['PATCH', path, { line_items: [] }], {
      code: 'parameter_unknown',
      param: 'line_items',
      detail: /./,
    });
    const types = (await w.call('GET', '/v1/events?limit=100')).body.data
      .filter((e: { data: { id: string } }) => e.data.id === link.id)
      .map((e: { type: string }) => e.type);
    assert.deepEqual(types, ['payment_link.updated', 'payment_link.created']);
  });
});

describe('opening one', () => {
  test('a person gets a session of their own, paid and counted once', async () => {
    const link = await linkOf({ success_message: 'See you\nsoon' });
    const [first, second] = [await sessionBy(link.id), await sessionBy(link.id)];
    assert.notEqual(first, second);
    assert.equal((await payPage(w, first, somebody())).body.state, 'complete');
    await w.work();
    assert.equal((await linkNow(link.id)).sessions_completed, 1);
    const page = (await get(`/pay/${first}`)).body;
    assert.match(page, /See you\nsoon/);
    await w.verify();
  });

  test('who looks ahead or only shows the address makes nothing', async () => {
    const link = await linkOf();
    w.clock.advance(60_000);
    const quiet: [status: number, headers: Headers, method?: 'HEAD' | 'GET'][] = [
      [503, { ...visiting, 'sec-purpose': 'prefetch' }],
      [503, { ...visiting, 'sec-purpose': 'prefetch;prerender' }],
      [503, { ...visiting, purpose: 'prefetch' }],
      [200, visiting, 'HEAD'],
      [200, {}],
      [200, { ...visiting, 'user-agent': 'Mozilla/5.0 (compatible; Examplebot/2.1)' }],
      [200, { ...visiting, 'user-agent': 'facebookexternalhit/1.1' }],
      [200, { 'user-agent': 'curl/8' }],
      [200, { ...visiting, 'sec-fetch-dest': 'iframe' }],
    ];
    for (const [status, headers, method = 'GET'] of quiet) {
      const reply = await get(`/l/${link.id}`, headers, method);
      assert.equal(reply.statusCode, status, JSON.stringify(headers));
      assert.match(String(reply.headers['cache-control']), /no-store/);
    }
    assert.deepEqual(await sessionsOf(link.id), []);
    const landing = (await get(`/l/${link.id}`)).body;
    assert.match(landing, /property="og:title" content="Beans"/);
    assert.match(landing, new RegExp(`<form method="post" action="/l/${link.id}">`));
    const pressed = await w.app.server.inject({
      method: 'POST',
      url: `/l/${link.id}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      payload: '',
    });
    assert.equal(pressed.statusCode, 303);
    const foreign = await w.app.server.inject({
      method: 'POST',
      url: `/l/${link.id}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
      payload: '',
    });
    assert.equal(foreign.statusCode, 403);
    assert.equal((await sessionsOf(link.id)).length, 1);
  });

  test('in the language of the visitor, unless the link has one', async () => {
    const price = await priceOf(w, 1_000, {}, { localized_names: { de: 'Bohnen', fr: 'Grains' } });
    const body = { line_items: [{ price: price.id }], currency: 'USD' };
    const open = await made(w, '/v1/payment_links', body);
    const french = await made(w, '/v1/payment_links', { ...body, locale: 'fr' });
    const german = { 'accept-language': 'de-CH,de;q=0.9' };
    const now = async (id: string) => await sessionNow(w, await sessionBy(id, german));
    assert.partialDeepStrictEqual(await now(open.id), { locale: 'de-CH', line_items: [{ name: 'Bohnen' }] });
    assert.partialDeepStrictEqual(await now(french.id), { locale: 'fr', line_items: [{ name: 'Grains' }] });
  });

  test('closed: switched off, expired, used up, or not sold any more; said in the visitor’s language', async () => {
    const off = await linkOf();
    await w.call('PATCH', `/v1/payment_links/${off.id}`, { active: false });
    const late = await linkOf({ expires_at: new Date(w.clock.now().getTime() + minutes(30)).toISOString() });
    const soon = await sessionNow(w, await sessionBy(late.id));
    assert.equal(soon.expires_at <= late.expires_at, true, 'no session outlives its link');
    const used = await linkOf({ max_completed_sessions: 1 });
    await payPage(w, await sessionBy(used.id), somebody());
    const unsold = await linkOf();
    await w.call('POST', `/v1/prices/${unsold.line_items[0].price}/archive`);
    w.clock.advance(hours(1));
    const closed: [string, string, RegExp][] = [
      [off.id, 'inactive', /Dieser Link ist geschlossen/],
      [late.id, 'expired', /Dieser Link ist abgelaufen/],
      [used.id, 'used_up', /Dieses Angebot ist ausverkauft/],
      [unsold.id, 'active', /Dieser Link ist geschlossen/],
    ];
    for (const [id, status, told] of closed) {
      const reply = await visit(id, { 'accept-language': 'de' });
      assert.equal(reply.statusCode, 410);
      assert.match(reply.body, told);
      assert.equal((await linkNow(id)).status, status);
    }
    assert.equal((await sessionsOf(off.id)).length + (await sessionsOf(unsold.id)).length, 0);
    const again = await w.call('PATCH', `/v1/payment_links/${off.id}`, { active: true });
    assert.equal(again.body.status, 'active');
    await sessionBy(off.id);
  });

  test('a page that is open when its link closes is not paid any more, and says why', async () => {
    const link = await linkOf({ max_completed_sessions: 2 });
    const sessions = [await sessionBy(link.id), await sessionBy(link.id), await sessionBy(link.id)];
    const [first = '', second = '', third = ''] = sessions;
    assert.equal((await payPage(w, first, somebody())).body.state, 'complete');
    await refuses(w, ['PATCH', `/v1/payment_links/${link.id}`, { max_completed_sessions: 0 }], {
      code: 'parameter_invalid',
      param: 'max_completed_sessions',
      detail: /./,
    });
    await w.call('PATCH', `/v1/payment_links/${link.id}`, { active: false });
    assert.equal((await payPage(w, second, somebody())).body.state, 'expired');
    assert.match((await get(`/pay/${second}`)).body, /This link is closed/);
    await w.call('PATCH', `/v1/payment_links/${link.id}`, { active: true });
    assert.equal((await payPage(w, third, somebody(), '4000000000000002')).body.state, 'declined');
    assert.equal((await payPage(w, third, somebody())).body.state, 'complete');
    assert.equal((await linkNow(link.id)).status, 'used_up');
    const { rows } = await sql<{ n: number }>`select count(*)::int n from payments p
      join checkout_sessions s on s.account_id = p.account_id and s.id = p.checkout_session_id
      where s.id = ${second}`.execute(w.env.db.query);
    assert.equal(rows[0]?.n, 0, 'nobody was charged on the closed page');
    await w.verify();
  });

  test('one address opens so many, and is told to wait', async () => {
    const link = await linkOf();
    w.clock.advance(minutes(5));
    const replies = [];
    w.clock.stop();
    for (let i = 0; i < 32; i++) replies.push(await get(`/l/${link.id}`, visiting));
    w.clock.goOn();
    assert.equal(replies.filter((r) => r.statusCode === 303).length, 30);
    assert.equal(replies.at(-1)?.statusCode, 429);
    assert.ok(replies.at(-1)?.headers['retry-after']);
    assert.match(replies.at(-1)?.body ?? '', /<html/);
  });

  test('an address that is no link is no page; its code for print is one of it', async () => {
    for (const id of ['plink_0000000000000000000000000a', 'plink_x', 'sess_1', '..%2f']) {
      const reply = await visit(id);
      assert.equal(reply.statusCode, 404, id);
    }
    const link = await linkOf();
    const session = await sessionBy(link.id);
    assert.equal((await get(`/pay/${link.id}`)).statusCode, 404, 'nothing is paid at the link itself');
    assert.equal((await w.call('POST', `/pay/${link.id}/tokens`, {})).status, 404);
    assert.equal((await visit(session)).statusCode, 404, 'a session opens no session');
    const reply = await get(`/l/${link.id}/qr.svg`);
    assert.equal(reply.headers['content-type'], 'image/svg+xml');
    assert.match(reply.body, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+"/);
    assert.ok(reply.body.includes(link.url));
    assert.equal((await get('/l/plink_0000000000000000000000000a/qr.svg')).statusCode, 404);
  });
});

describe('quantities', () => {
  const setTo = (session: string, line: unknown, quantity: unknown, more: Record<string, unknown> = {}) =>
    w.call('POST', `/pay/${session}/quantity`, { line, quantity, ...more });

  test('the browser names line and number; the sums are ours', async () => {
    const price = await priceOf(w, 0, {
      pricing_model: 'tiered_volume',
      amounts: [
        {
          currency: 'USD',
          tiers: [
            { up_to: 9, unit_amount: 1_000 },
            { up_to: null, unit_amount: 800 },
          ],
        },
      ],
    });
    const link = await made(w, '/v1/payment_links', {
      line_items: [{ price: price.id, quantity: 2, adjustable_quantity: { maximum: 20 } }],
      currency: 'USD',
    });
    const session = await sessionBy(link.id);
    // What was agreed when the page was opened stays, whatever the price says since.
    await w.call('PATCH', `/v1/prices/${price.id}`, {
      amounts: [{ currency: 'USD', tiers: [{ up_to: null, unit_amount: 9_999 }] }],
    });
    const changed = await setTo(session, 0, 10);
    assert.equal(changed.status, 200, changed.text);
    assert.partialDeepStrictEqual(changed.body, {
      total: '$80.00',
      button: 'Pay $80.00',
      free: false,
      lines: [{ quantity: 10, amount: '$80.00' }],
    });
    assert.equal((await sessionNow(w, session)).amount_total, 8_000);
    for (const [line, quantity, status] of [
      [0, 0, 422],
      [0, 21, 422],
      [0, 1.5, 422],
      [0, '3', 422],
      [1, 3, 422],
      [-1, 3, 422],
    ] as const)
      assert.ok((await setTo(session, line, quantity)).status >= 400, `${line} ${quantity} ${status}`);
    assert.ok((await setTo(session, 0, 3, { amount: 1 })).status >= 400, 'no amount comes from the browser');
    assert.equal((await sessionNow(w, session)).amount_total, 8_000);
    const paid = await payPage(w, session, somebody());
    assert.equal(paid.body.state, 'complete');
    const { payment } = await sessionNow(w, session);
    assert.equal((await w.call('GET', `/v1/payments/${payment}`)).body.amount, 8_000);
    assert.equal((await setTo(session, 0, 3)).body.code, 'session_complete');
  });

  test('a fixed line stays; a session of one’s own may have bounds, too', async () => {
    const fixed = await sessionBy((await linkOf()).id);
    assert.equal((await setTo(fixed, 0, 2)).body.code, 'feature_unavailable');
    const own = await made(w, '/v1/checkout_sessions', {
      currency: 'USD',
      line_items: [
        { name: 'Ticket', quantity: 1, unit_amount: 2_500, adjustable_quantity: {} },
        { name: 'Fee', quantity: 1, unit_amount: 100 },
      ],
    });
    assert.deepEqual(own.line_items[0].adjustable_quantity, { minimum: 1, maximum: 99 });
    assert.equal((await setTo(own.id, 0, 4)).body.total, '$101.00');
    await refuses(
      w,
      [
        'POST',
        '/v1/checkout_sessions',
        {
          currency: 'USD',
          line_items: [{ name: 'Ticket', quantity: 1, unit_amount: 2_500, adjustable_quantity: {} }],
          taxes: [{ name: 'VAT', amount: 100 }],
        },
      ],
      { code: 'parameter_invalid', param: 'line_items', detail: /another quantity/ },
    );
  });

  test('a promotion code goes with the quantity, and leaves when it does not count any more', async () => {
    const code = await codeOf(w, {}, { minimum_amounts: { USD: 3_000 } });
    const price = await priceOf(w);
    const link = await made(w, '/v1/payment_links', {
      line_items: [{ price: price.id, quantity: 4, adjustable_quantity: {} }],
      currency: 'USD',
      allow_promotion_codes: true,
    });
    const session = await sessionBy(link.id);
    w.clock.advance(minutes(2));
    assert.equal((await tryCode(w, session, code.code)).body.total, '$30.00');
    assert.partialDeepStrictEqual((await setTo(session, 0, 8)).body, { total: '$60.00', code: code.code });
    const less = (await setTo(session, 0, 2)).body;
    assert.partialDeepStrictEqual(less, { total: '$20.00', code: null });
    assert.match(less.message, /no longer counts/);
    assert.equal((await sessionNow(w, session)).promotion_code, null);
    await payPage(w, session, somebody());
    assert.deepEqual(await countsOf(w, code.id), [0, 0]);
  });

  test('a page that shows another sum than the session has by now charges nothing', async () => {
    const price = await priceOf(w);
    const link = await made(w, '/v1/payment_links', {
      line_items: [{ price: price.id, adjustable_quantity: {} }],
      currency: 'USD',
    });
    const session = await sessionBy(link.id);
    await setTo(session, 0, 5);
    const stale = await payPage(w, session, { ...somebody(), amount: 1_000 });
    assert.deepEqual([stale.body.code, stale.body.param], ['parameter_invalid', 'amount']);
    assert.equal((await sessionNow(w, session)).payment_status, 'unpaid');
    assert.equal((await payPage(w, session, { ...somebody(), amount: 5_000 })).body.state, 'complete');
  });
});

describe('a link with a recurring price', () => {
  const recurring = async (trial_days: number, more: Record<string, unknown> = {}) => {
    const price = await priceOf(w, 1_500, { type: 'recurring', recurring: { interval: 'month', trial_days } });
    return await made(w, '/v1/payment_links', {
      line_items: [{ price: price.id, adjustable_quantity: { maximum: 9 } }],
      currency: 'USD',
      ...more,
    });
  };
  const subscriptionOf = async (session: string) => {
    await w.work();
    const { subscription } = await sessionNow(w, session);
    return (await w.call('GET', `/v1/subscriptions/${subscription}`)).body;
  };

  test('begins a subscription in the quantity that the customer chose', async () => {
    const link = await recurring(0);
    const session = await sessionBy(link.id);
    const changed = await w.call('POST', `/pay/${session}/quantity`, { line: 0, quantity: 3 });
    assert.partialDeepStrictEqual(changed.body, { total: '$45.00', recurring: '$45.00 every month' });
    assert.equal((await payPage(w, session, somebody())).body.state, 'complete');
    assert.partialDeepStrictEqual(await subscriptionOf(session), { status: 'active', item: { quantity: 3 } });
    assert.equal((await linkNow(link.id)).sessions_completed, 1);
    await w.verify();
  });

  test('a trial that charges nothing today takes a place, too, and a stranger’s card never comes to a known customer', async () => {
    const known = await made(w, '/v1/customers', { email: 'known@example.com', name: 'Known' });
    const link = await recurring(14, { max_completed_sessions: 1 });
    const [first, second] = [await sessionBy(link.id), await sessionBy(link.id)];
    assert.equal((await payPage(w, first, { email: 'known@example.com' })).body.state, 'complete');
    const begun = await subscriptionOf(first);
    assert.equal(begun.status, 'trialing');
    assert.notEqual(begun.customer, known.id);
    const cards = (await w.call('GET', `/v1/payment_methods?customer=${known.id}`)).body.data;
    assert.deepEqual(cards, []);
    assert.equal((await payPage(w, second, somebody())).body.state, 'expired');
    assert.partialDeepStrictEqual(await linkNow(link.id), { status: 'used_up', sessions_completed: 1 });
    await w.verify();
  });
});
