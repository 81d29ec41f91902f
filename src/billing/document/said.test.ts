// What a line is called in each language: the product by the name that it had for its customer, what is billed of it in the reader's words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineParts } from '../invoice-sums.ts';
import { lineText, type Told } from './said.ts';
import { wordsIn, wordTables } from './words.ts';

const line: Told = {
  description: 'Coffee club',
  product_name: 'Coffee club',
  localized_name: 'Kaffeeklub',
  part: null,
  quantity: 1,
};
const de = wordsIn('de');

test('a product has its localized name, with how many there are', () => {
  assert.equal(lineText(de, line), 'Kaffeeklub');
  assert.equal(lineText(de, { ...line, description: '2 × Coffee club', quantity: 2 }), '2 × Kaffeeklub');
  assert.equal(lineText(de, { ...line, localized_name: null }), 'Coffee club');
});

test('what somebody wrote by hand stays as it is', () => {
  assert.equal(lineText(de, { ...line, description: 'Coffee club for the team' }), 'Coffee club for the team');
  assert.equal(lineText(de, { ...line, description: 'The old Coffee club' }), 'The old Coffee club');
  const by_hand = { ...line, product_name: null, localized_name: null, description: 'Two days of work' };
  assert.equal(lineText(de, by_hand), 'Two days of work');
});

test('a part of a subscription is told in every language, and in no two alike', () => {
  for (const part of lineParts) {
    const told = Object.keys(wordTables).map((language) => lineText(wordsIn(language), { ...line, part, quantity: 1 }));
    assert.ok(
      told.every((text) => text.includes('Kaffeeklub') && !text.includes('{')),
      part,
    );
    assert.equal(new Set(told).size, told.length, part);
  }
  assert.equal(lineText(de, { ...line, part: 'unused_time', quantity: 3 }), 'Nicht genutzte Zeit: 3 × Kaffeeklub');
});

test('names that look like patterns stay names', () => {
  const odd = { ...line, description: '2 × $& (a+)', product_name: '$& (a+)', localized_name: '$1' };
  assert.equal(lineText(de, odd), '2 × $1');
});
