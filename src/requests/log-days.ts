// The days of the request log: each is a partition that is made before its first row and dropped whole when it is thirty days old, so
// that nothing is ever deleted row by row. Must never touch another table.

import { sql } from 'kysely';
import { days, plus } from '../kit/clock.ts';
import { idAt } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';

export const kept_days = 30;

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** Does nothing when the day is there. */
export async function addDay(env: Env, day: string): Promise<void> {
  const from = new Date(`${day}T00:00:00Z`);
  await sql`select florin_add_request_log_day(${day}::date, ${idAt('req', from)}, ${idAt('req', plus(from, days(1)))})`.execute(
    env.db.query,
  );
}

/** Makes today and the days to come, drops those that are too old; returns how many went. */
export async function keepDays(env: Env): Promise<number> {
  const now = env.clock.now();
  for (const ahead of [0, 1, 2]) await addDay(env, dayOf(plus(now, days(ahead))));
  const before = dayOf(plus(now, -days(kept_days)));
  const { rows } = await sql<{ gone: number }>`select florin_drop_request_log_days(${before}::date) as gone`.execute(
    env.db.query,
  );
  return rows[0]?.gone ?? 0;
}
