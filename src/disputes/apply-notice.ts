// Applies what a provider told: one notice, once, in one transaction that holds its row. Notices come in any order and before our
// own commit: one whose time has not come (its dispute, payment or answer is not there yet) says `later` and changes nothing.

import type { Notice } from '../connectors/connector.ts';
import { runAll, type Tx } from '../db/db.ts';
import { emitStatements, newEvent } from '../events/emit.ts';
import { assert, never } from '../kit/assert.ts';
import { newId } from '../kit/id.ts';
import { disputeFee } from '../ledger/fees.ts';
import { postStatements } from '../ledger/post.ts';
import * as recipes from '../ledger/recipes.ts';
import type { Ctx } from '../operation/context.ts';
import { holdDisputed, lockPaymentOfAttempt } from '../payments/hold-disputed.ts';
import { lockPayment } from '../payments/payment.ts';
import { type Decision, decideDispute } from './decide.ts';
import { type DisputeRow, disputeObject, isDecided, lockDispute } from './dispute.ts';
import { noEvidence } from './evidence.ts';
import { recordWarning } from './fraud-warning.ts';
import { wakeNotices } from './notices.ts';

type Told<Kind extends Notice['kind']> = Extract<Notice, { kind: Kind }>;

export async function applyNotice(ctx: Ctx, tx: Tx, provider: string, notice: Notice): Promise<'applied' | 'later'> {
  switch (notice.kind) {
    case 'dispute_opened':
      return await openDispute(ctx, tx, provider, notice);
    case 'dispute_won':
      return await end(ctx, tx, provider, notice, 'won');
    case 'dispute_lost':
      return await end(ctx, tx, provider, notice, 'lost');
    case 'dispute_withdrawn':
      return await end(ctx, tx, provider, notice, 'withdrawn');
    case 'fraud_warning':
      return await warn(ctx, tx, provider, notice);
    default:
      return never(notice);
  }
}

async function openDispute(
  ctx: Ctx,
  tx: Tx,
  provider: string,
  notice: Told<'dispute_opened'>,
): Promise<'applied' | 'later'> {
  const { account_id } = ctx.account;
  const payment = await lockPaymentOfAttempt(tx, account_id, notice.reference);
  // We may not know yet that the money was taken: then there is nothing to hold back so far.
  if (!payment || payment.amount_captured === 0) return 'later';
  assert(payment.currency === notice.currency, 'a dispute is in the currency of its payment');
  if ((await disputeIdOf(tx, account_id, provider, notice.dispute_reference)) !== undefined) return 'applied';
  const now = ctx.env.clock.now();
  const fee = disputeFee(ctx.account, payment.currency);
  const { amount, reason, dispute_reference: provider_reference } = notice;
  const row = await tx
    .insertInto('disputes')
    .values({
      account_id,
      id: newId('dp', ctx.env),
      payment_id: payment.id,
      status: 'needs_response',
      amount,
      // The provider may take more than is left, as when a part was refunded before: the ledger books what it took, the payment
      // holds what it still has.
      amount_held: await holdDisputed(ctx, tx, payment, amount),
      currency: payment.currency,
      fee,
      reason,
      network_reason_code: notice.network_reason_code ?? null,
      evidence: JSON.stringify(noEvidence),
      evidence_due_by: notice.evidence_due_by,
      provider,
      provider_reference,
      opened_at: notice.at,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const dispute = row as DisputeRow;
  const source = { source_id: dispute.id, group_id: payment.id, currency: payment.currency };
  await runAll(tx, [
    ...postStatements([
      recipes.disputeOpened(ctx, source, amount),
      ...(fee > 0 ? [recipes.disputeFee(ctx, source, fee)] : []),
    ]),
    ...emitStatements([newEvent(ctx, 'dispute.created', disputeObject(dispute))]),
  ]);
  await wakeNotices(tx, account_id, provider, provider_reference, now);
  return 'applied';
}

async function end(
  ctx: Ctx,
  tx: Tx,
  provider: string,
  notice: Told<'dispute_won' | 'dispute_lost' | 'dispute_withdrawn'>,
  decision: Decision,
): Promise<'applied' | 'later'> {
  const { account_id } = ctx.account;
  const found = await disputeIdOf(tx, account_id, provider, notice.dispute_reference);
  if (!found) return 'later';
  const payment = await lockPayment(tx, account_id, found.payment_id);
  const dispute = await lockDispute(tx, account_id, found.id);
  if (isDecided(dispute)) return 'applied';
  // Our own answer is on its way. It is settled first, so that the story is the same whichever of the two is heard first.
  if (dispute.response_status === 'sent') return 'later';
  await decideDispute(ctx, tx, { payment, dispute }, decision, notice.at);
  return 'applied';
}

async function warn(
  ctx: Ctx,
  tx: Tx,
  provider: string,
  { reference, amount, at }: Told<'fraud_warning'>,
): Promise<'applied' | 'later'> {
  const payment = await lockPaymentOfAttempt(tx, ctx.account.account_id, reference);
  if (!payment || payment.amount_captured === 0) return 'later';
  await recordWarning(ctx, tx, { payment, amount, provider, at });
  return 'applied';
}

const disputeIdOf = (tx: Tx, account_id: string, provider: string, provider_reference: string) =>
  tx
    .selectFrom('disputes')
    .select(['id', 'payment_id'])
    .where('account_id', '=', account_id)
    .where('provider', '=', provider)
    .where('provider_reference', '=', provider_reference)
    .executeTakeFirst();
