// Whether a webhook is Florin's: Standard Webhooks 1.0 over the bytes as they came in, by Web Crypto. It must never read the body
// before its signature is found good, and never tell a secret.

import { FlorinError, UsageError } from './errors.ts';
import type { Event } from './generated/types.ts';
import { nativeCrypto, type WebCrypto } from './runtime.ts';

/** Why a webhook was refused. */
export type WebhookErrorCode =
  | 'body_parsed'
  | 'header_missing'
  | 'header_invalid'
  | 'timestamp_outside_tolerance'
  | 'signature_invalid'
  | 'secret_invalid'
  | 'payload_invalid';

/** The webhook is not to be believed, or this call is made wrongly (`body_parsed`, `secret_invalid`): see `code`. */
export class WebhookError extends FlorinError {
  override name = 'WebhookError';
  readonly code: WebhookErrorCode;
  constructor(code: WebhookErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** `Headers` of a Fetch API request, or the plain object of Node, in any case of letters. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** What is needed to check one delivery. */
export interface VerifyInput {
  /** The body exactly as it came in: bytes, or their text. Never a parsed object. */
  body: string | Uint8Array | ArrayBuffer;
  /** The headers of the request. */
  headers: WebhookHeaders;
  /** The endpoint's signing secret (`whsec_…`). During a rotation give both: one good signature is enough. */
  secret: string | readonly string[];
  /** How many seconds the delivery's time may be away from now. 300 when left out. */
  toleranceSeconds?: number | undefined;
  /** The present time; for tests. */
  now?: Date | undefined;
  /** Another Web Crypto; the runtime's own when left out. */
  crypto?: WebCrypto | undefined;
}

/** How many signatures of one header are looked at: Florin sends one, or two during a rotation. */
const mostSignatures = 16;

/**
 * Gives the event when the delivery is Florin's; throws a `WebhookError` otherwise. Answer 2xx within 15 seconds. The same event may
 * come more than once and in any order: keep its `id` to drop a second one.
 */
export async function verifyWebhook(input: VerifyInput): Promise<Event> {
  const body = bytesOf(input.body);
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => {
    const value = headerOf(input.headers, name);
    if (value === undefined || value === '')
      throw new WebhookError(
        'header_missing',
        `The header '${name}' is missing. Pass the headers of the request; without it this is no delivery of Florin's.`,
      );
    return value;
  }) as [string, string, string];
  if (!/^\d{1,12}$/.test(timestamp))
    throw new WebhookError('header_invalid', "The header 'webhook-timestamp' must be a number of seconds since 1970.");
  const keys = await keysOf(input.secret, cryptoOf(input.crypto), ['verify']);

  const tolerance = input.toleranceSeconds ?? 300;
  if (!(tolerance >= 0)) throw new UsageError('toleranceSeconds must be a number from 0.');
  const age = Math.trunc((input.now ?? new Date()).getTime() / 1_000) - Number(timestamp);
  if (Math.abs(age) > tolerance)
    throw new WebhookError(
      'timestamp_outside_tolerance',
      `The delivery was signed ${Math.abs(age)} seconds ${age < 0 ? 'in the future' : 'ago'}, and ${tolerance} are allowed. Is the clock right, or does somebody send an old delivery again?`,
    );

  const { subtle } = cryptoOf(input.crypto);
  const signed = signedBytes(id, timestamp, body);
  const given = signature.split(' ').flatMap(signatureOf).slice(0, mostSignatures);
  for (const key of keys) {
    // Web Crypto compares in constant time.
    for (const bytes of given)
      if (await subtle.verify('HMAC', key, bytes as never, signed as never)) return eventOf(body);
  }
  throw new WebhookError(
    'signature_invalid',
    'No signature fits. Is this the secret of this very endpoint, and is the body byte for byte what came in? A body that was parsed and written again has another signature.',
  );
}

/** The headers of a delivery, to test your own endpoint: what Florin would send with this body. */
export async function signWebhook(input: {
  /** The event's id. */
  id: string;
  /** The body that will be sent. */
  body: string | Uint8Array;
  /** `whsec_…` */
  secret: string;
  /** When it is signed; now when left out. */
  at?: Date | undefined;
  /** Another Web Crypto; the runtime's own when left out. */
  crypto?: WebCrypto | undefined;
}): Promise<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const crypto = cryptoOf(input.crypto);
  const timestamp = String(Math.floor((input.at ?? new Date()).getTime() / 1_000));
  const [key] = await keysOf(input.secret, crypto, ['sign']);
  const made = await crypto.subtle.sign(
    'HMAC',
    key as never,
    signedBytes(input.id, timestamp, bytesOf(input.body)) as never,
  );
  const text = btoa(String.fromCharCode(...new Uint8Array(made)));
  return { 'webhook-id': input.id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${text}` };
}

function bytesOf(body: unknown): Uint8Array {
  if (typeof body === 'string') {
    if (body === '[object Object]') throw parsed('a parsed object that was turned into text');
    return new TextEncoder().encode(body);
  }
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  // A copy: Web Crypto takes no view of shared memory.
  if (ArrayBuffer.isView(body)) return new Uint8Array(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  if (typeof body !== 'object' || body === null) throw parsed(body === null ? 'null' : typeof body);
  if ('then' in body) throw parsed('a promise (await it first)');
  if ('headers' in body || 'getReader' in body || 'pipe' in body) throw parsed('a request or a stream, not its body');
  throw parsed('a parsed object');
}

const parsed = (what: string) =>
  new WebhookError(
    'body_parsed',
    `You passed ${what}. Pass the raw body exactly as it came in, because the signature is over its bytes: await request.text() with the Fetch API, express.raw({ type: 'application/json' }) in Express, a content-type parser with parseAs: 'buffer' in Fastify, the collected chunks with node:http.`,
  );

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined;
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : undefined;
}

function cryptoOf(given: WebCrypto | undefined): WebCrypto {
  const crypto = given ?? nativeCrypto();
  if (crypto?.subtle === undefined)
    throw new FlorinError('This runtime has no Web Crypto: give one as the option crypto.');
  return crypto;
}

async function keysOf(secret: unknown, crypto: WebCrypto, usages: ('sign' | 'verify')[]): Promise<never[]> {
  const secrets: unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length === 0) throw badSecret();
  const keys = secrets.map((text) => {
    const bytes = typeof text === 'string' ? base64(text.replace(/^whsec_/, '')) : undefined;
    if (bytes === undefined || bytes.length === 0) throw badSecret();
    return crypto.subtle.importKey('raw', bytes as never, { name: 'HMAC', hash: 'SHA-256' }, false, usages);
  });
  return (await Promise.all(keys)) as never[];
}

const badSecret = () =>
  new WebhookError(
    'secret_invalid',
    'The secret must be the signing secret of your endpoint: whsec_ and base64 text, copied whole.',
  );

function signatureOf(part: string): Uint8Array[] {
  const [version, text = ''] = part.split(',', 2);
  const bytes = version === 'v1' ? base64(text) : undefined;
  return bytes ? [bytes] : [];
}

function base64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function signedBytes(id: string, timestamp: string, body: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

function eventOf(body: Uint8Array): Event {
  try {
    const event: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof event === 'object' && event !== null) return event as Event;
  } catch {
    // Told below, for both.
  }
  throw new WebhookError('payload_invalid', 'The signature is good and the body is no JSON object.');
}
