// Reading usage: the events of one customer, and what they come to by hour or day. Each reads its own part of one index.

import { sql } from 'kysely';
import Type from 'typebox';
import { findCustomer } from '../customers/customer.ts';
import { Fault } from '../kit/fault.ts';
import { Id, instantOf, ListOf, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { findMeter } from './meter.ts';
import { eventColumns, findPlace, MeterEventObject, type MeterEventRow, meterEventObject } from './meter-event.ts';
import { plainDecimal } from './value.ts';

const Instant = (description: string) => Type.String({ format: 'date-time', maxLength: 40, description });
const Limit = Type.Integer({ minimum: 1, maximum: 100, description: 'Rows of a page; 25 when left out.' });

export const listMeterEvents = operation({
  name: 'meter_events.list',
  scope: 'meter_events:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List meter events',
  description: 'Of one customer and meter, those that count latest first. Canceled ones, too.',
  input: Type.Object(
    {
      meter: Id,
      customer: Id,
      limit: Type.Optional(Limit),
      starting_after: Type.Optional(text(100, 'The identifier of the last event of the page before.')),
    },
    { additionalProperties: false },
  ),
  output: ListOf(MeterEventObject),
  faults: ['not_found', 'parameter_invalid'],
  example: { meter: '{meter}', customer: '{customer}', limit: 3 },
  async run(ctx, input) {
    const { account_id } = ctx.account;
    const { query } = ctx.env.db;
    await findMeter(query, account_id, input.meter, 'meter');
    await findCustomer(query, account_id, input.customer);
    const limit = input.limit ?? 25;
    const { meter, customer, starting_after: identifier } = input;
    const last =
      identifier === undefined ? undefined : await findPlace(query, account_id, { meter, customer, identifier });
    const { rows } = await sql<MeterEventRow>`
      select ${eventColumns} from meter_events e
      where e.account_id = ${account_id} and e.meter_id = ${input.meter} and e.customer_id = ${input.customer}
        ${last ? sql`and (e.counted_at, e.id) < (${last.counted_at}, ${last.id})` : sql``}
      order by e.counted_at desc, e.id desc limit ${limit + 1}`.execute(query);
    return { object: 'list' as const, data: rows.slice(0, limit).map(meterEventObject), has_more: rows.length > limit };
  },
});

const SummaryObject = Type.Object(
  {
    object: Type.Literal('meter_event_summary'),
    meter: Type.String(),
    customer: Type.String(),
    start: Type.String({ format: 'date-time' }),
    end: Type.String({ format: 'date-time', description: 'What happened at this very time is not in it.' }),
    value: Type.String({ description: 'A decimal, by the aggregation of the meter.' }),
  },
  { title: 'Summary of meter events' },
);

const inOne = {
  sum: sql`coalesce(sum(value), 0)`,
  count: sql`count(*)::numeric`,
  max: sql`coalesce(max(value), 0)`,
  last: sql`coalesce((array_agg(value order by counted_at desc, happened_at desc, id desc))[1], 0)`,
};

export const summarizeMeterEvents = operation({
  name: 'meters.summarize',
  scope: 'meters:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Sum up the usage of a customer',
  description:
    'From `from` until before `until`, as it would be billed; by hour or by day of your time zone where you ask for it. Hours and days without events are left out; for more than `limit` of them, ask again from the `end` of the last one.',
  input: Type.Object(
    {
      id: Id,
      customer: Id,
      from: Instant('The first moment.'),
      until: Instant('The first moment after it.'),
      by: Type.Optional(Type.Enum(['hour', 'day'], { description: 'One sum of all when left out.' })),
      limit: Type.Optional(Limit),
    },
    { additionalProperties: false },
  ),
  output: ListOf(SummaryObject),
  faults: ['not_found', 'parameter_invalid'],
  example: {
    id: '{meter}',
    customer: '{customer}',
    from: '2026-01-01T00:00:00Z',
    until: '2027-01-01T00:00:00Z',
    by: 'day',
  },
  async run(ctx, input) {
    const { account_id, time_zone } = ctx.account;
    const { query } = ctx.env.db;
    const { id, aggregation } = await findMeter(query, account_id, input.id);
    await findCustomer(query, account_id, input.customer);
    const from = instantOf(input.from, 'from');
    const until = instantOf(input.until, 'until');
    if (until <= from) throw new Fault('parameter_invalid', "'until' must be later than 'from'.", { param: 'until' });
    const rows = sql`select counted_at, happened_at, id, value from meter_events
      where account_id = ${account_id} and meter_id = ${id} and customer_id = ${input.customer}
        and counted_at >= ${from} and counted_at < ${until} and canceled_at is null`;
    const shown = (start: Date, end: Date, value: string) => ({
      object: 'meter_event_summary' as const,
      meter: id,
      customer: input.customer,
      start: start.toISOString(),
      end: end.toISOString(),
      value: plainDecimal(value),
    });
    if (!input.by) {
      const all = await sql<{ value: string }>`select (${inOne[aggregation]})::text as value from (${rows}) e`.execute(
        query,
      );
      return { object: 'list' as const, data: [shown(from, until, all.rows[0]?.value ?? '0')], has_more: false };
    }
    const limit = input.limit ?? 25;
    const step = input.by === 'day' ? sql`interval '1 day'` : sql`interval '1 hour'`;
    const zone = input.by === 'day' ? time_zone : 'UTC';
    const parts = await sql<{ start: Date; end: Date; value: string }>`
      select greatest(begins at time zone ${zone}, ${from}) as start, least((begins + ${step}) at time zone ${zone}, ${until}) as end,
        (${inOne[aggregation]})::text as value
      from (select *, date_trunc(${input.by}, counted_at at time zone ${zone}) as begins from (${rows}) e) e
      group by begins order by begins limit ${limit + 1}`.execute(query);
    const data = parts.rows.slice(0, limit).map(({ start, end, value }) => shown(start, end, value));
    return { object: 'list' as const, data, has_more: parts.rows.length > limit };
  },
});
