// What the dashboard is told of a session: who, what they may do, and where. Must never show the session's token.

import { sql } from 'kysely';
import Type from 'typebox';
import { sha256 } from '../kit/crypto.ts';
import type { Ctx, Scopes } from '../operation/context.ts';
import { nullable } from '../operation/fields.ts';
import { mustChange } from './session.ts';
import { showUser, UserObject } from './user.ts';

const Reached = Type.Object({
  id: Type.String(),
  mode: Type.Enum(['sandbox', 'live']),
  currency: Type.String(),
});

export const SessionObject = Type.Object(
  {
    object: Type.Literal('session'),
    id: Type.String(),
    user: UserObject,
    scopes: Type.Array(Type.String(), {
      description: 'What the roles allow; `!name` takes one operation back from a scope.',
    }),
    company: Type.Object({ id: Type.String(), name: Type.String() }),
    merchants: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        logo_url: nullable(Type.String()),
        time_zone: Type.String(),
        status: Type.Enum(['pending_review', 'active', 'disabled']),
        accounts: Type.Array(Reached),
      }),
    ),
    account: nullable(Reached),
    password_change_required: Type.Boolean({
      description:
        'The password was made by the installation: choose another before anything else. In the sandbox of an installation that listens on this machine alone it need not be.',
    }),
    expires_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Session' },
);

type Which = { token: string; scopes: Scopes } | { session_id: string; scopes: Scopes };

type Line = {
  merchant_id: string;
  name: string;
  logo_url: string | null;
  time_zone: string;
  status: 'pending_review' | 'active' | 'disabled';
  account_id: string;
  mode: 'sandbox' | 'live';
  currency: string;
};

/** Of the caller's session, or of one that was just started, whose account is not chosen yet. */
export async function sessionObject(ctx: Ctx, which: Which) {
  const { query } = ctx.env.db;
  const found = query.selectFrom('user_sessions').select(['id', 'user_id', 'expires_at']);
  const session = await ('token' in which
    ? found.where('token_hash', '=', sha256(which.token))
    : found.where('id', '=', which.session_id)
  ).executeTakeFirstOrThrow();
  const user = await query.selectFrom('users').selectAll().where('id', '=', session.user_id).executeTakeFirstOrThrow();
  const company = await query
    .selectFrom('companies')
    .select(['id', 'name'])
    .where('id', '=', user.company_id)
    .executeTakeFirstOrThrow();
  const { rows } = await sql<Line>`
    select m.id as merchant_id, m.name, m.logo_url, m.time_zone, m.status, a.account_id, a.mode, a.currency
    from user_merchants um join merchants m on m.id = um.merchant_id join accounts a on a.merchant_id = m.id
    where um.user_id = ${user.id} order by m.id, a.mode desc`.execute(query);
  const merchants = [...new Set(rows.map((row) => row.merchant_id))].map((id) => {
    const lines = rows.filter((row) => row.merchant_id === id);
    const [
      { name, logo_url, time_zone, status } = {
        name: '',
        logo_url: null,
        time_zone: 'UTC',
        status: 'disabled' as const,
      },
    ] = lines;
    return { id, name, logo_url, time_zone, status, accounts: lines.map(reached) };
  });
  const current =
    'token' in which
      ? rows.find((row) => row.mode === 'sandbox')
      : rows.find((row) => row.account_id === ctx.account.account_id);
  return {
    object: 'session' as const,
    id: session.id,
    user: await showUser(query, user),
    scopes: [...which.scopes].sort(),
    company,
    merchants,
    account: current ? reached(current) : null,
    password_change_required: mustChange(ctx.env, user.password_temporary, current?.mode ?? 'sandbox'),
    expires_at: session.expires_at.toISOString(),
  };
}

const reached = (row: Line) => ({ id: row.account_id, mode: row.mode, currency: row.currency });
