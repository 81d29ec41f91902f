// Telling what customers used: one event, or up to a hundred at once. All of a call are written, or none.

import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { days, hours, minutes, plus } from '../kit/clock.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { instantOf, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import type { MeterRow } from './meter.ts';
import {
  findEvent,
  findEvents,
  type MeterEventObject,
  type MeterEventRow,
  meterEventObject,
  MeterEventObject as Shown,
} from './meter-event.ts';
import { type NewMeterEvent, recordEvents } from './record-events.ts';
import { decimalOf, plainDecimal } from './value.ts';

const oldest = days(35);
const newest = minutes(5);
const regret = hours(24);

const EventInput = Type.Object(
  {
    event_name: text(100, 'Of an active meter.'),
    payload: Type.Record(
      Type.String({ pattern: '^[A-Za-z0-9_.-]{1,40}$' }),
      Type.Union([Type.Integer({ minimum: 0 }), Type.String({ minLength: 1, maxLength: 64 })]),
      {
        additionalProperties: false,
        maxProperties: 2,
        description:
          'What the meter reads: `customer` with the id of a customer, and `value`, unless the meter has other keys or counts events. A value is a whole number, or a decimal in text.',
      },
    ),
    identifier: Type.Optional(
      text(100, 'Your own, unique among the events of 40 days: the same one twice is one event.'),
    ),
    timestamp: Type.Optional(
      Type.String({
        format: 'date-time',
        maxLength: 40,
        description: 'When it happened: at most 35 days ago and 5 minutes ahead. Now when left out.',
      }),
    ),
  },
  { additionalProperties: false },
);
type EventInput = Static<typeof EventInput>;

const faults = ['not_found', 'parameter_missing', 'parameter_invalid', 'idempotency_conflict'] as const;
const example = { event_name: 'gigabyte', payload: { customer: '{customer}', value: '2.5' }, identifier: 'disk-8141' };

export const createMeterEvent = operation({
  name: 'meter_events.create',
  scope: 'meter_events:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Record usage',
  description:
    'Counted for the period in which it happened, or for the next one where that was billed already. A repeat with the same `identifier` answers the first event.',
  input: EventInput,
  output: Shown,
  faults: [...faults],
  example,
  async run(ctx, input) {
    const [event] = await record(ctx, [input], () => '');
    return event as MeterEventObject;
  },
});

export const createMeterEvents = operation({
  name: 'meter_events.create_batch',
  scope: 'meter_events:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Record usage in a batch',
  description: 'Up to 100 events, of any meters and customers. When one of them is refused, none is recorded.',
  input: Type.Object(
    { events: Type.Array(EventInput, { minItems: 1, maxItems: 100 }) },
    { additionalProperties: false },
  ),
  output: Type.Object({ object: Type.Literal('list'), data: Type.Array(Shown), has_more: Type.Literal(false) }),
  faults: [...faults],
  example: { events: [{ event_name: 'gigabyte', payload: { customer: '{customer}', value: 25 } }] },
  async run(ctx, input) {
    const data = await record(ctx, input.events, (i) => `events[${i}].`);
    return { object: 'list' as const, data, has_more: false as const };
  },
});

/** `at`: how the caller names the place of an event in what they sent. */
async function record(ctx: Ctx, inputs: readonly EventInput[], at: (i: number) => string): Promise<MeterEventObject[]> {
  const { account_id } = ctx.account;
  const meters = await metersOf(ctx, inputs);
  const read = inputs.map((input, i) => readPayload(input, meters.get(input.event_name), at(i)));
  const times = await timesOf(
    ctx,
    read.map((one) => one.customer),
    (i) => `${at(i)}payload`,
  );
  const events = inputs.map((input, i): NewMeterEvent => {
    const { meter_id, customer, value } = read[i] as Read;
    const id = newId('mev', ctx.env);
    return {
      account_id,
      identifier: input.identifier ?? keyed(ctx, i) ?? id,
      event_id: id,
      meter_id,
      customer_id: customer,
      value,
      happened_at: momentOf(input, times.get(customer) ?? ctx.env.clock.now(), `${at(i)}timestamp`),
      created_at: ctx.env.clock.now(),
    };
  });
  await ctx.env.lane<NewMeterEvent[]>('meters.record', account_id, recordEvents).add(events);
  ctx.env.probe('meter_event.recorded');
  const kept = await findEvents(
    ctx.env.db.query,
    account_id,
    events.map((event) => event.identifier),
  );
  return events.map((event, i) => {
    const row = kept.get(event.identifier);
    if (!row || !isSame(row, event, inputs[i]?.timestamp !== undefined))
      throw new Fault(
        'idempotency_conflict',
        `Another event has the identifier '${event.identifier}'. Each event needs its own; a repeat must be the same event.`,
        { param: `${at(i)}identifier` },
      );
    return meterEventObject(row);
  });
}

/** A repeat of a request whose process died must not count twice: its events go by the key of the request. */
const keyed = ({ claim }: Ctx, i: number): string | undefined =>
  claim && `key-${createHash('sha256').update(`${claim.operation} ${claim.key}`).digest('hex').slice(0, 40)}-${i}`;

