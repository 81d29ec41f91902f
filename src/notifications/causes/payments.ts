// Mails about single payments: the receipt, and that of a refund. A payment of an invoice has the invoice's mail.

import type { Ctx } from '../../operation/context.ts';
import { type PaymentRow, peekPayment } from '../../payments/payment.ts';
import type { Card } from '../letter.ts';
import { paymentReceipt } from '../letters/payment-receipt.ts';
import { refundReceipt } from '../letters/refund-receipt.ts';
import { type Event, type Mail, mailOf, recipientOf } from './cause.ts';

const methodOf = ({ payment_method }: PaymentRow): Card | 'bitcoin' | null => {
  if (payment_method === null) return null;
  if (payment_method.type === 'bitcoin') return 'bitcoin';
  const { brand, last_four } = payment_method.card;
  return { brand, last_four };
};

async function sessionOf(ctx: Ctx, { checkout_session_id }: PaymentRow) {
  if (checkout_session_id === null) return undefined;
  return await ctx.env.db.query
    .selectFrom('checkout_sessions')
    .select(['locale', 'subscription_terms'])
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', checkout_session_id)
    .executeTakeFirst();
}

export async function aboutPayment(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const payment = await peekPayment(ctx.env.db.query, ctx.account.account_id, id);
  if (payment?.status !== 'completed' || payment.invoice_id !== null || payment.amount_captured === 0) return undefined;
  const session = await sessionOf(ctx, payment);
  // What began a subscription has the mail of its first invoice.
  if (session?.subscription_terms) return undefined;
  const { customer_id, email } = payment;
  const to = await recipientOf(ctx, { customer_id, email, locale: session?.locale ?? null });
  if (!to) return undefined;
  const { breakdown, amount_captured, currency } = payment;
  const data = {
    amount: amount_captured,
    currency,
    paid_at: event.created_at.toISOString(),
    reference: payment.merchant_reference ?? payment.id,
    description: payment.description,
    method: methodOf(payment),
    // Of a part that was captured nobody said what it is for.
    sold:
      breakdown === null || breakdown.total !== amount_captured ? null : { ...breakdown, items: breakdown.line_items },
  };
  return mailOf(ctx, paymentReceipt, data, to, { event, object_id: payment.id });
}

export async function aboutRefund(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const { account_id } = ctx.account;
  const refund = await ctx.env.db.query
    .selectFrom('refunds')
    .select(['id', 'payment_id', 'status', 'amount', 'currency', 'merchant_reference'])
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (refund?.status !== 'succeeded') return undefined;
  const payment = await peekPayment(ctx.env.db.query, account_id, refund.payment_id);
  if (!payment) return undefined;
  const locale = (await sessionOf(ctx, payment))?.locale ?? null;
  const to = await recipientOf(ctx, { customer_id: payment.customer_id, email: payment.email, locale });
  if (!to) return undefined;
  const data = {
    amount: refund.amount,
    currency: refund.currency,
    refunded_at: event.created_at.toISOString(),
    reference: payment.merchant_reference ?? payment.id,
    paid: { amount: payment.amount_captured, at: payment.created_at.toISOString() },
    method: methodOf(payment),
  };
  return mailOf(ctx, refundReceipt, data, to, { event, object_id: refund.id });
}
