// The operator's verdict on an account's first payout, and the sandbox's, which has no operator. Not open to merchants.

import Type from 'typebox';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { movePayout } from './move-payout.ts';
import { lockPayout, PayoutObject, type PayoutRow, payoutObject } from './payout.ts';

const common = {
  scope: 'payouts:write',
  actors: ['system'],
  kind: 'write',
  output: PayoutObject,
  faults: ['not_found', 'state_invalid'],
} as const;

export const approvePayout = operation({
  ...common,
  name: 'payouts.approve',
  summary: 'Approve a payout',
  description:
    'Releases a payout that is `in_review`: it is `pending` and sent at once. Later payouts of the account are not reviewed.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  example: { id: '{payout}' },
  async run(ctx, input, tx) {
    const payout = inReview(await lockPayout(tx, ctx.account.account_id, input.id));
    const released = await movePayout(ctx, tx, payout, { to: 'pending' });
    ctx.env.nudge();
    return payoutObject(released);
  },
});

export const rejectPayout = operation({
  ...common,
  name: 'payouts.reject',
  summary: 'Reject a payout',
  description: 'Ends a payout that is `in_review` as `failed`; its money returns to the merchant’s available balance.',
  input: Type.Object({ id: Id, reason: text(300, 'Shown to the merchant.') }, { additionalProperties: false }),
  example: { id: '{payout}', reason: 'The holder is not the merchant' },
  async run(ctx, input, tx) {
    const payout = inReview(await lockPayout(tx, ctx.account.account_id, input.id));
    const step = { to: 'failed', by: null, code: 'review_rejected', reason: input.reason } as const;
    return payoutObject(await movePayout(ctx, tx, payout, step));
  },
});

function inReview(payout: PayoutRow): PayoutRow {
  if (payout.status === 'in_review') return payout;
  throw new Fault('state_invalid', `This payout is '${payout.status}'; only one 'in_review' is reviewed.`, {
    param: 'id',
  });
}

/** For the job, when the sandbox's review is over. Somebody may have decided meanwhile. */
export async function approveIfWaiting(ctx: Ctx, id: string): Promise<void> {
  await ctx.env.db.tx(async (tx) => {
    const payout = await lockPayout(tx, ctx.account.account_id, id);
    if (payout.status === 'in_review') await movePayout(ctx, tx, payout, { to: 'pending' });
  });
}
