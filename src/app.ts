// The whole server on one screen: which dialects and pages hang where. No business here.

import Fastify, { type FastifyInstance } from 'fastify';
import { loadAssets } from '../web/assets.ts';
import { reference } from './api/docs.ts';
import { Limiter } from './api/limits.ts';
import { problemOf } from './api/native/errors.ts';
import { native, sendProblem } from './api/native/index.ts';
import { pages } from './api/pages.ts';
import { simulatorPages } from './api/simulator.ts';
import { checkoutStatus, payCheckout } from './checkout/pay.ts';
import { viewCheckout } from './checkout/view-checkout.ts';
import type { OpenEnv } from './env.ts';
import { loadAccount } from './identity/account.ts';
import { Authenticator } from './identity/authenticate.ts';
import { Fault, notFound, withoutNumber } from './kit/fault.ts';
import { newId } from './kit/id.ts';
import type { Ctx } from './operation/context.ts';
import { accountOfPage } from './payments/page-link.ts';
import { createToken } from './vault/create-token.ts';

/** Posts of one page: a person who mistypes three times is far below it. */
const pageLimit = { per_second: 1, burst: 30 };

export type App = { server: FastifyInstance; authenticator: Authenticator };

export async function openApp(env: OpenEnv): Promise<App> {
  const authenticator = new Authenticator(env);
  const limiter = new Limiter(env.clock, env.config.rate_limit);
  const server = Fastify({
    logger: false,
    // Only named proxies are believed: a forged X-Forwarded-For from anybody else changes nothing.
    trustProxy: env.config.trusted_proxies.length > 0 ? env.config.trusted_proxies : false,
    bodyLimit: 1_048_576,
    // What the router refuses before any hook runs: an address that cannot be read, or is too long.
    frameworkErrors: (error, request, reply) => {
      reply.header('request-id', request.id).header('x-content-type-options', 'nosniff');
      sendProblem(env, error, request, reply);
    },
    genReqId: () => newId('req', env),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.header('request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
  });
  server.setErrorHandler((error, request, reply) => sendProblem(env, error, request, reply));
  server.setNotFoundHandler((request, reply) =>
    sendProblem(
      env,
      new Fault(
        'route_not_found',
        `There is no ${request.method} ${withoutNumber(request.url.split('?')[0] ?? '')}. The API begins at /v1; its paths are listed at /docs.`,
      ),
      request,
      reply,
    ),
  );
  server.get('/health', async () => {
    await env.db.query.selectFrom('schema_migrations').select('name').limit(1).execute();
    return { ok: true };
  });

  const assets = await loadAssets();
  const problem = (error: unknown, request_id: string) => problemOf(error, request_id, env.config.public_url);
  await server.register(native({ env, authenticator, limiter }), { prefix: '/v1' });
  await server.register(reference(env));
  await server.register(
    simulatorPages({ clock: env.clock, random: env.random, store: env.simulator_store, decided: () => env.nudge() }),
  );
  const visits = new Limiter(env.clock, pageLimit);
  await server.register(async (scope) => {
    scope.addHook('onRequest', async (request) => {
      if (request.url.startsWith('/assets/')) return;
      limiter.take(`address ${request.ip}`);
      // Trying out stolen cards on one page is slow work.
      if (request.method === 'POST') visits.take(`page ${request.url.split('/')[2] ?? ''}`);
    });
    await scope.register(
      pages({
        env,
        link: (id: string, request_id: string) => pageContext(env, id, request_id),
        viewCheckout,
        payCheckout,
        checkoutStatus,
        tokenizeCard: createToken,
        assets,
        problemOf: problem,
      }),
    );
  });
  const noting = setInterval(() => {
    authenticator.noteUse().catch((error) => env.log.warn({ error }, 'the use of keys could not be noted'));
  }, 60_000);
  noting.unref();
  server.addHook('onClose', async () => clearInterval(noting));
  return { server, authenticator };
}

/** The authority of a hosted page: the account its id belongs to, and no more than that one id. */
async function pageContext(env: OpenEnv, id: string, request_id: string): Promise<Ctx> {
  const account_id = /^(sess|pay)_[0-9a-z]{26}$/.test(id) ? await accountOfPage(env.db.query, id) : undefined;
  const account = account_id === undefined ? undefined : await loadAccount(env.db.query, account_id);
  if (!account) throw notFound('checkout page', id.slice(0, 40));
  return { env, account, actor: { kind: 'page', link_id: id }, request_id };
}
