import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { bodyOf, secretText, signatureHeaders, writerOf } from './sign.ts';

const event = {
  id: 'evt_1',
  type: 'payment.completed',
  payload: '{"id":"pay_1", "amount":1.50,"name":"Grün \\u0041 😀","big":12345678901234567890}',
  request_id: 'req_1',
  created_at: new Date('2026-01-31T12:00:00.123Z'),
};

test('the body carries the stored payload byte for byte, numbers and escapes untouched', () => {
  const body = bodyOf(event);
  assert.equal(
    body,
    `{"id":"evt_1","object":"event","type":"payment.completed","data":${event.payload},"request_id":"req_1","created_at":"2026-01-31T12:00:00.123Z"}`,
  );
  assert.equal(JSON.parse(body).data.id, 'pay_1');
  assert.equal(JSON.parse(bodyOf({ ...event, request_id: null })).request_id, null);
});

test('the public library accepts a signature, and refuses another secret or one changed byte', () => {
  const secret = randomBytes(32);
  const body = bodyOf(event);
  const headers = signatureHeaders([secret], event.id, new Date(), body);
  assert.deepEqual(new Webhook(secretText(secret)).verify(body, headers), JSON.parse(body));
  assert.throws(() => new Webhook(secretText(randomBytes(32))).verify(body, headers));
  assert.throws(() => new Webhook(secretText(secret)).verify(body.replace('pay_1', 'pay_2'), headers));
});

test('during a rotation both secrets verify, each by itself', () => {
  const [present, before] = [randomBytes(32), randomBytes(32)];
  const body = bodyOf(event);
  const headers = signatureHeaders([present, before], event.id, new Date(), body);
  assert.equal(headers['webhook-signature']?.split(' ').length, 2);
  for (const secret of [present, before]) new Webhook(secretText(secret)).verify(body, headers);
});

test('known answer: HMAC-SHA256 over id, timestamp and body', () => {
  // The example secret of the Standard Webhooks reference libraries.
  const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const headers = signatureHeaders(
    [secret],
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    new Date(1_614_265_330_000),
    '{"test": 2432232314}',
  );
  assert.equal(headers['webhook-timestamp'], '1614265330');
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  assert.equal(
    headers['webhook-signature'],
    `v1,${createHmac('sha256', secret).update('msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}').digest('base64')}`,
  );
});

test('an endpoint is written to by the dialect it chose; one that is gone, or a name of the language, by nobody', () => {
  const written = { headers: {}, body: 'theirs' };
  const dialects = { theirs: { event_types: [], write: () => written } };
  const at = new Date();
  const secret = randomBytes(32);
  assert.equal(writerOf(dialects, 'theirs')?.(event, [secret], at), written);
  const ours = writerOf(dialects, 'native')?.(event, [secret], at);
  assert.deepEqual(ours, { body: bodyOf(event), headers: signatureHeaders([secret], event.id, at, bodyOf(event)) });
  for (const name of ['gone', 'constructor', '__proto__']) assert.equal(writerOf(dialects, name), undefined, name);
});
