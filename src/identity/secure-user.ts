// What an administrator does for a person's safety: reset the password or the app, disable and enable, send the invitation again.
// Each of them ends the person's sessions at once. The administrator never learns a password or a code.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import { postMail } from '../mail/mail.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { mailInvitation } from './invitation.ts';
import { refuseLastAdmin } from './manage-users.ts';
import { noPassword } from './password.ts';
import { mailReset } from './reset-password.ts';
import { endSessions } from './session.ts';
import { forgetTotp } from './totp.ts';
import { companyOf, findUser, lockUsers, noUser, showUser, UserObject, type UserRow } from './user.ts';
import { endTokens } from './user-token.ts';

const common = {
  scope: 'users:write',
  actors: ['user'],
  kind: 'write',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: UserObject,
  faults: ['not_found', 'state_invalid'],
} as const;

async function lockOne(ctx: Ctx, tx: Tx, id: string): Promise<{ user: UserRow; users: UserRow[] }> {
  const users = await lockUsers(tx, await companyOf(ctx, tx));
  const user = users.find((row) => row.id === id);
  if (!user) throw noUser(id);
  return { user, users };
}

function refuseUnless(user: UserRow, status: UserRow['status'], message: string): void {
  if (user.status !== status) throw new Fault('state_invalid', message, { param: 'id' });
}

async function shownAfter(tx: Tx, user: UserRow) {
  return await showUser(tx, await findUser(tx, user.company_id, user.id));
}

export const resetUserPassword = operation({
  ...common,
  name: 'users.reset_password',
  summary: 'Reset a person’s password',
  description: 'The old password stops working, all sessions end, and a link to choose a new one goes out by mail.',
  async run(ctx, { id }, tx) {
    const { user } = await lockOne(ctx, tx, id);
    refuseUnless(user, 'active', `This person is '${user.status}'; only an active one has a password to reset.`);
    await tx.updateTable('users').set({ password_hash: noPassword }).where('id', '=', id).execute();
    await endSessions(tx, id, ctx.env.clock.now());
    await mailReset(ctx.env, tx, user, 'An administrator of your company reset your password.');
    return await shownAfter(tx, user);
  },
});

export const resetUserMfa = operation({
  ...common,
  name: 'users.reset_mfa',
  summary: 'Reset a person’s authenticator app',
  description: 'App and recovery codes stop working and all sessions end; the next sign-in enrols a new app.',
  async run(ctx, { id }, tx) {
    const { user } = await lockOne(ctx, tx, id);
    refuseUnless(user, 'active', `This person is '${user.status}'; only an active one has an app to reset.`);
    await forgetTotp(tx, id);
    await endSessions(tx, id, ctx.env.clock.now());
    await postMail(ctx.env, tx, {
      to: user.email,
      subject: 'Your authenticator app for Florin was reset',
      text: 'An administrator of your company reset your authenticator app. Your next sign-in enrols a new one.\n\nIf you did not ask for this, tell them.\n',
    });
    return await shownAfter(tx, user);
  },
});

export const disableUser = operation({
  ...common,
  name: 'users.disable',
  summary: 'Disable a person',
  description: 'All sessions end at once, links that were sent stop working, and nobody can sign in as this person.',
  async run(ctx, { id }, tx) {
    const { user, users } = await lockOne(ctx, tx, id);
    if (user.status === 'active') refuseLastAdmin(users, user);
    await tx.updateTable('users').set({ status: 'disabled' }).where('id', '=', id).execute();
    await endSessions(tx, id, ctx.env.clock.now());
    await endTokens(tx, id, ['invitation', 'password_reset', 'sign_in']);
    return await shownAfter(tx, user);
  },
});

export const enableUser = operation({
  ...common,
  name: 'users.enable',
  summary: 'Enable a person',
  description: 'A person who never chose a password is invited again.',
  async run(ctx, { id }, tx) {
    const { user } = await lockOne(ctx, tx, id);
    refuseUnless(user, 'disabled', `This person is '${user.status}'; only a disabled one is enabled.`);
    const status = user.password_hash === null ? 'invited' : 'active';
    await tx.updateTable('users').set({ status }).where('id', '=', id).execute();
    if (status === 'invited') await mailInvitation(ctx, tx, user);
    return await shownAfter(tx, user);
  },
});

export const resendInvitation = operation({
  ...common,
  name: 'users.resend_invitation',
  summary: 'Send an invitation again',
  description: 'With a new link; the old one stops working.',
  async run(ctx, { id }, tx) {
    const { user } = await lockOne(ctx, tx, id);
    refuseUnless(user, 'invited', `This person is '${user.status}'; only an invited one is invited again.`);
    await mailInvitation(ctx, tx, user);
    return await shownAfter(tx, user);
  },
});
