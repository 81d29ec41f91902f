// When a payment that failed is tried again, and when that ends. Pure. A hard decline is never tried again with the same card: the
// customer is given until the end of the schedule to bring another one.

import { days, plus } from '../kit/clock.ts';

/** Days from one try to the next. */
export const defaultRetryDays: readonly number[] = [2, 5, 7, 7];

/** The same card would be declined again, and trying is held against the merchant by the networks. */
const hard = new Set(['lost_card', 'stolen_card', 'expired_card', 'incorrect_cvc', 'authentication_failed']);

export const isHardDecline = (code: string | null): boolean => code !== null && hard.has(code);

export type Failure = {
  /** Tries that the schedule has spent, this one included; the first charge is none of them. */
  retries: number;
  code: string | null;
  at: Date;
};

export type NextStep =
  /** Charge again at this time. */
  | { kind: 'retry'; at: Date }
  /** Do not charge; give up at this time unless another card comes. */
  | { kind: 'wait'; at: Date }
  | { kind: 'give_up' };

export function afterFailure(failure: Failure, retry_days: readonly number[] = defaultRetryDays): NextStep {
  const left = retry_days.slice(failure.retries);
  const [next] = left;
  if (next === undefined) return { kind: 'give_up' };
  if (!isHardDecline(failure.code)) return { kind: 'retry', at: plus(failure.at, days(next)) };
  return { kind: 'wait', at: plus(failure.at, days(left.reduce((sum, count) => sum + count, 0))) };
}
