// The caller's own sessions: this one, the others, and their end. A session of somebody else is as unknown as one that never was.

import Type from 'typebox';
import { minutes, plus } from '../kit/clock.ts';
import { notFound } from '../kit/fault.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { endSessions } from './session.ts';
import { SessionObject, sessionObject } from './session-object.ts';
import { callerId } from './user.ts';

const nothing = Type.Object({}, { additionalProperties: false });
const Time = Type.String({ format: 'date-time' });

export const getSessionOfUser = operation({
  name: 'session.get',
  scope: 'profile:read',
  actors: ['user'],
  before_password_change: true,
  kind: 'read',
  summary: 'Get the session',
  description: 'Who is signed in, what they may do, and which accounts are open to them.',
  input: nothing,
  output: SessionObject,
  faults: [],
  async run(ctx) {
    const { session_id } = callerId(ctx);
    const scopes = ctx.actor.kind === 'user' ? ctx.actor.scopes : new Set<string>();
    return await sessionObject(ctx, { session_id, scopes });
  },
});

const ActiveSession = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('user_session'),
    ip: Type.String(),
    browser: Type.String(),
    current: Type.Boolean(),
    created_at: Time,
    last_seen_at: Time,
    expires_at: Time,
  },
  { title: 'UserSession' },
);

export const listUserSessions = operation({
  name: 'user_sessions.list',
  scope: 'profile:read',
  actors: ['user'],
  kind: 'read',
  summary: 'List your sessions',
  description: 'Browsers in which you are signed in, the newest first.',
  input: nothing,
  output: Type.Object({ object: Type.Literal('list'), data: Type.Array(ActiveSession), has_more: Type.Boolean() }),
  faults: [],
  async run(ctx) {
    const { user_id, session_id } = callerId(ctx);
    const now = ctx.env.clock.now();
    const rows = await ctx.env.db.query
      .selectFrom('user_sessions')
      .selectAll()
      .where('user_id', '=', user_id)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', now)
      .where('last_seen_at', '>', plus(now, -minutes(ctx.env.config.session.idle_minutes)))
      .orderBy('id', 'desc')
      .limit(101)
      .execute();
    const data = rows.slice(0, 100).map((row) => ({
      id: row.id,
      object: 'user_session' as const,
      ip: row.address,
      browser: row.browser,
      current: row.id === session_id,
      created_at: row.created_at.toISOString(),
      last_seen_at: row.last_seen_at.toISOString(),
      expires_at: row.expires_at.toISOString(),
    }));
    return { object: 'list' as const, data, has_more: rows.length > 100 };
  },
});

const Ended = Type.Object({ object: Type.Literal('user_session'), ended: Type.Literal(true) });
const ended = { object: 'user_session' as const, ended: true as const };

export const endSession = operation({
  name: 'user_sessions.end',
  scope: 'profile:write',
  actors: ['user'],
  kind: 'write',
  summary: 'End one of your sessions',
  description: 'That browser is signed out at once.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Ended,
  faults: ['not_found'],
  async run(ctx, { id }, tx) {
    const row = await tx
      .updateTable('user_sessions')
      .set({ ended_at: ctx.env.clock.now() })
      .where('id', '=', id)
      .where('user_id', '=', callerId(ctx).user_id)
      .where('ended_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (!row) throw notFound('session', id);
    return ended;
  },
});

export const endOtherSessions = operation({
  name: 'user_sessions.end_others',
  scope: 'profile:write',
  actors: ['user'],
  kind: 'write',
  summary: 'End your other sessions',
  description: 'Every other browser is signed out at once.',
  input: nothing,
  output: Ended,
  faults: [],
  async run(ctx, _, tx) {
    const { user_id, session_id } = callerId(ctx);
    await endSessions(tx, user_id, ctx.env.clock.now(), session_id);
    return ended;
  },
});

export const signOut = operation({
  name: 'session.end',
  scope: 'profile:write',
  actors: ['user'],
  before_password_change: true,
  kind: 'write',
  summary: 'Sign out',
  description: 'Ends this session and takes the cookie away.',
  input: nothing,
  output: Ended,
  faults: [],
  async run(ctx, _, tx) {
    const { session_id } = callerId(ctx);
    await tx.updateTable('user_sessions').set({ ended_at: ctx.env.clock.now() }).where('id', '=', session_id).execute();
    if (ctx.from) ctx.from.cookie = null;
    return ended;
  },
});
