// The hosted pages over HTTP: the checkout of `/pay/{id}`, what its script calls, and the files it is made of. A page acts for the one
// session in its address; what it may do is decided behind the door (operation.ts). Must never log a body: it may hold a card.

import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Assets } from '../../web/assets.ts';
import { currencyAnswer } from '../../web/checkout/currency.ts';
import { webUrl } from '../../web/checkout/html.ts';
import { chooseLocale } from '../../web/checkout/messages.ts';
import { promotionAnswer } from '../../web/checkout/promotion.ts';
import { quantityAnswer } from '../../web/checkout/quantity.ts';
import { type Page, renderCheckout, renderNotFound, renderTrouble } from '../../web/checkout/render.ts';
import { renderReturn } from '../../web/checkout/return.ts';
import type { PromotionResult } from '../checkout/promotion.ts';
import type { QuantityResult } from '../checkout/set-quantity.ts';
import type { CheckoutView, PayResult } from '../checkout/view.ts';
import { Fault, isFault } from '../kit/fault.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';
import { toFault } from './http.ts';

export type ProblemAnswer = { status: number; body: Record<string, unknown>; headers: Record<string, string> };

export type PagesParts = {
  env: Pick<Env, 'config' | 'log' | 'random' | 'clock'>;
  /** The account and the session behind an id in an address; throws Fault `not_found`. */
  link(id: string, request_id: string): Promise<Ctx>;
  viewCheckout: Operation;
  payCheckout: Operation;
  checkoutStatus: Operation;
  setPromotionCode: Operation;
  offerCurrency: Operation;
  setCurrency: Operation;
  setQuantity: Operation;
  tokenizeCard: Operation;
  /** Origins whose pages may frame the page of this id. */
  framers(ctx: Ctx, id: string): Promise<string[]>;
  assets: Pick<Assets, 'checkout' | 'files'>;
  problemOf(error: unknown, request_id: string): ProblemAnswer;
};

type Named = { Params: { id: string } };

/** A card and an address; more than this is nothing that our page sends. */
const bodyLimit = 16_384;

