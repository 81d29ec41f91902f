// The store without a database, for tests. Every method is one synchronous step, so nothing comes in between.

import type { Notice } from '../connector.ts';
import type { Decision, MoneyView, SimulatorCall, SimulatorDispute, SimulatorStore } from './store.ts';
import { troubleScenarios } from './trouble.ts';

export function memoryStore(): SimulatorStore {
  const calls = new Map<string, SimulatorCall>();
  const disputes = new Map<string, SimulatorDispute>();
  const told = new Map<string, Notice[]>();
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
    findChallenge: async (reference) =>
      [...calls.values()].find((call) => call.reference === reference && call.return_url !== null),
    async follow({ account_id, provider_reference, reference }, decide) {
      const before = calls.get(keyOf(account_id, reference));
      if (before) return { call: before, fresh: false };
      const related = all(account_id).filter((call) => call.provider_reference === provider_reference);
      const { call, ends } = decide(related, disputes.get(keyOf(account_id, provider_reference)));
      const authorization = related.find((other) => other.kind === 'authorize');
      if (ends && authorization) end(authorization, ends);
      return write(call);
    },
    async decide(account_id, reference, decision) {
      const call = calls.get(keyOf(account_id, reference));
      return call && end(call, decision);
    },
    async dueTroubles(account_id, now) {
      const begun = (provider_reference: string) => disputes.get(keyOf(account_id, provider_reference));
      const fresh = all(account_id).filter(
        (call) =>
          call.status === 'approved' && troubleScenarios.includes(call.scenario) && !begun(call.provider_reference),
      );
      const moving = [...disputes.values()].filter(
        (d) => d.account_id === account_id && d.due_at !== null && d.due_at <= now,
      );
      return [...new Set([...fresh, ...moving].map((one) => one.provider_reference))].sort();
    },
    findDispute: async (account_id, reference) =>
      [...disputes.values()].find((d) => d.account_id === account_id && d.reference === reference),
    async moveTrouble({ account_id, provider_reference }, decide) {
      const related = all(account_id).filter((call) => call.provider_reference === provider_reference);
      const key = keyOf(account_id, provider_reference);
      const { steps, result } = decide({ account_id, calls: related, dispute: disputes.get(key) });
      const notices = told.get(account_id) ?? [];
      told.set(account_id, notices);
      for (const { dispute, notice } of steps) {
        disputes.set(key, dispute);
        if (notice) notices.push(notice);
      }
      return result;
    },
    noticesAfter: async (account_id, position, limit) =>
      (told.get(account_id) ?? []).map((notice, i) => ({ position: i + 1, notice })).slice(position, position + limit),
    async viewOfMoney(account_id) {
      const views = new Map<string, MoneyView>();
      for (const call of all(account_id).filter((c) => c.status === 'approved')) {
        const view = views.get(call.currency) ?? { currency: call.currency, captured: 0, refunded: 0, charged_back: 0 };
        if (call.kind === 'capture' || (call.kind === 'authorize' && call.captured)) view.captured += call.amount;
        if (call.kind === 'refund') view.refunded += call.amount;
        if (view.captured > 0) views.set(call.currency, view);
      }
      for (const dispute of disputes.values()) {
        const view = views.get(dispute.currency);
        if (view && dispute.account_id === account_id && (dispute.status === 'lost' || dispute.status === 'accepted'))
          view.charged_back += dispute.amount;
      }
      return [...views.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
    },
  };
}
