// What a client and a single call may be told, and what of it is refused before anything is sent. A message here must never
// repeat a key.

import { UsageError } from './errors.ts';
import { type Fetch, inBrowser, nativeCrypto, type Signal, type WebCrypto } from './runtime.ts';

/** How a client is made. Only `apiKey` and `baseUrl` are needed. */
export interface ClientOptions {
  /** A secret key (`sk_test_…`, `sk_live_…`); a publishable one opens tokens and reads of sessions only. */
  apiKey: string;
  /** Florin's own address without a path, such as `https://pay.example.com`. */
  baseUrl: string;
  /** Milliseconds that one try may take, the answer's body included. 30,000 when left out. */
  timeoutMs?: number | undefined;
  /** How often a call is tried again after the first time. 2 when left out; 0 for never. */
  maxRetries?: number | undefined;
  /** A `Retry-After` beyond this many milliseconds is not waited for: the error says it instead. 60,000 when left out. */
  maxRetryAfterMs?: number | undefined;
  /** Another `fetch`: for tests, a proxy, tracing. The runtime's own when left out. */
  fetch?: Fetch | undefined;
  /** Another Web Crypto, for idempotency keys and webhooks. The runtime's own when left out. */
  crypto?: WebCrypto | undefined;
  /** Headers that go with every request. They cannot replace those of this package. */
  headers?: Record<string, string> | undefined;
  /** Allows a secret key where customers could read it. Only for tools that nobody else opens. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** What a single call may be told. */
export interface RequestOptions {
  /**
   * For POSTs: the same key and parameters give the same answer, done once, for 30 days. Made anew for each call when left out, and
   * kept for its retries. Choose your own (an order's id) to be safe across restarts of your program. 1 to 255 visible characters.
   */
  idempotencyKey?: string | undefined;
  /** Milliseconds that one try may take. */
  timeoutMs?: number | undefined;
  /** How often the call is tried again. */
  maxRetries?: number | undefined;
  /** Ends the call, its waits included; what the signal gives as reason is thrown. */
  signal?: Signal | undefined;
  /** Further headers. */
  headers?: Record<string, string> | undefined;
}

/** Options with every gap filled. */
export type Settled = {
  apiKey: string;
  origin: string;
  timeoutMs: number;
  maxRetries: number;
  maxRetryAfterMs: number;
  fetch: Fetch;
  crypto: WebCrypto;
  headers: Record<string, string>;
};

export function settle(options: ClientOptions): Settled {
  const { apiKey, baseUrl, dangerouslyAllowBrowser = false } = options ?? {};
  if (typeof apiKey !== 'string' || apiKey === '')
    throw new UsageError('apiKey is missing: give the secret key of your account (sk_test_… or sk_live_…).');
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new UsageError('apiKey has a space or a character that no key has. Was it copied whole, and nothing else?');
  if (apiKey.startsWith('whsec_'))
    throw new UsageError('apiKey is the signing secret of a webhook. Give a secret key (sk_test_… or sk_live_…).');
  if (!apiKey.startsWith('pk_') && !dangerouslyAllowBrowser && inBrowser())
    throw new UsageError(
      'A secret key must not be used in a browser: everybody who opens the page can read it. Make this call on your server. (dangerouslyAllowBrowser: true allows it.)',
    );
  const crypto = options.crypto ?? nativeCrypto();
  if (crypto === undefined)
    throw new UsageError(
      'This runtime has no Web Crypto: give one as the option crypto (Node: node:crypto.webcrypto).',
    );
  return {
    apiKey,
    origin: originOf(baseUrl),
    timeoutMs: whole('timeoutMs', options.timeoutMs, 30_000, 1),
    maxRetries: whole('maxRetries', options.maxRetries, 2, 0),
    maxRetryAfterMs: whole('maxRetryAfterMs', options.maxRetryAfterMs, 60_000, 0),
    // Called without a receiver: some runtimes refuse a fetch that is a method of something else.
    fetch: options.fetch ?? ((url, init) => (globalThis.fetch as unknown as Fetch)(url, init)),
    crypto,
    headers: options.headers ?? {},
  };
}

function originOf(baseUrl: unknown): string {
  if (typeof baseUrl !== 'string' || !/^https?:\/\/[^/?#\s]+/.test(baseUrl))
    throw new UsageError('baseUrl must be the full address of your Florin, such as https://pay.example.com.');
  if (/[?#\s]/.test(baseUrl)) throw new UsageError('baseUrl must be an address without a query, a # or spaces.');
  if (/^https?:\/\/[^/]*@/.test(baseUrl)) throw new UsageError('baseUrl must not hold a name or a password.');
  // People copy the address with the version of the API; the paths of this package have it already.
  return baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '');
}

/** The longest time that timers of every runtime take. */
const longest = 2 ** 31 - 1;

export function whole(name: string, value: number | undefined, usual: number, least: number): number {
  if (value === undefined) return usual;
  if (!Number.isSafeInteger(value) || value < least || value > longest)
    throw new UsageError(`${name} must be a whole number from ${least} to ${longest}.`);
  return value;
}

export function keyOf(given: string | undefined): string | undefined {
  if (given !== undefined && !(typeof given === 'string' && /^[\x21-\x7e]{1,255}$/.test(given)))
    throw new UsageError('idempotencyKey must be 1 to 255 visible ASCII characters, without spaces.');
  return given;
}
