// Reading disputes: get and list. Every filter has an index that begins with the account.

import Type from 'typebox';
import { Id, Instant, ListOf, pageFields } from '../operation/fields.ts';
import { each, idsBetween, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { DisputeObject, disputeObject, disputeStatuses, findDispute } from './dispute.ts';

export const getDispute = operation({
  name: 'disputes.get',
  scope: 'disputes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a dispute',
  description: 'The dispute as it is now, with its evidence.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: DisputeObject,
  faults: ['not_found'],
  example: { id: '{dispute}' },
  run: async (ctx, input) => disputeObject(await findDispute(ctx.env.db.query, ctx.account.account_id, input.id)),
});

export const listDisputes = operation({
  name: 'disputes.list',
  scope: 'disputes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List disputes',
  description: 'Newest first. Filters add up; `status` may hold several. Those that wait for you are `needs_response`.',
  input: Type.Object(
    {
      ...pageFields,
      payment: Type.Optional(Id),
      status: Type.Optional(
        Type.Array(Type.Enum([...disputeStatuses]), {
          minItems: 1,
          maxItems: 6,
          description: 'In a query: `status=won&status=lost`, or `status=won,lost`.',
        }),
      ),
      created_from: Type.Optional(Instant),
      created_to: Type.Optional({ ...Instant, description: 'Not included.' }),
    },
    { additionalProperties: false },
  ),
  output: ListOf(DisputeObject),
  faults: ['parameter_invalid'],
  example: { status: ['needs_response', 'under_review'], limit: 3 },
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'disputes',
      where: {
        account_id: ctx.account.account_id,
        payment_id: input.payment,
        status: input.status,
        id: idsBetween('dp', input, 'created_from', 'created_to'),
      },
      show: each(disputeObject),
    }),
});
