import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testCards } from '../connectors/simulator/cards.ts';
import { type Brand, brandOf, cvcLength, factsOf, isTestNumber, lengthsOf, luhn } from './card.ts';

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });

test('a number’s brand by the ranges of the networks, at their edges', () => {
  const table: [string, Brand][] = [
    ['4', 'visa'],
    ['34', 'amex'],
    ['37', 'amex'],
    ['35', 'unknown'],
    ['3527', 'unknown'],
    ['3528', 'jcb'],
    ['3589', 'jcb'],
    ['3590', 'unknown'],
    ['36', 'diners'],
    ['38', 'diners'],
    ['39', 'diners'],
    ['300', 'diners'],
    ['305', 'diners'],
    ['306', 'unknown'],
    ['309', 'diners'],
    ['50', 'unknown'],
    ['51', 'mastercard'],
    ['55', 'mastercard'],
    ['56', 'unknown'],
    ['2220', 'unknown'],
    ['2221', 'mastercard'],
    ['2229', 'mastercard'],
    ['2230', 'mastercard'],
    ['2299', 'mastercard'],
    ['2300', 'mastercard'],
    ['2699', 'mastercard'],
    ['2700', 'mastercard'],
    ['2719', 'mastercard'],
    ['2720', 'mastercard'],
    ['2721', 'unknown'],
    ['6011', 'discover'],
    ['6010', 'unknown'],
    ['643', 'unknown'],
    ['644', 'discover'],
    ['649', 'discover'],
    ['65', 'discover'],
    ['62', 'unionpay'],
    ['81', 'unionpay'],
    ['9', 'unknown'],
    ['', 'unknown'],
  ];
  for (const [prefix, brand] of table)
    assert.equal(brandOf(prefix.padEnd(16, '0').slice(0, prefix === '' ? 0 : 16)), brand, prefix);
});

test('every documented test card: its brand, its check digit, its length, and that a sandbox takes it', () => {
  for (const card of testCards) {
    assert.equal(brandOf(card.number), card.brand, card.number);
    assert.ok(luhn(card.number), card.number);
    assert.ok(lengthsOf(card.number).includes(card.number.length), card.number);
    assert.ok(isTestNumber(card.number), card.number);
    assert.partialDeepStrictEqual(factsOf(card.number), { funding: card.funding, country: card.country });
  }
});

test('the check digit finds every single wrong digit, and swapped neighbours but 09 and 90', () => {
  fc.assert(
    fc.property(digits(15), fc.nat({ max: 15 }), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
      const number = [...'0123456789'].map((digit) => body + digit).find(luhn) ?? '';
      assert.equal(number.length, 16, 'one check digit fits');
      assert.equal([...'0123456789'].filter((digit) => luhn(body + digit)).length, 1, 'and no other one');
      const wrong = number.slice(0, at) + String((Number(number[at]) + by) % 10) + number.slice(at + 1);
      assert.ok(!luhn(wrong));
      const [a, b] = [number[at], number[at + 1]];
      if (a === undefined || b === undefined || a === b || a + b === '09' || a + b === '90') return;
      assert.ok(!luhn(number.slice(0, at) + b + a + number.slice(at + 2)));
    }),
  );
});

test('numbers of real issuers are no test numbers', () => {
  for (const number of [
    '4539578763621486',
    '5425233430109903',
    '4917484589897107',
    '374245455400126',
    '6011000180331112',
  ]) {
    assert.ok(luhn(number), number);
    assert.ok(!isTestNumber(number), number);
  }
  fc.assert(
    fc.property(digits(15), (body) => {
      fc.pre(!body.startsWith('00000'));
      assert.ok(!isTestNumber(`4${body}`) || testCards.some((c) => c.number === `4${body}`));
    }),
  );
});

test('four digits of code on American Express, three on all others', () => {
  for (const { number, brand } of testCards) assert.equal(cvcLength(number), brand === 'amex' ? 4 : 3);
});
