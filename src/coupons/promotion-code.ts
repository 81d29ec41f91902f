// A promotion code: the text by which a customer takes a coupon, with limits of its own. How it is found by what was typed.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { PromotionCodes } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import type { Random } from '../kit/id.ts';
import { Metadata, nullable } from '../operation/fields.ts';
import { AmountsField, type CouponRow, findCoupon } from './coupon.ts';
import type { CodeTerms } from './discount.ts';

export type PromotionCodeRow = Omit<Selectable<PromotionCodes>, keyof CodeTerms | 'metadata'> &
  CodeTerms & { metadata: Metadata };

export const PromotionCodeObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('promotion_code'),
    code: Type.String({ description: 'Shown in capitals; customers may type it in any way.' }),
    coupon: Type.String(),
    status: Type.Enum(['active', 'inactive', 'archived'], { description: 'Archived: its coupon was deleted.' }),
    customers: Type.Array(Type.String(), { description: 'Who may use it; empty: anybody.' }),
    max_redemptions: nullable(Type.Integer()),
    max_per_customer: nullable(Type.Integer()),
    first_order_only: Type.Boolean(),
    minimum_amounts: AmountsField('Currency → the least subtotal.'),
    valid_from: nullable(Type.String({ format: 'date-time' })),
    expires_at: nullable(Type.String({ format: 'date-time' })),
    times_redeemed: Type.Integer({ description: 'By payments that were paid, and subscriptions that began.' }),
    times_reserved: Type.Integer({
      description: 'By payments under way and subscriptions that are incomplete; they count against the limit, too.',
    }),
    metadata: Metadata,
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Promotion code' },
);
export type PromotionCodeObject = Static<typeof PromotionCodeObject>;

export const promotionCodeObject = (p: PromotionCodeRow): PromotionCodeObject => ({
  id: p.id,
  object: 'promotion_code',
  code: p.code,
  coupon: p.coupon_id,
  status: p.archived ? 'archived' : p.active ? 'active' : 'inactive',
  customers: p.customer_ids,
  max_redemptions: p.max_redemptions,
  max_per_customer: p.max_per_customer,
  first_order_only: p.first_order_only,
  minimum_amounts: p.minimum_amounts,
  valid_from: p.valid_from?.toISOString() ?? null,
  expires_at: p.expires_at?.toISOString() ?? null,
  times_redeemed: p.times_redeemed,
  times_reserved: p.times_reserved,
  metadata: p.metadata,
  created_at: p.created_at.toISOString(),
  updated_at: p.updated_at.toISOString(),
});

/** Spaces around it and the way it is typed mean nothing. */
export const codeText = (typed: string): string => typed.trim().toUpperCase();

/** No letter that looks like a digit: it is read out and typed. Ten of these carry 49 bits. */
const letters = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

export function generatedCode(random: Random): string {
  let text = '';
  while (text.length < 10)
    for (const byte of random.bytes(16)) if (byte < 248 && text.length < 10) text += letters[byte % letters.length];
  return text;
}

export async function findPromotionCode(
  query: Executor | Tx,
  account_id: string,
  id: string,
  param = 'id',
): Promise<PromotionCodeRow> {
  const row = await query
    .selectFrom('promotion_codes')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('promotion code', id, param);
  return row as unknown as PromotionCodeRow;
}

export type Promotion = { code: PromotionCodeRow; coupon: CouponRow };

/** By what a customer typed: the active code of that text, else the newest that ever had it, which says why it is refused. */
export async function findTyped(
  query: Executor | Tx,
  account_id: string,
  typed: string,
): Promise<Promotion | undefined> {
  const row = await query
    .selectFrom('promotion_codes')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('code', '=', codeText(typed))
    .orderBy('active', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && (await withCoupon(query, row as unknown as PromotionCodeRow));
}

export async function findPromotion(query: Executor | Tx, account_id: string, id: string): Promise<Promotion> {
  return await withCoupon(query, await findPromotionCode(query, account_id, id, 'promotion_code'));
}

async function withCoupon(query: Executor | Tx, code: PromotionCodeRow): Promise<Promotion> {
  return { code, coupon: await findCoupon(query, code.account_id, code.coupon_id) };
}
