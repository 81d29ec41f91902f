// The second half of every movement of money: call the provider, then write what came of it in one transaction (payment,
// attempt, refund, ledger, events, stored answer). No network call happens inside a transaction, and no answer is applied twice.

import type { Connector, Outcome } from '../connectors/connector.ts';
import { type Executor, GuardFailed, runAll, type Statement, type Tx } from '../db/db.ts';
import { insertRows, updateRows } from '../db/rows.ts';
import type { NewEvent } from '../events/emit.ts';
import { alsoTold, emitStatements, newEvent } from '../events/emit.ts';
import { isMailed } from '../events/mailed.ts';
import { assert } from '../kit/assert.ts';
import type { Posting } from '../ledger/account.ts';
import { postStatements } from '../ledger/post.ts';
import * as recipes from '../ledger/recipes.ts';
import type { Ctx } from '../operation/context.ts';
import { answerStatements, type StoredAnswer } from '../operation/once.ts';
import { type AttemptRow, attemptColumns, isOpen, paymentOfDraft } from './attempt-row.ts';
import { withExchangeFee } from './exchange.ts';
import { firstEvent, firstEventId } from './first-event.ts';
import { applyVerdict, type Change, type Rows, type Verdict } from './outcome.ts';
import { linkStatements } from './page-link.ts';
import { findPayment, insertPayments, lockPayment, paidBy, paymentObject, peekPayment } from './payment.ts';
import { inTime } from './provider-time.ts';
import { type RefundRow, refundObject } from './refund.ts';
import { recordLate, undoLate } from './undo-late.ts';

/** Written in the first transaction, before anything leaves the house. */
export const attemptStatements: (attempts: AttemptRow[]) => Statement[] = insertRows('attempts', attemptColumns);

/** Calls the provider and waits no longer than the setting says. Silence, noise and a broken line are all `unknown`. */
export async function act(
  ctx: Ctx,
  attempt: AttemptRow,
  call: (provider: Connector) => Promise<Outcome>,
): Promise<Verdict> {
  const { env } = ctx;
  env.probe(`${attempt.kind}.recorded`);
  // Whoever slept this long may find that the safety job asked, was told that nothing arrived, and closed the attempt.
  if (env.clock.now().getTime() - attempt.created_at.getTime() > env.config.provider_timeout_ms)
    return { kind: 'unknown' };
  try {
    const verdict = await inTime(env, call(env.connector(attempt.provider, attempt.account_id)));
    env.probe(`${attempt.kind}.acted`);
    return verdict;
  } catch (error) {
    env.log.warn({ attempt: attempt.id, provider: attempt.provider, error }, 'provider call without an outcome');
    return { kind: 'unknown' };
  }
}

/**
 * Applies the verdict to the rows as the caller knows them, in a shared batch. When somebody changed the payment meanwhile,
 * it is locked, read anew and the verdict is applied to what is there now; an attempt that is settled already stays so.
 */
export async function settle(ctx: Ctx, rows: Rows, verdict: Verdict): Promise<Rows> {
  const { env } = ctx;
  const change = withExchangeFee(ctx, applyVerdict(rows, verdict, env.clock.now()));
  try {
    await env
      .lane<Settlement>('payments.settle', ctx.account.account_id, settleStatements)
      .add(settlementOf(ctx, change));
  } catch (error) {
    if (!(error instanceof GuardFailed)) throw error;
    return await settleLocked(ctx, rows.attempt, verdict);
  }
  env.probe(`${rows.attempt.kind}.settled`);
  env.nudge();
  return change;
}

