// The merchant's webhook receivers: they answer, refuse, stay silent or take a message and let the answer get lost, as the run decides,
// and remember every arrival. Must never forget one: the auditor compares them with the events that happened.

import { type Outbound, OutboundError } from '../../src/kit/outbound.ts';
import type { Owner, Scheduler } from './scheduler.ts';

export const moods = ['well', 'errors', 'silent', 'flaky', 'patience', 'gone'] as const;
export type Mood = (typeof moods)[number];

type Answer = 200 | 410 | 429 | 500 | 'unreachable' | 'lost';

export type Arrival = { url: string; id: string; body: string; headers: Record<string, string>; accepted: boolean };

export class Receivers {
  readonly arrivals: Arrival[] = [];
  readonly moods = new Map<string, Mood>();
  readonly #scheduler: Scheduler;
  readonly #spoilt: (body: string, nth: number) => string;

  /** `spoilt` is what becomes of a body, by how often it was sent before: a fault put in by hand. */
  constructor(scheduler: Scheduler, spoilt: (body: string, nth: number) => string) {
    this.#scheduler = scheduler;
    this.#spoilt = spoilt;
  }

  outbound(owner: Owner): Outbound {
    return {
      close: async () => {},
      get: async () => {
        throw new OutboundError('connection', 'nothing is read from outside here');
      },
      post: (url, { headers, body }) => {
        const answer = this.#decide(url);
        return this.#scheduler.op(owner, `post ${headers['webhook-id']}`, async () => {
          if (answer === 'unreachable') throw new OutboundError('connection', 'the connection failed');
          const accepted = answer === 200 || answer === 'lost';
          const id = headers['webhook-id'] ?? '';
          const nth = this.arrivals.filter((before) => before.id === id && before.url === url).length;
          this.arrivals.push({ url, id, body: this.#spoilt(body, nth), headers, accepted });
          if (answer === 'lost') throw new OutboundError('timeout', 'no complete answer');
          const answer_headers: Record<string, string> = answer === 429 ? { 'retry-after': '45' } : {};
          return { status: answer, headers: answer_headers, body: 'ok' };
        });
      },
    };
  }

  #decide(url: string): Answer {
    switch (this.moods.get(url) ?? 'well') {
      case 'well':
        return 200;
      case 'errors':
        return 500;
      case 'silent':
        return 'unreachable';
      case 'patience':
        return 429;
      case 'gone':
        return 410;
      case 'flaky':
        return this.#scheduler.here().chance.weighted<Answer>([
          [5, 200],
          [2, 500],
          [2, 'unreachable'],
          [2, 'lost'],
        ]);
    }
  }
}
