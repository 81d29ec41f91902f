// The log of deliveries as callers read it. It never changes one.

import type { SelectQueryBuilder } from 'kysely';
import Type from 'typebox';
import type { DB } from '../db/types.ts';
import { eventTypes } from '../events/event.ts';
import { toList, windowOf } from '../kit/page.ts';
import { Id, ListOf, pageFields } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import {
  DeliveryObject,
  type DeliveryRow,
  deliveryObject,
  deliveryStatuses,
  findDelivery,
  TryObject,
  tryObject,
} from './delivery.ts';

export const listDeliveries = operation({
  name: 'deliveries.list',
  scope: 'deliveries:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List deliveries',
  description:
    'Newest first, by any of endpoint, event, status and type of event. The tries of one are in `deliveries.get`.',
  input: Type.Object(
    {
      ...pageFields,
      endpoint_id: Type.Optional(Id),
      event_id: Type.Optional(Id),
      status: Type.Optional(Type.Enum([...deliveryStatuses])),
      event_type: Type.Optional(Type.Enum([...eventTypes])),
    },
    { additionalProperties: false },
  ),
  output: ListOf(DeliveryObject),
  faults: ['parameter_invalid'],
  example: { endpoint_id: '{webhook_endpoint}', limit: 3 },
  async run(ctx, input) {
    const window = windowOf(input);
    let query: SelectQueryBuilder<DB, 'deliveries', DeliveryRow> = ctx.env.db.query
      .selectFrom('deliveries')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .orderBy('id', window.before === undefined ? 'desc' : 'asc')
      .limit(window.limit + 1);
    if (input.endpoint_id !== undefined) query = query.where('endpoint_id', '=', input.endpoint_id);
    if (input.event_id !== undefined) query = query.where('event_id', '=', input.event_id);
    if (input.status !== undefined) query = query.where('status', '=', input.status);
    if (input.event_type !== undefined) query = query.where('event_type', '=', input.event_type);
    if (window.after !== undefined) query = query.where('id', '<', window.after);
    if (window.before !== undefined) query = query.where('id', '>', window.before);
    return toList(await query.execute(), window, deliveryObject);
  },
});

export const getDelivery = operation({
  name: 'deliveries.get',
  scope: 'deliveries:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a delivery',
  description:
    'With the history of its tries, newest first: when, how long, what the endpoint answered. At most the latest 100.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Type.Interface([DeliveryObject], { history: Type.Array(TryObject) }),
  faults: ['not_found'],
  example: { id: '{delivery}' },
  async run(ctx, input) {
    const { account_id } = ctx.account;
    const row = await findDelivery(ctx.env.db.query, account_id, input.id);
    const tries = await ctx.env.db.query
      .selectFrom('delivery_tries')
      .selectAll()
      .where('account_id', '=', account_id)
      .where('delivery_id', '=', row.id)
      .orderBy('number', 'desc')
      .limit(100)
      .execute();
    return { ...deliveryObject(row), history: tries.map(tryObject) };
  },
});
