// The end of a dispute: the money that was held back returns to the merchant, or stays with the customer. Called inside the
// transaction that holds the locks of payment and dispute; a decided dispute is never decided again.

import type { Tx } from '../db/db.ts';
import { runAll } from '../db/db.ts';
import { emitStatements, newEvent } from '../events/emit.ts';
import type { EventType } from '../events/event.ts';
import { assert } from '../kit/assert.ts';
import { postStatements } from '../ledger/post.ts';
import * as recipes from '../ledger/recipes.ts';
import type { Ctx } from '../operation/context.ts';
import { releaseDisputed } from '../payments/hold-disputed.ts';
import type { PaymentRow } from '../payments/payment.ts';
import { type DisputeRow, disputeObject, transitions } from './dispute.ts';

export type Decision = 'won' | 'lost' | 'accepted' | 'withdrawn';

const told: Record<Decision, EventType[]> = {
  won: ['dispute.won', 'dispute.closed'],
  lost: ['dispute.lost', 'dispute.closed'],
  accepted: ['dispute.closed'],
  withdrawn: ['dispute.withdrawn', 'dispute.closed'],
};

export type Decided = { payment: PaymentRow; dispute: DisputeRow };

export async function decideDispute(
  ctx: Ctx,
  tx: Tx,
  { payment, dispute }: Decided,
  decision: Decision,
  at: Date,
): Promise<DisputeRow> {
  assert(transitions[dispute.status].includes(decision), `a dispute goes from ${dispute.status} to ${decision}`);
  const now = ctx.env.clock.now();
  const decided = await changeDispute(tx, dispute, { status: decision, decided_at: at, updated_at: now });
  const source = { source_id: dispute.id, group_id: payment.id, currency: dispute.currency };
  const returns = decision === 'won' || decision === 'withdrawn';
  if (returns) await releaseDisputed(ctx, tx, payment, dispute.amount_held);
  const object = disputeObject(decided);
  await runAll(tx, [
    ...postStatements([
      returns ? recipes.disputeWon(ctx, source, dispute.amount) : recipes.disputeLost(ctx, source, dispute.amount),
    ]),
    ...emitStatements(told[decision].map((type) => newEvent(ctx, type, object))),
  ]);
  return decided;
}

type Changes = Partial<Omit<DisputeRow, 'account_id' | 'id' | 'evidence'>>;

export async function changeDispute(tx: Tx, { account_id, id }: DisputeRow, changes: Changes): Promise<DisputeRow> {
  const row = await tx
    .updateTable('disputes')
    .set(changes)
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return row as DisputeRow;
}
