// Checks that a webhook is Florin's: Standard Webhooks 1.0 with nothing but node:crypto. Copy this file, or use any Standard
// Webhooks library. It must be given the bytes as they came in: JSON that was parsed and written again has another signature.

import { createHmac, timingSafeEqual } from 'node:crypto';

const tolerance_seconds = 5 * 60;

export type WebhookHeaders = { id: string | undefined; timestamp: string | undefined; signature: string | undefined };

/** True when one of the signatures was made with `secret` (`whsec_…`) over these bytes within the last five minutes. */
export function verifyWebhook(body: Uint8Array, headers: WebhookHeaders, secret: string, now = new Date()): boolean {
  const { id, timestamp, signature } = headers;
  if (!id || !signature || !timestamp || !/^\d{1,12}$/.test(timestamp)) return false;
  // An old delivery that somebody caught and sends again is refused.
  if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > tolerance_seconds) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // While a secret is being rotated there are two signatures, separated by a space.
  return signature.split(' ').some((part) => {
    const [version, text = ''] = part.split(',', 2);
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
