// A payment link: a reusable address that makes a checkout session for whoever opens it. Its public shape, how it stands, and how it
// is found. What it sells are prices of the catalog: each session takes their terms of its own moment.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Place } from '../catalog/tax.ts';
import type { Executor, Tx } from '../db/db.ts';
import type { PaymentLinks } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Env } from '../operation/context.ts';
import { Id, Metadata, nullable } from '../operation/fields.ts';
import { AdjustableQuantity, Quantity, QuantityBounds } from './quantity.ts';

export const LinkLineInput = Type.Object(
  {
    price: Id,
    quantity: Type.Optional(Quantity),
    adjustable_quantity: Type.Optional(AdjustableQuantity),
  },
  { additionalProperties: false },
);

const LinkLine = Type.Object(
  {
    price: Type.String(),
    quantity: Type.Integer(),
    adjustable_quantity: nullable(QuantityBounds),
  },
  { title: 'Payment link line' },
);
export type LinkLine = Static<typeof LinkLine>;

export const linkStates = ['active', 'inactive', 'expired', 'used_up'] as const;
export type LinkState = (typeof linkStates)[number];

export type PaymentLinkRow = Omit<Selectable<PaymentLinks>, 'currency' | 'line_items' | 'tax_address' | 'metadata'> & {
  currency: Currency;
  line_items: LinkLine[];
  tax_address: Place | null;
  metadata: Metadata;
};

export const PaymentLinkObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('payment_link'),
    url: Type.String({ description: 'Give this to your customers: in a mail, on a page, in print.' }),
    qr_code_url: Type.String({ description: 'The address as a QR code, an SVG for print.' }),
    status: Type.Enum([...linkStates], {
      description: 'What a visitor meets now: only `active` opens a session. `used_up`: its limit is reached.',
    }),
    active: Type.Boolean({ description: 'Whether you have it switched on.' }),
    currency: Type.String(),
    line_items: Type.Array(LinkLine),
    allow_promotion_codes: Type.Boolean(),
    automatic_tax: Type.Boolean(),
    tax_address: nullable(Type.Object({ country: Type.String(), state: Type.Optional(Type.String()) })),
    success_url: nullable(Type.String()),
    success_message: nullable(Type.String({ description: 'What a paid customer reads on our page.' })),
    custom_text: nullable(Type.String({ description: 'Shown above the pay button.' })),
    locale: nullable(Type.String({ description: 'Null: the language of the visitor’s browser.' })),
    merchant_reference: nullable(Type.String({ description: 'Of every session it makes.' })),
    metadata: Metadata,
    max_completed_sessions: nullable(Type.Integer({ description: 'Null: any number.' })),
    sessions_completed: Type.Integer(),
    expires_at: nullable(Type.String({ format: 'date-time' })),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Payment link' },
);
export type PaymentLinkObject = Static<typeof PaymentLinkObject>;

/** Payments under way hold their place: what they leave over is not told to be free before they have failed. */
export function stateOf(link: PaymentLinkRow, now: Date): LinkState {
  if (!link.active) return 'inactive';
  if (link.expires_at !== null && link.expires_at <= now) return 'expired';
  const { max_completed_sessions: most } = link;
  return most !== null && link.sessions_completed >= most ? 'used_up' : 'active';
}

export function paymentLinkObject(env: Env, p: PaymentLinkRow): PaymentLinkObject {
  const url = `${env.config.public_url}/l/${p.id}`;
  return {
    id: p.id,
    object: 'payment_link',
    url,
    qr_code_url: `${url}/qr.svg`,
    status: stateOf(p, env.clock.now()),
    active: p.active,
    currency: p.currency,
    line_items: p.line_items,
    allow_promotion_codes: p.allow_promotion_codes,
    automatic_tax: p.automatic_tax,
    tax_address: p.tax_address,
    success_url: p.success_url,
    success_message: p.success_message,
    custom_text: p.custom_text,
    locale: p.locale,
    merchant_reference: p.merchant_reference,
    metadata: p.metadata,
    max_completed_sessions: p.max_completed_sessions,
    sessions_completed: p.sessions_completed,
    expires_at: p.expires_at?.toISOString() ?? null,
    created_at: p.created_at.toISOString(),
    updated_at: p.updated_at.toISOString(),
  };
}

export async function findPaymentLink(query: Executor | Tx, account_id: string, id: string): Promise<PaymentLinkRow> {
  const row = await query
    .selectFrom('payment_links')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('payment link', id);
  return row as unknown as PaymentLinkRow;
}

export async function lockPaymentLink(tx: Tx, account_id: string, id: string): Promise<PaymentLinkRow> {
  const row = await tx
    .selectFrom('payment_links')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('payment link', id);
  return row as unknown as PaymentLinkRow;
}
