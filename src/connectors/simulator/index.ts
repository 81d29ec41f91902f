// The simulated provider: a connector that decides by test card, keeps its own books, and can lose an answer on request.
// Must never know Florin's rooms, and never keep or throw a card number. What it decides is decide.ts, what it refuses books.ts.

import { setTimeout as systemSleep } from 'node:timers/promises';
import { assert } from '../../kit/assert.ts';
import type { Clock } from '../../kit/clock.ts';
import { newId, type Random } from '../../kit/id.ts';
import type { AuthorizeCall, Connector, FollowUpCall, Look, Outcome } from '../connector.ts';
import { ProviderTimeout } from '../provider-timeout.ts';
import { booksOf, refusal } from './books.ts';
import { testCard } from './cards.ts';
import { answerAuthorize, answerChallenge, answerFollowUp, decideDue, decline, isRetryable } from './decide.ts';
import { disputeCalls } from './dispute-calls.ts';
import { behaviourOf } from './scenarios.ts';
import type { CallKind, SimulatorCall, SimulatorStore, Stood } from './store.ts';

export type SimulatorOptions = {
  store: SimulatorStore;
  clock: Clock;
  random: Random;
  account_id: string;
  /** Where customers' browsers reach the challenge page. */
  public_url: string;
  /** How long every call takes, time-outs too: they are thrown at once, as if their time had passed. */
  latency_ms: number;
  /** How long the card for slow answers takes on top. */
  slow_ms?: number;
  sleep?: (ms: number) => Promise<unknown>;
};

export function simulator(options: SimulatorOptions): Connector {
  const { store, clock, random, account_id, public_url, latency_ms, slow_ms = 3_000, sleep = systemSleep } = options;
  // A call is decided when it comes in and its answer travels back: a caller who gave up waiting finds the outcome by `look`,
  // and never an `absent` that a late arrival makes untrue.
  const travel = async (ms: number) => {
    if (ms > 0) await sleep(ms);
  };

  async function authorize(call: AuthorizeCall): Promise<Outcome> {
    // A number outside the table that got as far as here (another provider's test card) is an ordinary card.
    const scenario = testCard(call.card.number)?.scenario ?? 'approved';
    const behaviour = behaviourOf(scenario);
    if (behaviour.answer === 'never_arrives') {
      await travel(latency_ms);
      throw new ProviderTimeout('simulator', call.reference);
    }
    const now = clock.now();
    const answer = answerAuthorize(call, behaviour, now, authorizationCode(random));
    const stood = await store.insert({
      account_id,
      reference: call.reference,
      kind: 'authorize',
      provider_reference: newId('sim', { clock, random }),
      amount: call.amount,
      currency: call.currency,
      captured: call.capture,
      scenario,
      return_url: answer.status === 'action' ? call.return_url : null,
      created_at: now,
      ...answer,
    });
    await travel(latency_ms + (behaviour.answer === 'slow' ? slow_ms : 0));
    return reply(stood, 'authorize', call, behaviour.answer === 'lost');
  }

  async function followUp(kind: Exclude<CallKind, 'authorize'>, call: FollowUpCall): Promise<Outcome> {
    const key = { account_id, provider_reference: call.provider_reference, reference: call.reference };
    const stood = await store.follow(key, (calls, dispute) => {
      const books = booksOf(calls, dispute);
      const now = clock.now();
      const scenario = books.authorization?.scenario ?? 'approved';
      // Thrown inside, so that nothing is written: the call never arrived.
      if (behaviourOf(scenario).follow_up_answer === 'never_arrives')
        throw new ProviderTimeout('simulator', call.reference);
      const refused = refusal(books, { kind, amount: call.amount, currency: call.currency });
      const answer = refused ? { ...decline({}, refused), due_at: null } : answerFollowUp(kind, scenario, now);
      const written = {
        ...key,
        kind,
        amount: call.amount,
        currency: call.currency,
        captured: false,
        scenario,
        return_url: null,
        created_at: now,
        ...answer,
      };
      const ends =
        kind === 'void' && !refused && books.authorization
          ? decline(books.authorization.processing, 'authentication_abandoned')
          : undefined;
      return { call: written, ends };
    });
    await travel(latency_ms);
    return reply(stood, kind, call, behaviourOf(stood.call.scenario).follow_up_answer === 'lost');
  }

  function reply(
    { call, fresh }: Stood,
    kind: CallKind,
    asked: { reference: string; amount: number; currency: string },
    lost: boolean,
  ): Outcome {
    assert(
      call.kind === kind && call.amount === asked.amount && call.currency === asked.currency,
      `reference ${asked.reference} is used for one call only`,
    );
    if (fresh && lost) throw new ProviderTimeout('simulator', asked.reference);
    return outcomeOf(call, public_url);
  }

  async function look(reference: string): Promise<Look> {
    await travel(latency_ms);
    const call = await store.find(account_id, reference);
    if (!call) return { kind: 'absent' };
    const decision = decideDue(call, clock.now(), authorizationCode(random));
    const stands = decision ? ((await store.decide(account_id, reference, decision)) ?? call) : call;
    return outcomeOf(stands, public_url);
  }

  return {
    name: 'simulator',
    authorize,
    capture: (call) => followUp('capture', call),
    void: (call) => followUp('void', call),
    refund: (call) => followUp('refund', call),
    increase: (call) => followUp('increase', call),
    look,
    ...disputeCalls({ store, clock, account_id, travel: () => travel(latency_ms) }),
  };
}

/** The customer answered on the challenge page. The call as it stands afterwards; undefined when there is no such challenge. */
export async function settleChallenge(
  { store, clock, random }: Pick<SimulatorOptions, 'store' | 'clock' | 'random'>,
  reference: string,
  answer: 'approve' | 'refuse',
): Promise<SimulatorCall | undefined> {
  const call = await store.findChallenge(reference);
  if (call?.status !== 'action') return call;
  const code = authorizationCode(random);
  return store.decide(
    call.account_id,
    reference,
    decideDue(call, clock.now(), code) ?? answerChallenge(call, answer, code),
  );
}

export const challengeUrl = (public_url: string, reference: string) =>
  `${public_url}/simulator/challenge/${encodeURIComponent(reference)}`;

function outcomeOf(
  { status, reference, provider_reference, processing, decline_code }: SimulatorCall,
  public_url: string,
): Outcome {
  switch (status) {
    case 'approved':
      return { kind: 'approved', provider_reference, processing };
    case 'pending':
      return { kind: 'pending', provider_reference, processing };
    case 'action':
      // The reference carries 80 bits of chance, so the address cannot be guessed.
      return { kind: 'action', provider_reference, processing, url: challengeUrl(public_url, reference) };
    case 'declined': {
      const code = decline_code ?? 'generic_decline';
      return { kind: 'declined', provider_reference, code, retryable: isRetryable(code), processing };
    }
  }
}

/** Six digits. The slight preference for some of them harms nobody: it is a label, not a secret. */
function authorizationCode(random: Random): string {
  const [a = 0, b = 0, c = 0] = random.bytes(3);
  return String(((a << 16) | (b << 8) | c) % 1_000_000).padStart(6, '0');
}
