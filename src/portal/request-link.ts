// Asking for a link by e-mail address. The answer, and the work before it, is the same whether the address is anybody's or not: a row is
// written either way, and the worker looks whose it is.

import { sql } from 'kysely';
import Type from 'typebox';
import type { CustomerRow } from '../customers/customer.ts';
import type { Tx } from '../db/db.ts';
import { loadAccount } from '../identity/account.ts';
import { countTry } from '../identity/sign-in-tries.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { networkOf } from '../kit/network.ts';
import { postPortalLink } from '../notifications/post-portal-link.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { Email, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { beginSession, linkMinutes } from './portal-session.ts';
import { portalSettings } from './settings.ts';
import { PortalFrame } from './view.ts';
import { frameOf } from './view-portal.ts';

const nowhere = (id: string) => notFound('portal', id);

/** The page of an account that has it switched off is one that never was. */
async function refuseSwitchedOff(ctx: Ctx): Promise<void> {
  const { account_id } = ctx.account;
  const { email_login } = await portalSettings(ctx.env.db.query, account_id);
  const own = ctx.actor.kind === 'page' && ctx.actor.link_id === account_id;
  if (!email_login || !own) throw nowhere(account_id);
}

export const viewPortalLogin = operation({
  name: 'portal.view_login',
  scope: 'portal:read',
  actors: ['page'],
  kind: 'read',
  summary: 'Show the page where customers ask for a link',
  description: 'Whose portal it is.',
  input: Type.Object({}, { additionalProperties: false }),
  output: PortalFrame,
  faults: ['not_found'],
  async run(ctx) {
    await refuseSwitchedOff(ctx);
    const { account_id } = ctx.account;
    return await frameOf(ctx, account_id, await portalSettings(ctx.env.db.query, account_id));
  },
});

export const requestPortalLink = operation({
  name: 'portal.request_link',
  scope: 'portal:write',
  actors: ['page'],
  kind: 'process',
  summary: 'Ask for a link by mail',
  description: 'Answered the same whether the address is anybody’s or not.',
  input: Type.Object(
    { email: Email, locale: nullable(Type.String({ maxLength: 35 })) },
    { additionalProperties: false },
  ),
  output: Type.Object({ object: Type.Literal('portal_link_request') }),
  faults: ['not_found', 'parameter_invalid', 'rate_limited'],
  async run(ctx, { email, locale }) {
    const { env } = ctx;
    await refuseSwitchedOff(ctx);
    const { account_id } = ctx.account;
    const wanted = email.trim().toLowerCase();
    const address = await countTry(env, 'address', `portal ${networkOf(ctx.from?.address ?? '')}`);
    if (!address.within)
      throw new Fault('rate_limited', 'Too many tries from here. Wait a quarter of an hour and try again.', {
        retry_after: address.retry_after,
      });
    // Beyond the limit nothing is sent; saying so would let anybody see that somebody else asked.
    const mail = await countTry(env, 'mail', `portal ${account_id} ${wanted}`);
    if (mail.within) {
      const row = { account_id, id: newId('plr', env), email: wanted, locale, created_at: env.clock.now() };
      await env.db.query.insertInto('portal_link_requests').values(row).execute();
      env.nudge();
    }
    return { object: 'portal_link_request' as const };
  },
});

/** For the worker: mails the link where the address is a customer's, and forgets the request either way. */
export async function answerLinkRequests(env: Env): Promise<number> {
  return await env.db.tx(async (tx) => {
    const { rows } = await sql<{ account_id: string; id: string; email: string; locale: string | null }>`
      delete from portal_link_requests where (account_id, id) in (
        select account_id, id from portal_link_requests order by id limit 50 for update skip locked)
      returning account_id, id, email, locale`.execute(tx);
    for (const row of rows) await answerRequest(env, tx, row);
    return rows.length;
  });
}

type Request = { account_id: string; id: string; email: string; locale: string | null };

async function answerRequest(env: Env, tx: Tx, { account_id, id, email, locale }: Request): Promise<void> {
  const account = await loadAccount(tx, account_id);
  const customer = account && (await customerOf(tx, account_id, email));
  if (!customer) return;
  const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: id };
  const { url } = await beginSession(ctx, tx, {
    customer_id: customer.id,
    by_mail: true,
    minutes: linkMinutes.usual,
    locale,
  });
  // To the address on file: that is whose mail it is, however it was written here.
  await postPortalLink(ctx, tx, { customer, url, locale, minutes: linkMinutes.usual });
}

/**
 * Several customers may share an address. The link is for the newest of them with a subscription that runs, else with one that ran, else
 * for the newest.
 */
async function customerOf(
  tx: Tx,
  account_id: string,
  email: string,
): Promise<Pick<CustomerRow, 'id' | 'email' | 'language'> | undefined> {
  const { rows } = await sql<Pick<CustomerRow, 'id' | 'email' | 'language'>>`
    select c.id, c.email, c.language from (
      select id, email, language from customers
      where account_id = ${account_id} and lower(email) = ${email} and deleted_at is null order by id desc limit 100) c
    left join lateral (
      select max(case when s.ended_at is null then 2 else 1 end) as rank from subscriptions s
      where s.account_id = ${account_id} and s.customer_id = c.id and s.status <> 'incomplete_expired') s on true
    order by coalesce(s.rank, 0) desc, c.id desc limit 1`.execute(tx);
  return rows[0];
}
