// What became of an invoice's payment: paid, tried again later, or given up, in one transaction with its subscription. Looks at the
// payment as it is now, so it may run twice, late and in any order. Calls no provider.

import { sql } from 'kysely';
import { type Executor, GuardFailed, runAll, type Statement, type Tx } from '../db/db.ts';
import { emitStatements, type NewEvent } from '../events/emit.ts';
import { hours, plus, seconds } from '../kit/clock.ts';
import type { Ctx } from '../operation/context.ts';
import { cancelWaiting } from '../payments/cancel-payment.ts';
import { lockPayment, type PaymentRow, peekPayment } from '../payments/payment.ts';
import { settleUse } from './begin-subscription.ts';
import { timeFor } from './business-time.ts';
import { givenBack } from './discount.ts';
import { endLater, isSent } from './due.ts';
import { afterFailure, isHardDecline } from './dunning.ts';
import { endSubscription, voidInvoiceRow } from './end-subscription.ts';
import {
  findInvoice,
  type InvoiceRow,
  type LineRow,
  linesOf,
  lockInvoice,
  writeCharged,
  writeInvoices,
} from './invoice.ts';
import { afterPaid, covers } from './paid.ts';
import { billingSettings } from './settings.ts';
import {
  isEnded,
  lockSubscription,
  moved,
  type SubscriptionRow,
  writeSubscriptions,
  writeUnchanged,
} from './subscription.ts';
import { type BillingEventType, ofInvoice, ofSubscription, tellInvoice, tellSubscription } from './tell.ts';

/** So often a call may get lost before that counts as a failed payment. */
const lostCalls = 4;

/** An invoice and its subscription; one by hand has none. */
export type Pair = { s: SubscriptionRow | null; invoice: InvoiceRow; at: Date };

export async function locked<T>(ctx: Ctx, invoice_id: string, work: (tx: Tx, pair: Pair) => Promise<T>): Promise<T> {
  const { account_id } = ctx.account;
  return await ctx.env.db.tx(async (tx) => {
    const known = await findInvoice(tx, account_id, invoice_id);
    const s = known.subscription_id === null ? null : await lockSubscription(tx, account_id, known.subscription_id);
    const invoice = await lockInvoice(tx, account_id, invoice_id);
    return await work(tx, { s, invoice, at: await timeFor(ctx, tx, invoice.test_clock_id) });
  });
}

export async function settleInvoice(ctx: Ctx, invoice_id: string, payment_id: string): Promise<void> {
  await locked(ctx, invoice_id, async (tx, pair) => {
    const { invoice } = pair;
    if (invoice.payment_id !== payment_id || !invoice.charging) return;
    // Undefined while its first answer is awaited.
    const payment = await peekPayment(tx, invoice.account_id, payment_id);
    if (payment?.status === 'completed') return await settlePaid(ctx, tx, pair);
    if (payment?.status === 'failed' || payment?.status === 'cancelled') {
      if (invoice.on_page) return void (await release(tx, pair));
      return await settleFailed(ctx, tx, pair, payment);
    }
    if (payment?.status === 'pending' && invoice.on_page) return await waitOnPage(ctx, tx, pair, payment);
    const follow_at = plus(ctx.env.clock.now(), seconds(Math.min(60, 2 ** Math.min(invoice.follows + 1, 6))));
    await runAll(tx, writeInvoices([{ ...invoice, follow_at }]));
  });
  ctx.env.probe('invoice.settled');
}

/** A renewal, as the billing run read it before it charged. */
export type Known = { s: SubscriptionRow | null; invoice: InvoiceRow; lines: LineRow[] };

/**
 * A renewal that was paid at once, in a shared batch and without a lock: where anything changed since it was read, the locked way
 * looks at what is there now.
 */
export async function settleRenewal(ctx: Ctx, known: Known, payment: PaymentRow): Promise<void> {
  const { s, invoice, lines } = known;
  // Of one that is past due somebody must ask whether anything else is.
  const plain = s?.status === 'trialing' || s?.status === 'active';
  if (payment.status !== 'completed' || invoice.test_clock_id !== null || !plain)
    return await settleInvoice(ctx, invoice.id, payment.id);
  const charged = { ...invoice, payment_id: payment.id, charging: true, charges: invoice.charges + 1 };
  const item = paidOf(ctx, { s, invoice: charged, at: ctx.env.clock.now() }, lines, false);
  try {
    await ctx.env.lane<Paid>('billing.settle', invoice.account_id, paidStatements).add(item);
  } catch (error) {
    if (!(error instanceof GuardFailed)) throw error;
    return await settleInvoice(ctx, invoice.id, payment.id);
  }
  ctx.env.probe('invoice.settled');
  ctx.env.nudge();
}

