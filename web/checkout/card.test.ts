import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brandOf, cvcLength, digitsOf, expiryOf, formatExpiry, formatNumber, isPast, luhn, reshape } from './card.ts';

test('the brand is known from the first digits, and not before they decide', () => {
  const known = {
    visa: ['4', '4242'],
    mastercard: ['51', '55', '2221', '2720'],
    amex: ['34', '37'],
    discover: ['6011', '644', '65'],
    diners: ['300', '3095', '36', '38'],
    jcb: ['3528', '3589'],
    unionpay: ['62', '6221', '81'],
  };
  for (const [brand, heads] of Object.entries(known)) {
    for (const head of heads) assert.equal(brandOf(head.padEnd(16, '0')), brand, head);
  }
  for (const open of ['', '3', '5', '6', '222', '2220', '2721', '50', '56', '60', '9'])
    assert.equal(brandOf(open), undefined, open);
});

test('Luhn accepts the networks’ test numbers and refuses any single wrong digit', () => {
  for (const number of [
    '4242424242424242',
    '5555555555554444',
    '2223003122003222',
    '378282246310005',
    '6011111111111117',
    '30569309025904',
    '3566002020360505',
    '6205500000000000004',
  ]) {
    assert.ok(luhn(number), number);
    for (let i = 0; i < number.length; i++) {
      const wrong = number.slice(0, i) + ((Number(number[i]) + 1) % 10) + number.slice(i + 1);
      assert.ok(!luhn(wrong), wrong);
    }
  }
  assert.ok(!luhn(''));
});

test('numbers are grouped as they are printed, and never grow past the brand’s length', () => {
  assert.equal(formatNumber('4242424242424242'), '4242 4242 4242 4242');
  assert.equal(formatNumber('4242424242424242123'), '4242 4242 4242 4242 123');
  assert.equal(formatNumber('378282246310005'), '3782 822463 10005');
  assert.equal(formatNumber('3782822463100059999'), '3782 822463 10005');
  assert.equal(formatNumber('30569309025904'), '3056 930902 5904');
  assert.equal(formatNumber('55555555555544441'), '5555 5555 5555 4444');
  assert.equal(formatNumber(''), '');
});

test('digits of other scripts are read as digits', () => {
  assert.equal(digitsOf('٤٢٤٢ ۴۲ 4-2４'), '424242424');
});

test('an amex code has four digits, all others three', () => {
  assert.equal(cvcLength('amex'), 4);
  assert.equal(cvcLength('visa'), 3);
  assert.equal(cvcLength(undefined), 3);
});

test('expiry dates are shaped from typing, pasting and autofill alike', () => {
  for (const [text, shaped] of [
    ['1', '1'],
    ['5', '05 / '],
    ['12', '12 / '],
    ['122', '12 / 2'],
    ['1227', '12 / 27'],
    ['1/', '01 / '],
    ['1/27', '01 / 27'],
    ['12/2027', '12 / 27'],
    ['122027', '12 / 27'],
    ['2027-03', '03 / 27'],
    ['03.27', '03 / 27'],
    ['12 / 275', '12 / 27'],
    ['', ''],
  ] as const) {
    assert.equal(formatExpiry(text, true), shaped, text);
  }
  assert.equal(formatExpiry('12', false), '12');
  assert.deepEqual(expiryOf('02 / 27'), { month: 2, year: 2027 });
  for (const bad of ['13 / 27', '00 / 27', '12 / 2', '12', '']) assert.equal(expiryOf(bad), undefined, bad);
});

test('a card is good through the end of its month', () => {
  const now = new Date(2026, 10, 30);
  assert.ok(!isPast({ month: 11, year: 2026 }, now));
  assert.ok(isPast({ month: 10, year: 2026 }, now));
  assert.ok(isPast({ month: 12, year: 2025 }, now));
  assert.ok(!isPast({ month: 1, year: 2027 }, now));
});

const number = (text: string) => formatNumber(digitsOf(text));
/** `|` marks the caret. */
const run = (
  before: string,
  after: string,
  type: string,
  format: (text: string, forward: boolean) => string = number,
) => {
  const caret = after.indexOf('|');
  const out = reshape(before, { value: after.replace('|', ''), caret }, type, format);
  return `${out.value.slice(0, out.caret)}|${out.value.slice(out.caret)}`;
};

test('the caret stays with the digit that was typed', () => {
  assert.equal(run('4242', '42424|', 'insertText'), '4242 4|');
  assert.equal(run('4242 4242', '429|42 4242', 'insertText'), '429|4 2424 2');
  assert.equal(run('4242 4242', '|4242 4242', 'insertText'), '|4242 4242');
  assert.equal(run('', '4242424242424242|', 'insertFromPaste'), '4242 4242 4242 4242|');
  assert.equal(run('', '4242-4242 4242x4242|', 'insertFromPaste'), '4242 4242 4242 4242|');
});

test('deleting a separator takes the digit beside it', () => {
  assert.equal(run('4242 4242', '4242|4242', 'deleteContentBackward'), '424|4 242');
  assert.equal(run('4242 4242', '4242|4242', 'deleteContentForward'), '4242| 242');
  assert.equal(run('12 / ', '12 /|', 'deleteContentBackward', formatExpiry), '1|');
  assert.equal(run('12 / 3', '12 / |', 'deleteContentBackward', formatExpiry), '12|');
  assert.equal(run('12 / 34', '1| / 34', 'deleteContentBackward', formatExpiry), '1| / 34');
  assert.equal(run('1 / 34', '11| / 34', 'insertText', formatExpiry), '11| / 34');
});
