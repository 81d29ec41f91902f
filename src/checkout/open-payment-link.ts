// What happens when somebody opens a payment link: what it sells is shown, and a session is made for this one visitor. A page acts for the
// one link in its address; the terms are those of the catalog at this moment.

import Type, { type Static } from 'typebox';
import type { Tx } from '../db/db.ts';
import { brandingOf } from '../identity/branding.ts';
import { assert } from '../kit/assert.ts';
import { isFault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { createSession, Locale } from './create-session.ts';
import { findPaymentLink, linkStates, type PaymentLinkRow, stateOf } from './payment-link.ts';
import { linesOf } from './quote.ts';
import { refuseOtherPage } from './standing.ts';
import { lineAmount } from './sums.ts';

/** A session of a link is good for as long as one made by hand, and never longer than its link. */
const session_s = 3_600;
/** The least that a session may last. */
const least_s = 60;

export const LinkView = Type.Object({
  id: Type.String(),
  url: Type.String(),
  state: Type.Enum([...linkStates]),
  mode: Type.Enum(['sandbox', 'live']),
  merchant: Type.Object({ name: Type.String(), logo_url: nullable(Type.String()) }),
  branding: Type.Object({
    color: nullable(Type.String()),
    corners: Type.Enum(['square', 'rounded', 'pill']),
    icon_url: nullable(Type.String()),
  }),
  currency: Type.String(),
  /** What it sells now, before discounts and taxes; empty when it is closed. */
  line_items: Type.Array(
    Type.Object({
      name: Type.String(),
      quantity: Type.Integer(),
      amount: Type.Integer(),
      image_url: nullable(Type.String()),
    }),
  ),
  locale: nullable(Type.String()),
});
export type LinkView = Static<typeof LinkView>;

export const viewPaymentLink = operation({
  name: 'payment_links.view',
  scope: 'checkout:read',
  actors: ['page'],
  kind: 'read',
  summary: 'Show a payment link',
  description: 'What a visitor may see of it. Makes nothing.',
  input: Type.Object({ id: Id, locale: Type.Optional(Locale) }, { additionalProperties: false }),
  output: LinkView,
  faults: ['not_found'],
  async run(ctx, input) {
    refuseOtherPage(ctx, input.id);
    const { account, env } = ctx;
    const link = await findPaymentLink(env.db.query, account.account_id, input.id);
    const { color, corners, icon_url } = await brandingOf(env.db.query, account.merchant_id);
    const state = stateOf(link, env.clock.now());
    const lines = state === 'active' ? await offered(ctx, link, link.locale ?? input.locale ?? null) : undefined;
    return {
      id: link.id,
      url: `${env.config.public_url}/l/${link.id}`,
      state: state === 'active' && !lines ? ('inactive' as const) : state,
      mode: account.mode,
      merchant: { name: account.merchant_name, logo_url: account.merchant_logo_url },
      branding: { color, corners, icon_url },
      currency: link.currency,
      line_items: (lines ?? []).map((line) => ({
        name: line.name,
        quantity: line.quantity,
        amount: lineAmount(line),
        image_url: line.image_url ?? null,
      })),
      locale: link.locale,
    };
  },
});

const itemsOf = (link: PaymentLinkRow) =>
  link.line_items.map(({ price, quantity, adjustable_quantity }) => ({
    price,
    quantity,
    ...(adjustable_quantity ? { adjustable_quantity } : {}),
  }));

/** Undefined when the catalog does not sell it any more: to the visitor, the link is closed. */
async function offered(ctx: Ctx, link: PaymentLinkRow, locale: string | null) {
  try {
    return await ctx.env.db.tx((tx) => linesOf(ctx, tx, itemsOf(link), link.currency, locale));
  } catch (error) {
    if (!isFault(error)) throw error;
    return undefined;
  }
}

/** The session that a visitor gets now. Refuses what cannot be sold, by the field of the link that it is about. */
export async function sessionOf(ctx: Ctx, tx: Tx, link: PaymentLinkRow, locale: string | null): Promise<string> {
  const now = ctx.env.clock.now();
  const left_s = link.expires_at ? Math.floor((link.expires_at.getTime() - now.getTime()) / 1_000) : session_s;
  assert(createSession.kind === 'write', 'a session is made in one transaction');
  const { id } = await createSession.run(
    ctx,
    {
      currency: link.currency,
      line_items: itemsOf(link),
      allow_promotion_codes: link.allow_promotion_codes,
      automatic_tax: link.automatic_tax,
      ...(link.tax_address ? { tax_address: link.tax_address } : {}),
      ...(link.success_url === null ? {} : { success_url: link.success_url }),
      ...(link.success_message === null ? {} : { success_message: link.success_message }),
      ...(link.custom_text === null ? {} : { custom_text: link.custom_text }),
      ...(link.merchant_reference === null ? {} : { merchant_reference: link.merchant_reference }),
      ...(locale === null ? {} : { locale }),
      metadata: link.metadata,
      expires_in: Math.max(least_s, Math.min(session_s, left_s)),
    },
    tx,
  );
  await tx
    .updateTable('checkout_sessions')
    .set({ payment_link_id: link.id })
    .where('account_id', '=', link.account_id)
    .where('id', '=', id)
    .execute();
  return id;
}

export const openPaymentLink = operation({
  name: 'payment_links.open',
  scope: 'checkout:write',
  actors: ['page'],
  kind: 'write',
  summary: 'Open a payment link',
  description: 'Makes a session for one visitor, where the link is open.',
  input: Type.Object({ id: Id, locale: Type.Optional(Locale) }, { additionalProperties: false }),
  output: Type.Object({ session: nullable(Type.String({ description: 'Null: the link is closed.' })) }),
  faults: ['not_found'],
  async run(ctx, input, tx) {
    refuseOtherPage(ctx, input.id);
    const link = await findPaymentLink(tx, ctx.account.account_id, input.id);
    if (stateOf(link, ctx.env.clock.now()) !== 'active') return { session: null };
    try {
      return { session: await sessionOf(ctx, tx, link, link.locale ?? input.locale ?? null) };
    } catch (error) {
      // The visitor cannot mend it; the merchant reads why in the log, and in the catalog.
      if (!isFault(error)) throw error;
      ctx.env.log.warn({ payment_link: link.id, error }, 'a payment link sells what cannot be sold');
      return { session: null };
    }
  },
});
