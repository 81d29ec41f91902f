// What an answer of a provider does to a payment: a pure function of the rows as they are and the outcome. It writes nothing;
// attempt.ts writes what it returns. Every way to an end (the request, the resolver, a browser's return) goes through it.

import type { Look } from '../connectors/connector.ts';
import type { EventType } from '../events/event.ts';
import { assert, never } from '../kit/assert.ts';
import { plus, seconds } from '../kit/clock.ts';
import type { AttemptRow } from './attempt-row.ts';
import { type PaymentRow, transitions } from './payment.ts';
import type { RefundRow } from './refund.ts';

/** `unknown`: no answer, so the money may or may not have moved. */
export type Verdict = Exclude<Look, { kind: 'absent' }> | { kind: 'unknown' };

export type Rows = { payment: PaymentRow; attempt: AttemptRow; refund: RefundRow | undefined };

export type Change = Rows & {
  before: { payment: PaymentRow; attempt: AttemptRow };
  events: { type: EventType; of: 'payment' | 'refund' }[];
  /** Amount that the ledger books as captured by this attempt. */
  captured: number;
  refund_failed: boolean;
};

/** How soon the safety job asks again: 2 s, 4 s, … at most ten minutes. */
export const nextLook = (now: Date, looks: number) => plus(now, seconds(Math.min(600, 2 ** Math.min(looks + 1, 10))));

export function applyVerdict(rows: Rows, verdict: Verdict, now: Date): Change {
  const change: Change = {
    before: { payment: rows.payment, attempt: rows.attempt },
    payment: { ...rows.payment, updated_at: now, version: rows.payment.version + 1 },
    attempt: { ...rows.attempt, draft: null },
    refund: rows.refund && { ...rows.refund, updated_at: now },
    events: [],
    captured: 0,
    refund_failed: false,
  };
  settleAttempt(change.attempt, verdict, now);
  if (verdict.kind !== 'unknown') {
    if (rows.attempt.kind === 'authorize') {
      change.payment.provider_reference = verdict.provider_reference ?? change.payment.provider_reference;
      change.payment.processing = { ...change.payment.processing, ...verdict.processing };
      if (bitcoinReceived(change.payment) > bitcoinReceived(rows.payment))
        change.events.push({ type: 'payment.amount_received', of: 'payment' });
    }
  }
  switch (rows.attempt.kind) {
    case 'authorize':
      authorize(change, verdict);
      break;
    case 'capture':
      capture(change, verdict);
      break;
    case 'void':
      release(change, verdict);
      break;
    case 'increase':
      increase(change, verdict);
      break;
    case 'refund':
      refund(change, verdict);
      break;
    default:
      never(rows.attempt.kind);
  }
  const from = rows.payment.status;
  const to = change.payment.status;
  assert(from === to || transitions[from].includes(to), `a payment goes from ${from} to ${to}`);
  return change;
}

/** Satoshis that came for a payment in all. Each time it grew is told, whatever becomes of the payment. */
export const bitcoinReceived = ({ processing: { bitcoin } }: PaymentRow): number =>
  bitcoin ? bitcoin.amount_received + bitcoin.amount_elsewhere : 0;

function settleAttempt(attempt: AttemptRow, verdict: Verdict, now: Date): void {
  if (verdict.kind === 'unknown') {
    attempt.status = 'unknown';
    attempt.resolve_at = nextLook(now, attempt.looks);
    return;
  }
  attempt.provider_reference = verdict.provider_reference ?? attempt.provider_reference;
  attempt.processing = verdict.processing;
  if (verdict.kind === 'action' || verdict.kind === 'pending') {
    attempt.status = verdict.kind;
    // A challenge is finished by the customer's return; the job only looks after those who never come back.
    attempt.resolve_at = verdict.kind === 'action' ? plus(now, seconds(60)) : nextLook(now, attempt.looks);
    return;
  }
  attempt.status = verdict.kind;
  attempt.decline_code = verdict.kind === 'declined' ? verdict.code : null;
  attempt.resolve_at = null;
  attempt.settled_at = now;
}

