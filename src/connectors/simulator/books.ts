// The provider's own view of one authorization's money, and what it refuses because of it. Pure. It is written apart from
// Florin's rules on purpose: it must never import them, so that a mistake there meets a second opinion here.

import type { DeclineCode } from '../connector.ts';
import type { CallKind, SimulatorCall, SimulatorDispute } from './store.ts';

export type Books = {
  authorization: SimulatorCall | undefined;
  authorized: number;
  captured: number;
  /** Pending refunds are in it: their money is spoken for. */
  refunded: number;
  /** Held by a dispute that is open, or lost to one: not refunded as well. */
  disputed: number;
  voided: boolean;
};

const holding: ReadonlySet<string> = new Set(['open', 'challenged', 'lost', 'accepted']);

export function booksOf(calls: readonly SimulatorCall[], dispute?: SimulatorDispute): Books {
  const authorization = calls.find((call) => call.kind === 'authorize');
  const approved = (kind: CallKind) => calls.filter((call) => call.kind === kind && call.status === 'approved');
  const sum = (some: readonly SimulatorCall[]) => some.reduce((total, call) => total + call.amount, 0);
  const held = authorization?.status === 'approved' ? authorization.amount : 0;
  return {
    authorization,
    authorized: Math.max(held, ...approved('increase').map((call) => call.amount)),
    captured: authorization?.captured ? held : sum(approved('capture')),
    refunded: sum(calls.filter((call) => call.kind === 'refund' && call.status !== 'declined')),
    disputed: dispute && holding.has(dispute.status) ? dispute.amount : 0,
    voided: approved('void').length > 0,
  };
}

type Wish = { kind: Exclude<CallKind, 'authorize'>; amount: number; currency: string };

/** Undefined: the books allow it. */
export function refusal(books: Books, { kind, amount, currency }: Wish): DeclineCode | undefined {
  const { authorization, authorized, captured, refunded, disputed, voided } = books;
  const known = authorization !== undefined && authorization.currency === currency;
  const holds = known && authorization.status === 'approved' && !authorization.captured && !voided;
  switch (kind) {
    case 'capture':
      return holds && amount > 0 && captured + amount <= authorized ? undefined : 'capture_refused';
    case 'refund':
      return known && amount > 0 && refunded + disputed + amount <= captured ? undefined : 'refund_refused';
    case 'increase':
      return holds && amount > authorized ? undefined : 'generic_decline';
    case 'void': {
      const undecided = known && (authorization.status === 'action' || authorization.status === 'pending');
      return undecided || (holds && captured < authorized) ? undefined : 'generic_decline';
    }
  }
}
