// The first event of a payment: written with its row, it holds the text that later readers share. When the caller who made the
// payment writes it, its id follows from the payment's, so that the idempotency claim can name its answer before there is one.

import { type NewEvent, newEvent } from '../events/emit.ts';
import type { Ctx } from '../operation/context.ts';
import type { PaymentObject } from './payment.ts';

export const firstEventId = (payment_id: string) => `evt${payment_id.slice(payment_id.indexOf('_'))}`;

/** Of a payment without a session nothing reacts to its being made. */
export function firstEvent(ctx: Ctx, object: PaymentObject, text?: string): NewEvent {
  const event = newEvent(ctx, 'payment.created', object, text, false);
  // Whoever ends the work of a dead caller comes too late for that id: readers have paged past its time.
  return ctx.claim ? { ...event, id: firstEventId(object.id) } : event;
}
