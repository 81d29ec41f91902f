// The challenge page over HTTP: who is sent where, and what must not appear.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { simulator } from '../connectors/simulator/index.ts';
import { memoryStore } from '../connectors/simulator/memory-store.ts';
import { systemClock } from '../kit/clock.ts';
import { newId, systemRandom } from '../kit/id.ts';
import { simulatorPages } from './simulator.ts';

const parts = { clock: systemClock, random: systemRandom };

async function open(return_url = 'https://shop.example/pay/sess_1?a=1') {
  const store = memoryStore();
  const decided: string[] = [];
  const app = Fastify();
  await app.register(
    simulatorPages({
      ...parts,
      store,
      decided: (call) => decided.push(call.reference),
      framers: async (url) => (url === return_url ? ['https://embeds.example'] : []),
    }),
  );
  const connector = simulator({ ...parts, store, account_id: 'acc_a', public_url: '', latency_ms: 0 });
  const reference = newId('att', parts);
  const outcome = await connector.authorize({
    reference,
    amount: 123_456,
    currency: 'EUR',
    capture: true,
    card: { number: '4000000000003220', exp_month: 1, exp_year: 2049, cvc: '123', holder_name: '<script>' },
    return_url,
    billing_address: undefined,
    description: '<script>alert(1)</script>',
    entry: 'typed',
  });
  assert.equal(outcome.kind, 'action');
  const url = outcome.kind === 'action' ? outcome.url : '';
  const answer = (payload: string, type = 'application/x-www-form-urlencoded', at = url) =>
    app.inject({ method: 'POST', url: at, payload, headers: { 'content-type': type } });
  return { app, connector, reference, url, answer, decided };
}

test('the page shows the amount under a strict policy, and nothing of the card', async () => {
  const { app, url } = await open();
  const shown = await app.inject(url);
  assert.equal(shown.statusCode, 200);
  assert.match(shown.body, /€1,234\.56/);
  assert.doesNotMatch(shown.body, /<script|3220|style="/);
  const policy = String(shown.headers['content-security-policy']);
  assert.match(policy, /default-src 'none'.*frame-ancestors 'self'/);
  assert.doesNotMatch(policy, /unsafe|script-src/);
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
  assert.ok(nonce && shown.body.includes(`<style nonce="${nonce}">`));
  assert.equal(shown.headers['cache-control'], 'no-store');
  assert.equal(shown.headers['referrer-policy'], 'no-referrer');
  const again = await app.inject(url);
  assert.notEqual(again.headers['content-security-policy'], policy);
});

test('whoever embeds our page may stand around the bank’s, inside ours alone', async () => {
  const { app, url } = await open();
  const ancestors = async (site: string | undefined) => {
    const shown = await app.inject({ url, headers: site === undefined ? {} : { 'sec-fetch-site': site } });
    return /frame-ancestors ([^;]*)/.exec(String(shown.headers['content-security-policy']))?.[1];
  };
  assert.equal(await ancestors('same-origin'), `'self' https://embeds.example`);
  for (const site of ['cross-site', 'same-site', 'none', undefined])
    assert.equal(await ancestors(site), `'self'`, `framed by a page that is ${site}`);
});

test('an answer decides the call and leads back; a second one changes nothing and leads back too', async () => {
  const { app, url, answer, connector, reference, decided } = await open();
  for (const payload of ['answer=approve', 'answer=refuse']) {
    const answered = await answer(payload);
    assert.equal(answered.statusCode, 303);
    assert.equal(answered.headers.location, 'https://shop.example/pay/sess_1?a=1');
    assert.equal((await connector.look(reference)).kind, 'approved');
  }
  assert.equal((await app.inject(url)).statusCode, 303);
  assert.equal(decided[0], reference);
});

test('refusing declines', async () => {
  const { answer, connector, reference } = await open();
  assert.equal((await answer('answer=refuse')).statusCode, 303);
  assert.equal((await connector.look(reference)).kind, 'declined');
});

test('what cannot be read decides nothing', async () => {
  const { answer, connector, reference } = await open();
  assert.equal((await answer('answer=maybe')).statusCode, 400);
  assert.equal((await answer('')).statusCode, 400);
  assert.equal((await answer('{"answer":"approve"}', 'application/json')).statusCode, 415);
  assert.equal((await answer(`answer=approve&x=${'y'.repeat(2_000)}`)).statusCode, 413);
  assert.equal((await connector.look(reference)).kind, 'action');
});

test('an unknown reference is a page that says so', async () => {
  const { app, answer } = await open();
  const missing = await app.inject('/simulator/challenge/att_x');
  assert.equal(missing.statusCode, 404);
  assert.match(String(missing.headers['content-type']), /text\/html/);
  assert.equal((await answer('answer=approve', undefined, '/simulator/challenge/att_x')).statusCode, 404);
});

test('a way back that is no web address is not followed', async () => {
  const { answer } = await open('javascript:alert(1)');
  const answered = await answer('answer=approve');
  assert.equal(answered.statusCode, 200);
  assert.equal(answered.headers.location, undefined);
});
