// The promotion code of a session that its customer takes or removes on the page. What it takes off is computed here; that it counts is
// decided again when the payment is recorded (src/coupons/redemption.ts).

import Type, { type Static } from 'typebox';
import { refusals } from '../coupons/discount.ts';
import { Fault } from '../kit/fault.ts';
import { Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { redeemerOf } from './guest.ts';
import { followSums } from './local-currency.ts';
import { orderOf, quoteOf, takeCode } from './quote.ts';
import { lockSession, type SessionRow } from './session.ts';
import { refuseOtherPage } from './standing.ts';

export const PromotionResult = Type.Object({
  state: Type.Enum(['applied', 'removed', 'refused']),
  /** Why; the page says it in the customer's language. */
  refused: nullable(Type.Enum([...refusals])),
  /** With `minimum`: the least subtotal, minor units. */
  minimum: nullable(Type.Integer()),
});
export type PromotionResult = Static<typeof PromotionResult>;

export const setPromotionCode = operation({
  name: 'checkout.set_promotion_code',
  scope: 'checkout:write',
  actors: ['page'],
  kind: 'write',
  summary: 'Take or remove a promotion code on the hosted page',
  description: 'A code that is refused leaves the one before as it is. Null removes it.',
  input: Type.Object(
    { id: Id, code: nullable(Type.String({ minLength: 1, maxLength: 100 })) },
    { additionalProperties: false },
  ),
  output: PromotionResult,
  faults: ['not_found', 'session_complete', 'session_expired', 'payment_in_progress', 'feature_unavailable'],
  async run(ctx, input, tx) {
    refuseOtherPage(ctx, input.id);
    const session = await lockSession(tx, ctx.account.account_id, input.id);
    if (!session.allow_promotion_codes)
      throw new Fault('feature_unavailable', 'This page takes no promotion codes.', { param: 'code' });
    refuseClosed(ctx.env.clock.now(), session);
    const order = orderOf(session);
    const taken = input.code === null ? undefined : await takeCode(ctx, tx, input.code, order, redeemerOf(session));
    if (taken && 'refused' in taken) return { state: 'refused' as const, ...taken };
    const quote = await quoteOf(ctx, tx, order, taken);
    const changed = await tx
      .updateTable('checkout_sessions')
      .set({
        amount_total: quote.amount_total,
        taxes: JSON.stringify(quote.taxes),
        discounts: JSON.stringify(quote.discounts),
        promotion_code_id: taken?.promotion.code.id ?? null,
        coupon_id: taken?.promotion.coupon.id ?? null,
        updated_at: ctx.env.clock.now(),
      })
      .where('account_id', '=', session.account_id)
      .where('id', '=', session.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await followSums(ctx, tx, changed as unknown as SessionRow);
    return { state: taken ? ('applied' as const) : ('removed' as const), refused: null, minimum: null };
  },
});

/** What is asked for changes only while nobody pays it. */
export function refuseClosed(now: Date, session: SessionRow): void {
  if (session.status === 'complete')
    throw new Fault('session_complete', 'This session was paid already.', { param: 'id' });
  if (session.status === 'expired' || session.expires_at <= now)
    throw new Fault('session_expired', 'This session has expired.', { param: 'id' });
  if (session.payment_status !== 'unpaid')
    throw new Fault('payment_in_progress', 'A payment of this session is under way. Wait for its outcome.', {
      param: 'id',
    });
}
