// A histogram of durations in logarithmic buckets one per cent wide, so a percentile is at most one per cent too high, however
// long the tail. Knows no clock and no requests.

const base = Math.log(1.01);

export class Histogram {
  /** Microseconds up to 1.01^2400, some six hours. */
  readonly #buckets = new Uint32Array(2400);
  count = 0;
  #sum_ms = 0;
  max_ms = 0;

  add(ms: number): void {
    const micros = Math.max(1, ms * 1000);
    const at = Math.min(this.#buckets.length - 1, Math.ceil(Math.log(micros) / base));
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
    this.count += 1;
    this.#sum_ms += ms;
    if (ms > this.max_ms) this.max_ms = ms;
  }

  get mean_ms(): number {
    return this.count === 0 ? 0 : this.#sum_ms / this.count;
  }

  /** The duration that `share` (0 to 1) of all did not exceed. */
  percentile_ms(share: number): number {
    const wanted = Math.ceil(this.count * share);
    let seen = 0;
    for (const [at, count] of this.#buckets.entries()) {
      seen += count;
      if (count > 0 && seen >= wanted) return Math.min(this.max_ms, 1.01 ** at / 1000);
    }
    return this.max_ms;
  }

  summary(): Latency {
    const at = (share: number) => this.percentile_ms(share);
    return { mean: this.mean_ms, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: this.max_ms };
  }
}

/** Milliseconds. */
export type Latency = { mean: number; p50: number; p90: number; p99: number; p999: number; max: number };