/** `also`: what is written in the same transaction, when the attempt is still open. */
export async function settleLocked(
  ctx: Ctx,
  { id, payment_id, account_id }: AttemptRow,
  verdict: Verdict,
  also: Statement[] = [],
): Promise<Rows> {
  const { env } = ctx;
  let late = false;
  const result = await env.db.tx(async (tx): Promise<Rows> => {
    const there = await peekPayment(tx, account_id, payment_id);
    if (there) await lockPayment(tx, account_id, payment_id);
    const attempt = (await tx
      .selectFrom('attempts')
      .selectAll()
      .where('account_id', '=', account_id)
      .where('payment_id', '=', payment_id)
      .where('id', '=', id)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow()) as unknown as AttemptRow;
    // Read under the locks: what another settlement wrote is seen now.
    const payment = attempt.draft ? paymentOfDraft(attempt.draft) : await findPayment(tx, account_id, payment_id);
    const refund = attempt.refund_id === null ? undefined : await loadRefund(tx, account_id, attempt.refund_id);
    const rows: Rows = { payment, attempt, refund };
    if (!isOpen(attempt)) {
      // An invoice that nobody was shown took nothing.
      const took =
        verdict.kind !== 'declined' && verdict.kind !== 'unknown' && payment.payment_method?.type !== 'bitcoin';
      late = took && attempt.decline_code === 'never_reached';
      if (late && took && verdict.provider_reference !== undefined)
        await recordLate(ctx, tx, rows, verdict.provider_reference);
      return rows;
    }
    const change = withExchangeFee(ctx, applyVerdict(rows, verdict, env.clock.now()));
    await runAll(tx, [...settleStatements([settlementOf(ctx, change)]), ...also]);
    return change;
  });
  if (late) await undoLate(env);
  env.nudge();
  return result;
}

async function loadRefund(query: Executor | Tx, account_id: string, id: string): Promise<RefundRow> {
  const row = await query
    .selectFrom('refunds')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row as RefundRow;
}

/**
 * The rows of an attempt as they are now; for whoever did not just make them. The payment is read first: it may be older than the
 * attempt, which the guard on its version finds, and never newer, which nothing would find.
 */
export async function rowsOf(ctx: Ctx, { account_id, payment_id, id }: AttemptRow): Promise<Rows> {
  const { query } = ctx.env.db;
  const there = await peekPayment(query, account_id, payment_id);
  const row = await query
    .selectFrom('attempts')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('payment_id', '=', payment_id)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const attempt = row as unknown as AttemptRow;
  const refund = attempt.refund_id === null ? undefined : await loadRefund(query, account_id, attempt.refund_id);
  if (attempt.draft) return { payment: paymentOfDraft(attempt.draft), attempt, refund };
  return { payment: there ?? (await findPayment(query, account_id, payment_id)), attempt, refund };
}

type Settlement = { change: Change; postings: Posting[]; events: NewEvent[]; answer: StoredAnswer | undefined };

function settlementOf(ctx: Ctx, change: Change): Settlement {
  const { payment, attempt, refund } = change;
  const shownPayment = paymentObject(ctx.env, payment);
  const paymentText = JSON.stringify(shownPayment);
  const shownRefund = refund && refundObject(refund);
  const source = { source_id: attempt.id, group_id: payment.id, currency: payment.currency };
  const postings: Posting[] = [];
  if (change.captured > 0) postings.push(recipes.capture(ctx, source, change.captured, paidBy(payment)));
  if (change.refund_failed) {
    assert(refund, 'a failed refund is at hand');
    postings.push(
      recipes.refundFailed(
        ctx,
        { ...source, source_id: refund.id },
        { available: refund.from_available, incoming: refund.from_incoming, on: refund.incoming_on },
      ),
    );
  }
  const { draft } = change.before.attempt;
  const created = draft && firstEvent(ctx, shownPayment, paymentText);
  const events = change.events.map(({ type, of }) => {
    if (of === 'payment') {
      // Whoever began the payment of an invoice in this very call looks at the outcome themselves.
      const reacts =
        payment.checkout_session_id !== null ||
        (payment.invoice_id !== null && payment.request_id !== ctx.request_id) ||
        isMailed(ctx.account, type);
      return created
        ? { ...alsoTold(ctx, type, created), reacts }
        : newEvent(ctx, type, shownPayment, paymentText, reacts);
    }
    assert(shownRefund, 'an event of a refund has its refund');
    // One that failed makes its credit note void.
    const reacts = type === 'refund.failed' || isMailed(ctx.account, type);
    return newEvent(ctx, type, shownRefund, undefined, reacts);
  });
  // The caller's first event is the answer to its claim.
  const isAnswer = created && created.id === firstEventId(payment.id);
  const answer =
    !isAnswer && attempt.operation !== null && attempt.idempotency_key !== null
      ? {
          account_id: attempt.account_id,
          operation: attempt.operation,
          key: attempt.idempotency_key,
          text: shownRefund ? JSON.stringify(shownRefund) : paymentText,
        }
      : undefined;
  return { change, postings, events: created ? [created, ...events] : events, answer };
}

