// The log of deliveries as callers read it. It never changes one.

import Type from 'typebox';
import { eventTypes } from '../events/event.ts';
import { Id, ListOf, pageFields } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { DeliveryObject, deliveryObject, deliveryStatuses, findDelivery, TryObject, tryObject } from './delivery.ts';

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
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'deliveries',
      where: {
        account_id: ctx.account.account_id,
        endpoint_id: input.endpoint_id,
        event_id: input.event_id,
        status: input.status,
        event_type: input.event_type,
      },
      show: each(deliveryObject),
    }),
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
