// Ids: a prefix that names the noun, then 26 characters that sort by time: 48 bits of milliseconds, 80 bits of chance
// (the layout of a ULID, lower case). Made by the application, so that no sequence of the database decides an order.

import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

export type Random = { bytes(length: number): Uint8Array };

// Drawing 4 kB at a time costs a tenth of one call to the system per id.
let pool = randomBytes(4096);
let used = 0;
export const systemRandom: Random = {
  bytes(length) {
    if (used + length > pool.length) {
      pool = randomBytes(4096);
      used = 0;
    }
    used += length;
    return pool.subarray(used - length, used);
  },
};

/** A stream that a seed repeats (xorshift32); for tests and simulations only, never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed | 0 || 0x9e3779b9;
  return {
    bytes(length) {
      const out = new Uint8Array(length);
      for (let i = 0; i < length; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        out[i] = state & 0xff;
      }
      return out;
    },
  };
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

export type IdSource = { clock: Clock; random: Random };

export function newId(prefix: string, source: IdSource): string {
  const at = source.clock.now();
  return `${prefix}_${timePart(at)}${randomPart(chance(at.getTime(), source.random))}`;
}

type Last = { ms: number; high: number; low: number };
const lasts = new WeakMap<Random, Last>();

/**
 * 80 bits: drawn afresh for each millisecond, and raised by a drawn 40-bit step within one, so that ids of one process sort in the
 * order they were made and nobody guesses the next.
 */
function chance(ms: number, random: Random): Last {
  const b = random.bytes(10);
  const low = read(b, 6, 4);
  let last = lasts.get(random);
  if (!last || last.ms !== ms) {
    // The top bit stays free: room for the steps.
    last = { ms, high: read(b, 0, 4) & 0x7fffffff, low: read(b, 4, 2) * 2 ** 32 + low };
    lasts.set(random, last);
    return last;
  }
  last.low += read(b, 5, 1) * 2 ** 32 + low + 1;
  if (last.low >= 2 ** 48) {
    last.low -= 2 ** 48;
    last.high += 1;
  }
  return last;
}

function read(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

/** The smallest id a time can have: a range of time is a range of ids, so `created_at` needs no index of its own. */
export function idAt(prefix: string, at: Date): string {
  return `${prefix}_${timePart(at)}${'0'.repeat(16)}`;
}

/** When an id was made; of text that is none, the beginning of time. */
export function timeOf(id: string): Date {
  let ms = 0;
  const from = id.indexOf('_') + 1;
  for (let i = from; i < from + 10; i++) ms = ms * 32 + Math.max(0, alphabet.indexOf(id.charAt(i)));
  return new Date(ms);
}

function timePart(at: Date): string {
  let ms = at.getTime();
  let text = '';
  for (let i = 0; i < 10; i++) {
    text = alphabet[ms % 32] + text;
    ms = Math.floor(ms / 32);
  }
  return text;
}

/** 80 bits as 16 letters of five: the 32 high ones and the 48 low ones meet within the seventh. */
function randomPart({ high, low }: Last): string {
  const middle = Math.floor(low / 2 ** 45);
  let text = letter(high / 2 ** 27);
  for (let bits = 22; bits >= 2; bits -= 5) text += letter((high / 2 ** bits) & 31);
  text += letter(((high & 3) << 3) | middle);
  for (let bits = 40; bits >= 0; bits -= 5) text += letter(Math.floor(low / 2 ** bits) % 32);
  return text;
}

const letter = (five: number) => alphabet.charAt(five);

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Unguessable text of 62 letters; 40 of them carry 238 bits. Rejection keeps the letters equally likely. */
export function secretText(length: number, random: Random): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < 248 && text.length < length) text += letters[byte % 62];
    }
  }
  return text;
}
