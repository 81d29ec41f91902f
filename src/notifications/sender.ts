// Whose name, look and language a customer's mail carries: the merchant's branding and what the account chose for its mails.

import type { Executor, Tx } from '../db/db.ts';
import { brandingOf } from '../identity/branding.ts';
import type { Account, Ctx } from '../operation/context.ts';
import type { Sender } from './render.ts';

export type Chosen = { from_name: string | null; reply_to: string | null; language: string | null };

export type Known = { sender: Sender; chosen: Chosen };

export async function senderOf(ctx: Ctx, query: Executor | Tx): Promise<Known> {
  const { account_id, merchant_id, merchant_name, merchant_logo_url, time_zone, mode } = ctx.account;
  const branding = await brandingOf(query, merchant_id);
  const chosen = (await query
    .selectFrom('email_settings')
    .select(['from_name', 'reply_to', 'language'])
    .where('account_id', '=', account_id)
    .executeTakeFirst()) ?? { from_name: null, reply_to: null, language: null };
  const { color, corners } = branding;
  const sender = {
    merchant: merchant_name,
    logo_url: merchant_logo_url,
    color,
    corners,
    time_zone,
    mode,
    reply_to: chosen.reply_to,
  };
  return { sender, chosen };
}

const known = new WeakMap<Account, Promise<Known>>();

/** The same, asked once for as long as this account is in hand: the worker loads it once for five hundred events. */
export function knownSender(ctx: Ctx, query: Executor | Tx): Promise<Known> {
  const { account } = ctx;
  const there = known.get(account);
  if (there) return there;
  const asked = senderOf(ctx, query);
  known.set(account, asked);
  asked.catch(() => known.delete(account));
  return asked;
}
