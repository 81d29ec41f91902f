// The merchant of a run: an account whose settings the seed chooses, two webhook receivers and a bank account. Made before anything can
// go wrong.

import { createCompany, loadAccount } from '../../src/identity/account.ts';
import { must } from '../../src/kit/assert.ts';
import type { Account } from '../../src/operation/context.ts';
import { type Operation, perform } from '../../src/operation/operation.ts';
import { createBankAccount } from '../../src/payouts/manage-bank-accounts.ts';
import { createEndpoint } from '../../src/webhooks/manage-endpoints.ts';
import type { World } from './world.ts';

export const merchant = { kind: 'secret', key_id: 'key_simulation' } as const;

/** Account numbers that the simulated bank pays to, or not (docs/test-bank-accounts.md). */
export const bankEndings = ['123456', '111116', '333335', '444440', '555559'];

export async function openTenant(world: World): Promise<Account> {
  const { chance } = world;
  const env = must(world.processes[0], 'a process is up').env;
  const ids = await env.db.tx(async (tx) => {
    const made = await createCompany(env, tx, { company: 'Acme Ltd', merchant: 'Acme', currency: 'USD' });
    await tx
      .updateTable('accounts')
      .set({
        fee_schedule: JSON.stringify(
          chance.pick([{}, { rules: [{ bps: 290, fixed: 30 }], dispute: [{ amount: 1500 }] }]),
        ),
        overdraft_limit: chance.pick([0, 0, 5_000, 1_000_000]),
        refund_funding: chance.pick(['available', 'available_and_incoming']),
        settlement_delay_days: chance.int(0, 2),
        payout_schedule: chance.pick(['manual', 'manual', 'daily', 'weekly']),
        payout_minimum: chance.pick([1, 1_000]),
        fraud_warning_refund_limit: chance.pick([null, null, 100_000]),
      })
      .where('account_id', '=', made.sandbox)
      .execute();
    await tx
      .updateTable('merchants')
      .set({ time_zone: chance.pick(['UTC', 'America/Los_Angeles', 'Asia/Tokyo']) })
      .where('id', 'in', tx.selectFrom('accounts').select('merchant_id').where('account_id', '=', made.sandbox))
      .execute();
    return made;
  });
  const account = must(await loadAccount(env.db.query, ids.sandbox), 'the account was made');
  const make = async (op: Operation, input: Record<string, unknown>) => {
    const answer = await perform(op, { env, account, actor: merchant, request_id: 'req_setup' }, { input });
    return JSON.parse(answer.text) as Record<string, unknown>;
  };
  for (const n of [1, 2]) {
    const url = `http://127.0.0.1:1/hooks/${n}`;
    const made = await make(createEndpoint as unknown as Operation, { url, events: ['*'] });
    world.auditor.endpoints.push({ id: String(made.id), url, secret: String(made.secret) });
    world.receivers.moods.set(url, chance.pick(['well', 'well', 'flaky', 'errors']));
  }
  await make(createBankAccount as unknown as Operation, {
    kind: 'us',
    currency: 'USD',
    holder_name: 'Acme Inc.',
    routing_number: '110000000',
    account_number: `000${chance.pick(bankEndings)}`,
  });
  const { fee_schedule, overdraft_limit, refund_funding, settlement_delay_days, payout_schedule, time_zone } = account;
  world.say(
    `account ${JSON.stringify({ fee_schedule, overdraft_limit, refund_funding, settlement_delay_days, payout_schedule, time_zone })}`,
  );
  return account;
}
