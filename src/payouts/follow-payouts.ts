// The job that asks the bank what became of a transfer until that is final, and for some days after: a paid one may come
// back. It also ends the sandbox's review of a first payout. It never sends anything.

import { sql } from 'kysely';
import type { Ctx, Env } from '../operation/context.ts';
import { eachDue } from './due-payouts.ts';
import { look_every, return_window } from './move-payout.ts';
import type { PayoutRow } from './payout.ts';
import { approveIfWaiting } from './review-payout.ts';
import { inTime, settle, stepOf } from './send-payouts.ts';

const again = sql`${look_every / 1000}::integer * interval '1 second'`;

/** Returns how many payouts were looked at. */
export const followPayouts = (env: Env, limit = 100): Promise<number> =>
  eachDue(env, { statuses: ['in_review', 'in_transit', 'paid'], counting: 'looks', again, limit }, followPayout);

async function followPayout(ctx: Ctx, payout: PayoutRow): Promise<void> {
  if (payout.status === 'in_review') {
    await approveIfWaiting(ctx, payout.id);
    return;
  }
  const answer = await inTime(ctx, ctx.env.bank(payout.account_id).look(payout.id));
  if (answer.kind === 'absent') {
    ctx.env.log.error({ payout: payout.id, status: payout.status }, 'the bank does not know a payout that it took');
    return;
  }
  if (answer.kind !== payout.status) await settle(ctx, payout.id, stepOf(answer));
  else await endWatch(ctx, payout);
}

/** After the window a paid one is left alone. */
async function endWatch(ctx: Ctx, { account_id, id, paid_at }: PayoutRow): Promise<void> {
  const now = ctx.env.clock.now();
  if (paid_at === null || now.getTime() - paid_at.getTime() < return_window) return;
  await sql`update payouts set next_at = null where account_id = ${account_id} and id = ${id} and status = 'paid'`.execute(
    ctx.env.db.query,
  );
}
