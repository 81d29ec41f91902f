// The operator's table: operations that only the installation itself may call, reached by the command line. No business here.

import { ConfigError } from './config.ts';
import type { OpenEnv } from './env.ts';
import { loadAccount } from './identity/account.ts';
import { configureAccount, getAccount } from './identity/configure-account.ts';
import { approveMerchant, disableMerchant, enableMerchant } from './identity/manage-merchants.ts';
import { isFault } from './kit/fault.ts';
import { newId } from './kit/id.ts';
import type { Ctx } from './operation/context.ts';
import { type Operation, perform } from './operation/operation.ts';
import { markPayoutFailed, markPayoutPaid } from './payouts/confirm-payout.ts';
import { reviewBankAccount } from './payouts/review-bank-account.ts';
import { approvePayout, rejectPayout } from './payouts/review-payout.ts';

const table = [
  getAccount,
  configureAccount,
  approveMerchant,
  disableMerchant,
  enableMerchant,
  reviewBankAccount,
  approvePayout,
  rejectPayout,
  markPayoutPaid,
  markPayoutFailed,
] as unknown as Operation[];

export const operatorOperations = (): string => table.map((op) => `  ${op.name.padEnd(24)}${op.summary}`).join('\n');

type Ask = { name: string; account_id: string; json: string };

/** Through the door, as everything else: the same checks, the same refusals. */
export async function operate(env: OpenEnv, { name, account_id, json }: Ask): Promise<string> {
  const op = table.find((candidate) => candidate.name === name);
  if (!op)
    throw new ConfigError(`There is no operation '${name}' for the operator. There are:\n${operatorOperations()}`);
  const account = await loadAccount(env.db.query, account_id);
  if (!account) throw new ConfigError(`There is no account ${account_id}.`);
  const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('cli', env) };
  try {
    const { text } = await perform(op, ctx, { input: JSON.parse(json) as unknown });
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (isFault(error) || error instanceof SyntaxError) throw new ConfigError(`${name}: ${error.message}`);
    throw error;
  }
}
