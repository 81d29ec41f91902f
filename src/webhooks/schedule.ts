// What follows a try: done, another try and when, or the end. Pure; it knows no database and sends nothing.

import { days, hours, minutes, plus, seconds } from '../kit/clock.ts';

/** After try n comes waits[n - 1]. With the first try that is ten over 22 h 43 min, within a day with jitter. */
const waits = [seconds(5), seconds(30), minutes(2), minutes(10), minutes(30), hours(1), hours(3), hours(6), hours(12)];

export const maxTries = waits.length + 1;

/** A receiver may ask for patience, but not beyond this: a typing error of its must not silence it for a week. */
const maxRetryAfter = hours(4);

/** An endpoint is given up after nothing but failures for this long. */
export const failingLimit = days(3);

export type Outcome =
  | { kind: 'answered'; status_code: number; retry_after: string | undefined }
  | { kind: 'unanswered' };

export type Verdict =
  | { kind: 'delivered' }
  /** `gone`: the receiver said that it will never listen again (410). */
  | { kind: 'failed'; gone: boolean }
  | { kind: 'again'; at: Date };

/** `tries` counts this one. `chance` is from 0 to 1 and spreads tries, so that receivers coming back are not hit at once. */
export function judge(outcome: Outcome, tries: number, now: Date, chance: number): Verdict {
  if (outcome.kind === 'answered' && outcome.status_code >= 200 && outcome.status_code < 300)
    return { kind: 'delivered' };
  if (outcome.kind === 'answered' && outcome.status_code === 410) return { kind: 'failed', gone: true };
  const wait = waits[tries - 1];
  if (wait === undefined) return { kind: 'failed', gone: false };
  const spread = Math.round(wait * (0.9 + 0.2 * chance));
  const asked = outcome.kind === 'answered' ? retryAfter(outcome.retry_after, now) : 0;
  return { kind: 'again', at: plus(now, Math.max(spread, Math.min(asked, maxRetryAfter))) };
}

/** Milliseconds asked for by Retry-After (RFC 9110, 10.2.3): whole seconds or an HTTP date. Nonsense asks for nothing. */
export function retryAfter(text: string | undefined, now: Date): number {
  if (text === undefined) return 0;
  if (/^\d{1,9}$/.test(text.trim())) return seconds(Number(text));
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}

export const givenUp = (failing_since: Date | null, now: Date) =>
  failing_since !== null && now.getTime() - failing_since.getTime() >= failingLimit;
