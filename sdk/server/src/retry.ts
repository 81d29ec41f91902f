// When a call is tried again and how long it waits before. Pure. It must never let a call be repeated that might have an effect
// twice: who repeats a POST without an idempotency key, does so only where Florin said that nothing was done.

/** The first wait; each one after it is twice as long. */
const firstMs = 500;
const longestMs = 8_000;

export type Met = { status: number; retryAfterMs: number | undefined } | 'no answer';

/** `safe`: repeating has no second effect, because of the method or because of the idempotency key. */
export function worthAnotherTry(met: Met, safe: boolean): boolean {
  if (met === 'no answer') return safe;
  // Too many requests: it was turned away at the door.
  if (met.status === 429) return true;
  if (!safe) return false;
  // A conflict that passes says when: the same request is still being worked on, or another change is under way.
  if (met.status === 409) return met.retryAfterMs !== undefined;
  return met.status === 408 || met.status === 425 || (met.status >= 500 && met.status !== 501);
}

/** Exponential, with a half of it left to chance, so that callers who failed together do not come back together. */
export function waitMs(tried: number, retryAfterMs: number | undefined, random: () => number): number {
  const most = Math.min(longestMs, firstMs * 2 ** tried);
  const backoff = most / 2 + (most / 2) * random();
  // Chance is added to what Florin asked for, never taken from it.
  return Math.ceil(retryAfterMs === undefined ? backoff : retryAfterMs + backoff * 0.25);
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). What is neither is ignored. */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000);
  if (!/[a-z]/i.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
