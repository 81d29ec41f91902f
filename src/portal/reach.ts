// What a customer in the portal reaches: their own objects and no others. Every operation of the portal looks here first, and then has the
// operation that exists do the work. An id of another customer is answered like one that never was.

import type { Static, TSchema } from 'typebox';
import { findInvoice, type InvoiceRow } from '../billing/invoice.ts';
import { findSubscription, type SubscriptionRow } from '../billing/subscription.ts';
import { assert } from '../kit/assert.ts';
import { notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';
import { findPaymentMethod } from '../vault/payment-method.ts';

/** The customer who is signed in. */
export function customerIn(ctx: Ctx): string {
  assert(ctx.actor.kind === 'portal', 'only a customer in the portal comes here');
  return ctx.actor.customer_id;
}

/** Where the bank's challenge of a payment leads back to: the first page, which is told the payment and says what became of it. */
export const homeOf = (ctx: Ctx): string =>
  ctx.actor.kind === 'portal'
    ? `${ctx.env.config.public_url}/portal/${ctx.actor.session_id}`
    : ctx.env.config.public_url;

/** Through the same door as everybody, once it is known that the object is the customer's. */
export async function act<I extends TSchema, O extends TSchema>(
  ctx: Ctx,
  op: Operation<I, O>,
  input: Static<I>,
): Promise<Static<O>> {
  const { claim: _, ...plain } = ctx;
  const system: Ctx = { ...plain, actor: { kind: 'system' } };
  return (await perform(op as unknown as Operation, system, { input })).value as Static<O>;
}

export async function ownSubscription(ctx: Ctx, id: string): Promise<SubscriptionRow> {
  const s = await findSubscription(ctx.env.db.query, ctx.account.account_id, id);
  if (s.customer_id !== customerIn(ctx)) throw notFound('subscription', id);
  return s;
}

export async function ownInvoice(ctx: Ctx, id: string): Promise<InvoiceRow> {
  const invoice = await findInvoice(ctx.env.db.query, ctx.account.account_id, id);
  if (invoice.customer_id !== customerIn(ctx)) throw notFound('invoice', id);
  return invoice;
}

export async function refuseForeignCard(ctx: Ctx, id: string, param = 'id'): Promise<void> {
  const { row } = await findPaymentMethod(ctx.env.db.query, ctx.account.account_id, id, param);
  if (row.customer_id !== customerIn(ctx)) throw notFound('payment method', id, param);
}