const key = { account_id: 'text', id: 'text' };

const updatePayments = updateRows(
  'payments',
  { ...key, version: 'integer' },
  {
    status: 'text',
    amount: 'bigint',
    amount_authorized: 'bigint',
    amount_captured: 'bigint',
    amount_capture_pending: 'bigint',
    amount_refunded: 'bigint',
    released: 'boolean',
    decline_code: 'text',
    processing: 'jsonb',
    provider_reference: 'text',
    next_action_url: 'text',
    updated_at: 'timestamptz',
    version: 'integer',
  },
  'version',
);

/** Answered, and never again. */
const updateAttempts = updateRows(
  'attempts',
  { account_id: 'text', payment_id: 'text', id: 'text', status: 'text' },
  {
    status: 'text',
    provider_reference: 'text',
    decline_code: 'text',
    processing: 'jsonb',
    resolve_at: 'timestamptz',
    settled_at: 'timestamptz',
  },
  'attempt',
  { set: 'draft = null, operation = null, idempotency_key = null' },
);

const updateRefunds = updateRows(
  'refunds',
  key,
  { status: 'text', failure_code: 'text', updated_at: 'timestamptz' },
  'refund',
);

/** Rows are written in one order by every batch: payments first, sorted, so two batches cannot wait for each other in a ring. */
function settleStatements(items: Settlement[]): Statement[] {
  const sorted = [...items].sort((a, b) => (a.change.payment.id < b.change.payment.id ? -1 : 1));
  const refunds = sorted.flatMap(({ change }) => (change.refund ? [change.refund] : []));
  // A void of a payment that waited for its customer ends that waiting attempt too.
  const voided = sorted.filter(({ change }) => change.attempt.kind === 'void' && change.attempt.status === 'approved');
  const first = sorted.filter(({ change }) => change.before.attempt.draft !== null);
  const later = sorted.filter(({ change }) => change.before.attempt.draft === null);
  return [
    ...updatePayments(later.map(({ change }) => ({ ...change.payment, m_version: change.before.payment.version }))),
    ...updateAttempts(sorted.map(({ change }) => ({ ...change.attempt, m_status: change.before.attempt.status }))),
    // Whoever settles an attempt first writes its payment: the guard on the attempt's status lets only one pass.
    ...insertPayments(first.map(({ change }) => change.payment)),
    ...endWaiting(voided.map(({ change }) => change.attempt)),
    ...updateRefunds(refunds),
    ...linkStatements(
      sorted
        .filter(({ change }) => change.payment.next_action_url !== null && change.payment.checkout_session_id === null)
        .map(({ change }) => change.payment),
    ),
    ...postStatements(sorted.flatMap((s) => s.postings)),
    ...emitStatements(sorted.flatMap((s) => s.events)),
    ...answerStatements(sorted.flatMap((s) => (s.answer ? [s.answer] : []))),
  ];
}

function endWaiting(voids: AttemptRow[]): Statement[] {
  if (voids.length === 0) return [];
  return [
    {
      name: 'attempts_end_waiting',
      text: `update attempts a set status = 'declined', decline_code = 'authentication_abandoned', resolve_at = null, settled_at = u.at
        from unnest($1::text[], $2::text[], $3::timestamptz[]) as u (account_id, payment_id, at)
        where a.account_id = u.account_id and a.payment_id = u.payment_id and a.kind = 'authorize' and a.status = 'action'`,
      values: [voids.map((a) => a.account_id), voids.map((a) => a.payment_id), voids.map((a) => a.settled_at)],
    },
  ];
}
