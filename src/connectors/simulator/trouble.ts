// What befalls a payment by itself: fraud warnings, disputes, their deadlines and decisions. Pure, and by the clock alone: the
// same card at the same time has the same fate. Must never read amounts to choose what happens.

import { must } from '../../kit/assert.ts';
import { days, hours, plus, seconds } from '../../kit/clock.ts';
import type { ChallengeDisputeCall, DisputeAnswer, DisputeReason, Notice } from '../connector.ts';
import { booksOf } from './books.ts';
import { behaviourOf, type Scenario, scenarios } from './scenarios.ts';
import type { DisputeStep, SimulatorCall, SimulatorDispute, Trouble } from './store.ts';

/** All documented on the cards (cards.ts) and in docs/test-cards.md. */
export const warningAfter = seconds(2);
const disputeAfter = seconds(5);
const disputeAfterWarning = seconds(30);
const withdrawnAfter = seconds(10);
const decisionAfter = seconds(5);
/** A challenge whose text names no outcome: the bank takes its time, and the customer's side. */
const slowDecisionAfter = hours(24);
const evidenceFor = days(7);

const networkCodes: Partial<Record<DisputeReason, string>> = { fraudulent: '10.4', product_not_received: '13.1' };

const hasTrouble = (scenario: string) =>
  behaviourOf(scenario).dispute !== undefined || behaviourOf(scenario).fraud_warning === true;

/** For whoever looks for authorizations with trouble ahead. */
export const troubleScenarios: readonly string[] = (Object.keys(scenarios) as Scenario[]).filter(hasTrouble);

/** Everything of one authorization that is due at `now`, in order: after a long time several steps at once. */
export function dueSteps(trouble: Trouble, now: Date): DisputeStep[] {
  const steps: DisputeStep[] = [];
  let { dispute } = trouble;
  while (true) {
    const step: DisputeStep | undefined = dispute ? next(trouble.calls, dispute, now) : first(trouble, now);
    if (!step) return steps;
    steps.push(step);
    dispute = step.dispute;
  }
}

function first({ account_id, calls }: Trouble, now: Date): DisputeStep | undefined {
  const authorization = calls.find((call) => call.kind === 'authorize');
  const taken = calls
    .filter((call) => call.status === 'approved' && (call.captured || call.kind === 'capture'))
    .sort((a, b) => a.created_at.getTime() - b.created_at.getTime())[0];
  if (!authorization || !taken) return undefined;
  const { fraud_warning, dispute } = behaviourOf(authorization.scenario);
  if (!fraud_warning && !dispute) return undefined;
  const planned: SimulatorDispute = {
    account_id,
    provider_reference: authorization.provider_reference,
    reference: authorization.provider_reference.replace(/^sim_/, 'simdp_'),
    status: 'warned',
    amount: booksOf(calls).captured,
    currency: authorization.currency,
    reason: dispute ?? 'fraudulent',
    evidence_due_by: null,
    answer_reference: null,
    next: 'opened',
    due_at: plus(taken.created_at, disputeAfter),
  };
  if (!fraud_warning) return next(calls, planned, now);
  const at = plus(taken.created_at, warningAfter);
  if (at > now) return undefined;
  const warned: SimulatorDispute = dispute
    ? { ...planned, due_at: plus(taken.created_at, disputeAfterWarning) }
    : { ...planned, status: 'averted', next: null, due_at: null };
  return {
    dispute: warned,
    notice: {
      ...headOf(calls, warned, 'warning', at),
      kind: 'fraud_warning',
      amount: planned.amount,
      currency: planned.currency,
    },
  };
}

