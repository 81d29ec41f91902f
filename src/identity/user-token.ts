// Random texts that open a door once and for a while: links of invitations and resets, and the step between password and code.
// Only their hash is kept. Must never tell why one does not work: used, over and never made are the same to a stranger.

import type { Executor, Tx } from '../db/db.ts';
import { days, hours, minutes, plus } from '../kit/clock.ts';
import { sha256 } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import { secretText } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';

export type TokenKind = 'invitation' | 'password_reset' | 'sign_in';

const lives: Record<TokenKind, number> = { invitation: days(7), password_reset: hours(1), sign_in: minutes(10) };

/** 43 of 62 letters: 256 bits. */
export const newSecretText = (env: Env): string => secretText(43, env.random);

/** A new one ends those of the same kind, except that several browsers may sign in at once. */
export async function makeToken(
  env: Env,
  tx: Tx,
  input: { user_id: string; kind: TokenKind; payload?: Buffer },
): Promise<string> {
  const text = newSecretText(env);
  const now = env.clock.now();
  if (input.kind !== 'sign_in') await endTokens(tx, input.user_id, [input.kind]);
  await tx.deleteFrom('user_tokens').where('user_id', '=', input.user_id).where('expires_at', '<', now).execute();
  await tx
    .insertInto('user_tokens')
    .values({
      token_hash: sha256(text),
      user_id: input.user_id,
      kind: input.kind,
      payload: input.payload ?? null,
      created_at: now,
      expires_at: plus(now, lives[input.kind]),
    })
    .execute();
  return text;
}

export type Opened = { user_id: string; payload: Buffer | null; expires_at: Date };

const dead: Record<TokenKind, [string, string]> = {
  invitation: ['token', 'This invitation was used, or is over. Ask an administrator to send it again.'],
  password_reset: ['token', 'This link was used, or is over. Ask for another one.'],
  sign_in: ['challenge', 'This sign-in took too long, or was finished. Begin again with your password.'],
};

export function deadToken(kind: TokenKind): Fault {
  const [param, message] = dead[kind];
  return new Fault('not_found', message, { param });
}

/** Looks without using it up. */
export async function openToken(env: Env, query: Executor, kind: TokenKind, text: string): Promise<Opened> {
  const row = await query
    .selectFrom('user_tokens')
    .select(['user_id', 'payload', 'expires_at'])
    .where('token_hash', '=', sha256(text))
    .where('kind', '=', kind)
    .where('used_at', 'is', null)
    .where('expires_at', '>', env.clock.now())
    .executeTakeFirst();
  if (!row) throw deadToken(kind);
  return row;
}

/** Uses it up: of two at once, one gets it. */
export async function takeToken(env: Env, tx: Tx, kind: TokenKind, text: string): Promise<Opened> {
  const now = env.clock.now();
  const row = await tx
    .updateTable('user_tokens')
    .set({ used_at: now })
    .where('token_hash', '=', sha256(text))
    .where('kind', '=', kind)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning(['user_id', 'payload', 'expires_at'])
    .executeTakeFirst();
  if (!row) throw deadToken(kind);
  return row;
}

export async function endTokens(tx: Tx, user_id: string, kinds: TokenKind[]): Promise<void> {
  await tx.deleteFrom('user_tokens').where('user_id', '=', user_id).where('kind', 'in', kinds).execute();
}
