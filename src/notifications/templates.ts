// Every mail that a customer can get, by its kind; a kind without a template does not compile.

import type { MailKind } from '../operation/context.ts';
import type { Template } from './letter.ts';
import { cardExpiring } from './letters/card-expiring.ts';
import { emailChange, emailConfirmation } from './letters/email-change.ts';
import { invoiceIssued } from './letters/invoice-issued.ts';
import { invoicePaid } from './letters/invoice-paid.ts';
import { invoiceReminder } from './letters/invoice-reminder.ts';
import { invoiceSent } from './letters/invoice-sent.ts';
import { paymentFailed } from './letters/payment-failed.ts';
import { paymentReceipt } from './letters/payment-receipt.ts';
import { portalLink } from './letters/portal-link.ts';
import { refundReceipt } from './letters/refund-receipt.ts';
import { renewalUpcoming } from './letters/renewal-upcoming.ts';
import { subscriptionCanceled } from './letters/subscription-canceled.ts';
import { trialEnding } from './letters/trial-ending.ts';
import { type Rendered, renderMail, type Sender } from './render.ts';

type Sampled = (sender: Sender, locale: string) => Rendered;

const sampled =
  <Data>(template: Template<Data>): Sampled =>
  (sender, locale) =>
    renderMail(template, template.sample, sender, locale);

/** Each kind as its preview shows it. */
export const samples: Record<MailKind, Sampled> = {
  payment_receipt: sampled(paymentReceipt),
  refund_receipt: sampled(refundReceipt),
  invoice_issued: sampled(invoiceIssued),
  invoice_sent: sampled(invoiceSent),
  invoice_reminder: sampled(invoiceReminder),
  invoice_paid: sampled(invoicePaid),
  payment_failed: sampled(paymentFailed),
  trial_ending: sampled(trialEnding),
  renewal_upcoming: sampled(renewalUpcoming),
  card_expiring: sampled(cardExpiring),
  subscription_canceled: sampled(subscriptionCanceled),
  portal_link: sampled(portalLink),
  email_confirmation: sampled(emailConfirmation),
  email_change: sampled(emailChange),
};