type Paid = { invoice: InvoiceRow; subscription: SubscriptionRow | null; events: NewEvent[] };

/** Subscriptions before invoices, as everybody locks them, and sorted, so that two batches never wait for each other in a ring. */
function paidStatements(items: Paid[]): Statement[] {
  const named = (one: Paid) => one.subscription?.id ?? '';
  const sorted = [...items].sort((a, b) => (named(a) < named(b) ? -1 : 1));
  return [
    ...writeUnchanged(sorted.flatMap((one) => one.subscription ?? [])),
    ...writeCharged(sorted.map((one) => one.invoice)),
    ...emitStatements(sorted.flatMap((one) => one.events)),
  ];
}

/** Also where nothing is left to pay. The rows are locked. */
export async function settlePaid(ctx: Ctx, tx: Tx, pair: Pair): Promise<void> {
  const { invoice, s } = pair;
  const lines = (await linesOf(tx, invoice.account_id, [invoice.id])).get(invoice.id) ?? [];
  const overdue = s?.status === 'past_due' && (await othersOverdue(tx, invoice));
  const { subscription, ...paid } = paidOf(ctx, pair, lines, overdue);
  if (s && subscription) await settleUse(ctx, tx, s, subscription);
  await runAll(tx, [
    ...writeInvoices([paid.invoice]),
    ...writeSubscriptions(subscription ? [subscription] : []),
    ...emitStatements(paid.events),
  ]);
  ctx.env.nudge();
}

/** Whether its subscription waits for another one that was to be paid by now. Holds while the subscription is locked. */
export async function othersOverdue(query: Executor | Tx, invoice: InvoiceRow): Promise<boolean> {
  const { rows } = await sql`
    select 1 from invoices where account_id = ${invoice.account_id} and subscription_id = ${invoice.subscription_id}
      and overdue_at is not null and status = 'open' and id <> ${invoice.id} limit 1`.execute(query);
  return rows.length > 0;
}

function paidOf(ctx: Ctx, { s, invoice, at }: Pair, lines: LineRow[], overdue: boolean): Paid {
  const paid: InvoiceRow = {
    ...ended(invoice, at),
    status: 'paid',
    amount_paid: invoice.amount_due,
    decline_code: null,
    paid_at: at,
  };
  const told = [ofInvoice(ctx, 'invoice.paid', paid, lines)];
  if (!s) return { invoice: paid, subscription: null, events: told };
  const subscription = { ...afterPaid(s, paid, lines, overdue), updated_at: at };
  const types: BillingEventType[] = [];
  if (subscription.status === 'active' && s.status !== 'active') types.push('subscription.activated');
  if (invoice.change && !isEnded(s)) types.push('subscription.plan_changed');
  const events = [...told, ...types.map((type) => ofSubscription(ctx, type, subscription))];
  return { invoice: paid, subscription, events };
}

/** Its payment is over. */
const ended = (invoice: InvoiceRow, at: Date): InvoiceRow => ({
  ...invoice,
  charging: false,
  on_page: false,
  resume_at: null,
  charge_at: null,
  follow_at: null,
  updated_at: at,
});

/** A customer who opened our page and left holds up nothing for longer than this. */
const pageTime = hours(1);

async function waitOnPage(ctx: Ctx, tx: Tx, pair: Pair, payment: PaymentRow): Promise<void> {
  const until = plus(payment.created_at, pageTime);
  if (until <= ctx.env.clock.now()) await leavePage(ctx, tx, pair);
  // That it was paid is told at once, by the event of the payment.
  else await runAll(tx, writeInvoices([{ ...pair.invoice, follow_at: until }]));
}

