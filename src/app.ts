// The whole server on one screen: which dialects and pages hang where. No business here.

import Fastify, { type FastifyInstance } from 'fastify';
import { loadAssets } from '../web/assets.ts';
import { checkoutPreview } from './api/checkout-preview.ts';
import { dashboard } from './api/dashboard.ts';
import { dialectAt, dialects } from './api/dialects.ts';
import { reference } from './api/docs.ts';
import { emailPreview } from './api/email-preview.ts';
import { eventStream } from './api/event-stream.ts';
import { invoicePages } from './api/invoice-pages.ts';
import { Limiter } from './api/limits.ts';
import { linkPages } from './api/link-pages.ts';
import { mailbox } from './api/mailbox.ts';
import { contextOf } from './api/native/auth.ts';
import { problemOf } from './api/native/errors.ts';
import { native, sendProblem } from './api/native/index.ts';
import { oauth } from './api/oauth.ts';
import { pages } from './api/pages.ts';
import { portalPages } from './api/portal-pages.ts';
import { noteCaller, openRequestLog } from './api/request-log.ts';
import { browserSdk } from './api/sdk.ts';
import { sendRefusal, serveDialect } from './api/serve-dialect.ts';
import { simulatorPages } from './api/simulator.ts';
import { walletPages } from './api/simulator-wallet.ts';
import { pdfOf } from './billing/document/download-document.ts';
import { payInvoiceOnPage, viewCreditNote, viewInvoice } from './billing/document/page-operations.ts';
import { accountOfDocument } from './billing/hosted-invoice.ts';
import { framersOf } from './checkout/embedding.ts';
import { offerCurrency, setCurrency } from './checkout/local-currency.ts';
import { openPaymentLink, viewPaymentLink } from './checkout/open-payment-link.ts';
import { payCheckout } from './checkout/pay.ts';
import { setPromotionCode } from './checkout/promotion.ts';
import { setQuantity } from './checkout/set-quantity.ts';
import { checkoutStatus } from './checkout/standing.ts';
import { viewCheckout } from './checkout/view-checkout.ts';
import type { OpenEnv } from './env.ts';
import { loadAccount } from './identity/account.ts';
import { Authenticator } from './identity/authenticate.ts';
import { findAccessKey } from './identity/find-access-key.ts';
import { Fault, notFound, withoutNumber } from './kit/fault.ts';
import { newId } from './kit/id.ts';
import { networkOf } from './kit/network.ts';
import type { Ctx } from './operation/context.ts';
import { accountOfPage, findPageAccount } from './payments/page-link.ts';
import { RequestLog } from './requests/record-requests.ts';
import { createToken } from './vault/create-token.ts';

/** Promotion codes tried on one page, or from one address: enough for a person with a few slips of paper, and slow for who guesses. */
const codeLimit = { per_second: 0.1, burst: 10 };
/** Payment links opened from one address: an office behind one is many people, and a program that opens them for fun makes few sessions. */
const linkLimit = { per_second: 0.5, burst: 30 };
/** Documents drawn for one address: a person takes a few home, and each costs a tenth of a second. */
const drawLimit = { per_second: 1, burst: 30 };
/** Posts of one page: a person who mistypes three times is far below it. */
const pageLimit = { per_second: 1, burst: 30 };

/** These count their own calls, at the same limiter; everything else is counted by address as it comes in. */
const countsItself = (url: string) => /^\/(v1|pay|l|assets)(\/|$|\?)/.test(url) || dialectAt(url) !== undefined;

