// Ending a subscription, inside the caller's transaction and under its lock. What is still asked for is not charged any more; a payment
// under way is left to come to its end.

import { runAll, type Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { type InvoiceRow, lockInvoice, writeInvoices } from './invoice.ts';
import { moved, type SubscriptionRow, writeSubscriptions } from './subscription.ts';
import { tellInvoice, tellSubscription } from './tell.ts';

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
  await runAll(tx, writeSubscriptions([ended]));
  await tellSubscription(ctx, tx, ended, 'subscription.canceled');
  return ended;
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
    updated_at: at,
  };
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
