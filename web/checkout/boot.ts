// What the page tells its script, as JSON inside the page. Nothing in it is secret: the customer sees the page anyway.

import type { CheckoutView } from '../../src/checkout/view.ts';
import type { ScriptKey } from './messages.ts';

export type Boot = {
  /** `sess_…` or `pay_…`. */
  id: string;
  state: CheckoutView['state'];
  /** `/pay/sess_…`: what all calls of the page begin with. */
  base: string;
  /** The bank's page, when the session is waiting for it. */
  action_url: string | null;
  expires_at: string | null;
  /**
   * What the customer is asked to send, when the page waits for bitcoin or has seen it. How long that is good is told by the server's
   * clock: the customer's may be wrong.
   */
  bitcoin: { uri: string; left_ms: number } | null;
  /** Whose pages may embed this one; empty: nobody's. */
  allowed_origins: string[];
  /** Where a paid customer would go. */
  return_url: string | null;
  merchant: string;
  /** As displayed. */
  amount: string;
  /** Minor units. */
  amount_minor: number;
  /** Where there is a choice: said with a press, so that it is never another one than the customer saw. */
  currency: string | null;
  /** Nothing to pay: no card is asked for. */
  free: boolean;
  messages: Record<ScriptKey, string>;
};

/** The message that our return page sends to the page that framed the bank. Its origin is what makes it trustworthy. */
export const challengeDone = 'florin.challenge_done';
