// Who calls the native API: a bearer key, secret or publishable.

import type { FastifyRequest } from 'fastify';
import type { Authenticator } from '../../identity/authenticate.ts';
import { Fault } from '../../kit/fault.ts';
import type { Ctx, Env } from '../../operation/context.ts';

export async function contextOf(env: Env, authenticator: Authenticator, request: FastifyRequest): Promise<Ctx> {
  const header = request.headers.authorization;
  if (header === undefined) {
    throw new Fault('authentication_required', 'Send your key in the header: Authorization: Bearer sk_test_…');
  }
  const match = /^Bearer +(\S+)$/i.exec(header);
  if (!match?.[1]) throw new Fault('key_invalid', 'The Authorization header must be: Bearer, a space, and your key.');
  const { account, actor } = await authenticator.identify(match[1]);
  return { env, account, actor, request_id: request.id };
}
