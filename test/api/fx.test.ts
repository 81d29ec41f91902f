// Currencies over HTTP: rates by day, settings, conversions by hand and at settlement. Nothing is converted that is not there, and no
// amount by a rate that nobody can look up.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openRateFetcher } from '../../src/fx/fetch-rates.ts';
import { keepSnapshot, latestSnapshot, shippedRates } from '../../src/fx/snapshot.ts';
import { OutboundError } from '../../src/kit/outbound.ts';
import { settleDue } from '../../src/settlements/settle.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
const day = 86_400_000;
let answers: (() => { status: number; body: string })[] = [];
const asked: string[] = [];

before(async () => {
  w = await openWorld({
    settings: { FX_RATES_URL: 'https://rates.example/daily.xml' },
    outbound: {
      post: async () => ({ status: 200, headers: {}, body: '' }),
      get: async (url) => {
        asked.push(url);
        const next = answers.shift();
        if (!next) throw new OutboundError('connection', 'nobody answers');
        return { headers: {}, ...next() };
      },
      close: async () => {},
    },
  });
});
after(() => w.close());

const pay = async (amount: number, currency: string) => {
  const paid = await w.call('POST', '/v1/payments', { amount, currency, token: await w.token() });
  assert.equal(paid.body.status, 'completed', paid.text);
};
const available = async (currency: string): Promise<number> =>
  (await w.call('GET', '/v1/balances')).body.data.find((b: { currency: string }) => b.currency === currency)
    ?.available ?? 0;

describe('rates', () => {
  test('an installation without a network has the release’s, and says of which day they are', async () => {
    const { status, body } = await w.call('GET', '/v1/fx_rates');
    assert.equal(status, 200);
    assert.equal(body.has_more, false);
    const [rates] = body.data;
    assert.deepEqual(
      [rates.object, rates.date, rates.base, rates.shipped, rates.source],
      ['fx_rates', '2024-06-13', 'EUR', true, 'european_central_bank'],
    );
    const quotes = rates.rates.map((one: { quote: string }) => one.quote);
    assert.deepEqual(quotes, [...quotes].sort());
    for (const none of ['EUR', 'BTC', 'KWD', 'ZAR']) assert.ok(!quotes.includes(none), none);
    assert.deepEqual(
      rates.rates.find((one: { quote: string }) => one.quote === 'AED'),
      { quote: 'AED', rate: '3.960424', pegged: true },
    );
    assert.deepEqual((await w.call('GET', `/v1/fx_rates/${rates.id}`)).body, rates);
  });

  test('by base, quote and day', async () => {
    const one = await w.call('GET', '/v1/fx_rates?base=GBP&quote=JPY&date=2024-06-13');
    assert.deepEqual(one.body.data[0].rates, [{ quote: 'JPY', rate: '200.762418904', pegged: false }]);
    assert.deepEqual((await w.call('GET', '/v1/fx_rates?date=2024-06-12')).body.data, []);
  });

  test('what cannot be asked is refused by field', async () => {
    const refused: [string, number, string, string][] = [
      ['/v1/fx_rates?base=usd', 400, 'currency_unsupported', 'base'],
      ['/v1/fx_rates?quote=BTC', 400, 'currency_unsupported', 'quote'],
      ['/v1/fx_rates?base=KWD', 400, 'currency_unsupported', 'base'],
      ['/v1/fx_rates?date=yesterday', 400, 'parameter_invalid', 'date'],
      ['/v1/fx_rates?limit=0', 400, 'parameter_invalid', 'limit'],
      ['/v1/fx_rates/fxs_none', 404, 'not_found', 'id'],
    ];
    for (const [path, status, code, param] of refused) {
      const { status: got, body } = await w.call('GET', path);
      assert.deepEqual([got, body.code, body.param], [status, code, param], path);
    }
  });

  test('a new day is fetched once it is out; a page that says sorry changes nothing, and is complained of once', async () => {
    const { rates } = await shippedRates();
    const xml = (date: string) =>
      `<Envelope xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube><Cube time="${date}">${Object.entries(
        rates,
      )
        .map(([currency, rate]) => `<Cube currency="${currency}" rate="${rate}"/>`)
        .join('')}</Cube></Cube></Envelope>`;
    const warned: unknown[] = [];
    const env = { ...w.env, log: { ...w.env.log, warn: (...line: unknown[]) => warned.push(line) } } as typeof w.env;
    const fetch = openRateFetcher(env);
    assert.equal(await fetch(), false, 'nobody answers');
    assert.equal(await fetch(), false);
    assert.equal(asked.length, 1, 'it waits before it asks again');
    answers = [() => ({ status: 503, body: 'busy' }), () => ({ status: 200, body: '<html>sorry</html>' })];
    for (const expected of [2, 3]) {
      w.clock.advance(60 * 60_000);
      assert.equal(await fetch(), false);
      assert.equal(asked.length, expected);
    }
    assert.equal(warned.length, 1, 'one line for all of them');
    w.clock.advance(day);
    answers = [() => ({ status: 200, body: xml('2999-01-01') })];
    assert.equal(await fetch(), false, 'a day to come is no day');
    w.clock.advance(day);
    answers = [() => ({ status: 200, body: xml('2025-02-03') })];
    assert.equal(await fetch(), true);
    assert.deepEqual(new Set(asked), new Set(['https://rates.example/daily.xml']));
    const list = (await w.call('GET', '/v1/fx_rates?quote=USD&limit=1')).body;
    assert.deepEqual([list.data[0].date, list.data[0].shipped, list.has_more], ['2025-02-03', false, true]);
    const older = await w.call('GET', `/v1/fx_rates?quote=USD&starting_after=${list.data[0].id}`);
    assert.equal(older.body.data[0].date, '2024-06-13');
    const newer = await w.call('GET', `/v1/fx_rates?quote=USD&ending_before=${older.body.data[0].id}`);
    assert.equal(newer.body.data[0].date, '2025-02-03');
    assert.equal(await keepSnapshot(w.env, w.env.db.query, await shippedRates()), false, 'a day is kept once');
  });
});

