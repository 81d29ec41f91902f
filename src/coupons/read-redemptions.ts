// Who used a coupon: the list of redemptions, by coupon, code or customer. Only reads; they are counted in redemption.ts.

import { sql } from 'kysely';
import Type from 'typebox';
import { toList, windowOf } from '../kit/page.ts';
import { Id, ListOf, nullable, pageFields } from '../operation/fields.ts';
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
  async run(ctx, input) {
    const window = windowOf(input);
    const conditions = [
      sql`r.account_id = ${ctx.account.account_id}`,
      input.coupon && sql`r.coupon_id = ${input.coupon}`,
      input.promotion_code && sql`r.promotion_code_id = ${input.promotion_code}`,
      input.customer && sql`r.customer_id = ${input.customer}`,
      window.after && sql`r.id < ${window.after}`,
      window.before && sql`r.id > ${window.before}`,
    ].filter((one) => typeof one === 'object');
    const { rows } = await sql<Row>`
      select r.id, r.coupon_id, r.promotion_code_id, c.code, r.customer_id, r.email, r.payment_id, r.subscription_id, r.status,
        r.amount_discount, r.currency, r.created_at
      from coupon_redemptions r left join promotion_codes c on c.account_id = r.account_id and c.id = r.promotion_code_id
      where ${sql.join(conditions, sql` and `)}
      order by r.id ${window.before === undefined ? sql`desc` : sql`asc`} limit ${window.limit + 1}`.execute(
      ctx.env.db.query,
    );
    return toList(rows, window, redemptionObject);
  },
});
