// What the pages of the portal need of HTTP: whose browser it is, by a cookie that is bound to one session's address; that a post comes from
// our own page; how a page and a refusal are sent. Decides nothing about customers.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { chooseLocale } from '../../web/checkout/messages.ts';
import type { PageAssets } from '../../web/checkout/page.ts';
import { type Page, renderNotFound, renderTrouble } from '../../web/checkout/render.ts';
import { renderShut } from '../../web/portal/door.ts';
import { loadAccount } from '../identity/account.ts';
import { Fault, isFault, notFound } from '../kit/fault.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';
import { accountOfPage } from '../payments/page-link.ts';
import { identifyPortal, viewPortalEntry } from '../portal/enter-portal.ts';
import type { PortalFrame } from '../portal/view.ts';
import { htmlHeaders, type ProblemAnswer, placeOf, sendEncoded } from './pages.ts';

export const portalCookie = 'florin_portal';

export type PortalParts = {
  env: Env;
  assets: { checkout: PageAssets; portal: PageAssets };
  problemOf(error: unknown, request_id: string): ProblemAnswer;
  /** Throws when a page is posted to too often. */
  take(page: string): void;
};

export type Named = { Params: { id: string } };
type Entry = { frame: PortalFrame; by_mail: boolean; locale: string | null; login_url: string | null };

export function portalHttp(parts: PortalParts) {
  const { env, assets } = parts;
  const { origin, base_path } = placeOf(env.config.public_url);
  const secure = origin.startsWith('https:') ? '; Secure' : '';

  const addressOf = (id: string) => `${base_path}/portal/${encodeURIComponent(id)}`;

  /** The account behind an id in an address: of a session, or the account itself for its page of signing in. */
  async function pageContext(request: FastifyRequest, id: string): Promise<Ctx> {
    const session = /^ps_[0-9a-z]{26}$/.test(id);
    const account_id = session ? await accountOfPage(env.db.query, id) : id;
    const known = account_id !== undefined && /^acct_[0-9a-z]{26}$/.test(account_id);
    const account = known ? await loadAccount(env.db.query, account_id) : undefined;
    if (!account) throw notFound('portal', id.slice(0, 40));
    const from = { address: request.ip, browser: String(request.headers['user-agent'] ?? '').slice(0, 300) };
    return { env, account, actor: { kind: 'page', link_id: id }, request_id: request.id, from };
  }

  /** The customer whose browser this is. */
  async function customerContext(request: FastifyRequest, id: string): Promise<Ctx> {
    const page = await pageContext(request, id);
    const visitor = id.startsWith('ps_') ? await identifyPortal(page, id, cookieOf(request)) : undefined;
    if (!visitor) throw new Fault('authentication_required', 'You are not signed in, or no longer.');
    return { ...page, actor: visitor.actor };
  }

  const isIn = async (request: FastifyRequest, id: string): Promise<boolean> => {
    try {
      return (await customerContext(request, id)).actor.kind === 'portal';
    } catch (error) {
      if (isFault(error)) return false;
      throw error;
    }
  };

  const pageFor = (request: FastifyRequest, wanted: string | null): Page => ({
    nonce: Buffer.from(env.random.bytes(18)).toString('base64'),
    assets: assets.portal,
    locale: chooseLocale(wanted, request.headers['accept-language']),
    base_path,
  });

  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    page: Page,
    text: string,
    status = 200,
    framers: string[] = [],
  ) {
    reply.code(status).headers(htmlHeaders(page.nonce, origin, framers));
    return sendEncoded(request, reply, text);
  }

  /** A person is looking: what went wrong is a page, in their language. */
  async function showFailure(request: FastifyRequest, reply: FastifyReply, error: unknown, id: string) {
    if (isFault(error, 'authentication_required')) return await showShut(request, reply, id, 'out', 401);
    const page = { ...pageFor(request, null), assets: assets.checkout };
    if (isFault(error, 'not_found')) return show(request, reply, page, renderNotFound(page), 404);
    const { status, headers } = parts.problemOf(error, request.id);
    if (status >= 500) env.log.error({ request_id: request.id, err: error }, 'a page of the portal failed');
    if (headers['retry-after']) reply.header('retry-after', headers['retry-after']);
    // What was posted to an address is not shown by asking for it.
    const again = request.method === 'POST' ? `${addressOf(id)}${id.startsWith('ps_') ? '' : '/login'}` : '';
    return show(request, reply, page, renderTrouble(page, request.id, again), status);
  }

  async function entryOf(ctx: Ctx, id: string): Promise<Entry> {
    return (await perform(viewPortalEntry as unknown as Operation, ctx, { input: { id } })).value as Entry;
  }

  async function showShut(
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    why: 'dead' | 'out',
    status: number,
  ): Promise<FastifyReply> {
    const entry = await entryOf(await pageContext(request, id), id);
    const page = pageFor(request, entry.locale);
    return show(request, reply, page, renderShut(entry.frame, why, entry.login_url, page), status);
  }

  /** Another site can make a browser send our cookie, but not say that it is us. */
  function refuseForeignPost(request: FastifyRequest): void {
    if (request.method !== 'POST') return;
    const site = request.headers['sec-fetch-site'];
    const ours = site === undefined ? request.headers.origin === origin : site === 'same-origin';
    if (ours) return;
    throw new Fault('origin_refused', 'This address is for our own page.', {
      param: site === undefined ? 'Origin' : 'Sec-Fetch-Site',
    });
  }

  /** The operation's word on what the browser is to keep; only below this session's address is it sent back. */
  function setCookie(ctx: Ctx, reply: FastifyReply, id: string): void {
    const cookie = ctx.from?.cookie;
    if (cookie === undefined) return;
    const [value, max_age] = cookie === null ? ['', 0] : [cookie.token, cookie.max_age_s];
    reply.header(
      'set-cookie',
      `${portalCookie}=${value}; Path=${addressOf(id)}; HttpOnly; SameSite=Lax; Max-Age=${max_age}${secure}`,
    );
  }

  return {
    addressOf,
    pageContext,
    customerContext,
    isIn,
    pageFor,
    show,
    showFailure,
    showShut,
    entryOf,
    refuseForeignPost,
    setCookie,
    base_path,
  };
}
export type PortalHttp = ReturnType<typeof portalHttp>;

function cookieOf(request: FastifyRequest): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === portalCookie) return part.slice(at + 1).trim();
  }
  return undefined;
}
