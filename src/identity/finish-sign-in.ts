// The second step of signing in: the code of the authenticator app, or one of the recovery codes. At the first sign-in the right code
// enrols the app, and the recovery codes are shown, this once.

import Type from 'typebox';
import { must } from '../kit/assert.ts';
import { seal, unseal } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { addEntry, visitorAct } from './audit.ts';
import { scopesOf } from './roles.ts';
import { startSession } from './session.ts';
import { SessionObject, sessionObject } from './session-object.ts';
import { countCodeTry, newRecoveryCodes, openTotpSecret, takeCode, takeRecoveryCode } from './totp.ts';
import type { UserRow } from './user.ts';
import { deadToken, openToken, takeToken } from './user-token.ts';

export const finishSignIn = operation({
  name: 'sign_in.totp',
  scope: 'visitor:write',
  actors: ['visitor'],
  kind: 'process',
  summary: 'Sign in: the code',
  description:
    'Sets the cookie `florin_session`. A code works once; ten wrong ones lock for 30 minutes. `recovery_codes` are in the answer of the first sign-in and nowhere else.',
  input: Type.Object(
    {
      challenge: Type.String({ minLength: 1, maxLength: 100 }),
      code: Type.Optional(Type.String({ pattern: '^[0-9]{6}$', description: 'six digits' })),
      recovery_code: Type.Optional(Type.String({ minLength: 12, maxLength: 20 })),
    },
    { additionalProperties: false },
  ),
  output: Type.Interface([SessionObject], { recovery_codes: nullable(Type.Array(Type.String())) }),
  faults: ['sign_in_refused', 'not_found'],
  async run(ctx, input) {
    const { env } = ctx;
    const { challenge, code, recovery_code } = input;
    if ((code === undefined) === (recovery_code === undefined))
      throw new Fault('parameter_invalid', "Send 'code' or 'recovery_code', one of them.", { param: 'code' });
    const opened = await openToken(env, env.db.query, 'sign_in', challenge);
    await countCodeTry(env, opened.user_id);
    const { user, recovery_codes } = await env.db.tx(async (tx) => {
      const user = await lockActive(tx, opened.user_id);
      const codes = await takeSecondFactor(ctx, tx, user, opened.payload, { code, recovery_code });
      await takeToken(env, tx, 'sign_in', challenge);
      const session = await startSession(ctx, tx, user.id);
      const how = recovery_code === undefined ? (codes ? 'enrolled' : 'code') : 'recovery_code';
      await addEntry(env, tx, visitorAct(ctx, user, 'sign_in.completed', { session: session.id, by: how }));
      return { user, recovery_codes: codes, session };
    });
    const token = must(ctx.from?.cookie, 'a session was started').token;
    return {
      ...(await sessionObject(ctx, { token, scopes: scopesOf(user.roles, user.installation_admin) })),
      recovery_codes,
    };
  },
});

type Given = { code: string | undefined; recovery_code: string | undefined };
type Tx = Parameters<typeof takeToken>[1];

async function lockActive(tx: Tx, id: string): Promise<UserRow> {
  const user = await tx.selectFrom('users').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (user?.status !== 'active') throw deadToken('sign_in');
  return user;
}

/** Returns recovery codes when this enrolled the app. */
async function takeSecondFactor(ctx: Ctx, tx: Tx, user: UserRow, payload: Buffer | null, given: Given) {
  const { env } = ctx;
  const known = openTotpSecret(env, user);
  // Enrolled or reset meanwhile, in another window: that sign-in begins anew.
  if ((known === undefined) !== (payload !== null)) throw deadToken('sign_in');
  if (given.recovery_code !== undefined) {
    await takeRecoveryCode(env, tx, user, given.recovery_code);
    return null;
  }
  const secret = known ?? unseal(env.keys.people, must(payload, 'an enrolment has a secret'), user.id).toString();
  await takeCode(env, tx, user, secret, given.code ?? '');
  if (known !== undefined) return null;
  const totp_secret = seal(env.keys.people, secret, user.id);
  await tx.updateTable('users').set({ totp_secret }).where('id', '=', user.id).execute();
  return await newRecoveryCodes(env, tx, user.id);
}
