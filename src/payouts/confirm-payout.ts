// What an operator reads on the bank's statement when the bank does not tell it by itself. Not open to merchants.

import Type from 'typebox';
import { bankFailures } from '../connectors/bank.ts';
import { Fault } from '../kit/fault.ts';
import { Id, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { movePayout, type Step } from './move-payout.ts';
import { lockPayout, PayoutObject, type PayoutRow, payoutObject, transitions } from './payout.ts';

const common = {
  scope: 'payouts:write',
  actors: ['system'],
  kind: 'write',
  output: PayoutObject,
  faults: ['not_found', 'state_invalid'],
} as const;

export const markPayoutPaid = operation({
  ...common,
  name: 'payouts.mark_paid',
  summary: 'Mark a payout as paid',
  description: 'By the bank’s confirmation. Only for a payout that was handed to the bank.',
  input: Type.Object({ id: Id, bank_reference: Type.Optional(text(140)) }, { additionalProperties: false }),
  example: { id: '{payout}', bank_reference: 'FT26031SX9' },
  async run(ctx, input, tx) {
    const step: Step = { to: 'paid', by: 'operator', bank_reference: input.bank_reference ?? null };
    const payout = sent(await lockPayout(tx, ctx.account.account_id, input.id), step);
    return payoutObject(await movePayout(ctx, tx, payout, step));
  },
});

export const markPayoutFailed = operation({
  ...common,
  name: 'payouts.mark_failed',
  summary: 'Mark a payout as failed',
  description:
    'By the bank’s confirmation, also of a payout that was paid and sent back. The money returns to the merchant’s available balance, once.',
  input: Type.Object(
    { id: Id, code: Type.Enum([...bankFailures]), reason: Type.Optional(text(300, 'Shown to the merchant.')) },
    { additionalProperties: false },
  ),
  example: { id: '{payout}', code: 'account_closed' },
  async run(ctx, input, tx) {
    const { code, reason } = input;
    const step: Step = { to: 'failed', by: 'operator', code, ...(reason === undefined ? {} : { reason }) };
    const payout = sent(await lockPayout(tx, ctx.account.account_id, input.id), step);
    return payoutObject(await movePayout(ctx, tx, payout, step));
  },
});

function sent(payout: PayoutRow, step: Step): PayoutRow {
  if (payout.sends > 0 && transitions[payout.status].includes(step.to)) return payout;
  const state = payout.sends === 0 ? `'${payout.status}' and was not handed to the bank` : `'${payout.status}'`;
  throw new Fault('state_invalid', `This payout is ${state}; it cannot become '${step.to}'.`, { param: 'id' });
}
