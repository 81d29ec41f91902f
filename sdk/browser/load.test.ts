// loadFlorin and redirectToCheckout: which key, which environment, which host, and every code that they can throw.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { FLORIN_ERROR_CODES, FlorinError, type LoadFlorinOptions, loadFlorin } from './src/index.ts';

const key = 'pk_test_0123456789abcdefghij';
const liveKey = 'pk_prod_0123456789abcdefghij';
const global = globalThis as Record<string, unknown>;

afterEach(() => {
  delete process.env['FLORIN_ENV'];
  for (const name of ['FLORIN_ENV', 'window', 'location']) delete global[name];
});

/** A server that answers every call like this, and what it was asked. */
function server(answer: unknown = bootstrapped(), status = 200) {
  const asked: { url: URL; headers: Record<string, string>; credentials: unknown }[] = [];
  const fetchImpl = (async (url: string, { headers, credentials }: { headers: never; credentials: unknown }) => {
    asked.push({ url: new URL(url), headers, credentials });
    if (answer instanceof Error) throw answer;
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { status });
  }) as unknown as typeof fetch;
  return { asked, fetchImpl };
}

const bootstrapped = (more: Record<string, unknown> = {}) => ({
  object: 'sdk_bootstrap',
  environment: 'sandbox',
  checkout_base_url: 'https://checkout.example',
  embedded: { enabled: true },
  locale: null,
  ...more,
});

const fails = (attempt: () => Promise<unknown>, code: keyof typeof FLORIN_ERROR_CODES, message = /./) =>
  assert.rejects(attempt, (error) => {
    assert.ok(error instanceof FlorinError && error instanceof Error, String(error));
    assert.deepEqual([error.name, error.code], ['FlorinError', FLORIN_ERROR_CODES[code]]);
    assert.match(error.message, message);
    return true;
  });

/** A window that only remembers where it was sent. */
function openWindow(): string[] {
  const gone: string[] = [];
  global['window'] = {
    location: {
      assign: (url: string) => gone.push(`assign ${url}`),
      replace: (url: string) => gone.push(`replace ${url}`),
    },
  };
  return gone;
}

test('every code is its own name', () => {
  for (const [name, code] of Object.entries(FLORIN_ERROR_CODES)) assert.equal(code, name);
  for (const name of [
    'INVALID_PUBLIC_KEY',
    'INVALID_CHECKOUT_ENV',
    'BOOTSTRAP_REQUEST_FAILED',
    'INVALID_BOOTSTRAP_RESPONSE',
    'INVALID_REDIRECT_PARAMS',
    'INVALID_EMBEDDED_OPTIONS',
    'INVALID_SESSION_ID',
    'SESSION_ID_FETCH_FAILED',
    'EMBEDDED_CHECKOUT_DISABLED',
    'CONTAINER_NOT_FOUND',
    'NOT_IN_BROWSER',
  ])
    assert.ok(Object.hasOwn(FLORIN_ERROR_CODES, name), name);
});

test('every documented spelling of a publishable key is taken', async () => {
  for (const prefix of ['pk_test_', 'pk_uat_', 'pk_prod_', 'pk_live_'])
    await loadFlorin(`${prefix}abc123`, { checkoutBaseUrl: 'https://checkout.example' });
});

test('INVALID_PUBLIC_KEY: anything else is refused before the network is asked, and a secret key is not repeated', async () => {
  const { asked, fetchImpl } = server();
  const options: LoadFlorinOptions = { checkoutEnvironment: 'sandbox', apiBaseUrl: 'https://pay.example', fetchImpl };
  for (const wrong of ['', 'pk_test_', 'pk_dev_abc', ' pk_test_abc', 'pk_test_abc\n', 'pk_test_a b', undefined, 7])
    await fails(() => loadFlorin(wrong as string, options), 'INVALID_PUBLIC_KEY', /publishable/);
  const secret = 'sk_live_verysecretindeed';
  await fails(() => loadFlorin(secret, options), 'INVALID_PUBLIC_KEY', /^(?!.*verysecret).*secret key/);
  assert.deepEqual(asked, []);
});

test('checkoutBaseUrl skips the bootstrap call, whatever else is said', async () => {
  const { asked, fetchImpl } = server();
  process.env['FLORIN_ENV'] = 'nonsense';
  const florin = await loadFlorin(key, {
    checkoutBaseUrl: 'https://checkout.example/base/',
    checkoutEnvironment: 'production',
    fetchImpl,
  });
  const gone = openWindow();
  await florin.redirectToCheckout({ sessionId: 'sess_1' });
  assert.deepEqual(gone, ['assign https://checkout.example/base/pay/sess_1']);
  assert.deepEqual(asked, []);
});

