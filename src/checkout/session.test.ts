import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redirectUrl } from './session.ts';

test('the id is added to the query, before the fragment, and what was there stays', () => {
  const table: [string, string][] = [
    ['https://shop.example.com/thanks', 'https://shop.example.com/thanks?session_id=sess_1'],
    ['https://shop.example.com/thanks?a=1', 'https://shop.example.com/thanks?a=1&session_id=sess_1'],
    ['https://shop.example.com/thanks?', 'https://shop.example.com/thanks?session_id=sess_1'],
    ['https://shop.example.com/thanks?a=1&', 'https://shop.example.com/thanks?a=1&session_id=sess_1'],
    ['https://shop.example.com/#/done', 'https://shop.example.com/?session_id=sess_1#/done'],
    ['https://shop.example.com/?a=%20b#top', 'https://shop.example.com/?a=%20b&session_id=sess_1#top'],
    ['https://shop.example.com/#', 'https://shop.example.com/?session_id=sess_1#'],
  ];
  for (const [url, expected] of table) assert.equal(redirectUrl(url, 'session_id', 'sess_1'), expected);
  assert.equal(redirectUrl(null, 'session_id', 'sess_1'), null);
});

test('a fragment with a second # is kept whole', () => {
  assert.equal(
    redirectUrl('https://shop.example.com/#/a#b', 'session_id', 's'),
    'https://shop.example.com/?session_id=s#/a#b',
  );
});

test('any address: same origin, path and fragment, its own query first, ours last', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
      const [before, after] = [new URL(url), new URL(redirectUrl(url, 'payment_id', 'pay_1') ?? '')];
      assert.deepEqual([after.origin, after.pathname, after.hash], [before.origin, before.pathname, before.hash]);
      assert.equal(after.searchParams.getAll('payment_id').at(-1), 'pay_1');
      assert.ok(after.search.startsWith(before.search));
    }),
  );
});