const isSame = (row: MeterEventRow, event: NewMeterEvent, timed: boolean): boolean =>
  row.meter_id === event.meter_id &&
  row.customer_id === event.customer_id &&
  plainDecimal(row.value) === plainDecimal(event.value) &&
  (!timed || row.id === event.event_id || row.happened_at.getTime() === event.happened_at.getTime());

type Named = Pick<MeterRow, 'id' | 'event_name' | 'customer_key' | 'value_key'>;

async function metersOf(ctx: Ctx, inputs: readonly EventInput[]): Promise<Map<string, Named>> {
  const rows = await ctx.env.db.query
    .selectFrom('meters')
    .select(['id', 'event_name', 'customer_key', 'value_key'])
    .where('account_id', '=', ctx.account.account_id)
    .where('event_name', 'in', [...new Set(inputs.map((input) => input.event_name))])
    .where('deactivated_at', 'is', null)
    .execute();
  return new Map(rows.map((row) => [row.event_name, row]));
}

type Read = { meter_id: string; customer: string; value: string };

function readPayload({ event_name, payload }: EventInput, meter: Named | undefined, at: string): Read {
  if (!meter) throw notFound('active meter with the event name', event_name, `${at}event_name`);
  const { customer_key, value_key } = meter;
  for (const key of Object.keys(payload)) {
    if (key === customer_key || key === value_key) continue;
    const read = value_key === null ? `'${customer_key}'` : `'${customer_key}' and '${value_key}'`;
    throw new Fault('parameter_invalid', `'${key}' is not read by this meter, only ${read}. Leave it out.`, {
      param: `${at}payload.${key}`,
    });
  }
  const needed = (key: string) => {
    const value = payload[key];
    if (value !== undefined) return value;
    throw new Fault('parameter_missing', `'${at}payload.${key}' is required by this meter.`, {
      param: `${at}payload.${key}`,
    });
  };
  const value = value_key === null ? '1' : decimalOf(needed(value_key), `${at}payload.${value_key}`);
  return { meter_id: meter.id, customer: String(needed(customer_key)), value };
}

/** What time it is for each customer; those of the sandbox may live by a test clock. Refuses customers that are not there. */
async function timesOf(
  ctx: Ctx,
  customers: readonly string[],
  param: (i: number) => string,
): Promise<Map<string, Date>> {
  const { account_id, mode } = ctx.account;
  const ids = [...new Set(customers)];
  const clocks =
    mode === 'sandbox'
      ? sql`(select frozen_time from test_clocks t where t.account_id = c.account_id and t.customer_id = c.id and t.status <> 'completed')`
      : sql`null::timestamptz`;
  const { rows } = await sql<{ id: string; now: Date | null }>`
    select c.id, ${clocks} as now from customers c
    where c.account_id = ${account_id} and c.id = any(${ids}) and c.deleted_at is null`.execute(ctx.env.db.query);
  const found = new Map(rows.map((row) => [row.id, row.now ?? ctx.env.clock.now()]));
  const at = customers.findIndex((id) => !found.has(id));
  if (at !== -1) throw notFound('customer', customers[at] ?? '', param(at));
  return found;
}

function momentOf({ timestamp }: EventInput, now: Date, param: string): Date {
  if (timestamp === undefined) return now;
  const moment = instantOf(timestamp, param);
  if (moment < plus(now, -oldest) || moment > plus(now, newest))
    throw new Fault(
      'parameter_invalid',
      `'${param}' must be from 35 days ago to 5 minutes ahead. For this customer it is ${now.toISOString()}.`,
      { param },
    );
  return moment;
}

export const cancelMeterEvent = operation({
  name: 'meter_events.cancel',
  scope: 'meter_events:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Cancel a meter event',
  description: 'Within 24 hours after it was recorded, and before it was billed. It counts for nothing then.',
  input: Type.Object({ identifier: text(100) }, { additionalProperties: false }),
  output: Shown,
  faults: ['not_found', 'state_invalid'],
  example: { identifier: '{meter_event_identifier}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const known = await findEvent(tx, account_id, input.identifier);
    const { meter_id, customer_id } = known;
    // Nobody bills while this is decided.
    const { rows } = await sql<{ billed: boolean }>`
      select closed_until > ${known.counted_at} as billed from meter_closings
      where account_id = ${account_id} and meter_id = ${meter_id} and customer_id = ${customer_id} for share`.execute(
      tx,
    );
    const event = await findEvent(tx, account_id, input.identifier);
    if (event.canceled_at) return meterEventObject(event);
    const now = ctx.env.clock.now();
    if (rows[0]?.billed) throw late('It was billed already.');
    if (now > plus(event.created_at, regret)) throw late('It was recorded more than 24 hours ago.');
    await sql`update meter_events set canceled_at = ${now}
      where account_id = ${account_id} and meter_id = ${meter_id} and customer_id = ${customer_id}
        and counted_at = ${event.counted_at} and id = ${event.id}`.execute(tx);
    return meterEventObject({ ...event, canceled_at: now });
  },
});

const late = (why: string) =>
  new Fault('state_invalid', `This event cannot be canceled: ${why} Give the customer a credit instead.`, {
    param: 'identifier',
  });