test('the order: checkoutEnvironment, then FLORIN_ENV, of the build or of the page', async () => {
  const apiBaseUrl = { sandbox: 'https://sandbox.example', production: 'https://live.example/florin/' };
  const hostOf = async (publishable: string, options: LoadFlorinOptions) => {
    const { asked, fetchImpl } = server();
    await loadFlorin(publishable, { apiBaseUrl, fetchImpl, ...options });
    return asked.map(({ url }) => url.href);
  };
  const sandbox = ['https://sandbox.example/v1/sdk/bootstrap'];
  const production = ['https://live.example/florin/v1/sdk/bootstrap'];
  assert.deepEqual(await hostOf(key, { checkoutEnvironment: 'sandbox' }), sandbox);
  assert.deepEqual(await hostOf(liveKey, { checkoutEnvironment: 'production' }), production);
  process.env['FLORIN_ENV'] = 'production';
  assert.deepEqual(await hostOf(liveKey, {}), production);
  assert.deepEqual(await hostOf(key, { checkoutEnvironment: 'sandbox' }), sandbox, 'the option is first');
  delete process.env['FLORIN_ENV'];
  global['FLORIN_ENV'] = 'sandbox';
  assert.deepEqual(await hostOf(key, {}), sandbox);
  assert.deepEqual(await hostOf(key, { apiBaseUrl: 'https://one.example' }), ['https://one.example/v1/sdk/bootstrap']);
});

test('INVALID_CHECKOUT_ENV: none, unknown, not the key’s, or without a host', async () => {
  const { asked, fetchImpl } = server();
  const load = (options: Record<string, unknown>, publishable = key) =>
    loadFlorin(publishable, { apiBaseUrl: 'https://pay.example', fetchImpl, ...options } as LoadFlorinOptions);
  await fails(() => load({}), 'INVALID_CHECKOUT_ENV', /FLORIN_ENV/);
  for (const checkoutEnvironment of ['live', 'Sandbox', '', 1])
    await fails(() => load({ checkoutEnvironment }), 'INVALID_CHECKOUT_ENV', /'sandbox' or 'production'/);
  process.env['FLORIN_ENV'] = 'staging';
  await fails(() => load({}), 'INVALID_CHECKOUT_ENV', /'sandbox' or 'production'/);
  await fails(() => load({ checkoutEnvironment: 'production' }), 'INVALID_CHECKOUT_ENV', /key is for sandbox/);
  await fails(() => load({ checkoutEnvironment: 'sandbox' }, liveKey), 'INVALID_CHECKOUT_ENV', /key is for production/);
  const sandbox = { checkoutEnvironment: 'sandbox' };
  await fails(() => load({ ...sandbox, apiBaseUrl: undefined }), 'INVALID_CHECKOUT_ENV', /'apiBaseUrl'/);
  await fails(
    () => load({ ...sandbox, apiBaseUrl: { production: 'https://x.example' } }),
    'INVALID_CHECKOUT_ENV',
    /for sandbox/,
  );
  for (const address of ['pay.example', 'ftp://pay.example', 'javascript:alert(1)', '', 4]) {
    await fails(() => load({ ...sandbox, apiBaseUrl: address }), 'INVALID_CHECKOUT_ENV', /'apiBaseUrl'/);
    await fails(() => load({ checkoutBaseUrl: address }), 'INVALID_CHECKOUT_ENV', /'checkoutBaseUrl'/);
  }
  assert.deepEqual(asked, []);
});

test('INVALID_LOAD_OPTIONS: another option of the wrong type', async () => {
  for (const [name, value] of Object.entries({ locale: 5, origin: {}, fetchImpl: 'fetch' }))
    await fails(
      () => loadFlorin(key, { [name]: value } as LoadFlorinOptions),
      'INVALID_LOAD_OPTIONS',
      new RegExp(name),
    );
  for (const options of [null, 'sandbox'])
    await fails(() => loadFlorin(key, options as unknown as LoadFlorinOptions), 'INVALID_LOAD_OPTIONS', /object/);
});

test('the bootstrap call carries key, origin and locale, and no cookie', async () => {
  const { asked, fetchImpl } = server();
  const options: LoadFlorinOptions = { checkoutEnvironment: 'sandbox', apiBaseUrl: 'https://pay.example', fetchImpl };
  global['location'] = { origin: 'https://shop.example' };
  await loadFlorin(key, { ...options, locale: 'en-US' });
  await loadFlorin(key, { ...options, origin: 'https://other.example' });
  global['location'] = { origin: 'null' };
  await loadFlorin(key, options);
  assert.deepEqual(
    asked.map(({ url }) => Object.fromEntries(url.searchParams)),
    [{ origin: 'https://shop.example', locale: 'en-US' }, { origin: 'https://other.example' }, {}],
  );
  for (const { headers, credentials } of asked)
    assert.deepEqual([headers, credentials], [{ authorization: `Bearer ${key}` }, 'omit']);
});

