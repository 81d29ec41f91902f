// What a mail about an event needs: the template with its data, and to whom it goes. Found before anything is written.

import { localizedNames } from '../../catalog/product.ts';
import type { CustomerRow } from '../../customers/customer.ts';
import type { Executor, Tx } from '../../db/db.ts';
import { payloadIn } from '../../events/event.ts';
import type { Ctx } from '../../operation/context.ts';
import type { Card, Template } from '../letter.ts';
import { localeFor } from '../messages.ts';
import { postCustomerMail, type Recipient } from '../post-customer-mail.ts';
import { knownSender } from '../sender.ts';

export type Event = { id: string; type: string; created_at: Date };

/** Undefined: nobody is written to (no address, or it does not hold any more). */
export type Mail = { post(tx: Tx): Promise<void> } | undefined;

export const mailOf = <Data>(
  ctx: Ctx,
  template: Template<Data>,
  data: Data,
  to: Recipient,
  cause: { event: Event; object_id: string },
): Mail => ({
  post: (tx) => postCustomerMail(ctx, tx, template, data, to, { event_id: cause.event.id, object_id: cause.object_id }),
});

/** The object as it was when the event happened. */
export async function frozen<T>(ctx: Ctx, event: Event): Promise<T> {
  const { payload } = await ctx.env.db.query
    .selectFrom('events')
    .select(payloadIn('events').as('payload'))
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', event.id)
    .executeTakeFirstOrThrow();
  return JSON.parse(payload);
}

type Known = {
  customer_id: string | null;
  /** Given with what was bought: it goes before the customer's own, and stands where there is no customer. */
  email?: string | null;
  locale?: string | null;
};

/** Undefined: no address, or the customer was deleted. */
export async function recipientOf(ctx: Ctx, { customer_id, email, locale }: Known): Promise<Recipient | undefined> {
  const customer = customer_id === null ? undefined : await customerOf(ctx.env.db.query, ctx, customer_id);
  if (customer?.deleted_at) return undefined;
  const address = email ?? customer?.email;
  if (!address) return undefined;
  const languages: (string | null)[] = [customer?.language ?? null, locale ?? null];
  if (customer_id !== null && !languages.some(Boolean)) languages.push(await lastLocale(ctx, customer_id));
  return { customer_id, email: address, languages };
}

/** The language in which the customer last was at our checkout. */
async function lastLocale(ctx: Ctx, customer_id: string): Promise<string | null> {
  const session = await ctx.env.db.query
    .selectFrom('checkout_sessions')
    .select('locale')
    .where('account_id', '=', ctx.account.account_id)
    .where('customer_id', '=', customer_id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return session?.locale ?? null;
}

const customerOf = (
  query: Executor,
  ctx: Ctx,
  id: string,
): Promise<Pick<CustomerRow, 'email' | 'language' | 'deleted_at'> | undefined> =>
  query
    .selectFrom('customers')
    .select(['email', 'language', 'deleted_at'])
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', id)
    .executeTakeFirst();

type Sold = { product: string; product_name: string };

/** What products are called now in the language of the mail, in this order. What an invoice says is read from its lines instead. */
export async function namesFor(ctx: Ctx, to: Recipient, sold: readonly Sold[]): Promise<string[]> {
  const { query } = ctx.env.db;
  const { chosen } = await knownSender(ctx, query);
  const ids = sold.map((one) => one.product);
  const names = await localizedNames(query, ctx.account.account_id, ids, localeFor(...to.languages, chosen.language));
  return sold.map((one) => names.get(one.product) ?? one.product_name);
}

export async function nameFor(ctx: Ctx, to: Recipient, sold: Sold): Promise<string> {
  const [name = sold.product_name] = await namesFor(ctx, to, [sold]);
  return name;
}

/** A saved card as it may be named. */
export async function savedCard(ctx: Ctx, payment_method_id: string | undefined): Promise<Card | null> {
  if (payment_method_id === undefined) return null;
  const { account_id } = ctx.account;
  const row = await ctx.env.db.query
    .selectFrom('payment_methods as p')
    .innerJoin('cards as c', (j) => j.onRef('c.account_id', '=', 'p.account_id').onRef('c.id', '=', 'p.card_id'))
    .select(['c.brand', 'c.last_four'])
    .where('p.account_id', '=', account_id)
    .where('p.id', '=', payment_method_id)
    .executeTakeFirst();
  return row ?? null;
}