export type App = { server: FastifyInstance; authenticator: Authenticator; request_log: RequestLog };

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
      const dialect = dialectAt(request.url);
      if (dialect) sendRefusal(env, dialect, error, request, reply);
      else sendProblem(env, error, request, reply);
    },
    genReqId: () => newId('req', env),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.header('request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    if (!countsItself(request.url)) limiter.take(`address ${networkOf(request.ip)}`);
  });
  const request_log = new RequestLog(env);
  if (env.config.request_log) openRequestLog(server, request_log);
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
  await server.register(mailbox(env));
  for (const dialect of dialects)
    await server.register(serveDialect(dialect, { env, authenticator, limiter }), { prefix: dialect.base });
  await server.register(
    eventStream({
      env,
      async identify(request) {
        limiter.take(`address ${networkOf(request.ip)}`);
        return await contextOf(env, authenticator, request);
      },
    }),
  );
  await server.register(
    oauth({
      env,
      async granted(request, id) {
        const found = await findAccessKey(env, id);
        if (!found) return;
        authenticator.noteAccessKey(id, found.account_id, request.ip);
        noteCaller(request, { account: found, actor: { kind: 'token', access_key_id: id, scopes: new Set() } });
      },
    }),
  );
  await server.register(
    checkoutPreview({
      env,
      assets: assets.checkout,
      identify: (request) => contextOf(env, authenticator, request),
    }),
  );
  await server.register(emailPreview((request) => contextOf(env, authenticator, request)));
  await server.register(dashboard(env, assets.dashboard));
  await server.register(reference(env));
  await server.register(await browserSdk());
  await server.register(
    simulatorPages({
      clock: env.clock,
      random: env.random,
      store: env.simulator_store,
      decided: () => env.nudge(),
      framers: (return_url) => framersOfReturn(env, return_url),
    }),
  );
  await server.register(walletPages({ clock: env.clock, random: env.random, store: env.simulator_invoices }));
  const visits = new Limiter(env.clock, pageLimit);
  const guesses = new Limiter(env.clock, codeLimit);
  const openings = new Limiter(env.clock, linkLimit);
  await server.register(async (scope) => {
    scope.addHook('onRequest', async (request) => {
      // The route and the id that it found, never the text of the address: one page has many spellings (`/pay/%73ess_…`).
      const { url: route = '' } = request.routeOptions;
      const { id = '' } = request.params as { id?: string };
      if (route.startsWith('/assets/')) return;
      limiter.take(`address ${networkOf(request.ip)}`);
      if (request.method !== 'POST') return;
      // Trying out stolen cards on one page is slow work.
      if (route.startsWith('/pay/')) visits.take(`page ${id}`);
      if (route === '/pay/:id/promotion_code') {
        guesses.take(`page ${id}`);
        guesses.take(`address ${networkOf(request.ip)}`);
      }
    });
    await scope.register(
      pages({
        env,
        link: (id: string, request_id: string) => pageContext(env, id, request_id),
        viewCheckout,
        payCheckout,
        checkoutStatus,
        setPromotionCode,
        offerCurrency,
        setCurrency,
        setQuantity,
        tokenizeCard: createToken,
        framers: (ctx: Ctx, id: string) => framersOf(env.db.query, ctx.account.account_id, id),
        assets,
        problemOf: problem,
      }),
    );
    await scope.register(
      linkPages({
        env,
        link: (id: string, request_id: string) => pageContext(env, id, request_id, links),
        viewPaymentLink,
        openPaymentLink,
        mayOpen: (address: string) => openings.take(`address ${networkOf(address)}`),
        assets,
        problemOf: problem,
      }),
    );
  });
  const drawings = new Limiter(env.clock, drawLimit);
  await server.register(
    invoicePages({
      env,
      assets,
      problemOf: problem,
      open: (id, token, request_id) => documentContext(env, id, token, request_id),
      viewInvoice: viewInvoice,
      viewCreditNote: viewCreditNote,
      payInvoiceOnPage: payInvoiceOnPage,
      pdfOf,
      mayPay: (page) => visits.take(`page ${page}`),
      mayDraw: (address) => drawings.take(`address ${networkOf(address)}`),
    }),
  );
  const posts = new Limiter(env.clock, pageLimit);
  await server.register(portalPages({ env, assets, problemOf: problem, take: (page) => posts.take(`portal ${page}`) }));
  const noting = setInterval(() => {
    authenticator.noteUse().catch((error) => env.log.warn({ error }, 'the use of keys could not be noted'));
  }, 60_000);
  noting.unref();
  server.addHook('onClose', async () => {
    clearInterval(noting);
    await request_log.close();
  });
  return { server, authenticator, request_log };
}

const payable = /^(sess|pay)_[0-9a-z]{26}$/;
/** Nothing is paid at the address of a link itself. */
const links = /^plink_[0-9a-z]{26}$/;

/** The authority of a hosted page: the account its id belongs to, and no more than that one id. */
async function pageContext(env: OpenEnv, id: string, request_id: string, which = payable): Promise<Ctx> {
  const account = which.test(id) ? await findPageAccount(env.db, id) : undefined;
  if (!account) throw notFound('checkout page', id.slice(0, 40));
  return { env, account, actor: { kind: 'page', link_id: id }, request_id };
}

/** The authority of an invoice's page: what its address says, when that was made here. */
async function documentContext(env: OpenEnv, id: string, token: string, request_id: string): Promise<Ctx> {
  const account_id = accountOfDocument(env, id, token);
  const account = account_id === undefined ? undefined : await loadAccount(env.db.query, account_id);
  if (!account) throw notFound('invoice', id);
  return { env, account, actor: { kind: 'page', link_id: id }, request_id };
}

/** Who may stand around the bank's page: whoever embeds the page of ours to which it leads back. */
async function framersOfReturn(env: OpenEnv, return_url: string | null): Promise<string[]> {
  const begin = `${env.config.public_url}/pay/`;
  if (!return_url?.startsWith(begin)) return [];
  const [id = ''] = return_url.slice(begin.length).split('/');
  const account_id = await accountOfPage(env.db.query, id);
  return account_id === undefined ? [] : await framersOf(env.db.query, account_id, id);
}