describe('settings', () => {
  test('off until they are turned on; what is left out stays', async () => {
    const off = {
      object: 'fx_settings',
      adaptive_pricing: { enabled: false, markup_bps: 0 },
      settlement_currency_conversion: false,
    };
    assert.deepEqual((await w.call('GET', '/v1/fx_settings')).body, off);
    const on = await w.call('PATCH', '/v1/fx_settings', { adaptive_pricing: { enabled: true, markup_bps: 150 } });
    assert.equal(on.status, 200, on.text);
    const both = await w.call('PATCH', '/v1/fx_settings', { settlement_currency_conversion: true });
    assert.deepEqual(both.body, {
      ...off,
      adaptive_pricing: { enabled: true, markup_bps: 150 },
      settlement_currency_conversion: true,
    });
    assert.deepEqual((await w.call('GET', '/v1/fx_settings', undefined, { as: w.other.secret })).body, off);
    await w.call('PATCH', '/v1/fx_settings', {
      adaptive_pricing: { enabled: false },
      settlement_currency_conversion: false,
    });
    assert.equal((await w.call('GET', '/v1/fx_settings')).body.adaptive_pricing.markup_bps, 150);
  });

  test('a markup above a tenth is a mistake', async () => {
    for (const markup_bps of [1_001, -1, 1.5, '150']) {
      const { status, body } = await w.call('PATCH', '/v1/fx_settings', { adaptive_pricing: { markup_bps } });
      assert.deepEqual([status, body.param], [400, 'adaptive_pricing.markup_bps'], String(markup_bps));
    }
    assert.equal((await w.call('PATCH', '/v1/fx_settings', {}, { as: w.tenant.publishable })).status, 403);
  });
});

