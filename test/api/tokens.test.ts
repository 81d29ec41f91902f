// Card tokens over HTTP: made with a publishable key, used once within fifteen minutes; a number or a security code is in no
// answer, no row and no log line.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { testCards } from '../../src/connectors/simulator/cards.ts';
import { minutes } from '../../src/kit/clock.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, mainTables, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const good = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
const make = (card: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  w.call('POST', '/v1/tokens', { card: { ...good, ...card }, ...more }, { as: w.tenant.publishable });
const refused = (card: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
  refuses(w, ['POST', '/v1/tokens', { card: { ...good, ...card } }, { as: w.tenant.publishable }], expected);

describe('POST /v1/tokens', () => {
  test('201: every field, with a publishable and with a secret key', async () => {
    await make({});
    for (const as of [w.tenant.publishable, w.tenant.secret]) {
      const before = await rowCounts(w);
      const {
        status,
        body: t,
        text,
      } = await w.call(
        'POST',
        '/v1/tokens',
        { card: { ...good, number: '4242 4242-4242 4242', holder_name: 'Ada L' } },
        { as },
      );
      assert.equal(status, 201, text);
      assert.match(t.id, /^tok_[0-9a-z]{26}~[\w-]+$/);
      assert.deepEqual(t, {
        id: t.id,
        object: 'token',
        card: {
          brand: 'visa',
          last_four: '4242',
          exp_month: 12,
          exp_year: 2034,
          funding: 'credit',
          country: 'US',
          issuer: 'Test Bank',
          fingerprint: t.card.fingerprint,
        },
        expires_at: t.expires_at,
        created_at: t.created_at,
      });
      assert.equal(Date.parse(t.expires_at) - Date.parse(t.created_at), minutes(15));
      assert.ok(!/4242.?4242|Ada L|"123"/.test(text), 'number, name and code are not told');
      assert.deepEqual(gained(before, await rowCounts(w)), { cards: 1, tokens: 1 }, 'no event tells of a card');
    }
  });

  test('201: the same number has the same fingerprint in one account, and another one in another', async () => {
    const mine = [(await make({})).body, (await make({ exp_year: 2030 })).body].map((t) => t.card.fingerprint);
    assert.equal(mine[0], mine[1]);
    assert.notEqual((await make({ number: '5555555555554444' })).body.card.fingerprint, mine[0]);
    const theirs = (await w.call('POST', '/v1/tokens', { card: good }, { as: w.other.publishable })).body.card
      .fingerprint;
    assert.notEqual(theirs, mine[0]);
  });

  test('201: every documented test card', async () => {
    for (const { number, brand } of testCards) {
      const { status, body } = await make({ number, cvc: brand === 'amex' ? '1234' : '123' });
      assert.equal(status, 201, number);
      assert.partialDeepStrictEqual(body.card, { brand, last_four: number.slice(-4) });
    }
  });

  test('201: without a security code, and good through the last day of its month', async () => {
    const { body } = await make({ cvc: undefined });
    assert.match(body.id, /^tok_[0-9a-z]{26}$/);
    const now = w.clock.now();
    assert.equal((await make({ exp_month: now.getUTCMonth() + 1, exp_year: now.getUTCFullYear() })).status, 201);
  });

  test('400: each field by its name; a number is never echoed', async () => {
    const cases: [Record<string, unknown>, string, RegExp][] = [
      [{ number: 4242424242424242 }, 'card.number', /text of 12 to 30 characters .*; got a long number/],
      [{ number: '4242' }, 'card.number', /text of 12 to 30 characters/],
      [{ number: '4242x42424242424' }, 'card.number', /digits; spaces and hyphens are ignored/],
      [{ number: '４２４２４２４２４２４２４２４２' }, 'card.number', /digits/],
      [{ exp_month: 0 }, 'card.exp_month', /from 1 to 12; got 0/],
      [{ exp_month: 13 }, 'card.exp_month', /from 1 to 12; got 13/],
      [{ exp_month: '12' }, 'card.exp_month', /whole number from 1 to 12; got text of 2 characters/],
      [{ exp_year: 34 }, 'card.exp_year', /from 2000 to 2099; got 34/],
      [{ cvc: 123 }, 'card.cvc', /three digits, four for American Express/],
      [{ cvc: '12' }, 'card.cvc', /3 to 4 characters|three digits/],
      [{ cvc: '12a' }, 'card.cvc', /three digits/],
      [{ holder_name: '' }, 'card.holder_name', /1 to 100 characters/],
    ];
    for (const [card, param, detail] of cases) {
      const reply = await refused(card, { code: 'parameter_invalid', param, detail });
      assert.ok(!/4242|４２/.test(reply.text), reply.text);
    }
    await refuses(w, ['POST', '/v1/tokens', {}, { as: w.tenant.publishable }], {
      code: 'parameter_missing',
      param: 'card',
      detail: /'card' is required: an object/,
    });
    await refuses(
      w,
      ['POST', '/v1/tokens', { card: { number: good.number, exp_year: 2034 } }, { as: w.tenant.publishable }],
      { code: 'parameter_missing', param: 'card.exp_month', detail: /from 1 to 12/ },
    );
    await refused({ cvv: '123' }, { code: 'parameter_unknown', param: 'card.cvv', detail: /Did you mean 'cvc'\?/ });
  });

  test('422: a wrong check digit or length, a card that has expired, a code of the wrong length', async () => {
    for (const number of ['4242424242424241', '42424242424242', '4242424242424242424', '378282246310006']) {
      await refused(
        { number },
        { code: 'card_invalid', param: 'card.number', detail: /not complete or has a wrong digit/ },
      );
    }
    await refused({ exp_year: 2020 }, { code: 'card_invalid', param: 'card.exp_year', detail: /expired/ });
    // On the first of a month the last one is not over everywhere.
    const past = new Date(Date.UTC(w.clock.now().getUTCFullYear(), w.clock.now().getUTCMonth() - 2, 1));
    await refused(
      { exp_month: past.getUTCMonth() + 1, exp_year: past.getUTCFullYear() },
      {
        code: 'card_invalid',
        param: past.getUTCFullYear() < w.clock.now().getUTCFullYear() ? 'card.exp_year' : 'card.exp_month',
        detail: /expired/,
      },
    );
    await refused({ cvc: '1234' }, { code: 'card_invalid', param: 'card.cvc', detail: /has 3 digits on this card/ });
    await refused(
      { number: '378282246310005' },
      { code: 'card_invalid', param: 'card.cvc', detail: /has 4 digits on this card \(on its front\)/ },
    );
  });

  test('422: a real number is refused in a sandbox, before anything is stored', async () => {
    // Valid by their check digit, of ranges that issuers use.
    for (const number of ['4539578763621486', '5425233430109903', '4917484589897107']) {
      const reply = await refused(
        { number },
        { code: 'live_card_in_sandbox', param: 'card.number', detail: /4242 4242 4242 4242. Nothing was stored/ },
      );
      assert.ok(!reply.text.includes(number.slice(-4)));
    }
  });

  test('no number and no security code is in any table after tokens, payments and declines', async () => {
    for (const number of ['4242424242424242', '5555555555554444', '4000000000000002']) {
      const token = (await make({ number, holder_name: 'Canary Holder' }, { billing_address: { line1: '1 Main St' } }))
        .body.id;
      await w.call(
        'POST',
        '/v1/payments',
        { amount: 100, currency: 'USD', token },
        { key: `canary-${number.slice(-4)}` },
      );
    }
    await w.work();
    const client = new pg.Client({ connectionString: w.url });
    await client.connect();
    try {
      for (const table of mainTables) {
        const { rows } = await client.query<{ text: string }>(`select t::text as text from ${table} t`);
        const text = rows.map((r) => r.text).join('\n');
        for (const number of ['4242424242424242', '5555555555554444', '4000000000000002', 'Canary Holder'])
          assert.ok(!text.includes(number), `${table} holds a card`);
      }
    } finally {
      await client.end();
    }
  });
});
