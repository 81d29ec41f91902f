// The table of upward effects: what else happens when an event happened. Read it to know every chain of consequences.
// A reaction may run twice and in any order; it looks at how things are now, not at what the event says.

import { beginFromSession } from './billing/begin-from-session.ts';
import { endSubscriptionsOfDeleted } from './billing/deleted-customer.ts';
import { followInvoicePayment } from './billing/follow-payment.ts';
import { retryWithNewCard } from './billing/new-card.ts';
import { followCreditRefund } from './billing/void-credit-note.ts';
import { followPayment } from './checkout/follow-payment.ts';
import { followSetup } from './checkout/set-up-session.ts';
import { refundWarned } from './disputes/fraud-warning.ts';
import type { EventType } from './events/event.ts';
import { mailCustomer } from './notifications/mail-customer.ts';
import type { Ctx } from './operation/context.ts';

export type Happened = { id: string; type: EventType; created_at: Date };
export type Reaction = (ctx: Ctx, object_id: string, event: Happened) => Promise<void>;

/**
 * `mailCustomer` is not run here but noted, and has a task of its own: no webhook waits for a mail.
 * Each runs, whatever became of the others; a payment is a session's or an invoice's, and each room asks whether it is one of its own.
 */
export const reactions: Partial<Record<EventType, readonly Reaction[]>> = {
  'payment.completed': [followPayment, followInvoicePayment, mailCustomer],
  'payment.authorized': [followPayment],
  'payment.failed': [followPayment, followInvoicePayment],
  'payment.cancelled': [followPayment, followInvoicePayment],
  'refund.succeeded': [mailCustomer],
  'card_setup.succeeded': [followSetup],
  'card_setup.failed': [followSetup],
  'checkout_session.completed': [beginFromSession],
  'refund.failed': [followCreditRefund],
  'fraud_warning.created': [refundWarned],
  'customer.updated': [retryWithNewCard],
  'customer.deleted': [endSubscriptionsOfDeleted],
  'payment_method.expiring': [mailCustomer],
  'invoice.open': [mailCustomer],
  'invoice.sent': [mailCustomer],
  'invoice.reminder': [mailCustomer],
  'invoice.paid': [mailCustomer],
  'invoice.payment_failed': [mailCustomer],
  'subscription.trial_will_end': [mailCustomer],
  'subscription.renewal_upcoming': [mailCustomer],
  'subscription.cancellation_scheduled': [mailCustomer],
  'subscription.canceled': [mailCustomer],
};
