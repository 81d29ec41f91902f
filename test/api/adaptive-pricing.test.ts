// The customer's own currency on the checkout page: who is offered it, what it comes to, and what the payment and its refunds say of it.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { rateOf, shippedRates } from '../../src/fx/snapshot.ts';
import { days, plus } from '../../src/kit/clock.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
/** An address in Germany, and one in Japan. */
const berlin = '193.99.144.80';
const tokyo = '202.232.2.164';

before(async () => {
  w = await openWorld();
});
after(() => w.close());
beforeEach(() => adaptive({ enabled: true, markup_bps: 0 }));

const adaptive = (adaptive_pricing: { enabled?: boolean; markup_bps?: number }) =>
  w.call('PATCH', '/v1/fx_settings', { adaptive_pricing });

type Session = { id: string; amount_total: number; exchange: Record<string, unknown> | null; [field: string]: unknown };

async function session(more: Record<string, unknown>): Promise<Session> {
  const made = await w.call<Session>('POST', '/v1/checkout_sessions', { currency: 'USD', ...more });
  assert.equal(made.status, 201, made.text);
  return made.body;
}
const read = async (id: string) => (await w.call<Session>('GET', `/v1/checkout_sessions/${id}`)).body;
const visit = async (id: string, address = berlin, query = '') => {
  const page = await w.app.server.inject({ method: 'GET', url: `/pay/${id}${query}`, remoteAddress: address });
  assert.equal(page.statusCode, 200);
  return page.body;
};
async function post(id: string, what: string, body: Record<string, unknown>, headers: Record<string, string> = {}) {
  const answer = await w.app.server.inject({ method: 'POST', url: `/pay/${id}/${what}`, payload: body, headers });
  return { status: answer.statusCode, body: answer.json() };
}
const choose = (id: string, currency: string) => post(id, 'currency', { currency });
let presses = 0;
async function pay(id: string, more: Record<string, unknown> = {}) {
  const token = await w.token();
  presses += 1;
  return await post(id, 'payments', { token, ...more }, { 'idempotency-key': `press-${presses}` });
}
const paymentOf = async (id: string) => (await w.call('GET', `/v1/payments/${(await read(id)).payment}`)).body;

describe('the offer', () => {
  test('by the country of the address, with rate, fee and day on the page; the session keeps it', async () => {
    await adaptive({ markup_bps: 200 });
    const made = await session({ line_items: [{ name: 'Coffee', quantity: 3, unit_amount: 1_999 }] });
    assert.equal(made.exchange, null);
    const page = await visit(made.id);
    assert.match(page, /id="currencies"/);
    assert.match(page, /1 USD = 0[.]9273 EUR/);
    assert.match(page, /Jun 13, 2024/);
    assert.match(page, /fee of 2%/);
    assert.match(page, /€56[.]72/);
    assert.match(page, /\$59[.]97/);
    const { exchange, amount_total, currency } = await read(made.id);
    const rates = (await w.call('GET', '/v1/fx_rates?limit=1')).body.data[0];
    assert.deepEqual(
      { ...exchange },
      {
        currency: 'EUR',
        amount_total: 5_672,
        chosen: false,
        rate: rateOf(await shippedRates(), 'USD', 'EUR'),
        markup_bps: 200,
        fx_rates: rates.id,
        country: 'DE',
        expires_at: made.expires_at,
      },
    );
    assert.deepEqual([amount_total, currency], [5_997, 'USD'], 'the price is what it was');
  });

  test('nobody is offered anything when it is off, fixed, of an unknown place, of the same currency, or in bitcoin', async () => {
    const free = { line_items: [{ name: 'Coffee', quantity: 1, unit_amount: 1_999 }] };
    const none = async (made: Session, address = berlin) => {
      assert.doesNotMatch(await visit(made.id, address), /id="currencies"/);
      assert.equal((await read(made.id)).exchange, null);
    };
    await none(await session({ ...free, currency_options: 'fixed' }));
    await none(await session({ ...free, currency: 'EUR' }));
    await none(await session({ ...free, currency: 'BTC' }));
    await none(await session({ ...free, currency: 'KWD' }));
    await none(await session(free), '127.0.0.1');
    await none(await session(free), '10.1.2.3');
    await adaptive({ enabled: false });
    await none(await session(free));
  });

  test('in the sandbox the country may be named, because a test comes from nowhere', async () => {
    const made = await session({ amount_total: 1_999 });
    await visit(made.id, '127.0.0.1', '?country=JP');
    assert.equal((await read(made.id)).exchange?.currency, 'JPY');
    assert.equal((await read(made.id)).exchange?.amount_total, 3_143);
    for (const bad of ['?country=jp', '?country=ZZ', '?country=JPN', '?country=JP&country=DE', '?country=%00']) {
      const other = await session({ amount_total: 1_999 });
      await visit(other.id, '127.0.0.1', bad);
      assert.equal((await read(other.id)).exchange, null, bad);
    }
  });
});

