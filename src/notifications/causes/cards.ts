// The mail about a saved card in its last month, with what it pays for.

import { findActiveOf } from '../../billing/expiring-cards.ts';
import { isFault } from '../../kit/fault.ts';
import type { Ctx } from '../../operation/context.ts';
import { findPaymentMethod } from '../../vault/payment-method.ts';
import { cardExpiring } from '../letters/card-expiring.ts';
import { portalUrl } from '../portal-url.ts';
import { type Event, type Mail, mailOf, namesFor, recipientOf } from './cause.ts';

export async function aboutExpiringCard(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const { query } = ctx.env.db;
  const { account_id } = ctx.account;
  const found = await findPaymentMethod(query, account_id, id).catch((error) => {
    // Detached meanwhile, or its customer deleted.
    if (isFault(error, 'not_found')) return undefined;
    throw error;
  });
  if (!found) return undefined;
  const sold = await findActiveOf(query, account_id, id);
  const to = await recipientOf(ctx, { customer_id: found.row.customer_id });
  if (!to || sold.length === 0) return undefined;
  const products = [...new Set(await namesFor(ctx, to, sold))];
  const { brand, last_four, exp_month, exp_year } = found.card;
  const data = { card: { brand, last_four }, year: exp_year, month: exp_month, products, url: await portalUrl(ctx) };
  return mailOf(ctx, cardExpiring, data, to, { event, object_id: id });
}
