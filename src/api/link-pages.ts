// Payment links over HTTP: `/l/{id}` leads a person to a checkout of their own. Many who ask for it are no persons: previews of messengers,
// crawlers, browsers that look ahead. They are shown what the link sells; a session is made for nobody but who really comes.

import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Assets } from '../../web/assets.ts';
import { renderLanding, renderLinkClosed } from '../../web/checkout/link.ts';
import { chooseLocale } from '../../web/checkout/messages.ts';
import { qrFile } from '../../web/checkout/qr.ts';
import { type Page, renderNotFound, renderTrouble } from '../../web/checkout/render.ts';
import type { LinkView } from '../checkout/open-payment-link.ts';
import { isFault } from '../kit/fault.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';
import { isRobot, looksAhead } from './looks-ahead.ts';
import { htmlHeaders, linked, type ProblemAnswer, placeOf, refuseForeign, sendEncoded, sendProblem } from './pages.ts';

export type LinkPagesParts = {
  env: Pick<Env, 'config' | 'log' | 'random' | 'clock'>;
  link(id: string, request_id: string): Promise<Ctx>;
  viewPaymentLink: Operation;
  openPaymentLink: Operation;
  /** Refuses an address that opens links over and over. */
  mayOpen(address: string): void;
  assets: Pick<Assets, 'checkout'>;
  problemOf(error: unknown, request_id: string): ProblemAnswer;
};

type Named = { Params: { id: string } };

export const linkPages =
  (parts: LinkPagesParts): FastifyPluginAsync =>
  async (app) => {
    const { env } = parts;
    const place = placeOf(env.config.public_url);

    app.removeAllContentTypeParsers();
    // The button of the landing page sends a form without a field.
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 256 },
      (_request, _body, done) => done(null, undefined),
    );
    app.addHook('onRequest', async (request) => refuseForeign(request, place.origin));
    app.setErrorHandler((error, request, reply) => sendProblem(parts, error, request, reply));

    const pageFor = (request: FastifyRequest, wanted: string | null): Page => ({
      nonce: Buffer.from(env.random.bytes(18)).toString('base64'),
      assets: parts.assets.checkout,
      locale: chooseLocale(wanted, request.headers['accept-language']),
      base_path: place.base_path,
    });
    const show = (request: FastifyRequest, reply: FastifyReply, status: number, page: Page, text: string) => {
      reply
        .code(status)
        .headers(htmlHeaders(page.nonce, place.origin, []))
        .header('x-robots-tag', 'noindex');
      return sendEncoded(request, reply, text);
    };
    const showFailure = (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
      const page = pageFor(request, null);
      if (isFault(error, 'not_found')) return show(request, reply, 404, page, renderNotFound(page));
      const { status, headers } = parts.problemOf(error, request.id);
      if (status >= 500) env.log.error({ request_id: request.id, err: error }, 'link page failed');
      reply.headers(headers);
      return show(request, reply, status, page, renderTrouble(page, request.id));
    };

    /** To the session's own page: whoever reloads there stays in the same session. */
    const open = async (request: FastifyRequest<Named>, reply: FastifyReply, ctx: Ctx, view: LinkView) => {
      parts.mayOpen(request.ip);
      const { id } = request.params;
      const page = pageFor(request, view.locale);
      const made = await perform(parts.openPaymentLink, ctx, { input: { id, locale: page.locale } });
      const { session } = made.value as { session: string | null };
      if (session === null) {
        const state = view.state === 'active' ? 'inactive' : view.state;
        return show(request, reply, 410, page, renderLinkClosed({ ...view, state }, page));
      }
      return reply
        .code(303)
        .headers({ 'cache-control': 'no-store', location: `${place.base_path}/pay/${session}` })
        .send();
    };

    const answer = async (request: FastifyRequest<Named>, reply: FastifyReply, comes: boolean) => {
      const { id } = request.params;
      try {
        const ctx = await linked(parts, id, request.id);
        const { locale } = pageFor(request, null);
        const view = (await perform(parts.viewPaymentLink, ctx, { input: { id, locale } })).value as LinkView;
        const page = pageFor(request, view.locale);
        if (view.state !== 'active') return show(request, reply, 410, page, renderLinkClosed(view, page));
        if (comes) return await open(request, reply, ctx, view);
        return show(request, reply, 200, page, renderLanding(view, page));
      } catch (error) {
        return showFailure(request, reply, error);
      }
    };

    app.get<Named>('/l/:id', async (request, reply) => {
      // Not an answer that could be kept for later: the one who looks ahead has to come.
      if (looksAhead(request)) return reply.code(503).header('cache-control', 'no-store').send();
      return await answer(request, reply, isVisit(request));
    });
    app.post<Named>('/l/:id', async (request, reply) => await answer(request, reply, true));

    app.get<Named>('/l/:id/qr.svg', async (request, reply) => {
      const ctx = await linked(parts, request.params.id, request.id);
      const view = (await perform(parts.viewPaymentLink, ctx, { input: { id: request.params.id } })).value as LinkView;
      return reply
        .headers({
          'cache-control': 'public, max-age=86400',
          'content-security-policy': "default-src 'none'",
          'x-content-type-options': 'nosniff',
        })
        .type('image/svg+xml')
        .send(qrFile(view.url));
    });
  };

/** A browser says that it goes to a page; who does not say so gets a page with a button, and loses nothing. */
const isVisit = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' &&
  headers['sec-fetch-mode'] === 'navigate' &&
  headers['sec-fetch-dest'] === 'document' &&
  !isRobot({ headers });
