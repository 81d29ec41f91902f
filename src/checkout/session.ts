// A checkout session: what one customer is asked to pay, for an hour, until one attempt succeeds. Its public shape and how it is found.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { CheckoutSessions } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import { maxAmount } from '../kit/money.ts';
import type { Env } from '../operation/context.ts';
import { Metadata, nullable, text, Url } from '../operation/fields.ts';

export const LineItem = Type.Object(
  {
    name: text(250),
    description: Type.Optional(text(500)),
    quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    unit_amount: Type.Integer({ minimum: 0, maximum: maxAmount, description: 'Price of one, minor units.' }),
    image_url: Type.Optional(Url),
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

export type SessionRow = Omit<
  Selectable<CheckoutSessions>,
  'status' | 'payment_status' | 'currency' | 'line_items' | 'taxes' | 'discounts' | 'metadata'
> & {
  status: 'open' | 'complete' | 'expired';
  payment_status: 'unpaid' | 'processing' | 'paid';
  currency: Currency;
  line_items: LineItem[];
  taxes: Extra[];
  discounts: Extra[];
  metadata: Metadata;
};

export const SessionObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('checkout_session'),
    status: Type.Enum(['open', 'complete', 'expired']),
    payment_status: Type.Enum(['unpaid', 'processing', 'paid']),
    url: nullable(Type.String({ description: 'Send the customer here; null when the session is no longer open.' })),
    amount_total: Type.Integer({ description: 'What the customer is charged. Minor units of `currency`.' }),
    currency: Type.String(),
    capture: Type.Boolean(),
    line_items: Type.Array(LineItem),
    taxes: Type.Array(Extra),
    discounts: Type.Array(Extra),
    customer: nullable(Type.String()),
    customer_email: nullable(Type.String()),
    payment: nullable(Type.String({ description: 'The payment that is under way or that paid.' })),
    success_url: nullable(Type.String()),
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
    status: s.status,
    payment_status: s.payment_status,
    url: s.status === 'open' ? `${env.config.public_url}/pay/${s.id}` : null,
    amount_total: s.amount_total,
    currency: s.currency,
    capture: s.capture,
    line_items: s.line_items,
    taxes: s.taxes,
    discounts: s.discounts,
    customer: s.customer_id,
    customer_email: s.customer_email,
    payment: s.payment_id,
    success_url: s.success_url,
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
