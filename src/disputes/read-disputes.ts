// Reading disputes: get and list. Every filter has an index that begins with the account.

import Type from 'typebox';
import { idAt } from '../kit/id.ts';
import { toList, windowOf } from '../kit/page.ts';
import { Id, instantOf, ListOf, pageFields } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { DisputeObject, type DisputeRow, disputeObject, disputeStatuses, findDispute } from './dispute.ts';

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
      created_from: Type.Optional(Type.String({ maxLength: 40, format: 'date-time' })),
      created_to: Type.Optional(Type.String({ maxLength: 40, format: 'date-time', description: 'Not included.' })),
    },
    { additionalProperties: false },
  ),
  output: ListOf(DisputeObject),
  faults: ['parameter_invalid'],
  example: { status: ['needs_response', 'under_review'], limit: 3 },
  async run(ctx, input) {
    const window = windowOf(input);
    let query = ctx.env.db.query
      .selectFrom('disputes')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .orderBy('id', window.before === undefined ? 'desc' : 'asc')
      .limit(window.limit + 1);
    if (input.payment !== undefined) query = query.where('payment_id', '=', input.payment);
    if (input.status !== undefined) query = query.where('status', 'in', input.status);
    // The id begins with the time, so a range of time is a range of ids.
    if (input.created_from !== undefined)
      query = query.where('id', '>=', idAt('dp', instantOf(input.created_from, 'created_from')));
    if (input.created_to !== undefined)
      query = query.where('id', '<', idAt('dp', instantOf(input.created_to, 'created_to')));
    if (window.after !== undefined) query = query.where('id', '<', window.after);
    if (window.before !== undefined) query = query.where('id', '>', window.before);
    return toList((await query.execute()) as DisputeRow[], window, disputeObject);
  },
});
