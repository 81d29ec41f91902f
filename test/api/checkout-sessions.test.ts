// Checkout sessions over HTTP: create with every field, sums that must add up, the customer found or made, expiry by the clock.
// What the page does with a session is tested with the page.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { payCheckout } from '../../src/checkout/pay.ts';
import { checkoutStatus } from '../../src/checkout/standing.ts';
import { hours, seconds } from '../../src/kit/clock.ts';
import { maxAmount } from '../../src/kit/money.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { perform } from '../../src/operation/operation.ts';
import { badPages, walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const create = async (input: Record<string, unknown> = {}) => {
  const reply = await w.call('POST', '/v1/checkout_sessions', { amount_total: 4_277, currency: 'USD', ...input });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
};
const refused = (input: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
  refuses(w, ['POST', '/v1/checkout_sessions', { amount_total: 4_277, currency: 'USD', ...input }], expected);
const get = async (id: string) => (await w.call('GET', `/v1/checkout_sessions/${id}`)).body;
const page = (id: string): Ctx => ({ ...w.ctx(), actor: { kind: 'page', link_id: id } });
const pay = async (id: string, input: Record<string, unknown>) =>
  JSON.parse((await perform(payCheckout, page(id), { input: { id, ...input } })).text);
const eventsOf = async (id: string) =>
  (await w.env.db.query.selectFrom('events').select('type').where('object_id', '=', id).execute())
    .map((e) => e.type)
    .sort();

describe('POST /v1/checkout_sessions 201', () => {
  test('every field; one hour by default; nothing is charged yet', async () => {
    const shown = {
      line_items: [
        {
          name: 'Beans',
          description: '1 kg',
          quantity: 2,
          unit_amount: 1_999,
          image_url: 'https://shop.example.com/b.png',
        },
      ],
      taxes: [{ name: 'VAT', amount: 379 }],
      discounts: [{ name: 'Welcome', amount: 100 }],
    };
    const plain = {
      success_url: 'https://shop.example.com/thanks?a=1',
      cancel_url: 'https://shop.example.com/cart',
      description: 'Order',
      merchant_reference: 'order_9',
      metadata: { cart: 'c' },
      locale: 'pt-BR',
    };
    const before = await rowCounts(w);
    const s = await create({ ...shown, ...plain, customer_email: 'new@example.com', capture: false });
    assert.match(s.id, /^sess_[0-9a-z]{26}$/);
    assert.deepEqual(s, {
      id: s.id,
      object: 'checkout_session',
      mode: 'payment',
      status: 'open',
      payment_status: 'unpaid',
      url: `http://florin.test/pay/${s.id}`,
      ui_mode: 'hosted',
      allowed_origins: [],
      amount_total: 4_277,
      currency: 'USD',
      currency_options: 'automatic',
      exchange: null,
      capture: false,
      amount_subtotal: 3_998,
      ...shown,
      allow_promotion_codes: false,
      promotion_code: null,
      automatic_tax: false,
      customer: s.customer,
      customer_email: 'new@example.com',
      payment: null,
      subscription: null,
      card_setup: null,
      payment_link: null,
      success_message: null,
      custom_text: null,
      ...plain,
      expires_at: s.expires_at,
      completed_at: null,
      created_at: s.created_at,
      updated_at: s.created_at,
    });
    assert.equal(Date.parse(s.expires_at) - Date.parse(s.created_at), hours(1));
    assert.deepEqual(gained(before, await rowCounts(w)), {
      checkout_sessions: 1,
      page_links: 1,
      customers: 1,
      events: 1,
    });
    assert.deepEqual(await get(s.id), s);
    assert.deepEqual(
      (await w.call('GET', `/v1/checkout_sessions/${s.id}`, undefined, { as: w.tenant.publishable })).body,
      s,
      'a publishable key may read one',
    );
  });

  test('the customer: found by id, by reference, by e-mail in any case, or made', async () => {
    const c = (
      await w.call('POST', '/v1/customers', { email: 'Known@Example.com', reference: 'known', language: 'de' })
    ).body;
    assert.partialDeepStrictEqual(await create({ customer: c.id }), {
      customer: c.id,
      customer_email: 'Known@Example.com',
      locale: 'de',
    });
    assert.partialDeepStrictEqual(await create({ customer_reference: 'known' }), { customer: c.id });
    assert.partialDeepStrictEqual(await create({ customer_email: 'known@example.COM' }), { customer: c.id });
    const made = await create({ customer_reference: 'fresh', customer_email: 'fresh@example.com' });
    assert.partialDeepStrictEqual((await w.call('GET', `/v1/customers/${made.customer}`)).body, {
      reference: 'fresh',
      email: 'fresh@example.com',
    });
    assert.equal((await create({ customer_reference: 'fresh' })).customer, made.customer);
    assert.equal((await create()).customer, null);
  });

  test('ten sessions at once for a reference that is not known yet: one customer, and every session is made', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, () =>
        w.call('POST', '/v1/checkout_sessions', { amount_total: 1, currency: 'USD', customer_reference: 'rush' }),
      ),
    );
    assert.deepEqual(
      replies.map((r) => r.status),
      Array.from({ length: 10 }, () => 201),
    );
    assert.equal(new Set(replies.map((r) => r.body.customer)).size, 1);
  });

  test('sums that add up: free lines, tax alone, discount alone, the largest amounts', async () => {
    await create({
      amount_total: 500,
      line_items: [
        { name: 'Gift', quantity: 3, unit_amount: 0 },
        { name: 'Mug', quantity: 1, unit_amount: 500 },
      ],
    });
    await create({ amount_total: 500, taxes: [{ name: 'VAT', amount: 500 }] });
    await create({ amount_total: 500, discounts: [{ name: 'D', amount: 9_999 }] });
    await create({ amount_total: maxAmount, line_items: [{ name: 'All', quantity: 1, unit_amount: maxAmount }] });
    await create({
      amount_total: 12,
      currency: 'JPY',
      line_items: [{ name: 'a', quantity: 1_000_000, unit_amount: 1 }],
      discounts: [{ name: 'd', amount: 999_988 }],
    });
  });
});

