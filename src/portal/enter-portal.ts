// Coming in: a link is used up for a cookie, and a cookie is asked at every request whose it is. What does not open is not told why: used,
// over, revoked and never made are the same to a stranger.

import Type from 'typebox';
import { type CustomerRow, findCustomer } from '../customers/customer.ts';
import { updateCustomer } from '../customers/manage-customers.ts';
import { hours, minutes, plus, seconds } from '../kit/clock.ts';
import { sha256 } from '../kit/crypto.ts';
import { Fault, isFault, notFound } from '../kit/fault.ts';
import type { Actor, Ctx } from '../operation/context.ts';
import { Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { columns, endMailedLinks, newSecret, type PortalSessionRow, type StoredFlow } from './portal-session.ts';
import { act } from './reach.ts';
import { loginUrl, portalSettings } from './settings.ts';
import { PortalFrame } from './view.ts';
import { frameOf } from './view-portal.ts';

/** At a customer's own device, and for as long as somebody reads invoices: longer than a checkout, shorter than a day. */
const life = { most_hours: 12, idle_hours: 2 };

const secretPattern = /^[A-Za-z0-9]{43}$/;

const dead = () =>
  new Fault('not_found', 'This link was used already, or is too old. Ask for another one.', { param: 'token' });

export const viewPortalEntry = operation({
  name: 'portal.view_entry',
  scope: 'portal:read',
  actors: ['page'],
  kind: 'read',
  summary: 'Show the door of a session',
  description: 'Whose portal it is, before anybody is in. Tells nothing of the customer.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Type.Object({
    frame: PortalFrame,
    by_mail: Type.Boolean(),
    locale: nullable(Type.String()),
    login_url: nullable(Type.String()),
  }),
  faults: ['not_found'],
  async run(ctx, input) {
    const { account_id } = ctx.account;
    const { query } = ctx.env.db;
    if (ctx.actor.kind !== 'page' || ctx.actor.link_id !== input.id) throw notFound('portal', input.id);
    const row = await query
      .selectFrom('portal_sessions')
      .select(['by_mail', 'locale'])
      .where('account_id', '=', account_id)
      .where('id', '=', input.id)
      .executeTakeFirst();
    const settings = await portalSettings(query, account_id);
    return {
      frame: await frameOf(ctx, input.id, settings),
      by_mail: row?.by_mail ?? false,
      locale: row?.locale ?? null,
      login_url: settings.email_login ? loginUrl(ctx.env, account_id) : null,
    };
  },
});

export const enterPortal = operation({
  name: 'portal.enter',
  scope: 'portal:write',
  actors: ['page'],
  kind: 'process',
  summary: 'Open a link to the portal',
  description: 'Uses the link up: of two at once, one gets in.',
  input: Type.Object({ id: Id, token: Type.String({ minLength: 1, maxLength: 100 }) }, { additionalProperties: false }),
  output: Type.Object({ object: Type.Literal('portal_entry'), path: Type.String() }),
  faults: ['not_found'],
  async run(ctx, input) {
    const { env } = ctx;
    if (ctx.actor.kind !== 'page' || ctx.actor.link_id !== input.id || !secretPattern.test(input.token)) throw dead();
    const now = env.clock.now();
    const cookie = newSecret(env);
    const row = await env.db.query
      .updateTable('portal_sessions')
      .set({
        opened_at: now,
        cookie_hash: sha256(cookie),
        last_seen_at: now,
        expires_at: plus(now, hours(life.most_hours)),
      })
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', input.id)
      .where('link_hash', '=', sha256(input.token))
      .where('opened_at', 'is', null)
      .where('ended_at', 'is', null)
      .where('link_expires_at', '>', now)
      .returning(['customer_id', 'flow'])
      .executeTakeFirst();
    if (!row) throw dead();
    const customer = await customerOrDead(ctx, row.customer_id);
    const flow = row.flow as StoredFlow | null;
    if (flow?.type === 'email') await takeAddress(ctx, customer, flow);
    if (ctx.from) ctx.from.cookie = { token: cookie, max_age_s: life.most_hours * 3600 };
    return { object: 'portal_entry' as const, path: pathOf(flow) };
  },
});

/** Whoever opens this link reads the mail of that address. Links that lie in the mail of the one before open nothing any more. */
async function takeAddress(ctx: Ctx, { id, email }: CustomerRow, flow: StoredFlow & { type: 'email' }): Promise<void> {
  if (email !== flow.from) throw dead();
  await act(ctx, updateCustomer, { id, email: flow.email });
  await endMailedLinks(ctx, ctx.env.db.query, id, 'all');
}

async function customerOrDead(ctx: Ctx, customer_id: string): Promise<CustomerRow> {
  try {
    return await findCustomer(ctx.env.db.query, ctx.account.account_id, customer_id);
  } catch (error) {
    throw isFault(error, 'not_found') ? dead() : error;
  }
}

/** Below the session's own address. */
function pathOf(flow: StoredFlow | null): string {
  switch (flow?.type) {
    case 'cancel':
    case 'change':
      return flow.subscription === undefined ? '' : `/subscriptions/${flow.subscription}/${flow.type}`;
    case 'payment_method_update':
      return '/cards/new';
    case 'email':
      return '?done=email_changed';
    case undefined:
      return '';
    default:
      return flow satisfies never;
  }
}

export type Visitor = { actor: Actor & { kind: 'portal' }; session: PortalSessionRow };

/** Whose browser this is. Undefined: nobody's, or no longer. */
export async function identifyPortal(
  ctx: Pick<Ctx, 'env' | 'account'>,
  id: string,
  cookie: string | undefined,
): Promise<Visitor | undefined> {
  if (cookie === undefined || !secretPattern.test(cookie)) return undefined;
  const { env } = ctx;
  const { account_id } = ctx.account;
  const now = env.clock.now();
  const session = (await env.db.query
    .selectFrom('portal_sessions')
    .select(columns)
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .where('cookie_hash', '=', sha256(cookie))
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', plus(now, -hours(life.idle_hours)))
    .executeTakeFirst()) as PortalSessionRow | undefined;
  if (!session?.last_seen_at) return undefined;
  const there = await env.db.query
    .selectFrom('customers')
    .select('id')
    .where('account_id', '=', account_id)
    .where('id', '=', session.customer_id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (!there) return undefined;
  // To the minute: a write per request would buy nothing.
  if (plus(session.last_seen_at, minutes(1)) <= now) {
    await env.db.query
      .updateTable('portal_sessions')
      .set({ last_seen_at: now })
      .where('account_id', '=', account_id)
      .where('id', '=', id)
      .where('last_seen_at', '<', plus(now, -seconds(30)))
      .execute();
  }
  return { actor: { kind: 'portal', session_id: id, customer_id: session.customer_id }, session };
}
