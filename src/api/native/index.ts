// The native API: paths, bearer keys, snake_case JSON, problem documents. It decides nothing about money: each request is one
// operation, called through the door.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../../identity/authenticate.ts';
import { Fault, withoutNumber } from '../../kit/fault.ts';
import { networkOf } from '../../kit/network.ts';
import type { Ctx, Env } from '../../operation/context.ts';
import { perform } from '../../operation/operation.ts';
import { allowedMethods, openJson, toFault } from '../http.ts';
import type { Limiter } from '../limits.ts';
import { noteAnswer, noteCaller, noteRefusal } from '../request-log.ts';
import type { Route } from '../route.ts';
import { contextOf, sendCookie } from './auth.ts';
import { problemOf } from './errors.ts';
import { inputOf } from './input.ts';
import { peopleRoutes } from './people-routes.ts';
import { routes as keyRoutes } from './routes.ts';

const routes = [...keyRoutes, ...peopleRoutes];

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
      if (request.routeOptions.config?.browsers) reply.headers(crossOrigin);
      limiter.take(`address ${networkOf(request.ip)}`);
      if (request.is404 || request.method === 'OPTIONS') return;
      const ctx = await contextOf(env, authenticator, request, request.routeOptions.config.visitors);
      if (ctx.actor.kind === 'secret' || ctx.actor.kind === 'publishable') limiter.take(`key ${ctx.actor.key_id}`);
      if (ctx.actor.kind === 'token') limiter.take(`access key ${ctx.actor.access_key_id}`);
      if (ctx.actor.kind === 'user') limiter.take(`user ${ctx.actor.user_id}`);
      noteCaller(request, ctx);
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
        config: { browsers: forBrowsers(route), visitors: route.op.actors.includes('visitor') },
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
          // Who has no account has no place to keep an answer either; what visitors call is safe to repeat.
          const keeps = route.method === 'POST' && ctx.actor.kind !== 'visitor';
          const idempotency_key = keeps && typeof key === 'string' ? key : undefined;
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
          sendCookie(env, ctx, reply);
          if (answer.replayed) reply.header('idempotent-replayed', 'true');
          noteAnswer(request, answer.text);
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
    visitors?: boolean;
  }
}

/** For the log: without what opens a door. */
const pathOf = (request: FastifyRequest) =>
  (request.url.split('?')[0] ?? '').replace(/\/(invitations|reset)\/[^/]+/, '/$1/[secret]');

export function sendProblem(env: Env, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = toFault(error, request.routeOptions?.bodyLimit);
  const problem = problemOf(fault, request.id, env.config.public_url);
  if (problem.status >= 500)
    env.log.error({ request_id: request.id, method: request.method, path: pathOf(request), error }, 'a request failed');
  const text = JSON.stringify(problem.body);
  const internal = fault instanceof Fault ? fault.internal : undefined;
  noteRefusal(request, { code: problem.body.code, text, internal });
  return reply.code(problem.status).headers(problem.headers).send(text);
}
