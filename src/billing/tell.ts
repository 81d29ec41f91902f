// The events of this room. Each is written in the transaction of the change it tells of.

import type { Tx } from '../db/db.ts';
import { runAll } from '../db/db.ts';
import { emitStatements, type NewEvent, newEvent } from '../events/emit.ts';
import type { EventType } from '../events/event.ts';
import { isMailed } from '../events/mailed.ts';
import type { Ctx } from '../operation/context.ts';
import { type InvoiceRow, type LineRow, linesOf } from './invoice.ts';
import { invoiceObject } from './invoice-object.ts';
import type { SubscriptionRow } from './subscription.ts';
import { subscriptionObject } from './subscription-object.ts';

/** The types of events.ts that are told here. */
export type BillingEventType = Extract<EventType, `subscription.${string}` | `invoice.${string}`>;

export const ofSubscription = (ctx: Ctx, type: BillingEventType, row: SubscriptionRow): NewEvent =>
  newEvent(ctx, type, subscriptionObject(row), undefined, isMailed(ctx.account, type));

export const ofInvoice = (ctx: Ctx, type: BillingEventType, row: InvoiceRow, lines: LineRow[]): NewEvent =>
  newEvent(ctx, type, invoiceObject(ctx.env, row, lines), undefined, isMailed(ctx.account, type));

export async function tellSubscription(ctx: Ctx, tx: Tx, row: SubscriptionRow, ...types: BillingEventType[]) {
  await runAll(tx, emitStatements(types.map((type) => ofSubscription(ctx, type, row))));
  ctx.env.nudge();
}

export async function tellInvoice(ctx: Ctx, tx: Tx, row: InvoiceRow, type: BillingEventType) {
  const lines = (await linesOf(tx, row.account_id, [row.id])).get(row.id) ?? [];
  await runAll(tx, emitStatements([ofInvoice(ctx, type, row, lines)]));
  ctx.env.nudge();
}
