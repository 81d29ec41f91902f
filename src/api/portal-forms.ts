// What the portal's pages post: forms that answer with the way to go on, so that a reload repeats nothing, and the three calls of the page
// where a card is typed. A refusal that a person can do nothing about leads to the first page, which shows how things are.

import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import {
  type DetailField,
  detailFields,
  renderCardAddress,
  renderDetails,
  type Typed,
} from '../../web/portal/details.ts';
import { renderLogin, renderSent } from '../../web/portal/door.ts';
import { clipped } from '../kit/clipped.ts';
import { Fault, isFault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { confirmPortalChange } from '../portal/change-plan.ts';
import { enterPortal } from '../portal/enter-portal.ts';
import {
  addPortalCard,
  portalCardStatus,
  removePortalCard,
  setPortalDefault,
  updatePortalCard,
} from '../portal/manage-cards.ts';
import {
  cancelPortalSubscription,
  keepPortalSubscription,
  pausePortalSubscription,
  resumePortalSubscription,
} from '../portal/manage-subscription.ts';
import { type PaymentAnswer, payPortalInvoice } from '../portal/pay-invoice.ts';
import { leavePortalChange } from '../portal/payment-outcome.ts';
import { requestPortalLink, viewPortalLogin } from '../portal/request-link.ts';
import { signOutOfPortal } from '../portal/sign-out.ts';
import { updatePortalDetails } from '../portal/update-details.ts';
import type { PortalFrame, PortalView } from '../portal/view.ts';
import { createToken } from '../vault/create-token.ts';
import { call, cardIn, isPassed, viewOf } from './portal-call.ts';
import type { Named, PortalHttp, PortalParts } from './portal-http.ts';

const bodyLimit = 16_384;
type Form = { get(name: string): string };
type PageOf = ReturnType<PortalHttp['pageFor']>;

/** A field that is not sent, and one that is left empty, are the same to a person. A button alone may send no body at all. */
const formOf = (request: FastifyRequest): Form => {
  const { body } = request;
  if (body !== undefined && body !== null && !(body instanceof URLSearchParams))
    throw new Fault('body_invalid', "Send a form: 'Content-Type: application/x-www-form-urlencoded'.");
  return { get: (name) => (body?.get(name) ?? '').trim() };
};

/** What a form replaces whole must have come whole: what is not sent is not what was emptied. */
function wholeFormOf(request: FastifyRequest, fields: readonly string[]): Form {
  const sent = formOf(request);
  const missing = fields.find((name) => !(request.body instanceof URLSearchParams && request.body.has(name)));
  if (missing === undefined) return sent;
  throw new Fault('parameter_missing', `'${missing}' is required: send every field of the form.`, { param: missing });
}

export const portalForms =
  (http: PortalHttp, parts: PortalParts): FastifyPluginAsync =>
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit },
      app.getDefaultJsonParser('error', 'error'),
    );
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    door(app, http);
    forms(app, http);
    details(app, http);
    cards(app, http, parts);
  };

const goOn = (reply: FastifyReply, to: string) => reply.header('cache-control', 'no-store').redirect(to, 303);

function door(app: FastifyInstance, http: PortalHttp): void {
  app.post<Named>('/portal/:id/login', async (request, reply) => {
    const { id } = request.params;
    try {
      const ctx = await http.pageContext(request, id);
      const frame = await call<PortalFrame>(ctx, viewPortalLogin, {});
      const page = http.pageFor(request, null);
      const email = formOf(request).get('email');
      try {
        await call(ctx, requestPortalLink, { email, locale: page.locale });
      } catch (error) {
        if (!isFault(error) || error.param !== 'email') throw error;
        return http.show(request, reply, page, renderLogin(frame, page, { email: email.slice(0, 254) }), 422);
      }
      return http.show(request, reply, page, renderSent(frame, page));
    } catch (error) {
      return http.showFailure(request, reply, error, id);
    }
  });

  app.post<Named>('/portal/:id/enter', async (request, reply) => {
    const { id } = request.params;
    try {
      const ctx = await http.pageContext(request, id);
      const { path } = await call<{ path: string }>(ctx, enterPortal, {
        id,
        token: formOf(request).get('token') || '-',
      });
      http.setCookie(ctx, reply, id);
      return goOn(reply, `${http.addressOf(id)}${path}`);
    } catch (error) {
      // Pressed twice by an impatient hand: whoever is in already is led in.
      if (isFault(error, 'not_found') && (await http.isIn(request, id))) return goOn(reply, http.addressOf(id));
      if (isFault(error) && error.param === 'token') return http.showShut(request, reply, id, 'dead', 404);
      return http.showFailure(request, reply, error, id);
    }
  });
}

