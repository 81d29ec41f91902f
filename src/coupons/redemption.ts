// The use of a promotion code by a payment, counted exactly once: reserved in the transaction that records the payment, confirmed when it
// is paid, released when it is not. Must never decide a limit by a look: each is a condition of the statement that counts.

import { sql } from 'kysely';
import type { Executor, Statement, Tx } from '../db/db.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import type { Refused } from './discount.ts';
import type { Promotion } from './promotion-code.ts';

export type Redeemer = { customer: string | null; email: string | null };

export type Redemption = Redeemer & {
  promotion: Promotion;
  checkout_session_id: string;
  /** Null: the session itself uses it, because the code takes everything off. */
  payment_id: string | null;
  amount_discount: number;
  currency: string;
};

export const redemptionGuard = 'promotion_code';

export const small = (email: string | null) => email?.toLowerCase() ?? null;

/**
 * Three statements, each waiting for the rows of the one before: the code is counted up where it still counts, then its coupon, then the
 * row is written. The code's row is held from the first on, so the count of a customer's uses in the third is of one moment; of
 * first orders by different codes, the unique keys let one through.
 */
export function reserve(ctx: Ctx, use: Redemption): Statement[] {
  const { code, coupon } = use.promotion;
  const { account_id } = ctx.account;
  const now = ctx.env.clock.now();
  const customer = use.customer;
  const email = small(use.email);
  return [
    countCode(ctx, code.id, customer),
    countCoupon(ctx, coupon.id),
    {
      name: 'redemption_row',
      text: `with made as (
          insert into coupon_redemptions (account_id, id, coupon_id, promotion_code_id, checkout_session_id, payment_id, customer_id, email,
            status, first_order, amount_discount, currency, created_at, updated_at)
          select c.account_id, $3, c.coupon_id, c.id, $4, $5, $6::text, $7::text, 'reserved', c.first_order_only, $8::bigint, $9, $10, $10
          from promotion_codes c where c.account_id = $1 and c.id = $2
            and (c.max_per_customer is null or (($6::text is not null or $7::text is not null) and c.max_per_customer > ${usesOf('c.id', '$6', '$7')}))
            and (not c.first_order_only or (($6::text is not null or $7::text is not null) and not ${paidBefore('$6', '$7')}))
          on conflict do nothing returning 1)
        ${expect('made')}`,
      values: [
        account_id,
        code.id,
        newId('red', ctx.env),
        use.checkout_session_id,
        use.payment_id,
        customer,
        email,
        use.amount_discount,
        use.currency,
        now,
      ],
    },
  ];
}

export const expect = (rows: string) => `select florin_expect((select count(*) from ${rows}), 1, '${redemptionGuard}')`;

/** The code is used once more, if it still counts for this customer. */
export const countCode = (ctx: Ctx, id: string, customer: string | null): Statement => ({
  name: 'redemption_code',
  text: `with counted as (
      update promotion_codes set times_reserved = times_reserved + 1
      where account_id = $1 and id = $2 and active and (valid_from is null or valid_from <= $3) and (expires_at is null or expires_at > $3)
        and (max_redemptions is null or times_reserved + times_redeemed < max_redemptions)
        and (cardinality(customer_ids) = 0 or $4::text = any (customer_ids)) returning 1)
    ${expect('counted')}`,
  values: [ctx.account.account_id, id, ctx.env.clock.now(), customer],
});

export const countCoupon = (ctx: Ctx, id: string): Statement => ({
  name: 'redemption_coupon',
  text: `with counted as (
      update coupons set times_reserved = times_reserved + 1
      where account_id = $1 and id = $2 and deleted_at is null and (valid_from is null or valid_from <= $3) and (valid_until is null or valid_until > $3)
        and (max_redemptions is null or times_reserved + times_redeemed < max_redemptions) returning 1)
    ${expect('counted')}`,
  values: [ctx.account.account_id, id, ctx.env.clock.now()],
});

/**
 * A customer is who they are by id, and who they say they are by e-mail: either one counts. Each is looked up by an index of its own: a code
 * that many have used is not read through for one of them.
 */
export const usesOf = (code: string, customer: string, email: string) =>
  `(select count(*) from (
      select r.id from coupon_redemptions r where r.account_id = $1 and r.customer_id = ${customer}::text and r.promotion_code_id = ${code} and r.status <> 'released'
      union
      select r.id from coupon_redemptions r where r.account_id = $1 and r.email = ${email}::text and r.promotion_code_id = ${code} and r.status <> 'released') used)`;

