// Serves a dialect: keys before bodies, its table of routes, and every refusal in its own format, also of what the HTTP library
// refuses. Knows no dialect by name, and decides nothing about money.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Authenticator } from '../identity/authenticate.ts';
import { must } from '../kit/assert.ts';
import { Fault, withoutNumber } from '../kit/fault.ts';
import { networkOf } from '../kit/network.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { findFault, refuseBadText } from '../operation/input.ts';
import { type Operation, perform } from '../operation/operation.ts';
import type { Call, Dialect, DialectRoute } from './dialect.ts';
import { dialectOpenapi } from './dialect-openapi.ts';
import { allowedMethods, openJson, toFault } from './http.ts';
import type { Limiter, Standing } from './limits.ts';
import { noteAnswer, noteCaller, noteRefusal } from './request-log.ts';
import { FormBody, type Node, typed } from './typed.ts';

type Parts = { env: Env; authenticator: Authenticator; limiter: Limiter };

const contexts = new WeakMap<FastifyRequest, Ctx>();

export const serveDialect =
  (dialect: Dialect, { env, authenticator, limiter }: Parts) =>
  async (app: FastifyInstance): Promise<void> => {
    openJson(app);
    dialect.openParsers?.(app);
    app.setErrorHandler((error, request, reply) => sendRefusal(env, dialect, error, request, reply, limiter.empty));
    app.setNotFoundHandler((request, reply) => {
      const path = (request.url.split('?')[0] ?? '').slice(dialect.base.length);
      const methods = allowedMethods(dialect.routes, path);
      if (methods.length > 0) reply.header('allow', methods.join(', '));
      const fault =
        methods.length > 0
          ? new Fault('method_not_allowed', `This path answers ${methods.join(' and ')}, not ${request.method}.`)
          : new Fault(
              'route_not_found',
              `There is no ${request.method} ${dialect.base}${withoutNumber(path)}. The paths are listed at ${dialect.base}/openapi.json.`,
            );
      return sendRefusal(env, dialect, fault, request, reply);
    });

    // Before the body is read: a stranger costs no parsing.
    app.addHook('onRequest', async (request, reply) => {
      reply.headers(dialect.headers(request.id, undefined));
      limiter.take(`address ${networkOf(request.ip)}`);
      if (request.is404) return;
      if (request.routeOptions.config.open) return;
      const ctx = await dialect.contextOf(env, authenticator, request);
      if ('key_id' in ctx.actor) reply.headers(dialect.headers(request.id, limiter.take(`key ${ctx.actor.key_id}`)));
      contexts.set(request, ctx);
      noteCaller(request, ctx, dialect.name);
    });

    let description: string | undefined;
    app.get('/openapi.json', { config: { open: true } }, async (_request, reply) => {
      description ??= JSON.stringify(dialectOpenapi(dialect, env.config.public_url), null, 2);
      return reply.header('content-type', json).send(description);
    });
    for (const route of dialect.routes) serveRoute(app, dialect, route);
    for (const { method, path, state, why } of dialect.coverage.endpoints) {
      if (state !== 'refused') continue;
      app.route({
        method,
        url: urlOf(path),
        handler: async () => {
          throw new Fault('feature_unavailable', why ?? 'This is not offered here.');
        },
      });
    }
  };

