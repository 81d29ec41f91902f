// What the SDK takes from its surroundings: fetch, Web Crypto, timers. Typed by what is used of it, so that the package needs
// neither the types of a browser nor those of Node, and any runtime's own fit. It must never name an API of one runtime alone.

/** The runtime's own AbortSignal where its types are known; else what this package needs of one. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Native } } ? Native : SignalLike;

/** What this package needs of an AbortSignal. */
export interface SignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What is handed to `fetch`. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body?: string;
  redirect: 'manual';
  signal: Signal;
}

/** What is needed of the answer of `fetch`. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body?: unknown;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Any runtime's `fetch` fits. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/**
 * The part of Web Crypto that is used; `globalThis.crypto` of any runtime fits. Bytes and keys are `never` here because runtimes and
 * versions of the compiler name their types differently, and no common name would take them all.
 */
export interface WebCrypto {
  getRandomValues(array: never): unknown;
  readonly subtle: {
    importKey(
      format: 'raw',
      key: never,
      algorithm: { name: 'HMAC'; hash: 'SHA-256' },
      extractable: boolean,
      usages: ('sign' | 'verify')[],
    ): Promise<unknown>;
    sign(algorithm: 'HMAC', key: never, data: never): Promise<ArrayBuffer>;
    verify(algorithm: 'HMAC', key: never, signature: never, data: never): Promise<boolean>;
  };
}

type Surroundings = {
  document?: { createElement?: unknown };
  navigator?: { userAgent?: string; product?: string };
  crypto?: WebCrypto;
};

const surroundings = () => globalThis as unknown as Surroundings;

/** A page, a worker of a browser, or an app on a customer's device: whatever is sent there can be read there. */
export function inBrowser(): boolean {
  const { document, navigator } = surroundings();
  if (typeof document?.createElement === 'function') return true;
  if (navigator?.product === 'ReactNative') return true;
  // Servers that have a navigator name themselves in it (Node.js/…, Deno/…, Bun/…, Cloudflare-Workers).
  return /^Mozilla\//.test(navigator?.userAgent ?? '');
}

/** Looked up at each use: tests and tracers replace it after this module was loaded. */
export const nativeCrypto = () => surroundings().crypto;

/** 122 bits of chance as a UUID (version 4): `crypto.randomUUID` is missing on pages without https. */
export function uuid(crypto: Pick<WebCrypto, 'getRandomValues'>): string {
  const bytes = new Uint8Array(16);
  crypto.getRandomValues(bytes as never);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
