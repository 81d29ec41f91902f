import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from './network.ts';

test('a v4 address is itself, however it is written', () => {
  assert.equal(networkOf('203.0.113.7'), '203.0.113.7');
  assert.equal(networkOf('::ffff:203.0.113.7'), '203.0.113.7');
  assert.equal(networkOf('::ffff:cb00:7107'), '203.0.113.7');
});

test('all addresses of one /64 are one, those of the next are not', () => {
  const ours = networkOf('2001:db8:1:2::1');
  assert.equal(networkOf('2001:db8:1:2:ffff:ffff:ffff:ffff'), ours);
  assert.equal(networkOf('2001:0DB8:0001:0002:0:0:0:9'), ours);
  assert.notEqual(networkOf('2001:db8:1:3::1'), ours);
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2%eth0'));
});

test('what is no address stays what it is', () => {
  for (const text of ['', 'unknown', 'a:b', '1.2.3.4:80']) assert.equal(networkOf(text), text);
});
