// The job that moves test clocks: from one point in time at which something is due to the next, so that all of it happens in its order.
// A clock waits where a payment is under way, because what follows depends on it.

import { sql } from 'kysely';
import { loadAccount } from '../identity/account.ts';
import { assert } from '../kit/assert.ts';
import { plus, seconds } from '../kit/clock.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { chargeDue, rollDue } from './billing-run.ts';
import { noticeDue } from './notices.ts';
import { remindDue } from './remind.ts';
import type { ClockRow } from './test-clock.ts';

/** So many points in time, then other clocks have their turn. */
const turn = 25;
const lease = seconds(60);

/** Returns how many clocks were moved on. */
export async function advanceClocks(env: Env, limit = 20): Promise<number> {
  const now = env.clock.now();
  const { rows: accounts } = await sql<{ account_id: string }>`
    select distinct account_id from (
      select account_id from test_clocks where status = 'advancing' and leased_until <= ${now} order by leased_until limit 1000) d`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of accounts) {
    const account = await loadAccount(env.db.query, account_id);
    if (!account) continue;
    const { rows } = await sql<ClockRow>`
      update test_clocks set leased_until = ${plus(now, lease)}
      where account_id = ${account_id} and id in (
        select id from test_clocks where account_id = ${account_id} and status = 'advancing' and leased_until <= ${now}
        order by leased_until limit ${limit} for no key update skip locked)
      returning *`.execute(env.db.query);
    for (const clock of rows) {
      const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
      const moved = await move(ctx, clock).catch(async (error) => {
        env.log.error({ clock: clock.id, error }, 'a test clock could not be moved');
        await stop(ctx, clock, 'failed', 'Something went wrong at this point in time. Advance again to go on.');
        return true;
      });
      if (moved) count += 1;
    }
  }
  return count;
}

/** False: a payment is under way, and the clock waits for it. */
async function move(ctx: Ctx, clock: ClockRow): Promise<boolean> {
  assert(clock.advance, 'a clock that is advancing knows where to');
  const target = new Date(clock.advance.to);
  let at = clock.frozen_time;
  for (let left = turn; left > 0; left--) {
    if (await underWay(ctx, clock.id)) {
      await sleepUntil(ctx, clock, plus(ctx.env.clock.now(), seconds(1)));
      return left < turn;
    }
    const due = await nextDueOf(ctx, clock.id);
    if (due === null || due > target) {
      await arrive(ctx, clock, target);
      return true;
    }
    if (due > at) at = due;
    if (!(await freeze(ctx, clock, at))) return false;
    ctx.env.probe('clock.moved');
    const scope = { test_clock_id: clock.id, now: at, limit: 100 };
    const reminded = await remindDue(ctx, scope);
    const rolled = reminded + (await rollDue(ctx, scope)).moved + (await chargeDue(ctx, scope));
    const done = rolled + (await noticeDue(ctx, scope));
    // Another worker, whose lease ran out meanwhile, is at it.
    if (done === 0) {
      await sleepUntil(ctx, clock, plus(ctx.env.clock.now(), seconds(1)));
      return false;
    }
  }
  await sleepUntil(ctx, clock, ctx.env.clock.now());
  return true;
}

async function underWay(ctx: Ctx, id: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from invoices where account_id = ${ctx.account.account_id} and test_clock_id = ${id} and charging and not on_page limit 1`.execute(
    ctx.env.db.query,
  );
  return rows.length > 0;
}

async function nextDueOf(ctx: Ctx, id: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select least(
      (select min(next_at) from subscriptions where account_id = ${ctx.account.account_id} and test_clock_id = ${id}),
      (select min(remind_at) from subscriptions where account_id = ${ctx.account.account_id} and test_clock_id = ${id}),
      (select min(notice_at) from invoices where account_id = ${ctx.account.account_id} and test_clock_id = ${id} and notice_at is not null),
      (select min(charge_at) from invoices where account_id = ${ctx.account.account_id} and test_clock_id = ${id})) as at`.execute(
    ctx.env.db.query,
  );
  return rows[0]?.at ?? null;
}

/** False: somebody else moves it. */
async function freeze(ctx: Ctx, clock: ClockRow, at: Date): Promise<boolean> {
  const now = ctx.env.clock.now();
  const { rows } = await sql`
    update test_clocks set frozen_time = ${at}, leased_until = ${plus(now, lease)}, updated_at = ${now},
      advance = advance || jsonb_build_object('status', 'executing', 'moments', (advance ->> 'moments')::int + 1)
    where account_id = ${clock.account_id} and id = ${clock.id} and status = 'advancing' and frozen_time <= ${at}
      and advance ->> 'id' = ${clock.advance?.id ?? ''} returning id`.execute(ctx.env.db.query);
  return rows.length > 0;
}

async function sleepUntil(ctx: Ctx, clock: ClockRow, until: Date): Promise<void> {
  await sql`update test_clocks set leased_until = ${until}
    where account_id = ${clock.account_id} and id = ${clock.id} and status = 'advancing'`.execute(ctx.env.db.query);
}

async function arrive(ctx: Ctx, clock: ClockRow, target: Date): Promise<void> {
  await sql`update test_clocks set frozen_time = ${target}, last_advanced_to = ${target}
    where account_id = ${clock.account_id} and id = ${clock.id} and status = 'advancing'`.execute(ctx.env.db.query);
  await stop(ctx, clock, 'ready', null);
}

async function stop(ctx: Ctx, clock: ClockRow, status: 'ready' | 'failed', error: string | null): Promise<void> {
  const done = status === 'ready' ? 'succeeded' : 'failed';
  await sql`update test_clocks set status = ${status}, leased_until = null, updated_at = ${ctx.env.clock.now()},
      advance = advance || jsonb_build_object('status', ${done}::text, 'error', ${error}::text)
    where account_id = ${clock.account_id} and id = ${clock.id} and status = 'advancing'`.execute(ctx.env.db.query);
}
