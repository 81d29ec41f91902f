// The store without a database, for tests. Every method is one synchronous step, so nothing comes in between.

import type { Decision, MoneyView, SimulatorCall, SimulatorStore } from './store.ts';

export function memoryStore(): SimulatorStore {
  const calls = new Map<string, SimulatorCall>();
  const keyOf = (account_id: string, reference: string) => `${account_id} ${reference}`;
  const all = (account_id: string) => [...calls.values()].filter((call) => call.account_id === account_id);

  function write(call: SimulatorCall) {
    const key = keyOf(call.account_id, call.reference);
    const before = calls.get(key);
    if (before) return { call: before, fresh: false };
    calls.set(key, call);
    return { call, fresh: true };
  }

  function end(call: SimulatorCall, decision: Decision): SimulatorCall {
    if (call.status !== 'action' && call.status !== 'pending') return call;
    const ended: SimulatorCall = { ...call, ...decision, due_at: null };
    calls.set(keyOf(call.account_id, call.reference), ended);
    return ended;
  }

  return {
    insert: async (call) => write(call),
    find: async (account_id, reference) => calls.get(keyOf(account_id, reference)),
    findChallenge: async (reference) => [...calls.values()].find((call) => call.reference === reference && call.return_url !== null),
    async follow({ account_id, provider_reference, reference }, decide) {
      const before = calls.get(keyOf(account_id, reference));
      if (before) return { call: before, fresh: false };
      const related = all(account_id).filter((call) => call.provider_reference === provider_reference);
      const { call, ends } = decide(related);
      const authorization = related.find((other) => other.kind === 'authorize');
      if (ends && authorization) end(authorization, ends);
      return write(call);
    },
    async decide(account_id, reference, decision) {
      const call = calls.get(keyOf(account_id, reference));
      return call && end(call, decision);
    },
    async viewOfMoney(account_id) {
      const views = new Map<string, MoneyView>();
      for (const call of all(account_id).filter((c) => c.status === 'approved')) {
        const view = views.get(call.currency) ?? { currency: call.currency, captured: 0, refunded: 0 };
        if (call.kind === 'capture' || (call.kind === 'authorize' && call.captured)) view.captured += call.amount;
        if (call.kind === 'refund') view.refunded += call.amount;
        if (view.captured > 0) views.set(call.currency, view);
      }
      return [...views.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
    },
  };
}
