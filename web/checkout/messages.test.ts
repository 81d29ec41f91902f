import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acceptedLocales,
  chooseLocale,
  declineKeys,
  directionOf,
  fill,
  type MessageKey,
  scriptKeys,
  tables,
} from './messages.ts';

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
      ([key, text]) => text === tables.en[key as MessageKey] && /[a-z]{4}/.test(text),
    );
    assert.ok(same.length <= 5, `${language}: ${same.map(([key]) => key).join(', ')}`);
  }
});

test('the script is told both halves of every decline that the page has words for', () => {
  for (const code of declineKeys) {
    assert.ok((scriptKeys as readonly string[]).includes(`decline_${code}`), code);
    assert.ok((scriptKeys as readonly string[]).includes(`advice_${code}`), code);
  }
});

test('the session’s language decides, then the browser’s, then English', () => {
  assert.equal(chooseLocale('de', undefined), 'de');
  assert.equal(chooseLocale('de', 'fr-FR,de-CH;q=0.5'), 'de-CH');
  assert.equal(chooseLocale('de_AT', 'de-CH'), 'de-AT');
  assert.equal(chooseLocale(null, 'tlh, es-MX;q=0.8, fr;q=0.9'), 'fr');
  assert.equal(chooseLocale('tlh', 'ar-EG'), 'ar-EG');
  assert.equal(chooseLocale('auto', 'fr'), 'fr');
  assert.equal(chooseLocale(null, undefined), 'en');
  assert.equal(chooseLocale('<script>', ';;;,,q=1'), 'en');
  assert.equal(chooseLocale('ar-EG-u-nu-latn', undefined), 'ar-EG');
});

test('a header of any size and shape is read in bounds', () => {
  assert.deepEqual(acceptedLocales('en;q=0, de;q=0.2, *, fr'), ['fr', 'de']);
  assert.ok(acceptedLocales('x,'.repeat(100_000)).length <= 20);
});

test('direction follows the language', () => {
  assert.equal(directionOf('ar-AE'), 'rtl');
  assert.equal(directionOf('fr'), 'ltr');
});

test('a value that looks like a placeholder is not filled in again', () => {
  assert.equal(fill('{a} {b} {c}', { a: '{b}', b: 'x' }), '{b} x {c}');
});
