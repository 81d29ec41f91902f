// A forgotten password: a link by mail, once, for an hour. Asking is answered the same whether the address is anybody's or not.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { newId } from '../kit/id.ts';
import { networkOf } from '../kit/network.ts';
import { postMail } from '../mail/mail.ts';
import type { Env } from '../operation/context.ts';
import { operation } from '../operation/operation.ts';
import { addEntry, visitorAct } from './audit.ts';
import { hashPassword, refuseWeakPassword } from './password.ts';
import { endSessions } from './session.ts';
import { countTry } from './sign-in-tries.ts';
import { Email, emailOf, type UserRow } from './user.ts';
import { deadToken, makeToken, openToken, takeToken } from './user-token.ts';

export const Password = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'a password of 12 characters or more',
});

export const linkTo = (env: Env, page: 'invitations' | 'reset', token: string): string =>
  `${env.config.public_url}/dashboard/${page}/${token}`;

export async function mailReset(env: Env, tx: Tx, user: UserRow, why: string): Promise<void> {
  const token = await makeToken(env, tx, { user_id: user.id, kind: 'password_reset' });
  await postMail(env, tx, {
    to: user.email,
    subject: 'Choose a new password for Florin',
    text: `${why}\n\nChoose a new password here. The link works once, for an hour:\n\n${linkTo(env, 'reset', token)}\n\nIf this was not you, you need do nothing.\n`,
  });
}

export const requestReset = operation({
  name: 'password_resets.create',
  scope: 'visitor:write',
  actors: ['visitor'],
  kind: 'process',
  summary: 'Ask for a password reset',
  description: 'Always answers 202: it tells nobody whether the address is anybody’s.',
  input: Type.Object({ email: Email }, { additionalProperties: false }),
  output: Type.Object({ object: Type.Literal('password_reset') }),
  faults: [],
  async run(ctx, input) {
    const { env } = ctx;
    const email = emailOf(input.email);
    const counted = [
      await countTry(env, 'address', networkOf(ctx.from?.address ?? '')),
      await countTry(env, 'mail', email),
    ];
    // Beyond the limit nothing is sent; saying so would tell nothing more, and would let anybody see that another one asked.
    if (counted.every((one) => one.within)) {
      const { address = '', browser = '' } = ctx.from ?? {};
      const row = { id: newId('rset', env), email, address, browser, created_at: env.clock.now() };
      await env.db.query.insertInto('reset_requests').values(row).execute();
    }
    return { object: 'password_reset' as const };
  },
});

/** For the worker: mails the link where the address is somebody's, and forgets the request either way. Returns how many there were. */
export async function answerResetRequests(env: Env): Promise<number> {
  return await env.db.tx(async (tx) => {
    const asked = await tx
      .selectFrom('reset_requests')
      .selectAll()
      .orderBy('id')
      .limit(50)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const { id, email, address, browser } of asked) {
      await tx.deleteFrom('reset_requests').where('id', '=', id).execute();
      const user = await tx.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
      if (user?.status !== 'active') continue;
      await mailReset(env, tx, user, 'Somebody, you perhaps, asked for a new password.');
      const call = { request_id: id, from: { address, browser } };
      await addEntry(env, tx, visitorAct(call, user, 'password_resets.create'));
    }
    return asked.length;
  });
}

export const confirmReset = operation({
  name: 'password_resets.confirm',
  scope: 'visitor:write',
  actors: ['visitor'],
  kind: 'process',
  summary: 'Choose a new password',
  description: 'All sessions end. The authenticator app stays as it was.',
  input: Type.Object(
    { token: Type.String({ minLength: 1, maxLength: 100 }), password: Password },
    { additionalProperties: false },
  ),
  output: Type.Object({ object: Type.Literal('password_reset') }),
  faults: ['not_found', 'parameter_invalid'],
  async run(ctx, { token, password }) {
    const { env } = ctx;
    const { user_id } = await openToken(env, env.db.query, 'password_reset', token);
    const about = await env.db.query.selectFrom('users').select('email').where('id', '=', user_id).executeTakeFirst();
    await refuseWeakPassword(password, [about?.email ?? '', 'florin']);
    const password_hash = await hashPassword(password);
    await env.db.tx(async (tx) => {
      await takeToken(env, tx, 'password_reset', token);
      const user = await tx
        .updateTable('users')
        .set({ password_hash, password_temporary: false })
        .where('id', '=', user_id)
        .where('status', '=', 'active')
        .returningAll()
        .executeTakeFirst();
      if (!user) throw deadToken('password_reset');
      await endSessions(tx, user_id, env.clock.now());
      await addEntry(env, tx, visitorAct(ctx, user, 'password_resets.confirm'));
    });
    return { object: 'password_reset' as const };
  },
});