describe('the choice', () => {
  test('recalculates the page at once, and the payment is made in it, at the offered sum', async () => {
    await adaptive({ markup_bps: 150 });
    const made = await session({
      line_items: [
        { name: 'Beans', quantity: 3, unit_amount: 1_333 },
        { name: 'Cup', quantity: 1, unit_amount: 999 },
      ],
      discounts: [{ name: 'Welcome', amount: 77 }],
      taxes: [{ name: 'VAT', amount: 501 }],
    });
    await visit(made.id);
    const { status, body } = await choose(made.id, 'EUR');
    assert.equal(status, 200, JSON.stringify(body));
    const exchange = (await read(made.id)).exchange;
    assert.deepEqual(body.choices, ['$54.22', '€51.04']);
    assert.deepEqual([body.currency, body.total], ['EUR', '€51.04']);
    // 39.99 → 37.64, 9.99 → 9.40, −0.77 → −0.72, 5.01 → 4.72: lines are converted, and their sum is the total.
    assert.deepEqual(
      body.lines.map((line: { amount: string }) => line.amount),
      ['€37.64', '€9.40'],
    );
    assert.equal(exchange?.amount_total, 3_764 + 940 - 72 + 472);
    assert.match(await visit(made.id), /id="total">€51[.]04/);

    const paid = await pay(made.id, { currency: 'EUR' });
    assert.equal(paid.body.state, 'complete', JSON.stringify(paid.body));
    const payment = await paymentOf(made.id);
    assert.deepEqual([payment.amount, payment.currency, payment.breakdown.total], [5_104, 'EUR', 5_104]);
    assert.deepEqual(payment.exchange, {
      amount: 5_422,
      currency: 'USD',
      rate: exchange?.rate,
      markup_bps: 150,
      fx_rates: exchange?.fx_rates,
    });
    const done = await read(made.id);
    assert.deepEqual(
      [done.status, done.amount_total, done.currency, done.exchange?.chosen],
      ['complete', 5_422, 'USD', true],
    );

    const first = (await w.call('POST', '/v1/refunds', { payment: payment.id, amount: 1_001 })).body;
    const rest = (await w.call('POST', '/v1/refunds', { payment: payment.id })).body;
    assert.deepEqual([first.currency, first.amount, rest.amount], ['EUR', 1_001, 4_103]);
    assert.deepEqual([first.exchange.currency, first.exchange.rate], ['USD', exchange?.rate]);
    assert.equal(first.exchange.amount + rest.exchange.amount, 5_422, 'together the whole price');
    await w.verify();
  });

  test('the session’s own currency can be chosen again, and an unchosen offer charges what was priced', async () => {
    const made = await session({ amount_total: 5_000 });
    await visit(made.id);
    await choose(made.id, 'EUR');
    const back = await choose(made.id, 'USD');
    assert.deepEqual([back.body.currency, back.body.total], ['USD', '$50.00']);
    assert.equal((await pay(made.id, { currency: 'USD' })).body.state, 'complete');
    const payment = await paymentOf(made.id);
    assert.deepEqual([payment.amount, payment.currency, payment.exchange], [5_000, 'USD', null]);
    const refund = (await w.call('POST', '/v1/refunds', { payment: payment.id })).body;
    assert.equal(refund.exchange, null);
    await w.verify();
  });

  test('in a currency without decimals, by Bitcoin too', async () => {
    const made = await session({ amount_total: 5_000 });
    await visit(made.id, tokyo);
    await choose(made.id, 'JPY');
    const asked = await post(
      made.id,
      'payments',
      { payment_method_type: 'bitcoin', currency: 'JPY' },
      { 'idempotency-key': 'b1' },
    );
    assert.equal(asked.body.state, 'requires_authentication', JSON.stringify(asked.body));
    const payment = await paymentOf(made.id);
    assert.deepEqual([payment.amount, payment.currency, payment.exchange.currency], [7_863, 'JPY', 'USD']);
  });

  test('a choice after the end, of a stranger’s currency, or on a stranger’s page is refused', async () => {
    const made = await session({ amount_total: 5_000 });
    assert.deepEqual((await choose(made.id, 'EUR')).body.code, 'currency_unsupported', 'nothing was offered yet');
    await visit(made.id);
    const other = await choose(made.id, 'JPY');
    assert.deepEqual([other.status, other.body.code, other.body.param], [400, 'currency_unsupported', 'currency']);
    assert.equal((await choose('sess_00000000000000000000000000', 'EUR')).status, 404);
    assert.equal((await post(made.id, 'currency', { currency: 'EUR', rate: '0.01' })).status, 400);
    assert.equal((await post(made.id, 'currency', {})).status, 400);
    await pay(made.id);
    const late = await choose(made.id, 'EUR');
    assert.deepEqual([late.status, late.body.code], [409, 'session_complete']);
    const over = await session({ amount_total: 5_000 });
    await visit(over.id);
    await w.call('POST', `/v1/checkout_sessions/${over.id}/expire`);
    assert.equal((await choose(over.id, 'EUR')).body.code, 'session_expired');
  });
});