describe('POST /v1/checkout_sessions 400', () => {
  test('each field by its name and what it must be', async () => {
    const item = { name: 'A', quantity: 1, unit_amount: 4_277 };
    const cases: [Record<string, unknown>, string, RegExp][] = [
      [{ amount_total: 0 }, 'amount_total', /from 1 to 999999999999; got 0/],
      [{ amount_total: -1 }, 'amount_total', /got -1/],
      [{ amount_total: '4277' }, 'amount_total', /got text of 4 characters/],
      [{ amount_total: 42.77 }, 'amount_total', /got 42.77/],
      [{ amount_total: 2 ** 53 }, 'amount_total', /got a long number/],
      [{ line_items: [{ ...item, quantity: 0 }] }, 'line_items[0].quantity', /from 1 to 1000000; got 0/],
      [{ line_items: [item, { ...item, quantity: 1.5 }] }, 'line_items[1].quantity', /got 1.5/],
      [{ line_items: [{ ...item, unit_amount: -1 }] }, 'line_items[0].unit_amount', /from 0 to 999999999999; got -1/],
      [{ line_items: [{ ...item, name: '' }] }, 'line_items[0].name', /1 to 250 characters/],
      [
        { line_items: [{ ...item, image_url: 'javascript:alert(1)' }] },
        'line_items[0].image_url',
        /https:\/\/ or http:\/\//,
      ],
      [{ line_items: 'beans' }, 'line_items', /must be a list .*; got text of 5 characters/],
      [{ line_items: ['beans'] }, 'line_items[0]', /must be an object; got text/],
      [
        { line_items: Array.from({ length: 101 }, () => item) },
        'line_items',
        /a list with 0 to 100 entries; got a list of 101/,
      ],
      [{ taxes: [{ name: 'T', amount: -5 }] }, 'taxes[0].amount', /from 0 to/],
      [{ discounts: [{ name: 'D', amount: null }] }, 'discounts[0].amount', /got null/],
      [{ success_url: 'shop.example.com/x' }, 'success_url', /begins with https:\/\/ or http:\/\//],
      [{ cancel_url: 'javascript:alert(1)' }, 'cancel_url', /begins with https:\/\/ or http:\/\//],
      [{ expires_in: 59 }, 'expires_in', /from 60 to 86400; got 59/],
      [{ expires_in: 86_401 }, 'expires_in', /from 60 to 86400/],
      [{ locale: 'english please' }, 'locale', /a BCP 47 tag/],
      [{ customer_email: 'nobody' }, 'customer_email', /an e-mail address/],
      [{ capture: 'no' }, 'capture', /true or false/],
    ];
    for (const [input, param, detail] of cases) await refused(input, { code: 'parameter_invalid', param, detail });
    await refused(
      { line_items: [{ name: 'A', unit_amount: 1 }] },
      { code: 'parameter_missing', param: 'line_items[0].quantity', detail: /from 1 to 1000000/ },
    );
    await refused(
      { line_items: [{ ...item, colour: 1 }] },
      { code: 'parameter_unknown', param: 'line_items[0].colour', detail: /Known here: price, name, description/ },
    );
    await refused(
      { amount: 1 },
      { code: 'parameter_unknown', param: 'amount', detail: /There is no parameter 'amount'/ },
    );
    await refused({ currency: 'eur' }, { code: 'currency_unsupported', param: 'currency', detail: /'EUR'/ });
  });

  test('a customer whose reference is another one', async () => {
    const c = (await w.call('POST', '/v1/customers', { reference: 'mine' })).body.id;
    await refused(
      { customer: c, customer_reference: 'other' },
      {
        code: 'parameter_invalid',
        param: 'customer_reference',
        detail: /Leave customer_reference out, or update the customer/,
      },
    );
  });
});

describe('POST /v1/checkout_sessions 404 and 422', () => {
  test('404: an unknown, a deleted and another tenant’s customer', async () => {
    const theirs = (await w.call('POST', '/v1/customers', { name: 'T' }, { as: w.other.secret })).body.id;
    const gone = (await w.call('POST', '/v1/customers', { name: 'G' })).body.id;
    await w.call('DELETE', `/v1/customers/${gone}`);
    for (const customer of ['cus_none', theirs, gone])
      await refused({ customer }, { code: 'not_found', param: 'customer', detail: /No customer with id/ });
  });

  test('422: sums that do not add up name the difference, in minor units and in words', async () => {
    const line_items = [{ name: 'Beans', quantity: 2, unit_amount: 1_999 }];
    await refused(
      { line_items },
      {
        code: 'total_mismatch',
        param: 'amount_total',
        detail:
          /amount_total is 4277 \(\$42\.77\), but line items 3998 \(\$39\.98\) − discounts 0 \(\$0\.00\) \+ taxes 0 \(\$0\.00\) make 3998 \(\$39\.98\): the difference is 279 \(\$2\.79\). Correct amount_total or the lines/,
      },
    );
    await refused(
      { line_items, amount_total: 3_997 },
      { code: 'total_mismatch', param: 'amount_total', detail: /the difference is -1 \(-\$0\.01\)/ },
    );
    await refused(
      { line_items, amount_total: 3_998, taxes: [{ name: 'VAT', amount: 1 }] },
      { code: 'total_mismatch', param: 'amount_total', detail: /the difference is -1/ },
    );
    await refused(
      { amount_total: 1, currency: 'JPY', line_items: [{ name: 'A', quantity: 1, unit_amount: 500 }] },
      { code: 'total_mismatch', param: 'amount_total', detail: /difference is -499 \(-¥499\)/ },
    );
    await refused(
      { amount_total: 1, currency: 'BTC', line_items: [{ name: 'A', quantity: 1, unit_amount: 2 }] },
      { code: 'total_mismatch', param: 'amount_total', detail: /difference is -1 \(-0\.00000001 BTC\)/ },
    );
  });

  test('422: a discount larger than what it is taken from, and taxes larger than the total, are named', async () => {
    await refused(
      {
        amount_total: 50,
        line_items: [{ name: 'A', quantity: 1, unit_amount: 100 }],
        discounts: [{ name: 'D', amount: 150 }],
        taxes: [{ name: 'T', amount: 100 }],
      },
      {
        code: 'total_mismatch',
        param: 'discounts',
        detail: /discounts, 150 \(\$1\.50\), are more than what they are taken from, 100 \(\$1\.00\)/,
      },
    );
    await refused(
      { amount_total: 100, taxes: [{ name: 'VAT', amount: 200 }] },
      { code: 'total_mismatch', param: 'taxes', detail: /taxes, 200 \(\$2\.00\), are more than amount_total/ },
    );
  });

  test('422: lines that no amount can hold are refused, not rounded, wherever 2^53 is passed', async () => {
    const huge = { name: 'A', quantity: 1_000_000, unit_amount: maxAmount };
    await refused(
      { line_items: [huge] },
      { code: 'amount_too_large', param: 'line_items', detail: /more than an amount can hold/ },
    );
    // Just below 2^53 by the lines alone, beyond it with the taxes.
    await refused(
      {
        line_items: [{ name: 'A', quantity: 9_007, unit_amount: maxAmount }],
        taxes: Array.from({ length: 20 }, () => ({ name: 'T', amount: maxAmount })),
      },
      { code: 'amount_too_large', param: 'line_items', detail: /more than an amount can hold/ },
    );
  });
});

describe('expiry', () => {
  test('by the clock: the hour is over, the event says so, it has no page any more and takes no money', async () => {
    w.clock.stop();
    const s = await create();
    w.clock.advance(hours(1) - seconds(5));
    await w.work();
    assert.equal((await get(s.id)).status, 'open');
    w.clock.advance(seconds(6));
    w.clock.goOn();
    const token = await w.token();
    assert.equal((await pay(s.id, { token })).state, 'expired', 'also before a worker has noticed');
    await w.work();
    assert.partialDeepStrictEqual(await get(s.id), {
      status: 'expired',
      payment_status: 'unpaid',
      url: null,
      payment: null,
    });
    assert.deepEqual(await eventsOf(s.id), ['checkout_session.expired']);
    assert.equal((await pay(s.id, { token })).state, 'expired');
    assert.equal(
      (await w.call('POST', '/v1/payments', { amount: 1, currency: 'USD', token })).status,
      201,
      'the token was not used up',
    );
  });

  test('by expires_in', async () => {
    const s = await create({ expires_in: 60 });
    w.clock.advance(seconds(61));
    await w.work();
    assert.equal((await get(s.id)).status, 'expired');
  });

  test('by hand: 200, and 200 again with one event; 409 when it is paid; 404 for a stranger', async () => {
    const s = await create();
    await refuses(w, ['POST', `/v1/checkout_sessions/${s.id}/expire`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No checkout session/,
    });
    const first = await w.call('POST', `/v1/checkout_sessions/${s.id}/expire`);
    assert.equal(first.status, 200);
    assert.partialDeepStrictEqual(first.body, { status: 'expired', url: null });
    assert.deepEqual((await w.call('POST', `/v1/checkout_sessions/${s.id}/expire`)).body, first.body);
    assert.deepEqual(await eventsOf(s.id), ['checkout_session.expired']);

    const paid = await create();
    assert.equal((await pay(paid.id, { token: await w.token() })).state, 'complete');
    assert.partialDeepStrictEqual(await get(paid.id), { status: 'complete', payment_status: 'paid', url: null });
    await refuses(w, ['POST', `/v1/checkout_sessions/${paid.id}/expire`], {
      code: 'session_complete',
      param: 'id',
      detail: /Refund its payment instead/,
    });
  });

  test('a payment that succeeds after its session expired is attached, and an event says that it was late', async () => {
    const s = await create();
    assert.equal((await pay(s.id, { token: await w.token('4000000000003220') })).state, 'requires_authentication');
    await w.call('POST', `/v1/checkout_sessions/${s.id}/expire`);
    await answerChallenge((await get(s.id)).payment);
    await perform(checkoutStatus, page(s.id), { input: { id: s.id } });
    assert.partialDeepStrictEqual(await get(s.id), { status: 'complete', payment_status: 'paid' });
    assert.deepEqual(await eventsOf(s.id), [
      'checkout_session.completed',
      'checkout_session.expired',
      'checkout_session.late_payment',
    ]);
    await w.verify();
  });

  test('a customer deleted during the challenge: the money that came is attached all the same', async () => {
    const customer = (await w.call('POST', '/v1/customers', { name: 'Leaves' })).body.id;
    const s = await create({ customer });
    await pay(s.id, { token: await w.token('4000000000003220'), save_payment_method: true });
    await w.call('DELETE', `/v1/customers/${customer}`);
    await answerChallenge((await get(s.id)).payment);
    await w.work();
    await perform(checkoutStatus, page(s.id), { input: { id: s.id } }).catch(() => {});
    assert.partialDeepStrictEqual(await get(s.id), { status: 'complete', payment_status: 'paid' });
  });

  /** The customer presses the bank's button: the simulator's own page settles the call. */
  async function answerChallenge(payment: string): Promise<void> {
    const attempt = await w.env.db.query
      .selectFrom('attempts')
      .select('id')
      .where('payment_id', '=', payment)
      .where('kind', '=', 'authorize')
      .executeTakeFirstOrThrow();
    const { settleChallenge } = await import('../../src/connectors/simulator/index.ts');
    await settleChallenge(
      { store: w.env.simulator_store, clock: w.clock, random: w.env.random },
      attempt.id,
      'approve',
    );
  }
});

describe('GET /v1/checkout_sessions', () => {
  test('200: by status, customer and reference, pages both ways; never another tenant’s', async () => {
    const customer = (await w.call('POST', '/v1/customers', { name: 'L' })).body.id;
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) ids.push((await create({ customer, merchant_reference: `ref_${i % 2}` })).id);
    await w.call('POST', `/v1/checkout_sessions/${ids[0]}/expire`);
    const newest = (some: string[]) => [...some].sort().reverse();
    await walks(w, `/v1/checkout_sessions?customer=${customer}`, newest(ids), [1, 4, 100]);
    await walks(w, `/v1/checkout_sessions?customer=${customer}&status=open`, newest(ids.slice(1)), [3]);
    await walks(w, `/v1/checkout_sessions?customer=${customer}&status=expired`, newest(ids.slice(0, 1)), [3]);
    await walks(
      w,
      `/v1/checkout_sessions?customer=${customer}&merchant_reference=ref_1`,
      newest(ids.filter((_, i) => i % 2 === 1)),
      [2],
    );
    assert.deepEqual(
      (await w.call('GET', `/v1/checkout_sessions?customer=${customer}`, undefined, { as: w.other.secret })).body.data,
      [],
    );
  });

  test('400, 403 and 404', async () => {
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/checkout_sessions?${query}`], { code: 'parameter_invalid', param, detail });
    await refuses(w, ['GET', '/v1/checkout_sessions?status=paid'], {
      code: 'parameter_invalid',
      param: 'status',
      detail: /one of 'open', 'complete', 'expired'/,
    });
    await refuses(w, ['GET', '/v1/checkout_sessions', undefined, { as: w.tenant.publishable }], {
      code: 'permission_denied',
      detail: /Call it from your server with a secret key/,
    });
    const s = await create();
    for (const as of [w.other.secret, w.other.publishable])
      await refuses(w, ['GET', `/v1/checkout_sessions/${s.id}`, undefined, { as }], {
        code: 'not_found',
        param: 'id',
        detail: /No checkout session/,
      });
  });
});
