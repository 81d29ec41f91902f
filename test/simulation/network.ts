// The line between a process and its provider or bank: it loses calls and answers, delays, repeats and reorders. What it may do is
// bounded by what src/payments/resolve.ts assumes of a provider: a call arrives within the time-out and ten seconds, or never.

import { isDeepStrictEqual } from 'node:util';
import type { Bank } from '../../src/connectors/bank.ts';
import type { Connector, Look, NoticePage, Outcome } from '../../src/connectors/connector.ts';
import { ProviderTimeout } from '../../src/connectors/provider-timeout.ts';
import type { ManualClock } from '../../src/kit/clock.ts';
import { seconds } from '../../src/kit/clock.ts';
import type { Owner, Scheduler } from './scheduler.ts';

/** A call on its way that nobody waits for any more. */
type Arrival = { at: number; label: string; run(): Promise<unknown> };

type Fate = 'arrives' | 'lost' | 'late' | 'answer_lost' | 'twice' | 'echo';

const fates: readonly (readonly [number, Fate])[] = [
  [68, 'arrives'],
  [6, 'lost'],
  [9, 'late'],
  [9, 'answer_lost'],
  [4, 'twice'],
  [4, 'echo'],
];

export type NetworkParts = {
  clock: ManualClock;
  scheduler: Scheduler;
  timeout_ms: number;
  tell(line: string): void;
};

export class Network {
  readonly #parts: NetworkParts;
  readonly #sent = new Map<string, number>();
  #arrivals: Arrival[] = [];
  /** Nothing goes wrong: for the end of a run. */
  calm = false;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** The latest that a call sent now may still arrive. */
  get #grace(): number {
    return this.#parts.timeout_ms + seconds(10);
  }

  get underWay(): number {
    return this.#arrivals.length;
  }

  /** Lets everything arrive that is due by `until`, each at its own time. */
  async arrive(until: number): Promise<void> {
    for (;;) {
      const [next] = this.#arrivals.sort((a, b) => a.at - b.at);
      if (!next || next.at > until) return;
      this.#arrivals.shift();
      const { clock, tell } = this.#parts;
      const now = clock.now().getTime();
      if (next.at > now) clock.advance(next.at - now);
      // What a provider says to a call whose caller is gone is heard by nobody.
      const result = await next.run().then(JSON.stringify, (error: unknown) => String(error));
      tell(`  network: ${next.label} arrives now: ${result}`);
    }
  }

  async #call<T>(owner: Owner, what: string, reference: string, execute: () => Promise<T>): Promise<T> {
    const { clock, scheduler, timeout_ms, tell } = this.#parts;
    const { chance } = scheduler.here();
    const started = clock.now().getTime();
    this.#sent.set(reference, started);
    const fate = this.calm ? 'arrives' : chance.weighted(fates);
    const later = fate === 'late' || fate === 'echo' ? started + chance.int(1, this.#grace - 1) : 0;
    if (fate !== 'arrives')
      tell(`  network: ${what} ${reference}: ${fate}${later > 0 ? ` by ${later - started} ms` : ''}`);
    if (later > 0) this.#arrivals.push({ at: later, label: `${what} ${reference}`, run: execute });
    const silence = () => {
      throw new ProviderTimeout('the simulated network', reference);
    };
    const answer = await scheduler.op(owner, `${what} ${reference}`, async () => {
      if (fate === 'lost' || fate === 'late') return silence();
      const first = await execute();
      if (fate === 'twice') {
        const second = await execute();
        if (!isDeepStrictEqual(second, first))
          throw new Error(`the provider answered a repeated call otherwise: ${what} ${reference}`);
      }
      return fate === 'answer_lost' ? silence() : first;
    });
    // Whoever slept through its own time-out has heard nothing.
    return clock.now().getTime() - started > timeout_ms ? silence() : answer;
  }

  async #look<T>(owner: Owner, reference: string, absent: T, ask: () => Promise<T>): Promise<T> {
    const { clock, scheduler, timeout_ms } = this.#parts;
    const { chance } = scheduler.here();
    const started = clock.now().getTime();
    const fate = this.calm
      ? 'fine'
      : chance.weighted([
          [85, 'fine'],
          [8, 'fails'],
          [7, 'stale'],
        ] as const);
    const answer = await scheduler.op(owner, `look ${reference}`, async () => {
      if (fate === 'fails') throw new ProviderTimeout('the simulated network', reference);
      const sent = this.#sent.get(reference);
      // A provider may need a moment until its own books show a call.
      if (fate === 'stale' && sent !== undefined && started - sent < this.#grace) return absent;
      return await ask();
    });
    if (clock.now().getTime() - started > timeout_ms) throw new ProviderTimeout('the simulated network', reference);
    return answer;
  }

  connector(owner: Owner, inner: Connector): Connector {
    const call =
      (what: 'capture' | 'void' | 'refund' | 'increase') =>
      (input: Parameters<Connector['capture']>[0]): Promise<Outcome> =>
        this.#call(owner, what, input.reference, () => inner[what](input));
    return {
      name: inner.name,
      authorize: (input) => this.#call(owner, 'authorize', input.reference, () => inner.authorize(input)),
      capture: call('capture'),
      void: call('void'),
      refund: call('refund'),
      increase: call('increase'),
      look: (reference) => this.#look<Look>(owner, reference, { kind: 'absent' }, () => inner.look(reference)),
      notices: (after, limit) =>
        this.#notices(
          owner,
          () => inner.notices(after, limit),
          () => inner.notices(undefined, limit),
        ),
      acceptDispute: (input) => this.#call(owner, 'accept', input.reference, () => inner.acceptDispute(input)),
      challengeDispute: (input) => this.#call(owner, 'challenge', input.reference, () => inner.challengeDispute(input)),
    };
  }

  bank(owner: Owner, inner: Bank): Bank {
    return {
      send: (transfer) => this.#call(owner, 'transfer', transfer.reference, () => inner.send(transfer)),
      look: (reference) => this.#look(owner, reference, { kind: 'absent' } as const, () => inner.look(reference)),
    };
  }

  /** Told again from the beginning, in any order, or not at all this time. */
  async #notices(owner: Owner, ask: () => Promise<NoticePage>, again: () => Promise<NoticePage>): Promise<NoticePage> {
    const { scheduler } = this.#parts;
    const { chance } = scheduler.here();
    const fate = this.calm
      ? 'fine'
      : chance.weighted([
          [60, 'fine'],
          [10, 'fails'],
          [15, 'repeated'],
          [15, 'shuffled'],
        ] as const);
    return await scheduler.op(owner, 'notices', async () => {
      if (fate === 'fails') throw new ProviderTimeout('the simulated network', 'notices');
      const page = await ask();
      if (fate === 'fine') return page;
      const repeated = fate === 'repeated' ? (await again()).notices : [];
      const unique = new Map([...page.notices, ...repeated].map((notice) => [notice.id, notice]));
      return { ...page, notices: chance.shuffle([...unique.values()]) };
    });
  }
}
