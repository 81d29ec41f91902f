import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitcoin, timeLeft } from './bitcoin.ts';
import type { Page } from './page.ts';
import { qrPath } from './qr.ts';

const page: Page = {
  nonce: 'n0nce',
  assets: { script: '', style: '' },
  locale: 'en-US',
  base_path: '',
};
const asked = {
  address: 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx',
  uri: 'bitcoin:tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx?amount=0.00100000&label=Acme',
  amount_missing: 100_000,
  amount_received: 0,
  rate: null,
  expires_at: '2026-03-01T12:15:00Z',
  wallet_url: null,
};
const now = new Date('2026-03-01T12:00:01Z');

test('time left never falls below zero', () => {
  assert.equal(timeLeft(asked.expires_at, now.getTime()), '14:59');
  assert.equal(timeLeft(asked.expires_at, Date.parse('2026-03-02T00:00:00Z')), '00:00');
});

test('a code has its finder patterns, its quiet zone, and another path for another text', () => {
  const { size, path } = qrPath(asked.uri);
  assert.ok(path.startsWith('M4 4h7v1h-7z'), 'the first finder pattern, behind four light modules');
  assert.ok(path.includes(`M${size - 11} 4h7v1h-7z`));
  assert.notEqual(qrPath(asked.uri.replace('0.001', '0.002')).path, path);
});

test('only an address of this scheme becomes a link, and text stays text', () => {
  assert.ok(bitcoin(asked, page, now).text.includes(`href="${asked.uri.replace('&', '&amp;')}"`));
  const evil = bitcoin(
    { ...asked, uri: 'javascript:alert(1)', address: '"><script>', wallet_url: 'javascript:1' },
    page,
    now,
  ).text;
  assert.ok(!/javascript:/.test(evil.replaceAll('data-copy', '')) && !evil.includes('<script'));
  assert.ok(!evil.includes('target="_blank"'), 'no wallet page without an address of the web');
});