/** The payment that waits on our page for its customer is withdrawn; one that is being paid stays. Returns the invoice as it is now. */
export async function leavePage(ctx: Ctx, tx: Tx, pair: Pair): Promise<InvoiceRow> {
  const { invoice } = pair;
  if (!invoice.on_page || invoice.payment_id === null) return invoice;
  const waiting = await lockPayment(tx, invoice.account_id, invoice.payment_id);
  return (await cancelWaiting(ctx, tx, waiting)) ? await release(tx, pair) : invoice;
}

export const freeFromPage = (ctx: Ctx, invoice_id: string): Promise<InvoiceRow> =>
  locked(ctx, invoice_id, (tx, pair) => leavePage(ctx, tx, pair));

/** What was used until the end is asked for after the end, too. */
const isLast = (invoice: InvoiceRow) => invoice.billing_reason === 'subscription_cancel';

/** Nobody was charged: the schedule goes on where it was. */
async function release(tx: Tx, { s, invoice, at }: Pair): Promise<InvoiceRow> {
  const over = s !== null && isEnded(s) && !isLast(invoice);
  const charge_at = invoice.status === 'open' && !over ? invoice.resume_at : null;
  const row = { ...ended(invoice, at), charge_at };
  await runAll(tx, writeInvoices([row]));
  return row;
}

const settleFailed = (ctx: Ctx, tx: Tx, pair: Pair, payment: PaymentRow) =>
  failed(ctx, tx, pair, payment.decline_code ?? 'generic_decline', payment.payment_method_id);

/** No card was there to be charged. */
export async function failWithoutPayment(ctx: Ctx, { id, charges }: InvoiceRow, code: string): Promise<void> {
  await locked(ctx, id, async (tx, pair) => {
    const { invoice } = pair;
    if (invoice.charging || invoice.charges !== charges || invoice.status !== 'open') return;
    await failed(ctx, tx, pair, code, null);
  });
}

async function failed(ctx: Ctx, tx: Tx, { s, invoice, at }: Pair, code: string, method: string | null): Promise<void> {
  const after: InvoiceRow = { ...ended(invoice, at), decline_code: code };
  const sent = isSent(invoice);
  const over = s !== null && isEnded(s);
  // Somebody paid by themselves or brought another card, while a schedule was under way.
  const beside = invoice.resume_at !== null && invoice.decline_code !== null;
  const lost = code === 'never_reached' && invoice.charges < lostCalls && !beside;
  // Our call got lost, and nobody declined anything: it is made again, and the schedule is not touched.
  if (lost && invoice.status === 'open' && !over && !sent) {
    return await runAll(tx, writeInvoices([{ ...after, charge_at: at }]));
  }
  // What is sent, was given up, or belongs to a subscription that ended, is tried again only when somebody asks.
  if (sent || invoice.status !== 'open' || (over && !isLast(invoice)) || s?.status === 'incomplete') {
    await runAll(tx, writeInvoices([after]));
    return await tellInvoice(ctx, tx, after, 'invoice.payment_failed');
  }
  if (invoice.change && s) return await refuseChange(ctx, tx, s, after, at);
  // Only the schedule's own tries are counted: who presses "pay" four times with a poor card does not end it.
  if (beside) {
    const declined_method_id = invoice.declined_method_id ?? (isHardDecline(code) ? method : null);
    const going = { ...after, charge_at: invoice.resume_at, declined_method_id };
    await runAll(tx, writeInvoices([going]));
    return await tellInvoice(ctx, tx, going, 'invoice.payment_failed');
  }
  const { retry_days, after_retries } = await billingSettings(tx, invoice.account_id);
  const step = afterFailure({ retries: invoice.retries, code, at }, retry_days);
  if (step.kind === 'give_up') {
    await tellInvoice(ctx, tx, after, 'invoice.payment_failed');
    return await giveUp(ctx, tx, { s, invoice: after, at }, after_retries === 'cancel');
  }
  const waiting: InvoiceRow = {
    ...after,
    charge_at: step.at,
    // Waiting takes the rest of the schedule: what fails at its end is given up.
    retries: step.kind === 'retry' ? invoice.retries + 1 : retry_days.length,
    declined_method_id: step.kind === 'wait' ? method : invoice.declined_method_id,
  };
  const late = s && pastDue(s, at);
  await runAll(tx, [...writeInvoices([waiting]), ...writeSubscriptions(late ? [late] : [])]);
  await tellInvoice(ctx, tx, waiting, 'invoice.payment_failed');
  if (late && s?.status !== late.status) await tellSubscription(ctx, tx, late, 'subscription.past_due');
}

