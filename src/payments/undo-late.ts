// A call that took effect at the provider after the safety job had been told that nothing arrived and had closed its attempt (its process slept
// in between). Our books say that nothing happened, so what it took is given back. Recorded where it is found, and tried until it is done.

import { sql } from 'kysely';
import type { Tx } from '../db/db.ts';
import { assert } from '../kit/assert.ts';
import { plus, seconds } from '../kit/clock.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx, Env } from '../operation/context.ts';
import type { AttemptRow } from './attempt-row.ts';
import type { PaymentRow } from './payment.ts';
import { inTime } from './provider-time.ts';

type LateRow = {
  account_id: string;
  attempt_id: string;
  provider: string;
  provider_reference: string;
  amount: number;
  currency: Currency;
  undo: 'refund' | 'void' | null;
};

/** Inside the transaction that finds it. Who finds it again changes nothing. */
export async function recordLate(
  ctx: Ctx,
  tx: Tx,
  { payment, attempt }: { payment: PaymentRow; attempt: AttemptRow },
  provider_reference: string,
): Promise<void> {
  const { env } = ctx;
  const now = env.clock.now();
  const undo =
    attempt.kind === 'capture' ? 'refund' : attempt.kind !== 'authorize' ? null : payment.capture ? 'refund' : 'void';
  await sql`
    insert into late_effects (account_id, attempt_id, payment_id, kind, provider, provider_reference, amount, currency, undo, next_at, created_at)
    values (${attempt.account_id}, ${attempt.id}, ${payment.id}, ${attempt.kind}, ${attempt.provider}, ${provider_reference}, ${attempt.amount},
      ${payment.currency}, ${undo}, ${undo === null ? null : now}, ${now})
    on conflict do nothing`.execute(tx);
  env.log.error(
    { attempt: attempt.id, kind: attempt.kind },
    undo === null
      ? 'a call took effect after its attempt was closed; compare with the provider'
      : 'a call took effect after its attempt was closed; it is being undone at the provider',
  );
}

/** Returns how many were tried. Moving the time forward is the lease. */
export async function undoLate(env: Env, limit = 100): Promise<number> {
  const now = env.clock.now();
  const { rows } = await sql<LateRow>`
    update late_effects l
    set tries = tries + 1, next_at = ${now}::timestamptz + least(3600, power(2, least(tries + 3, 12))) * interval '1 second'
    from (select account_id, attempt_id from late_effects where next_at <= ${now} order by next_at limit ${limit} for update skip locked) due
    where l.account_id = due.account_id and l.attempt_id = due.attempt_id
    returning l.account_id, l.attempt_id, l.provider, l.provider_reference, l.amount, l.currency, l.undo`.execute(
    env.db.query,
  );
  for (const row of rows)
    await undo(env, row).catch((error) =>
      env.log.warn({ attempt: row.attempt_id, error }, 'a late effect could not be undone and will be tried again'),
    );
  return rows.length;
}

async function undo(env: Env, row: LateRow): Promise<void> {
  const { account_id, attempt_id, provider_reference, amount, currency } = row;
  assert(row.undo !== null, 'what nobody can undo is not due');
  const provider = env.connector(row.provider, account_id);
  // One reference for all tries: the provider does it once.
  const call = { reference: `${attempt_id}_close`, provider_reference, amount, currency };
  const outcome = await inTime(env, row.undo === 'refund' ? provider.refund(call) : provider.void(call));
  if (outcome.kind === 'pending' || outcome.kind === 'action') return;
  const done = outcome.kind === 'approved';
  await sql`
    update late_effects set next_at = ${done ? null : plus(env.clock.now(), seconds(3600))}, undone_at = ${done ? env.clock.now() : null}
    where account_id = ${account_id} and attempt_id = ${attempt_id}`.execute(env.db.query);
  if (done) env.log.warn({ attempt: attempt_id }, 'a call that came too late was undone at the provider');
  else
    env.log.error(
      { attempt: attempt_id, code: outcome.code },
      'the provider refused to undo a late effect; compare with it',
    );
}
