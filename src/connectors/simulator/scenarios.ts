// What the simulator does for a test card, as data: one row per documented behaviour. Holds no logic and must never
// depend on amounts: a test chooses its scenario by the card alone, so any amount can be tried with any of them.

import type { DeclineCode, Processing } from '../connector.ts';

export type Behaviour = {
  /** The bank's decision; approved when absent. */
  decline?: DeclineCode;
  /** Declines only a saved card that is charged again. */
  decline_when?: 'stored';
  /** `challenge_when_typed`: a saved card is charged again without one. `refused`: authentication fails, nobody is asked. */
  three_d_secure?: 'challenge' | 'challenge_when_typed' | 'frictionless' | 'refused';
  /** Taken in as pending and decided five seconds later. */
  later?: true;
  /** The authorization's answer: `lost` was decided but never comes back, `never_arrives` was not even received. */
  answer?: 'lost' | 'never_arrives' | 'slow';
  /** The same, for captures, voids, refunds and increases of an authorization that went well. */
  follow_up_answer?: 'lost' | 'never_arrives';
  capture?: 'refused';
  refund?: 'refused' | 'later' | 'refused_later';
  /** The issuer takes the customer's side after the money was taken; trouble.ts says when. */
  dispute?: 'fraudulent' | 'product_not_received';
  /** The customer withdraws the dispute again, unless it was decided before. */
  dispute_withdrawn?: true;
  /** The issuer warns of fraud first. */
  fraud_warning?: true;
  risk_level?: Processing['risk_level'];
};

export const scenarios = {
  approved: {},
  generic_decline: { decline: 'generic_decline' },
  insufficient_funds: { decline: 'insufficient_funds' },
  lost_card: { decline: 'lost_card' },
  stolen_card: { decline: 'stolen_card' },
  expired_card: { decline: 'expired_card' },
  incorrect_cvc: { decline: 'incorrect_cvc' },
  processing_error: { decline: 'processing_error' },
  declined_when_stored: { decline: 'generic_decline', decline_when: 'stored' },
  challenge: { three_d_secure: 'challenge' },
  challenge_when_typed: { three_d_secure: 'challenge_when_typed' },
  challenge_then_generic_decline: { three_d_secure: 'challenge', decline: 'generic_decline' },
  challenge_then_insufficient_funds: { three_d_secure: 'challenge', decline: 'insufficient_funds' },
  frictionless: { three_d_secure: 'frictionless' },
  authentication_failed: { three_d_secure: 'refused' },
  timeout_approved: { answer: 'lost' },
  timeout_declined: { answer: 'lost', decline: 'generic_decline' },
  timeout_never_reached: { answer: 'never_arrives' },
  timeout_follow_up_done: { follow_up_answer: 'lost' },
  timeout_follow_up_never_reached: { follow_up_answer: 'never_arrives' },
  slow: { answer: 'slow' },
  approved_later: { later: true },
  declined_later: { later: true, decline: 'generic_decline' },
  capture_refused: { capture: 'refused' },
  refund_refused: { refund: 'refused' },
  refund_later: { refund: 'later' },
  refund_refused_later: { refund: 'refused_later' },
  dispute_fraudulent: { dispute: 'fraudulent' },
  dispute_product_not_received: { dispute: 'product_not_received' },
  dispute_after_warning: { fraud_warning: true, dispute: 'fraudulent' },
  dispute_withdrawn: { dispute: 'fraudulent', dispute_withdrawn: true },
  fraud_warning: { fraud_warning: true },
  risk_medium: { risk_level: 'medium' },
  risk_high: { risk_level: 'high' },
} as const satisfies Record<string, Behaviour>;

export type Scenario = keyof typeof scenarios;

export const isScenario = (text: string): text is Scenario => Object.hasOwn(scenarios, text);

/** A row written under a name that is gone by now behaves like an ordinary card. */
export const behaviourOf = (scenario: string): Behaviour =>
  isScenario(scenario) ? scenarios[scenario] : scenarios.approved;
