// What the simulator keeps, and what it asks of whoever keeps it. The database reaches the simulator only as this interface.
// A row never holds a card number: the scenario that the number stands for is all that later calls need.

import type { DeclineCode, Processing } from '../connector.ts';
import type { Currency } from '../../kit/money.ts';

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

/** What the provider holds that it took and gave back, in one currency; declined and undecided calls are not in it. */
export type MoneyView = { currency: Currency; captured: number; refunded: number };

export type SimulatorStore = {
  /** Writes the call, or changes nothing and returns what was written under its reference before (`fresh` false). */
  insert(call: SimulatorCall): Promise<Stood>;
  find(account_id: string, reference: string): Promise<SimulatorCall | undefined>;
  /** The authorization behind a challenge page, which knows the reference alone. */
  findChallenge(reference: string): Promise<SimulatorCall | undefined>;
  /** Shows `decide` every call of one authorization and writes what it returns, with no other follow-up in between. */
  follow(
    key: { account_id: string; provider_reference: string; reference: string },
    decide: (calls: SimulatorCall[]) => FollowUp,
  ): Promise<Stood>;
  /** Ends an `action` or `pending` call; one that has ended already stays as it is. Returns the call as it stands. */
  decide(account_id: string, reference: string, decision: Decision): Promise<SimulatorCall | undefined>;
  viewOfMoney(account_id: string): Promise<MoneyView[]>;
};