export const paidBefore = (customer: string, email: string) =>
  `(exists (select from payments p where p.account_id = $1 and p.customer_id = ${customer}::text and p.amount_authorized > 0)
    or exists (select from payments p where p.account_id = $1 and lower(p.email) = ${email}::text and p.amount_authorized > 0))`;

/** Why a customer may not use a code, as far as it is known who they are. A look for the page; `reserve` is what counts. */
export async function refusedBefore(
  query: Executor | Tx,
  { code }: Promotion,
  who: Redeemer,
): Promise<Refused | undefined> {
  const email = small(who.email);
  if (who.customer === null && email === null) return undefined;
  const { rows } = await sql<{ uses: number; paid: boolean; first: boolean }>`
    with theirs as (
      select r.id, r.promotion_code_id, r.first_order from coupon_redemptions r
      where r.account_id = ${code.account_id} and r.customer_id = ${who.customer}::text and r.status <> 'released'
      union
      select r.id, r.promotion_code_id, r.first_order from coupon_redemptions r
      where r.account_id = ${code.account_id} and r.email = ${email}::text and r.status <> 'released')
    select (select count(*)::int from theirs where promotion_code_id = ${code.id}) as uses,
      (exists (select from payments p where p.account_id = ${code.account_id} and p.customer_id = ${who.customer}::text and p.amount_authorized > 0)
        or exists (select from payments p where p.account_id = ${code.account_id} and lower(p.email) = ${email}::text and p.amount_authorized > 0)) as paid,
      exists (select from theirs where first_order) as first`.execute(query);
  const found = rows[0];
  if (!found) return undefined;
  if (code.first_order_only && (found.paid || found.first)) return { refused: 'first_order', minimum: null };
  if (code.max_per_customer !== null && found.uses >= code.max_per_customer)
    return { refused: 'per_customer', minimum: null };
  return undefined;
}

/** The payment was paid: what was reserved is used up. Once, however often it is called. */
export const confirmRedemption = (ctx: Ctx, tx: Tx, payment_id: string): Promise<void> =>
  end(ctx, tx, { payment_id }, 'confirmed');

/** The order came to nothing by the code, and is complete. */
export const confirmForSession = (ctx: Ctx, tx: Tx, checkout_session_id: string): Promise<void> =>
  end(ctx, tx, { checkout_session_id }, 'confirmed');

/** The card that such an order needs could not be put on file: the use is free again. */
export const releaseForSession = (ctx: Ctx, tx: Tx, checkout_session_id: string): Promise<void> =>
  end(ctx, tx, { checkout_session_id }, 'released');

/** The payment was not paid, or was given back as a second one: the use is free again. */
export const releaseRedemption = (ctx: Ctx, tx: Tx, payment_id: string): Promise<void> =>
  end(ctx, tx, { payment_id }, 'released');

type User = { payment_id: string } | { checkout_session_id: string };

async function end(ctx: Ctx, tx: Tx, user: User, status: 'confirmed' | 'released'): Promise<void> {
  const { account_id } = ctx.account;
  const now = ctx.env.clock.now();
  const row = await tx
    .updateTable('coupon_redemptions')
    .set({ status, updated_at: now })
    .where('account_id', '=', account_id)
    .where((eb) =>
      'payment_id' in user
        ? eb('payment_id', '=', user.payment_id)
        : eb.and([eb('checkout_session_id', '=', user.checkout_session_id), eb('payment_id', 'is', null)]),
    )
    .where('status', '=', 'reserved')
    .returning(['promotion_code_id', 'coupon_id'])
    .executeTakeFirst();
  if (row) await moveCounts(ctx, tx, row, status);
}

/** What was reserved is redeemed, or free again. The code before its coupon, as everywhere. */
export async function moveCounts(
  ctx: Ctx,
  tx: Tx,
  row: { promotion_code_id: string | null; coupon_id: string },
  status: 'confirmed' | 'released',
): Promise<void> {
  const { account_id } = ctx.account;
  const redeemed = status === 'confirmed' ? 1 : 0;
  await sql`update promotion_codes set times_reserved = times_reserved - 1, times_redeemed = times_redeemed + ${redeemed}
    where account_id = ${account_id} and id = ${row.promotion_code_id}`.execute(tx);
  await sql`update coupons set times_reserved = times_reserved - 1, times_redeemed = times_redeemed + ${redeemed}
    where account_id = ${account_id} and id = ${row.coupon_id}`.execute(tx);
}