describe('conversions by hand', () => {
  test('available money of one currency becomes money of another, in two postings that balance by themselves', async () => {
    await pay(100_000, 'USD');
    await w.call('POST', '/v1/settlements', {});
    const before_usd = await available('USD');
    const made = await w.call('POST', '/v1/conversions', {
      from: 'USD',
      to: 'JPY',
      amount: 10_000,
      description: 'Rent',
      metadata: { cost_centre: '7' },
    });
    assert.equal(made.status, 201, made.text);
    const { body: c } = made;
    const snapshot = await latestSnapshot(w.env);
    assert.deepEqual(
      [c.object, c.from_amount, c.to_amount, c.rate, c.fx_rates, c.settlement, c.metadata],
      ['conversion', 10_000, 15_725, '157.25148368', snapshot.id, null, { cost_centre: '7' }],
    );
    assert.equal(await available('USD'), before_usd - 10_000);
    assert.equal(await available('JPY'), 15_725);
    assert.deepEqual((await w.call('GET', `/v1/conversions/${c.id}`)).body, c);
    assert.deepEqual((await w.call('GET', '/v1/conversions')).body.data, [c]);
    for (const [currency, net] of [
      ['USD', -10_000],
      ['JPY', 15_725],
    ]) {
      const { body } = await w.call('GET', `/v1/balance_activities?currency=${currency}&type=conversion`);
      assert.deepEqual(
        body.data.map((line: { type: string; net: number; source: string }) => [line.type, line.net, line.source]),
        [['conversion', net, c.id]],
      );
    }
    const events = (await w.call('GET', '/v1/events?type=conversion.created')).body.data;
    assert.equal(events[0].data.id, c.id);
    assert.equal((await w.call('GET', `/v1/conversions/${c.id}`, undefined, { as: w.other.secret })).status, 404);
    await w.verify();
  });

  test('without an amount, all that is available; then there is nothing more', async () => {
    const whole = await available('JPY');
    const made = await w.call('POST', '/v1/conversions', { from: 'JPY', to: 'EUR' });
    assert.equal(made.body.from_amount, whole);
    assert.equal(await available('JPY'), 0);
    const again = await w.call('POST', '/v1/conversions', { from: 'JPY', to: 'EUR' });
    assert.deepEqual([again.status, again.body.code], [409, 'insufficient_balance']);
    await w.verify();
  });

  test('what cannot be converted is refused by field, and nothing moves', async () => {
    const before_all = (await w.call('GET', '/v1/balances')).body;
    const refused: [Record<string, unknown>, number, string, string][] = [
      [{ from: 'USD', to: 'USD' }, 400, 'parameter_invalid', 'to'],
      [{ from: 'USD', to: 'BTC' }, 400, 'currency_unsupported', 'to'],
      [{ from: 'KWD', to: 'USD' }, 400, 'currency_unsupported', 'from'],
      [{ from: 'usd', to: 'EUR' }, 400, 'currency_unsupported', 'from'],
      [{ from: 'USD', to: 'EUR', amount: 0 }, 400, 'parameter_invalid', 'amount'],
      [{ from: 'USD', to: 'EUR', amount: 1.5 }, 400, 'parameter_invalid', 'amount'],
      [{ from: 'USD', to: 'EUR', amount: 999_999_999_999 }, 409, 'insufficient_balance', 'amount'],
      [{ from: 'USD', to: 'EUR', rate: '2' }, 400, 'parameter_unknown', 'rate'],
      [{ from: 'USD' }, 400, 'parameter_missing', 'to'],
    ];
    for (const [body, status, code, param] of refused) {
      const got = await w.call('POST', '/v1/conversions', body);
      assert.deepEqual([got.status, got.body.code, got.body.param], [status, code, param], got.text);
    }
    assert.deepEqual((await w.call('GET', '/v1/balances')).body, before_all);
  });
});

test('money that settles in another currency becomes money of the account’s own, where that was asked for', async () => {
  await pay(20_000, 'GBP');
  w.clock.advance(7 * day);
  await settleDue(w.env);
  assert.equal(await available('GBP'), 20_000, 'it is off until it is turned on');
  await w.call('PATCH', '/v1/fx_settings', { settlement_currency_conversion: true });
  await pay(30_000, 'GBP');
  await pay(30_000, 'USD');
  await pay(500_000, 'BTC');
  await pay(9_000, 'KWD');
  const own_before = await available('USD');
  w.clock.advance(7 * day);
  await settleDue(w.env);
  assert.equal(await available('GBP'), 20_000, 'what was there before stays: only what settled is converted');
  assert.equal(await available('BTC'), 500_000, 'there is no rate of bitcoin here');
  assert.equal(await available('KWD'), 9_000);
  const settlement = (await w.call('GET', '/v1/settlements?currency=GBP&limit=1')).body.data[0];
  const [conversion] = (await w.call('GET', `/v1/conversions?settlement=${settlement.id}`)).body.data;
  assert.deepEqual(
    [conversion.from_currency, conversion.from_amount, conversion.to_currency],
    ['GBP', 30_000, w.tenant.account.currency],
  );
  assert.equal(await available('USD'), own_before + 30_000 + conversion.to_amount);
  const again = await settleDue(w.env);
  assert.equal(again, 0);
  assert.equal((await w.call('GET', `/v1/conversions?settlement=${settlement.id}`)).body.data.length, 1);
  await w.verify();
});
