// An event says that an object changed, and carries the object as it was then. Types are `<object>.<what happened>`.

import Type, { type Static } from 'typebox';

/** Every type that is ever emitted: endpoints subscribe by these names, the reference lists them. */
export const eventTypes = [
  'payment.created',
  'payment.requires_authentication',
  'payment.authorized',
  'payment.processing',
  'payment.completed',
  'payment.captured',
  'payment.attempt_failed',
  'payment.failed',
  'payment.cancelled',
  'payment.authorization_increased',
  'refund.created',
  'refund.succeeded',
  'refund.failed',
  'dispute.created',
  'dispute.updated',
  'dispute.under_review',
  'dispute.won',
  'dispute.lost',
  'dispute.withdrawn',
  'dispute.closed',
  'fraud_warning.created',
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'payment_method.attached',
  'payment_method.detached',
  'checkout_session.completed',
  'checkout_session.expired',
  'checkout_session.late_payment',
  'settlement.created',
  'bank_account.created',
  'bank_account.updated',
  'bank_account.verified',
  'bank_account.rejected',
  'bank_account.deleted',
  'payout.created',
  'payout.in_transit',
  'payout.paid',
  'payout.failed',
  'payout.cancelled',
  'webhook_endpoint.disabled',
  'webhook_endpoint.test',
] as const;

export type EventType = (typeof eventTypes)[number];

export const EventObject = Type.Object(
  {
    id: Type.String({ description: '`evt_…`; use it to drop a delivery that came twice.' }),
    object: Type.Literal('event'),
    type: Type.Enum([...eventTypes]),
    data: Type.Unknown({ description: 'The object as it was when the event happened.' }),
    request_id: Type.Union([Type.String(), Type.Null()], {
      description: 'The API request that caused it, if one did.',
    }),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Event' },
);
export type EventObject = Static<typeof EventObject>;
