// The contract of a payment provider. A connector imports kit only: no database handle, no room can reach it, and it
// reaches none. Every call carries our attempt's id as the provider's idempotency key, so that a repeated call is one effect.

import type { Currency } from '../kit/money.ts';

/** What the vault hands to a connector, and to nobody else. Lives for one call; never stored, logged or compared. */
export type CardSecret = {
  number: string;
  exp_month: number;
  exp_year: number;
  /** Only on the first payment after the customer typed it. */
  cvc: string | undefined;
  holder_name: string | undefined;
};

export type Address = {
  line1?: string;
  line2?: string;
  city?: string;
  state?: string;
  postal_code?: string;
  /** ISO 3166-1 alpha-2. */
  country?: string;
};

export type AuthorizeCall = {
  reference: string;
  amount: number;
  currency: Currency;
  /** True: take the money at once; false: hold it until capture. */
  capture: boolean;
  card: CardSecret;
  /** Names the customer's browser may be sent back to after a challenge. */
  return_url: string;
  billing_address: Address | undefined;
  description: string | undefined;
  /** `stored`: a saved card charged again with the customer absent or not retyping it. */
  entry: 'typed' | 'stored';
};

export type FollowUpCall = {
  reference: string;
  /** The provider's id of the authorization that this call acts on. */
  provider_reference: string;
  amount: number;
  currency: Currency;
  /** Of a capture: nothing more will be captured, the provider may give the rest back. */
  final?: boolean;
};

/** Reasons a provider gives for a refusal, in our words. Data, not exceptions. */
export const declineCodes = [
  'generic_decline',
  'insufficient_funds',
  'lost_card',
  'stolen_card',
  'expired_card',
  'incorrect_cvc',
  'processing_error',
  'authentication_failed',
  'authentication_abandoned',
  'refund_refused',
  'capture_refused',
  'never_reached',
] as const;
export type DeclineCode = (typeof declineCodes)[number];

export type CheckResult = 'pass' | 'fail' | 'unavailable' | 'unchecked';

export type ThreeDSecure = {
  flow: 'challenge' | 'frictionless';
  result: 'authenticated' | 'failed' | 'attempted';
  version: string;
  /** Who bears a fraud chargeback after it. */
  liability_shift: boolean;
};

/** What the provider knows of a card and of its decision. */
export type Processing = {
  authorization_code?: string;
  cvc_result?: CheckResult;
  avs_result?: CheckResult;
  three_d_secure?: ThreeDSecure;
  risk_level?: 'low' | 'medium' | 'high';
};

export type Outcome =
  | { kind: 'approved'; provider_reference: string; processing: Processing }
  | { kind: 'declined'; provider_reference: string | undefined; code: DeclineCode; retryable: boolean; processing: Processing }
  /** The customer must act: show `url` (a challenge page), then ask `look`. */
  | { kind: 'action'; provider_reference: string; url: string; processing: Processing }
  /** Taken in, decided later: ask `look` again. */
  | { kind: 'pending'; provider_reference: string; processing: Processing };

/** Answer to "what became of the call with this reference?". `absent`: the provider never saw it, so nothing happened. */
export type Look = Outcome | { kind: 'absent' };

/**
 * Every method resolves to what the provider decided. It throws when the outcome is not known (time-out, broken
 * connection, an answer that cannot be read): the caller then records `unknown` and asks `look` later.
 */
export type Connector = {
  name: string;
  authorize(call: AuthorizeCall): Promise<Outcome>;
  capture(call: FollowUpCall): Promise<Outcome>;
  void(call: FollowUpCall): Promise<Outcome>;
  refund(call: FollowUpCall): Promise<Outcome>;
  /** Raises the held amount to `amount` in all. */
  increase(call: FollowUpCall): Promise<Outcome>;
  look(reference: string): Promise<Look>;
};
