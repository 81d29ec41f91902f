// The part of the billing run that tells of what comes: in batches, each subscription claimed by one worker, the event and the mark that
// it was told in one transaction. What is told too late, because no worker ran, is not told at all.

import { sql } from 'kysely';
import { runAll } from '../db/db.ts';
import { emitStatements, type NewEvent } from '../events/emit.ts';
import { loadAccount } from '../identity/account.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import type { Scope } from './billing-run.ts';
import { reminderOf } from './reminder.ts';
import { type SubscriptionRow, writeSubscriptions } from './subscription.ts';
import { ofSubscription } from './tell.ts';

/** One batch of each account that has something to tell; returns how many there were. */
export async function tellReminders(env: Env, limit = 200): Promise<number> {
  const now = env.clock.now();
  const { rows } = await sql<{ account_id: string }>`
    select distinct account_id from (
      select account_id from subscriptions where remind_at <= ${now} and test_clock_id is null order by remind_at limit 1000) d`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of rows) {
    const account = await loadAccount(env.db.query, account_id);
    if (!account) continue;
    const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
    count += await remindDue(ctx, { test_clock_id: null, now, limit });
  }
  return count;
}

/** Returns how many were looked at. */
export async function remindDue(ctx: Ctx, { test_clock_id, now, limit }: Omit<Scope, 'only'>): Promise<number> {
  const { account_id } = ctx.account;
  const clock = test_clock_id === null ? sql`test_clock_id is null` : sql`test_clock_id = ${test_clock_id}`;
  const count = await ctx.env.db.tx(async (tx) => {
    const { rows } = await sql<SubscriptionRow>`
      select * from subscriptions where account_id = ${account_id} and remind_at <= ${now} and ${clock}
      order by remind_at, id limit ${limit} for no key update skip locked`.execute(tx);
    const events: NewEvent[] = [];
    const told = rows.map((row) => {
      const reminder = reminderOf(row);
      // Changed since by hand of a statement that did not say so: when it is due is worked out anew by the writing.
      if (!reminder || reminder.at > now) return row;
      if (reminder.of > now) events.push(ofSubscription(ctx, reminder.event, row));
      return { ...row, reminded_for: reminder.of };
    });
    await runAll(tx, [...writeSubscriptions(told), ...emitStatements(events)]);
    return rows.length;
  });
  if (count > 0) ctx.env.nudge();
  return count;
}
