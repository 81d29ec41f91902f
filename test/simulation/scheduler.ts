// Lets one thing happen at a time. Whatever a simulated process asks of the outside (a statement, a batch, a call, a POST) is done at
// once, and its answer waits at a gate until the run lets that flow go on. So between any two statements another flow may run, time
// may jump, or the process may die. It knows no table and no business; which gate opens next is not decided here.

import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Random } from '../../src/kit/id.ts';
import type { Chance } from './chance.ts';

/** What the code of a dead process meets: nothing it asks for happens any more. */
export class Crash extends Error {
  override name = 'Crash';
}

/** Who asks. `in_tx` counts its open transactions. */
export type Owner = { name: string; alive: boolean; in_tx: number };

/** A flow has its own sequence of everything, so that two that run for a moment at once do not disturb each other. */
export type Flow = {
  no: number;
  seq: number;
  chance: Chance;
  random: Random;
  /** Connections of the database on which it has a transaction open. */
  holds: Set<number>;
};

/** A connection that waits for a lock, and those that it waits for. */
export type Wait = { pid: number; blockers: number[] };

export type Gate = {
  flow: Flow;
  seq: number;
  owner: Owner;
  label: string;
  in_tx: boolean;
  /** Flows at the door of one batching lane may pass together, as one batch. */
  together: string | undefined;
  open(): void;
};

/** `wire`: what travels on one connection together counts as one request. */
export type OpOptions = { in_tx?: boolean; gated?: boolean; wire?: string };

const stalled_after_ms = 20_000;

/** By then the database has looked whether a wait is a deadlock (stage.ts sets three milliseconds); it looks once in a wait. */
const looked_after_ms = 10;

export class Scheduler {
  readonly #gates = new Set<Gate>();
  readonly #flows = new AsyncLocalStorage<Flow>();
  readonly #outside: Flow;
  readonly #waiting: () => Promise<Wait[]>;
  /** Requests without an answer, by the connection that they travel on. */
  readonly #flying = new Map<string, number>();
  /** Connections seen waiting, and since when. */
  #waits = new Map<number, number>();
  #changes = 0;
  #ops = 0;
  #spans = 0;
  /** Free: nothing waits at gates; the database alone decides who is first. */
  free = true;

  /** `waiting` names the connections that wait for a lock of the database that was not granted yet. */
  constructor(waiting: () => Promise<Wait[]>, outside: Flow) {
    this.#waiting = waiting;
    this.#outside = outside;
  }

  get ops(): number {
    return this.#ops;
  }

  /** What `work` begins, and all that follows from it, belongs to this flow. */
  within<T>(flow: Flow, work: () => Promise<T>): Promise<T> {
    return this.#flows.run(flow, work);
  }

  here(): Flow {
    return this.#flows.getStore() ?? this.#outside;
  }

  /** In the order in which the flows asked, which does not depend on how fast the answers came. */
  gates(): Gate[] {
    return [...this.#gates].sort((a, b) => a.flow.no - b.flow.no || a.seq - b.seq);
  }

  #next(): { flow: Flow; seq: number } {
    const flow = this.here();
    flow.seq += 1;
    this.#ops += 1;
    return { flow, seq: flow.seq };
  }

  /** Does `work` now and hands its result on when the gate behind it opens. */
  async op<T>(
    owner: Owner,
    label: string,
    work: () => Promise<T>,
    { in_tx = false, gated = true, wire }: OpOptions = {},
  ): Promise<T> {
    if (!owner.alive) throw new Crash(owner.name);
    const place = this.#next();
    const result = await this.span(work, wire).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (gated) await this.#wait({ ...place, owner, label, in_tx, together: undefined });
    if (!owner.alive) throw new Crash(owner.name);
    if ('error' in result) throw result.error;
    return result.value;
  }

  /** Counts what is on the wire and has no gate behind it. */
  async span<T>(work: () => Promise<T>, wire = `span ${++this.#spans}`): Promise<T> {
    this.#flying.set(wire, (this.#flying.get(wire) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#flying.get(wire) ?? 1) - 1;
      if (left > 0) this.#flying.set(wire, left);
      else this.#flying.delete(wire);
      this.#changes += 1;
    }
  }

  /** Waits before something is done, so that several flows can be let through at once. */
  async door(owner: Owner, label: string): Promise<void> {
    const together = label === 'begin' ? undefined : `${owner.name} ${label}`;
    await this.#wait({ ...this.#next(), owner, label, in_tx: false, together });
    if (!owner.alive) throw new Crash(owner.name);
  }

  release(gate: Gate): void {
    if (this.#gates.delete(gate)) gate.open();
  }

  releaseAll(which: (gate: Gate) => boolean = () => true): void {
    for (const gate of this.gates()) if (which(gate)) this.release(gate);
  }

  /** Resolves when every flow is at a gate, has ended, or waits for a lock that another flow holds; names the connections that hold one. */
  async settled(): Promise<Set<number>> {
    const since = performance.now();
    for (;;) {
      await turn();
      await turn();
      if (this.#flying.size === 0) return new Set();
      const before = this.#changes;
      for (let i = 0; i < 12 && this.#changes === before; i++) await turn();
      if (this.#changes !== before) continue;
      // On a busy machine an answer takes some milliseconds; the question who waits costs more than they do.
      for (let i = 0; i < 4 && this.#changes === before; i++) await sleep(1);
      if (this.#changes !== before) continue;
      // A lock is granted before its holder hears of its own commit, so the table of locks is never behind what we know.
      const waits = await this.#waiting();
      const looked = this.#looked(waits);
      if (looked && waits.length === this.#flying.size && this.#changes === before)
        return new Set(waits.flatMap((wait) => wait.blockers));
      if (performance.now() - since > stalled_after_ms)
        throw new Error(`the run stands still: no answer to ${[...this.#flying.keys()].join(', ')}`);
    }
  }

  /** Who closes a ring of waits is its victim, because everybody else in it was looked at before. Otherwise real time would choose. */
  #looked(waits: Wait[]): boolean {
    const now = performance.now();
    this.#waits = new Map(waits.map(({ pid }) => [pid, this.#waits.get(pid) ?? now]));
    return [...this.#waits.values()].every((since) => now - since >= looked_after_ms);
  }

  #wait(gate: Omit<Gate, 'open'>): Promise<void> {
    // Who died while the database worked for it waits as well: of two answers that come at once real time would choose the first.
    if (this.free) return Promise.resolve();
    return new Promise((open) => {
      this.#gates.add({ ...gate, open });
    });
  }
}
