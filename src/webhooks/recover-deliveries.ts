// Everything that an endpoint missed since a time, sent once more: what failed, what waits for a later try, and events that
// happened while it was disabled. What it has accepted is left alone.

import { sql } from 'kysely';
import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { timeOf } from '../events/read-events.ts';
import { plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { idAt } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { lease } from './delivery.ts';
import { type EndpointRow, lockEndpoint } from './endpoint.ts';
import { insertDeliveries } from './fan-out.ts';

/** Rows changed by one call: a transaction of about a second. */
const most = 10_000;

export const recoverDeliveries = operation({
  name: 'webhook_endpoints.recover',
  scope: 'webhook_endpoints:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Recover the deliveries of a webhook endpoint',
  description:
    'Sends each event since `since` that this endpoint chose and has not accepted: failed ones, those waiting for a later try, and those that happened while it was disabled ' +
    '(never earlier than the endpoint itself). Each is sent once and then tried on as usual. One call takes up to 10,000; while `has_more` is true, call again.',
  input: Type.Object(
    {
      id: Id,
      since: Type.String({
        format: 'date-time',
        maxLength: 40,
        description: 'Events that happened at this time or later.',
      }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    object: Type.Literal('recovery'),
    endpoint_id: Type.String(),
    since: Type.String({ format: 'date-time' }),
    deliveries: Type.Integer({ description: 'How many are on their way by this call.' }),
    has_more: Type.Boolean(),
  }),
  faults: ['not_found', 'state_invalid', 'parameter_invalid'],
  example: { id: '{webhook_endpoint}', since: '2026-01-31T12:00:00Z' },
  async run(ctx, input, tx) {
    const endpoint = await lockEndpoint(tx, ctx.account.account_id, input.id);
    if (endpoint.status !== 'enabled')
      throw new Fault('state_invalid', 'This endpoint is disabled. Enable it before you recover.', { param: 'id' });
    const since = timeOf(input.since, 'since');
    const from = idAt('evt', new Date(Math.max(since.getTime(), endpoint.created_at.getTime())));
    const again = await pullForward(ctx, tx, endpoint, from);
    const missed = again < most ? await deliverMissed(ctx, tx, endpoint, from, most - again) : 0;
    if (again + missed > 0) ctx.env.nudge();
    return {
      object: 'recovery' as const,
      endpoint_id: endpoint.id,
      since: since.toISOString(),
      deliveries: again + missed,
      has_more: again + missed >= most,
    };
  },
});

/** Rows that may be in flight are not touched: they are sent by themselves within the lease. */
async function pullForward(ctx: Ctx, tx: Tx, endpoint: EndpointRow, from: string): Promise<number> {
  const now = ctx.env.clock.now();
  const result = await sql`
    update deliveries set status = 'pending', next_try_at = ${now}, tries = 0, resends = resends + 1
    where account_id = ${endpoint.account_id} and id = any(array(
      select id from deliveries
      where account_id = ${endpoint.account_id} and endpoint_id = ${endpoint.id} and event_id >= ${from} and event_type <> 'webhook_endpoint.test'
        and (status = 'failed' or (status = 'pending' and next_try_at > ${plus(now, lease)}))
      order by id limit ${most} for update))`.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Events of the chosen types without a delivery. Those still in the outbox may get it here; fan-out then passes over them. */
async function deliverMissed(ctx: Ctx, tx: Tx, endpoint: EndpointRow, from: string, limit: number): Promise<number> {
  let query = tx
    .selectFrom('events')
    .select(['id', 'type'])
    .where('account_id', '=', endpoint.account_id)
    .where('id', '>=', from)
    .where('type', '<>', 'webhook_endpoint.test')
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('deliveries')
            .select('deliveries.id')
            .whereRef('deliveries.account_id', '=', 'events.account_id')
            .where('deliveries.endpoint_id', '=', endpoint.id)
            .whereRef('deliveries.event_id', '=', 'events.id'),
        ),
      ),
    )
    .orderBy('id')
    .limit(limit);
  if (!endpoint.events.includes('*')) query = query.where('type', 'in', endpoint.events);
  const events = await query.execute();
  return insertDeliveries(
    tx,
    ctx.env,
    endpoint.account_id,
    events.map((event) => ({ endpoint_id: endpoint.id, event })),
  );
}
