// The part of the simulated provider that speaks of disputes: what it tells by itself, and how it takes our answers. What
// happens when is trouble.ts. Every question first lets happen what is due by the clock.

import type { Clock } from '../../kit/clock.ts';
import type { AcceptDisputeCall, ChallengeDisputeCall, Connector, DisputeAnswer } from '../connector.ts';
import type { SimulatorDispute, SimulatorStore, Trouble } from './store.ts';
import { type Answered, answerAccept, answerChallenge, dueSteps } from './trouble.ts';

type Parts = { store: SimulatorStore; clock: Clock; account_id: string; travel: () => Promise<void> };

export function disputeCalls({
  store,
  clock,
  account_id,
  travel,
}: Parts): Pick<Connector, 'notices' | 'acceptDispute' | 'challengeDispute'> {
  async function moveOn(): Promise<void> {
    const now = clock.now();
    for (const provider_reference of await store.dueTroubles(account_id, now)) {
      await store.moveTrouble({ account_id, provider_reference }, (trouble) => ({
        steps: dueSteps(trouble, now),
        result: undefined,
      }));
    }
  }

  async function answer(
    dispute_reference: string,
    decide: (trouble: Trouble, dispute: SimulatorDispute | undefined, now: Date) => Answered,
  ): Promise<DisputeAnswer> {
    const found = await store.findDispute(account_id, dispute_reference);
    if (!found) {
      await travel();
      return { kind: 'refused', code: 'dispute_unknown' };
    }
    const result = await store.moveTrouble({ account_id, provider_reference: found.provider_reference }, (trouble) => {
      const now = clock.now();
      const due = dueSteps(trouble, now);
      const answered = decide(trouble, due.at(-1)?.dispute ?? trouble.dispute, now);
      return { steps: [...due, ...answered.steps], result: answered.result };
    });
    await travel();
    return result;
  }

  return {
    async notices(after, limit) {
      await moveOn();
      const stored = await store.noticesAfter(account_id, after === undefined ? 0 : Number(after), limit);
      await travel();
      const last = stored.at(-1);
      return { notices: stored.map((one) => one.notice), cursor: last ? String(last.position) : after };
    },
    acceptDispute: ({ reference, dispute_reference }: AcceptDisputeCall) =>
      answer(dispute_reference, (trouble, dispute, now) => answerAccept(trouble.calls, dispute, reference, now)),
    challengeDispute: (call: ChallengeDisputeCall) =>
      answer(call.dispute_reference, (_trouble, dispute, now) => answerChallenge(dispute, call, now)),
  };
}
