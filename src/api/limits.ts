// Token buckets in this process's memory: so many requests a second per key and per address, with room for a burst.

import type { Clock } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';

type Bucket = { tokens: number; at: number };

/** How a bucket stands, for dialects that tell: its size, what is left, and seconds until it is full again. */
export type Standing = { limit: number; remaining: number; reset: number };

const kept = 50_000;

export class Limiter {
  readonly #clock: Clock;
  readonly #per_second: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, { per_second, burst }: { per_second: number; burst: number }) {
    this.#clock = clock;
    this.#per_second = per_second;
    this.#burst = burst;
  }

  /** How an empty bucket stands. */
  get empty(): Standing {
    return { limit: this.#burst, remaining: 0, reset: Math.ceil(this.#burst / this.#per_second) };
  }

  /** Takes one token of `name`, or refuses and says when the next one is there. */
  take(name: string): Standing {
    const now = this.#clock.now().getTime();
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      if (this.#buckets.size >= kept) this.#forget(now);
      bucket = { tokens: this.#burst, at: now };
      this.#buckets.set(name, bucket);
    }
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (Math.max(0, now - bucket.at) * this.#per_second) / 1000);
    bucket.at = now;
    if (bucket.tokens < 1) {
      const retry_after = Math.max(1, Math.ceil((1 - bucket.tokens) / this.#per_second));
      throw new Fault(
        'rate_limited',
        `More than ${this.#per_second} requests a second. Wait ${retry_after} s and try again, with the same idempotency key.`,
        { retry_after },
      );
    }
    bucket.tokens -= 1;
    const reset = Math.ceil((this.#burst - bucket.tokens) / this.#per_second);
    return { limit: this.#burst, remaining: Math.floor(bucket.tokens), reset };
  }

  /** Full buckets say nothing; when all are in use, the oldest go. */
  #forget(now: number): void {
    for (const [name, bucket] of this.#buckets) {
      if (bucket.tokens + ((now - bucket.at) * this.#per_second) / 1000 >= this.#burst || this.#buckets.size >= kept)
        this.#buckets.delete(name);
      if (this.#buckets.size < kept / 2) return;
    }
  }
}
