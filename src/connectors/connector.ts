// The contract of a payment provider. A connector imports kit only: no database handle, no room can reach it, and it
// reaches none. Every call carries our attempt's id as the provider's idempotency key, so that a repeated call is one effect.

import type { Currency } from '../kit/money.ts';
import type { BitcoinFacts } from './bitcoin.ts';

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
  'invoice_expired',
  'invoice_withdrawn',
  'underpaid',
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
  /** Of a payment by Bitcoin. */
  bitcoin?: BitcoinFacts;
};

export type Outcome =
  | { kind: 'approved'; provider_reference: string; processing: Processing }
  | {
      kind: 'declined';
      provider_reference: string | undefined;
      code: DeclineCode;
      retryable: boolean;
      processing: Processing;
    }
  /** The customer must act: show `url` (a challenge page), then ask `look`. */
  | { kind: 'action'; provider_reference: string; url: string; processing: Processing }
  /** Taken in, decided later: ask `look` again. */
  | { kind: 'pending'; provider_reference: string; processing: Processing };

/** Answer to "what became of the call with this reference?". `absent`: the provider never saw it, so nothing happened. */
export type Look = Outcome | { kind: 'absent' };

export const disputeReasons = [
  'fraudulent',
  'product_not_received',
  'product_unacceptable',
  'duplicate',
  'subscription_canceled',
  'credit_not_processed',
  'unrecognized',
  'general',
] as const;
export type DisputeReason = (typeof disputeReasons)[number];

/** What happened at the provider without our asking. The same one may be told often, late and in any order: `id` tells it apart. */
export type Notice = {
  id: string;
  /** When it happened there. */
  at: Date;
  /** Our reference of the authorization that it is about, which every provider carries along. */
  reference: string;
  /** The provider's id of that authorization. */
  provider_reference: string;
} & (
  | {
      kind: 'dispute_opened';
      dispute_reference: string;
      /** What the provider takes back until it is decided, in the currency of the payment; may be more than is left after refunds. */
      amount: number;
      currency: Currency;
      reason: DisputeReason;
      /** As the card network writes it: `10.4`. */
      network_reason_code: string | undefined;
      evidence_due_by: Date;
    }
  | { kind: 'dispute_won' | 'dispute_lost' | 'dispute_withdrawn'; dispute_reference: string }
  /** The issuer says that its customer does not know the payment; a dispute may follow. */
  | { kind: 'fraud_warning'; amount: number; currency: Currency }
);

/** `cursor` goes into the next call; undefined only as long as nothing was ever told. */
export type NoticePage = { notices: Notice[]; cursor: string | undefined };

export type EvidenceFile = {
  name: string;
  type: string;
  /** Bytes. */
  size: number;
  /** In hex. */
  sha256: string;
  read(): Promise<Uint8Array>;
};

export type AcceptDisputeCall = { reference: string; dispute_reference: string };
export type ChallengeDisputeCall = AcceptDisputeCall & { text: string; files: EvidenceFile[] };

export const disputeRefusals = ['dispute_unknown', 'deadline_passed', 'already_answered', 'already_decided'] as const;
export type DisputeRefusal = (typeof disputeRefusals)[number];

/** `taken`: it stands at the provider, also when the same reference was sent before. */
export type DisputeAnswer = { kind: 'taken' } | { kind: 'refused'; code: DisputeRefusal };

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
  /** What happened after `after`, oldest first. A repeated question gives the same notices again. */
  notices(after: string | undefined, limit: number): Promise<NoticePage>;
  /** Gives up: the dispute is lost. The notice of that comes as of any other loss. */
  acceptDispute(call: AcceptDisputeCall): Promise<DisputeAnswer>;
  challengeDispute(call: ChallengeDisputeCall): Promise<DisputeAnswer>;
};
