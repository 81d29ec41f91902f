// What the page tells its script, as JSON inside the page. Nothing in it is secret: the customer sees the page anyway.

import type { CheckoutView } from '../../src/checkout/view.ts';
import type { ScriptKey } from './messages.ts';

export type Boot = {
  state: CheckoutView['state'];
  /** `/pay/sess_…`: what all calls of the page begin with. */
  base: string;
  /** The bank's page, when the session is waiting for it. */
  action_url: string | null;
  expires_at: string | null;
  merchant: string;
  /** As displayed. */
  amount: string;
  messages: Record<ScriptKey, string>;
};

/** The message that our return page sends to the page that framed the bank. Its origin is what makes it trustworthy. */
export const challengeDone = 'florin.challenge_done';
