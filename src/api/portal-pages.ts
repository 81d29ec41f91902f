// The customer portal over HTTP: its door and its pages. What is posted is in portal-forms.ts. A page acts for the one customer whose browser
// it is; what they may do is decided behind the door (operation.ts). Must never log a body or an address: one holds a link's secret.

import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { renderReturn } from '../../web/checkout/return.ts';
import { renderCancel } from '../../web/portal/cancel.ts';
import { type ChangeView, renderChange } from '../../web/portal/change.ts';
import { renderCardAddress, renderDetails, typedOf } from '../../web/portal/details.ts';
import { renderEnter, renderLogin } from '../../web/portal/door.ts';
import type { Notice } from '../../web/portal/frame.ts';
import { renderHome, renderInvoices } from '../../web/portal/home.ts';
import { renderNewCard } from '../../web/portal/new-card.ts';
import { cardNotice, doneNotice, failedNotice, outcomeNotice, samePlan } from '../../web/portal/notices.ts';
import { renderSubscriptions } from '../../web/portal/subscriptions.ts';
import { Fault, isFault } from '../kit/fault.ts';
import { networkOf } from '../kit/network.ts';
import type { Ctx } from '../operation/context.ts';
import { previewPortalChange } from '../portal/change-plan.ts';
import { enterPortal } from '../portal/enter-portal.ts';
import { type CardAnswer, lastPortalCard } from '../portal/manage-cards.ts';
import { type PaymentOutcome, portalPaymentOutcome } from '../portal/payment-outcome.ts';
import { refreshPortal } from '../portal/refresh.ts';
import { viewPortalLogin } from '../portal/request-link.ts';
import type { PortalFrame, PortalView } from '../portal/view.ts';
import { listPortalInvoices } from '../portal/view-portal.ts';
import { isRobot, looksAhead } from './looks-ahead.ts';
import { faultOf, sendProblem } from './pages.ts';
import { call, cardIn, isPassed, languagesOf, subscriptionIn, textIn, viewOf } from './portal-call.ts';
import { portalForms } from './portal-forms.ts';
import { type Named, type PortalHttp, type PortalParts, portalHttp } from './portal-http.ts';

export type { PortalParts } from './portal-http.ts';

export const portalPages =
  (parts: PortalParts): FastifyPluginAsync =>
  async (app) => {
    const http = portalHttp(parts);
    app.addHook('onRequest', async (request) => {
      if (request.method !== 'POST') return;
      http.refuseForeignPost(request);
      // Of the page where links are asked for by address, or anybody could keep everybody out.
      const { id = '' } = request.params as { id?: string };
      parts.take(id.startsWith('ps_') ? id : `${id} ${networkOf(request.ip)}`);
    });
    // What goes wrong before a page of ours has hold of it.
    app.setErrorHandler<Error, Named>(async (error, request, reply) => {
      const { id } = request.params;
      // A browser that leads a person somewhere says that it wants a page; our script does not.
      if (/\btext\/html\b/.test(request.headers.accept ?? ''))
        return await http.showFailure(request, reply, faultOf(error), id);
      return await sendProblem(parts, error, request, reply);
    });
    door(app, http);
    pages(app, http);
    rest(app, http);
    await app.register(portalForms(http, parts));
  };

type App = Parameters<FastifyPluginAsync>[0];
type Shown = ReturnType<PortalHttp['pageFor']>;

function door(app: App, http: PortalHttp): void {
  app.get<Named>('/portal/:id/login', { exposeHeadRoute: false }, async (request, reply) => {
    try {
      const ctx = await http.pageContext(request, request.params.id);
      const frame = await call<PortalFrame>(ctx, viewPortalLogin, {});
      const page = http.pageFor(request, null);
      return http.show(request, reply, page, renderLogin(frame, page));
    } catch (error) {
      return http.showFailure(request, reply, error, request.params.id);
    }
  });

  // A HEAD, a browser that looks ahead, or a messenger that shows what was sent, must not use the link up.
  app.get<{ Params: { id: string; token: string } }>(
    '/portal/:id/enter/:token',
    { exposeHeadRoute: false },
    async (request, reply) => {
      const { id, token } = request.params;
      try {
        const ctx = await http.pageContext(request, id);
        const entry = await http.entryOf(ctx, id);
        if (entry.by_mail || looksAhead(request) || isRobot(request)) {
          const page = http.pageFor(request, entry.locale);
          return http.show(request, reply, page, renderEnter(entry.frame, token, page));
        }
        const { path } = await call<{ path: string }>(ctx, enterPortal, { id, token });
        http.setCookie(ctx, reply, id);
        return reply.header('cache-control', 'no-store').redirect(`${http.addressOf(id)}${path}`, 303);
      } catch (error) {
        // Whoever is in already may press the old link again.
        if (isFault(error, 'not_found') && (await http.isIn(request, id)))
          return reply.header('cache-control', 'no-store').redirect(http.addressOf(id), 303);
        if (isFault(error) && error.param === 'token') return http.showShut(request, reply, id, 'dead', 404);
        return http.showFailure(request, reply, error, id);
      }
    },
  );
}

