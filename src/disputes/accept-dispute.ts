// Giving a dispute up: the customer keeps the money at once, and no evidence can follow.

import Type from 'typebox';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { DisputeObject, disputeObject, lockDispute, refuseAnswer } from './dispute.ts';
import { recordResponse, sendResponse } from './respond.ts';

export const acceptDispute = operation({
  name: 'disputes.accept',
  scope: 'disputes:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Accept a dispute',
  description:
    'Gives the dispute up: the customer keeps the money, and it is decided at once. It cannot be undone. ' +
    'While the provider’s answer is not known the dispute keeps its status and its `response` is `sent`.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: DisputeObject,
  faults: ['not_found', 'state_invalid', 'payment_in_progress'],
  example: { id: '{open_dispute}' },
  async run(ctx: Ctx, input) {
    const recorded = await ctx.env.db.tx(async (tx) => {
      const dispute = await lockDispute(tx, ctx.account.account_id, input.id);
      refuseAnswer(ctx, dispute);
      return await recordResponse(ctx, tx, dispute, 'accept');
    });
    return disputeObject(await sendResponse(ctx, recorded));
  },
});
