// Mails about invoices: made, sent, to be paid, paid, could not be paid. Each looks at the invoice as it is now, too: nobody is told of a failure that was
// repaired meanwhile.

import { subscriptionOf } from '../../billing/charge-invoice.ts';
import { isSent } from '../../billing/due.ts';
import { hostedInvoiceUrl } from '../../billing/hosted-invoice.ts';
import { findInvoice, type InvoiceRow, linesOf } from '../../billing/invoice.ts';
import { type InvoiceObject, numberText } from '../../billing/invoice-object.ts';
import type { Ctx } from '../../operation/context.ts';
import { peekPayment } from '../../payments/payment.ts';
import type { Card } from '../letter.ts';
import { invoiceIssued } from '../letters/invoice-issued.ts';
import { invoicePaid } from '../letters/invoice-paid.ts';
import { invoiceReminder } from '../letters/invoice-reminder.ts';
import { invoiceSent } from '../letters/invoice-sent.ts';
import type { Invoiced } from '../letters/invoiced.ts';
import { type PaymentFailed, paymentFailed } from '../letters/payment-failed.ts';
import { type Event, frozen, type Mail, mailOf, nameFor, recipientOf } from './cause.ts';

async function whoOwes(ctx: Ctx, invoice: InvoiceRow) {
  const to = await recipientOf(ctx, { customer_id: invoice.customer_id });
  // An address that the customer has no more was still theirs when the invoice was made.
  return to ?? (await recipientOf(ctx, { customer_id: invoice.customer_id, email: invoice.customer_details.email }));
}

async function invoicedOf(ctx: Ctx, invoice: InvoiceRow): Promise<Invoiced> {
  const { account_id, id } = invoice;
  const lines = (await linesOf(ctx.env.db.query, account_id, [id])).get(id) ?? [];
  const { subtotal, discount, tax, total, currency, amount_due } = invoice;
  // The description of a line says its quantity already.
  const items = lines.map(({ description, product_name, localized_name, part, quantity, amount }) => ({
    name: description,
    quantity: 1,
    amount,
    line: { description, product_name, localized_name, part, quantity },
  }));
  return {
    number: numberText(invoice.number),
    currency,
    amount_due,
    credit: invoice.credit_applied,
    sold: { items, subtotal, discount, tax, total },
    period:
      invoice.subscription_id === null
        ? null
        : { from: invoice.period_start.toISOString(), to: invoice.period_end.toISOString() },
    url: hostedInvoiceUrl(ctx.env, invoice),
  };
}

async function cardOf(ctx: Ctx, payment_id: string | null): Promise<Card | null> {
  const payment =
    payment_id === null ? undefined : await peekPayment(ctx.env.db.query, ctx.account.account_id, payment_id);
  if (payment?.payment_method?.type !== 'card') return null;
  const { brand, last_four } = payment.payment_method.card;
  return { brand, last_four };
}

export async function aboutInvoiceMade(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const invoice = await findInvoice(ctx.env.db.query, ctx.account.account_id, id);
  // Of nothing, as at the beginning of a trial, there is nothing to tell; what is to be paid has a mail of its own.
  if (invoice.status === 'void' || invoice.total <= 0) return undefined;
  if (isSent(invoice) && invoice.amount_due > 0) return undefined;
  const to = await whoOwes(ctx, invoice);
  return to && mailOf(ctx, invoiceIssued, await invoicedOf(ctx, invoice), to, { event, object_id: id });
}

/** As it is now: what was paid or is being paid meanwhile is not asked for. */
async function dueOf(ctx: Ctx, id: string) {
  const invoice = await findInvoice(ctx.env.db.query, ctx.account.account_id, id);
  const { due_at, status, charging, on_page } = invoice;
  const over = (status !== 'open' && status !== 'uncollectible') || (charging && !on_page);
  // A test clock runs ahead of the mails.
  if (due_at === null || (over && invoice.test_clock_id === null)) return undefined;
  const to = await whoOwes(ctx, invoice);
  return to && { to, data: { ...(await invoicedOf(ctx, invoice)), due_at: due_at.toISOString() } };
}

export async function aboutInvoiceSent(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const due = await dueOf(ctx, id);
  return due && mailOf(ctx, invoiceSent, due.data, due.to, { event, object_id: id });
}

export async function aboutInvoiceReminder(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const due = await dueOf(ctx, id);
  if (!due) return undefined;
  const { overdue } = await frozen<InvoiceObject>(ctx, event);
  return mailOf(ctx, invoiceReminder, { ...due.data, overdue }, due.to, { event, object_id: id });
}

export async function aboutInvoicePaid(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const invoice = await findInvoice(ctx.env.db.query, ctx.account.account_id, id);
  if (invoice.status !== 'paid' || invoice.paid_at === null || invoice.total <= 0) return undefined;
  const to = await whoOwes(ctx, invoice);
  if (!to) return undefined;
  const data = {
    ...(await invoicedOf(ctx, invoice)),
    amount_paid: invoice.amount_paid,
    paid_at: invoice.paid_at.toISOString(),
    method: await cardOf(ctx, invoice.payment_id),
  };
  return mailOf(ctx, invoicePaid, data, to, { event, object_id: id });
}

export async function aboutPaymentFailed(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const { query } = ctx.env.db;
  const invoice = await findInvoice(query, ctx.account.account_id, id);
  const over = invoice.status === 'paid' || invoice.status === 'void' || invoice.charging;
  // A test clock runs ahead of the mails.
  if (over && invoice.test_clock_id === null) return undefined;
  // At the beginning, and where they pay by themselves, the customer is there and sees it.
  if (invoice.billing_reason === 'subscription_create' || isSent(invoice)) return undefined;
  const to = await whoOwes(ctx, invoice);
  if (!to) return undefined;
  const then = await frozen<InvoiceObject>(ctx, event);
  const subscription = await subscriptionOf(query, invoice);
  const why = whyOf(then.decline_code);
  const data: PaymentFailed = {
    amount: then.amount_due,
    currency: then.currency,
    product: subscription
      ? await nameFor(ctx, to, subscription.item)
      : (invoice.description ?? numberText(invoice.number)),
    number: then.number,
    why,
    card: why === 'no_card' ? null : await cardOf(ctx, then.payment),
    again_at: then.next_charge_at,
    url: hostedInvoiceUrl(ctx.env, invoice),
    once: subscription === null,
  };
  return mailOf(ctx, paymentFailed, data, to, { event, object_id: id });
}

/** Why a bank declined is told as far as the customer can do something about it: a lost or stolen card is told like any other. */
function whyOf(code: string | null): PaymentFailed['why'] {
  switch (code) {
    case 'insufficient_funds':
      return 'funds';
    case 'expired_card':
      return 'expired';
    case 'authentication_failed':
    case 'authentication_abandoned':
      return 'confirm';
    case 'payment_method_missing':
      return 'no_card';
    default:
      return 'declined';
  }
}
