// Ending a subscription, inside the caller's transaction and under its lock. What is still asked for is not charged any more; a payment
// under way is left to come to its end.

import { runAll, type Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { settleUse } from './begin-subscription.ts';
import { givenBack } from './discount.ts';
import { type InvoiceRow, lockInvoice, writeInvoices } from './invoice.ts';
import { issueInvoices } from './issue-invoices.ts';
import { moved, type SubscriptionRow, writeSubscriptions } from './subscription.ts';
import { tellInvoice, tellSubscription } from './tell.ts';
import { measureUsage, throughout, usageLines } from './usage.ts';

/** Canceled: its open invoice stays open, for the customer to pay or the merchant to void. */
export async function endSubscription(ctx: Ctx, tx: Tx, s: SubscriptionRow, at: Date): Promise<SubscriptionRow> {
  if (s.open_invoice_id) {
    const invoice = await lockInvoice(tx, s.account_id, s.open_invoice_id);
    await runAll(tx, writeInvoices([{ ...invoice, charge_at: null, updated_at: at }]));
  }
  const ended: SubscriptionRow = {
    ...moved(s, 'canceled'),
    canceled_at: s.canceled_at ?? at,
    ended_at: at,
    paused_at: null,
    resumes_at: null,
    phases: [],
    phase_cycles_left: null,
    updated_at: at,
  };
  await settleUse(ctx, tx, s, ended);
  const after = await lastInvoiced(ctx, tx, s, ended, at);
  await runAll(tx, writeSubscriptions([after]));
  await tellSubscription(ctx, tx, after, 'subscription.canceled');
  return after;
}

/** Usage that was not billed yet is, by an invoice of its own, also what waits since a change; nothing else is asked for any more. */
async function lastInvoiced(
  ctx: Ctx,
  tx: Tx,
  s: SubscriptionRow,
  ended: SubscriptionRow,
  at: Date,
): Promise<SubscriptionRow> {
  const { customer_id, currency } = s;
  const unmeasured = usageLines(s, usedUntil(s, at));
  const [used = []] = await measureUsage(ctx, tx, [{ customer_id, currency, lines: unmeasured }], 'close');
  const lines = [...s.pending_lines.filter((line) => line.usage), ...used].filter((line) => line.amount > 0);
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return ended;
  const subscription = { ...ended, pending_lines: s.pending_lines.filter((line) => !line.usage) };
  const period = { start: new Date(first.period_start), end: new Date(last.period_end) };
  const [issued] = await issueInvoices(ctx, tx, at, [{ subscription, reason: 'subscription_cancel', period, lines }]);
  if (!issued) return ended;
  // An older one that was not paid is what the subscription waited for.
  return { ...issued.subscription, open_invoice_id: ended.open_invoice_id ?? issued.subscription.open_invoice_id };
}

/** While it rests, and after the time it was to end at, nothing is used. */
function usedUntil(s: SubscriptionRow, at: Date): Date {
  const now = throughout(at);
  const ends = [now, s.cancel_at ?? now, s.paused_at ? s.current_period_end : now];
  return new Date(Math.min(...ends.map((end) => end.getTime())));
}

/** Never begun: its first invoice is void. While a payment of it is under way it waits for that. */
export async function expireSubscription(ctx: Ctx, tx: Tx, s: SubscriptionRow, at: Date): Promise<SubscriptionRow> {
  const invoice = s.open_invoice_id ? await lockInvoice(tx, s.account_id, s.open_invoice_id) : undefined;
  if (invoice?.charging) {
    const later: SubscriptionRow = { ...s, expires_at: new Date(at.getTime() + 600_000) };
    await runAll(tx, writeSubscriptions([later]));
    return later;
  }
  const voided = invoice && (await voidInvoiceRow(ctx, tx, invoice, at));
  const ended: SubscriptionRow = {
    ...moved(s, 'incomplete_expired'),
    open_invoice_id: null,
    ended_at: at,
    credit_balance: s.credit_balance + (voided?.credit_applied ?? 0),
    discount: voided ? givenBack(s.discount, voided.id) : s.discount,
    updated_at: at,
  };
  await settleUse(ctx, tx, s, ended);
  await runAll(tx, writeSubscriptions([ended]));
  await tellSubscription(ctx, tx, ended, 'subscription.incomplete_expired');
  return ended;
}

/** The caller gives the credit that it had taken back to the subscription. */
export async function voidInvoiceRow(ctx: Ctx, tx: Tx, invoice: InvoiceRow, at: Date): Promise<InvoiceRow> {
  const voided: InvoiceRow = { ...invoice, status: 'void', charge_at: null, voided_at: at, updated_at: at };
  await runAll(tx, writeInvoices([voided]));
  await tellInvoice(ctx, tx, voided, 'invoice.voided');
  return voided;
}