function pages(app: App, http: PortalHttp): void {
  type Found = (
    ctx: Ctx,
    request: FastifyRequest,
    params: Record<string, string>,
  ) => Promise<[view: PortalView, text: (page: Shown) => string]>;

  const get = (path: string, shown: Found) =>
    app.get<Named>(path, { exposeHeadRoute: false }, async (request, reply) => {
      const { id } = request.params;
      try {
        const ctx = await http.customerContext(request, id);
        const [view, text] = await shown(ctx, request, request.params);
        const page = http.pageFor(request, view.locale);
        return http.show(request, reply, page, text(page));
      } catch (error) {
        const gone = isPassed(error) && !isFault(error, 'not_found') && path !== '/portal/:id';
        if (gone) return reply.header('cache-control', 'no-store').redirect(`${http.addressOf(id)}?failed=state`, 303);
        return http.showFailure(request, reply, error, id);
      }
    });

  get('/portal/:id', async (ctx, request) => {
    await call(ctx, refreshPortal, {});
    const tell = await noticeOf(ctx, request);
    const view = await viewOf(ctx, request);
    const now = ctx.env.clock.now();
    return [view, (page) => renderHome(view, page, now, tell(page))];
  });

  get('/portal/:id/invoices', async (ctx, request) => {
    const after = textIn(request, 'after');
    const invoices = await call<PortalView['invoices']>(
      ctx,
      listPortalInvoices,
      after === undefined ? {} : { starting_after: after },
    );
    const view = { ...(await viewOf(ctx, request)), invoices };
    return [view, (page) => renderInvoices(view, page)];
  });

  get('/portal/:id/subscriptions', async (ctx, request) => {
    const view = await viewOf(ctx, request);
    return [view, (page) => renderSubscriptions(view, page)];
  });

  get('/portal/:id/cards/new', async (ctx, request) => {
    const view = await viewOf(ctx, request);
    return [view, (page) => renderNewCard(view, page, textIn(request, 'pay') !== undefined)];
  });

  get('/portal/:id/cards/:card/address', async (ctx, request, params) => {
    const view = await viewOf(ctx, request);
    const card = cardIn(view, params['card'] ?? '');
    const typed = typedOf({ customer: { address: card.billing_address } });
    return [view, (page) => renderCardAddress(view, card, typed, page)];
  });

  get('/portal/:id/details', async (ctx, request) => {
    const view = await viewOf(ctx, request);
    return [view, (page) => renderDetails(view, typedOf(view), page)];
  });

  get('/portal/:id/subscriptions/:subscription/cancel', async (ctx, request, params) => {
    const view = await viewOf(ctx, request);
    const s = subscriptionIn(view, params['subscription'] ?? '');
    if (!s.may.cancel) throw passedBy();
    return [view, (page) => renderCancel(view, s, page)];
  });

  get('/portal/:id/subscriptions/:subscription/change', async (ctx, request, params) => {
    const view = await viewOf(ctx, request);
    const s = subscriptionIn(view, params['subscription'] ?? '');
    if (!s.may.change) throw passedBy();
    const price = textIn(request, 'price');
    const quantity = Number(textIn(request, 'quantity') ?? s.item.quantity);
    const input = {
      id: s.id,
      ...(price === undefined ? {} : { price }),
      ...(textIn(request, 'quantity') === undefined ? {} : { quantity }),
      ...languagesOf(request),
    };
    const change = await call<ChangeView>(ctx, previewPortalChange, input);
    const same = price !== undefined && change.preview === null;
    return [
      view,
      (page) =>
        renderChange(
          view,
          s,
          change,
          { price: price ?? s.item.price, quantity },
          page,
          same ? samePlan(page) : undefined,
        ),
    ];
  });

  // Where the bank sends the browser back to. Inside our page's frame no cookie comes along, so it says nothing and asks nothing.
  app.get<Named>('/portal/:id/cards/return', { exposeHeadRoute: false }, async (request, reply) => {
    const { id } = request.params;
    try {
      await http.pageContext(request, id);
      const page = http.pageFor(request, null);
      return http.show(request, reply, page, renderReturn(`${http.addressOf(id)}?card=last`, page), 200, [`'self'`]);
    } catch (error) {
      return http.showFailure(request, reply, error, id);
    }
  });
}

/** A link of before, or a step back in the browser: the first page says how things are. */
const passedBy = () => new Fault('state_invalid', 'This is not to be done, or not any more.', { param: 'id' });

/** A form's address stays in the bar when its answer was a page. Whoever asks for it again is led to the first one. */
function rest(app: App, http: PortalHttp): void {
  app.get<Named>('/portal/:id/*', { exposeHeadRoute: false }, async (request, reply) =>
    reply.header('cache-control', 'no-store').redirect(http.addressOf(request.params.id), 303),
  );
}

/** What the first page says of what was done just now; somebody who comes back from their bank is told how that went. */
async function noticeOf(ctx: Ctx, request: FastifyRequest): Promise<(page: Shown) => Notice | undefined> {
  const payment = textIn(request, 'payment_id');
  if (payment !== undefined) {
    const outcome = await unlessForeign(call<PaymentOutcome | null>(ctx, portalPaymentOutcome, { payment }));
    return (page) => (outcome ? outcomeNotice(page, outcome) : undefined);
  }
  if (textIn(request, 'card') !== undefined) {
    const card = await call<CardAnswer | null>(ctx, lastPortalCard, {});
    return (page) => (card ? cardNotice(page, card) : undefined);
  }
  return (page) => failedNotice(page, textIn(request, 'failed')) ?? doneNotice(page, textIn(request, 'done'));
}

/** An address that somebody made up says nothing. */
async function unlessForeign<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isPassed(error)) return undefined;
    throw error;
  }
}
