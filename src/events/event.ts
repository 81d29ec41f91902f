// An event says that an object changed, and carries the object as it was then. Types are `<object>.<what happened>`.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { eventTypes } from './event-types.ts';

export { eventTypes };

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

/** The text of an event's object, which it may share with the first event of its change. `events` is the table's name in the query. */
export const payloadIn = (events: string) => {
  const e = sql.table(events);
  return sql<string>`coalesce(${e}.payload, (select o.payload from events o where o.account_id = ${e}.account_id and o.id = ${e}.payload_of))`;
};
