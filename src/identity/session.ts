// A signed-in browser: how a session begins, what its token opens, how it ends. The token is 256 random bits that only the browser
// holds; a look-up is by its hash, at every request, so an ended session is ended at once, in every process.

import type { Tx } from '../db/db.ts';
import { hours, minutes, plus, seconds } from '../kit/clock.ts';
import { sha256 } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Account, Actor, Ctx, Env } from '../operation/context.ts';
import { type AccountRow, accountColumns, toAccount } from './account.ts';
import { scopesOf } from './roles.ts';
import { newSecretText } from './user-token.ts';

/** Starts one and hands its token to the caller's browser. */
export async function startSession(ctx: Ctx, tx: Tx, user_id: string): Promise<{ id: string; expires_at: Date }> {
  const { env } = ctx;
  const now = env.clock.now();
  const token = newSecretText(env);
  const id = newId('uses', env);
  const expires_at = plus(now, hours(env.config.session.hours));
  await tx
    .insertInto('user_sessions')
    .values({
      token_hash: sha256(token),
      id,
      user_id,
      address: ctx.from?.address ?? '',
      browser: ctx.from?.browser ?? '',
      created_at: now,
      last_seen_at: now,
      expires_at,
    })
    .execute();
  await tx.updateTable('users').set({ last_sign_in_at: now }).where('id', '=', user_id).execute();
  if (ctx.from) ctx.from.cookie = { token, max_age_s: env.config.session.hours * 3600 };
  return { id, expires_at };
}

export type UserIdentity = { account: Account; actor: Actor & { kind: 'user' } };

type Row = {
  id: string;
  user_id: string;
  last_seen_at: Date;
  expires_at: Date;
  ended_at: Date | null;
  roles: string[];
  installation_admin: boolean;
  password_temporary: boolean;
  status: string;
};

const sessionByToken = `select s.id, s.user_id, s.last_seen_at, s.expires_at, s.ended_at, u.roles, u.installation_admin, u.password_temporary, u.status
  from user_sessions s join users u on u.id = s.user_id where s.token_hash = $1`;

const reachable = `from user_merchants um join merchants m on m.id = um.merchant_id join accounts a on a.merchant_id = m.id
  where um.user_id = $1`;
const accountById = `select ${accountColumns} ${reachable} and a.account_id = $2`;
const firstAccount = `select ${accountColumns} ${reachable} and a.mode = 'sandbox' order by m.id limit 1`;

const over = () => new Fault('authentication_required', 'You are not signed in, or no longer. Sign in again.');

/** Whose session this is, with the account that was chosen; the first sandbox of theirs when none was. */
export async function identifySession(env: Env, token: string, account_id: string | undefined): Promise<UserIdentity> {
  if (!/^[A-Za-z0-9]{43}$/.test(token)) throw over();
  const now = env.clock.now();
  const hash = sha256(token);
  const [row] = await env.db.point<Row>({ name: 'session_by_token', text: sessionByToken, values: [hash] });
  if (!row || row.ended_at || row.expires_at <= now || row.status !== 'active') throw over();
  if (plus(row.last_seen_at, minutes(env.config.session.idle_minutes)) <= now) throw over();
  // To the minute: a write per request would buy nothing.
  if (plus(row.last_seen_at, seconds(60)) <= now) {
    await env.db.query.updateTable('user_sessions').set({ last_seen_at: now }).where('token_hash', '=', hash).execute();
  }
  const [found] = await env.db.point<AccountRow>(
    account_id === undefined
      ? { name: 'session_first_account', text: firstAccount, values: [row.user_id] }
      : { name: 'session_account', text: accountById, values: [row.user_id, account_id] },
  );
  if (!found) {
    throw new Fault('not_found', 'No such account is open to you. GET /v1/session lists those that are.', {
      param: 'Florin-Account',
    });
  }
  const scopes = scopesOf(row.roles, row.installation_admin);
  const account = toAccount(found);
  const must_change_password = mustChange(env, row.password_temporary, account.mode);
  return {
    account,
    actor: { kind: 'user', user_id: row.user_id, session_id: row.id, scopes, must_change_password },
  };
}

/**
 * A password that was printed may stand in a log or over somebody's shoulder: it opens nothing but its own change. Only the
 * sandbox of an installation that listens on this machine alone can be tried out with it.
 */
export const mustChange = (env: Env, temporary: boolean, mode: Account['mode']): boolean =>
  temporary && (mode === 'live' || !isLocal(env.config));

const thisMachine = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/;
const isLocal = ({ host, public_url }: Env['config']): boolean =>
  thisMachine.test(host) && thisMachine.test(new URL(public_url).hostname);

/** Ends all sessions of a person, or all but one; their unfinished sign-ins, too. */
export async function endSessions(tx: Tx, user_id: string, now: Date, keep?: string): Promise<void> {
  let query = tx
    .updateTable('user_sessions')
    .set({ ended_at: now })
    .where('user_id', '=', user_id)
    .where('ended_at', 'is', null);
  if (keep !== undefined) query = query.where('id', '<>', keep);
  await query.execute();
  await tx.deleteFrom('user_tokens').where('user_id', '=', user_id).where('kind', '=', 'sign_in').execute();
}
