// An event of a meter: what a customer used, and when. Its public shape, and how it is found by its identifier.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { notFound } from '../kit/fault.ts';
import { nullable } from '../operation/fields.ts';
import { plainDecimal } from './value.ts';

export type MeterEventRow = {
  account_id: string;
  meter_id: string;
  customer_id: string;
  counted_at: Date;
  id: string;
  identifier: string;
  /** A decimal in text. */
  value: string;
  happened_at: Date;
  created_at: Date;
  canceled_at: Date | null;
};

export const MeterEventObject = Type.Object(
  {
    id: Type.String({ description: '`mev_…`' }),
    object: Type.Literal('meter_event'),
    meter: Type.String(),
    customer: Type.String(),
    value: Type.String({ description: 'A decimal; 1 where events are counted.' }),
    identifier: Type.String({ description: 'The same one twice is one event.' }),
    timestamp: Type.String({ format: 'date-time', description: 'When it happened.' }),
    counted_at: Type.String({
      format: 'date-time',
      description: 'The time it is billed for: later than it happened where that time was billed already.',
    }),
    canceled_at: nullable(Type.String({ format: 'date-time' })),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Meter event' },
);
export type MeterEventObject = Static<typeof MeterEventObject>;

export const meterEventObject = (e: MeterEventRow): MeterEventObject => ({
  id: e.id,
  object: 'meter_event',
  meter: e.meter_id,
  customer: e.customer_id,
  value: plainDecimal(e.value),
  identifier: e.identifier,
  timestamp: e.happened_at.toISOString(),
  counted_at: e.counted_at.toISOString(),
  canceled_at: e.canceled_at?.toISOString() ?? null,
  created_at: e.created_at.toISOString(),
});

/** Of a row `e`: the value is read as text, because a number of JavaScript could not hold it. */
export const eventColumns = sql`e.account_id, e.meter_id, e.customer_id, e.counted_at, e.id, e.identifier, e.value::text as value, e.happened_at,
  e.created_at, e.canceled_at`;

/** By identifier; an unknown one is simply not among them. */
export async function findEvents(
  query: Executor | Tx,
  account_id: string,
  identifiers: readonly string[],
): Promise<Map<string, MeterEventRow>> {
  const { rows } = await sql<MeterEventRow>`
    select ${eventColumns} from meter_event_identifiers i
    join meter_events e on e.account_id = i.account_id and e.meter_id = i.meter_id and e.customer_id = i.customer_id
      and e.counted_at = i.counted_at and e.id = i.event_id
    where i.account_id = ${account_id} and i.identifier = any(${[...identifiers]})`.execute(query);
  return new Map(rows.map((row) => [row.identifier, row]));
}

/** Where a page of events goes on. Old identifiers are forgotten; then it is looked for among the events of its customer. */
export async function findPlace(
  query: Executor | Tx,
  account_id: string,
  at: { meter: string; customer: string; identifier: string },
): Promise<Pick<MeterEventRow, 'counted_at' | 'id'>> {
  const { meter, customer, identifier } = at;
  const known = (await findEvents(query, account_id, [identifier])).get(identifier);
  if (known && known.meter_id === meter && known.customer_id === customer) return known;
  const { rows } = await sql<Pick<MeterEventRow, 'counted_at' | 'id'>>`
    select counted_at, id from meter_events
    where account_id = ${account_id} and meter_id = ${meter} and customer_id = ${customer} and identifier = ${identifier} limit 1`.execute(
    query,
  );
  if (!rows[0]) throw notFound('meter event', identifier, 'starting_after');
  return rows[0];
}

export async function findEvent(query: Executor | Tx, account_id: string, identifier: string): Promise<MeterEventRow> {
  const found = (await findEvents(query, account_id, [identifier])).get(identifier);
  if (!found) throw notFound('meter event', identifier, 'identifier');
  return found;
}
