// The bytes of a delivery and their signature, as Standard Webhooks 1.0 says (github.com/standard-webhooks). Pure: the same
// event gives the same bytes at every try, because the payload is taken as the text that was stored, never parsed. An endpoint that
// chose another dialect is written to by what that dialect handed in.

import { hmac } from '../kit/crypto.ts';
import type { SignedEvent, WebhookDialect, WebhookDialects } from '../operation/context.ts';

export function bodyOf(event: SignedEvent): string {
  const quoted = (text: string | null) => JSON.stringify(text);
  return (
    `{"id":${quoted(event.id)},"object":"event","type":${quoted(event.type)},"data":${event.payload},` +
    `"request_id":${quoted(event.request_id)},"created_at":${quoted(event.created_at.toISOString())}}`
  );
}

/** How a signing secret is written for people: the library of Standard Webhooks takes exactly this. */
export const secretText = (secret: Uint8Array) => `whsec_${Buffer.from(secret).toString('base64')}`;

/** One signature per secret, the present one first: during a rotation the receiver may hold either. */
export function signatureHeaders(
  secrets: Uint8Array[],
  event_id: string,
  at: Date,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signed = `${event_id}.${timestamp}.${body}`;
  return {
    'webhook-id': event_id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${hmac(secret, signed).toString('base64')}`).join(' '),
  };
}

const native: Pick<WebhookDialect, 'write'> = {
  write(event, secrets, at) {
    const body = bodyOf(event);
    return { body, headers: signatureHeaders(secrets, event.id, at, body) };
  },
};

export const nativeDialect = 'native';

/** Undefined: the dialect is not part of this process any more. */
export const writerOf = (dialects: WebhookDialects, name: string): WebhookDialect['write'] | undefined =>
  (name === nativeDialect ? native : Object.hasOwn(dialects, name) ? dialects[name] : undefined)?.write;