type Params = Record<'subscription' | 'invoice' | 'card', string>;

function forms(app: FastifyInstance, http: PortalHttp): void {
  /** `done`: what the first page says next. */
  const post = (path: string, act: (ctx: Ctx, form: Form, params: Params, reply: FastifyReply) => Promise<string>) =>
    app.post<Named>(`/portal/:id/${path}`, async (request, reply) => {
      const { id } = request.params;
      const home = http.addressOf(id);
      try {
        const ctx = await http.customerContext(request, id);
        const next = await act(ctx, formOf(request), request.params as unknown as Params, reply);
        http.setCookie(ctx, reply, id);
        return goOn(reply, next.startsWith('?') || next === '' ? `${home}${next}` : next);
      } catch (error) {
        if (isPassed(error)) return goOn(reply, `${home}?failed=state`);
        return http.showFailure(request, reply, error, id);
      }
    });

  post('subscriptions/:subscription/cancel', async (ctx, form, { subscription }) => {
    const reason_code = form.get('reason_code');
    const reason = clipped(form.get('reason'), 500);
    await call(ctx, cancelPortalSubscription, {
      id: subscription,
      at: form.get('at'),
      ...(reason_code === '' ? {} : { reason_code }),
      ...(reason === '' ? {} : { reason }),
    });
    return '?done=canceled';
  });
  post('subscriptions/:subscription/keep', async (ctx, _form, { subscription }) => {
    await call(ctx, keepPortalSubscription, { id: subscription });
    return '?done=kept';
  });
  post('subscriptions/:subscription/pause', async (ctx, _form, { subscription }) => {
    await call(ctx, pausePortalSubscription, { id: subscription });
    return '?done=paused';
  });
  post('subscriptions/:subscription/resume', async (ctx, _form, { subscription }) =>
    wayOf(await call<PaymentAnswer>(ctx, resumePortalSubscription, { id: subscription }), 'resumed'),
  );
  post('subscriptions/:subscription/change', async (ctx, form, { subscription }) => {
    const quantity = form.get('quantity');
    const answer = await call<PaymentAnswer>(ctx, confirmPortalChange, {
      id: subscription,
      price: form.get('price'),
      price_snapshot: form.get('price_snapshot'),
      ...(quantity === '' ? {} : { quantity: Number(quantity) }),
    });
    return wayOf(answer, 'changed');
  });
  post('invoices/:invoice/pay', async (ctx, _form, { invoice }) =>
    wayOf(await call<PaymentAnswer>(ctx, payPortalInvoice, { invoice }), 'paid'),
  );
  post('invoices/:invoice/leave', async (ctx, _form, { invoice }) => {
    await call(ctx, leavePortalChange, { invoice });
    return '?done=change_left';
  });
  post('cards/:card/default', async (ctx, _form, { card }) => {
    await call(ctx, setPortalDefault, { id: card });
    return '?done=default';
  });
  post('cards/:card/remove', async (ctx, _form, { card }) => {
    await call(ctx, removePortalCard, { id: card });
    return '?done=removed';
  });
  post('sign_out', async (ctx) => {
    await call(ctx, signOutOfPortal, {});
    return '';
  });
}

/** Where a payment leads: to the bank, or to the first page with what became of it. */
function wayOf(answer: PaymentAnswer, done: string): string {
  switch (answer.state) {
    case 'requires_authentication':
      return answer.url ?? '';
    case 'declined':
      return `?failed=decline.${encodeURIComponent(answer.decline_code ?? '')}`;
    case 'card_missing':
      return '?failed=card';
    case 'processing':
      return '?done=processing';
    case 'paid':
    case 'none':
      return `?done=${done}`;
    default:
      return answer.state satisfies never;
  }
}

