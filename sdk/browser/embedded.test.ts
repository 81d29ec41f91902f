// The embedded instance: options, events, states, and whom it believes. That a real browser plays along is shown in
// test/e2e/embedded.test.ts.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { arrive, closePage, container, global, is, key, open, openPage, page, said, session } from './fake-page.ts';
import { FlorinError, loadFlorin } from './src/index.ts';

beforeEach(openPage);
afterEach(closePage);

test('the address is mounted as it is, in a frame that cannot lead the tab away', async () => {
  const { instance } = await open();
  assert.deepEqual(instance.getState(), { mounted: false, destroyed: false });
  instance.mount('#checkout');
  const [frame] = page.frames;
  assert.equal(frame?.src, session.checkoutUrl);
  assert.equal(frame?.title, 'Checkout');
  assert.doesNotMatch(frame?.attributes['sandbox'] ?? 'allow-top-navigation', /top-navigation/);
  assert.match(frame?.allow ?? '', /payment/);
  assert.deepEqual(instance.getState(), { mounted: true, destroyed: false });
});

test('the SDK speaks to the checkout’s origin only, after its page was loaded and when it asks', async () => {
  const { instance } = await open();
  instance.mount(container as unknown as HTMLElement);
  const [frame] = page.frames;
  assert.deepEqual(frame?.sent, []);
  frame?.load();
  arrive({ data: said('hello') });
  const connect = { data: { source: 'florin-js', version: 1, type: 'connect' }, to: 'https://checkout.example' };
  assert.deepEqual(frame?.sent, [connect, connect]);
});

test('a payment from ready to success: each event once, in order, with session and order; then it destroys itself', async () => {
  const { instance, events, told } = await open();
  instance.mount('#checkout');
  arrive({ data: said('ready', { state: 'payment', title: 'Pay Acme' }) });
  arrive({ data: said('resize', { height: 901 }) });
  arrive({ data: said('ready', { state: 'payment', title: 'Pay Acme' }) });
  arrive({ data: said('state_change', { state: 'pending' }) });
  arrive({ data: said('state_change', { state: 'pending' }) });
  arrive({ data: said('state_change', { state: 'success' }) });
  arrive({ data: said('complete', { state: 'success', return_url: 'https://shop.example/thanks' }) });
  arrive({ data: said('complete', { state: 'success', return_url: null }) });
  assert.deepEqual(told(), [
    'ready payment',
    'state_change payment',
    'resize',
    'state_change pending',
    'state_change success',
    'complete success',
    'hosted_return success',
  ]);
  for (const { payload } of events) assert.deepEqual([payload.sessionId, payload.orderId], ['sess_1', 'ord_1']);
  assert.deepEqual(events.at(-1)?.payload, {
    state: 'success',
    url: 'https://shop.example/thanks',
    sessionId: 'sess_1',
    orderId: 'ord_1',
  });
  assert.equal(page.frames[0]?.style['height'], '901px');
  assert.equal(page.frames[0]?.title, 'Pay Acme');
  assert.equal(page.frames[0]?.removed, true);
  assert.deepEqual(instance.getState(), { mounted: false, destroyed: true });
  assert.equal(page.listeners.size, 0);
});

test('only success destroys, and only when it should; who cancelled may still pay', async () => {
  for (const state of ['cancelled', 'error', 'expired'] as const) {
    const { instance, told } = await open();
    instance.mount('#checkout');
    arrive({ data: said('complete', { state, return_url: null }) });
    assert.deepEqual(told(), [`state_change ${state}`, `complete ${state}`]);
    assert.deepEqual(instance.getState(), { mounted: true, destroyed: false });
    arrive({ data: said('state_change', { state: 'pending' }) });
    arrive({ data: said('complete', { state: 'success', return_url: null }) });
    assert.equal(told().at(-1), 'complete success');
    assert.equal(instance.getState().destroyed, true);
  }
  const { instance, told } = await open({ autoDestroyOnComplete: false });
  instance.mount('#checkout');
  arrive({ data: said('complete', { state: 'success', return_url: null }) });
  assert.deepEqual(instance.getState(), { mounted: true, destroyed: false });
  arrive({ data: said('state_change', { state: 'payment' }) });
  assert.equal(told().at(-1), 'complete success', 'paid stays paid');
});

