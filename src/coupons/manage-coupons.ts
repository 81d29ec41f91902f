// The operations on coupons: create, get, list, rename, delete. What a coupon takes off is never changed: whoever holds a code was
// promised it.

import { sql } from 'kysely';
import Type from 'typebox';
import { findPrices } from '../catalog/price.ts';
import type { Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, instantOf, ListOf, Metadata, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import {
  AmountsField,
  amountsOf,
  CouponObject,
  type CouponRow,
  couponObject,
  findCoupon,
  lockCoupon,
} from './coupon.ts';

export const Instant = Type.String({ format: 'date-time' });
export const Limit = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });

/** From before until; a span that never is, is a mistake. */
export function spanOf(from: string | undefined, until: string | undefined, names: [string, string]) {
  const start = from === undefined ? null : instantOf(from, names[0]);
  const end = until === undefined ? null : instantOf(until, names[1]);
  if (start && end && end <= start)
    throw new Fault('parameter_invalid', `'${names[1]}' must be after '${names[0]}'.`, { param: names[1] });
  return { start, end };
}

const Input = Type.Object(
  {
    name: text(100, 'Customers see it beside the discount.'),
    percentage_bps: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'Basis points: 2500 is 25 %. Either this or `fixed_amounts`.',
      }),
    ),
    fixed_amounts: Type.Optional(
      AmountsField('Currency → minor units: `{"USD": 500}`. It counts in these currencies only.'),
    ),
    applies_to: Type.Optional(Type.Enum(['all', 'products', 'prices'], { description: '`all` when left out.' })),
    products: Type.Optional(Type.Array(Id, { maxItems: 100 })),
    prices: Type.Optional(Type.Array(Id, { maxItems: 100 })),
    duration: Type.Optional(
      Type.Enum(['once', 'repeating', 'forever'], {
        description:
          'On a subscription: for its first invoice with an amount, for so many months, or for all of it. `once` when left out; a single payment is one.',
      }),
    ),
    duration_months: Type.Optional(Type.Integer({ minimum: 1, maximum: 120, description: 'With `repeating`.' })),
    valid_from: Type.Optional(Instant),
    valid_until: Type.Optional(Instant),
    max_redemptions: Type.Optional(Limit),
    minimum_amounts: Type.Optional(AmountsField('Currency → the least subtotal. It counts in these currencies only.')),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false },
);
type Input = Type.Static<typeof Input>;

