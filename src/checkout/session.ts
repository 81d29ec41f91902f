// A checkout session: what one customer is asked to pay, for an hour, until one attempt succeeds. Its public shape and how it is found.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Place, TaxCategory } from '../catalog/tax.ts';
import type { Executor, Tx } from '../db/db.ts';
import type { CheckoutSessions } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import { maxAmount } from '../kit/money.ts';
import type { Env } from '../operation/context.ts';
import { Metadata, nullable, text, Url } from '../operation/fields.ts';
import type { UiMode } from './embedding.ts';
import type { HeldExchange } from './presentment.ts';
import { AdjustableQuantity, Quantity, QuantityBounds } from './quantity.ts';
import { Recurring, type SubscriptionTerms } from './subscription-terms.ts';
import { sumsOf } from './sums.ts';

const FreeLine = {
  name: text(250),
  description: Type.Optional(text(500)),
  quantity: Quantity,
  unit_amount: Type.Integer({ minimum: 0, maximum: maxAmount, description: 'Price of one, minor units.' }),
  image_url: Type.Optional(Url),
};

/** One shape of two kinds, told apart in quote.ts: a union would make every refusal name both. */
export const LineItem = Type.Object(
  {
    price: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description:
          'A price of your catalog; with it only `quantity` is sent, and the rest is computed. A recurring one stands alone and begins a subscription.',
      }),
    ),
    ...FreeLine,
    name: Type.Optional(FreeLine.name),
    unit_amount: Type.Optional(FreeLine.unit_amount),
    adjustable_quantity: Type.Optional(AdjustableQuantity),
  },
  { additionalProperties: false },
);
export type LineItem = Static<typeof LineItem>;

export const Extra = Type.Object(
  {
    name: text(100),
    amount: Type.Integer({
      minimum: 0,
      maximum: maxAmount,
      description: 'Minor units; a discount is written positive, too.',
    }),
  },
  { additionalProperties: false },
);
export type Extra = Static<typeof Extra>;

/** As it is shown and kept: of a price, the amount is what its terms made of the quantity when the session was created. */
export const SessionLine = Type.Object(
  {
    name: Type.String(),
    description: Type.Optional(Type.String()),
    quantity: Type.Integer(),
    unit_amount: nullable(
      Type.Integer({
        description: 'Price of one, minor units; null when `amount` is not so many times one amount (tiers, packs).',
      }),
    ),
    image_url: Type.Optional(Type.String()),
    amount: Type.Optional(Type.Integer({ description: 'Of a price: of the whole line, before discounts and taxes.' })),
    price: Type.Optional(Type.String()),
    price_snapshot: Type.Optional(Type.String({ description: 'The terms under which it is sold.' })),
    product: Type.Optional(Type.String()),
    recurring: Type.Optional(Recurring),
    adjustable_quantity: Type.Optional(QuantityBounds),
  },
  { title: 'Line item' },
);
export type SessionLine = Static<typeof SessionLine>;
/** Kept beside it: which taxes are owed for it. */
export type StoredLine = SessionLine & { tax_category?: TaxCategory };

export const SessionTax = Type.Object({
  name: Type.String(),
  amount: Type.Integer(),
  tax_rate: Type.Optional(Type.String()),
  rate_ppm: Type.Optional(Type.Integer({ description: 'Parts per million: 190000 is 19 %.' })),
  inclusive: Type.Optional(Type.Boolean({ description: 'True: the lines hold it, and it is not added to the total.' })),
});
export type SessionTax = Static<typeof SessionTax>;

export const SessionDiscount = Type.Object({
  name: Type.String(),
  amount: Type.Integer(),
  coupon: Type.Optional(Type.String()),
  promotion_code: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
});
export type SessionDiscount = Static<typeof SessionDiscount>;

export type SessionRow = Omit<
  Selectable<CheckoutSessions>,
  | 'status'
  | 'payment_status'
  | 'ui_mode'
  | 'currency'
  | 'line_items'
  | 'taxes'
  | 'discounts'
  | 'metadata'
  | 'exchange'
  | 'currency_options'
  | 'presentment_currency'
  | 'tax_address'
  | 'subscription_terms'
> & {
  status: 'open' | 'complete' | 'expired';
  payment_status: 'unpaid' | 'processing' | 'paid' | 'no_payment_required';
  ui_mode: UiMode;
  currency: Currency;
  line_items: StoredLine[];
  taxes: SessionTax[];
  discounts: SessionDiscount[];
  tax_address: Place | null;
  currency_options: 'automatic' | 'fixed';
  exchange: HeldExchange | null;
  presentment_currency: Currency | null;
  subscription_terms: SubscriptionTerms | null;
  metadata: Metadata;
};

export const SessionExchange = Type.Object(
  {
    currency: Type.String({ description: 'What the customer was offered beside the session’s own.' }),
    amount_total: Type.Integer({ description: 'What the session comes to in it. Minor units.' }),
    chosen: Type.Boolean({ description: 'True: the customer is charged this.' }),
    rate: nullable(
      Type.String({
        description:
          'Units of it for one of the session’s currency, before the markup; null when all prices are your own.',
      }),
    ),
    markup_bps: Type.Integer(),
    fx_rates: nullable(Type.String({ description: 'The day’s rates it goes by.' })),
    country: Type.String({ description: 'Where the customer came from, ISO 3166-1.' }),
    expires_at: Type.String({ format: 'date-time', description: 'The rate holds until then: as long as the session.' }),
  },
  { title: 'Session exchange' },
);

