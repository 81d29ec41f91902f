// The safety job: every attempt whose outcome is open is asked after at its provider until it has a final state. It only
// ever asks what became of a call; it never repeats one.

import { sql } from 'kysely';
import type { Look } from '../connectors/connector.ts';
import { loadAccount } from '../identity/account.ts';
import { hours, seconds } from '../kit/clock.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { rowsOf, settle } from './attempt.ts';
import type { AttemptRow } from './attempt-row.ts';
import { isOpen } from './attempt-row.ts';
import type { Verdict } from './outcome.ts';
import type { PaymentRow } from './payment.ts';
import { inTime } from './provider-time.ts';
import { resolveBitcoin } from './resolve-bitcoin.ts';

/** A customer who left the challenge has this long to come back. */
const abandoned_ms = hours(1);

/** Settles what is due now; returns how many attempts were asked after. */
export async function resolveDue(env: Env, limit = 100): Promise<number> {
  const now = env.clock.now();
  const { rows: accounts } = await sql<{ account_id: string }>`
    select distinct account_id from (select account_id from attempts where resolve_at <= ${now} order by resolve_at limit 1000) due`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of accounts) {
    const account = await loadAccount(env.db.query, account_id);
    if (!account) continue;
    // Moving the time forward is the lease: a second worker, or this one after a crash, asks later.
    const { rows } = await sql<AttemptRow>`
      update attempts set looks = looks + 1, resolve_at = ${now}::timestamptz + least(600, power(2, least(looks + 2, 10))) * interval '1 second'
      where account_id = ${account_id} and (payment_id, id) in (
        select payment_id, id from attempts where account_id = ${account_id} and resolve_at <= ${now} order by resolve_at limit ${limit} for update skip locked)
      returning *`.execute(env.db.query);
    for (const attempt of rows) {
      const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
      await resolveAttempt(ctx, attempt).catch((error) =>
        env.log.error({ attempt: attempt.id, error }, 'an open attempt could not be resolved'),
      );
    }
    count += rows.length;
  }
  return count;
}

export async function resolveAttempt(ctx: Ctx, attempt: AttemptRow): Promise<void> {
  const { env } = ctx;
  if (attempt.provider === env.bitcoin(attempt.account_id).name) return await resolveBitcoin(ctx, attempt);
  const provider = env.connector(attempt.provider, attempt.account_id);
  const look = await inTime(env, provider.look(attempt.id));
  const verdict = verdictOf(ctx, attempt, look);
  if (!verdict) return;
  if (verdict.kind === 'declined' && verdict.code === 'authentication_abandoned' && look.kind === 'action') {
    // The bank's page may still be open somewhere: it is closed at the provider first, so that no late yes takes money.
    const { payment } = await rowsOf(ctx, attempt);
    const { provider_reference } = look;
    const closed = await inTime(
      env,
      provider.void({
        reference: `${attempt.id}_close`,
        provider_reference,
        amount: attempt.amount,
        currency: payment.currency,
      }),
    );
    if (closed.kind !== 'approved') return;
  }
  const rows = await rowsOf(ctx, attempt);
  if (!isOpen(rows.attempt)) return;
  // Nothing new: the provider says what we know.
  if ((verdict.kind === 'action' || verdict.kind === 'pending') && verdict.kind === rows.attempt.status) return;
  await settle(ctx, rows, verdict);
}

function verdictOf(ctx: Ctx, attempt: AttemptRow, look: Look): Verdict | undefined {
  const age = ctx.env.clock.now().getTime() - attempt.created_at.getTime();
  if (look.kind === 'absent') {
    // A call begins within one time-out of its record and is waited for during one more; later than that none of ours arrives.
    if (age < 2 * ctx.env.config.provider_timeout_ms + seconds(10)) return undefined;
    return { kind: 'declined', code: 'never_reached', provider_reference: undefined, retryable: true, processing: {} };
  }
  if (look.kind === 'action' && age > abandoned_ms) {
    return {
      kind: 'declined',
      code: 'authentication_abandoned',
      provider_reference: look.provider_reference,
      retryable: true,
      processing: look.processing,
    };
  }
  return look;
}

/** A browser came back from a challenge, or the page asks how it stands: a hint to look now instead of later. */
export async function refreshPayment(ctx: Ctx, payment: PaymentRow): Promise<void> {
  if (payment.status !== 'requires_authentication' && payment.status !== 'processing') return;
  const row = await ctx.env.db.query
    .selectFrom('attempts')
    .selectAll()
    .where('account_id', '=', payment.account_id)
    .where('payment_id', '=', payment.id)
    .where('kind', '=', 'authorize')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const attempt = row as unknown as AttemptRow | undefined;
  if (!attempt || !isOpen(attempt) || attempt.status === 'started') return;
  await resolveAttempt(ctx, attempt);
}
