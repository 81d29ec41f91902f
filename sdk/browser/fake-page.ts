// A document that has just what the embedded checkout uses, timers that stand still, and messages that arrive when a test says so.

import assert from 'node:assert/strict';
import { mock } from 'node:test';
import {
  type CheckoutEvent,
  type EmbeddedCheckoutOptions,
  type FLORIN_ERROR_CODES,
  FlorinError,
  loadFlorin,
} from './src/index.ts';

export const key = 'pk_test_0123456789abcdefghij';
export const session = {
  sessionId: 'sess_1',
  checkoutUrl: 'https://checkout.example/pay/sess_1?kept=as%20it%20is',
  orderId: 'ord_1',
};
export const global = globalThis as Record<string, unknown>;

type Sent = { data: unknown; to: string };
class FakeFrame {
  readonly style: Record<string, string> = {};
  readonly attributes: Record<string, string> = {};
  readonly sent: Sent[] = [];
  readonly contentWindow = { postMessage: (data: unknown, to: string) => this.sent.push({ data, to }) };
  src = '';
  title = '';
  allow = '';
  load = () => {};
  removed = false;
  setAttribute(name: string, value: string) {
    this.attributes[name] = value;
  }
  addEventListener(_type: string, act: () => void) {
    this.load = act;
  }
  remove() {
    this.removed = true;
  }
}

/** What was made and who listens, since the test began. */
export const page: { frames: FakeFrame[]; listeners: Set<(event: unknown) => void> } = {
  frames: [],
  listeners: new Set(),
};
export const container = { nodeType: 1, append: (frame: FakeFrame) => page.frames.push(frame) };

export function openPage(): void {
  page.frames = [];
  page.listeners = new Set();
  Object.assign(globalThis, {
    document: {
      createElement: () => new FakeFrame(),
      querySelector(selector: string) {
        if (selector.startsWith('#!')) throw new SyntaxError('not a selector');
        return selector === '#checkout' ? container : null;
      },
    },
    addEventListener: (_type: string, listener: (event: unknown) => void) => page.listeners.add(listener),
    removeEventListener: (_type: string, listener: (event: unknown) => void) => page.listeners.delete(listener),
  });
  mock.timers.enable({ apis: ['setTimeout'] });
}
export function closePage(): void {
  mock.timers.reset();
  for (const name of ['document', 'addEventListener', 'removeEventListener']) delete global[name];
}

export const flush = () => new Promise((done) => setImmediate(done));

export const said = (type: string, more: Record<string, unknown> = {}) => ({
  source: 'florin-checkout',
  version: 1,
  session: 'sess_1',
  type,
  ...more,
});

export function arrive(event: { data: unknown; origin?: string; source?: unknown }): void {
  for (const listener of [...page.listeners])
    listener({ origin: 'https://checkout.example', source: page.frames.at(-1)?.contentWindow, ...event });
}

export async function open(options: Partial<EmbeddedCheckoutOptions> = {}) {
  const events: CheckoutEvent[] = [];
  const florin = await loadFlorin(key, { checkoutBaseUrl: 'https://checkout.example' });
  const instance = await florin.initEmbeddedCheckout({
    fetchSession: async () => session,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const told = () =>
    events.map(
      ({ type, payload }) =>
        `${type}${'state' in payload ? ` ${payload.state}` : ''}${'code' in payload ? ` ${payload.code}` : ''}`,
    );
  return { instance, events, told };
}

export const is =
  (code: keyof typeof FLORIN_ERROR_CODES, message = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof FlorinError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
