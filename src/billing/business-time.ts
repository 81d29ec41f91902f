// What time it is for a subscription: the process's clock, or the frozen time of the test clock that its customer lives by.

import { sql } from 'kysely';
import type { Executor, Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';

export async function timeFor(ctx: Ctx, query: Executor | Tx, test_clock_id: string | null): Promise<Date> {
  if (test_clock_id === null) return ctx.env.clock.now();
  const { rows } = await sql<{ frozen_time: Date }>`
    select frozen_time from test_clocks where account_id = ${ctx.account.account_id} and id = ${test_clock_id}`.execute(
    query,
  );
  return rows[0]?.frozen_time ?? ctx.env.clock.now();
}

/** The clock that a customer lives by now, when there is one. */
export async function clockOf(
  ctx: Ctx,
  query: Executor | Tx,
  customer_id: string,
): Promise<{ id: string; frozen_time: Date } | undefined> {
  if (ctx.account.mode !== 'sandbox') return undefined;
  const { rows } = await sql<{ id: string; frozen_time: Date }>`
    select id, frozen_time from test_clocks
    where account_id = ${ctx.account.account_id} and customer_id = ${customer_id} and status <> 'completed'`.execute(
    query,
  );
  return rows[0];
}
