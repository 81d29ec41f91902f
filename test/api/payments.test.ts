// Creating and getting a payment over HTTP: the object field by field, its events and postings, and every refusal by status.
// What happens to a payment afterwards is in payment-moves.test.ts, lists in payment-lists.test.ts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testCards } from '../../src/connectors/simulator/cards.ts';
import { payloadIn } from '../../src/events/event.ts';
import { minutes } from '../../src/kit/clock.ts';
import { currencies, maxAmount } from '../../src/kit/money.ts';
import { refuses } from '../kit/refusal.ts';
import { changedTables, gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

describe('POST /v1/payments', () => {
  let w: World;
  before(async () => {
    w = await openWorld({
      fee_schedule: {
        rules: [
          { bps: 290, fixed: 30 },
          { currency: 'JPY', bps: 360, fixed: 0 },
        ],
      },
    });
  });
  after(() => w.close());

  const create = (input: Record<string, unknown> = {}, key?: string) =>
    w.call('POST', '/v1/payments', { amount: 1999, currency: 'USD', ...input }, key === undefined ? {} : { key });
  const refused = (input: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
    refuses(w, ['POST', '/v1/payments', { amount: 1999, currency: 'USD', ...input }], expected);
  const eventsOf = async (id: string) =>
    (await w.env.db.query
      .selectFrom('events')
      .select(['type', 'request_id'])
      .select(payloadIn('events').as('payload'))
      .where('object_id', '=', id)
      .orderBy('id')
      .execute()) ?? [];
  /** Events of one moment have no order among themselves (kit/id.ts). */
  const tells = (events: { type: string }[], expected: string[]) =>
    assert.deepEqual(events.map((e) => e.type).sort(), [...expected].sort());
  const postingsOf = (id: string) =>
    w.env.db.query.selectFrom('ledger_postings').selectAll().where('group_id', '=', id).orderBy('position').execute();

  describe('201', () => {
    test('a token is charged at once: every field, its events, its posting and fee', async () => {
      const customer = (await w.call('POST', '/v1/customers', { email: 'ada@example.com' })).body.id;
      const token = await w.token('4242424242424242', {
        billing_address: { line1: '1 Main St', postal_code: '94107', country: 'US' },
      });
      const before = await rowCounts(w);
      const reply = await create({
        token,
        customer,
        email: 'Ada@Example.com',
        description: 'Two bags',
        merchant_reference: 'order_1',
        metadata: { cart: 'c_1', ключ: '値 😀' },
        return_url: 'https://shop.example.com/back',
      });
      assert.equal(reply.status, 201, reply.text);
      assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8');
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.match(String(reply.headers['request-id']), /^req_[0-9a-z]{26}$/);
      const p = reply.body;
      assert.match(p.id, /^pay_[0-9a-z]{26}$/);
      assert.deepEqual(p, {
        id: p.id,
        object: 'payment',
        status: 'completed',
        amount: 1999,
        currency: 'USD',
        amount_authorized: 1999,
        amount_capturable: 0,
        amount_captured: 1999,
        amount_refunded: 0,
        amount_disputed: 0,
        amount_refundable: 1999,
        capture: true,
        description: 'Two bags',
        merchant_reference: 'order_1',
        metadata: { cart: 'c_1', ключ: '値 😀' },
        customer,
        email: 'Ada@Example.com',
        checkout_session: null,
        invoice: null,
        payment_method: {
          id: null,
          type: 'card',
          card: {
            brand: 'visa',
            last_four: '4242',
            exp_month: 12,
            exp_year: 2034,
            funding: 'credit',
            country: 'US',
            issuer: 'Test Bank',
            fingerprint: p.payment_method.card.fingerprint,
          },
          billing_address: { line1: '1 Main St', postal_code: '94107', country: 'US' },
        },
        bitcoin: null,
        processing: {
          provider: 'simulator',
          provider_reference: p.processing.provider_reference,
          authorization_code: p.processing.authorization_code,
          cvc_result: 'pass',
          avs_result: 'pass',
          three_d_secure: null,
          risk_level: 'low',
        },
        exchange_fee: 0,
        exchange: null,
        decline: null,
        breakdown: null,
        return_url: 'https://shop.example.com/back',
        checkout_url: null,
        request_id: reply.headers['request-id'],
        created_at: p.created_at,
        updated_at: p.updated_at,
      });
      assert.match(p.processing.provider_reference, /^sim_/);
      assert.match(p.processing.authorization_code, /^\d{6}$/);
      assert.ok(Date.parse(p.created_at) <= Date.parse(p.updated_at));
      assert.ok(
        !reply.text.includes('4242424242424242') && !reply.text.includes(w.tenant.account.account_id),
        'no number and no account id is told',
      );
      assert.deepEqual(gained(before, await rowCounts(w)), {
        payments: 1,
        attempts: 1,
        events: 2,
        balances: 1,
        ledger_postings: 1,
        simulator_calls: 1,
      });

      const events = await eventsOf(p.id);
      tells(events, ['payment.created', 'payment.completed']);
      assert.deepEqual(
        JSON.parse(events.find((e) => e.type === 'payment.completed')?.payload ?? ''),
        p,
        'the event froze the object that the caller got',
      );
      assert.ok(events.every((e) => e.request_id === reply.headers['request-id']));
      const [posting, ...more] = await postingsOf(p.id);
      assert.equal(more.length, 0);
      // 1999 × 2.9 % = 57.971, rounded 58, and 30.
      assert.partialDeepStrictEqual(posting, {
        recipe: 'capture',
        amount: 1999,
        fee: 88,
        provider_receivable: 1999,
        incoming: -1911,
        fees: -88,
        available: 0,
      });
      assert.deepEqual((await w.call('GET', `/v1/payments/${p.id}`)).body, p);
      await w.verify();
    });

    test('capture false holds the amount: authorized, nothing is posted', async () => {
      const { body: p } = await create({ token: await w.token(), capture: false });
      assert.partialDeepStrictEqual(p, {
        status: 'authorized',
        capture: false,
        amount_authorized: 1999,
        amount_capturable: 1999,
        amount_captured: 0,
        amount_refundable: 0,
        checkout_url: null,
      });
      tells(await eventsOf(p.id), ['payment.created', 'payment.authorized']);
      assert.deepEqual(await postingsOf(p.id), []);
    });

    test('without a card it waits on our page: pending, with the page’s address', async () => {
      const before = await rowCounts(w);
      const { status, body: p } = await create();
      assert.equal(status, 201);
      assert.partialDeepStrictEqual(p, {
        status: 'pending',
        payment_method: null,
        checkout_url: `http://florin.test/pay/${p.id}`,
        amount_authorized: 0,
        decline: null,
      });
      assert.deepEqual(gained(before, await rowCounts(w)), { payments: 1, page_links: 1, events: 1 });
    });

    test('a card that needs a challenge: requires_authentication, with the page’s address', async () => {
      const { status, body: p } = await create({ token: await w.token('4000000000003220') });
      assert.equal(status, 201);
      assert.partialDeepStrictEqual(p, {
        status: 'requires_authentication',
        checkout_url: `http://florin.test/pay/${p.id}`,
        amount_authorized: 0,
        decline: null,
      });
      tells(await eventsOf(p.id), ['payment.created', 'payment.requires_authentication']);
    });

    test('a frictionless authentication is told with the payment', async () => {
      const { body: p } = await create({ token: await w.token('4000000000003055') });
      assert.deepEqual(p.processing.three_d_secure, {
        flow: 'frictionless',
        result: 'authenticated',
        version: '2.2.0',
        liability_shift: true,
      });
    });

    test('a decline is data: status failed, the code for the merchant and words for the customer; nothing is posted', async () => {
      const declines: [string, string][] = [
        ['4000000000000002', 'generic_decline'],
        ['4000000000009995', 'insufficient_funds'],
        ['4000000000009987', 'lost_card'],
        ['4000000000009979', 'stolen_card'],
        ['4000000000000069', 'expired_card'],
        ['4000000000000127', 'incorrect_cvc'],
        ['4000000000000119', 'processing_error'],
        ['4000008400001280', 'authentication_failed'],
      ];
      for (const [number, code] of declines) {
        const { status, body: p } = await create({ token: await w.token(number) });
        assert.equal(status, 201, code);
        assert.partialDeepStrictEqual(p, {
          status: 'failed',
          amount_authorized: 0,
          amount_captured: 0,
          amount_refundable: 0,
          checkout_url: null,
        });
        assert.equal(p.decline.code, code);
        assert.ok(p.decline.message.length > 0 && p.decline.advice.length > 0);
        tells(await eventsOf(p.id), ['payment.created', 'payment.failed']);
        assert.deepEqual(await postingsOf(p.id), []);
      }
    });

    test('a thief is not told that a card is known as stolen: the words are those of any decline', async () => {
      const of = async (number: string) => (await create({ token: await w.token(number) })).body.decline;
      const [plain, lost, stolen] = [
        await of('4000000000000002'),
        await of('4000000000009987'),
        await of('4000000000009979'),
      ];
      for (const d of [lost, stolen]) assert.deepEqual([d.message, d.advice], [plain.message, plain.advice]);
    });

    test('a provider that does not answer: processing, no second movement, resolved to its end by the safety job', async () => {
      for (const [number, end] of [
        ['4000000000008013', 'completed'],
        ['4000000000008039', 'failed'],
        ['4000000000008021', 'failed'],
      ] as const) {
        const { status, body: p } = await create({ token: await w.token(number) });
        assert.equal(status, 201);
        assert.equal(p.status, 'processing');
        await refuses(w, ['POST', `/v1/payments/${p.id}/confirm`, { token: await w.token() }], {
          code: 'payment_in_progress',
          detail: /Wait for its outcome/,
        });
        await refuses(w, ['POST', `/v1/payments/${p.id}/cancel`], {
          code: 'payment_in_progress',
          detail: /Wait for its outcome/,
        });
        w.clock.advance(minutes(5));
        await w.work();
        assert.equal((await w.call('GET', `/v1/payments/${p.id}`)).body.status, end, number);
      }
      await w.verify();
    });

    test('every brand that the simulator approves is shown by brand, last four and funding', async () => {
      for (const card of testCards.filter((c) => c.scenario === 'approved')) {
        const { body: p } = await create({ token: await w.token(card.number) });
        assert.equal(p.status, 'completed', card.number);
        assert.partialDeepStrictEqual(p.payment_method.card, {
          brand: card.brand,
          last_four: card.number.slice(-4),
          funding: card.funding,
        });
      }
    });

    test('currencies of 0, 2, 3 and 8 decimals keep their integers; fees follow the schedule of the currency', async () => {
      for (const [currency, amount, fee] of [
        ['JPY', 1999, 72],
        ['USD', 1999, 88],
        ['KWD', 1999, 88],
        ['BHD', 12_345, 388],
        ['BTC', 150_000_000, 4_350_030],
      ] as const) {
        const { body: p } = await create({ amount, currency, token: await w.token() });
        assert.partialDeepStrictEqual(p, { amount, currency, amount_captured: amount });
        const [posting] = await postingsOf(p.id);
        assert.partialDeepStrictEqual(posting, { currency, amount, fee, incoming: fee - amount });
      }
      for (const currency of Object.keys(currencies)) assert.equal((await create({ currency })).status, 201, currency);
    });

    test('the largest amount and the smallest one are exact; a fee never takes more than the amount', async () => {
      const large = (await create({ amount: maxAmount, token: await w.token() })).body;
      assert.equal(large.amount_captured, 999_999_999_999);
      const [posting] = await postingsOf(large.id);
      assert.equal(posting?.fee, 29_000_000_030);
      const small = (await create({ amount: 1, token: await w.token() })).body;
      const [tiny] = await postingsOf(small.id);
      assert.partialDeepStrictEqual(tiny, { amount: 1, fee: 1, incoming: 0 });
    });

    test('a saved card is charged: with its id, its customer, and no security code', async () => {
      const customer = (await w.call('POST', '/v1/customers', { name: 'Ada' })).body.id;
      const method = (await w.call('POST', '/v1/payment_methods', { customer, token: await w.token() })).body.id;
      const { body: p } = await create({ payment_method: method });
      assert.partialDeepStrictEqual(p, { status: 'completed', customer });
      assert.equal(p.payment_method.id, method);
      assert.equal(p.processing.cvc_result, 'unchecked');
    });

    test('metadata with names of the language’s own (`__proto__`, `constructor`) is kept as it is', async () => {
      const raw = '{"amount":1999,"currency":"USD","metadata":{"__proto__":"a","constructor":"b","toString":"c"}}';
      const reply = await w.call('POST', '/v1/payments', undefined, { raw });
      assert.equal(reply.status, 201, reply.text);
      assert.ok(reply.text.includes('"__proto__":"a"'));
      const again = await w.call('GET', `/v1/payments/${reply.body.id}`);
      assert.equal(
        JSON.stringify(again.body.metadata),
        '{"toString":"c","__proto__":"a","constructor":"b"}',
        'Postgres orders names by length',
      );
    });

    test('50 metadata keys of 40 characters and values of 500 fit', async () => {
      const metadata = Object.fromEntries(
        Array.from({ length: 50 }, (_, i) => [`${i}`.padEnd(40, 'k'), 'v'.repeat(500)]),
      );
      const { status, body } = await create({ metadata });
      assert.equal(status, 201);
      assert.deepEqual((await w.call('GET', `/v1/payments/${body.id}`)).body.metadata, metadata);
    });
  });

  describe('400', () => {
    test('an amount that is negative, zero, a fraction, text, huge or no number is refused by name', async () => {
      const detail = /^'amount' must be a whole number from 1 to 999999999999; got /;
      for (const amount of [
        -1,
        0,
        0.5,
        1999.01,
        '1999',
        '',
        null,
        true,
        [],
        {},
        maxAmount + 1,
        2 ** 53,
        2 ** 53 + 2,
        1e21,
      ]) {
        await refused({ amount }, { code: 'parameter_invalid', param: 'amount', detail });
      }
      for (const text of ['9007199254740993', '1e400', '-0', '1e-7', '0.1e1000000']) {
        await refuses(w, ['POST', '/v1/payments', undefined, { raw: `{"amount":${text},"currency":"USD"}` }], {
          code: 'parameter_invalid',
          param: 'amount',
          detail,
        });
      }
    });

    test('a missing parameter is named with what it must be', async () => {
      await refuses(w, ['POST', '/v1/payments', { currency: 'USD' }], {
        code: 'parameter_missing',
        param: 'amount',
        detail: /'amount' is required: a whole number from 1 to/,
      });
      await refuses(w, ['POST', '/v1/payments', { amount: 1 }], {
        code: 'parameter_missing',
        param: 'currency',
        detail: /'currency' is required: text of 3 to 3 characters/,
      });
    });

    test('an unknown parameter is named, with the one that was probably meant', async () => {
      for (const [name, meant] of [
        ['ammount', 'amount'],
        ['merchantReference', 'merchant_reference'],
        ['PaymentMethod', 'payment_method'],
        ['curency', 'currency'],
      ] as const) {
        await refused(
          { [name]: 1 },
          {
            code: 'parameter_unknown',
            param: name,
            detail: new RegExp(`There is no parameter '${name}'. Did you mean '${meant}'\\?`),
          },
        );
      }
      await refused(
        { zzz: 1 },
        { code: 'parameter_unknown', param: 'zzz', detail: /Known here: amount, currency, token/ },
      );
      const long = 'x'.repeat(500);
      const reply = await refused(
        { [long]: 1 },
        { code: 'parameter_unknown', param: `${'x'.repeat(60)}…`, detail: /x{60}…/ },
      );
      assert.ok(reply.text.length < 1200, 'a long name is not sent back whole');
    });

    test('a wrong type is told by kind and never echoed: it may be a card number', async () => {
      await refused(
        { capture: 'yes' },
        {
          code: 'parameter_invalid',
          param: 'capture',
          detail: /'capture' must be true or false; got text of 3 characters/,
        },
      );
      await refused(
        { description: 5 },
        {
          code: 'parameter_invalid',
          param: 'description',
          detail: /'description' must be text of 1 to 500 characters; got 5/,
        },
      );
      await refused(
        { metadata: ['a'] },
        { code: 'parameter_invalid', param: 'metadata', detail: /'metadata' must be an object/ },
      );
      await refused(
        { metadata: { a: { b: 1 } } },
        {
          code: 'parameter_invalid',
          param: 'metadata.a',
          detail: /must be text of at most 500 characters; got an object/,
        },
      );
      for (const wrong of [
        { customer: 4242424242424242 },
        { description: 4242424242424242 },
        { capture: '4242424242424242' },
        { metadata: { card: 4242424242424242 } },
      ]) {
        const reply = await w.call('POST', '/v1/payments', { amount: 1, currency: 'USD', ...wrong });
        assert.equal(reply.status, 400);
        assert.ok(!reply.text.includes('42424242'), reply.text);
      }
    });

    test('a currency in small letters is told how to write it; an unknown one, which there are', async () => {
      await refused(
        { currency: 'usd' },
        { code: 'currency_unsupported', param: 'currency', detail: /Write it in capitals: 'USD'/ },
      );
      await refused(
        { currency: 'XXX' },
        { code: 'currency_unsupported', param: 'currency', detail: /Supported: USD, EUR, .*BTC/ },
      );
      await refused(
        { currency: 'DOLLAR' },
        { code: 'parameter_invalid', param: 'currency', detail: /text of 3 to 3 characters/ },
      );
      // The letters that reach US and USD by upper-casing only in other scripts.
      await refused(
        { currency: 'uſd' },
        { code: 'currency_unsupported', param: 'currency', detail: /capitals|Supported/ },
      );
    });

    test('metadata beyond its limits is refused: keys, their length, values, odd keys', async () => {
      const tooMany = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']));
      await refused({ metadata: tooMany }, { code: 'parameter_invalid', param: 'metadata', detail: /at most 50 keys/ });
      await refused(
        { metadata: { ['k'.repeat(41)]: 'v' } },
        { code: 'parameter_invalid', param: 'metadata', detail: /1 to 40 characters; one has 41/ },
      );
      await refused(
        { metadata: { '': 'v' } },
        { code: 'parameter_invalid', param: 'metadata', detail: /1 to 40 characters; one has 0/ },
      );
      await refused(
        { metadata: { a: 'v'.repeat(501) } },
        { code: 'parameter_invalid', param: 'metadata.a', detail: /at most 500 characters/ },
      );
      // A key with a line break once passed the pattern, and with it any value at all.
      await refused(
        { metadata: { 'a\nb': { deep: [1, 2] } } },
        { code: 'parameter_invalid', param: 'metadata.a\nb', detail: /at most 500 characters; got an object/ },
      );
    });

    test('NUL and half a surrogate pair are refused wherever they stand', async () => {
      for (const bad of ['a\u0000b', 'a\ud800b', '\udc00', 'end\ud83d']) {
        await refused(
          { description: bad },
          { code: 'parameter_invalid', param: 'description', detail: /no text \(NUL or half of a pair\). Remove it/ },
        );
        await refused(
          { metadata: { note: bad } },
          { code: 'parameter_invalid', param: 'metadata.note', detail: /Remove it/ },
        );
        await refused(
          { metadata: { [bad]: 'v' } },
          { code: 'parameter_invalid', param: 'metadata', detail: /Remove it/ },
        );
      }
      await refused({ 'a\u0000': 1 }, { code: 'parameter_invalid', detail: /Remove it/ });
    });

    test('addresses of pages must be http or https, e-mail addresses must be ones', async () => {
      for (const url of [
        'javascript:alert(1)',
        '//evil.example',
        'ftp://example.com/',
        'not a url',
        'data:text/html,x',
      ]) {
        for (const name of ['return_url', 'cancel_url'])
          await refused({ [name]: url }, { code: 'parameter_invalid', param: name, detail: /https:\/\/ or http:\/\// });
      }
      for (const email of ['no', 'a@', '@b', 'a b@c', '<a@b>', 'a@b\n'])
        await refused(
          { email },
          {
            code: 'parameter_invalid',
            param: 'email',
            detail: /an e-mail address such as ada@example.com|of 3 to 254 characters/,
          },
        );
    });

    test('both a token and a saved card, or a token that is not whole', async () => {
      const token = await w.token();
      await refused(
        { token, payment_method: 'pm_x' },
        { code: 'parameter_invalid', param: 'payment_method', detail: /either token or payment_method, not both/ },
      );
      await refused(
        { token: `${token.slice(0, -3)}AAA` },
        { code: 'parameter_invalid', param: 'token', detail: /Send it exactly as the tokens call returned it/ },
      );
      await refused(
        { token: `${token.split('~')[0]}~` },
        { code: 'parameter_invalid', param: 'token', detail: /exactly/ },
      );
      assert.equal((await create({ token })).status, 201, 'the token is still good: no refusal used it up');
    });

    test('a saved card of another customer', async () => {
      const [a, b] = [
        (await w.call('POST', '/v1/customers', { name: 'A' })).body.id,
        (await w.call('POST', '/v1/customers', { name: 'B' })).body.id,
      ];
      const method = (await w.call('POST', '/v1/payment_methods', { customer: a, token: await w.token() })).body.id;
      await refused(
        { customer: b, payment_method: method },
        { code: 'parameter_invalid', param: 'payment_method', detail: /belongs to another customer/ },
      );
    });
  });

  describe('404', () => {
    test('ids that never were and ids of another tenant get the same answer', async () => {
      const theirs = await w.call('POST', '/v1/customers', { name: 'Theirs' }, { as: w.other.secret });
      for (const customer of ['cus_none', theirs.body.id]) {
        await refused(
          { customer },
          {
            code: 'not_found',
            param: 'customer',
            detail: new RegExp(`No customer with id '${customer}' exists in this account`),
          },
        );
      }
      const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034 };
      const token = (await w.call('POST', '/v1/tokens', { card }, { as: w.other.publishable })).body.id;
      for (const text of ['tok_none', token])
        await refused({ token: text }, { code: 'not_found', param: 'token', detail: /No token with id/ });
      const method = (
        await w.call('POST', '/v1/payment_methods', { customer: theirs.body.id, token }, { as: w.other.secret })
      ).body.id;
      for (const id of ['pm_none', method])
        await refused(
          { payment_method: id },
          { code: 'not_found', param: 'payment_method', detail: /No payment method with id/ },
        );
    });

    test('a token of another tenant that carries a security code does not even open', async () => {
      const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
      const token = (await w.call('POST', '/v1/tokens', { card }, { as: w.other.publishable })).body.id;
      await refused({ token }, { code: 'parameter_invalid', param: 'token', detail: /not whole/ });
    });

    test('a deleted customer, and the saved card of one', async () => {
      const customer = (await w.call('POST', '/v1/customers', { name: 'Gone' })).body.id;
      const method = (await w.call('POST', '/v1/payment_methods', { customer, token: await w.token() })).body.id;
      await w.call('DELETE', `/v1/customers/${customer}`);
      await refused({ customer }, { code: 'not_found', param: 'customer', detail: /No customer/ });
      await refused(
        { payment_method: method },
        { code: 'not_found', param: 'payment_method', detail: /exists in this account/ },
      );
    });
  });

  describe('409', () => {
    test('a token is good for one use, also when the first one was declined', async () => {
      for (const number of ['4242424242424242', '4000000000000002']) {
        const token = await w.token(number);
        assert.equal((await create({ token })).status, 201);
        await refused({ token }, { code: 'token_used', param: 'token', detail: /Make a new one/ });
      }
    });

    test('twenty payments with one token at once: one is recorded', async () => {
      const token = await w.token();
      const replies = await Promise.all(Array.from({ length: 20 }, () => create({ token })));
      assert.deepEqual(replies.map((r) => r.status).sort(), [201, ...Array.from({ length: 19 }, () => 409)]);
      for (const r of replies.filter((r) => r.status === 409)) assert.equal(r.body.code, 'token_used');
      await w.verify();
    });

    test('a token older than fifteen minutes', async () => {
      const token = await w.token();
      w.clock.advance(minutes(15) + 1);
      await refused(
        { token },
        { code: 'token_expired', param: 'token', detail: /older than fifteen minutes. Make a new one/ },
      );
    });
  });

  describe('GET /v1/payments/{id}', () => {
    test('404 for another tenant’s, an unknown and a mistyped id; nothing of it is told', async () => {
      const { body } = await create({ description: 'secret words' });
      const reply = await refuses(w, ['GET', `/v1/payments/${body.id}`, undefined, { as: w.other.secret }], {
        code: 'not_found',
        param: 'id',
        detail: /No payment with id 'pay_/,
      });
      assert.ok(!reply.text.includes('secret words'));
      await refuses(w, ['GET', '/v1/payments/pay_none'], {
        code: 'not_found',
        param: 'id',
        detail: /exists in this account/,
      });
      await refuses(w, ['GET', `/v1/payments/${'x'.repeat(65)}`], {
        code: 'parameter_invalid',
        param: 'id',
        detail: /1 to 64 characters/,
      });
      await refuses(w, ['GET', '/v1/payments/a%00b'], { code: 'parameter_invalid', param: 'id', detail: /Remove it/ });
      await refuses(w, ['GET', `/v1/payments/${body.id}/timeline`, undefined, { as: w.other.secret }], {
        code: 'not_found',
        param: 'id',
        detail: /No payment/,
      });
    });

    test('reading writes nothing', async () => {
      const { body } = await create();
      const before = await rowCounts(w);
      await w.call('GET', `/v1/payments/${body.id}`);
      await w.call('GET', `/v1/payments/${body.id}/timeline`);
      assert.deepEqual(changedTables(before, await rowCounts(w)), []);
    });
  });
});