function serveRoute(app: FastifyInstance, dialect: Dialect, route: DialectRoute): void {
  const check = checker(route.input);
  const id_name = /\{(\w+)\}/.exec(route.path)?.[1];
  app.route({
    method: route.method,
    url: urlOf(route.path),
    handler: async (request, reply) => {
      const ctx = must(contexts.get(request), 'the hook let this request in');
      const input = check(route.method === 'GET' ? typedBy(route.input, request.query) : bodyOf(route, request.body));
      const key = request.headers['idempotency-key'];
      let replayed = false;
      const call: Call = {
        ctx,
        params: request.params as Record<string, string>,
        idempotency_key: route.method === 'POST' && typeof key === 'string' ? key : undefined,
        async perform(op, wanted, idempotency_key) {
          const answer = await perform(op as unknown as Operation, ctx, {
            input: wanted,
            ...(idempotency_key === undefined ? {} : { idempotency_key }),
          }).catch((error: unknown) => {
            throw error instanceof Fault ? toldIn(dialect, error, id_name) : error;
          });
          replayed ||= answer.replayed;
          return answer.value as never;
        },
      };
      const answer = await route.run(call, input);
      if (replayed) reply.header('idempotent-replayed', 'true');
      const text = JSON.stringify(answer);
      noteAnswer(request, text);
      return reply
        .code(route.status ?? 200)
        .header('content-type', json)
        .header('cache-control', 'no-store')
        .send(text);
    },
  });
}

const json = 'application/json; charset=utf-8';
const urlOf = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');

const typedBy = (schema: TSchema, fields: unknown) =>
  typed((schema as Node).properties ?? {}, (fields ?? {}) as Record<string, string | string[]>);

function bodyOf(route: DialectRoute, body: unknown): unknown {
  // A DELETE goes by its path alone.
  if (route.method === 'DELETE' || body === undefined) return {};
  if (body instanceof FormBody) return typedBy(route.input, body.fields);
  return body;
}

function checker(schema: TSchema): (input: unknown) => unknown {
  const compiled = Compile(schema);
  return (input) => {
    refuseBadText(input);
    if (!compiled.Check(input)) throw findFault(schema, compiled.Errors(input), input);
    return input;
  };
}

export function sendRefusal(
  env: Env,
  dialect: Dialect,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  empty?: Standing,
): FastifyReply {
  const known = toFault(error, request.routeOptions?.bodyLimit);
  const fault =
    known instanceof Fault
      ? known
      : new Fault(
          'internal',
          `Something broke on our side. Nothing is charged twice; tell us this request id: ${request.id}.`,
        );
  const { status, headers, body } = dialect.refusal(fault, {
    request_id: request.id,
    public_url: env.config.public_url,
  });
  if (status >= 500)
    env.log.error(
      { request_id: request.id, method: request.method, path: request.url.split('?')[0], error },
      'a request failed',
    );
  const text = JSON.stringify(body);
  noteRefusal(request, { code: fault.code, text, internal: fault.internal }, dialect.name);
  return reply
    .code(status)
    .headers({
      ...dialect.headers(request.id, fault.code === 'rate_limited' ? empty : undefined),
      'content-type': json,
      'cache-control': 'no-store',
      ...(fault.retry_after === undefined ? {} : { 'retry-after': String(Math.ceil(fault.retry_after)) }),
      ...headers,
    })
    .send(text);
}

/**
 * A refusal of the core in the dialect's names: of a field's path every part, of the message what is spelled like a field. `id_name`
 * is what the path calls the id that the core calls `id`.
 */
export function toldIn(dialect: Pick<Dialect, 'names' | 'major_units'>, fault: Fault, id_name = 'id'): Fault {
  const { names, major_units } = dialect;
  const named = (name: string) => (Object.hasOwn(names, name) ? names[name] : undefined);
  const param = fault.param === 'id' ? id_name : fault.param?.replaceAll(/\w+/g, (name) => named(name) ?? name);
  const spelled = fault.message.replaceAll(/\b[a-z]+(?:_[a-z]+)+\b/g, (name) => named(name) ?? name);
  // The core says an amount twice, `1500 ($15.00)` (`said` in kit/money.ts): here the second is the dialect's own.
  const message = major_units ? spelled.replaceAll(/-?\d+ \(([^()]*\d[^()]*)\)/g, '$1') : spelled;
  return new Fault(fault.code, message, {
    ...(param === undefined ? {} : { param }),
    ...(fault.retry_after === undefined ? {} : { retry_after: fault.retry_after }),
    internal: fault.internal,
    cause: fault.cause,
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asks for no key. */
    open?: boolean;
  }
}
