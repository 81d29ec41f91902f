// A subscription together with the payment that it waits for or just had: what the operations answer that may charge a card.

import Type, { type Static } from 'typebox';
import type { Ctx } from '../operation/context.ts';
import { nullable } from '../operation/fields.ts';
import { PaymentObject, type PaymentRow, paymentObject, paymentStatuses, peekPayment } from '../payments/payment.ts';
import { findInvoice } from './invoice.ts';
import { findSubscription } from './subscription.ts';
import { SubscriptionObject, subscriptionObject } from './subscription-object.ts';

export const LatestPayment = Type.Object({
  id: Type.String(),
  status: Type.Enum([...paymentStatuses]),
  amount: Type.Integer(),
  checkout_url: nullable(Type.String({ description: 'Send the customer here while it is set.' })),
  decline: PaymentObject.properties.decline,
});

export const SubscriptionResult = Type.Object(
  { ...SubscriptionObject.properties, latest_payment: nullable(LatestPayment) },
  { title: 'Subscription with its payment' },
);
export type SubscriptionResult = Static<typeof SubscriptionResult>;

/** Null too while the provider has not given its first answer. */
export function latestPayment(ctx: Ctx, payment: PaymentRow | undefined): Static<typeof LatestPayment> | null {
  if (!payment) return null;
  const { id, status, amount, checkout_url, decline } = paymentObject(ctx.env, payment);
  return { id, status, amount, checkout_url, decline };
}

export async function subscriptionResult(ctx: Ctx, id: string): Promise<SubscriptionResult> {
  const { query } = ctx.env.db;
  const { account_id } = ctx.account;
  const s = await findSubscription(query, account_id, id);
  const invoice = s.latest_invoice_id ? await findInvoice(query, account_id, s.latest_invoice_id) : undefined;
  const payment = invoice?.payment_id ? await peekPayment(query, account_id, invoice.payment_id) : undefined;
  return { ...subscriptionObject(s), latest_payment: latestPayment(ctx, payment) };
}
