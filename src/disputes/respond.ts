// A merchant's answer to a dispute on its way to the provider: recorded and committed, sent, then settled in a second transaction.
// An answer without a reply stays `sent` and is sent again under the same reference, which the provider takes as the same one.

import { sql } from 'kysely';
import type { Connector, DisputeAnswer } from '../connectors/connector.ts';
import { runAll, type Tx } from '../db/db.ts';
import { emitStatements, newEvent } from '../events/emit.ts';
import { loadAccount } from '../identity/account.ts';
import { must } from '../kit/assert.ts';
import { plus, seconds } from '../kit/clock.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { answerStatements, bindEffect } from '../operation/once.ts';
import { lockPayment } from '../payments/payment.ts';
import { changeDispute, decideDispute } from './decide.ts';
import { type DisputeRow, disputeObject, findDispute, lockDispute, type ResponseKind } from './dispute.ts';
import { toSend } from './evidence.ts';
import { askSooner, wakeNotices } from './notices.ts';

/** In the first transaction, with the dispute's lock and after every refusal. */
export async function recordResponse(ctx: Ctx, tx: Tx, dispute: DisputeRow, kind: ResponseKind): Promise<DisputeRow> {
  const { env } = ctx;
  const now = env.clock.now();
  const reference = newId('dpr', env);
  if (ctx.claim) await runAll(tx, [bindEffect(dispute.account_id, ctx.claim, reference)]);
  return await changeDispute(tx, dispute, {
    response_kind: kind,
    response_status: 'sent',
    response_refusal: null,
    response_reference: reference,
    responded_at: now,
    operation: ctx.claim?.operation ?? null,
    idempotency_key: ctx.claim?.key ?? null,
    // When the safety job looks after a call whose caller may have died.
    resume_at: plus(now, env.config.provider_timeout_ms + seconds(10)),
    resumes: 0,
    updated_at: now,
  });
}

/** Sends what is recorded and settles it; returns the dispute as it stands afterwards. */
export async function sendResponse(ctx: Ctx, dispute: DisputeRow): Promise<DisputeRow> {
  const { env } = ctx;
  const kind = must(dispute.response_kind, 'a recorded response has a kind');
  env.probe(`dispute.${kind}.recorded`);
  const answer = await ask(ctx, dispute, kind);
  if (!answer) return dispute;
  env.probe(`dispute.${kind}.acted`);
  const settled = await env.db.tx((tx) => settleResponse(ctx, tx, dispute, answer));
  env.nudge();
  return settled;
}

/** Undefined: silence, noise or a broken line; nothing is known. */
async function ask(ctx: Ctx, dispute: DisputeRow, kind: ResponseKind): Promise<DisputeAnswer | undefined> {
  const { env } = ctx;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), env.config.provider_timeout_ms);
  });
  try {
    return await Promise.race([call(ctx, env.connector(dispute.provider, dispute.account_id), dispute, kind), silence]);
  } catch (error) {
    env.log.warn({ dispute: dispute.id, provider: dispute.provider, error }, 'provider call without an outcome');
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function call(ctx: Ctx, provider: Connector, dispute: DisputeRow, kind: ResponseKind): Promise<DisputeAnswer> {
  const key = {
    reference: must(dispute.response_reference, 'a recorded response has a reference'),
    dispute_reference: dispute.provider_reference,
  };
  if (kind === 'accept') return await provider.acceptDispute(key);
  return await provider.challengeDispute({ ...key, ...(await toSend(ctx, dispute.evidence)) });
}

async function settleResponse(ctx: Ctx, tx: Tx, sent: DisputeRow, answer: DisputeAnswer): Promise<DisputeRow> {
  const { account_id } = sent;
  const payment = await lockPayment(tx, account_id, sent.payment_id);
  const dispute = await lockDispute(tx, account_id, sent.id);
  // Somebody else, who sent it too, was first.
  if (dispute.response_status !== 'sent' || dispute.response_reference !== sent.response_reference) return dispute;
  const now = ctx.env.clock.now();
  const taken = answer.kind === 'taken';
  const known = await changeDispute(tx, dispute, {
    response_status: answer.kind,
    response_refusal: answer.kind === 'refused' ? answer.code : null,
    resume_at: null,
    updated_at: now,
    ...(taken && dispute.response_kind === 'challenge' ? { status: 'under_review', submitted_at: now } : {}),
  });
  const settled =
    taken && known.response_kind === 'accept'
      ? await decideDispute(ctx, tx, { payment, dispute: known }, 'accepted', now)
      : known;
  const object = disputeObject(settled);
  const { operation, idempotency_key: key } = settled;
  await runAll(tx, [
    ...emitStatements(
      settled.status === 'accepted' ? [] : [newEvent(ctx, taken ? 'dispute.under_review' : 'dispute.updated', object)],
    ),
    ...answerStatements(
      operation !== null && key !== null ? [{ account_id, operation, key, text: JSON.stringify(object) }] : [],
    ),
  ]);
  // What the provider told meanwhile waited for this.
  await wakeNotices(tx, account_id, settled.provider, settled.provider_reference, now);
  await askSooner(tx, account_id, settled.provider, now);
  return settled;
}

/** The safety job: sends again what has no known answer; returns how many it sent. */
export async function resumeResponses(env: Env, limit = 100): Promise<number> {
  const now = env.clock.now();
  const { rows: accounts } = await sql<{ account_id: string }>`
    select distinct account_id from (select account_id from disputes where resume_at <= ${now} order by resume_at limit 1000) due`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of accounts) {
    const account = await loadAccount(env.db.query, account_id);
    if (!account) continue;
    // Moving the time forward is the lease: a second worker, or this one after a crash, sends later.
    const { rows } = await sql<{ id: string }>`
      update disputes set resumes = resumes + 1, resume_at = ${now}::timestamptz + least(600, power(2, least(resumes + 2, 10))) * interval '1 second'
      where account_id = ${account_id} and id in (
        select id from disputes where account_id = ${account_id} and resume_at <= ${now} order by resume_at limit ${limit} for update skip locked)
      returning id`.execute(env.db.query);
    for (const { id } of rows) {
      const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
      await findDispute(env.db.query, account_id, id)
        .then((dispute) => (dispute.response_status === 'sent' ? sendResponse(ctx, dispute) : dispute))
        .catch((error) => env.log.error({ dispute: id, error }, 'an answer to a dispute could not be sent'));
    }
    count += rows.length;
  }
  return count;
}
