// Which events a customer is written about, and by which mail. Asked where an event is made, so that nothing reacts to one that nobody
// is written about. Pure.

import type { Account, EmailKind } from '../operation/context.ts';
import type { EventType } from './event.ts';

export const mailedBy: Partial<Record<EventType, EmailKind>> = {
  'payment.completed': 'payment_receipt',
  'refund.succeeded': 'refund_receipt',
  'invoice.open': 'invoice_issued',
  'invoice.sent': 'invoice_sent',
  'invoice.reminder': 'invoice_reminder',
  'invoice.paid': 'invoice_paid',
  'invoice.payment_failed': 'payment_failed',
  'subscription.trial_will_end': 'trial_ending',
  'subscription.renewal_upcoming': 'renewal_upcoming',
  'subscription.cancellation_scheduled': 'subscription_canceled',
  'subscription.canceled': 'subscription_canceled',
  'payment_method.expiring': 'card_expiring',
};

export function isMailed(account: Account, type: EventType): boolean {
  const kind = mailedBy[type];
  return kind !== undefined && account.emails.has(kind);
}
