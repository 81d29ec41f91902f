import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from './clock.ts';
import { idAt, newId, type Random, secretText, seededRandom, systemRandom } from './id.ts';

const at = (ms: number, random: Random = systemRandom) => ({ clock: new ManualClock(new Date(ms)), random });
const time = fc.integer({ min: 0, max: 253_402_300_799_999 });
const fixed = (byte: number): Random => ({ bytes: (length) => new Uint8Array(length).fill(byte) });

test('a prefix, an underscore, 26 characters without i, l, o and u', () => {
  fc.assert(fc.property(time, (ms) => assert.match(newId('pay', at(ms)), /^pay_[0-9a-hjkmnp-tv-z]{26}$/)));
});

test('an earlier id sorts before a later one, whatever chance adds', () => {
  fc.assert(
    fc.property(time, time, fc.integer(), fc.integer(), (a, b, s, t) => {
      fc.pre(a !== b);
      assert.equal(newId('evt', at(a, seededRandom(s))) < newId('evt', at(b, seededRandom(t))), a < b);
    }),
    { numRuns: 3_000 },
  );
});

test('idAt is the smallest id of its moment: a range of time is a range of ids', () => {
  fc.assert(
    fc.property(time, fc.integer(), (ms, seed) => {
      const id = newId('pay', at(ms, seededRandom(seed)));
      assert.ok(idAt('pay', new Date(ms)) <= id);
      assert.ok(id < idAt('pay', new Date(ms + 1)));
    }),
  );
  assert.equal(newId('pay', at(5, fixed(0))), idAt('pay', new Date(5)));
});

test('all ten bytes of chance are in the id: one bit more, another id', () => {
  const seen = new Set<string>();
  for (let bit = 0; bit < 80; bit++) {
    const bytes = new Uint8Array(10);
    bytes[bit >> 3] = 1 << (bit & 7);
    seen.add(newId('x', at(0, { bytes: () => bytes })));
  }
  assert.equal(seen.size, 80);
  assert.equal(newId('x', at(0, fixed(0xff))), `x_${'0'.repeat(10)}f${'z'.repeat(15)}`, 'the top bit stays free');
});

test('a hundred thousand ids of one moment differ', () => {
  const source = at(1_700_000_000_000);
  assert.equal(new Set(Array.from({ length: 100_000 }, () => newId('a', source))).size, 100_000);
});

test('known answer: the layout of a ULID', () => {
  // Time 1469918176385 is 01ARYZ6S41 in the specification of ULID.
  assert.equal(idAt('u', new Date(1_469_918_176_385)).slice(2, 12), '01aryz6s41');
});

test('secret text: as long as asked, of 62 letters, each about as often', () => {
  const text = secretText(62_000, systemRandom);
  assert.match(text, /^[0-9A-Za-z]{62000}$/);
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  assert.equal(counts.size, 62);
  // A thousand each; eight deviations of √1000 happen never. A modulo without rejection favours some by a quarter.
  for (const [letter, count] of counts) assert.ok(Math.abs(count - 1_000) < 250, `${letter}: ${count}`);
  assert.equal(secretText(0, systemRandom), '');
});

test('secret text passes over bytes that would favour letters', () => {
  let drawn = 0;
  const random: Random = { bytes: (length) => new Uint8Array(length).fill(drawn++ === 0 ? 248 : 61) };
  assert.equal(secretText(4, random), 'zzzz');
});

test('a seed repeats its stream, another seed does not', () => {
  const draw = (seed: number) => Buffer.from(seededRandom(seed).bytes(64)).toString('hex');
  assert.equal(draw(7), draw(7));
  assert.notEqual(draw(7), draw(8));
  assert.notEqual(draw(0), '0'.repeat(128), 'a seed of zero does not stand still');
});

test('the pool of chance hands out no byte twice', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 10_000; i++) seen.add(Buffer.from(systemRandom.bytes(10)).toString('hex'));
  assert.equal(seen.size, 10_000);
});

test('ids made one after another in one millisecond sort in that order', () => {
  const source = at(1_700_000_000_000);
  const ids = Array.from({ length: 1_000 }, () => newId('evt', source));
  assert.deepEqual(ids, [...ids].sort());
});
