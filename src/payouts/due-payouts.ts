// How the jobs take payouts that are due: per account, each by one worker at a time, with the next look written before anything
// is done, so that a worker that dies leaves it to be found again. Decides nothing about a payout.

import { type RawBuilder, sql } from 'kysely';
import { loadAccount } from '../identity/account.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import type { PayoutRow, PayoutStatus } from './payout.ts';

export type Due = {
  statuses: readonly PayoutStatus[];
  /** What is counted when one is taken. */
  counting: 'sends' | 'looks';
  /** When it is due again if nothing more is heard; SQL over the row as it was. */
  again: RawBuilder<unknown>;
  limit: number;
};

/** Runs `work` for each payout that is due; returns how many were taken. A failure is logged and leaves the payout for its next time. */
export async function eachDue(
  env: Env,
  due: Due,
  work: (ctx: Ctx, payout: PayoutRow) => Promise<void>,
): Promise<number> {
  const now = env.clock.now();
  const statuses = [...due.statuses];
  const { rows: accounts } = await sql<{ account_id: string }>`
    select distinct account_id from (
      select account_id from payouts where next_at <= ${now} and status = any(${statuses}::text[]) order by next_at limit 1000) d`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of accounts) {
    const account = await loadAccount(env.db.query, account_id);
    if (!account) continue;
    const counter = sql.ref(due.counting);
    const { rows } = await sql<PayoutRow>`
      update payouts set ${counter} = ${counter} + 1, next_at = ${now}::timestamptz + ${due.again}
      where account_id = ${account_id} and id in (
        select id from payouts where account_id = ${account_id} and next_at <= ${now} and status = any(${statuses}::text[])
        order by next_at limit ${due.limit} for update skip locked)
      returning *`.execute(env.db.query);
    for (const payout of rows) {
      const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
      await work(ctx, payout).catch((error) =>
        env.log.warn({ payout: payout.id, error }, 'a payout without an outcome; it will be looked at again'),
      );
    }
    count += rows.length;
  }
  return count;
}
