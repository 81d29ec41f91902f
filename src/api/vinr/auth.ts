// Who calls the VINR dialect: a secret key, as a bearer or in X-Api-Key. Every wrong kind of key is 401, as VINR says.

import type { FastifyRequest } from 'fastify';
import type { Authenticator } from '../../identity/authenticate.ts';
import { Fault } from '../../kit/fault.ts';
import type { Ctx, Env } from '../../operation/context.ts';

export async function contextOf(env: Env, authenticator: Authenticator, request: FastifyRequest): Promise<Ctx> {
  const { account, actor } = await authenticator.identify(keyOf(request), request.ip);
  return { env, account, actor, request_id: request.id };
}

function keyOf({ headers }: FastifyRequest): string {
  const bearer = headers.authorization;
  const plain = headers['x-api-key'];
  if (bearer === undefined && plain === undefined) {
    throw new Fault('authentication_required', 'Send your secret key in the header: Authorization: Bearer sk_test_…');
  }
  const spoken = bearer === undefined ? undefined : /^Bearer +(\S+)$/i.exec(bearer)?.[1];
  if (bearer !== undefined && spoken === undefined) {
    throw new Fault('key_invalid', 'The Authorization header must be: Bearer, a space, and your secret key.');
  }
  const key = spoken ?? String(plain);
  if (plain !== undefined && plain !== key) {
    throw new Fault('key_invalid', 'The Authorization and X-Api-Key headers hold different keys. Send one of them.');
  }
  if (/^(pk|rk)_/.test(key)) {
    throw new Fault(
      'key_invalid',
      'This kind of key may not be used here. Call from your server with a secret key (sk_…).',
    );
  }
  if (!/^sk_(test|live)_[A-Za-z0-9]{40}$/.test(key)) {
    throw new Fault(
      'key_invalid',
      'This is not spelled like a secret key: sk_test_… or sk_live_…, with 40 characters after it.',
    );
  }
  return key;
}
