// Everything that the first page of the portal shows, of one customer. Reads only.

import { sql } from 'kysely';
import Type from 'typebox';
import { renewingCards } from '../billing/detach-payment-method.ts';
import { hostedInvoiceUrl, invoicePdfUrl } from '../billing/hosted-invoice.ts';
import type { InvoiceRow } from '../billing/invoice.ts';
import { numberText } from '../billing/invoice-object.ts';
import { type Item, isEnded, type SubscriptionRow } from '../billing/subscription.ts';
import { subscriptionObject } from '../billing/subscription-object.ts';
import { findCustomer } from '../customers/customer.ts';
import { brandingOf } from '../identity/branding.ts';
import type { Ctx } from '../operation/context.ts';
import type { Address } from '../operation/fields.ts';
import { Id, pageFields } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { paymentObject, peekPayment } from '../payments/payment.ts';
import { listPaymentMethods } from '../vault/payment-method.ts';
import { type Plans, plansFor } from './choices.ts';
import { Languages, localeIn, type Naming, namingOf } from './names.ts';
import type { PortalSessionRow } from './portal-session.ts';
import { columns } from './portal-session.ts';
import { act, customerIn } from './reach.ts';
import { type PortalSettings, portalSettings } from './settings.ts';
import {
  type PastDue,
  type PortalCard,
  type PortalFrame,
  PortalInvoice,
  type PortalInvoice as PortalInvoiceType,
  type PortalSubscription,
  PortalView,
} from './view.ts';

/** Far more than anybody has; whoever has more sees the newest. */
const most = { subscriptions: 100, ended: 5, past_due: 20, invoices: 6, cards: 20 };

export const viewPortal = operation({
  name: 'portal.view',
  scope: 'portal:read',
  actors: ['portal'],
  kind: 'read',
  summary: 'Show the portal',
  description: 'What the customer may see, and nothing else.',
  input: Type.Object({ languages: Languages }, { additionalProperties: false }),
  output: PortalView,
  faults: [],
  async run(ctx, { languages }) {
    const { query } = ctx.env.db;
    const { account_id } = ctx.account;
    const customer_id = customerIn(ctx);
    const [settings, session] = [await portalSettings(query, account_id), await sessionIn(ctx)];
    const customer = await findCustomer(query, account_id, customer_id);
    const invoices = await invoicePage(ctx, { limit: most.invoices });
    const [rows, due] = [await subscriptionsOf(ctx, customer_id), await dueOf(ctx, customer_id)];
    const sold = [...rows.flatMap((s) => [s.item, ...s.phases]), ...due.flatMap((row) => row.sold ?? [])];
    const naming = await namingOf(ctx, await localeIn(ctx, session, languages), sold);
    const plans = plansFor(ctx, settings, session);
    return {
      ...(await frameOf(ctx, session.id, settings)),
      locale: session.locale ?? customer.language,
      return_url: session.return_url ?? settings.return_url,
      customer: {
        name: customer.name,
        email: customer.email,
        address: customer.address as Address | null,
        tax_id: customer.tax_id,
        language: customer.language,
      },
      past_due: await pastDue(ctx, due, naming),
      subscriptions: await Promise.all(
        rows.map((s) => shownSubscription(s, customer.default_payment_method, settings, plans, naming)),
      ),
      cards: await cardsOf(ctx, customer_id, customer.default_payment_method),
      invoices,
      cancel_at: settings.cancel_at,
    };
  },
});

/** The session that the customer came in by. */
export async function sessionIn(ctx: Ctx): Promise<PortalSessionRow> {
  const id = ctx.actor.kind === 'portal' ? ctx.actor.session_id : '';
  return (await ctx.env.db.query
    .selectFrom('portal_sessions')
    .select(columns)
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()) as PortalSessionRow;
}

export async function frameOf(ctx: Ctx, id: string, settings: PortalSettings): Promise<PortalFrame> {
  const { account } = ctx;
  const { color, corners, icon_url } = await brandingOf(ctx.env.db.query, account.merchant_id);
  return {
    id,
    mode: account.mode,
    merchant: { name: account.merchant_name, logo_url: account.merchant_logo_url },
    branding: { color, corners, icon_url },
    time_zone: account.time_zone,
    terms_url: settings.terms_url,
    privacy_url: settings.privacy_url,
  };
}

type DueRow = InvoiceRow & { sold: Item | null; waits: boolean };

/** Asked for and not paid, where something is wrong: declined, waiting for a card, or in the customer's own hands. */
async function dueOf(ctx: Ctx, customer_id: string): Promise<DueRow[]> {
  const { rows } = await sql<DueRow>`
    select i.*, coalesce(i.change -> 'item', s.item) as sold, coalesce(s.status in ('past_due', 'incomplete'), false) as waits
    from invoices i left join subscriptions s on s.account_id = i.account_id and s.id = i.subscription_id
    where i.account_id = ${ctx.account.account_id} and i.customer_id = ${customer_id} and i.status = 'open' and i.amount_due > 0
    order by i.id limit ${most.past_due}`.execute(ctx.env.db.query);
  return rows.filter((row) => row.waits || row.decline_code !== null || row.charging || row.due_at !== null);
}

