// The page around ours, when a merchant embeds the checkout. It must be one of the session's own origins and speak first; it is then
// told how high the page is and how the payment stands. Must never send a message to an origin that did not prove itself.

import type { CheckoutView } from '../../../src/checkout/view.ts';
import { type CheckoutState, fromCheckout, fromSdk, type Said, version } from '../embedding.ts';
import { boot } from './dom.ts';

/** In a frame of the merchant's. By itself in a tab, the page of an embedded session is like any other. */
export const framed = boot.allowed_origins.length > 0 && window.parent !== window;

/** A bank's page needs this much room, however little is on ours. */
const challenge_height = 680;

const states: Record<CheckoutView['state'], CheckoutState> = {
  open: 'payment',
  processing: 'pending',
  requires_authentication: 'pending',
  complete: 'success',
  expired: 'expired',
  cancelled: 'cancelled',
};

let state = states[boot.state];
let end: Extract<Said, { type: 'complete' }> | undefined;
/** Who stands around us, once it has proved itself. */
let origin: string | undefined;

export const stateNow = (): CheckoutState => state;

function post(said: Said, to = origin): void {
  if (to !== undefined) window.parent.postMessage({ source: fromCheckout, version, session: boot.id, ...said }, to);
}

export function tellState(now: CheckoutState): void {
  if (!framed || now === state) return;
  state = now;
  post({ type: 'state_change', state });
}

/** Nothing more will happen by itself. The customer is where they were: whether to lead them on is for the page around. */
export function tellEnd(now: CheckoutState, return_url: string | null): void {
  tellState(now);
  end = { type: 'complete', state: now, return_url };
  post(end);
}

export const tellReturn = (url: string): void => post({ type: 'hosted_return', state, url });

function tellHeight(): void {
  const asking = document.querySelector('dialog[open]') !== null;
  const height = Math.ceil(document.body.getBoundingClientRect().height);
  post({ type: 'resize', height: asking ? Math.max(height, challenge_height) : height });
}

export function startAround(): void {
  if (!framed) return;
  document.documentElement.classList.add('framed');
  if (state === 'success' || state === 'expired' || state === 'cancelled')
    end = { type: 'complete', state, return_url: state === 'success' ? boot.return_url : null };
  addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source !== window.parent || !boot.allowed_origins.includes(event.origin) || !isConnect(event.data))
      return;
    origin = event.origin;
    post({ type: 'ready', state, title: document.title });
    if (end) post(end);
    tellHeight();
  });
  const watcher = new ResizeObserver(tellHeight);
  for (const element of document.querySelectorAll('body, dialog')) watcher.observe(element);
  const around = whoIsAround();
  // No more than a knock: what is told from then on goes to whoever answers it.
  if (around !== undefined && boot.allowed_origins.includes(around)) post({ type: 'hello' }, around);
}

const isConnect = (data: unknown): boolean => {
  const { source, version: spoken, type } = (data ?? {}) as Record<string, unknown>;
  return source === fromSdk && spoken === version && type === 'connect';
};

function whoIsAround(): string | undefined {
  const named = location.ancestorOrigins?.[0];
  if (named !== undefined) return named;
  return URL.canParse(document.referrer) ? new URL(document.referrer).origin : undefined;
}
