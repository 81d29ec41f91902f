// Time as an argument. Nothing else in src/ may call Date.now() for business time, so that a seed can replay a run.

export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };

export class ManualClock implements Clock {
  #ms: number;
  constructor(start: Date | string) {
    this.#ms = new Date(start).getTime();
  }
  now() {
    return new Date(this.#ms);
  }
  advance(ms: number) {
    this.#ms += ms;
  }
}

/** Real time with jumps: hours pass at a call. Stopped, it jumps only: what a limit counts then does not hang on how fast the machine is. */
export class JumpClock implements Clock {
  #ahead_ms = 0;
  #stopped_at: number | undefined;
  now() {
    return new Date((this.#stopped_at ?? Date.now()) + this.#ahead_ms);
  }
  advance(ms: number) {
    this.#ahead_ms += ms;
  }
  stop() {
    this.#stopped_at ??= Date.now();
  }
  /** From where it stood. */
  goOn() {
    if (this.#stopped_at !== undefined) this.#ahead_ms -= Date.now() - this.#stopped_at;
    this.#stopped_at = undefined;
  }
}

export const plus = (at: Date, ms: number) => new Date(at.getTime() + ms);
export const seconds = (n: number) => n * 1_000;
export const minutes = (n: number) => n * 60_000;
export const hours = (n: number) => n * 3_600_000;
export const days = (n: number) => n * 86_400_000;
