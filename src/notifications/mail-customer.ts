// The reaction that writes to a customer: an event happened, and the account wants them to be told. It may run twice; of an event one mail
// of a kind is written. What it needs is read before its transaction begins.

import type { EventType } from '../events/event.ts';
import { mailedBy } from '../events/mailed.ts';
import type { Ctx, EmailKind } from '../operation/context.ts';
import { aboutExpiringCard } from './causes/cards.ts';
import type { Event, Mail } from './causes/cause.ts';
import {
  aboutInvoiceMade,
  aboutInvoicePaid,
  aboutInvoiceReminder,
  aboutInvoiceSent,
  aboutPaymentFailed,
} from './causes/invoices.ts';
import { aboutPayment, aboutRefund } from './causes/payments.ts';
import { aboutEnd, aboutRenewal, aboutTrialEnd } from './causes/subscriptions.ts';

type About = (ctx: Ctx, object_id: string, event: Event) => Promise<Mail>;

/** The link to the portal is asked for; no event causes it. */
const about: Record<Exclude<EmailKind, 'portal_link'>, About> = {
  payment_receipt: aboutPayment,
  refund_receipt: aboutRefund,
  invoice_issued: aboutInvoiceMade,
  invoice_sent: aboutInvoiceSent,
  invoice_reminder: aboutInvoiceReminder,
  invoice_paid: aboutInvoicePaid,
  payment_failed: aboutPaymentFailed,
  trial_ending: aboutTrialEnd,
  renewal_upcoming: aboutRenewal,
  card_expiring: aboutExpiringCard,
  subscription_canceled: aboutEnd,
};

export async function mailCustomer(ctx: Ctx, object_id: string, event: Event & { type: EventType }): Promise<void> {
  const kind = mailedBy[event.type];
  if (kind === undefined || kind === 'portal_link' || !ctx.account.emails.has(kind)) return;
  const mail = await about[kind](ctx, object_id, event);
  if (mail) await ctx.env.db.tx((tx) => mail.post(tx));
}
