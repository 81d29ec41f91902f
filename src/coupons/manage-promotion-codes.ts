// The operations on promotion codes: create, get, list, enable, disable. Of one text an account has one active code.

import Type from 'typebox';
import { isDuplicate, type Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, ListOf, Metadata, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { AmountsField, amountsOf, lockCoupon } from './coupon.ts';
import { Instant, Limit, spanOf } from './manage-coupons.ts';
import {
  codeText,
  findPromotionCode,
  generatedCode,
  PromotionCodeObject,
  type PromotionCodeRow,
  promotionCodeObject,
} from './promotion-code.ts';

export const createPromotionCode = operation({
  name: 'promotion_codes.create',
  scope: 'promotion_codes:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a promotion code',
  description:
    'The text by which customers take a coupon. Left out, `code` is made for you: ten letters that nobody mixes up.',
  input: Type.Object(
    {
      coupon: Id,
      code: Type.Optional(
        Type.String({
          minLength: 3,
          maxLength: 50,
          pattern: '^[A-Za-z0-9_-]+$',
          description: '3 to 50 letters, digits, hyphens or underscores; capitals and small letters are the same.',
        }),
      ),
      customers: Type.Optional(Type.Array(Id, { maxItems: 100, description: 'Who may use it; left out: anybody.' })),
      max_redemptions: Type.Optional(Limit),
      max_per_customer: Type.Optional(Limit),
      first_order_only: Type.Optional(
        Type.Boolean({ description: 'Only for customers who have paid nothing before.' }),
      ),
      minimum_amounts: Type.Optional(
        AmountsField('Currency → the least subtotal. It counts in these currencies only.'),
      ),
      valid_from: Type.Optional(Instant),
      expires_at: Type.Optional(Instant),
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: PromotionCodeObject,
  faults: ['not_found', 'parameter_invalid', 'state_invalid', 'currency_unsupported'],
  example: { coupon: '{coupon}', max_redemptions: 100, first_order_only: true },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const { start, end } = spanOf(input.valid_from, input.expires_at, ['valid_from', 'expires_at']);
    // Held: a coupon that is deleted at this moment gets no code any more.
    const coupon = await lockCoupon(tx, account_id, input.coupon);
    await refuseForeign(tx, account_id, input.customers ?? []);
    const now = ctx.env.clock.now();
    const row = await tx
      .insertInto('promotion_codes')
      .values({
        account_id,
        id: newId('promo', ctx.env),
        coupon_id: coupon.id,
        code: input.code === undefined ? generatedCode(ctx.env.random) : codeText(input.code),
        customer_ids: [...new Set(input.customers ?? [])],
        max_redemptions: input.max_redemptions ?? null,
        max_per_customer: input.max_per_customer ?? null,
        first_order_only: input.first_order_only ?? false,
        minimum_amounts: JSON.stringify(amountsOf(input.minimum_amounts, 'minimum_amounts')),
        valid_from: start,
        expires_at: end,
        metadata: JSON.stringify(input.metadata ?? {}),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTaken);
    const object = promotionCodeObject(row as unknown as PromotionCodeRow);
    await emit(ctx, tx, 'promotion_code.created', object);
    return object;
  },
});

function refuseTaken(error: unknown): never {
  if (!isDuplicate(error)) throw error;
  throw new Fault(
    'state_invalid',
    'An active promotion code has this text. Disable that one, or choose another text.',
    {
      param: 'code',
      cause: error,
    },
  );
}

async function refuseForeign(tx: Tx, account_id: string, customers: readonly string[]): Promise<void> {
  if (customers.length === 0) return;
  const rows = await tx
    .selectFrom('customers')
    .select('id')
    .where('account_id', '=', account_id)
    .where('id', 'in', [...customers])
    .where('deleted_at', 'is', null)
    .execute();
  const known = new Set(rows.map((row) => row.id));
  const at = customers.findIndex((id) => !known.has(id));
  if (at !== -1) throw notFound('customer', customers[at] ?? '', `customers[${at}]`);
}

export const getPromotionCode = operation({
  name: 'promotion_codes.get',
  scope: 'promotion_codes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a promotion code',
  description: 'In every status.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PromotionCodeObject,
  faults: ['not_found'],
  example: { id: '{promotion_code}' },
  run: async (ctx, input) =>
    promotionCodeObject(await findPromotionCode(ctx.env.db.query, ctx.account.account_id, input.id)),
});

export const listPromotionCodes = operation({
  name: 'promotion_codes.list',
  scope: 'promotion_codes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List promotion codes',
  description: 'Newest first.',
  input: Type.Object(
    {
      ...pageFields,
      coupon: Type.Optional(Id),
      code: Type.Optional(text(50)),
      active: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  output: ListOf(PromotionCodeObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'promotion_codes',
      where: {
        account_id: ctx.account.account_id,
        coupon_id: input.coupon,
        code: input.code && codeText(input.code),
        active: input.active,
      },
      show: each(promotionCodeObject),
    }),
});

const switching = (active: boolean) =>
  operation({
    name: active ? 'promotion_codes.enable' : 'promotion_codes.disable',
    scope: 'promotion_codes:write',
    actors: ['secret', 'system'],
    kind: 'write',
    summary: active ? 'Enable a promotion code' : 'Disable a promotion code',
    description: active
      ? 'It is taken again. An archived one never is.'
      : 'It is refused from this moment on, also by pages that show it. Payments under way keep it.',
    input: Type.Object({ id: Id }, { additionalProperties: false }),
    output: PromotionCodeObject,
    faults: ['not_found', 'state_invalid'],
    example: { id: '{promotion_code}' },
    async run(ctx, input, tx) {
      const row = await lockCode(ctx, tx, input.id);
      if (active && row.archived)
        throw new Fault('state_invalid', 'The coupon of this code was deleted. Create another coupon and code.', {
          param: 'id',
        });
      if (row.active === active) return promotionCodeObject(row);
      const changed = await tx
        .updateTable('promotion_codes')
        .set({ active, updated_at: ctx.env.clock.now() })
        .where('account_id', '=', row.account_id)
        .where('id', '=', row.id)
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch(refuseTaken);
      const object = promotionCodeObject(changed as unknown as PromotionCodeRow);
      await emit(ctx, tx, 'promotion_code.updated', object);
      return object;
    },
  });

export const enablePromotionCode = switching(true);
export const disablePromotionCode = switching(false);

async function lockCode(ctx: Ctx, tx: Tx, id: string): Promise<PromotionCodeRow> {
  const row = await tx
    .selectFrom('promotion_codes')
    .selectAll()
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('promotion code', id);
  return row as unknown as PromotionCodeRow;
}