export const pages =
  (parts: PagesParts): FastifyPluginAsync =>
  async (app) => {
    const { env, assets } = parts;
    const place = placeOf(env.config.public_url);

    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit },
      app.getDefaultJsonParser('error', 'error'),
    );
    app.addHook('onRequest', async (request) => refuseForeign(request, place.origin));
    app.setErrorHandler((error, request, reply) => sendProblem(parts, error, request, reply));

    const pageFor = (request: FastifyRequest, wanted: string | null): Page => ({
      nonce: Buffer.from(env.random.bytes(18)).toString('base64'),
      assets: assets.checkout,
      locale: chooseLocale(wanted, request.headers['accept-language']),
      base_path: place.base_path,
    });

    const show = (
      request: FastifyRequest,
      reply: FastifyReply,
      answer: { status: number; page: Page; text: string; framers?: string[] },
    ) => {
      reply.code(answer.status).headers(htmlHeaders(answer.page.nonce, place.origin, answer.framers ?? []));
      if (cameFromNoPage(request)) reply.removeHeader('cross-origin-opener-policy');
      return sendEncoded(request, reply, answer.text);
    };

    /** A person is looking: what went wrong is a page, in their language. */
    const showFailure = (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
      const page = pageFor(request, null);
      if (isFault(error, 'not_found')) return show(request, reply, { status: 404, page, text: renderNotFound(page) });
      const { status } = parts.problemOf(error, request.id);
      if (status >= 500) env.log.error({ request_id: request.id, err: error }, 'page failed');
      return show(request, reply, { status, page, text: renderTrouble(page, request.id) });
    };

    app.get<Named>('/pay/:id', async (request, reply) => {
      try {
        const ctx = await linked(parts, request.params.id, request.id);
        await offered(parts, ctx, request);
        const { locale } = pageFor(request, null);
        const answer = await perform(parts.viewCheckout, ctx, { input: { id: request.params.id, locale } });
        const view = JSON.parse(answer.text) as CheckoutView;
        const page = pageFor(request, view.locale);
        const text = renderCheckout(view, page, env.clock.now());
        return show(request, reply, { status: 200, page, text, framers: view.allowed_origins });
      } catch (error) {
        return showFailure(request, reply, error);
      }
    });

    app.get<Named>('/pay/:id/return', async (request, reply) => {
      const { id } = request.params;
      try {
        const ctx = await linked(parts, id, request.id);
        const result = await settled(parts, ctx, id);
        // Paid, or declined for good: whoever sent the customer here is told both.
        const over = result && result.state !== 'processing' ? webUrl(result.redirect_url) : undefined;
        const page = pageFor(request, null);
        // In the frame of our own page, and whatever that one is in.
        const framers = [`'self'`, ...(await parts.framers(ctx, id))];
        const next = over ?? `${place.base_path}/pay/${encodeURIComponent(id)}`;
        return show(request, reply, { status: 200, page, text: renderReturn(next, page), framers });
      } catch (error) {
        return showFailure(request, reply, error);
      }
    });

    app.get<Named>('/pay/:id/status', async (request, reply) => {
      const { id } = request.params;
      const ctx = await linked(parts, id, request.id);
      return sendJson(reply, await perform(parts.checkoutStatus, ctx, { input: { id } }));
    });

    app.post<Named>('/pay/:id/tokens', async (request, reply) => {
      const ctx = await linked(parts, request.params.id, request.id);
      const { billing_address, ...card } = objectOf(request.body);
      const input = { card, ...(billing_address === undefined ? {} : { billing_address }) };
      return sendJson(reply, await perform(parts.tokenizeCard, ctx, { input }));
    });

    app.post<Named>('/pay/:id/payments', async (request, reply) => {
      const { id } = request.params;
      const ctx = await linked(parts, id, request.id);
      const idempotency_key = request.headers['idempotency-key'];
      if (typeof idempotency_key !== 'string') {
        throw new Fault(
          'parameter_missing',
          "Send an 'Idempotency-Key' header: a press that is repeated must not pay twice.",
          {
            param: 'Idempotency-Key',
          },
        );
      }
      const input = { ...objectOf(request.body), id };
      return sendJson(reply, await perform(parts.payCheckout, ctx, { input, idempotency_key }));
    });

    app.post<Named>('/pay/:id/currency', async (request, reply) => {
      const { id } = request.params;
      const ctx = await linked(parts, id, request.id);
      await perform(parts.setCurrency, ctx, { input: { ...objectOf(request.body), id } });
      const shown = await perform(parts.viewCheckout, ctx, { input: { id } });
      const view = shown.value as CheckoutView;
      const answer = currencyAnswer(view, pageFor(request, view.locale), env.clock.now());
      return sendJson(reply, { text: JSON.stringify(answer), replayed: false });
    });

    app.post<Named>('/pay/:id/promotion_code', async (request, reply) => {
      const { id } = request.params;
      const ctx = await linked(parts, id, request.id);
      const tried = await perform(parts.setPromotionCode, ctx, { input: { ...objectOf(request.body), id } });
      const shown = await perform(parts.viewCheckout, ctx, { input: { id } });
      const view = shown.value as CheckoutView;
      const answer = promotionAnswer(tried.value as PromotionResult, view, pageFor(request, view.locale));
      return sendJson(reply, { text: JSON.stringify(answer), replayed: false });
    });

    app.post<Named>('/pay/:id/quantity', async (request, reply) => {
      const { id } = request.params;
      const ctx = await linked(parts, id, request.id);
      const done = await perform(parts.setQuantity, ctx, { input: { ...objectOf(request.body), id } });
      const shown = await perform(parts.viewCheckout, ctx, { input: { id } });
      const view = shown.value as CheckoutView;
      const answer = quantityAnswer(done.value as QuantityResult, view, pageFor(request, view.locale));
      return sendJson(reply, { text: JSON.stringify(answer), replayed: false });
    });

    app.get<{ Params: { '*': string } }>('/assets/*', async (request, reply) => {
      const asset = assets.files.get(request.params['*']);
      reply.header('x-content-type-options', 'nosniff');
      if (!asset)
        return reply
          .code(404)
          .header('cache-control', 'no-store')
          .type('text/plain; charset=utf-8')
          .send('Not found.\n');
      const encoding = encodingFor(request);
      if (encoding !== 'identity') reply.header('content-encoding', encoding);
      return reply
        .headers({
          'cache-control': 'public, max-age=31536000, immutable',
          vary: 'accept-encoding',
          'cross-origin-resource-policy': 'same-origin',
        })
        .type(asset.type)
        .send(asset[encoding]);
    });
  };

/** Where browsers find us: the origin, and the path that a proxy may have put in front. */
export function placeOf(public_url: string): { origin: string; base_path: string } {
  const { origin, pathname } = new URL(public_url);
  return { origin, base_path: pathname.replace(/\/+$/, '') };
}

export async function linked(parts: Pick<PagesParts, 'link'>, id: string, request_id: string): Promise<Ctx> {
  if (!/^[a-z]{2,10}_[0-9A-Za-z_-]{1,100}$/.test(id))
    throw new Fault('not_found', 'There is no such page.', { param: 'id' });
  return parts.link(id, request_id);
}

/** By where the customer comes from. The page is shown all the same when that is not known, or the offer cannot be made. */
async function offered(parts: PagesParts, ctx: Ctx, request: FastifyRequest<Named>): Promise<void> {
  const from = { address: request.ip, browser: '' };
  const { country } = request.query as { country?: unknown };
  const named = ctx.account.mode === 'sandbox' && typeof country === 'string' && /^[A-Z]{2}$/.test(country);
  const input = { id: request.params.id, ...(named ? { country } : {}) };
  try {
    await perform(parts.offerCurrency, { ...ctx, from }, { input });
  } catch (error) {
    if (isFault(error, 'not_found')) throw error;
    parts.env.log.warn({ request_id: ctx.request_id, err: error }, 'no currency could be offered');
  }
}

