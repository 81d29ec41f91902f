// Writing invoices, many at once: what each comes to, its number, and what that does to its subscription. Numbers are taken at the
// end of the transaction that writes them, so there is no gap and nobody waits while cards are charged.

import { sql } from 'kysely';
import type { Place, Rate } from '../catalog/tax.ts';
import { runAll, type Tx } from '../db/db.ts';
import { emitStatements, type NewEvent } from '../events/emit.ts';
import { must } from '../kit/assert.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import type { Address } from '../operation/fields.ts';
import type { Period } from './cycle.ts';
import type { SubscriptionDiscount } from './discount.ts';
import { type Collection, type DueSettings, dueAt, firstNotice, isSent } from './due.ts';
import {
  type BillingReason,
  type CustomerDetails,
  type InvoiceRow,
  insertInvoices,
  type LineRow,
  lineRow,
  type PlanChange,
  untouched,
} from './invoice.ts';
import { type LineDraft, type Sums, sumsOf, type Taxing } from './invoice-sums.ts';
import { inTheirLanguages } from './line-names.ts';
import { takingEffect } from './paid.ts';
import { billingSettings, defaultSettings } from './settings.ts';
import type { SubscriptionRow } from './subscription.ts';
import { ofInvoice } from './tell.ts';
import { measureUsage, type Owned } from './usage.ts';

export type InvoiceDraft = {
  /** As it is after the change that the invoice is for; the caller has locked it and writes it. */
  subscription: SubscriptionRow;
  reason: BillingReason;
  period: Period;
  lines: LineDraft[];
  change?: PlanChange;
  /** Where taxes are owed, when that is not the customer's address. */
  place?: Place;
};

export type Issued = { subscription: SubscriptionRow; invoice: InvoiceRow; lines: LineRow[] };

/**
 * `at`: now, by the subscriptions' clock. Returns the subscriptions as they are to be written. `charge_at`: until then whoever calls
 * charges them, and nobody else does.
 */
export async function issueInvoices(
  ctx: Ctx,
  tx: Tx,
  at: Date,
  unmeasured: InvoiceDraft[],
  charge_at = at,
): Promise<Issued[]> {
  if (unmeasured.length === 0) return [];
  const measured = await measureUsage(ctx, tx, unmeasured.map(ownedLines), 'close');
  const drafts = unmeasured.map((draft, i) => ({ ...draft, lines: measured[i] ?? draft.lines }));
  const details = await customersOf(
    ctx,
    tx,
    drafts.map((d) => d.subscription.customer_id),
  );
  const rates = drafts.some((d) => d.subscription.automatic_tax) ? await activeRates(ctx, tx) : [];
  const sums = drafts.map(({ subscription, lines, place }) =>
    sumsOf(
      lines,
      place ? { rates, place } : taxingOf(subscription, details.get(subscription.customer_id), rates),
      subscription.credit_balance,
      subscription,
    ),
  );
  const sent = drafts.some((d) => isSent(d.subscription));
  const settings = sent ? await billingSettings(tx, ctx.account.account_id) : defaultSettings;
  const { first, seller } = await takeNumbers(ctx, tx, drafts.length);
  const made = drafts.map((draft, i) =>
    issue(
      ctx,
      { at, settings },
      draft,
      sums[i] as Sums,
      { number: first + i, seller },
      details.get(draft.subscription.customer_id) ?? nobody,
    ),
  );
  const issued = await inTheirLanguages(tx, ctx.account.account_id, made);
  await runAll(tx, [
    ...insertInvoices(
      issued.map(({ invoice }) => (invoice.charge_at ? { ...invoice, charge_at } : invoice)),
      issued.flatMap((one) => one.lines),
    ),
    ...emitStatements(issued.flatMap((one) => eventsOf(ctx, one))),
  ]);
  return issued;
}

function issue(
  ctx: Ctx,
  { at, settings }: { at: Date; settings: DueSettings },
  draft: InvoiceDraft,
  sums: Sums,
  { number, seller }: { number: number; seller: number },
  customer_details: CustomerDetails,
): Issued {
  const { subscription: before, reason, period, change = null } = draft;
  const { lines: sumLines, ...amounts } = sums;
  const paid = sums.amount_due === 0;
  const sent = isSent(before);
  const invoice: InvoiceRow = {
    account_id: before.account_id,
    id: newId('in', ctx.env),
    number,
    status: paid ? 'paid' : 'open',
    subscription_id: before.id,
    customer_id: before.customer_id,
    customer_details,
    seller,
    billing_reason: reason,
    merchant_reference: before.merchant_reference,
    description: null,
    currency: before.currency,
    period_start: period.start,
    period_end: period.end,
    ...amounts,
    ...untouched,
    ...termsOf(ctx, before, settings, at, !paid),
    charge_at: paid || sent ? null : at,
    // What is sent is not waited for: the change holds from here on.
    change: sent && !paid ? null : change,
    test_clock_id: before.test_clock_id,
    metadata: {},
    created_at: at,
    paid_at: paid ? at : null,
    updated_at: at,
  };
  const lines = sumLines.map((line) => lineRow(invoice, newId('il', ctx.env), line));
  const subscription: SubscriptionRow = {
    ...before,
    discount: discountAfter(before.discount, invoice),
    credit_balance: before.credit_balance + sums.credit_granted - sums.credit_applied,
    latest_invoice_id: invoice.id,
    open_invoice_id: paid || sent ? before.open_invoice_id : invoice.id,
    updated_at: at,
  };
  const holds = paid || sent;
  return {
    subscription: holds ? takingEffect(subscription, { ...invoice, change }, lines) : subscription,
    invoice,
    lines,
  };
}

