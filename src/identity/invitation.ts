// An invitation: who was invited sees what to, and becomes a person of the company by choosing a password. The link works once.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { postMail } from '../mail/mail.ts';
import type { Ctx } from '../operation/context.ts';
import { text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { addEntry, visitorAct } from './audit.ts';
import { hashPassword, refuseWeakPassword } from './password.ts';
import { linkTo, Password } from './reset-password.ts';
import { roles } from './roles.ts';
import { showUser, UserObject, type UserRow } from './user.ts';
import { deadToken, makeToken, openToken, takeToken } from './user-token.ts';

const Token = Type.String({ minLength: 1, maxLength: 100 });

export async function mailInvitation(ctx: Ctx, tx: Tx, user: UserRow): Promise<void> {
  const token = await makeToken(ctx.env, tx, { user_id: user.id, kind: 'invitation' });
  const company = await tx
    .selectFrom('companies')
    .select('name')
    .where('id', '=', user.company_id)
    .executeTakeFirstOrThrow();
  // What people call themselves stays out of the subject line.
  const name = company.name.replaceAll(/\s+/g, ' ');
  await postMail(ctx.env, tx, {
    to: user.email,
    subject: 'You are invited to Florin',
    text: `${name} invites you to its payments dashboard.\n\nChoose your password here. The link works once, for seven days:\n\n${linkTo(ctx.env, 'invitations', token)}\n\nIf you do not know ${name}, you need do nothing.\n`,
  });
}

export const getInvitation = operation({
  name: 'invitations.get',
  scope: 'visitor:read',
  actors: ['visitor'],
  kind: 'read',
  summary: 'Get an invitation',
  description: 'Whom it is for and what to.',
  input: Type.Object({ token: Token }, { additionalProperties: false }),
  output: Type.Object(
    {
      object: Type.Literal('invitation'),
      email: Type.String(),
      company: Type.String(),
      roles: Type.Array(Type.Enum([...roles])),
      expires_at: Type.String({ format: 'date-time' }),
    },
    { title: 'Invitation' },
  ),
  faults: ['not_found'],
  async run({ env }, { token }) {
    const { query } = env.db;
    const { user_id, expires_at } = await openToken(env, query, 'invitation', token);
    const row = await query
      .selectFrom('users')
      .innerJoin('companies', 'companies.id', 'users.company_id')
      .select(['users.email', 'users.roles', 'companies.name'])
      .where('users.id', '=', user_id)
      .where('users.status', '=', 'invited')
      .executeTakeFirst();
    if (!row) throw deadToken('invitation');
    return {
      object: 'invitation' as const,
      email: row.email,
      company: row.name,
      roles: row.roles as (typeof roles)[number][],
      expires_at: expires_at.toISOString(),
    };
  },
});

export const acceptInvitation = operation({
  name: 'invitations.accept',
  scope: 'visitor:write',
  actors: ['visitor'],
  kind: 'process',
  summary: 'Accept an invitation',
  description: 'Sets the password. Then sign in; the first sign-in enrols the authenticator app.',
  input: Type.Object(
    { token: Token, password: Password, nickname: Type.Optional(text(100)) },
    { additionalProperties: false },
  ),
  output: UserObject,
  faults: ['not_found', 'parameter_invalid'],
  async run(ctx, { token, password, nickname }) {
    const { env } = ctx;
    const { user_id } = await openToken(env, env.db.query, 'invitation', token);
    const about = await env.db.query.selectFrom('users').select('email').where('id', '=', user_id).executeTakeFirst();
    await refuseWeakPassword(password, [about?.email ?? '', 'florin', nickname ?? '']);
    const password_hash = await hashPassword(password);
    return await env.db.tx(async (tx) => {
      await takeToken(env, tx, 'invitation', token);
      const user = await tx
        .updateTable('users')
        .set({ password_hash, password_temporary: false, status: 'active', nickname: nickname ?? null })
        .where('id', '=', user_id)
        .where('status', '=', 'invited')
        .returningAll()
        .executeTakeFirst();
      if (!user) throw deadToken('invitation');
      await addEntry(env, tx, visitorAct(ctx, user, 'invitations.accept'));
      return await showUser(tx, user);
    });
  },
});
