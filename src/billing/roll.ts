// What time does to a subscription: renewed, resumed, ended, or nothing yet. Pure; billing-run.ts writes what it returns.

import { periodFrom } from './billing-anchor.ts';
import type { InvoiceDraft } from './issue-invoices.ts';
import { soldLine } from './opening.ts';
import { isEnded, moved, nextItem, type SubscriptionRow, withItem } from './subscription.ts';
import type { BillingEventType } from './tell.ts';
import { usageLines } from './usage.ts';

export type Step =
  | { kind: 'nothing' }
  /** Its first invoice was not paid in time. */
  | { kind: 'expire' }
  | { kind: 'cancel' }
  | {
      kind: 'move';
      subscription: SubscriptionRow;
      draft?: Omit<InvoiceDraft, 'subscription'>;
      events: BillingEventType[];
    };

export function stepOf(s: SubscriptionRow, now: Date): Step {
  if (isEnded(s)) return { kind: 'nothing' };
  if (s.status === 'incomplete') return s.expires_at && s.expires_at <= now ? { kind: 'expire' } : { kind: 'nothing' };
  if (s.cancel_at && s.cancel_at <= now) return { kind: 'cancel' };
  if (s.paused_at) return s.resumes_at && s.resumes_at <= now ? resumed(s, now) : { kind: 'nothing' };
  if (s.open_invoice_id || s.current_period_end > now) return { kind: 'nothing' };
  return renewed(s, now);
}

/** What was paid for runs on to its end; where that has passed, a new period begins now. */
export function resumed(before: SubscriptionRow, now: Date): Step {
  const s: SubscriptionRow = { ...before, paused_at: null, resumes_at: null, updated_at: now };
  if (s.current_period_end > now || s.open_invoice_id)
    return { kind: 'move', subscription: s, events: ['subscription.resumed'] };
  const step = renewed(s, now, now);
  return step.kind === 'move' ? { ...step, events: ['subscription.resumed', ...step.events] } : step;
}

/** `anchor`: where the cycle is counted from anew. */
function renewed(before: SubscriptionRow, now: Date, anchor?: Date): Step {
  const { item, left, phases } = nextItem(before);
  const trial_over = before.status === 'trialing';
  const same =
    item.interval === before.item.interval &&
    item.interval_count === before.item.interval_count &&
    anchor === undefined;
  const cycle_index = same ? before.cycle_index + 1 : 0;
  const from = same ? before.anchor : (anchor ?? before.current_period_end);
  const { interval, interval_count } = item;
  const way = { interval, interval_count, time_zone: before.time_zone };
  // After a trial a part of a period may come first, until the billing day.
  const start = trial_over ? before.current_period_end : new Date(0);
  const { whole, period } = periodFrom(start, way, { anchor: from, index: cycle_index });
  const changed = item.price_snapshot !== before.item.price_snapshot || item.quantity !== before.item.quantity;
  const s: SubscriptionRow = {
    ...withItem(trial_over ? moved(before, 'active') : before, item),
    anchor: from,
    cycle_index,
    elapsed_cycles: before.elapsed_cycles + 1,
    current_period_start: period.start,
    current_period_end: period.end,
    phase_cycles_left: left,
    phases,
    pending_lines: [],
    usage_from: null,
    covered_amount: 0,
    covered_tax: 0,
    covered_from: period.start,
    covered_until: period.end,
    updated_at: now,
  };
  const due = [...before.pending_lines, ...usageLines(before, before.current_period_end)];
  // Usage is not sold in advance; a line says so where the invoice would have none.
  const lines = item.usage && due.length > 0 ? due : [...due, soldLine(item, whole, period)];
  return {
    kind: 'move',
    subscription: s,
    draft: { reason: 'subscription_cycle', period, lines },
    events: [
      ...(trial_over ? (['subscription.activated'] as const) : []),
      ...(changed ? (['subscription.plan_changed'] as const) : []),
      'subscription.renewed',
    ],
  };
}
