import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveKey, hmac, same, seal, sha256, unseal } from './crypto.ts';

const key = randomBytes(32);

test('what was sealed opens, byte for byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, bound) => {
      assert.deepEqual(new Uint8Array(unseal(key, seal(key, plain, bound), bound)), new Uint8Array(plain));
    }),
  );
  assert.equal(unseal(key, seal(key, 'Größe 😀', 'row'), 'row').toString('utf8'), 'Größe 😀');
});

test('another key, another row or one flipped bit anywhere opens nothing', () => {
  const sealed = seal(key, '4242424242424242', 'card a');
  assert.throws(() => unseal(randomBytes(32), sealed, 'card a'));
  assert.throws(() => unseal(key, sealed, 'card b'));
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const forged = Buffer.from(sealed);
    forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => unseal(key, forged, 'card a'), `bit ${bit}`);
  }
  for (let length = 0; length < sealed.length; length++)
    assert.throws(() => unseal(key, sealed.subarray(0, length), 'card a'));
});

test('the same text is sealed another way each time, and shows nothing of itself', () => {
  const all = Array.from({ length: 200 }, () => seal(key, '4242424242424242', 'x').toString('hex'));
  assert.equal(new Set(all).size, 200);
  assert.equal(new Set(all.map((hex) => hex.slice(0, 24))).size, 200, 'no nonce comes twice');
  assert.ok(!all.some((hex) => hex.includes(Buffer.from('42424242').toString('hex'))));
});

test('known answers: SHA-256 and HMAC (RFC 4231, case 2), HKDF by purpose', () => {
  assert.equal(sha256('abc').toString('hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(
    hmac(Buffer.from('Jefe'), 'what do ya want for nothing?').toString('hex'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
  const [a, b] = [deriveKey(key, 'a'), deriveKey(key, 'b')];
  assert.deepEqual([a.length, b.length], [32, 32]);
  assert.ok(!same(a, b) && same(a, deriveKey(key, 'a')) && !same(a, deriveKey(randomBytes(32), 'a')));
});

test('comparison: equal bytes only, other lengths never', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => assert.equal(same(a, b), Buffer.compare(a, b) === 0)),
  );
  assert.ok(same(new Uint8Array(), new Uint8Array()));
});
