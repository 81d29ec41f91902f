// The one place where a payout changes its status: the step is checked against the table, the money follows, the event is told,
// all in the caller's transaction. That money returns once is kept by the ledger's unique key on payout and recipe.

import { sql } from 'kysely';
import { runAll, type Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import type { EventType } from '../events/event.ts';
import { assert } from '../kit/assert.ts';
import { days, hours, plus } from '../kit/clock.ts';
import type { Posting } from '../ledger/account.ts';
import { postStatements } from '../ledger/post.ts';
import * as recipes from '../ledger/recipes.ts';
import type { Ctx } from '../operation/context.ts';
import type { FailureCode } from './failure.ts';
import { type PayoutRow, type PayoutStatus, payoutObject, transitions } from './payout.ts';

export type Step =
  | { to: 'pending' }
  | { to: 'in_transit'; bank_reference: string; arrives_on: string | null }
  | { to: 'paid'; by: 'bank' | 'operator'; bank_reference: string | null }
  | { to: 'failed'; by: 'bank' | 'operator' | null; code: FailureCode; reason?: string; bank_reference?: string }
  | { to: 'cancelled' };

/** How long a paid one is still asked after: banks send money back within days. */
export const return_window = days(10);

/** How soon a transfer is asked after again. */
export const look_every = hours(1);

const events: Partial<Record<PayoutStatus, EventType>> = {
  in_transit: 'payout.in_transit',
  paid: 'payout.paid',
  failed: 'payout.failed',
  cancelled: 'payout.cancelled',
};

/** `before` is locked by the caller. */
export async function movePayout(ctx: Ctx, tx: Tx, before: PayoutRow, step: Step): Promise<PayoutRow> {
  assert(transitions[before.status].includes(step.to), `a payout goes from ${before.status} to ${step.to}`);
  const now = ctx.env.clock.now();
  const after: PayoutRow = { ...before, ...changeOf(step, before, now), status: step.to, updated_at: now };
  const {
    status,
    bank_reference,
    arrives_on,
    failure_code,
    failure_reason,
    next_at,
    looks,
    confirmed_by,
    approved_at,
    paid_at,
    ended_at,
  } = after;
  const { numAffectedRows } = await sql`
    update payouts set status = ${status}, bank_reference = ${bank_reference}, arrives_on = ${arrives_on}, failure_code = ${failure_code},
      failure_reason = ${failure_reason}, next_at = ${next_at}, looks = ${looks}, confirmed_by = ${confirmed_by}, approved_at = ${approved_at},
      paid_at = ${paid_at}, ended_at = ${ended_at}, updated_at = ${now}
    where account_id = ${before.account_id} and id = ${before.id} and status = ${before.status}`.execute(tx);
  assert(numAffectedRows === 1n, 'a locked payout is as it was read');
  await runAll(tx, postStatements(postingsOf(ctx, before, step)));
  const type = events[step.to];
  if (type) await emit(ctx, tx, type, payoutObject(after));
  return after;
}

function changeOf(step: Step, before: PayoutRow, now: Date): Partial<PayoutRow> {
  switch (step.to) {
    case 'pending':
      return { approved_at: now, next_at: now };
    case 'in_transit':
      return {
        bank_reference: step.bank_reference,
        arrives_on: step.arrives_on,
        next_at: plus(now, look_every),
        looks: 0,
      };
    case 'paid':
      return {
        confirmed_by: step.by,
        bank_reference: step.bank_reference ?? before.bank_reference,
        paid_at: now,
        ended_at: now,
        // What an operator read on a statement is not asked of the bank again.
        next_at: step.by === 'bank' ? plus(now, look_every) : null,
        looks: 0,
      };
    case 'failed':
      return {
        confirmed_by: step.by,
        failure_code: step.code,
        failure_reason: step.reason ?? null,
        bank_reference: step.bank_reference ?? before.bank_reference,
        ended_at: now,
        next_at: null,
      };
    case 'cancelled':
      return { ended_at: now, next_at: null };
  }
}

function postingsOf(ctx: Ctx, { id, amount, currency, status }: PayoutRow, step: Step): Posting[] {
  const source = { source_id: id, group_id: id, currency };
  if (step.to === 'paid') return [recipes.payoutPaid(ctx, source, amount)];
  if (step.to !== 'failed' && step.to !== 'cancelled') return [];
  return [recipes.payoutReturned(ctx, source, amount, status === 'paid' ? 'bank' : 'payouts_in_transit')];
}