test('whoever is not the frame, of the checkout’s origin, about this session, is not believed', async () => {
  const { instance, events } = await open();
  instance.mount('#checkout');
  const data = said('complete', { state: 'success', return_url: null });
  arrive({ data, origin: 'https://evil.example' });
  arrive({ data, origin: 'https://checkout.example.evil.example' });
  arrive({ data, origin: 'http://checkout.example' });
  arrive({ data, source: {} });
  arrive({ data, source: null });
  arrive({ data, source: globalThis });
  for (const wrong of [
    { ...data, source: 'other' },
    { ...data, version: 2 },
    { ...data, session: 'sess_2' },
    { ...data, state: 'paid' },
    { ...data, return_url: 'javascript:alert(1)' },
    { ...data, return_url: undefined },
    said('hosted_return', { state: 'success', url: 'javascript:alert(1)' }),
    said('resize', { height: '900' }),
    said('resize', { height: -1 }),
    said('resize', { height: 1e9 }),
    said('resize', { height: Number.NaN }),
    said('something_newer', { state: 'success' }),
    JSON.stringify(data),
    null,
    undefined,
  ])
    arrive({ data: wrong });
  assert.deepEqual(events, []);
  assert.deepEqual(page.frames[0]?.sent, []);
  arrive({ data });
  assert.equal(events.length, 2, 'the very same from the frame itself is');
});

test('autoResize: false tells of the height and leaves the frame alone', async () => {
  const { instance, told } = await open({ autoResize: false });
  instance.mount('#checkout');
  arrive({ data: said('resize', { height: 901 }) });
  assert.deepEqual(told(), ['resize']);
  assert.equal(page.frames[0]?.style['height'], undefined);
});

test('on: one type, as long as it is wanted; a handler that throws stops nobody else', async () => {
  const { instance, told } = await open();
  const heard: string[] = [];
  const off = instance.on('state_change', ({ payload }) => heard.push(payload.state));
  instance.on('state_change', () => {
    throw new Error('the page’s own fault');
  });
  instance.on('state_change', ({ payload }) => heard.push(`second ${payload.state}`));
  instance.mount('#checkout');
  arrive({ data: said('state_change', { state: 'pending' }) });
  off();
  arrive({ data: said('state_change', { state: 'payment' }) });
  assert.deepEqual(heard, ['pending', 'second pending', 'second payment']);
  assert.deepEqual(told(), ['state_change pending', 'state_change payment']);
  assert.throws(() => mock.timers.tick(1), /the page’s own fault/, 'it shows as what it is');
});

test('unmount keeps the instance, destroy ends it: INSTANCE_DESTROYED', async () => {
  const { instance, events } = await open();
  instance.mount('#checkout');
  instance.mount('#checkout');
  assert.equal(page.frames.length, 1, 'mounting where it is already changes nothing');
  instance.unmount();
  assert.equal(page.frames[0]?.removed, true);
  arrive({ data: said('ready', { state: 'payment' }) });
  assert.equal(events.length, 0);
  instance.mount('#checkout');
  arrive({ data: said('ready', { state: 'payment' }) });
  assert.equal(events[0]?.type, 'ready');
  instance.destroy();
  instance.destroy();
  assert.deepEqual(instance.getState(), { mounted: false, destroyed: true });
  assert.throws(() => instance.mount('#checkout'), is('INSTANCE_DESTROYED'));
  assert.throws(() => instance.on('ready', () => {}), is('INSTANCE_DESTROYED'));
});

test('CONTAINER_NOT_FOUND: no element, no selector, nothing at all', async () => {
  const { instance } = await open();
  for (const wrong of ['#missing', '#!', '', null, undefined, {}, { nodeType: 9 }])
    assert.throws(() => instance.mount(wrong as string), is('CONTAINER_NOT_FOUND'));
  assert.deepEqual(instance.getState(), { mounted: false, destroyed: false });
});

