// The pages of invoices over HTTP: the page itself, its document, and the way to pay. Whoever has the address may do that and no more; an
// address that was not made here is as good as none. Must never log an address: it opens the page.

import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { chooseLocale } from '../../web/checkout/messages.ts';
import { renderNotFound, renderTrouble } from '../../web/checkout/render.ts';
import { renderInvoice } from '../../web/invoice/render.ts';
import type { DocumentView } from '../billing/document/view.ts';
import { isFault, notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';
import { htmlHeaders, type PagesParts, placeOf, refuseForeign, sendEncoded, sendProblem } from './pages.ts';

export type InvoicePagesParts = Pick<PagesParts, 'env' | 'assets' | 'problemOf'> & {
  /** The account behind an address; throws Fault `not_found`. */
  open(id: string, token: string, request_id: string): Promise<Ctx>;
  viewInvoice: Operation;
  viewCreditNote: Operation;
  payInvoiceOnPage: Operation;
  pdfOf(ctx: Ctx, view: DocumentView): Promise<Buffer>;
  /** Refuses what is too much for one page or one address. */
  mayPay(page: string): void;
  mayDraw(address: string): void;
};

type Named = { Params: { id: string; token: string } };

// Nobody outside learns the address; inside, a form that is posted says where it comes from.
const privately = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  // A document has no other place to say it.
  'x-robots-tag': 'noindex',
};

export const invoicePages =
  (parts: InvoicePagesParts): FastifyPluginAsync =>
  async (app) => {
    const { env } = parts;
    const place = placeOf(env.config.public_url);

    // A form of ours has nothing in it: what is sent is not even read.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/x-www-form-urlencoded', { bodyLimit: 1024 }, (_request, payload, done) => {
      payload.resume();
      done(null, {});
    });
    app.addHook('onRequest', async (request) => refuseForeign(request, place.origin));
    app.setErrorHandler((error, request, reply) => sendProblem(parts, error, request, reply));

    const nonce = () => Buffer.from(env.random.bytes(18)).toString('base64');
    const locale = (request: FastifyRequest) => chooseLocale(null, request.headers['accept-language']);
    const pathOf = ({ id, token }: Named['Params']) => `${place.base_path}/invoice/${id}/${token}`;

    const send = (request: FastifyRequest, reply: FastifyReply, status: number, key: string, text: string) => {
      reply.code(status).headers({ ...htmlHeaders(key, place.origin, []), 'referrer-policy': 'same-origin' });
      return sendEncoded(request, reply, text);
    };

    const show = async (request: FastifyRequest<Named>, reply: FastifyReply, failed: boolean) => {
      const ctx = await opened(parts, request);
      const answer = await perform(parts.viewInvoice, ctx, { input: { id: request.params.id } });
      const key = nonce();
      const page = { nonce: key, locale: locale(request), path: pathOf(request.params), failed };
      return send(request, reply, failed ? 409 : 200, key, renderInvoice(answer.value as DocumentView, page));
    };

    const showFailure = (request: FastifyRequest<Named>, reply: FastifyReply, error: unknown) => {
      const page = {
        nonce: nonce(),
        assets: parts.assets.checkout,
        locale: locale(request),
        base_path: place.base_path,
      };
      if (isFault(error, 'not_found')) return send(request, reply, 404, page.nonce, renderNotFound(page));
      const { status, headers } = parts.problemOf(error, request.id);
      if (status >= 500) env.log.error({ request_id: request.id, err: error }, 'the page of an invoice failed');
      const retry = headers['retry-after'];
      if (retry !== undefined) reply.header('retry-after', retry);
      const again = request.method === 'POST' ? pathOf(request.params) : '';
      return send(request, reply, status, page.nonce, renderTrouble(page, request.id, again));
    };

    app.get<Named>('/invoice/:id/:token', async (request, reply) => {
      try {
        return await show(request, reply, false);
      } catch (error) {
        return showFailure(request, reply, error);
      }
    });

    app.post<Named>('/invoice/:id/:token/pay', async (request, reply) => {
      try {
        const ctx = await opened(parts, request);
        parts.mayPay(request.params.id);
        const { value } = await perform(parts.payInvoiceOnPage, ctx, { input: { id: request.params.id } });
        const { payment } = value as { payment: string };
        return reply
          .code(303)
          .headers({ ...privately, location: `${place.base_path}/pay/${payment}` })
          .send();
      } catch (error) {
        // Paid or charged meanwhile: the page itself says how it stands.
        if (isFault(error, 'state_invalid') || isFault(error, 'payment_in_progress'))
          return reply
            .code(303)
            .headers({ ...privately, location: pathOf(request.params) })
            .send();
        if (!isFault(error) || isFault(error, 'rate_limited')) return showFailure(request, reply, error);
        try {
          return await show(request, reply, true);
        } catch (other) {
          return showFailure(request, reply, other);
        }
      }
    });

    const pdf = (view: Operation) => async (request: FastifyRequest<Named>, reply: FastifyReply) => {
      try {
        const ctx = await opened(parts, request);
        parts.mayDraw(request.ip);
        const answer = await perform(view, ctx, { input: { id: request.params.id } });
        const document = answer.value as DocumentView;
        const bytes = await parts.pdfOf(ctx, document);
        return reply
          .headers({ ...privately, 'content-disposition': `attachment; filename="${document.number}.pdf"` })
          .type('application/pdf')
          .send(bytes);
      } catch (error) {
        return showFailure(request, reply, error);
      }
    };
    app.get<Named>('/invoice/:id/:token/pdf', { exposeHeadRoute: false }, pdf(parts.viewInvoice));
    app.get<Named>('/credit_note/:id/:token/pdf', { exposeHeadRoute: false }, pdf(parts.viewCreditNote));
  };

async function opened(parts: InvoicePagesParts, request: FastifyRequest<Named>): Promise<Ctx> {
  const { id, token } = request.params;
  const kind = request.routeOptions.url?.startsWith('/credit_note/') ? 'cn' : 'in';
  if (!new RegExp(`^${kind}_[0-9a-z]{26}$`).test(id)) throw notFound('invoice', id.slice(0, 40));
  return await parts.open(id, token, request.id);
}
