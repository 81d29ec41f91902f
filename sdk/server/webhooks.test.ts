// Deliveries signed by the public Standard Webhooks library and by our server, checked by the SDK; and everything that must not pass.

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { bodyOf, signatureHeaders } from '../../src/webhooks/sign.ts';
import { fakeClient } from './fake-server.ts';
import {
  FlorinError,
  isEvent,
  signWebhook,
  UsageError,
  type VerifyInput,
  verifyWebhook,
  WebhookError,
} from './src/index.ts';

const key = new Uint8Array(32).fill(7);
const secret = `whsec_${Buffer.from(key).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const now = new Date('2026-01-31T12:00:00Z');
const body = bodyOf({
  id: 'evt_1',
  type: 'payment.completed',
  payload: '{"id":"pay_1","amount":1999,"description":"Kaffee für zwei ☕"}',
  request_id: null,
  created_at: now,
});
const headers = signatureHeaders([key], 'evt_1', now, body);
const delivery: VerifyInput = { body, headers, secret, now };

async function refused(input: object, code: WebhookError['code']): Promise<string> {
  const error = await verifyWebhook({ ...delivery, ...input }).then(
    () => assert.fail(`it should have been refused as ${code}`),
    (one: unknown) => one,
  );
  assert.ok(error instanceof WebhookError && error instanceof FlorinError, String(error));
  assert.equal(error.code, code);
  assert.ok(!inspect(error, { depth: 9 }).includes(secret.slice(6)), 'no error tells the secret');
  return error.message;
}

test("our server's deliveries and those of the public library are good, as text, bytes, Buffer and ArrayBuffer", async () => {
  const bytes = new TextEncoder().encode(body);
  const wide = new Uint8Array(bytes.length + 9);
  wide.set(bytes, 5);
  for (const form of [body, bytes, Buffer.from(body), bytes.buffer, wide.subarray(5, 5 + bytes.length)]) {
    const event = await verifyWebhook({ ...delivery, body: form });
    assert.equal(event.id, 'evt_1');
    assert.ok(isEvent(event, 'payment.completed', 'payment.captured'));
    const { amount }: { amount: number } = event.data;
    assert.equal(amount, 1_999);
  }
  const signature = new Webhook(secret).sign('evt_1', now, body);
  assert.equal(
    (await verifyWebhook({ ...delivery, headers: { ...headers, 'webhook-signature': signature } })).id,
    'evt_1',
  );
});

test('headers may come as Headers, as an object in any case, and as lists', async () => {
  for (const form of [
    new Headers(headers),
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])),
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  ])
    assert.equal((await verifyWebhook({ ...delivery, headers: form })).id, 'evt_1');
});

test('during a rotation two signatures meet one secret, and one signature meets two secrets', async () => {
  const both = signatureHeaders([new Uint8Array(32).fill(9), key], 'evt_1', now, body);
  await verifyWebhook({ ...delivery, headers: both });
  await verifyWebhook({ ...delivery, headers: both, secret: other });
  await verifyWebhook({ ...delivery, secret: [other, secret] });
  await verifyWebhook({ ...delivery, secret: secret.slice('whsec_'.length) });
  await refused({ secret: [other] }, 'signature_invalid');
});

test('a parsed body is explained, and so is whatever else is no raw body', async () => {
  const told = await refused({ body: JSON.parse(body) }, 'body_parsed');
  assert.match(told, /You passed a parsed object\. Pass the raw body/);
  assert.match(told, /express\.raw/);
  for (const [form, word] of [
    ['[object Object]', /turned into text/],
    [new Request('http://x.example', { method: 'POST', body }), /a request or a stream/],
    [Promise.resolve(body), /promise/],
    [undefined, /undefined/],
    [null, /null/],
    [[1], /parsed/],
  ] as const)
    assert.match(await refused({ body: form }, 'body_parsed'), word);
  // Parsed and written again: other bytes, so another signature.
  const again = JSON.stringify(JSON.parse(body), null, 2);
  assert.match(await refused({ body: again }, 'signature_invalid'), /parsed and written again/);
});

test('a changed byte, id or time, another secret, another version and garbage are refused', async () => {
  await refused({ body: body.replace('1999', '1998') }, 'signature_invalid');
  await refused({ secret: other }, 'signature_invalid');
  const withHeader = (name: string, value: string | undefined) => ({ headers: { ...headers, [name]: value } });
  await refused(withHeader('webhook-id', 'evt_2'), 'signature_invalid');
  await refused(withHeader('webhook-timestamp', String(now.getTime() / 1_000 + 1)), 'signature_invalid');
  const good = headers['webhook-signature'] ?? '';
  for (const bad of ['v1,', 'v1', 'v1,!!', good.replace('v1,', 'v2,'), good.slice(0, -4), ',', ' '])
    await refused(withHeader('webhook-signature', bad), 'signature_invalid');
  for (const name of Object.keys(headers)) {
    assert.match(await refused(withHeader(name, undefined), 'header_missing'), new RegExp(name));
    await refused(withHeader(name, ''), 'header_missing');
  }
  await refused({ headers: undefined }, 'header_missing');
  for (const bad of ['soon', '-1', '1e9', '12345678901234'])
    await refused(withHeader('webhook-timestamp', bad), 'header_invalid');
});

test('a delivery is taken for five minutes, before and after, or for as long as the caller says', async () => {
  const at = (seconds: number) => ({ now: new Date(now.getTime() + seconds * 1_000) });
  for (const seconds of [-300, 0, 300]) await verifyWebhook({ ...delivery, ...at(seconds) });
  assert.match(await refused(at(301), 'timestamp_outside_tolerance'), /301 seconds ago/);
  assert.match(await refused(at(-301), 'timestamp_outside_tolerance'), /301 seconds in the future/);
  await verifyWebhook({ ...delivery, ...at(3_000), toleranceSeconds: 3_000 });
  await refused({ ...at(11), toleranceSeconds: 10 }, 'timestamp_outside_tolerance');
  await assert.rejects(verifyWebhook({ ...delivery, toleranceSeconds: Number.NaN }), UsageError);
});

test('a secret that is none is told before anything is believed', async () => {
  for (const bad of ['', 'whsec_', 'whsec_%%', undefined, [], [secret, '']])
    await refused({ secret: bad }, 'secret_invalid');
});

test('events of tomorrow pass through with their data; a good signature over no event is refused', async () => {
  const newer = '{"id":"evt_9","type":"dream.dreamt","data":{"deep":true},"more":1}';
  const event = await verifyWebhook({
    ...delivery,
    body: newer,
    headers: signatureHeaders([key], 'evt_9', now, newer),
  });
  assert.deepEqual(event, JSON.parse(newer));
  assert.equal(isEvent(event, 'payment.completed'), false);
  for (const none of ['not json', '"text"', 'null'])
    await refused({ body: none, headers: signatureHeaders([key], 'evt_9', now, none) }, 'payload_invalid');
});

test('signWebhook makes what verifyWebhook and the public library take; the crypto may be given', async () => {
  const made = await signWebhook({ id: 'evt_1', body, secret, at: now });
  assert.deepEqual(made, headers);
  await verifyWebhook({ ...delivery, headers: made });
  let asked = 0;
  const { subtle } = webcrypto;
  const crypto = {
    getRandomValues: (array: Uint8Array<ArrayBuffer>) => webcrypto.getRandomValues(array),
    subtle: {
      importKey: subtle.importKey.bind(subtle) as never,
      sign: subtle.sign.bind(subtle) as never,
      verify: (...args: never[]) => {
        asked += 1;
        return (subtle.verify as (...args: never[]) => Promise<boolean>).apply(subtle, args);
      },
    },
  };
  const { florin } = fakeClient([], { crypto });
  assert.equal((await florin.verifyWebhook(delivery)).id, 'evt_1');
  assert.equal(asked, 1);
});