/** Asks the provider how a challenge ended, before the customer is sent on. Should that fail, the page asks again by itself. */
async function settled(parts: PagesParts, ctx: Ctx, id: string): Promise<PayResult | undefined> {
  try {
    const { text } = await perform(parts.checkoutStatus, ctx, { input: { id } });
    return JSON.parse(text) as PayResult;
  } catch (error) {
    parts.env.log.warn({ request_id: ctx.request_id, err: error }, 'could not settle a challenge on return');
    return undefined;
  }
}

/**
 * Only our own page may post. Browsers say where a request comes from and no page can change it; a caller that says nothing
 * is no browser, so there is no customer behind it to be tricked.
 */
export function refuseForeign(request: FastifyRequest, own: string): void {
  if (request.method !== 'POST') return;
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const foreign = 'This address is for our own page.';
  if (site !== undefined && site !== 'same-origin')
    throw new Fault('origin_refused', foreign, { param: 'Sec-Fetch-Site' });
  if (origin === undefined) return;
  if (origin !== own && !sameHost(origin, request.host))
    throw new Fault('origin_refused', foreign, { param: 'Origin' });
}

/** `https://pay.example` and `pay.example:443` are one place: a browser leaves the usual port out, a proxy may not. */
function sameHost(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const asked = new URL(origin);
  const ours = `${asked.protocol}//${host}`;
  return URL.canParse(ours) && new URL(ours).host === asked.host && asked.host !== '';
}

function objectOf(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new Fault('body_invalid', 'Send a JSON object.');
}

const privately = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin',
};

function sendJson(reply: FastifyReply, answer: { text: string; replayed: boolean }) {
  reply.headers(privately).type('application/json; charset=utf-8');
  if (answer.replayed) reply.header('idempotent-replayed', 'true');
  return reply.send(answer.text);
}

export function sendProblem(
  parts: Pick<PagesParts, 'env' | 'problemOf'>,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { status, body, headers } = parts.problemOf(faultOf(error), request.id);
  if (status >= 500) parts.env.log.error({ request_id: request.id, err: error }, 'page call failed');
  return reply
    .code(status)
    .headers({ ...privately, ...headers })
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(body));
}

/** What Fastify itself refuses, in our words. Its own message may quote the body, so it goes nowhere. */
export function faultOf(error: unknown): unknown {
  const { statusCode, code } =
    typeof error === 'object' && error !== null ? (error as { statusCode?: number; code?: string }) : {};
  if (error instanceof Fault) return error;
  if (statusCode === 413) return new Fault('body_too_large', `A body may have at most ${bodyLimit} bytes.`);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new Fault('body_invalid', "Send JSON, with 'Content-Type: application/json'.");
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Fault('body_invalid', 'The body is no valid JSON.');
  return toFault(error);
}

/** `framers`: sources that may put this page into a frame. Nobody may frame a hosted page. */
export function htmlHeaders(nonce: string, origin: string, framers: string[]): Record<string, string> {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `img-src 'self' https: data:`,
    `connect-src 'self'`,
    // Banks are anywhere; the simulator is at our own public address, which need not be the one in this browser's bar.
    `frame-src 'self' https: ${origin}`,
    `frame-ancestors ${framers.join(' ') || `'none'`}`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ];
  return {
    ...privately,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    ...frameOptions(framers),
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    // A bank may ask for a passkey inside the frame.
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), publickey-credentials-get=*, payment=*',
  };
}

/** For browsers of before the policy. The old header knows no list: where others may frame a page, it must be silent. */
function frameOptions(framers: string[]): Record<string, string> {
  if (framers.length === 0) return { 'x-frame-options': 'DENY' };
  return framers.every((source) => source === `'self'`) ? { 'x-frame-options': 'SAMEORIGIN' } : {};
}

/**
 * Opened from a mail, a picture or by hand: no page can hold on to this one's window, and a browser that must cut it off begins a
 * process anew (docs/performance.md). A browser that does not say where it comes from is told to cut.
 */
const cameFromNoPage = (request: FastifyRequest): boolean => request.headers['sec-fetch-site'] === 'none';

type Encoding = 'br' | 'gzip' | 'identity';

function encodingFor(request: FastifyRequest): Encoding {
  const accepted = String(request.headers['accept-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';')[0]?.trim());
  if (accepted.includes('br')) return 'br';
  return accepted.includes('gzip') ? 'gzip' : 'identity';
}

/** A page of 35 kB takes 0.4 ms at these levels and leaves as 8; nothing in it is both secret and chosen by a stranger. */
export function sendEncoded(request: FastifyRequest, reply: FastifyReply, text: string) {
  const encoding = encodingFor(request);
  reply.header('vary', 'accept-encoding, accept-language');
  if (encoding === 'identity') return reply.send(text);
  reply.header('content-encoding', encoding);
  const bytes = Buffer.from(text);
  return reply.send(
    encoding === 'br'
      ? brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
      : gzipSync(bytes, { level: 5 }),
  );
}
