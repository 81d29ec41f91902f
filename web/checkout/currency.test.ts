import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckoutView } from '../../src/checkout/view.ts';
import { choiceTexts } from './choice-texts.ts';
import { currencyChoice } from './currency.ts';
import type { Page } from './page.ts';

const page = (locale: string): Page => ({
  nonce: 'n',
  assets: { script: '', style: '' },
  locale,
  base_path: '',
});
type Offer = NonNullable<CheckoutView['offer']>;
const offer: Offer = {
  choices: [
    { currency: 'USD', amount_total: 1_999, chosen: false },
    { currency: 'JPY', amount_total: 3_206, chosen: true },
  ],
  rate: '157.25148368',
  markup_bps: 200,
  rate_date: '2024-06-13',
};
const shown = (change: Partial<Offer>, locale = 'en', state: CheckoutView['state'] = 'open', name = 'Acme') => {
  const view = { state, merchant: { name, logo_url: null }, offer: { ...offer, ...change } } as CheckoutView;
  return currencyChoice(view, page(locale))?.text;
};

test('both currencies stand there with what they come to, the rate, its day and the fee', () => {
  const text = shown({}) ?? '';
  assert.match(text, /<fieldset[^>]*aria-describedby="rate"><legend class="unseen">Choose a currency<\/legend>/);
  assert.match(text, /value="USD"><span/);
  assert.match(text, /value="JPY" checked>/);
  assert.match(text, /\$19\.99[\s\S]+¥3,206/);
  assert.match(
    text,
    /1 USD = 157\.251 JPY, the European Central Bank’s rate of Jun 13, 2024\. A conversion fee of 2% is/,
  );
});

test('without a markup it says so; of the merchant’s own prices there is no rate and no fee', () => {
  assert.match(shown({ markup_bps: 0 }) ?? '', /No conversion fee\./);
  const own = shown({ rate: null, rate_date: null, markup_bps: 0 }) ?? '';
  assert.match(own, /Prices in JPY are set by Acme\./);
  assert.doesNotMatch(own, /fee|rate of/);
});

test('a rate far below one keeps digits that say something, in the way of the language', () => {
  assert.match(shown({ rate: '0.000057052128' }, 'de') ?? '', /1 USD = 0,0000570521 JPY, Kurs der/);
  assert.match(shown({ markup_bps: 125 }, 'de') ?? '', /1,25\s%/);
});

test('from right to left the equation stays one', () => {
  assert.match(shown({}, 'ar') ?? '', /\u20661 USD = [^\u2069]* JPY\u2069/);
});

test('nothing is offered once there is nothing to choose, and a name is text', () => {
  for (const state of ['processing', 'complete', 'expired', 'requires_authentication', 'cancelled'] as const)
    assert.equal(shown({}, 'en', state), undefined);
  assert.equal(currencyChoice({ state: 'open', offer: null } as CheckoutView, page('en')), undefined);
  assert.deepEqual(choiceTexts({ offer: null } as CheckoutView, page('en')), []);
  const text = shown({ rate: null, rate_date: null }, 'en', 'open', '<img src=x onerror=alert(1)>') ?? '';
  assert.doesNotMatch(text, /<img/);
});
