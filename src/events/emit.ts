// The only writer of events and of the outbox: both rows go into the transaction of the change they tell of.

import type { Statement, Tx } from '../db/db.ts';
import { runAll } from '../db/db.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import type { EventType } from './event.ts';

export type NewEvent = {
  account_id: string;
  id: string;
  type: EventType;
  object_id: string;
  payload: string;
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
    request_id: ctx.request_id,
    created_at: ctx.env.clock.now(),
    reacts,
  };
}

export function emitStatements(events: NewEvent[]): Statement[] {
  if (events.length === 0) return [];
  const account_ids = events.map((e) => e.account_id);
  const ids = events.map((e) => e.id);
  return [
    {
      name: 'emit_events',
      text: `insert into events (account_id, id, type, object_id, payload, request_id, created_at)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])`,
      values: [
        account_ids,
        ids,
        events.map((e) => e.type),
        events.map((e) => e.object_id),
        events.map((e) => e.payload),
        events.map((e) => e.request_id),
        events.map((e) => e.created_at.toISOString()),
      ],
    },
    {
      name: 'emit_outbox',
      // Nobody waits: nothing to take out again. An endpoint made later asks for the past by recovering it.
      text: `insert into outbox (account_id, event_id, reacts) select u.account_id, u.id, u.reacts from unnest($1::text[], $2::text[], $3::boolean[]) as u (account_id, id, reacts)
        where u.reacts or exists (select 1 from webhook_endpoints w where w.account_id = u.account_id and w.status = 'enabled')`,
      values: [account_ids, ids, events.map((e) => e.reacts)],
    },
  ];
}

export async function emit<T extends { id: string }>(ctx: Ctx, tx: Tx, type: EventType, object: T): Promise<void> {
  await runAll(tx, emitStatements([newEvent(ctx, type, object)]));
  ctx.env.nudge();
}
