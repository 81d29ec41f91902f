// Codes of an authenticator app, and the codes for the day it is lost. A code is taken one step early or late at most, and once; ten
// tries lock for half an hour. Every try is counted before it is looked at, so many at once are ten, too.

import { sql } from 'kysely';
import { generateSecret, generateURI, verifySync } from 'otplib';
import type { Tx } from '../db/db.ts';
import { minutes, plus } from '../kit/clock.ts';
import { hmac, unseal } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import { secretText } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';
import type { UserRow } from './user.ts';

export const newTotpSecret = (): string => generateSecret();
export const totpUri = (secret: string, email: string): string =>
  generateURI({ issuer: 'Florin', label: email, secret });

const step_s = 30;
export const triesBeforeLock = 10;
const lock_ms = minutes(30);

/** The step whose code this is; undefined when it is none of the three around now. */
export function stepOf(secret: string, code: string, now: Date): number | undefined {
  const epoch = Math.floor(now.getTime() / 1000);
  const found = verifySync({ secret, token: code, epoch, epochTolerance: step_s });
  return found.valid && 'timeStep' in found ? found.timeStep : undefined;
}

/** Outside the transaction that follows, because a try counts although it fails. */
export async function countCodeTry(env: Env, user_id: string): Promise<void> {
  const now = env.clock.now();
  const last = triesBeforeLock - 1;
  const { rows } = await sql`
    update users set totp_tries = case when totp_tries >= ${last} then 0 else totp_tries + 1 end,
      totp_locked_until = case when totp_tries >= ${last} then ${plus(now, lock_ms)}::timestamptz end
    where id = ${user_id} and (totp_locked_until is null or totp_locked_until <= ${now}) returning 1`.execute(
    env.db.query,
  );
  if (rows.length > 0) return;
  const row = await env.db.query
    .selectFrom('users')
    .select('totp_locked_until')
    .where('id', '=', user_id)
    .executeTakeFirst();
  const left = (row?.totp_locked_until?.getTime() ?? now.getTime()) - now.getTime();
  const retry_after = Math.max(1, Math.ceil(left / 1000));
  throw new Fault(
    'rate_limited',
    `Too many wrong codes. Codes are taken again in ${Math.ceil(retry_after / 60)} minutes.`,
    { retry_after },
  );
}

const wrong = (param: string) =>
  new Fault('sign_in_refused', 'This code is not right, or was used before. Wait for the next one.', { param });

/** Takes a code of the secret; the statement's own condition lets each step be taken once. */
export async function takeCode(env: Env, tx: Tx, user: UserRow, secret: string, code: string): Promise<void> {
  const step = stepOf(secret, code, env.clock.now());
  if (step === undefined) throw wrong('code');
  const taken = await tx
    .updateTable('users')
    .set({ totp_step: step, totp_tries: 0, totp_locked_until: null })
    .where('id', '=', user.id)
    .where('totp_step', '<', step)
    .returning('id')
    .executeTakeFirst();
  if (!taken) throw wrong('code');
}

export const openTotpSecret = (env: Env, user: UserRow): string | undefined =>
  user.totp_secret === null ? undefined : unseal(env.keys.people, user.totp_secret, user.id).toString();

export async function takeRecoveryCode(env: Env, tx: Tx, user: UserRow, code: string): Promise<void> {
  const taken = await tx
    .updateTable('recovery_codes')
    .set({ used_at: env.clock.now() })
    .where('user_id', '=', user.id)
    .where('code_hash', '=', recoveryHash(env, user.id, code))
    .where('used_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst();
  if (!taken) throw wrong('recovery_code');
  await tx.updateTable('users').set({ totp_tries: 0, totp_locked_until: null }).where('id', '=', user.id).execute();
}

const recoveryHash = (env: Env, user_id: string, code: string) =>
  hmac(env.keys.people, `recovery ${user_id} ${code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`);

/** Ten codes of 59 bits; those before are gone. */
export async function newRecoveryCodes(env: Env, tx: Tx, user_id: string): Promise<string[]> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', user_id).execute();
  const codes = Array.from({ length: 10 }, () => secretText(12, env.random).toLowerCase());
  await tx
    .insertInto('recovery_codes')
    .values(codes.map((code) => ({ user_id, code_hash: recoveryHash(env, user_id, code) })))
    .execute();
  return codes.map((code) => code.match(/.{4}/g)?.join('-') ?? code);
}

/** Nothing of the old app or its codes works any more. */
export async function forgetTotp(tx: Tx, user_id: string): Promise<void> {
  await tx.deleteFrom('recovery_codes').where('user_id', '=', user_id).execute();
  await tx
    .updateTable('users')
    .set({ totp_secret: null, totp_step: 0, totp_tries: 0, totp_locked_until: null })
    .where('id', '=', user_id)
    .execute();
}