test('INVALID_EMBEDDED_OPTIONS: each option by name, before a session is asked for', async () => {
  const florin = await loadFlorin(key, { checkoutBaseUrl: 'https://checkout.example' });
  const fetchSession = mock.fn(async () => session);
  for (const [name, value] of [
    ['fetchSession', undefined],
    ['fetchSession', 'sess_1'],
    ['onEvent', {}],
    ['pollStatus', 2_000],
    ['autoResize', 'no'],
    ['autoDestroyOnComplete', 1],
    ['pollIntervalMs', 0],
    ['pollIntervalMs', -5],
    ['pollIntervalMs', Number.NaN],
    ['pollIntervalMs', Number.POSITIVE_INFINITY],
    ['pollIntervalMs', '2000'],
  ] as const)
    await assert.rejects(
      florin.initEmbeddedCheckout({ fetchSession, [name]: value } as never),
      is('INVALID_EMBEDDED_OPTIONS', new RegExp(`'${name}'`)),
    );
  await assert.rejects(florin.initEmbeddedCheckout(undefined as never), is('INVALID_EMBEDDED_OPTIONS'));
  assert.equal(fetchSession.mock.callCount(), 0);
  const { instance } = await open();
  assert.throws(() => instance.on('paid' as never, () => {}), is('INVALID_EMBEDDED_OPTIONS', /hosted_return/));
  assert.throws(() => instance.on('ready', undefined as never), is('INVALID_EMBEDDED_OPTIONS'));
});

test('SESSION_ID_FETCH_FAILED and INVALID_SESSION_ID: what fetchSession may answer', async () => {
  const florin = await loadFlorin(key, { checkoutBaseUrl: 'https://checkout.example' });
  const answering = (answer: unknown) => florin.initEmbeddedCheckout({ fetchSession: () => answer as never });
  const cause = new Error('500');
  await assert.rejects(florin.initEmbeddedCheckout({ fetchSession: () => Promise.reject(cause) }), (error) => {
    assert.ok(is('SESSION_ID_FETCH_FAILED', /500/)(error));
    assert.equal((error as Error).cause, cause);
    return true;
  });
  for (const answer of [null, undefined, 'sess_1', { sessionId: 'sess_1' }])
    await assert.rejects(answering(answer), is('SESSION_ID_FETCH_FAILED'));
  for (const checkoutUrl of ['/pay/sess_1', 'javascript:alert(1)', 5])
    await assert.rejects(answering({ ...session, checkoutUrl }), is('SESSION_ID_FETCH_FAILED', /checkoutUrl/));
  for (const sessionId of [undefined, '', 'cs_1', 'sess_ 1', 5])
    await assert.rejects(answering({ ...session, sessionId }), is('INVALID_SESSION_ID'));
});

test('EMBEDDED_CHECKOUT_DISABLED: the bootstrap said that this page cannot; NOT_IN_BROWSER: there is no page', async () => {
  const fetchSession = mock.fn(async () => session);
  const answer = { checkout_base_url: 'https://checkout.example', embedded: { enabled: false } };
  const florin = await loadFlorin(key, {
    checkoutEnvironment: 'sandbox',
    apiBaseUrl: 'https://pay.example',
    fetchImpl: async () => new Response(JSON.stringify(answer)),
  });
  await assert.rejects(florin.initEmbeddedCheckout({ fetchSession }), is('EMBEDDED_CHECKOUT_DISABLED', /https/));
  delete global['document'];
  await assert.rejects(florin.initEmbeddedCheckout({ fetchSession }), is('NOT_IN_BROWSER'));
  assert.equal(fetchSession.mock.callCount(), 0);
});

test('CHECKOUT_NOT_READY: a page that does not answer is told of as an error, and one that does is not', async () => {
  const { instance, told, events } = await open();
  instance.mount('#checkout');
  mock.timers.tick(29_999);
  assert.deepEqual(told(), []);
  mock.timers.tick(1);
  assert.deepEqual(told(), ['error CHECKOUT_NOT_READY']);
  const [error] = events;
  assert.ok(error?.type === 'error' && error.payload.error instanceof FlorinError);
  instance.unmount();
  instance.mount('#checkout');
  page.frames.at(-1)?.load();
  mock.timers.tick(5_000);
  assert.deepEqual(told(), ['error CHECKOUT_NOT_READY', 'error CHECKOUT_NOT_READY']);
  instance.unmount();
  instance.mount('#checkout');
  arrive({ data: said('ready', { state: 'payment', title: '' }) });
  page.frames.at(-1)?.load();
  mock.timers.tick(60_000);
  assert.deepEqual(told().slice(2), ['ready payment', 'state_change payment']);
});
