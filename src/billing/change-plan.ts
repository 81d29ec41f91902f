// What a change of plan comes to: the lines, and what the subscription becomes when they are paid. Update and preview go through here, so
// a preview is the same code without the writing.

import type { Tx } from '../db/db.ts';
import { assert } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { creditedOf } from './credit-note.ts';
import { boundaryOf, type Period, periodOf } from './cycle.ts';
import type { PlanChange } from './invoice.ts';
import { type LineDraft, lineOf, type Sums } from './invoice-sums.ts';
import { previewSums } from './issue-invoices.ts';
import { soldLine } from './opening.ts';
import { type Proration, restOf, unusedOf } from './proration.ts';
import { cycleOf, type Item, type SubscriptionRow } from './subscription.ts';
import { measureUsage, throughout, usageLines } from './usage.ts';

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
  if (s.status === 'past_due')
    refuse('An invoice of this subscription is overdue. Have it paid or void it first, then change the plan.');
  if (s.paused_at) refuse('This subscription is paused. Resume it first, or change it at the end of its period.');
}

type Wanted = {
  item: Item;
  proration: Proration;
  at: Date;
  /** `close`: what was used until now is billed. A preview only looks. */
  usage: 'look' | 'close';
};

export async function planChange(
  ctx: Ctx,
  tx: Tx,
  s: SubscriptionRow,
  { item, proration, at, usage }: Wanted,
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
  const { customer_id, currency } = s;
  const owned = { customer_id, currency, lines: usageLines(s, throughout(at)) };
  const swap = async () => {
    const [used = []] = await measureUsage(ctx, tx, [owned], usage);
    return await swapped(ctx, tx, s, { item, proration, period: rest, used });
  };
  if (s.status === 'trialing' && proration !== 'full_now') return await swap();
  if (s.status !== 'trialing' && at >= s.current_period_end)
    refuse('The period of this subscription is over, and its renewal is under way. Try again in a moment.');

  const anew = proration === 'full_now' || !same_cycle;
  const period = anew
    ? periodOf({ anchor: at, interval: item.interval, interval_count: item.interval_count, time_zone: s.time_zone }, 0)
    : rest;
  if (proration === 'none') return await swap();
  const charge =
    anew || item.usage
      ? soldLine(item, period, period)
      : lineOf(item, period, {
          amount: restOf(item.amount, wholeOf(s), at),
          part: 'remaining_time',
          description: `Remaining time of ${lineOf(item, period).description}`,
          proration: true,
        });
  const [used = []] = await measureUsage(ctx, tx, [owned], usage);
  const lines = [...used, ...(proration === 'full_now' ? [] : await credits(tx, s, rest, at)), charge];
  const billed = proration !== 'prorate_next';
  // What counts once counts for an invoice, so it takes nothing off what only waits for one.
  const once = !billed && s.discount?.duration === 'once';
  const alone = await previewSums(ctx, tx, once ? { ...s, discount: null } : s, lines);
  // What waits is billed with the tax of today, so that a later credit of it is a part of what was billed. Usage was measured.
  const kept = billed ? lines : [...used, ...alone.lines.slice(used.length)];
  const sums = billed ? await previewSums(ctx, tx, s, [...s.pending_lines, ...lines]) : alone;
  const charged = sums.lines.at(-1);
  assert(charged, 'a change that is billed has a charge');
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
        amount: charged.amount - charged.discount,
        tax: charged.tax,
        from: period.start.toISOString(),
        until: period.end.toISOString(),
      },
      usage_from: item.usage || s.item.usage ? throughout(at).toISOString() : null,
      takes_pending: billed ? s.pending_lines.length : 0,
    },
  };
}

/** The plan changes and nothing is billed for the time until the next period. */
async function swapped(
  ctx: Ctx,
  tx: Tx,
  s: SubscriptionRow,
  { item, proration, period, used }: { item: Item; proration: Proration; period: Period; used: LineDraft[] },
): Promise<Change> {
  const covered = {
    amount: s.covered_amount,
    tax: s.covered_tax,
    from: s.covered_from.toISOString(),
    until: s.covered_until.toISOString(),
  };
  // Usage until now stays at the old price, and waits for the next invoice.
  const metered = item.usage !== undefined || s.item.usage !== undefined;
  const usage_from = metered && s.status !== 'trialing' ? throughout(period.start).toISOString() : null;
  const change = { item, anchor: null, covered, usage_from, takes_pending: 0 };
  return { item, proration, period, lines: used, billed: false, sums: await previewSums(ctx, tx, s, used), change };
}

/** The period of the cycle, of which the running one may be a part. */
function wholeOf(s: SubscriptionRow): Period {
  const from = boundaryOf(cycleOf(s), s.cycle_index);
  return { start: from < s.current_period_start ? from : s.current_period_start, end: s.current_period_end };
}

async function credits(tx: Tx, s: SubscriptionRow, rest: Period, at: Date): Promise<LineDraft[]> {
  const credited = await creditedOf(tx, s);
  const { amount, tax } = unusedOf(
    {
      amount: Math.max(0, s.covered_amount - credited.amount),
      tax: Math.max(0, s.covered_tax - credited.tax),
      from: s.covered_from,
      until: s.covered_until,
    },
    at,
  );
  if (amount === 0 && tax === 0) return [];
  return [
    lineOf(s.item, rest, {
      amount: -amount,
      tax: tax === 0 ? 0 : -tax,
      part: 'unused_time',
      description: `Unused time of ${lineOf(s.item, rest).description}`,
      proration: true,
    }),
  ];
}
