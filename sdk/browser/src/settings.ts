// From the key and the options to where the checkout is: named directly, or asked of the server.

import { FLORIN_ERROR_CODES as codes, FlorinError, type FlorinErrorCode } from './errors.ts';
import type { CheckoutEnvironment, LoadFlorinOptions } from './types.ts';

export type Settings = { checkoutBaseUrl: string; embeddable: boolean };

// Bundlers put the value in the place of `process.env.FLORIN_ENV`, so it must be spelled like this; a browser has no `process`.
declare const process: { env: { FLORIN_ENV?: string } };

const bootstrapTimeoutMs = 15_000;

// While a classic script runs, and only then, the page knows which one it is.
const script =
  typeof document === 'object' && document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;

export async function settle(key: string, options: LoadFlorinOptions): Promise<Settings> {
  const spelled = typeof key === 'string' && /^pk_(test|uat|prod|live)_\w+$/.exec(key);
  if (!spelled) {
    throw new FlorinError(
      codes.INVALID_PUBLIC_KEY,
      typeof key === 'string' && key.startsWith('sk')
        ? 'This is a secret key. It must never be in a browser: replace it now, and pass the publishable key (pk_…).'
        : 'Pass a publishable key: pk_test_…, pk_uat_…, pk_prod_… or pk_live_….',
    );
  }
  const { checkoutBaseUrl, checkoutEnvironment, apiBaseUrl, locale, origin, fetchImpl } = options;
  for (const [name, value, type] of [
    ['locale', locale, 'string'],
    ['origin', origin, 'string'],
    ['fetchImpl', fetchImpl, 'function'],
  ] as const) {
    if (value != null && typeof value !== type)
      throw new FlorinError(codes.INVALID_LOAD_OPTIONS, `'${name}' must be a ${type}.`);
  }
  if (checkoutBaseUrl != null)
    return {
      checkoutBaseUrl: address(checkoutBaseUrl, 'checkoutBaseUrl', codes.INVALID_CHECKOUT_ENV),
      embeddable: true,
    };

  const environment = checkoutEnvironment ?? environmentAround();
  if (environment !== 'sandbox' && environment !== 'production') {
    throw new FlorinError(
      codes.INVALID_CHECKOUT_ENV,
      `Set 'checkoutEnvironment' or FLORIN_ENV to 'sandbox' or 'production', or pass 'checkoutBaseUrl'.`,
    );
  }
  const keyEnvironment = /test|uat/.test(spelled[1] ?? '') ? 'sandbox' : 'production';
  if (environment !== keyEnvironment) {
    throw new FlorinError(
      codes.INVALID_CHECKOUT_ENV,
      `The environment is ${environment}, but the key is for ${keyEnvironment}.`,
    );
  }
  const base = (typeof apiBaseUrl === 'object' ? apiBaseUrl?.[environment] : apiBaseUrl) ?? scriptBase();
  if (base == null) {
    throw new FlorinError(
      codes.INVALID_CHECKOUT_ENV,
      `Pass 'apiBaseUrl': the address of your Florin for ${environment}, such as https://pay.example.com.`,
    );
  }
  return bootstrap(address(base, 'apiBaseUrl', codes.INVALID_CHECKOUT_ENV), key, options);
}

function environmentAround(): CheckoutEnvironment | undefined {
  let named: string | undefined;
  try {
    named = process.env.FLORIN_ENV;
  } catch {
    // No bundler, no Node: a page may still say it in a global.
  }
  return (named || (globalThis as { FLORIN_ENV?: string }).FLORIN_ENV) as CheckoutEnvironment | undefined;
}

/** What the script's tag says, else what its address says: Florin serves it at /sdk/florin.js. */
function scriptBase(): string | undefined {
  return script?.dataset.apiBaseUrl ?? /^(.*)\/sdk\/florin\.js(?:[?#]|$)/.exec(script?.src ?? '')?.[1];
}

/** Without a slash at the end. */
function address(text: unknown, name: string, code: FlorinErrorCode): string {
  if (!isWebUrl(text)) throw new FlorinError(code, `'${name}' must be an address such as https://pay.example.com.`);
  const url = new URL(text);
  return url.origin + url.pathname.replace(/\/+$/, '');
}

export function isWebUrl(text: unknown): text is string {
  try {
    return typeof text === 'string' && /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

async function bootstrap(
  base: string,
  key: string,
  { locale, origin, fetchImpl }: LoadFlorinOptions,
): Promise<Settings> {
  const failed = (why: string, cause?: unknown) =>
    new FlorinError(codes.BOOTSTRAP_REQUEST_FAILED, `The bootstrap call to ${base} failed: ${why}`, cause);
  const url = new URL(`${base}/v1/sdk/bootstrap`);
  const site = origin ?? (typeof location === 'object' ? location.origin : undefined);
  // The origin of a file or of a sandboxed frame is the word null.
  if (site && site !== 'null') url.searchParams.set('origin', site);
  if (locale) url.searchParams.set('locale', locale);
  const ask = fetchImpl ?? (typeof fetch === 'function' ? fetch : undefined);
  if (!ask) throw failed(`this runtime has no fetch; pass 'fetchImpl'.`);

  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), bootstrapTimeoutMs);
  let answer: Response;
  let body: unknown;
  try {
    answer = await ask(url.href, {
      headers: { authorization: `Bearer ${key}` },
      credentials: 'omit',
      signal: over.signal,
    });
    body = await answer.json().catch((error: unknown) => {
      if (over.signal.aborted) throw error;
    });
  } catch (error) {
    throw failed(over.signal.aborted ? 'no answer in time.' : String(error), error);
  } finally {
    clearTimeout(timer);
  }
  const said = (typeof body === 'object' && body !== null ? body : {}) as {
    detail?: unknown;
    checkout_base_url?: unknown;
    embedded?: { enabled?: unknown } | null;
  };
  if (!answer.ok) throw failed(`${answer.status}${typeof said.detail === 'string' ? ` ${said.detail}` : ''}`);
  const enabled = said.embedded?.enabled;
  if (typeof enabled !== 'boolean' || !isWebUrl(said.checkout_base_url)) {
    throw new FlorinError(
      codes.INVALID_BOOTSTRAP_RESPONSE,
      `${base} did not answer like a Florin. Check 'apiBaseUrl'.`,
    );
  }
  return {
    checkoutBaseUrl: address(said.checkout_base_url, 'checkout_base_url', codes.INVALID_BOOTSTRAP_RESPONSE),
    embeddable: enabled,
  };
}
