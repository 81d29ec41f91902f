// The part of the billing run that waits for invoices which were sent: reminds of them, says when one is overdue, and gives it up where the
// account wants that. In batches; the change, its events and the mark of what was told are one transaction. Charges nothing.

import { sql } from 'kysely';
import { runAll, type Tx } from '../db/db.ts';
import { emitStatements, type NewEvent } from '../events/emit.ts';
import type { Ctx } from '../operation/context.ts';
import type { Scope } from './billing-run.ts';
import { type DueSettings, endLater, noticeStep } from './due.ts';
import { type InvoiceRow, linesOf, writeInvoices } from './invoice.ts';
import { billingSettings } from './settings.ts';
import { giveUpOverdue } from './settle-invoice.ts';
import { moved, type SubscriptionRow, writeSubscriptions } from './subscription.ts';
import { ofInvoice, ofSubscription } from './tell.ts';

/** Returns how many were looked at. */
export async function noticeDue(ctx: Ctx, scope: Omit<Scope, 'only'>): Promise<number> {
  const { count, ends } = await ctx.env.db.tx(async (tx) => {
    const claimed = await claim(ctx, tx, scope);
    if (claimed.invoices.length === 0) return { count: 0, ends: [] };
    const settings = await billingSettings(tx, ctx.account.account_id);
    const ends = await notice(ctx, tx, claimed, settings, scope.now);
    ctx.env.probe('billing.noticing');
    return { count: claimed.invoices.length, ends };
  });
  ctx.env.probe('billing.noticed');
  for (const id of ends) {
    await giveUpOverdue(ctx, id).catch(async (error) => {
      if (scope.test_clock_id !== null) throw error;
      ctx.env.log.error({ invoice: id, error }, 'an invoice could not be given up and will be tried again');
      await sql`update invoices set notice_at = ${endLater(scope.now)}
        where account_id = ${ctx.account.account_id} and id = ${id} and notice_at <= ${scope.now}`.execute(
        ctx.env.db.query,
      );
    });
  }
  if (count > 0) ctx.env.nudge();
  return count;
}

type Claimed = { invoices: InvoiceRow[]; subscriptions: Map<string, SubscriptionRow> };

/** Subscriptions before their invoices, as everybody locks them. What somebody else holds is left to the next look. */
async function claim(ctx: Ctx, tx: Tx, { test_clock_id, now, limit }: Omit<Scope, 'only'>): Promise<Claimed> {
  const { account_id } = ctx.account;
  const clock = test_clock_id === null ? sql`test_clock_id is null` : sql`test_clock_id = ${test_clock_id}`;
  const { rows: due } = await sql<Pick<InvoiceRow, 'id' | 'subscription_id'>>`
    select id, subscription_id from invoices where account_id = ${account_id} and notice_at <= ${now} and ${clock}
    order by notice_at, id limit ${limit}`.execute(tx);
  if (due.length === 0) return { invoices: [], subscriptions: new Map() };
  const owners = due.flatMap((one) => one.subscription_id ?? []);
  const { rows } = await sql<SubscriptionRow>`
    select * from subscriptions where account_id = ${account_id} and id = any(${owners})
    order by id for no key update skip locked`.execute(tx);
  const subscriptions = new Map(rows.map((s) => [s.id, s]));
  const { rows: invoices } = await sql<InvoiceRow>`
    select * from invoices where account_id = ${account_id} and id = any(${due.map((one) => one.id)}) and notice_at <= ${now}
      and (subscription_id is null or subscription_id = any(${[...subscriptions.keys()]}))
    order by id for no key update skip locked`.execute(tx);
  return { invoices, subscriptions };
}

/** Returns those whose end has come; each is ended in a transaction of its own. */
async function notice(
  ctx: Ctx,
  tx: Tx,
  { invoices, subscriptions }: Claimed,
  settings: DueSettings,
  now: Date,
): Promise<string[]> {
  const lines = await linesOf(
    tx,
    ctx.account.account_id,
    invoices.map((one) => one.id),
  );
  const late = new Map<string, SubscriptionRow>();
  const events: NewEvent[] = [];
  const ends: string[] = [];
  const written = invoices.map((before): InvoiceRow => {
    const { due_at, overdue_at, noticed_until } = before;
    if (due_at === null || noticed_until === null) return { ...before, notice_at: null };
    const step = noticeStep({ due_at, overdue_at, noticed_until }, settings, ctx.account.time_zone, now);
    const { noticed_until: until, notice_at } = step;
    if (step.end) ends.push(before.id);
    const told = step.overdue || step.remind ? { updated_at: now } : {};
    const invoice = {
      ...before,
      ...told,
      noticed_until: until,
      notice_at,
      overdue_at: step.overdue ? now : overdue_at,
    };
    const tell = (type: 'invoice.overdue' | 'invoice.reminder') =>
      events.push(ofInvoice(ctx, type, invoice, lines.get(invoice.id) ?? []));
    if (step.overdue) tell('invoice.overdue');
    if (step.remind) tell('invoice.reminder');
    const s = before.subscription_id === null ? undefined : subscriptions.get(before.subscription_id);
    if (step.overdue && s?.status === 'active' && !late.has(s.id)) {
      const past_due = { ...moved(s, 'past_due'), updated_at: now };
      late.set(s.id, past_due);
      events.push(ofSubscription(ctx, 'subscription.past_due', past_due));
    }
    return invoice;
  });
  await runAll(tx, [...writeInvoices(written), ...writeSubscriptions([...late.values()]), ...emitStatements(events)]);
  return ends;
}
