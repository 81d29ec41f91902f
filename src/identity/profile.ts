// The caller's own person: what they are called, their picture, their password. Id and address cannot be changed.

import Type from 'typebox';
import { Fault } from '../kit/fault.ts';
import { postMail } from '../mail/mail.ts';
import type { Ctx } from '../operation/context.ts';
import { nullable, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { hashPassword, passwordFits, refuseWeakPassword } from './password.ts';
import { keepPicture, Picture } from './picture.ts';
import { Password } from './reset-password.ts';
import { endSessions } from './session.ts';
import { refuseTooMany } from './sign-in-tries.ts';
import { forgetTotp } from './totp.ts';
import { callerId, showUser, UserObject, type UserRow } from './user.ts';
import { endTokens } from './user-token.ts';

export const getProfile = operation({
  name: 'profile.get',
  scope: 'profile:read',
  actors: ['user'],
  kind: 'read',
  summary: 'Get your profile',
  description: 'Your own person.',
  input: Type.Object({}, { additionalProperties: false }),
  output: UserObject,
  faults: [],
  async run(ctx) {
    const { query } = ctx.env.db;
    const { user_id } = callerId(ctx);
    return await showUser(
      query,
      await query.selectFrom('users').selectAll().where('id', '=', user_id).executeTakeFirstOrThrow(),
    );
  },
});

export const updateProfile = operation({
  name: 'profile.update',
  scope: 'profile:write',
  actors: ['user'],
  kind: 'write',
  summary: 'Change your profile',
  description: 'What is left out stays; null empties. The picture is cut to a square and written anew.',
  input: Type.Object(
    {
      nickname: Type.Optional(nullable(text(100))),
      phone: Type.Optional(
        nullable(
          Type.String({ pattern: '^\\+?[0-9 ()./-]{4,30}$', description: 'a phone number such as +49 30 123456' }),
        ),
      ),
      avatar: Type.Optional(nullable(Picture)),
    },
    { additionalProperties: false },
  ),
  output: UserObject,
  faults: ['parameter_invalid'],
  async run(ctx, input, tx) {
    const { user_id } = callerId(ctx);
    const before = await tx
      .selectFrom('users')
      .select('company_id')
      .where('id', '=', user_id)
      .executeTakeFirstOrThrow();
    const { avatar, ...plain } = input;
    const changes = {
      ...plain,
      ...(avatar === undefined
        ? {}
        : { avatar_url: avatar && (await keepPicture(ctx.env, tx, before.company_id, avatar, 'avatar')) }),
    };
    if (Object.keys(changes).length > 0) await tx.updateTable('users').set(changes).where('id', '=', user_id).execute();
    return await showUser(
      tx,
      await tx.selectFrom('users').selectAll().where('id', '=', user_id).executeTakeFirstOrThrow(),
    );
  },
});

export const resetOwnMfa = operation({
  name: 'profile.reset_mfa',
  scope: 'profile:write',
  actors: ['user'],
  kind: 'process',
  summary: 'Reset your authenticator app',
  description:
    'App and recovery codes stop working and all your sessions end, this one, too; the next sign-in enrols a new app.',
  input: Type.Object({ current_password: Password }, { additionalProperties: false }),
  output: UserObject,
  faults: ['parameter_invalid'],
  async run(ctx, { current_password }) {
    const { env } = ctx;
    const { user_id } = callerId(ctx);
    const user = await ownUser(ctx, current_password);
    return await env.db.tx(async (tx) => {
      await forgetTotp(tx, user_id);
      await endSessions(tx, user_id, env.clock.now());
      await postMail(env, tx, {
        to: user.email,
        subject: 'Your authenticator app for Florin was reset',
        text: 'Your authenticator app was reset just now; your next sign-in enrols a new one. If this was not you, tell an administrator of your company.\n',
      });
      if (ctx.from) ctx.from.cookie = null;
      return await showUser(tx, { ...user, totp_secret: null });
    });
  },
});

/** The caller, who knows the password. An open session is no way to guess it faster than at the door. */
async function ownUser(ctx: Ctx, current_password: string): Promise<UserRow> {
  const { user_id } = callerId(ctx);
  const { query } = ctx.env.db;
  const user = await query.selectFrom('users').selectAll().where('id', '=', user_id).executeTakeFirstOrThrow();
  await refuseTooMany(ctx.env, 'account', user.email);
  if (await passwordFits(user.password_hash, current_password)) return user;
  throw new Fault('parameter_invalid', 'This is not your current password.', { param: 'current_password' });
}

export const changePassword = operation({
  name: 'profile.change_password',
  scope: 'profile:write',
  actors: ['user'],
  before_password_change: true,
  kind: 'process',
  summary: 'Change your password',
  description: 'All your other sessions end, and links to reset the password that were sent stop working.',
  input: Type.Object({ current_password: Password, new_password: Password }, { additionalProperties: false }),
  output: UserObject,
  faults: ['parameter_invalid'],
  async run(ctx, { current_password, new_password }) {
    const { env } = ctx;
    const { user_id, session_id } = callerId(ctx);
    const user = await ownUser(ctx, current_password);
    if (new_password === current_password) {
      throw new Fault('parameter_invalid', 'This is your current password. Choose another one.', {
        param: 'new_password',
      });
    }
    await refuseWeakPassword(new_password, [user.email, user.nickname ?? '', 'florin'], 'new_password');
    const password_hash = await hashPassword(new_password);
    return await env.db.tx(async (tx) => {
      // Of two changes at once the second finds that its current password is none any more.
      const changed = await tx
        .updateTable('users')
        .set({ password_hash, password_temporary: false })
        .where('id', '=', user_id)
        .where('password_hash', '=', user.password_hash)
        .returningAll()
        .executeTakeFirst();
      if (!changed)
        throw new Fault('parameter_invalid', 'This is not your current password.', { param: 'current_password' });
      await endSessions(tx, user_id, env.clock.now(), session_id);
      await endTokens(tx, user_id, ['password_reset']);
      await postMail(env, tx, {
        to: user.email,
        subject: 'Your password for Florin was changed',
        text: 'Your password was changed just now, and your other sessions ended. If this was not you, tell an administrator of your company.\n',
      });
      return await showUser(tx, changed);
    });
  },
});
