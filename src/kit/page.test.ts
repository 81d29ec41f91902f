import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from './fault.ts';
import { toList, windowOf } from './page.ts';

/** A table in memory that does what the queries of the rooms do. */
function fetch(ids: string[], window: ReturnType<typeof windowOf>): string[] {
  const sorted = [...ids].sort();
  if (window.before === undefined) sorted.reverse();
  return sorted
    .filter(
      (id) => (window.after === undefined || id < window.after) && (window.before === undefined || id > window.before),
    )
    .slice(0, window.limit + 1);
}
const page = (ids: string[], input: Parameters<typeof windowOf>[0]) => {
  const window = windowOf(input);
  return toList(fetch(ids, window), window, (id) => id);
};

test('25 rows when nothing is said; both cursors at once are refused', () => {
  assert.deepEqual(windowOf({}), { limit: 25, after: undefined, before: undefined });
  assert.throws(
    () => windowOf({ starting_after: 'a', ending_before: 'b' }),
    (error) => isFault(error, 'parameter_invalid') && error.param === 'ending_before',
  );
});

test('has_more tells of one row more, and the row itself is not shown', () => {
  const rows = ['c', 'b', 'a'];
  assert.deepEqual(
    toList(rows, windowOf({ limit: 3 }), (r) => r),
    { object: 'list', data: rows, has_more: false },
  );
  assert.deepEqual(
    toList(rows, windowOf({ limit: 2 }), (r) => r),
    { object: 'list', data: ['c', 'b'], has_more: true },
  );
  assert.deepEqual(
    toList([], windowOf({ limit: 2 }), (r) => r),
    { object: 'list', data: [], has_more: false },
  );
});

test('any table walks both ways in pages of any size, every row once, newest first', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 1, maxLength: 6 }), {
        maxLength: 40,
      }),
      fc.integer({ min: 1, max: 12 }),
      (ids, limit) => {
        const newest = [...ids].sort().reverse();
        const forward: string[] = [];
        for (let more = true; more; ) {
          const { data, has_more } = page(ids, {
            limit,
            ...(forward.length > 0 ? { starting_after: forward.at(-1) } : {}),
          });
          forward.push(...data);
          more = has_more;
        }
        assert.deepEqual(forward, newest);
        const [oldest] = newest.slice(-1);
        if (oldest === undefined) return;
        let backward: string[] = [];
        for (let more = true; more; ) {
          const { data, has_more } = page(ids, { limit, ending_before: backward[0] ?? oldest });
          backward = [...data, ...backward];
          more = has_more;
        }
        assert.deepEqual(backward, newest.slice(0, -1));
      },
    ),
  );
});