const pastDue = (s: SubscriptionRow, at: Date): SubscriptionRow =>
  isEnded(s) ? s : { ...moved(s, 'past_due'), updated_at: at };

/** The change was not paid for, so the plan stays what it was. */
async function refuseChange(ctx: Ctx, tx: Tx, s: SubscriptionRow, invoice: InvoiceRow, at: Date): Promise<void> {
  await tellInvoice(ctx, tx, invoice, 'invoice.payment_failed');
  const voided = await voidInvoiceRow(ctx, tx, invoice, at);
  const kept = withoutInvoice(s, voided, at);
  await runAll(tx, writeSubscriptions([kept]));
  await tellSubscription(ctx, tx, kept, 'subscription.plan_change_canceled');
}

/** The credit that a voided invoice had taken is the customer's again. */
export const withoutInvoice = (s: SubscriptionRow, invoice: InvoiceRow, at: Date): SubscriptionRow => ({
  ...s,
  ...uncovered(s, invoice),
  open_invoice_id: s.open_invoice_id === invoice.id ? null : s.open_invoice_id,
  credit_balance: s.credit_balance + invoice.credit_applied,
  discount: invoice.status === 'void' ? givenBack(s.discount, invoice.id) : s.discount,
  updated_at: at,
});

/** What was sent counted as billed before it was paid; void or given up, it gives nothing back any more. */
const uncovered = (s: SubscriptionRow, invoice: InvoiceRow): Partial<SubscriptionRow> =>
  isSent(invoice) && covers(invoice, s) ? { covered_amount: 0, covered_tax: 0 } : {};

/** Its time has come, and the one card that is left was declined for good: at the end of the schedule it is given up. */
export async function giveUpDue(ctx: Ctx, { id, charges }: InvoiceRow): Promise<void> {
  await locked(ctx, id, async (tx, pair) => {
    const { invoice } = pair;
    if (invoice.charging || invoice.charges !== charges || invoice.status !== 'open') return;
    const { retry_days, after_retries } = await billingSettings(tx, invoice.account_id);
    if (invoice.retries < retry_days.length) return await failed(ctx, tx, pair, 'payment_method_missing', null);
    await giveUp(ctx, tx, pair, after_retries === 'cancel');
  });
}

/** It was sent, and is not waited for any longer. What is being paid just now is. */
export async function giveUpOverdue(ctx: Ctx, id: string): Promise<void> {
  await locked(ctx, id, async (tx, { s, ...found }) => {
    const { at } = found;
    if (found.invoice.notice_at === null || found.invoice.notice_at > at) return;
    const invoice = await leavePage(ctx, tx, { s, ...found });
    if (invoice.charging) return void (await runAll(tx, writeInvoices([{ ...invoice, notice_at: endLater(at) }])));
    const { after_due } = await billingSettings(tx, invoice.account_id);
    if (after_due === 'leave') return void (await runAll(tx, writeInvoices([{ ...invoice, notice_at: null }])));
    await giveUp(ctx, tx, { s, invoice, at }, after_due === 'cancel');
  });
}

async function giveUp(ctx: Ctx, tx: Tx, { s, invoice, at }: Pair, cancels: boolean): Promise<void> {
  const uncollectible: InvoiceRow = { ...ended(invoice, at), status: 'uncollectible', uncollectible_at: at };
  await runAll(tx, writeInvoices([uncollectible]));
  await tellInvoice(ctx, tx, uncollectible, 'invoice.uncollectible');
  if (!s || isEnded(s)) return;
  const left = { ...s, ...uncovered(s, invoice) };
  if (cancels) {
    const cancel_reason = 'The payment failed, and no try was left.';
    // One of another way of collection stays, and is stopped by the end.
    const open_invoice_id = s.open_invoice_id === invoice.id ? null : s.open_invoice_id;
    const ending = { ...left, open_invoice_id, cancel_reason, cancel_reason_code: 'payment_failed' as const };
    await endSubscription(ctx, tx, ending, at);
    return;
  }
  const late = pastDue(left, at);
  await runAll(tx, writeSubscriptions([late]));
  if (s.status !== late.status) await tellSubscription(ctx, tx, late, 'subscription.past_due');
}
