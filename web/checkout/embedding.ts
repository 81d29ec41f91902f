// What an embedded page and the page around it say to each other. The browser SDK is built from this file, too, so the two ends
// cannot come to differ. Nothing in a message is secret, and nothing in it moves money.

export const fromCheckout = 'florin-checkout';
export const fromSdk = 'florin-js';
export const version = 1;

export type CheckoutState = 'payment' | 'pending' | 'success' | 'cancelled' | 'error' | 'expired';

/** From the page around: here I am. The browser says of which origin it is; the answer goes there and nowhere else. */
export type ConnectMessage = { source: typeof fromSdk; version: typeof version; type: 'connect' };

export type CheckoutMessage = { source: typeof fromCheckout; version: typeof version; session: string } & Said;

export type Said =
  /** Asks the page around to connect: before that it is told nothing. */
  | { type: 'hello' }
  | { type: 'ready'; state: CheckoutState; title: string }
  | { type: 'resize'; height: number }
  | { type: 'state_change'; state: CheckoutState }
  /** `return_url`: where the page would lead the customer if it stood by itself. */
  | { type: 'complete'; state: CheckoutState; return_url: string | null }
  /** The customer pressed a link that leads back to the merchant. */
  | { type: 'hosted_return'; state: CheckoutState; url: string };