async function pastDue({ env, account }: Ctx, rows: DueRow[], naming: Naming): Promise<PastDue[]> {
  const found: PastDue[] = [];
  for (const row of rows) {
    const under_way = row.charging && row.payment_id !== null;
    const payment = under_way ? await peekPayment(env.db.query, account.account_id, row.payment_id ?? '') : undefined;
    found.push({
      invoice: row.id,
      number: numberText(row.number),
      name: row.sold ? naming(row.sold).product_name : row.description,
      amount_due: row.amount_due,
      currency: row.currency,
      created_at: row.created_at.toISOString(),
      decline_code: row.decline_code,
      change: row.change !== null,
      // What waits on our page is the customer's to pay, there or here.
      charging: row.charging && !row.on_page,
      action_url: payment?.status === 'requires_authentication' ? paymentObject(env, payment).checkout_url : null,
      next_charge_at: row.charge_at?.toISOString() ?? null,
      due_at: row.due_at?.toISOString() ?? null,
      overdue: row.due_at !== null && row.due_at <= env.clock.now(),
      url: hostedInvoiceUrl(env, row),
    });
  }
  return found;
}

async function subscriptionsOf(ctx: Ctx, customer_id: string): Promise<SubscriptionRow[]> {
  const { rows } = await sql<SubscriptionRow>`
    select * from subscriptions where account_id = ${ctx.account.account_id} and customer_id = ${customer_id}
      and status <> 'incomplete_expired'
    order by ended_at is not null, id desc limit ${most.subscriptions}`.execute(ctx.env.db.query);
  return [...rows.filter((s) => !isEnded(s)), ...rows.filter(isEnded).slice(0, most.ended)];
}

async function shownSubscription(
  s: SubscriptionRow,
  default_card: string | null,
  settings: PortalSettings,
  plans: Plans,
  naming: Naming,
): Promise<PortalSubscription> {
  const { item, upcoming_item, scheduled_phases } = subscriptionObject(s);
  const changes = scheduled_phases.length > 0 && upcoming_item !== null;
  return {
    id: s.id,
    status: s.status,
    item: naming(item),
    upcoming: changes ? naming(upcoming_item) : null,
    currency: s.currency,
    card: s.payment_method_id ?? default_card,
    current_period_end: s.current_period_end.toISOString(),
    trial_end: s.status === 'trialing' ? (s.trial_end?.toISOString() ?? null) : null,
    cancel_at: s.cancel_at?.toISOString() ?? null,
    cancel_at_period_end: s.cancel_at_period_end,
    paused: s.paused_at !== null,
    resumes_at: s.resumes_at?.toISOString() ?? null,
    ended_at: s.ended_at?.toISOString() ?? null,
    may: await mayOf(s, settings, plans),
  };
}

async function mayOf(s: SubscriptionRow, settings: PortalSettings, plans: Plans): Promise<PortalSubscription['may']> {
  const runs = !isEnded(s) && !s.cancel_at_period_end;
  const settled = runs && s.status !== 'incomplete' && s.open_invoice_id === null;
  const choices = settled ? await plans(s) : [];
  return {
    // What the merchant has planned is not the customer's to change.
    change:
      settled && s.paused_at === null && s.phases.length === 0 && (choices.length > 1 || settings.change_quantity),
    cancel: runs && settings.cancel_at.length > 0,
    revoke: !isEnded(s) && s.cancel_at_period_end,
    pause: settled && settings.pause && s.paused_at === null,
    resume: runs && settings.pause && s.paused_at !== null,
  };
}

async function cardsOf(ctx: Ctx, customer_id: string, default_card: string | null): Promise<PortalCard[]> {
  const { data } = await act(ctx, listPaymentMethods, { customer: customer_id, limit: most.cards });
  const renewing = await renewingCards(ctx.env.db.query, ctx.account.account_id, customer_id);
  return data
    .map(({ id, card, billing_address }) => ({
      id,
      brand: card.brand,
      last_four: card.last_four,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      billing_address,
      is_default: id === default_card,
      renews: renewing.has(id),
    }))
    .sort((a, b) => Number(b.is_default) - Number(a.is_default));
}

type Invoices = { data: PortalInvoiceType[]; has_more: boolean };

async function invoicePage(ctx: Ctx, page: { limit: number; starting_after?: string }): Promise<Invoices> {
  const { account_id } = ctx.account;
  const after = page.starting_after;
  const { rows } = await sql<InvoiceRow>`
    select * from invoices where account_id = ${account_id} and customer_id = ${customerIn(ctx)}
      ${after === undefined ? sql`` : sql`and id < ${after}`}
    order by id desc limit ${page.limit + 1}`.execute(ctx.env.db.query);
  const data = rows.slice(0, page.limit).map((row) => ({
    id: row.id,
    number: numberText(row.number),
    status: row.status,
    total: row.total,
    currency: row.currency,
    created_at: row.created_at.toISOString(),
    url: hostedInvoiceUrl(ctx.env, row),
    pdf_url: invoicePdfUrl(ctx.env, row),
  }));
  return { data, has_more: rows.length > page.limit };
}

export const listPortalInvoices = operation({
  name: 'portal.invoices',
  scope: 'portal:read',
  actors: ['portal'],
  kind: 'read',
  summary: 'List the customer’s invoices',
  description: 'Newest first.',
  input: Type.Object({ limit: pageFields.limit, starting_after: Type.Optional(Id) }, { additionalProperties: false }),
  output: Type.Object({ data: Type.Array(PortalInvoice), has_more: Type.Boolean() }),
  faults: [],
  run: (ctx, { limit = 25, ...rest }) => invoicePage(ctx, { limit, ...rest }),
});
