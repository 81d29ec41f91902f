import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocate, portion } from './allocate.ts';

const weights = fc
  .array(fc.integer({ min: 0, max: 999_999_999_999 }), { minLength: 1, maxLength: 40 })
  .filter((list) => list.some((weight) => weight > 0));

test('the parts make the whole, none is negative, and none is a unit away from its exact share', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), weights, (total, list) => {
      const parts = allocate(total, list);
      assert.equal(
        parts.reduce((a, b) => a + b, 0),
        total,
      );
      const sum = list.reduce((all, weight) => all + BigInt(weight), 0n);
      for (const [i, part] of parts.entries()) {
        assert.ok(Number.isSafeInteger(part) && part >= 0);
        const exact = BigInt(total) * BigInt(list[i] ?? 0);
        const off = BigInt(part) * sum - exact;
        assert.ok(off < sum && off > -sum, `part ${i} is off by a unit or more`);
      }
    }),
  );
});

test('what has no weight gets nothing, and of equal remainders the earlier part gets the unit', () => {
  assert.deepEqual(allocate(10, [1, 0, 1, 1]), [4, 0, 3, 3]);
  assert.deepEqual(allocate(0, [0, 0]), [0, 0]);
  assert.deepEqual(allocate(1, [1, 1]), [1, 0]);
});

test('a portion rounds half up, also where a float could not', () => {
  assert.equal(portion(50, 1, 100), 1);
  assert.equal(portion(49, 1, 100), 0);
  assert.equal(portion(999_999_999_999, 999_999, 1_000_000), 999_998_999_999);
});