/** How it comes in, until when, and when its customer is first told of that again. */
export function termsOf(ctx: Ctx, collection: Collection, settings: DueSettings, at: Date, open: boolean) {
  const { time_zone } = ctx.account;
  const due_at = dueAt(at, collection, time_zone);
  return {
    collection_method: collection.collection_method,
    days_until_due: collection.days_until_due,
    due_at,
    noticed_until: due_at && at,
    notice_at: due_at && open ? firstNotice(due_at, settings, time_zone, at) : null,
  };
}

/** What counts once has had its invoice. */
export const discountAfter = (
  discount: SubscriptionDiscount | null,
  { id, discounts }: Pick<InvoiceRow, 'id' | 'discounts'>,
) =>
  discount?.duration === 'once' && discounts.some((one) => one.coupon === discount.coupon)
    ? { ...discount, invoice: discount.invoice ?? id }
    : discount;

const ownedLines = ({ subscription, lines }: Pick<InvoiceDraft, 'subscription' | 'lines'>): Owned => ({
  customer_id: subscription.customer_id,
  currency: subscription.currency,
  lines,
});

export function eventsOf(ctx: Ctx, { invoice, lines }: Pick<Issued, 'invoice' | 'lines'>): NewEvent[] {
  const open = ofInvoice(ctx, 'invoice.open', { ...invoice, status: 'open', paid_at: null }, lines);
  if (invoice.status === 'paid') return [open, ofInvoice(ctx, 'invoice.paid', invoice, lines)];
  return isSent(invoice) ? [open, ofInvoice(ctx, 'invoice.sent', invoice, lines)] : [open];
}

/** The first of `count` numbers in a row. The row lock it takes is held until the commit, which is all that follows. */
export async function takeNumbers(ctx: Ctx, tx: Tx, count: number): Promise<{ first: number; seller: number }> {
  const { rows } = await sql<{ invoices: number; seller: number }>`
    insert into billing_numbers (account_id, invoices) values (${ctx.account.account_id}, ${count})
    on conflict (account_id) do update set invoices = billing_numbers.invoices + ${count} returning invoices, seller`.execute(
    tx,
  );
  const { invoices, seller } = must(rows[0], 'an account has numbers');
  return { first: invoices - count + 1, seller };
}

export const nobody: CustomerDetails = { name: null, email: null, address: null, tax_id: null };

export async function customersOf(ctx: Ctx, tx: Tx, ids: string[]): Promise<Map<string, CustomerDetails>> {
  const rows = await tx
    .selectFrom('customers')
    .select(['id', 'name', 'email', 'address', 'tax_id'])
    .where('account_id', '=', ctx.account.account_id)
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map(({ id, address, ...row }) => [id, { ...row, address: address as Address | null }]));
}

export async function activeRates(ctx: Ctx, tx: Tx): Promise<Rate[]> {
  const { rows } = await sql<Rate>`
    select id, display_name, country, region, tax_category, rate_ppm, inclusive from tax_rates
    where account_id = ${ctx.account.account_id} and active order by id`.execute(tx);
  return rows;
}

function taxingOf(s: SubscriptionRow, details: CustomerDetails | undefined, rates: Rate[]): Taxing {
  const { country, state } = details?.address ?? {};
  return { rates, place: s.automatic_tax && country ? { country, state } : null };
}

/** What a change would come to, without writing it. */
export async function previewSums(ctx: Ctx, tx: Tx, subscription: SubscriptionRow, lines: LineDraft[]): Promise<Sums> {
  const details = await customersOf(ctx, tx, [subscription.customer_id]);
  const rates = subscription.automatic_tax ? await activeRates(ctx, tx) : [];
  const [measured = lines] = await measureUsage(ctx, tx, [ownedLines({ subscription, lines })], 'look');
  return sumsOf(
    measured,
    taxingOf(subscription, details.get(subscription.customer_id), rates),
    subscription.credit_balance,
    subscription,
  );
}
