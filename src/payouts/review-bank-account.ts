// The operator's verdict on a bank account. Not open to merchants: the command line calls it.

import Type from 'typebox';
import { emit } from '../events/emit.ts';
import { Fault } from '../kit/fault.ts';
import { Id, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import {
  BankAccountObject,
  type BankAccountRow,
  bankAccountObject,
  lockBankAccount,
  verdictOf,
} from './bank-account.ts';

export const reviewBankAccount = operation({
  name: 'bank_accounts.review',
  scope: 'bank_accounts:write',
  actors: ['system'],
  kind: 'write',
  summary: 'Review a bank account',
  description:
    'Verifies or rejects. A verified account can be rejected later: payouts to it that were not handed to the bank yet then fail, and their money returns.',
  input: Type.Object(
    {
      id: Id,
      verdict: Type.Enum(['verified', 'rejected']),
      reason: Type.Optional(text(300, 'Shown to the merchant; required when rejected.')),
    },
    { additionalProperties: false },
  ),
  output: BankAccountObject,
  faults: ['not_found', 'parameter_missing', 'parameter_unknown'],
  example: { id: '{bank_account}', verdict: 'verified' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const { verdict, reason } = input;
    if (verdict === 'rejected' && reason === undefined) {
      throw new Fault('parameter_missing', 'Say why it is rejected: the merchant reads it.', { param: 'reason' });
    }
    if (verdict === 'verified' && reason !== undefined) {
      throw new Fault('parameter_unknown', 'A verified account has no reason.', { param: 'reason' });
    }
    const before = await lockBankAccount(tx, account_id, input.id, 'update');
    if (before.status === verdict && before.rejection_reason === (reason ?? null)) return bankAccountObject(before);
    const now = ctx.env.clock.now();
    const row = await tx
      .updateTable('bank_accounts')
      .set({ status: verdict, rejection_reason: reason ?? null, reviewed_at: now, updated_at: now })
      .where('account_id', '=', account_id)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const after = row as BankAccountRow;
    const object = bankAccountObject(after);
    for (const type of verdictOf(after)) await emit(ctx, tx, type, object);
    return object;
  },
});