describe('what the merchant set', () => {
  const priceIn = async (...amounts: { currency: string; unit_amount: number }[]) => {
    const product = (await w.call('POST', '/v1/products', { name: 'Beans', tax_category: 'physical_goods' })).body;
    return (await w.call('POST', '/v1/prices', { product: product.id, amounts })).body;
  };

  test('an amount of the price in that currency wins: no rate, no markup, and not today’s terms but those it was sold under', async () => {
    await adaptive({ markup_bps: 500 });
    const price = await priceIn({ currency: 'USD', unit_amount: 1_999 }, { currency: 'EUR', unit_amount: 1_790 });
    const made = await session({ line_items: [{ price: price.id, quantity: 2 }] });
    await w.call('PATCH', `/v1/prices/${price.id}`, {
      amounts: [
        { currency: 'USD', unit_amount: 1_999 },
        { currency: 'EUR', unit_amount: 9_990 },
      ],
    });
    const page = await visit(made.id);
    assert.match(page, /Prices in EUR are set by Acme Coffee/);
    assert.doesNotMatch(page, /fee of/);
    const { exchange } = await read(made.id);
    assert.deepEqual(
      [exchange?.amount_total, exchange?.rate, exchange?.markup_bps, exchange?.fx_rates],
      [3_580, null, 0, null],
    );
    await choose(made.id, 'EUR');
    await pay(made.id);
    const payment = await paymentOf(made.id);
    assert.deepEqual([payment.amount, payment.exchange.amount, payment.exchange.rate], [3_580, 3_998, null]);
    await w.verify();
  });

  test('beside a line that has none, which is converted', async () => {
    const price = await priceIn({ currency: 'USD', unit_amount: 1_999 }, { currency: 'EUR', unit_amount: 1_790 });
    const made = await session({
      line_items: [
        { price: price.id, quantity: 1 },
        { name: 'Shipping', quantity: 1, unit_amount: 1_000 },
      ],
    });
    await visit(made.id);
    const { exchange } = await read(made.id);
    assert.equal(exchange?.amount_total, 1_790 + 927);
    assert.notEqual(exchange?.rate, null);
  });

  test('a promotion code is a share of the local lines, or the coupon’s own amount; with it the offer keeps its rate', async () => {
    await w.call('POST', '/v1/tax_rates', {
      display_name: 'MwSt.',
      country: 'DE',
      rate_ppm: 190_000,
      inclusive: false,
    });
    const price = await priceIn({ currency: 'USD', unit_amount: 10_000 }, { currency: 'EUR', unit_amount: 9_000 });
    const share = (await w.call('POST', '/v1/coupons', { name: 'Tenth', percentage_bps: 1_000 })).body;
    const off = (await w.call('POST', '/v1/coupons', { name: 'Ten', fixed_amounts: { USD: 1_000 } })).body;
    const own = (await w.call('POST', '/v1/coupons', { name: 'Own', fixed_amounts: { USD: 1_000, EUR: 555 } })).body;
    for (const [coupon, code] of [
      [share, 'TENTH'],
      [off, 'TEN'],
      [own, 'OWN'],
    ])
      await w.call('POST', '/v1/promotion_codes', { coupon: coupon.id, code });
    const made = await session({
      line_items: [{ price: price.id, quantity: 1 }],
      allow_promotion_codes: true,
      automatic_tax: true,
      tax_address: { country: 'DE' },
    });
    await visit(made.id);
    await choose(made.id, 'EUR');
    const total = async () => (await read(made.id)).exchange?.amount_total;
    assert.equal(await total(), 9_000 + 1_710);
    const taken = await post(made.id, 'promotion_code', { code: 'tenth' });
    assert.equal(taken.body.total, '€96.39', JSON.stringify(taken.body));
    assert.deepEqual(taken.body.choices, ['$107.10', '€96.39']);
    assert.equal(await total(), 8_100 + 1_539);
    await post(made.id, 'promotion_code', { code: 'own' });
    assert.equal(await total(), 8_445 + 1_605);
    await post(made.id, 'promotion_code', { code: null });
    assert.equal(await total(), 10_710);
    const paid_with = await post(made.id, 'promotion_code', { code: 'tenth' });
    assert.equal(paid_with.status, 200);
    assert.equal((await pay(made.id, { currency: 'EUR' })).body.state, 'complete');
    const payment = await paymentOf(made.id);
    assert.deepEqual([payment.amount, payment.currency, payment.exchange.amount], [9_639, 'EUR', 10_710]);
    await w.verify();

    const mixed = await session({ amount_total: 10_000, allow_promotion_codes: true, promotion_code: 'TEN' });
    await visit(mixed.id);
    // 90.00 USD: the whole is converted, and so is what is taken off it.
    assert.equal((await read(mixed.id)).exchange?.amount_total, 9_273 - 927);
  });
});

