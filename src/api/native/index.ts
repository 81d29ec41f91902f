// The native API: paths, bearer keys, snake_case JSON, problem documents. It decides nothing about money: each request is one
// operation, called through the door.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../../identity/authenticate.ts';
import { Fault, withoutNumber } from '../../kit/fault.ts';
import type { Ctx, Env } from '../../operation/context.ts';
import { perform } from '../../operation/operation.ts';
import { allowedMethods, openJson } from '../http.ts';
import type { Limiter } from '../limits.ts';
import type { Route } from '../route.ts';
import { contextOf } from './auth.ts';
import { problemOf } from './errors.ts';
import { inputOf } from './input.ts';
import { routes } from './routes.ts';

type Parts = { env: Env; authenticator: Authenticator; limiter: Limiter };

const contexts = new WeakMap<FastifyRequest, Ctx>();

export const native =
  ({ env, authenticator, limiter }: Parts) =>
  async (app: FastifyInstance): Promise<void> => {
    openJson(app);

    app.setErrorHandler((error, request, reply) => sendProblem(env, error, request, reply));
    app.setNotFoundHandler((request, reply) => {
      const methods = allowedMethods(routes, request.url);
      if (methods.length > 0) reply.header('allow', methods.join(', '));
      const fault =
        methods.length > 0
          ? new Fault('method_not_allowed', `This path answers ${methods.join(' and ')}, not ${request.method}.`)
          : new Fault(
              'route_not_found',
              `There is no ${request.method} ${withoutNumber(request.url.split('?')[0] ?? '')}. The paths are listed at /docs.`,
            );
      return sendProblem(env, fault, request, reply);
    });

    // Before the body is read: a stranger costs no parsing.
    app.addHook('onRequest', async (request, reply) => {
      if (request.is404 || request.method === 'OPTIONS') return;
      if (request.routeOptions.config.browsers) reply.headers(crossOrigin);
      limiter.take(`address ${request.ip}`);
      const ctx = await contextOf(env, authenticator, request);
      if (ctx.actor.kind === 'secret' || ctx.actor.kind === 'publishable') limiter.take(`key ${ctx.actor.key_id}`);
      contexts.set(request, ctx);
    });

    // A shop's own page may call what a publishable key opens. Keys travel in a header, never in a cookie, so any origin may ask.
    for (const path of new Set(routes.filter(forBrowsers).map((route) => route.path))) {
      app.options(urlOf(path), { onRequest: [] }, async (_request, reply) =>
        reply
          .code(204)
          .headers({
            ...crossOrigin,
            'access-control-allow-methods': allowedMethods(routes, path).join(', '),
            'access-control-allow-headers': 'authorization, content-type, idempotency-key',
            'access-control-max-age': '86400',
          })
          .send(),
      );
    }

    for (const route of routes) {
      app.route({
        method: route.method,
        config: { browsers: forBrowsers(route) },
        url: urlOf(route.path),
        ...(route.body_limit === undefined ? {} : { bodyLimit: route.body_limit }),
        // A HEAD would have the whole file made for nobody.
        exposeHeadRoute: route.download === undefined,
        handler: async (request, reply) => {
          const ctx = contexts.get(request);
          if (!ctx)
            throw new Fault('authentication_required', 'Send your key in the header: Authorization: Bearer sk_test_…');
          const writes = route.method === 'POST' || route.method === 'PATCH';
          const input = inputOf(route.op.input, {
            params: request.params,
            query: request.query,
            body: request.body,
            writes,
          });
          const key = request.headers['idempotency-key'];
          const idempotency_key = route.method === 'POST' && typeof key === 'string' ? key : undefined;
          const answer = await perform(route.op, ctx, {
            input,
            ...(idempotency_key === undefined ? {} : { idempotency_key }),
          });
          if (route.download) {
            const { file_name, content_type, body } = await route.download(ctx, JSON.parse(answer.text));
            reply
              .header('content-disposition', `attachment; filename="${file_name}"`)
              .header('cache-control', 'no-store');
            return reply.code(200).header('content-type', content_type).send(body);
          }
          if (answer.replayed) reply.header('idempotent-replayed', 'true');
          return reply
            .code(route.status ?? 200)
            .header('content-type', 'application/json; charset=utf-8')
            .header('cache-control', 'no-store')
            .send(answer.text);
        },
      });
    }
  };

const crossOrigin = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'request-id, retry-after, idempotent-replayed',
};

const forBrowsers = (route: Route) => route.op.actors.includes('publishable');

const urlOf = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1').replace(/^\/v1/, '');

declare module 'fastify' {
  interface FastifyContextConfig {
    browsers?: boolean;
  }
}

export function sendProblem(env: Env, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = toFault(error, request);
  const problem = problemOf(fault, request.id, env.config.public_url);
  if (problem.status >= 500)
    env.log.error(
      { request_id: request.id, method: request.method, path: request.url.split('?')[0], error },
      'a request failed',
    );
  return reply.code(problem.status).headers(problem.headers).send(JSON.stringify(problem.body));
}

/** What the HTTP library refuses by itself, in our words. */
function toFault(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof Fault || !(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Fault(
        'body_too_large',
        `A body may have at most ${Math.floor((request.routeOptions.bodyLimit ?? 1_048_576) / 1_048_576)} MB.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Fault('body_invalid', 'Send JSON with the header Content-Type: application/json.', {
        param: 'Content-Type',
      });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Fault('body_invalid', 'The request is not well formed: its address or Content-Length does not fit.');
    case 'ECONNREFUSED':
    case '57P01':
    case '57P03':
    case '53300':
      return new Fault(
        'unavailable',
        'The database cannot be reached right now. Try again in a moment, with the same idempotency key.',
        { retry_after: 2, cause: error },
      );
    default:
      return error;
  }
}
