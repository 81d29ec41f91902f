// Promotion codes over HTTP and on the page: own text or generated, every limit, and a use that is counted when it is paid and free again
// when it is not. What must not appear: a discount that was not counted, or a count without a payment.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { days, hours } from '../../src/kit/clock.ts';
import { answerChallenge, challengeOf } from '../attack/money.ts';
import { codeNow, codeOf, countsOf, made, payPage, priceOf, sessionNow, sessionOf, tryCode } from '../kit/catalog.ts';
import { walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const open = (more: Record<string, unknown> = {}) =>
  sessionOf(w, { amount_total: 4_000, allow_promotion_codes: true, ...more });
/** Every page takes a few codes a minute from one address. */
const tryLater = async (session: string, code: string | null) => {
  w.clock.advance(11_000);
  return (await tryCode(w, session, code)).body;
};
const refusedOnPage = async (session: string, code: string, message: RegExp) => {
  const { state, message: told, code: shown } = await tryLater(session, code);
  assert.equal(state, 'refused');
  assert.match(told, message);
  assert.equal(shown, null);
  assert.equal((await sessionNow(w, session)).amount_total, 4_000);
};
let people = 0;
const somebody = () => ({ email: `somebody-${++people}@example.com` });

describe('promotion codes', () => {
  test('every field; the text is its own in capitals, or made', async () => {
    const coupon = await made(w, '/v1/coupons', { name: 'A', percentage_bps: 1_000 });
    const customer = await made(w, '/v1/customers', { name: 'Ada' });
    const fields = {
      max_redemptions: 5,
      max_per_customer: 2,
      first_order_only: true,
      minimum_amounts: { USD: 100 },
      valid_from: '2026-01-01T00:00:00.000Z',
      expires_at: '2030-01-01T00:00:00.000Z',
      metadata: { a: '1' },
    };
    const code = await made(w, '/v1/promotion_codes', {
      coupon: coupon.id,
      code: 'Welcome-1',
      customers: [customer.id],
      ...fields,
    });
    assert.match(code.id, /^promo_[0-9a-z]{26}$/);
    assert.deepEqual(code, {
      id: code.id,
      object: 'promotion_code',
      code: 'WELCOME-1',
      coupon: coupon.id,
      status: 'active',
      customers: [customer.id],
      ...fields,
      times_redeemed: 0,
      times_reserved: 0,
      created_at: code.created_at,
      updated_at: code.created_at,
    });
    const generated = await made(w, '/v1/promotion_codes', { coupon: coupon.id });
    assert.match(generated.code, /^[A-HJ-NP-Z2-9]{10}$/);
    const ids = (await w.call('GET', `/v1/promotion_codes?coupon=${coupon.id}`)).body.data.map(
      (c: { id: string }) => c.id,
    );
    await walks(w, `/v1/promotion_codes?coupon=${coupon.id}`, ids, [1, 2]);
    assert.equal((await w.call('GET', '/v1/promotion_codes?code=welcome-1')).body.data[0].id, code.id);
  });

  test('one active code of a text, however it is written; another one after it is disabled', async () => {
    const first = await codeOf(w, {}, { code: 'Twice' });
    const again = { coupon: first.coupon, code: 'TWICE' };
    await refuses(w, ['POST', '/v1/promotion_codes', again], {
      code: 'state_invalid',
      param: 'code',
      detail: /Disable that one/,
    });
    assert.equal((await w.call('POST', `/v1/promotion_codes/${first.id}/disable`)).body.status, 'inactive');
    await made(w, '/v1/promotion_codes', again);
    await refuses(w, ['POST', `/v1/promotion_codes/${first.id}/enable`], {
      code: 'state_invalid',
      param: 'code',
      detail: /Disable that one/,
    });
    for (const code of ['ab', 'a b c', 'ä-code', 'x'.repeat(51)])
      await refuses(w, ['POST', '/v1/promotion_codes', { coupon: first.coupon, code }], {
        code: 'parameter_invalid',
        param: 'code',
        detail: /3 to 50/,
      });
    const other = await w.call('POST', '/v1/promotion_codes', { coupon: first.coupon }, { as: w.other.secret });
    assert.equal(other.status, 404);
  });
});

describe('on the page', () => {
  test('taken, shown, removed, taken again, paid: counted once', async () => {
    const code = await codeOf(w, { percentage_bps: 2_500 });
    const s = await open({ line_items: [{ name: 'Tea', quantity: 2, unit_amount: 2_000 }] });
    const taken = await tryLater(s.id, `  ${code.code.toLowerCase()} `);
    assert.deepEqual([taken.state, taken.code, taken.total], ['applied', code.code, '$30.00']);
    assert.deepEqual(
      taken.sums.map((line: { name: string; amount: string }) => [line.name, line.amount]),
      [
        ['Subtotal', '$40.00'],
        [`Spring sale (${code.code})`, '-$10.00'],
        ['Total due', '$30.00'],
      ],
    );
    const now = await sessionNow(w, s.id);
    assert.deepEqual([now.amount_total, now.promotion_code], [3_000, code.id]);
    assert.deepEqual(now.discounts, [
      { name: 'Spring sale', amount: 1_000, coupon: code.coupon, promotion_code: code.id, code: code.code },
    ]);
    const page = await w.app.server.inject({ method: 'GET', url: `/pay/${s.id}` });
    assert.ok(page.body.includes(code.code) && page.body.includes('-$10.00') && page.body.includes('Pay $30.00'));
    assert.deepEqual(await countsOf(w, code.id), [0, 0], 'looking at it is no use of it');
    assert.deepEqual((await tryLater(s.id, null)).total, '$40.00');
    assert.deepEqual([(await sessionNow(w, s.id)).discounts, (await sessionNow(w, s.id)).promotion_code], [[], null]);
    assert.equal((await tryLater(s.id, code.code)).state, 'applied');
    assert.equal((await payPage(w, s.id, somebody())).body.state, 'complete');
    await w.work();
    assert.deepEqual(await countsOf(w, code.id), [0, 1]);
    const { payment } = await sessionNow(w, s.id);
    const paid = (await w.call('GET', `/v1/payments/${payment}`)).body;
    assert.deepEqual([paid.amount_captured, paid.breakdown.discount], [3_000, 1_000]);
    await w.verify();
  });

  test('each refusal in its words, and the session stays as it is', async () => {
    const s = await open();
    await refusedOnPage(s.id, 'NEVER-WAS', /not valid/);
    const off = await codeOf(w);
    await w.call('POST', `/v1/promotion_codes/${off.id}/disable`);
    await refusedOnPage(s.id, off.code, /not valid/);
    await refusedOnPage(s.id, (await codeOf(w, { fixed_amounts: { EUR: 5 } })).code, /does not apply/);
    await refusedOnPage(s.id, (await codeOf(w, {}, { minimum_amounts: { USD: 4_001 } })).code, /\$40\.01 or more/);
    await refusedOnPage(s.id, (await codeOf(w, { minimum_amounts: { USD: 9_900 } })).code, /\$99\.00 or more/);
    const price = await priceOf(w);
    await refusedOnPage(s.id, (await codeOf(w, { applies_to: 'prices', prices: [price.id] })).code, /does not apply/);
    const customer = await made(w, '/v1/customers', { name: 'Ada' });
    await refusedOnPage(s.id, (await codeOf(w, {}, { customers: [customer.id] })).code, /another customer/);
    const expires_at = new Date(w.clock.now().getTime() + 5_000).toISOString();
    await refusedOnPage(s.id, (await codeOf(w, {}, { expires_at })).code, /expired/);
    const later = await codeOf(w, {}, { valid_from: new Date(w.clock.now().getTime() + days(1)).toISOString() });
    await refusedOnPage(s.id, later.code, /not valid/);
    // In the page's own language.
    const german = await open({ locale: 'de' });
    assert.match((await tryLater(german.id, 'NEVER-WAS')).message, /nicht gültig/);
  });

  test('a code for what is bought, by product', async () => {
    const [beans, mug] = [await priceOf(w, 1_000), await priceOf(w, 500)];
    const code = await codeOf(w, { percentage_bps: 5_000, applies_to: 'products', products: [beans.product] });
    const line_items = [
      { price: beans.id, quantity: 2 },
      { price: mug.id, quantity: 1 },
    ];
    const s = await sessionOf(w, { line_items, promotion_code: code.id });
    assert.deepEqual([s.amount_subtotal, s.discounts[0].amount, s.amount_total], [2_500, 1_000, 1_500]);
  });

  test('a page without the field takes none; a closed one neither', async () => {
    const code = await codeOf(w);
    const plain = await sessionOf(w, { amount_total: 4_000 });
    assert.deepEqual((await tryCode(w, plain.id, code.code)).body.code, 'feature_unavailable');
    w.clock.advance(60_000);
    const paid = await open();
    await payPage(w, paid.id, somebody());
    assert.deepEqual((await tryCode(w, paid.id, code.code)).body.code, 'session_complete');
    const over = await open();
    w.clock.advance(hours(2));
    assert.deepEqual((await tryCode(w, over.id, code.code)).body.code, 'session_expired');
  });

  test('guessing is slow: after ten tries of a page it waits', async () => {
    w.clock.advance(hours(1));
    const s = await open();
    const replies = [];
    w.clock.stop();
    for (let i = 0; i < 14; i++) replies.push((await tryCode(w, s.id, `GUESS-${i}`)).status);
    w.clock.goOn();
    assert.deepEqual(replies, [...Array(10).fill(200), ...Array(4).fill(429)]);
    w.clock.advance(hours(1));
  });

  test('a page is one page however its address is spelled', async () => {
    const s = await open();
    const spelled = [`/pay/${s.id}`, `/pay/%73${s.id.slice(1)}`, `/%70ay/${s.id}`, `/p%61y/s%65${s.id.slice(2)}`];
    const statuses = async (path: string, body: unknown, times: number) => {
      const replies: number[] = [];
      w.clock.stop();
      for (let i = 0; i < times; i++) {
        const url = `${spelled[i % spelled.length]}/${path}`;
        // From everywhere: it is the page that is counted.
        const from = { remoteAddress: `192.0.2.${i}`, headers: { 'content-type': 'application/json' } };
        const reply = await w.app.server.inject({ method: 'POST', url, payload: JSON.stringify(body), ...from });
        replies.push(reply.statusCode);
      }
      w.clock.goOn();
      w.clock.advance(hours(1));
      return replies;
    };
    const guesses = await statuses('promotion_code', { code: 'GUESS' }, 14);
    assert.deepEqual(guesses, [...Array(10).fill(200), ...Array(4).fill(429)]);
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
    const cards = await statuses('tokens', card, 40);
    assert.deepEqual(cards, [...Array(30).fill(200), ...Array(10).fill(429)]);
  });

  test('the merchant’s session with a code: refused in words, and not beside discounts of its own', async () => {
    const code = await codeOf(w, {}, { minimum_amounts: { USD: 5_000 } });
    const refuse = (body: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
      refuses(w, ['POST', '/v1/checkout_sessions', { currency: 'USD', amount_total: 4_000, ...body }], expected);
    await refuse(
      { promotion_code: code.code },
      { code: 'promotion_code_refused', param: 'promotion_code', detail: /5000 \(\$50\.00\)/ },
    );
    await refuse(
      { promotion_code: 'nope' },
      { code: 'promotion_code_refused', param: 'promotion_code', detail: /no such/ },
    );
    await refuse(
      { allow_promotion_codes: true, discounts: [{ name: 'A', amount: 1 }] },
      { code: 'parameter_invalid', param: 'discounts', detail: /Leave one/ },
    );
    await refuse(
      { allow_promotion_codes: true, taxes: [{ name: 'A', amount: 1 }] },
      { code: 'parameter_invalid', param: 'taxes', detail: /automatic_tax/ },
    );
  });
});

describe('a use is counted', () => {
  test('reserved while the bank asks, free again when the card is declined, taken by the next', async () => {
    const code = await codeOf(w, {}, { max_redemptions: 1 });
    const s = await open({ promotion_code: code.code });
    assert.equal((await payPage(w, s.id, somebody(), '4000000000000002')).body.state, 'declined');
    assert.deepEqual(await countsOf(w, code.id), [0, 0]);
    const waiting = await payPage(w, s.id, somebody(), '4000000000003220');
    assert.equal(waiting.body.state, 'requires_authentication');
    assert.deepEqual(await countsOf(w, code.id), [1, 0]);
    const second = await open();
    assert.match((await tryLater(second.id, code.code)).message, /used up/);
    // The customer in front of the bank's page cannot change what they are about to pay.
    w.clock.advance(11_000);
    assert.equal((await tryCode(w, s.id, null)).body.code, 'payment_in_progress');
    const { payment } = await sessionNow(w, s.id);
    await answerChallenge(w, await challengeOf(w, payment), 'refuse');
    await w.call('GET', `/pay/${s.id}/status`);
    await w.work();
    assert.deepEqual(await countsOf(w, code.id), [0, 0]);
    assert.equal((await tryLater(second.id, code.code)).state, 'applied');
    assert.equal((await payPage(w, second.id, somebody())).body.state, 'complete');
    assert.deepEqual(await countsOf(w, code.id), [0, 1]);
    const late = await payPage(w, s.id, somebody());
    assert.deepEqual([late.status, late.body.code], [422, 'promotion_code_refused']);
    await w.verify();
  });

  test('a customer who never comes back from the bank gives it back; so does a session that expires meanwhile', async () => {
    const code = await codeOf(w, {}, { max_redemptions: 1 });
    const s = await open({ promotion_code: code.code });
    assert.equal((await payPage(w, s.id, somebody(), '4000000000003220')).body.state, 'requires_authentication');
    await w.call('POST', `/v1/checkout_sessions/${s.id}/expire`);
    assert.deepEqual(await countsOf(w, code.id), [1, 0], 'it may still be paid');
    for (let i = 0; i < 4; i++) {
      w.clock.advance(hours(1));
      await w.work();
    }
    assert.deepEqual(await countsOf(w, code.id), [0, 0]);
    await w.verify();
  });

  test('per customer, by who they are and by the address they type', async () => {
    const code = await codeOf(w, {}, { max_per_customer: 1 });
    const ada = await made(w, '/v1/customers', { email: 'ada@example.com', name: 'Ada' });
    const first = await open({ customer: ada.id, promotion_code: code.code });
    assert.equal((await payPage(w, first.id)).body.state, 'complete');
    const known = await open({ customer: ada.id });
    assert.match((await tryLater(known.id, code.code)).message, /already used/);
    const guest = await open();
    assert.equal((await tryLater(guest.id, code.code)).state, 'applied', 'nobody knows yet who it is');
    const pressed = await payPage(w, guest.id, { email: 'ADA@example.com' });
    assert.deepEqual([pressed.status, pressed.body.code], [422, 'promotion_code_refused']);
    const other = await open({ promotion_code: code.code });
    assert.equal((await payPage(w, other.id, somebody())).body.state, 'complete');
    assert.deepEqual(await countsOf(w, code.id), [0, 2]);
    await w.verify();
  });

  test('first orders only: not for who has paid anything before', async () => {
    const code = await codeOf(w, {}, { first_order_only: true });
    const old = somebody();
    const before_ = await sessionOf(w, { amount_total: 500 });
    assert.equal((await payPage(w, before_.id, old)).body.state, 'complete');
    const again = await open({ promotion_code: code.code });
    assert.equal((await payPage(w, again.id, old)).body.code, 'promotion_code_refused');
    assert.match((await tryLater((await open({ customer_email: old.email })).id, code.code)).message, /first order/);
    const fresh = await open({ promotion_code: code.code });
    assert.equal((await payPage(w, fresh.id, somebody())).body.state, 'complete');
    assert.equal((await codeNow(w, code.id)).times_redeemed, 1);
    await w.verify();
  });

  test('verify finds a count that is not its redemptions', async () => {
    const code = await codeOf(w);
    await sql`update promotion_codes set times_redeemed = 1 where id = ${code.id}`.execute(w.env.db.query);
    await assert.rejects(w.verify(), /promotion code’s counts/);
    await sql`update promotion_codes set times_redeemed = 0 where id = ${code.id}`.execute(w.env.db.query);
    await w.verify();
  });
});
