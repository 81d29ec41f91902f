// A subscription that its customer began on the checkout page. The session holds its terms and its id, and was paid (or needed no payment);
// here it is written with its first invoice, which that payment pays. A reaction to the session's completion, so it may run twice.

import type { Place } from '../catalog/tax.ts';
import { findSession, type SessionRow } from '../checkout/session.ts';
import type { SubscriptionTerms } from '../checkout/subscription-terms.ts';
import { findPromotion } from '../coupons/promotion-code.ts';
import { type CustomerRow, findCustomer } from '../customers/customer.ts';
import { updateCustomer } from '../customers/manage-customers.ts';
import { isDuplicate, runAll, type Tx } from '../db/db.ts';
import { assert, must } from '../kit/assert.ts';
import { plus, seconds } from '../kit/clock.ts';
import type { Ctx } from '../operation/context.ts';
import type { Address } from '../operation/fields.ts';
import { peekPayment } from '../payments/payment.ts';
import { beginSubscription, newSubscription } from './begin-subscription.ts';
import { clockOf } from './business-time.ts';
import { daysAfter } from './cycle.ts';
import { discountFrom } from './discount.ts';
import { writeInvoices } from './invoice.ts';
import { soldUnder } from './item.ts';
import { openingOf } from './opening.ts';
import { settleInvoice } from './settle-invoice.ts';
import { findSubscription } from './subscription.ts';

export async function beginFromSession(ctx: Ctx, session_id: string): Promise<void> {
  const { query } = ctx.env.db;
  const { account_id } = ctx.account;
  const session = await findSession(query, account_id, session_id);
  const { subscription_id, subscription_terms, payment_id } = session;
  if (subscription_id === null || subscription_terms === null) return;
  const there = await query
    .selectFrom('subscriptions')
    .select('id')
    .where('account_id', '=', account_id)
    .where('id', '=', subscription_id)
    .executeTakeFirst();
  if (!there) await begin(ctx, session, subscription_id, subscription_terms).catch(unlessMade);
  if (payment_id === null) return;
  const { latest_invoice_id } = await findSubscription(query, account_id, subscription_id);
  if (latest_invoice_id !== null) await settleInvoice(ctx, latest_invoice_id, payment_id);
}

/** Of two that react at once the primary key lets one write. */
function unlessMade(error: unknown): void {
  if (!isDuplicate(error)) throw error;
}

async function begin(ctx: Ctx, session: SessionRow, id: string, terms: SubscriptionTerms): Promise<void> {
  const { query } = ctx.env.db;
  const { account_id, currency } = session;
  const [line] = session.line_items;
  assert(
    line?.price_snapshot && line.recurring && session.customer_id,
    'a subscription is one price of the catalog, and somebody’s',
  );
  const customer = await findCustomer(query, account_id, session.customer_id);
  const item = await soldUnder(query, account_id, line.price_snapshot, line.quantity, currency);
  const clock = await clockOf(ctx, query, customer.id);
  const at = clock?.frozen_time ?? session.completed_at ?? ctx.env.clock.now();
  const { time_zone } = ctx.account;
  const { trial_days } = line.recurring;
  const trial_end = trial_days > 0 ? daysAfter(at, trial_days, time_zone) : null;
  const opening = openingOf({ item, at, trial_end, time_zone });
  const given = session.promotion_code_id ? await findPromotion(query, account_id, session.promotion_code_id) : null;
  const row = {
    ...newSubscription(ctx, {
      customer_id: customer.id,
      item,
      currency,
      opening,
      at,
      test_clock_id: clock?.id ?? null,
      discount: given && discountFrom(given, opening.paid_from, time_zone),
      payment_method_id: session.payment_method_id,
      merchant_reference: session.merchant_reference,
      description: terms.description,
      metadata: terms.metadata,
      automatic_tax: session.automatic_tax,
    }),
    id,
  };
  const place = session.tax_address;
  await ctx.env.db.tx(async (tx) => {
    await keepAddress(ctx, tx, customer, place);
    const { invoice } = await beginSubscription(ctx, tx, { row, opening, ...(place ? { place } : {}) });
    if (session.payment_id === null) return;
    const payment = must(await peekPayment(tx, account_id, session.payment_id), 'a paid session has its payment');
    assert(invoice.amount_due === payment.amount, 'the first invoice asks for what the page asked for');
    const follow_at = plus(ctx.env.clock.now(), seconds(5));
    const paying = { payment_id: payment.id, charging: true, charges: 1, charge_at: null, follow_at };
    await runAll(tx, writeInvoices([{ ...invoice, ...paying }]));
  });
  ctx.env.probe('subscription.begun');
}

/** The address that the page was taxed by is the customer's own, unless they have one. */
async function keepAddress(ctx: Ctx, tx: Tx, customer: CustomerRow, place: Place | null): Promise<void> {
  const known = customer.address as Address | null;
  if (!place || known?.country) return;
  const address = { ...known, country: place.country, ...(place.state ? { state: place.state } : {}) };
  assert(updateCustomer.kind === 'write', 'customers are updated in one transaction');
  await updateCustomer.run(ctx, { id: customer.id, address }, tx);
}