test('BOOTSTRAP_REQUEST_FAILED: no way through, a refusal, no answer in time, no fetch', async (t) => {
  const options: LoadFlorinOptions = { checkoutEnvironment: 'sandbox', apiBaseUrl: 'https://pay.example' };
  const offline = server(new TypeError('Failed to fetch'));
  await fails(() => loadFlorin(key, { ...options, ...offline }), 'BOOTSTRAP_REQUEST_FAILED', /pay\.example.*to fetch/);
  const refusing = server({ detail: 'This API key is not valid.' }, 401);
  await fails(() => loadFlorin(key, { ...options, ...refusing }), 'BOOTSTRAP_REQUEST_FAILED', /401 This API key/);
  await fails(() => loadFlorin(key, { ...options, ...server('<h1>', 502) }), 'BOOTSTRAP_REQUEST_FAILED', /502/);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const silent = ((_: string, { signal }: { signal: AbortSignal }) =>
    new Promise((_done, failed) => signal.addEventListener('abort', () => failed(signal.reason)))) as typeof fetch;
  const late = fails(() => loadFlorin(key, { ...options, fetchImpl: silent }), 'BOOTSTRAP_REQUEST_FAILED', /in time/);
  t.mock.timers.tick(15_000);
  await late;
  const { fetch } = globalThis;
  t.after(() => Object.assign(globalThis, { fetch }));
  Object.assign(globalThis, { fetch: undefined });
  await fails(() => loadFlorin(key, options), 'BOOTSTRAP_REQUEST_FAILED', /fetchImpl/);
});

test('INVALID_BOOTSTRAP_RESPONSE: an answer that is no Florin’s', async () => {
  for (const answer of [
    '<!doctype html>',
    [],
    'null',
    {},
    bootstrapped({ checkout_base_url: undefined }),
    bootstrapped({ checkout_base_url: 'javascript:alert(1)' }),
    bootstrapped({ embedded: true }),
    bootstrapped({ embedded: { enabled: 'yes' } }),
  ]) {
    const { fetchImpl } = server(answer);
    const options: LoadFlorinOptions = { checkoutEnvironment: 'sandbox', apiBaseUrl: 'https://pay.example', fetchImpl };
    await fails(() => loadFlorin(key, options), 'INVALID_BOOTSTRAP_RESPONSE', /apiBaseUrl/);
  }
});

test('redirectToCheckout: sessionParam wins and stays as it is; replace replaces', async () => {
  const florin = await loadFlorin(key, {
    checkoutEnvironment: 'sandbox',
    apiBaseUrl: 'https://pay.example',
    fetchImpl: server(bootstrapped({ checkout_base_url: 'https://checkout.example/' })).fetchImpl,
  });
  const gone = openWindow();
  await florin.redirectToCheckout({ sessionId: 'sess_1' });
  await florin.redirectToCheckout({ sessionId: 'sess_1', replace: true });
  await florin.redirectToCheckout({ sessionParam: 'sess_2#token_2', sessionId: 'sess_1', replace: false });
  await florin.redirectToCheckout({ sessionParam: '//evil.example/?a=1', sessionId: 'not an id' });
  assert.deepEqual(gone, [
    'assign https://checkout.example/pay/sess_1',
    'replace https://checkout.example/pay/sess_1',
    'assign https://checkout.example/pay/sess_2%23token_2',
    'assign https://checkout.example/pay/%2F%2Fevil.example%2F%3Fa%3D1',
  ]);
});

test('INVALID_REDIRECT_PARAMS, INVALID_SESSION_ID and NOT_IN_BROWSER: nobody is led anywhere', async () => {
  const florin = await loadFlorin(key, { checkoutBaseUrl: 'https://checkout.example' });
  await fails(() => florin.redirectToCheckout({ sessionId: 'sess_1' }), 'NOT_IN_BROWSER');
  const gone = openWindow();
  for (const wrong of [
    undefined,
    null,
    {},
    { sessionParam: '' },
    { sessionParam: '..' },
    { sessionParam: 5 },
    { sessionId: 'sess_1', replace: 'yes' },
  ])
    await fails(() => florin.redirectToCheckout(wrong as never), 'INVALID_REDIRECT_PARAMS');
  for (const sessionId of ['', 'sess_', 'cs_1', 'sess_a/../b', 'sess_1 ', 7])
    await fails(() => florin.redirectToCheckout({ sessionId } as never), 'INVALID_SESSION_ID');
  assert.deepEqual(gone, []);
});
