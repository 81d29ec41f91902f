import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MessageKey, sayIn, tables } from './messages.ts';
import { priceText } from './words.ts';

const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('every language says everything, with the same values to fill in', () => {
  const keys = Object.keys(tables.en).sort();
  for (const [language, table] of Object.entries(tables)) {
    assert.deepEqual(Object.keys(table).sort(), keys, language);
    for (const [key, text] of Object.entries(table)) {
      assert.notEqual(text.trim(), '', `${language} ${key}`);
      assert.deepEqual(names(text), names(tables.en[key as MessageKey]), `${language} ${key}`);
    }
  }
});

test('no language was left in English', () => {
  for (const [language, table] of Object.entries(tables)) {
    if (language === 'en') continue;
    const same = Object.entries(table).filter(
      ([key, text]) => text === tables.en[key as MessageKey] && /[a-z]{4}/.test(text.replaceAll(/\{\w+\}/g, '')),
    );
    assert.ok(same.length <= 2, `${language}: ${same.map(([key]) => key).join(', ')}`);
  }
});

test('in a line from right to left what is filled in stands by itself', () => {
  assert.equal(sayIn('ar')('ended_on', { date: 'X' }).includes('\u2068X\u2069'), true);
  assert.equal(sayIn('de')('ended_on', { date: 'X' }), 'Beendet am X');
});

test('a price says how often', () => {
  const page = (locale: string) => ({
    nonce: '',
    assets: { script: '', style: '' },
    locale,
    base_path: '',
  });
  const price = { amount: 1999, interval: 'month' as const, interval_count: 1 };
  assert.equal(priceText(page('en-US'), price, 'USD'), '$19.99 per month');
  assert.equal(priceText(page('en-US'), { ...price, interval_count: 3 }, 'USD'), '$19.99 every 3 months');
  assert.match(priceText(page('de'), { ...price, interval_count: 2 }, 'EUR'), /je 2 Monate$/);
});
