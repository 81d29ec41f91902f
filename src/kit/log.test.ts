import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mask, maskText } from './log.ts';

const numbers = [
  '4242424242424242',
  '4242 4242 4242 4242',
  '4242-4242-4242-4242',
  '378282246310005',
  '36227206271667',
  '6205500000000000004',
];

test('a card number is masked however it is written and wherever it stands', () => {
  for (const number of numbers) {
    for (const text of [number, `pay with ${number} now`, `"${number}"`, `\n${number}\n`, `n=${number}&x`]) {
      assert.ok(!maskText(text).includes(number.slice(0, 9)), text);
      assert.ok(
        !JSON.stringify(mask({ a: [{ note: text }], error: new Error(text, { cause: text }) })).includes(
          number.slice(0, 9),
        ),
        text,
      );
    }
  }
});

test('keys, tokens and signing secrets are masked by their spelling', () => {
  const body = 'aB3dE5'.repeat(7).slice(0, 40);
  for (const text of [
    `sk_test_${body}`,
    `pk_live_${body}`,
    `sk-test-${body}`,
    `whsec_${body}`,
    `tok_01j9${body}~${body}`,
  ]) {
    assert.ok(!maskText(`Bearer ${text}.`).includes(body.slice(4, 30)), maskText(text));
  }
});

test('fields are masked by name, in any case and depth; others are kept', () => {
  const out = mask({
    request_id: 'req_1',
    Authorization: 'Bearer x',
    headers: { Cookie: 'a=b' },
    card: { number: 'n' },
    list: [{ cvc: '123', amount: 5 }],
    at: new Date(0),
    none: null,
  });
  assert.deepEqual(out, {
    request_id: 'req_1',
    Authorization: '[secret]',
    headers: { Cookie: '[secret]' },
    card: '[secret]',
    list: [{ cvc: '[secret]', amount: 5 }],
    at: new Date(0),
    none: null,
  });
});

test('an error of the database loses its parameters and details, and keeps its type', () => {
  const error = Object.assign(new TypeError('duplicate key 4242424242424242'), {
    code: '23505',
    detail: 'Key (x)=(secret)',
    parameters: ['secret'],
    where: 'secret',
  });
  const out = mask({ error }) as { error: Record<string, unknown> };
  assert.partialDeepStrictEqual(out.error, {
    type: 'TypeError',
    code: '23505',
    detail: '[secret]',
    parameters: '[secret]',
    where: '[secret]',
  });
  assert.ok(!JSON.stringify(out).includes('4242424242424242') && !JSON.stringify(out).includes('(secret)'));
});

test('amounts, ids and times stay readable', () => {
  for (const text of [
    'payment pay_01j9zz3k8m0000000000000000 took 1999 USD',
    '2026-01-31T12:00:00.000Z',
    'position 123456789012',
  ])
    assert.equal(maskText(text), text);
});

test('whatever is logged, masking ends and throws nothing', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      mask(value);
    }),
  );
  const ring: Record<string, unknown> = {};
  ring.self = ring;
  mask(ring);
});