/** A form that comes back with what was typed, when a field of it is wrong. */
function details(app: FastifyInstance, http: PortalHttp): void {
  type Again = (view: PortalView, typed: Typed, page: PageOf, field: DetailField | undefined) => string;
  const form = (
    path: string,
    whole: readonly DetailField[],
    act: (ctx: Ctx, typed: Typed, params: Params) => Promise<string>,
    again: (params: Params) => Again,
  ) =>
    app.post<Named>(`/portal/:id/${path}`, async (request, reply) => {
      const { id } = request.params;
      const params = request.params as unknown as Params;
      try {
        const ctx = await http.customerContext(request, id);
        const sent = wholeFormOf(request, whole);
        const typed = Object.fromEntries(detailFields.map((name) => [name, sent.get(name)])) as Typed;
        try {
          return goOn(reply, `${http.addressOf(id)}?done=${await act(ctx, typed, params)}`);
        } catch (error) {
          if (!isFault(error, 'parameter_invalid')) throw error;
          const view = await viewOf(ctx, request);
          const page = http.pageFor(request, view.locale);
          const last = error.param?.split('.').pop();
          const field = detailFields.find((name) => name === last);
          return http.show(request, reply, page, again(params)(view, typed, page, field), 422);
        }
      } catch (error) {
        return http.showFailure(request, reply, error, id);
      }
    });

  form(
    'details',
    [...addressFields, 'tax_id'],
    async (ctx, typed) => {
      const saved = await call<{ email_pending: boolean }>(ctx, updatePortalDetails, detailsOf(typed));
      return saved.email_pending ? 'email_sent' : 'details';
    },
    () => (view, typed, page, field) => renderDetails(view, typed, page, field ? { field } : {}),
  );
  form(
    'cards/:card/address',
    addressFields,
    async (ctx, typed, { card }) => {
      await call(ctx, updatePortalCard, { id: card, billing_address: addressOf(typed) });
      return 'address';
    },
    ({ card }) =>
      (view, typed, page, field) =>
        renderCardAddress(view, cardIn(view, card), typed, page, field),
  );
}

const addressFields = ['line1', 'line2', 'postal_code', 'city', 'state', 'country'] as const;

const addressOf = (typed: Typed): Record<string, string> =>
  Object.fromEntries(addressFields.map((name) => [name, typed[name]]).filter(([, value]) => value !== ''));

/** An address is replaced whole; what cannot be taken back (a name, an e-mail address, a language) stays when it is left empty. */
function detailsOf(typed: Typed): Record<string, unknown> {
  const { name, email, language, tax_id } = typed;
  return {
    ...(name === '' ? {} : { name }),
    ...(email === '' ? {} : { email }),
    ...(language === '' ? {} : { language }),
    tax_id: tax_id === '' ? null : tax_id,
    address: addressOf(typed),
  };
}

function cards(app: FastifyInstance, http: PortalHttp, parts: PortalParts): void {
  const answer = (
    path: string,
    method: 'GET' | 'POST',
    act: (ctx: Ctx, body: Record<string, unknown>, params: Params) => Promise<unknown>,
  ) =>
    app.route<Named>({
      method,
      url: `/portal/:id/${path}`,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        try {
          const ctx = await http.customerContext(request, request.params.id);
          const shown = await act(ctx, bodyOf(request), request.params as unknown as Params);
          return reply.headers(privately).type('application/json; charset=utf-8').send(JSON.stringify(shown));
        } catch (error) {
          const { status, body, headers } = parts.problemOf(error, request.id);
          if (status >= 500) parts.env.log.error({ request_id: request.id, err: error }, 'a call of the portal failed');
          return reply
            .code(status)
            .headers({ ...privately, ...headers })
            .type('application/problem+json; charset=utf-8')
            .send(JSON.stringify(body));
        }
      },
    });

  answer('tokens', 'POST', async (ctx, { billing_address, ...card }) =>
    call(ctx, createToken, { card, ...(billing_address === undefined ? {} : { billing_address }) }),
  );
  answer('cards', 'POST', (ctx, body) => call(ctx, addPortalCard, body));
  answer('cards/:card', 'GET', (ctx, _body, { card }) => call(ctx, portalCardStatus, { id: card }));
}

const privately = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin',
};

function bodyOf(request: FastifyRequest): Record<string, unknown> {
  if (request.method === 'GET') return {};
  const { body } = request;
  if (typeof body === 'object' && body !== null && !Array.isArray(body) && !(body instanceof URLSearchParams))
    return body as Record<string, unknown>;
  throw new Fault('body_invalid', 'Send a JSON object.');
}