function authorize(change: Change, verdict: Verdict): void {
  const { payment, attempt } = change;
  const was = payment.status;
  // A void is under way: what this says is written down, and the void's own answer decides what becomes of the payment.
  const voiding = was === 'processing' && payment.released;
  const go = (status: PaymentRow['status'], type: EventType) => {
    if (voiding) return;
    if (was !== status) change.events.push({ type, of: 'payment' });
    payment.status = status;
  };
  payment.next_action_url = null;
  payment.decline_code = null;
  switch (verdict.kind) {
    case 'approved':
      payment.amount_authorized = attempt.amount;
      if (payment.capture) {
        payment.amount_captured = attempt.amount;
        change.captured = attempt.amount;
        go('completed', 'payment.completed');
      } else {
        go('authorized', 'payment.authorized');
      }
      return;
    case 'declined':
      payment.decline_code = verdict.code;
      go(payment.hosted ? 'pending' : 'failed', payment.hosted ? 'payment.attempt_failed' : 'payment.failed');
      return;
    case 'action':
      payment.next_action_url = verdict.url;
      go('requires_authentication', 'payment.requires_authentication');
      return;
    case 'pending':
    case 'unknown':
      payment.status = 'processing';
      if (change.before.attempt.status === 'started' || was !== 'processing')
        change.events.push({ type: 'payment.processing', of: 'payment' });
      return;
    default:
      never(verdict);
  }
}

function capture(change: Change, verdict: Verdict): void {
  const { payment, attempt } = change;
  switch (verdict.kind) {
    case 'approved':
      payment.amount_capture_pending -= attempt.amount;
      payment.amount_captured += attempt.amount;
      payment.decline_code = null;
      change.captured = attempt.amount;
      if (attempt.final) payment.released = true;
      change.events.push({ type: 'payment.captured', of: 'payment' });
      if (payment.released || payment.amount_captured === payment.amount_authorized) {
        payment.status = 'completed';
        change.events.push({ type: 'payment.completed', of: 'payment' });
      }
      return;
    case 'declined':
      payment.amount_capture_pending -= attempt.amount;
      payment.decline_code = verdict.code;
      change.events.push({ type: 'payment.attempt_failed', of: 'payment' });
      return;
    case 'action':
    case 'pending':
    case 'unknown':
      return;
    default:
      never(verdict);
  }
}

/**
 * `released` was set when the void began, so that no capture could start beside it. The authorization may have been answered
 * meanwhile, so what follows is read off the sums.
 */
function release(change: Change, verdict: Verdict): void {
  const { payment } = change;
  switch (verdict.kind) {
    case 'approved':
      payment.next_action_url = null;
      if (payment.amount_captured > 0) {
        payment.status = 'completed';
        change.events.push({ type: 'payment.completed', of: 'payment' });
      } else {
        payment.status = 'cancelled';
        change.events.push({ type: 'payment.cancelled', of: 'payment' });
      }
      return;
    case 'declined':
      stay(change, verdict.code);
      return;
    case 'action':
    case 'pending':
    case 'unknown':
      return;
    default:
      never(verdict);
  }
}

/** The provider did not void it: the payment is what its authorization made of it. */
function stay(change: Change, code: string): void {
  const { payment } = change;
  payment.released = false;
  if (payment.amount_captured > 0 && payment.amount_captured === payment.amount_authorized) {
    payment.status = 'completed';
    change.events.push({ type: 'payment.completed', of: 'payment' });
    return;
  }
  if (payment.amount_authorized === 0 && payment.decline_code !== null) {
    payment.status = payment.hosted ? 'pending' : 'failed';
    change.events.push({ type: payment.hosted ? 'payment.attempt_failed' : 'payment.failed', of: 'payment' });
    return;
  }
  // Before the customer authenticated there is no hold to go back to.
  payment.status = payment.amount_authorized > 0 ? 'authorized' : 'requires_authentication';
  payment.decline_code = code;
  change.events.push({ type: 'payment.attempt_failed', of: 'payment' });
}

function increase(change: Change, verdict: Verdict): void {
  const { payment, attempt } = change;
  if (verdict.kind === 'approved') {
    payment.amount_authorized = attempt.amount;
    payment.amount = attempt.amount;
    payment.decline_code = null;
    change.events.push({ type: 'payment.authorization_increased', of: 'payment' });
  }
  if (verdict.kind === 'declined') {
    payment.decline_code = verdict.code;
    change.events.push({ type: 'payment.attempt_failed', of: 'payment' });
  }
}

function refund(change: Change, verdict: Verdict): void {
  const { payment, refund: row } = change;
  assert(row, 'a refund attempt has its refund');
  if (verdict.kind === 'approved') {
    row.status = 'succeeded';
    change.events.push({ type: 'refund.succeeded', of: 'refund' });
  }
  if (verdict.kind === 'declined') {
    row.status = 'failed';
    row.failure_code = verdict.code;
    payment.amount_refunded -= row.amount;
    change.refund_failed = true;
    change.events.push({ type: 'refund.failed', of: 'refund' });
  }
}