function next(calls: SimulatorCall[], before: SimulatorDispute, now: Date): DisputeStep | undefined {
  const { due_at: at } = before;
  if (at === null || before.next === null || at > now) return undefined;
  const ended = { ...before, next: null, due_at: null };
  if (before.next !== 'opened') return decided(calls, before, before.next, at);
  const { captured, refunded, authorization } = booksOf(calls);
  // The whole payment is disputed, whatever part of it was refunded: issuers do not know of refunds that are on their way.
  if (refunded >= captured) return { dispute: { ...ended, status: 'averted' }, notice: undefined };
  const { dispute_withdrawn } = behaviourOf(must(authorization, 'a dispute has its authorization').scenario);
  const evidence_due_by = plus(at, evidenceFor);
  const dispute: SimulatorDispute = {
    ...before,
    status: 'open',
    amount: captured,
    evidence_due_by,
    ...(dispute_withdrawn
      ? { next: 'withdrawn', due_at: plus(at, withdrawnAfter) }
      : { next: 'lost', due_at: evidence_due_by }),
  };
  const { amount, currency, reason, reference } = dispute;
  return {
    dispute,
    notice: {
      ...headOf(calls, dispute, 'opened', at),
      kind: 'dispute_opened',
      dispute_reference: reference,
      amount,
      currency,
      reason,
      network_reason_code: networkCodes[reason],
      evidence_due_by,
    },
  };
}

function decided(
  calls: SimulatorCall[],
  before: SimulatorDispute,
  outcome: 'won' | 'lost' | 'withdrawn',
  at: Date,
): DisputeStep {
  const dispute: SimulatorDispute = { ...before, status: outcome, next: null, due_at: null };
  return {
    dispute,
    notice: {
      ...headOf(calls, dispute, outcome, at),
      kind: `dispute_${outcome}`,
      dispute_reference: dispute.reference,
    },
  };
}

function headOf(
  calls: SimulatorCall[],
  { provider_reference, reference }: SimulatorDispute,
  what: string,
  at: Date,
): Pick<Notice, 'id' | 'at' | 'reference' | 'provider_reference'> {
  const authorization = must(
    calls.find((call) => call.kind === 'authorize'),
    'a dispute has its authorization',
  );
  return { id: `${reference}_${what}`, at, reference: authorization.reference, provider_reference };
}

export type Answered = { steps: DisputeStep[]; result: DisputeAnswer };

const refused = (code: Extract<DisputeAnswer, { kind: 'refused' }>['code']): Answered => ({
  steps: [],
  result: { kind: 'refused', code },
});
const stands: Answered = { steps: [], result: { kind: 'taken' } };

/** The dispute as it is after `dueSteps`. */
export function answerAccept(
  calls: SimulatorCall[],
  dispute: SimulatorDispute | undefined,
  reference: string,
  now: Date,
): Answered {
  const no = refusalOf(dispute, reference);
  if (no || !dispute) return no ?? refused('dispute_unknown');
  const lost = decided(calls, dispute, 'lost', now);
  return {
    steps: [{ ...lost, dispute: { ...lost.dispute, status: 'accepted', answer_reference: reference } }],
    result: { kind: 'taken' },
  };
}

export function answerChallenge(
  dispute: SimulatorDispute | undefined,
  { reference, text }: Pick<ChallengeDisputeCall, 'reference' | 'text'>,
  now: Date,
): Answered {
  const no = refusalOf(dispute, reference);
  if (no || !dispute) return no ?? refused('dispute_unknown');
  const says = /winning_evidence/.test(text) ? 'won' : /losing_evidence/.test(text) ? 'lost' : undefined;
  const withdrawal = dispute.next === 'withdrawn' && says === undefined;
  const fate: Partial<SimulatorDispute> = withdrawal
    ? {}
    : { next: says ?? 'lost', due_at: plus(now, says ? decisionAfter : slowDecisionAfter) };
  return {
    steps: [{ dispute: { ...dispute, status: 'challenged', answer_reference: reference, ...fate }, notice: undefined }],
    result: { kind: 'taken' },
  };
}

function refusalOf(dispute: SimulatorDispute | undefined, reference: string): Answered | undefined {
  if (!dispute || dispute.status === 'warned' || dispute.status === 'averted') return refused('dispute_unknown');
  if (dispute.answer_reference === reference) return stands;
  if (dispute.status === 'open') return undefined;
  if (dispute.status === 'challenged') return refused('already_answered');
  // Lost without an answer: nobody said anything in time.
  return refused(
    dispute.status === 'lost' && dispute.answer_reference === null ? 'deadline_passed' : 'already_decided',
  );
}
