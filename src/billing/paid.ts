// What a paid invoice does to its subscription. Pure.

import { periodOf } from './cycle.ts';
import { isSent } from './due.ts';
import type { InvoiceRow, LineRow, PlanChange } from './invoice.ts';
import { cycleOf, isEnded, moved, type SubscriptionRow, withItem } from './subscription.ts';

/** `overdue`: another invoice of it is; then it stays past due. */
export function afterPaid(
  before: SubscriptionRow,
  invoice: InvoiceRow,
  lines: LineRow[],
  overdue: boolean,
): SubscriptionRow {
  const s: SubscriptionRow = {
    ...before,
    open_invoice_id: before.open_invoice_id === invoice.id ? null : before.open_invoice_id,
  };
  // Money that comes after the end pays the invoice; the subscription stays ended.
  if (isEnded(s)) return s;
  const waits = overdue || (isSent(invoice) && s.open_invoice_id !== null);
  const going = s.status === 'past_due' && !waits ? moved(s, 'active') : s;
  // What was sent took effect when it was sent; given up since, it counts again.
  const again = invoice.uncollectible_at !== null && covers(invoice, s);
  return isSent(invoice) && !again ? going : takingEffect(going, invoice, lines);
}

/** Whether it billed the very time of which the rest would be given back. */
export const covers = ({ period_start, period_end }: InvoiceRow, s: SubscriptionRow): boolean =>
  s.covered_from.getTime() === period_start.getTime() && s.covered_until.getTime() === period_end.getTime();

/** What an invoice sells is the subscription's: when it is paid, or when it is sent to be paid later. */
export function takingEffect(s: SubscriptionRow, invoice: InvoiceRow, lines: LineRow[]): SubscriptionRow {
  if (isEnded(s)) return s;
  const going = s.status === 'incomplete' ? moved(s, 'active') : s;
  if (invoice.change) return withChange(going, invoice.change);
  // A period that is over can be paid, but it gives nothing back any more.
  if (invoice.billing_reason === 'subscription_update' || invoice.period_start < s.current_period_start) return going;
  // Changes and usage of the period before are billed with it, too.
  const begins = invoice.period_start.getTime();
  const sold = lines.filter((line) => line.meter_id === null && new Date(line.period_start).getTime() === begins);
  return {
    ...going,
    covered_amount: sold.reduce((sum, line) => sum + line.amount - line.discount, 0),
    covered_tax: sold.reduce((sum, line) => sum + line.tax, 0),
    covered_from: invoice.period_start,
    covered_until: invoice.period_end,
  };
}

/** The new plan takes effect; where it begins a new period, the cycle is counted from there. */
export function withChange(before: SubscriptionRow, change: PlanChange): SubscriptionRow {
  let s = withItem(before, change.item);
  if (change.anchor !== null) {
    s = { ...s, anchor: new Date(change.anchor), cycle_index: 0, elapsed_cycles: s.elapsed_cycles + 1 };
    const { start, end } = periodOf(cycleOf(s), 0);
    s = { ...s, current_period_start: start, current_period_end: end };
    if (s.status === 'trialing') s = { ...moved(s, 'active'), trial_end: start };
  }
  return {
    ...s,
    // What was planned for later was planned for another plan.
    phases: [],
    phase_cycles_left: null,
    cancel_at: s.cancel_at_period_end ? s.current_period_end : s.cancel_at,
    pending_lines: s.pending_lines.slice(change.takes_pending),
    usage_from: change.usage_from ? new Date(change.usage_from) : null,
    covered_amount: change.covered.amount,
    covered_tax: change.covered.tax,
    covered_from: new Date(change.covered.from),
    covered_until: new Date(change.covered.until),
  };
}
