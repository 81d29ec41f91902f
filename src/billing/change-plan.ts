// What a change of plan comes to: the lines, and what the subscription becomes when they are paid. Update and preview go through here, so
// a preview is the same code without the writing.

import type { Tx } from '../db/db.ts';
import { assert } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { type Period, periodOf } from './cycle.ts';
import type { PlanChange } from './invoice.ts';
import { type LineDraft, lineOf, type Sums } from './invoice-sums.ts';
import { previewSums } from './issue-invoices.ts';
import { type Proration, restOf, unusedOf } from './proration.ts';
import type { Item, SubscriptionRow } from './subscription.ts';

export type Change = {
  item: Item;
  proration: Proration;
  period: Period;
  /** Of this change alone. */
  lines: LineDraft[];
  /** Whether they are billed now, together with what waits. */
  billed: boolean;
  sums: Sums;
  change: PlanChange;
};

const refuse = (message: string, param = 'id') => {
  throw new Fault('state_invalid', message, { param });
};

/** The ladder for what cannot be changed now. */
function refuseState(s: SubscriptionRow): void {
  if (s.status === 'incomplete')
    refuse('This subscription has not begun: its first invoice is not paid. Pay that first, or make a new one.');
  if (s.open_invoice_id)
    refuse(
      `Invoice '${s.open_invoice_id}' of this subscription is not paid. Pay or void it first, then change the plan.`,
    );
  if (s.paused_at) refuse('This subscription is paused. Resume it first, or change it at the end of its period.');
}

export async function planChange(
  ctx: Ctx,
  tx: Tx,
  s: SubscriptionRow,
  { item, proration, at }: { item: Item; proration: Proration; at: Date },
): Promise<Change> {
  refuseState(s);
  const same_cycle = item.interval === s.item.interval && item.interval_count === s.item.interval_count;
  if (!same_cycle && s.status !== 'trialing' && (proration === 'none' || proration === 'prorate_next'))
    throw new Fault(
      'parameter_invalid',
      `The new price is billed by another cycle, so a new period must begin: with 'prorate_now' or 'full_now', or at the period's end.`,
      { param: 'proration' },
    );
  const rest: Period = { start: at, end: s.current_period_end };
  if (s.status === 'trialing' && proration !== 'full_now') return await swapped(ctx, tx, s, item, proration, rest);
  if (s.status !== 'trialing' && at >= s.current_period_end)
    refuse('The period of this subscription is over, and its renewal is under way. Try again in a moment.');

  const anew = proration === 'full_now' || !same_cycle;
  const period = anew
    ? periodOf({ anchor: at, interval: item.interval, interval_count: item.interval_count, time_zone: s.time_zone }, 0)
    : rest;
  if (proration === 'none') return await swapped(ctx, tx, s, item, proration, rest);
  const charge = anew
    ? lineOf(item, period)
    : lineOf(item, period, {
        amount: restOf(item.amount, { start: s.current_period_start, end: s.current_period_end }, at),
        description: `Remaining time of ${lineOf(item, period).description}`,
        proration: true,
      });
  const lines = proration === 'full_now' ? [charge] : [...credits(s, rest, at), charge];
  const alone = await previewSums(ctx, tx, s, lines);
  const charged = alone.lines.at(-1);
  assert(charged, 'a change that is billed has a charge');
  const billed = proration !== 'prorate_next';
  // What waits is billed with the tax of today, so that a later credit of it is a part of what was billed.
  const kept = billed ? lines : alone.lines.map(({ discount: _, ...line }) => line);
  const sums = billed ? await previewSums(ctx, tx, s, [...s.pending_lines, ...lines]) : alone;
  return {
    item,
    proration,
    period,
    lines: kept,
    billed,
    sums,
    change: {
      item,
      anchor: anew ? at.toISOString() : null,
      covered: {
        amount: charged.amount,
        tax: charged.tax,
        from: period.start.toISOString(),
        until: period.end.toISOString(),
      },
      takes_pending: billed ? s.pending_lines.length : 0,
    },
  };
}

/** The plan changes and nothing is billed for the time until the next period. */
async function swapped(
  ctx: Ctx,
  tx: Tx,
  s: SubscriptionRow,
  item: Item,
  proration: Proration,
  period: Period,
): Promise<Change> {
  const covered = {
    amount: s.covered_amount,
    tax: s.covered_tax,
    from: s.covered_from.toISOString(),
    until: s.covered_until.toISOString(),
  };
  const change = { item, anchor: null, covered, takes_pending: 0 };
  return { item, proration, period, lines: [], billed: false, sums: await previewSums(ctx, tx, s, []), change };
}

function credits(s: SubscriptionRow, rest: Period, at: Date): LineDraft[] {
  const { amount, tax } = unusedOf(
    { amount: s.covered_amount, tax: s.covered_tax, from: s.covered_from, until: s.covered_until },
    at,
  );
  if (amount === 0 && tax === 0) return [];
  return [
    lineOf(s.item, rest, {
      amount: -amount,
      tax: tax === 0 ? 0 : -tax,
      description: `Unused time of ${lineOf(s.item, rest).description}`,
      proration: true,
    }),
  ];
}
