// The beginning of a subscription, for whoever begins one: its row, and the row written with its first invoice in the caller's transaction.
// Charges nothing.

import type { Place } from '../catalog/tax.ts';
import { confirmForSubscription, type Given, releaseForSubscription } from '../coupons/subscription-redemption.ts';
import { runAll, type Tx } from '../db/db.ts';
import { assert } from '../kit/assert.ts';
import { hours, plus } from '../kit/clock.ts';
import { newId } from '../kit/id.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import type { Metadata } from '../operation/fields.ts';
import type { SubscriptionDiscount } from './discount.ts';
import type { Collection } from './due.ts';
import { reserveUse } from './give-discount.ts';
import { type Issued, issueInvoices } from './issue-invoices.ts';
import { firstChargeSums, type Opening } from './opening.ts';
import {
  type Item,
  insertSubscriptions,
  type Phase,
  type SubscriptionRow,
  writeSubscriptions,
} from './subscription.ts';
import { tellSubscription } from './tell.ts';

/** How long the first payment is waited for. */
const patience = hours(23);

export type NewSubscription = {
  customer_id: string;
  item: Item;
  currency: Currency;
  opening: Opening;
  /** Now, by the customer's clock. */
  at: Date;
  test_clock_id: string | null;
  discount?: SubscriptionDiscount | null;
  /** Charged automatically when left out. */
  collection?: Collection;
  payment_method_id?: string | null;
  merchant_reference?: string | null;
  description?: string | null;
  metadata?: Metadata;
  automatic_tax?: boolean;
  cycles?: number | null;
  phases?: Phase[];
  request_key?: string | null;
};

export function newSubscription(ctx: Ctx, made: NewSubscription): SubscriptionRow {
  const { item, at, opening } = made;
  const { trial_end, anchor, cycle_index, period } = opening;
  return {
    account_id: ctx.account.account_id,
    id: newId('sub', ctx.env),
    status: trial_end ? 'trialing' : 'incomplete',
    customer_id: made.customer_id,
    product_id: item.product,
    price_id: item.price,
    price_snapshot_id: item.price_snapshot,
    quantity: item.quantity,
    currency: made.currency,
    item,
    collection_method: made.collection?.collection_method ?? 'charge_automatically',
    days_until_due: made.collection?.days_until_due ?? null,
    payment_method_id: made.payment_method_id ?? null,
    merchant_reference: made.merchant_reference ?? null,
    description: made.description ?? null,
    metadata: made.metadata ?? {},
    automatic_tax: made.automatic_tax ?? false,
    anchor,
    time_zone: ctx.account.time_zone,
    cycle_index,
    elapsed_cycles: trial_end ? 0 : 1,
    started_at: at,
    trial_start: trial_end ? at : null,
    trial_end,
    current_period_start: period.start,
    current_period_end: period.end,
    expires_at: trial_end ? null : plus(at, patience),
    cancel_at: null,
    cancel_at_period_end: false,
    cancel_reason: null,
    cancel_reason_code: null,
    canceled_at: null,
    ended_at: null,
    paused_at: null,
    resumes_at: null,
    phase_cycles_left: made.cycles ?? null,
    phases: made.phases ?? [],
    pending_lines: [],
    discount: made.discount ?? null,
    usage_from: null,
    credit_balance: 0,
    covered_amount: 0,
    covered_tax: 0,
    covered_from: period.start,
    covered_until: period.end,
    open_invoice_id: null,
    latest_invoice_id: null,
    test_clock_id: made.test_clock_id,
    request_key: made.request_key ?? null,
    next_at: null,
    remind_at: null,
    reminded_for: null,
    version: 1,
    created_at: at,
    updated_at: at,
  };
}

export type Started = {
  row: SubscriptionRow;
  opening: Opening;
  /** Where taxes of the first invoice are owed, when that is known better than by the customer's address. */
  place?: Place;
  /** Whose use is counted here; left out where somebody else counts it, as a checkout session does. */
  use?: { given: Given; customer: { id: string; email: string | null } };
};

/** Writes the row with its first invoice. May throw `Lost` where the use of a coupon does not count any more (`orRefused` says why). */
export async function beginSubscription(ctx: Ctx, tx: Tx, { row, opening, place, use }: Started): Promise<Issued> {
  const { item, currency } = row;
  if (use) {
    const { subtotal, discount } = firstChargeSums(item, opening, currency, row.discount);
    const sold = { item, currency, subtotal, customer: use.customer };
    await reserveUse(ctx, tx, { given: use.given, subscription_id: row.id, amount_discount: discount, sold });
  }
  await runAll(tx, insertSubscriptions([row]));
  await tellSubscription(ctx, tx, row, 'subscription.created');
  const [issued] = await issueInvoices(ctx, tx, row.created_at, [
    {
      subscription: row,
      reason: 'subscription_create',
      period: opening.period,
      lines: [opening.line],
      ...(place ? { place } : {}),
    },
  ]);
  assert(issued, 'a draft becomes an invoice');
  await runAll(tx, writeSubscriptions([issued.subscription]));
  const { status } = issued.subscription;
  if (status === 'incomplete') return issued;
  if (use) await confirmForSubscription(ctx, tx, row.id);
  const type = status === 'trialing' ? 'subscription.trialing' : 'subscription.activated';
  await tellSubscription(ctx, tx, issued.subscription, type);
  return issued;
}

/** What the step of a subscription does to the use of its coupon: begun, it counts; ended without having begun, it is free again. */
export async function settleUse(ctx: Ctx, tx: Tx, before: SubscriptionRow, after: SubscriptionRow): Promise<void> {
  if (before.status !== 'incomplete' || after.status === 'incomplete') return;
  if (after.status === 'active') await confirmForSubscription(ctx, tx, before.id);
  else await releaseForSubscription(ctx, tx, before.id);
}
