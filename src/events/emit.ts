// The only writer of events and of the outbox: both rows go into the transaction of the change they tell of.

import type { Statement, Tx } from '../db/db.ts';
import { runAll } from '../db/db.ts';
import { insertRows, rowChange } from '../db/rows.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import type { EventType } from './event.ts';

export type NewEvent = {
  account_id: string;
  id: string;
  type: EventType;
  object_id: string;
  /** Frozen text of the object; null when `payload_of` names the event of the same change that has it. */
  payload: string | null;
  payload_of: string | null;
  request_id: string;
  created_at: Date;
  /** False when the caller knows that no reaction is due (reactions.ts); webhooks are told all the same. */
  reacts: boolean;
};

/** `object` is the public object; it is frozen as text here. `text` spares writing it again when it is at hand. */
export function newEvent(
  ctx: Ctx,
  type: EventType,
  object: { id: string },
  text = JSON.stringify(object),
  reacts = true,
): NewEvent {
  return {
    account_id: ctx.account.account_id,
    id: newId('evt', ctx.env),
    type,
    object_id: object.id,
    payload: text,
    payload_of: null,
    request_id: ctx.request_id,
    created_at: ctx.env.clock.now(),
    reacts,
  };
}

const insertEvents = insertRows('events', {
  account_id: 'text',
  id: 'text',
  type: 'text',
  object_id: 'text',
  payload: 'long',
  payload_of: 'text',
  request_id: 'text',
  created_at: 'timestamptz',
});

/** A further event of the change that `first` tells of: the object is the same, so its text is kept once. */
export function alsoTold(ctx: Ctx, type: EventType, first: NewEvent): NewEvent {
  return { ...first, id: newId('evt', ctx.env), type, payload: null, payload_of: first.id };
}

const outboxRows = rowChange('emit_outbox', { account_id: 'text', id: 'text', reacts: 'boolean' }, ({ from }) => ({
  // Nobody waits: nothing to take out again. An endpoint made later asks for the past by recovering it.
  change: `insert into outbox (account_id, event_id, reacts) select u.account_id, u.id, u.reacts from ${from}
    where u.reacts or exists (select 1 from webhook_endpoints w where w.account_id = u.account_id and w.status = 'enabled')`,
}));

export const emitStatements = (events: NewEvent[]): Statement[] => [...insertEvents(events), ...outboxRows(events)];

export async function emit<T extends { id: string }>(ctx: Ctx, tx: Tx, type: EventType, object: T): Promise<void> {
  await runAll(tx, emitStatements([newEvent(ctx, type, object)]));
  ctx.env.nudge();
}
