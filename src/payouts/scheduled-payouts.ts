// The job that requests what schedules call for: all that is available in a currency, once per day, to its default bank account.
// That it is once is kept by a unique key, so any number of workers may run it at the same time.

import { sql } from 'kysely';
import { isDuplicate, type Tx } from '../db/db.ts';
import { loadAccount } from '../identity/account.ts';
import { isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { lockBalance } from '../ledger/balance.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { insertPayout, payableDefault, withoutBank } from './request-payout.ts';
import { dueDay } from './schedule.ts';

const batch = 500;

type Candidate = { account_id: string; currency: string };

/** Returns how many payouts were requested. */
export async function requestScheduledPayouts(env: Env): Promise<number> {
  let made = 0;
  let last: Candidate = { account_id: '', currency: '' };
  for (;;) {
    const { rows } = await sql<Candidate>`
      select b.account_id, b.currency from accounts a
      join merchants m on m.id = a.merchant_id and m.status = 'active'
      join balances b on b.account_id = a.account_id
      where a.payout_schedule <> 'manual' and -b.available >= a.payout_minimum
        and (b.account_id, b.currency) > (${last.account_id}, ${last.currency})
      order by b.account_id, b.currency limit ${batch}`.execute(env.db.query);
    for (const candidate of rows) {
      const done = await requestOne(env, candidate).catch((error) => {
        // Another worker made today's, or took the money first.
        if (!isDuplicate(error) && !isFault(error))
          env.log.error({ ...candidate, error }, 'a scheduled payout could not be requested and will be tried again');
        return false;
      });
      if (done) made += 1;
    }
    const end = rows.at(-1);
    if (!end || rows.length < batch) return made;
    last = end;
  }
}

async function requestOne(env: Env, { account_id, currency }: Candidate): Promise<boolean> {
  const account = await loadAccount(env.db.query, account_id);
  if (!account || withoutBank(account)) return false;
  const scheduled_on = dueDay(account, env.clock.now());
  if (scheduled_on === undefined) return false;
  const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
  return await env.db.tx(async (tx) => {
    if (await alreadyMade(tx, account_id, currency, scheduled_on)) return false;
    const bank_account = await payableDefault(ctx, tx, currency);
    if (!bank_account) return false;
    const { available } = await lockBalance(tx, account_id, currency);
    if (available < account.payout_minimum) return false;
    await insertPayout(ctx, tx, { bank_account, amount: available, scheduled_on });
    return true;
  });
}

async function alreadyMade(tx: Tx, account_id: string, currency: string, day: string): Promise<boolean> {
  const { rows } =
    await sql`select 1 from payouts where account_id = ${account_id} and currency = ${currency} and scheduled_on = ${day}::date`.execute(
      tx,
    );
  return rows.length > 0;
}