export const SessionObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('checkout_session'),
    mode: Type.Enum(['payment', 'subscription'], { description: '`subscription`: of a recurring price.' }),
    status: Type.Enum(['open', 'complete', 'expired']),
    payment_status: Type.Enum(['unpaid', 'processing', 'paid', 'no_payment_required'], {
      description: '`no_payment_required`: complete, and nothing was owed.',
    }),
    url: nullable(Type.String({ description: 'Send the customer here; null when the session is no longer open.' })),
    ui_mode: Type.Enum(['hosted', 'embedded'], {
      description: 'Where the page is shown: by itself, or inside a page of yours.',
    }),
    allowed_origins: Type.Array(Type.String(), { description: 'Whose pages may embed it; empty when hosted.' }),
    amount_total: Type.Integer({ description: 'What the customer is charged. Minor units of `currency`.' }),
    currency: Type.String(),
    currency_options: Type.Enum(['automatic', 'fixed']),
    exchange: nullable(SessionExchange),
    capture: Type.Boolean(),
    amount_subtotal: Type.Integer({ description: 'Of the lines, before discounts and taxes.' }),
    line_items: Type.Array(SessionLine),
    taxes: Type.Array(SessionTax),
    discounts: Type.Array(SessionDiscount),
    allow_promotion_codes: Type.Boolean({ description: 'The page has a field for one.' }),
    promotion_code: nullable(Type.String({ description: 'The one that counts now.' })),
    automatic_tax: Type.Boolean(),
    customer: nullable(Type.String()),
    customer_email: nullable(Type.String()),
    payment: nullable(Type.String({ description: 'The payment that is under way or that paid.' })),
    subscription: nullable(Type.String({ description: 'What it began, once it is complete.' })),
    card_setup: nullable(Type.String({ description: 'Where nothing is due today: how the card is put on file.' })),
    payment_link: nullable(Type.String({ description: 'The link that made it.' })),
    success_url: nullable(Type.String()),
    success_message: nullable(Type.String({ description: 'What a paid customer reads on our page.' })),
    custom_text: nullable(Type.String({ description: 'Shown above the pay button.' })),
    cancel_url: nullable(Type.String()),
    description: nullable(Type.String()),
    merchant_reference: nullable(Type.String()),
    metadata: Metadata,
    locale: nullable(Type.String()),
    expires_at: Type.String({ format: 'date-time' }),
    completed_at: nullable(Type.String({ format: 'date-time' })),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Checkout session' },
);
export type SessionObject = Static<typeof SessionObject>;

export function sessionObject(env: Env, s: SessionRow): SessionObject {
  return {
    id: s.id,
    object: 'checkout_session',
    mode: s.subscription_terms ? 'subscription' : 'payment',
    status: s.status,
    payment_status: s.payment_status,
    url: s.status === 'open' ? `${env.config.public_url}/pay/${s.id}` : null,
    ui_mode: s.ui_mode,
    allowed_origins: s.allowed_origins,
    amount_total: s.amount_total,
    currency: s.currency,
    currency_options: s.currency_options,
    exchange: s.exchange && shownExchange(s, s.exchange),
    capture: s.capture,
    amount_subtotal: sumsOf(s).subtotal,
    line_items: s.line_items.map(({ tax_category: _kept, ...line }) => line),
    taxes: s.taxes,
    discounts: s.discounts,
    allow_promotion_codes: s.allow_promotion_codes,
    promotion_code: s.promotion_code_id,
    automatic_tax: s.automatic_tax,
    customer: s.customer_id,
    customer_email: s.customer_email,
    payment: s.payment_id,
    subscription: s.subscription_id,
    card_setup: s.setup_id,
    payment_link: s.payment_link_id,
    success_url: s.success_url,
    success_message: s.success_message,
    custom_text: s.custom_text,
    cancel_url: s.cancel_url,
    description: s.description,
    merchant_reference: s.merchant_reference,
    metadata: s.metadata,
    locale: s.locale,
    expires_at: s.expires_at.toISOString(),
    completed_at: s.completed_at?.toISOString() ?? null,
    created_at: s.created_at.toISOString(),
    updated_at: s.updated_at.toISOString(),
  };
}

const shownExchange = (s: SessionRow, held: HeldExchange): Static<typeof SessionExchange> => ({
  currency: held.currency,
  amount_total: held.amount_total,
  chosen: s.presentment_currency !== null,
  rate: held.rate,
  markup_bps: held.markup_bps,
  fx_rates: held.fx_rates,
  country: held.country,
  expires_at: s.expires_at.toISOString(),
});

export async function findSession(query: Executor | Tx, account_id: string, id: string): Promise<SessionRow> {
  const row = await query
    .selectFrom('checkout_sessions')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('checkout session', id);
  return row as unknown as SessionRow;
}

export async function lockSession(tx: Tx, account_id: string, id: string): Promise<SessionRow> {
  const row = await tx
    .selectFrom('checkout_sessions')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('checkout session', id);
  return row as unknown as SessionRow;
}

/** Where the paid customer goes: the merchant's page, told which session it was. */
export function redirectUrl(url: string | null, name: string, id: string): string | null {
  if (url === null) return null;
  const hash = url.includes('#') ? url.indexOf('#') : url.length;
  const address = url.slice(0, hash);
  const query = address.indexOf('?');
  // Only the first question mark opens the query; one more is part of it.
  const joint = query === -1 ? '?' : query === address.length - 1 || address.endsWith('&') ? '' : '&';
  return `${address}${joint}${name}=${encodeURIComponent(id)}${url.slice(hash)}`;
}
