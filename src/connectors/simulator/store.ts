// What the simulator keeps, and what it asks of whoever keeps it. The database reaches the simulator only as this interface.
// A row never holds a card number: the scenario that the number stands for is all that later calls need.

import type { Currency } from '../../kit/money.ts';
import type { DeclineCode, DisputeReason, Notice, Processing } from '../connector.ts';

export const callKinds = ['authorize', 'capture', 'void', 'refund', 'increase'] as const;
export type CallKind = (typeof callKinds)[number];
export type CallStatus = 'approved' | 'declined' | 'action' | 'pending';

export type SimulatorCall = {
  account_id: string;
  /** Florin's attempt id: the idempotency key. */
  reference: string;
  kind: CallKind;
  /** The simulator's id of the authorization; a follow-up carries the one it acts on. */
  provider_reference: string;
  amount: number;
  currency: Currency;
  status: CallStatus;
  /** An authorization whose money was taken at once. */
  captured: boolean;
  decline_code: DeclineCode | null;
  processing: Processing;
  scenario: string;
  /** Where the challenge page sends the customer; null for every call without one. */
  return_url: string | null;
  /** When a pending call decides itself, and an unanswered challenge is given up. */
  due_at: Date | null;
  created_at: Date;
};

export type Decision = { status: 'approved' | 'declined'; decline_code: DeclineCode | null; processing: Processing };

/** A follow-up as it is to be written, and what it ends on the way: a void ends an authorization that is still open. */
export type FollowUp = { call: SimulatorCall; ends?: Decision };

export type Stood = { call: SimulatorCall; fresh: boolean };

/**
 * `warned`: a dispute may follow. `averted`: refunded in full before one came, or none was to come. The others are as they
 * sound; `challenged` waits for its decision.
 */
export type DisputeStatus = 'warned' | 'averted' | 'open' | 'challenged' | 'won' | 'lost' | 'accepted' | 'withdrawn';

/** The trouble of one authorization, from the first warning to the decision. */
export type SimulatorDispute = {
  account_id: string;
  provider_reference: string;
  /** The simulator's id of the dispute. */
  reference: string;
  status: DisputeStatus;
  amount: number;
  currency: Currency;
  reason: DisputeReason;
  evidence_due_by: Date | null;
  /** The call that answered it. */
  answer_reference: string | null;
  /** What comes by itself, and when; null once nothing does. */
  next: 'opened' | 'won' | 'lost' | 'withdrawn' | null;
  due_at: Date | null;
};

/** A dispute as it is to be written, and what is told of it. */
export type DisputeStep = { dispute: SimulatorDispute; notice: Notice | undefined };

/** One authorization with all its calls, and its trouble if that has begun. */
export type Trouble = { account_id: string; calls: SimulatorCall[]; dispute: SimulatorDispute | undefined };

/** A notice in its place in the account's row of notices: 1, 2, 3 … */
export type StoredNotice = { position: number; notice: Notice };

/**
 * What the provider took and gave back, in one currency; declined and undecided calls are not in it. `charged_back` is what it
 * took back for good, by disputes that were lost or accepted: while one is open its money stays with the provider, undecided.
 */
export type MoneyView = { currency: Currency; captured: number; refunded: number; charged_back: number };

export type SimulatorStore = {
  /** Writes the call, or changes nothing and returns what was written under its reference before (`fresh` false). */
  insert(call: SimulatorCall): Promise<Stood>;
  find(account_id: string, reference: string): Promise<SimulatorCall | undefined>;
  /** The authorization behind a challenge page, which knows the reference alone. */
  findChallenge(reference: string): Promise<SimulatorCall | undefined>;
  /** Shows `decide` every call and the trouble of one authorization and writes what it returns, with nothing else in between. */
  follow(
    key: { account_id: string; provider_reference: string; reference: string },
    decide: (calls: SimulatorCall[], dispute: SimulatorDispute | undefined) => FollowUp,
  ): Promise<Stood>;
  /** Ends an `action` or `pending` call; one that has ended already stays as it is. Returns the call as it stands. */
  decide(account_id: string, reference: string, decision: Decision): Promise<SimulatorCall | undefined>;
  /** Authorizations of the account that `trouble` may have to move on at `now`. */
  dueTroubles(account_id: string, now: Date): Promise<string[]>;
  /** Which authorization a dispute is of. */
  findDispute(account_id: string, reference: string): Promise<SimulatorDispute | undefined>;
  /** Shows `decide` one authorization and writes its steps, with nothing else in between; a notice is written once for its id. */
  moveTrouble<T>(
    key: { account_id: string; provider_reference: string },
    decide: (trouble: Trouble) => { steps: DisputeStep[]; result: T },
  ): Promise<T>;
  noticesAfter(account_id: string, position: number, limit: number): Promise<StoredNotice[]>;
  viewOfMoney(account_id: string): Promise<MoneyView[]>;
};
