// What of a body may be kept: nothing that opens a door or pays, everything else as it was.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kept_bytes, keptAnswer, keptBody, maskLine } from './redact.ts';

const kept = (body: unknown) => JSON.parse(keptBody(body, 10) ?? 'null') as unknown;

test('a hidden name hides whatever stands below it, a plain one keeps what it has', () => {
  for (const name of [
    'number',
    'cvc',
    'cvv2',
    'card_cvc',
    'cardNumber',
    'account_number',
    'PASSWORD',
    'new_password',
    'clientSecret',
    'api_key',
    'apiKey',
    'token',
    'iban',
    'pin',
  ])
    for (const value of ['918', 918, ['918'], { deep: { deeper: '918' } }, true])
      assert.deepEqual(kept({ [name]: value, amount: 1 }), { [name]: '[secret]', amount: 1 }, name);
  for (const body of [
    { amount: 1999, currency: 'USD', email: 'ada@example.com', metadata: { order: '6735' }, card_number_type: null },
    {
      cvc_check: 'match',
      code: 'parameter_missing',
      shipping: 1,
      tokens: 3,
      keys: ['a'],
      monkey: 'b',
      spin: 2,
      numbers: [1],
    },
    { id: 'pay_01m7yf23rhdg7tkxpbym60xhwg', at: '2026-11-21T07:19:42.123Z', list: [1, 'two', null, true] },
  ])
    assert.deepEqual(kept(body), body);
  assert.deepEqual(
    [keptBody(undefined, 0), keptBody(null, 0), kept('text'), kept({ code: '918273' })],
    [null, null, 'text', { code: '[secret]' }],
  );
});

test('shapes are masked wherever they stand, and JSON stays JSON', () => {
  const number = '4242424242424242';
  assert.deepEqual(kept({ note: `a ${number} b`, amount: Number(number), [number]: 1, list: [Number(number)] }), {
    note: 'a [number] b',
    amount: '[number]',
    '[number]': 1,
    list: ['[number]'],
  });
  assert.deepEqual(
    kept({
      a: `sk_test_${'a'.repeat(40)}`,
      b: `x sk-live-${'a'.repeat(40)}!`,
      c: `acs_${'a'.repeat(40)}`,
      d: 'sk_short',
    }),
    {
      a: 'sk_[secret]',
      b: 'x sk_[secret]!',
      c: 'acs_[secret]',
      d: 'sk_short',
    },
  );
  assert.deepEqual(kept({ a: 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmVk' }), { a: 'Bearer [secret]' });
  assert.deepEqual(kept({ url: `https://pay.example/portal/ps_1/enter/${'aB3'.repeat(14)}x` }), {
    url: 'https://pay.example/portal/ps_1/enter/[secret]',
  });
});

test('an answer keeps its shape: only the values of hidden names change', () => {
  const answer = {
    id: 'key_1',
    key: 'sk_x "quoted\\"',
    totp: { secret: 'A', qr_svg: '<svg>' },
    recovery_codes: ['a', 'b'],
    code: 'x',
    cvc_check: 'match',
  };
  assert.deepEqual(JSON.parse(keptAnswer(JSON.stringify(answer))), {
    ...answer,
    key: '[secret]',
    totp: { secret: '[secret]', qr_svg: '[secret]' },
    recovery_codes: '[secret]',
  });
  const plain = JSON.stringify({ id: 'pay_1', amount: 1, cvc_check: 'match' });
  assert.equal(keptAnswer(plain), plain);
});

test('what is long is cut after it was masked, never before', () => {
  const text = keptBody({ a: 'é'.repeat(20_000), cvc: '918' }, 40_000) ?? '';
  assert.ok(Buffer.byteLength(text) <= kept_bytes && !text.includes('\ufffd'));
  for (let before = kept_bytes - 40; before < kept_bytes; before++) {
    const cut = keptBody({ a: 'x'.repeat(before), b: '4242424242424242 ' }, before) ?? '';
    assert.ok(!/\d{4}/.test(cut), cut.slice(-40));
  }
  assert.equal(keptBody({ a: 1 }, 300_000), '[300000 bytes]');
  assert.equal(keptAnswer('x'.repeat(300_000)), '[300000 characters]');
});

test('an address is looked at as it was meant', () => {
  const spelled = '4242 4242 4242 4242';
  for (const line of [
    `q=${spelled.replaceAll(' ', '%20')}`,
    `q=${spelled.replaceAll(' ', '+')}`,
    `q=${spelled.replaceAll(' ', '-')}`,
    `q=%34${'2424242424242'}42`,
  ])
    assert.equal(maskLine(line), 'q=[number]', line);
  assert.equal(maskLine('q=100%&r=a+b'), 'q=100%&r=a+b', 'what is no spelling is left');
  assert.equal(maskLine('x'.repeat(3_000), 500).length, 500);
});
