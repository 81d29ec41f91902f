// The first step of signing in: address and password. The answer for an address that nobody has, a wrong password, and a person who
// was disabled is one and the same, after the same work. Nobody is signed in by a password alone: the code follows (totp.ts).

import Type from 'typebox';
import { renderSVG } from 'uqr';
import { seal } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import { networkOf } from '../kit/network.ts';
import type { Ctx } from '../operation/context.ts';
import { operation } from '../operation/operation.ts';
import { addEntry, visitorAct } from './audit.ts';
import { passwordFits } from './password.ts';
import { forgetTries, refuseTooMany } from './sign-in-tries.ts';
import { newTotpSecret, totpUri } from './totp.ts';
import { Email, emailOf, type UserRow } from './user.ts';
import { makeToken } from './user-token.ts';

export const signIn = operation({
  name: 'sign_in.password',
  scope: 'visitor:write',
  actors: ['visitor'],
  kind: 'process',
  summary: 'Sign in: the password',
  description:
    'The first of two steps. `challenge` is good for ten minutes and one sign-in. At the first sign-in `totp` has what an authenticator app needs, as text and as a picture.',
  input: Type.Object(
    { email: Email, password: Type.String({ minLength: 1, maxLength: 512 }) },
    { additionalProperties: false },
  ),
  output: Type.Object(
    {
      object: Type.Literal('sign_in'),
      next: Type.Enum(['totp', 'enrol_totp', 'done']),
      challenge: Type.Optional(Type.String()),
      totp: Type.Optional(
        Type.Object({
          secret: Type.String(),
          uri: Type.String(),
          qr_svg: Type.String({ description: 'An SVG picture of the address.' }),
        }),
      ),
    },
    { title: 'SignIn' },
  ),
  faults: ['sign_in_refused'],
  async run(ctx, input) {
    const { env } = ctx;
    const email = emailOf(input.email);
    await refuseTooMany(env, 'address', networkOf(ctx.from?.address ?? ''));
    await refuseTooMany(env, 'account', email);
    const user = await env.db.query.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
    const fits = await passwordFits(user?.password_hash, input.password);
    if (!user || !fits || user.status !== 'active') {
      if (user) noteRefusal(ctx, user);
      throw new Fault('sign_in_refused', 'This address and password do not belong together.');
    }
    await forgetTries(env, 'account', email);
    const enrolling = user.totp_secret === null ? newTotpSecret() : undefined;
    const challenge = await env.db.tx((tx) =>
      makeToken(env, tx, {
        user_id: user.id,
        kind: 'sign_in',
        ...(enrolling === undefined ? {} : { payload: seal(env.keys.people, enrolling, user.id) }),
      }),
    );
    if (enrolling === undefined) return { object: 'sign_in' as const, next: 'totp' as const, challenge };
    const uri = totpUri(enrolling, user.email);
    return {
      object: 'sign_in' as const,
      next: 'enrol_totp' as const,
      challenge,
      totp: { secret: enrolling, uri, qr_svg: renderSVG(uri) },
    };
  },
});

/** Whoever reads their company's log sees that somebody tried. Not waited for: the time it takes would tell that there is somebody. */
function noteRefusal(ctx: Ctx, user: UserRow): void {
  const { env } = ctx;
  env.db
    .tx((tx) => addEntry(env, tx, visitorAct(ctx, user, 'sign_in.refused')))
    .catch((error: unknown) => env.log.warn({ error }, 'a refused sign-in could not be written down'));
}