test('a rate that was offered holds: neither another markup nor a new day changes it, and once chosen no other country', async () => {
  const made = await session({ amount_total: 5_000 });
  await visit(made.id, tokyo);
  assert.equal((await read(made.id)).exchange?.currency, 'JPY');
  await visit(made.id);
  const { exchange } = await read(made.id);
  assert.equal(exchange?.currency, 'EUR', 'nobody had chosen yen');
  await adaptive({ markup_bps: 900 });
  await sql`insert into fx_rate_snapshots (id, source, base, published_on, rates, shipped, created_at)
    values ('fxs_next', 'ecb', 'EUR', '2024-06-14', '{"USD": "2"}', false, now())`.execute(w.env.db.query);
  await visit(made.id);
  await visit(made.id, '127.0.0.1');
  assert.deepEqual((await read(made.id)).exchange, exchange);
  await choose(made.id, 'EUR');
  await visit(made.id, tokyo);
  assert.deepEqual((await read(made.id)).exchange, { ...exchange, chosen: true });
  const next = await session({ amount_total: 5_000 });
  await visit(next.id);
  assert.equal((await read(next.id)).exchange?.fx_rates, 'fxs_next');
  // A customer at home after a program abroad that followed the link: there is nothing to choose.
  const home = await session({ amount_total: 5_000, currency: 'EUR' });
  await visit(home.id, '8.8.8.8');
  assert.equal((await read(home.id)).exchange?.currency, 'USD');
  assert.doesNotMatch(await visit(home.id), /id="currencies"/);
});

test('live customers are offered nothing by rates that are too old', async () => {
  const { live_account_id } = w.tenant;
  await sql`insert into fx_settings (account_id, adaptive_pricing, markup_bps, settlement_conversion, updated_at)
    values (${live_account_id}, true, 0, false, now())`.execute(w.env.db.query);
  const made = await session({ amount_total: 5_000 });
  // The very session, on the live account: there is no provider behind it that could be asked for one.
  await sql`update checkout_sessions set account_id = ${live_account_id} where id = ${made.id}`.execute(w.env.db.query);
  await sql`update page_links set account_id = ${live_account_id} where id = ${made.id}`.execute(w.env.db.query);
  assert.doesNotMatch(await visit(made.id), /id="currencies"/);
  assert.doesNotMatch(await visit(made.id, berlin, '?country=JP'), /id="currencies"/);
  const { rows } = await sql<{
    exchange: unknown;
  }>`select exchange from checkout_sessions where id = ${made.id}`.execute(w.env.db.query);
  assert.equal(rows[0]?.exchange, null);
  const now = w.clock.now();
  await sql`insert into fx_rate_snapshots (id, source, base, published_on, rates, shipped, created_at)
    values ('fxs_fresh', 'ecb', 'EUR', ${plus(now, -days(6)).toISOString().slice(0, 10)}::date, ${JSON.stringify((await shippedRates()).rates)}::jsonb, false, ${now})`.execute(
    w.env.db.query,
  );
  assert.match(await visit(made.id), /id="currencies"/);
});
