// Who used a coupon: the list of redemptions, by coupon, code or customer. Only reads; they are counted in redemption.ts.

import { sql } from 'kysely';
import Type from 'typebox';
import { Id, ListOf, nullable, pageFields } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';

const statuses = ['reserved', 'confirmed', 'released'] as const;

export const RedemptionObject = Type.Object(
  {
    id: Type.String({ description: '`red_…`' }),
    object: Type.Literal('redemption'),
    coupon: Type.String(),
    promotion_code: nullable(Type.String({ description: 'Null: you gave the coupon without a code.' })),
    code: nullable(Type.String()),
    customer: nullable(Type.String()),
    email: nullable(Type.String()),
    payment: nullable(Type.String()),
    subscription: nullable(Type.String()),
    status: Type.Enum([...statuses], {
      description: '`reserved` while a payment is under way, `confirmed` when it is paid, `released` when it is not.',
    }),
    amount_discount: Type.Integer(),
    currency: Type.String(),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Redemption' },
);

type Row = {
  id: string;
  coupon_id: string;
  promotion_code_id: string | null;
  code: string | null;
  customer_id: string | null;
  email: string | null;
  payment_id: string | null;
  subscription_id: string | null;
  status: (typeof statuses)[number];
  amount_discount: number;
  currency: string;
  created_at: Date;
};

const redemptionObject = (row: Row): Type.Static<typeof RedemptionObject> => ({
  id: row.id,
  object: 'redemption',
  coupon: row.coupon_id,
  promotion_code: row.promotion_code_id,
  code: row.code,
  customer: row.customer_id,
  email: row.email,
  payment: row.payment_id,
  subscription: row.subscription_id,
  status: row.status,
  amount_discount: row.amount_discount,
  currency: row.currency,
  created_at: row.created_at.toISOString(),
});

export const listRedemptions = operation({
  name: 'redemptions.list',
  scope: 'promotion_codes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List redemptions',
  description: 'Newest first. Filters add up.',
  input: Type.Object(
    {
      ...pageFields,
      coupon: Type.Optional(Id),
      promotion_code: Type.Optional(Id),
      customer: Type.Optional(Id),
    },
    { additionalProperties: false },
  ),
  output: ListOf(RedemptionObject),
  faults: ['parameter_invalid'],
  example: { coupon: '{coupon}', limit: 3 },
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'coupon_redemptions',
      where: {
        account_id: ctx.account.account_id,
        coupon_id: input.coupon,
        promotion_code_id: input.promotion_code,
        customer_id: input.customer,
      },
      columns: [
        sql`*, (select c.code from promotion_codes c
          where c.account_id = coupon_redemptions.account_id and c.id = coupon_redemptions.promotion_code_id) as code`,
      ],
      show: each(redemptionObject),
    }),
});