export const createCoupon = operation({
  name: 'coupons.create',
  scope: 'coupons:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a coupon',
  description:
    'Says what is taken off: `percentage_bps` or `fixed_amounts`, of everything or of some products or prices. Customers take it by its promotion codes.',
  input: Input,
  output: CouponObject,
  faults: ['parameter_missing', 'parameter_invalid', 'currency_unsupported', 'not_found'],
  example: { name: 'Spring sale', percentage_bps: 2500, max_redemptions: 1000 },
  async run(ctx, input, tx) {
    refuseContradictions(input);
    await refuseForeign(ctx, tx, input);
    const { start, end } = spanOf(input.valid_from, input.valid_until, ['valid_from', 'valid_until']);
    const now = ctx.env.clock.now();
    const row = await tx
      .insertInto('coupons')
      .values({
        account_id: ctx.account.account_id,
        id: newId('coup', ctx.env),
        name: input.name,
        discount_type: input.percentage_bps === undefined ? 'fixed_amount' : 'percentage',
        percentage_bps: input.percentage_bps ?? null,
        fixed_amounts: input.fixed_amounts ? JSON.stringify(amountsOf(input.fixed_amounts, 'fixed_amounts')) : null,
        applies_to: input.applies_to ?? 'all',
        product_ids: input.products ?? [],
        price_ids: input.prices ?? [],
        duration: input.duration ?? 'once',
        duration_months: input.duration_months ?? null,
        valid_from: start,
        valid_until: end,
        max_redemptions: input.max_redemptions ?? null,
        minimum_amounts: JSON.stringify(amountsOf(input.minimum_amounts, 'minimum_amounts')),
        metadata: JSON.stringify(input.metadata ?? {}),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const object = couponObject(row as unknown as CouponRow);
    await emit(ctx, tx, 'coupon.created', object);
    return object;
  },
});

function refuseContradictions(input: Input): void {
  const bad = (param: string, message: string) => new Fault('parameter_invalid', message, { param });
  if (input.percentage_bps !== undefined && input.fixed_amounts)
    throw bad('fixed_amounts', 'Give either percentage_bps or fixed_amounts, not both.');
  if (input.percentage_bps === undefined && Object.keys(input.fixed_amounts ?? {}).length === 0)
    throw new Fault('parameter_missing', 'Give percentage_bps, or fixed_amounts with at least one currency.', {
      param: 'percentage_bps',
    });
  for (const name of ['products', 'prices'] as const) {
    const named = (input[name]?.length ?? 0) > 0;
    if (named && input.applies_to !== name)
      throw bad(name, `'${name}' counts only when applies_to is '${name}'. Set it, or leave '${name}' out.`);
    if (!named && input.applies_to === name)
      throw new Fault('parameter_missing', `'${name}' is required: at least one that the coupon applies to.`, {
        param: name,
      });
  }
  if ((input.duration === 'repeating') !== (input.duration_months !== undefined))
    throw bad('duration_months', "'duration_months' goes with duration 'repeating', and with that alone.");
}

async function refuseForeign(ctx: Ctx, tx: Tx, { products = [], prices = [] }: Input): Promise<void> {
  const { account_id } = ctx.account;
  if (products.length > 0) {
    const rows = await tx
      .selectFrom('products')
      .select('id')
      .where('account_id', '=', account_id)
      .where('id', 'in', products)
      .execute();
    const known = new Set(rows.map((row) => row.id));
    const at = products.findIndex((id) => !known.has(id));
    if (at !== -1) throw notFound('product', products[at] ?? '', `products[${at}]`);
  }
  const known = new Set((await findPrices(tx, account_id, prices)).map(({ price }) => price.id));
  const at = prices.findIndex((id) => !known.has(id));
  if (at !== -1) throw notFound('price', prices[at] ?? '', `prices[${at}]`);
}

export const getCoupon = operation({
  name: 'coupons.get',
  scope: 'coupons:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a coupon',
  description: 'A deleted one says so.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CouponObject,
  faults: ['not_found'],
  example: { id: '{coupon}' },
  run: async (ctx, input) => couponObject(await findCoupon(ctx.env.db.query, ctx.account.account_id, input.id, 'id')),
});

export const listCoupons = operation({
  name: 'coupons.list',
  scope: 'coupons:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List coupons',
  description: 'Newest first, deleted ones left out.',
  input: Type.Object(
    {
      ...pageFields,
      discount_type: Type.Optional(Type.Enum(['percentage', 'fixed_amount'])),
      duration: Type.Optional(Type.Enum(['once', 'repeating', 'forever'])),
    },
    { additionalProperties: false },
  ),
  output: ListOf(CouponObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'coupons',
      where: {
        account_id: ctx.account.account_id,
        deleted_at: null,
        discount_type: input.discount_type,
        duration: input.duration,
      },
      show: each(couponObject),
    }),
});

export const updateCoupon = operation({
  name: 'coupons.update',
  scope: 'coupons:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Rename a coupon',
  description: 'Its name and its metadata. What it takes off stays: make another coupon for that.',
  input: Type.Object(
    { id: Id, name: Type.Optional(text(100)), metadata: Type.Optional(Metadata) },
    { additionalProperties: false },
  ),
  output: CouponObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{coupon}', name: 'Early spring sale' },
  async run(ctx, input, tx) {
    await lockCoupon(tx, ctx.account.account_id, input.id, 'id');
    const { id, name, metadata } = input;
    const row = await tx
      .updateTable('coupons')
      .set({
        ...(name === undefined ? {} : { name }),
        ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
        updated_at: ctx.env.clock.now(),
      })
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const object = couponObject(row as unknown as CouponRow);
    await emit(ctx, tx, 'coupon.updated', object);
    return object;
  },
});

export const deleteCoupon = operation({
  name: 'coupons.delete',
  scope: 'coupons:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Delete a coupon',
  description:
    'Its codes are refused from this moment on, also by pages that show one. What was bought with it stays as it is.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CouponObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{unused_coupon}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const now = ctx.env.clock.now();
    // Codes before their coupon, as a payment takes them (redemption.ts): the two never wait for each other in a ring.
    await sql`select id from promotion_codes where account_id = ${account_id} and coupon_id = ${input.id} order by id for no key update`.execute(
      tx,
    );
    await lockCoupon(tx, account_id, input.id, 'id');
    const row = await tx
      .updateTable('coupons')
      .set({ deleted_at: now, updated_at: now })
      .where('account_id', '=', account_id)
      .where('id', '=', input.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await tx
      .updateTable('promotion_codes')
      .set({ active: false, archived: true, updated_at: now })
      .where('account_id', '=', account_id)
      .where('coupon_id', '=', input.id)
      .execute();
    const object = couponObject(row as unknown as CouponRow);
    await emit(ctx, tx, 'coupon.deleted', object);
    return object;
  },
});
