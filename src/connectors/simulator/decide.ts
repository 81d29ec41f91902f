// How the simulated bank decides: from a call, the card's behaviour and the time to the row that is written. Pure but for
// the authorization code, which the caller draws. Must never read amounts to choose a behaviour.

import { minutes, plus, seconds } from '../../kit/clock.ts';
import type { AuthorizeCall, CheckResult, DeclineCode, Processing, ThreeDSecure } from '../connector.ts';
import { type Behaviour, behaviourOf } from './scenarios.ts';
import type { Decision, SimulatorCall } from './store.ts';

/** When a pending call decides itself. */
const laterAfter = seconds(5);
/** When a challenge that nobody answered is given up. */
const abandonAfter = minutes(60);

/** Trying the same card again can succeed; after the others it cannot. */
const retryableCodes: ReadonlySet<DeclineCode> = new Set([
  'insufficient_funds',
  'incorrect_cvc',
  'processing_error',
  'authentication_failed',
  'authentication_abandoned',
  'never_reached',
]);
export const isRetryable = (code: DeclineCode) => retryableCodes.has(code);

export const approve = (processing: Processing, code: string): Decision => ({
  status: 'approved',
  decline_code: null,
  processing: { ...processing, authorization_code: code },
});

export const decline = (processing: Processing, decline_code: DeclineCode): Decision => ({
  status: 'declined',
  decline_code,
  processing,
});

export type FirstAnswer = Pick<SimulatorCall, 'status' | 'decline_code' | 'processing' | 'due_at'>;

export function answerAuthorize(call: AuthorizeCall, behaviour: Behaviour, now: Date, code: string): FirstAnswer {
  const processing = checksOf(call, behaviour);
  const ended = (decision: Decision): FirstAnswer => ({ ...decision, due_at: null });
  if (isExpired(call.card, now)) return ended(decline(processing, 'expired_card'));
  if (behaviour.three_d_secure === 'refused') {
    return ended(
      decline({ ...processing, three_d_secure: authentication('frictionless', false) }, 'authentication_failed'),
    );
  }
  if (
    behaviour.three_d_secure === 'challenge' ||
    (behaviour.three_d_secure === 'challenge_when_typed' && call.entry === 'typed')
  ) {
    return { status: 'action', decline_code: null, processing, due_at: plus(now, abandonAfter) };
  }
  if (behaviour.later) return { status: 'pending', decline_code: null, processing, due_at: plus(now, laterAfter) };
  const known =
    behaviour.three_d_secure === 'frictionless'
      ? { ...processing, three_d_secure: authentication('frictionless', true) }
      : processing;
  const declined = declineFor(behaviour, call.entry);
  return ended(declined ? decline(known, declined) : approve(known, code));
}

const declineFor = (behaviour: Behaviour, entry: AuthorizeCall['entry']): DeclineCode | undefined =>
  behaviour.decline_when === 'stored' && entry !== 'stored' ? undefined : behaviour.decline;

/** The customer pressed a button of the challenge page. */
export function answerChallenge(call: SimulatorCall, answer: 'approve' | 'refuse', code: string): Decision {
  const processing = { ...call.processing, three_d_secure: authentication('challenge', answer === 'approve') };
  if (answer === 'refuse') return decline(processing, 'authentication_failed');
  const { decline: declined } = behaviourOf(call.scenario);
  return declined ? decline(processing, declined) : approve(processing, code);
}

/** What a call that waited long enough decides by itself; undefined while it still waits or has ended. */
export function decideDue(call: SimulatorCall, now: Date, code: string): Decision | undefined {
  if (call.due_at === null || call.due_at > now) return undefined;
  if (call.status === 'action') return decline(call.processing, 'authentication_abandoned');
  if (call.status !== 'pending') return undefined;
  const behaviour = behaviourOf(call.scenario);
  if (call.kind === 'refund')
    return behaviour.refund === 'refused_later'
      ? decline({}, 'refund_refused')
      : { status: 'approved', decline_code: null, processing: {} };
  return behaviour.decline ? decline(call.processing, behaviour.decline) : approve(call.processing, code);
}

/** A follow-up that the books allow. */
export function answerFollowUp(kind: SimulatorCall['kind'], scenario: string, now: Date): FirstAnswer {
  const behaviour = behaviourOf(scenario);
  if (kind === 'capture' && behaviour.capture === 'refused') return { ...decline({}, 'capture_refused'), due_at: null };
  if (kind === 'refund' && behaviour.refund === 'refused') return { ...decline({}, 'refund_refused'), due_at: null };
  if (kind === 'refund' && behaviour.refund)
    return { status: 'pending', decline_code: null, processing: {}, due_at: plus(now, laterAfter) };
  return { status: 'approved', decline_code: null, processing: {}, due_at: null };
}

/** Documented: a CVC of zeros and the postal code 00000 fail their checks without changing the decision. */
function checksOf(call: AuthorizeCall, behaviour: Behaviour): Processing {
  const postal = call.billing_address?.postal_code;
  const check = (text: string | undefined, failing: RegExp): CheckResult =>
    !text ? 'unchecked' : failing.test(text) ? 'fail' : 'pass';
  return {
    cvc_result: behaviour.decline === 'incorrect_cvc' ? 'fail' : check(call.card.cvc, /^0+$/),
    avs_result: check(postal, /^00000$/),
    risk_level: behaviour.risk_level ?? 'low',
  };
}

const authentication = (flow: ThreeDSecure['flow'], passed: boolean): ThreeDSecure => ({
  flow,
  result: passed ? 'authenticated' : 'failed',
  version: '2.2.0',
  liability_shift: passed,
});

/** A card is good through the last day of its month, anywhere on earth (UTC-12 ends it last). */
function isExpired(card: { exp_month: number; exp_year: number }, now: Date): boolean {
  const end = Date.UTC(card.exp_year, card.exp_month, 1, 12);
  return now.getTime() >= end;
}
