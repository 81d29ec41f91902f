import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Currency, currencies } from '../kit/money.ts';
import { countryOfAddress, currencyOfCountry } from './country.ts';
import { parseDailyRates, RatesUnreadable } from './ecb.ts';
import { refundExchange } from './exchange.ts';
import { expectedDay } from './fetch-rates.ts';
import { rateOf, shippedRates } from './snapshot.ts';

const rates = 'USD JPY GBP CHF SEK NOK DKK PLN AUD CAD'.split(' ');
const file = (cubes: string, head = '') => `<?xml version="1.0" encoding="UTF-8"?>${head}
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<Cube>${cubes}</Cube></gesmes:Envelope>`;
const day = (inside: string, time = '2026-11-20') => `<Cube time='${time}'>${inside}</Cube>`;
const good = rates.map((currency, i) => `<Cube currency='${currency}' rate='1.${i}5'/>`).join('');

test('the file of a day: its date and every rate, digit for digit', async () => {
  const parsed = await parseDailyRates(file(day(good)));
  assert.equal(parsed.published_on, '2026-11-20');
  assert.equal(parsed.rates.USD, '1.05');
  assert.deepEqual(Object.keys(parsed.rates), rates);
});

test('anything else is refused whole', async () => {
  const bad: [string, string][] = [
    ['nothing', ''],
    ['a page that says sorry', '<html><body>We are busy</body></html>'],
    ['a page without an end', file(day(good)).slice(0, -30)],
    ['no day', file(`<Cube>${good}</Cube>`)],
    ['a day that is none', file(day(good, '2026-02-30'))],
    ['two days', file(day(good) + day(good, '2026-11-19'))],
    ['too few currencies', file(day("<Cube currency='USD' rate='1.1'/>"))],
    ['no dollar', file(day(good.replace('USD', 'ZAR')))],
    ['a rate of nothing', file(day(good.replace("'1.05'", "'0'")))],
    ['a rate below nothing', file(day(good.replace("'1.05'", "'-1.05'")))],
    ['a rate that is no decimal', file(day(good.replace("'1.05'", "'1e5'")))],
    ['a currency twice', file(day(good.replace('JPY', 'USD')))],
    ['the base itself', file(day(good.replace('JPY', 'EUR')))],
    ['another vocabulary', file(day(good)).replace('2002-08-01/eurofxref', '2002-08-01/other')],
    ['a document type', file(day(good), '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>')],
    ['an entity of nobody', file(day(good.replace("'1.05'", "'&x;'")))],
  ];
  for (const [what, text] of bad) await assert.rejects(parseDailyRates(text), RatesUnreadable, what);
});

test('the release brings a day that can be read, with a rate for each currency but two', async () => {
  const shipped = await shippedRates();
  assert.equal(shipped.published_on, '2024-06-13');
  const without = (Object.keys(currencies) as Currency[]).filter(
    (currency) => rateOf(shipped, 'EUR', currency) === undefined,
  );
  assert.deepEqual(without.sort(), ['BTC', 'KWD']);
});

test('rates between any two: through the euro, pegs through the dollar', async () => {
  const shipped = await shippedRates();
  assert.equal(rateOf(shipped, 'EUR', 'USD'), '1.0784');
  assert.equal(rateOf(shipped, 'USD', 'EUR'), '0.927299703264');
  assert.equal(rateOf(shipped, 'GBP', 'JPY'), '200.762418904');
  assert.equal(rateOf(shipped, 'USD', 'AED'), '3.6725');
  assert.equal(rateOf(shipped, 'AED', 'USD'), '0.272294077604');
  assert.equal(rateOf(shipped, 'USD', 'BHD'), '0.376');
  assert.equal(rateOf(shipped, 'USD', 'USD'), '1');
  assert.equal(rateOf(shipped, 'USD', 'BTC'), undefined);
});

test('a day is expected from a quarter past four in Frankfurt on, and none on a weekend', () => {
  const table: [string, string][] = [
    ['2026-11-20T15:14:00Z', '2026-11-19'],
    ['2026-11-20T15:15:00Z', '2026-11-20'],
    ['2026-11-21T20:00:00Z', '2026-11-20'],
    ['2026-11-22T20:00:00Z', '2026-11-20'],
    ['2026-11-23T10:00:00Z', '2026-11-20'],
    // Summer time.
    ['2026-07-01T14:14:00Z', '2026-06-30'],
    ['2026-07-01T14:15:00Z', '2026-07-01'],
    ['2026-07-01T22:30:00Z', '2026-07-01'],
  ];
  for (const [now, expected] of table) assert.equal(expectedDay(new Date(now)), expected, now);
});

test('an address has a country, a country a currency; what is private or no address has none', async () => {
  assert.equal(await countryOfAddress('193.99.144.80'), 'DE');
  assert.equal(await countryOfAddress('::ffff:193.99.144.80'), 'DE');
  assert.equal(await countryOfAddress('2a02:2e0:3fe:1001:302::'), 'DE');
  for (const nowhere of ['127.0.0.1', '10.1.2.3', '::1', 'fe80::1', 'unix:', '', '1.2.3', 'constructor'])
    assert.equal(await countryOfAddress(nowhere), undefined, nowhere);
  assert.equal(currencyOfCountry('DE'), 'EUR');
  assert.equal(currencyOfCountry('JP'), 'JPY');
  assert.equal(currencyOfCountry('AE'), 'AED');
  for (const none of ['ZZ', 'ZA', 'constructor', '__proto__', '']) assert.equal(currencyOfCountry(none), undefined);
});

test('refunds in parts are together the whole price, by the rate of the payment', () => {
  const exchange = { amount: 1_999, currency: 'USD' as const, rate: '0.92', markup_bps: 0, fx_rates: 'fxs_1' };
  let refunded_before = 0;
  let priced = 0;
  for (const part of [700, 1, 1, 153, 999]) {
    priced += refundExchange(exchange, { amount: 1_854, refunded_before }, part).amount;
    refunded_before += part;
  }
  assert.equal(refunded_before, 1_854);
  assert.equal(priced, 1_999);
});
