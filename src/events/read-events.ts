// The log of events as callers read it: list and get. It never writes; events are made by emit.ts alone.

import { type Selectable, sql } from 'kysely';
import Type from 'typebox';
import type { Events } from '../db/types.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { Id, ListOf, pageFields } from '../operation/fields.ts';
import { each, idsBetween, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { EventObject, type EventType, eventTypes, payloadIn } from './event.ts';

type EventRow = Omit<Selectable<Events>, 'payload' | 'payload_of'> & { payload: string };

const columns = ['account_id', 'id', 'type', 'object_id', 'request_id', 'created_at'] as const;

export function eventObject(row: EventRow): EventObject {
  return {
    id: row.id,
    object: 'event',
    type: row.type as EventType,
    data: JSON.parse(row.payload),
    request_id: row.request_id,
    created_at: row.created_at.toISOString(),
  };
}

/** The schema knows the form; a 30th of February or a leap second has it, yet is no time here. Ids begin in 1970. */
export function timeOf(text: string, param: string): Date {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new Fault('parameter_invalid', `'${param}' is not a time that exists. Write it like 2026-01-31T12:00:00Z.`, {
      param,
    });
  return new Date(Math.max(0, ms));
}

const At = (description: string) => Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }));

export const listEvents = operation({
  name: 'events.list',
  scope: 'events:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List events',
  description:
    'Newest first. `object_id` gives the history of one object, `type` or `types` what happened to many. ' +
    '`created_gte` is included in the range, `created_lt` is not. Events are kept; a page costs the same wherever it lies.',
  input: Type.Object(
    {
      ...pageFields,
      type: Type.Optional(Type.Enum([...eventTypes])),
      types: Type.Optional(Type.Array(Type.Enum([...eventTypes]), { minItems: 1, maxItems: 50 })),
      object_id: Type.Optional(Id),
      created_gte: At('Not before this time.'),
      created_lt: At('Before this time.'),
    },
    { additionalProperties: false },
  ),
  output: ListOf(EventObject),
  faults: ['parameter_invalid'],
  example: { type: 'payment.completed', limit: 10 },
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'events',
      where: {
        account_id: ctx.account.account_id,
        type: { eq: input.type, in: input.types },
        object_id: input.object_id,
        id: idsBetween('evt', input, 'created_gte', 'created_lt', timeOf),
      },
      columns: [...columns, sql`${payloadIn('events')} as payload`],
      show: each(eventObject),
    }),
});

export const getEvent = operation({
  name: 'events.get',
  scope: 'events:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get an event',
  description: 'The event with its object as it was when it happened, not as it is now.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: EventObject,
  faults: ['not_found'],
  example: { id: '{event}' },
  async run(ctx, input) {
    const row = await ctx.env.db.query
      .selectFrom('events')
      .select(columns)
      .select(payloadIn('events').as('payload'))
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', input.id)
      .executeTakeFirst();
    if (!row) throw notFound('event', input.id);
    return eventObject(row);
  },
});
