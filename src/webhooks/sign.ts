// The bytes of a delivery and their signature, as Standard Webhooks 1.0 says (github.com/standard-webhooks). Pure: the same
// event gives the same bytes at every try, because the payload is taken as the text that was stored, never parsed.

import { hmac } from '../kit/crypto.ts';

export type SignedEvent = {
  id: string;
  type: string;
  /** The public object as JSON text, frozen when the event was emitted. */
  payload: string;
  request_id: string | null;
  created_at: Date;
};

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
