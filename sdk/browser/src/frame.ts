// The frame with the checkout, and what comes out of it. A message counts only when the browser says that it comes from this very
// frame and from the origin of the checkout; what is sent goes to that origin alone.

import { fromCheckout, fromSdk, type Said, version } from '../../../web/checkout/embedding.ts';
import type { Session } from './session.ts';
import { isWebUrl } from './settings.ts';
import type { CheckoutState } from './types.ts';

export type Frame = { setHeight(height: number): void; close(): void };

type Ends = {
  said(said: Exclude<Said, { type: 'hello' }>): void;
  /** The page was loaded, or ought to be, and does not answer: refused by its policy, gone, or no checkout. */
  silent(): void;
};

const states: readonly CheckoutState[] = ['payment', 'pending', 'success', 'cancelled', 'error', 'expired'];
export const isState = (value: unknown): value is CheckoutState => states.includes(value as CheckoutState);

const loadTimeoutMs = 30_000;
const answerTimeoutMs = 5_000;

/** Room for the form until the page says how high it is. */
const firstHeight = 640;

export function openFrame(container: Element, { sessionId, checkoutUrl }: Session, ends: Ends): Frame {
  const { origin } = new URL(checkoutUrl);
  const frame = document.createElement('iframe');
  frame.src = checkoutUrl;
  frame.title = 'Checkout';
  frame.style.cssText = `display:block;width:100%;height:${firstHeight}px;border:0`;
  // Banks ask for passkeys in a frame of ours; that frame gets both from us.
  frame.allow = 'payment; publickey-credentials-get';
  // Everything that a checkout needs. What is not here is the point: no frame in it may lead this tab elsewhere.
  frame.setAttribute(
    'sandbox',
    'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox',
  );

  let timer = setTimeout(ends.silent, loadTimeoutMs);
  let answered = false;
  const connect = () => frame.contentWindow?.postMessage({ source: fromSdk, version, type: 'connect' }, origin);
  const listen = ({ source, origin: from, data }: MessageEvent<unknown>) => {
    if (source !== frame.contentWindow || source === null || from !== origin || !isFor(sessionId, data)) return;
    if (data.type === 'hello') return connect();
    if (data.type === 'ready') {
      answered = true;
      clearTimeout(timer);
      if (typeof data.title === 'string' && data.title) frame.title = data.title;
    }
    ends.said(data);
  };
  frame.addEventListener('load', () => {
    connect();
    clearTimeout(timer);
    if (!answered) timer = setTimeout(ends.silent, answerTimeoutMs);
  });
  addEventListener('message', listen);
  container.append(frame);
  return {
    setHeight(height) {
      frame.style.height = `${height}px`;
    },
    close() {
      clearTimeout(timer);
      removeEventListener('message', listen);
      frame.remove();
    },
  };
}

/** Well formed, of a version that we speak, about our session. Another type than these is of a newer page, and is passed over. */
function isFor(sessionId: string, data: unknown): data is Said {
  const said = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  if (said['source'] !== fromCheckout || said['version'] !== version || said['session'] !== sessionId) return false;
  const { type, height, url, return_url, state } = said;
  if (type === 'hello') return true;
  if (type === 'resize') return typeof height === 'number' && height > 0 && height < 100_000;
  if (!isState(state)) return false;
  if (type === 'complete') return return_url === null || isWebUrl(return_url);
  return type === 'hosted_return' ? isWebUrl(url) : type === 'ready' || type === 'state_change';
}
