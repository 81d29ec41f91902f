// An order of which a promotion code takes everything off: completed by the page without a payment. What must not appear: a payment, a
// card that is asked for, or a code that was not counted.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { codeOf, countsOf, made, payPage, priceOf, sessionNow, sessionOf, tryCode } from '../kit/catalog.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

let presses = 0;
const press = (session: string, body: Record<string, unknown> = {}) =>
  w.call('POST', `/pay/${session}/payments`, body, { key: `free-${++presses}` });
const page = async (session: string) =>
  (await w.app.server.inject({ method: 'GET', url: `/pay/${session}`, headers: { 'accept-language': 'en-US' } })).body;

describe('orders discounted to nothing', () => {
  for (const [what, coupon] of [
    ['a percentage', { percentage_bps: 10_000 }],
    ['a fixed amount that is more', { fixed_amounts: { USD: 5_000 } }],
  ] as const)
    test(`by ${what}: complete without a payment, its code counted once, told once`, async () => {
      const code = await codeOf(w, coupon);
      const session = await sessionOf(w, { amount_total: 4_000, promotion_code: code.code });
      assert.deepEqual([session.amount_total, session.payment_status], [0, 'unpaid']);
      assert.match(await page(session.id), /Complete order/);
      assert.deepEqual(await countsOf(w, code.id), [0, 0], 'looking at it is no use of it');
      const before = await rowCounts(w);
      const email = `free-${what.length}@example.com`;
      const first = await press(session.id, { email });
      assert.equal(first.body.state, 'complete', first.text);
      const wrote = gained(before, await rowCounts(w));
      assert.equal(wrote.payments ?? 0, 0);
      assert.equal(wrote.attempts ?? 0, 0);
      assert.equal(wrote.coupon_redemptions, 1);
      assert.equal((await press(session.id, { email })).body.state, 'complete');
      assert.partialDeepStrictEqual(await sessionNow(w, session.id), {
        status: 'complete',
        payment_status: 'no_payment_required',
        payment: null,
        url: null,
        customer_email: email,
      });
      assert.deepEqual(await countsOf(w, code.id), [0, 1]);
      const told = (await w.call('GET', '/v1/events?type=checkout_session.completed&limit=100')).body.data.filter(
        (e: { data: { id: string } }) => e.data.id === session.id,
      );
      assert.equal(told.length, 1);
      assert.match(await page(session.id), /Nothing was charged/);
      await w.verify();
    });

  test('taken and removed on the page: a card is asked for exactly when there is something to pay', async () => {
    const code = await codeOf(w, { percentage_bps: 10_000 });
    const session = await sessionOf(w, { amount_total: 4_000, allow_promotion_codes: true });
    const taken = (await tryCode(w, session.id, code.code)).body;
    assert.partialDeepStrictEqual(taken, { state: 'applied', total: '$0.00', free: true, button: 'Complete order' });
    assert.partialDeepStrictEqual((await tryCode(w, session.id, null)).body, {
      total: '$40.00',
      free: false,
      button: 'Pay $40.00',
    });
    const bare = await press(session.id, { email: 'bare@example.com' });
    assert.equal(bare.body.code, 'parameter_missing', 'a press without a card pays nothing that costs something');
    assert.equal((await payPage(w, session.id, { email: 'bare@example.com' })).body.state, 'complete');
    assert.deepEqual(await countsOf(w, code.id), [0, 0]);
  });

  test('a code that is used up meanwhile is refused, and the session stays open', async () => {
    const code = await codeOf(w, { percentage_bps: 10_000 }, { max_redemptions: 1 });
    const [one, two] = [
      await sessionOf(w, { amount_total: 100, promotion_code: code.code }),
      await sessionOf(w, { amount_total: 100, promotion_code: code.code }),
    ];
    assert.equal((await press(one.id, { email: 'one@example.com' })).body.state, 'complete');
    assert.equal((await press(two.id, { email: 'two@example.com' })).body.code, 'promotion_code_refused');
    assert.equal((await sessionNow(w, two.id)).status, 'open');
    assert.deepEqual(await countsOf(w, code.id), [0, 1]);
    await w.verify();
  });

  test('first orders and uses of one customer count free ones, too', async () => {
    const code = await codeOf(w, { percentage_bps: 10_000 }, { first_order_only: true });
    const open = () => sessionOf(w, { amount_total: 100, promotion_code: code.code });
    assert.equal((await press((await open()).id, { email: 'Again@example.com' })).body.state, 'complete');
    const again = await press((await open()).id, { email: 'again@EXAMPLE.com' });
    assert.equal(again.body.code, 'promotion_code_refused');
  });

  test('by a payment link it counts against the limit', async () => {
    const price = await priceOf(w);
    const code = await codeOf(w, { percentage_bps: 10_000 });
    const link = await made(w, '/v1/payment_links', {
      line_items: [{ price: price.id }],
      currency: 'USD',
      allow_promotion_codes: true,
      max_completed_sessions: 1,
    });
    const opened = async () => {
      const reply = await w.app.server.inject({
        method: 'GET',
        url: `/l/${link.id}`,
        headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      });
      return String(reply.headers.location).slice('/pay/'.length);
    };
    const [one, two] = [await opened(), await opened()];
    for (const id of [one, two]) {
      w.clock.advance(11_000);
      await tryCode(w, id, code.code);
    }
    assert.equal((await press(one, { email: 'link-1@example.com' })).body.state, 'complete');
    assert.equal((await press(two, { email: 'link-2@example.com' })).body.state, 'expired');
    assert.deepEqual(await countsOf(w, code.id), [0, 1], 'what was not completed is not counted');
    assert.equal((await w.call('GET', `/v1/payment_links/${link.id}`)).body.sessions_completed, 1);
    await w.verify();
  });
});
