// Who calls the native API: a bearer key or token, or a browser with a session's cookie. A header that is sent decides alone; a cookie is looked
// at only where there is none. A write by cookie must come from our own pages.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../../identity/authenticate.ts';
import { identifySession } from '../../identity/session.ts';
import { nobody } from '../../identity/visitor.ts';
import { Fault } from '../../kit/fault.ts';
import type { Ctx, Env, Origin } from '../../operation/context.ts';

export const sessionCookie = 'florin_session';

/** What a browser says of itself, kept short. */
const originOf = (request: FastifyRequest): Origin => ({
  address: request.ip,
  browser: String(request.headers['user-agent'] ?? '').slice(0, 300),
});

export async function contextOf(
  env: Env,
  authenticator: Authenticator,
  request: FastifyRequest,
  open_to_visitors = false,
): Promise<Ctx> {
  const from = originOf(request);
  // What somebody at the door sends beside is not looked at: a stale cookie must not keep anybody from signing in.
  if (open_to_visitors) {
    refuseForeignWrite(env, request);
    return { env, account: nobody, actor: { kind: 'visitor' }, request_id: request.id, from };
  }
  const header = request.headers.authorization;
  if (header === undefined) {
    const token = cookieOf(request);
    if (token === undefined)
      throw new Fault('authentication_required', 'Send your key in the header: Authorization: Bearer sk_test_…');
    refuseForeignWrite(env, request);
    const chosen = request.headers['florin-account'];
    const identity = await identifySession(env, token, typeof chosen === 'string' ? chosen : undefined);
    return { env, ...identity, request_id: request.id, from };
  }
  const match = /^Bearer +(\S+)$/i.exec(header);
  if (!match?.[1]) throw new Fault('key_invalid', 'The Authorization header must be: Bearer, a space, and your key.');
  const { account, actor } = await authenticator.identifyBearer(match[1], request.ip);
  return { env, account, actor, request_id: request.id, from };
}

function cookieOf(request: FastifyRequest): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === sessionCookie) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** Another site can make a browser send our cookie, but not say that it is us. */
function refuseForeignWrite(env: Env, request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === new URL(env.config.public_url).origin || site === 'same-origin') return;
  throw new Fault(
    'permission_denied',
    'A write with a session’s cookie must come from our own pages: send the header Origin with the public address of this installation.',
    { param: 'Origin' },
  );
}

/** The operation's word on what the browser is to keep. */
export function sendCookie(env: Env, ctx: Ctx, reply: FastifyReply): void {
  const cookie = ctx.from?.cookie;
  if (cookie === undefined) return;
  const secure = env.config.public_url.startsWith('https:') ? '; Secure' : '';
  const value = cookie === null ? '' : cookie.token;
  const max_age = cookie === null ? 0 : cookie.max_age_s;
  reply.header('set-cookie', `${sessionCookie}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${max_age}${secure}`);
}
