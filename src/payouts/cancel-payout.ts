// Cancelling a payout before it was handed to the bank. Once it may have left the house it takes its course.

import Type from 'typebox';
import { Fault } from '../kit/fault.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { movePayout } from './move-payout.ts';
import { lockPayout, PayoutObject, payoutObject } from './payout.ts';

export const cancelPayout = operation({
  name: 'payouts.cancel',
  scope: 'payouts:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Cancel a payout',
  description:
    'Only while it is `in_review` or `pending` and not handed to the bank yet. The money is in your available balance again with the answer.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PayoutObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{unsent_payout}' },
  async run(ctx, input, tx) {
    const payout = await lockPayout(tx, ctx.account.account_id, input.id);
    if (payout.status !== 'in_review' && payout.status !== 'pending') {
      const message = `This payout is '${payout.status}'. It can be cancelled while it is 'in_review' or 'pending'.`;
      throw new Fault('state_invalid', message, { param: 'id' });
    }
    if (payout.sends > 0) {
      const message = 'This payout is being handed to the bank right now, so it can no longer be cancelled.';
      throw new Fault('state_invalid', message, { param: 'id' });
    }
    return payoutObject(await movePayout(ctx, tx, payout, { to: 'cancelled' }));
  },
});
