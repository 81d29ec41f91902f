// The table of upward effects: what else happens when an event happened. Read it to know every chain of consequences.
// A reaction may run twice and in any order; it looks at how things are now, not at what the event says.

import { retryWithNewCard } from './billing/new-card.ts';
import { followPayment } from './checkout/follow-payment.ts';
import { refundWarned } from './disputes/fraud-warning.ts';
import type { EventType } from './events/event.ts';
import type { Ctx } from './operation/context.ts';

export type Reaction = (ctx: Ctx, object_id: string) => Promise<void>;

export const reactions: Partial<Record<EventType, Reaction>> = {
  'payment.completed': followPayment,
  'payment.authorized': followPayment,
  'payment.failed': followPayment,
  'payment.cancelled': followPayment,
  'fraud_warning.created': refundWarned,
  'customer.updated': retryWithNewCard,
};
