// Where a mail sends a customer who wants to change something: the page on which they ask for a link to the portal.

import type { Ctx } from '../operation/context.ts';

/** Null where the merchant closed that page, or sends no links: a mail must not lead nowhere. */
export async function portalUrl(ctx: Ctx): Promise<string | null> {
  const { account_id, emails } = ctx.account;
  if (!emails.has('portal_link')) return null;
  const settings = await ctx.env.db.query
    .selectFrom('portal_settings')
    .select('email_login')
    .where('account_id', '=', account_id)
    .executeTakeFirst();
  return settings?.email_login === false ? null : `${ctx.env.config.public_url}/portal/${account_id}/login`;
}
