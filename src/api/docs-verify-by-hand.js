// Printed in the reference and run by its test: a receiver's check of a delivery, without a library, so that it can be
// written in any language. This comment is not printed.

import { createHmac, timingSafeEqual } from 'node:crypto';

// secret: whsec_…, body: its text, exactly as it came
export function verify(secret, headers, body) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const age_s = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!(age_s < 300)) throw new Error('too old or too new');

  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();

  // Two signatures during a rotation; one that fits will do.
  for (const one of headers['webhook-signature'].split(' ')) {
    const given = Buffer.from(one.replace('v1,', ''), 'base64');
    if (given.length !== expected.length) continue;
    if (timingSafeEqual(given, expected)) return JSON.parse(body);
  }
  throw new Error('wrong signature');
}
