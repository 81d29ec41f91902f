// The few primitives that rooms may use: keyed hashes, constant-time comparison, sealing. Nothing here knows what it seals.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { assert } from './assert.ts';

// Handing raw bytes to each call costs five times the work itself: they are made a key once.
const prepared = new WeakMap<Uint8Array, KeyObject>();

function keyOf(bytes: Uint8Array): KeyObject {
  let key = prepared.get(bytes);
  if (!key) {
    key = createSecretKey(bytes);
    prepared.set(bytes, key);
  }
  return key;
}

export const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest();

export const hmac = (key: Uint8Array, text: string | Uint8Array) =>
  createHmac('sha256', keyOf(key)).update(text).digest();

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A key for one purpose from the installation's root key, so that no two uses share one. */
export const deriveKey = (root: Uint8Array, purpose: string) =>
  new Uint8Array(hkdfSync('sha256', root, 'florin', purpose, 32));

/** AES-256-GCM: 12 bytes nonce, 16 bytes tag, ciphertext. `bound` is authenticated with it: text sealed for one row opens for no other. */
export function seal(key: Uint8Array, plain: string | Uint8Array, bound: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(key), nonce);
  cipher.setAAD(Buffer.from(bound));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Throws when the key, the bound text or a byte differs. */
export function unseal(key: Uint8Array, sealed: Uint8Array, bound: string): Buffer {
  assert(sealed.length >= 28, 'sealed text is at least nonce and tag');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(key), sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
}
