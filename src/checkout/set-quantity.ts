// The quantity of a line that its customer changes on the page, where the merchant lets them. The browser names the line and how many;
// what that comes to is computed here, by the terms that the session was made with.

import Type, { type Static } from 'typebox';
import { findSnapshot, termsIn } from '../catalog/price.ts';
import { amountOf } from '../catalog/pricing.ts';
import { findPromotion } from '../coupons/promotion-code.ts';
import type { Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { redeemerOf } from './guest.ts';
import { followSums } from './local-currency.ts';
import { refuseClosed } from './promotion.ts';
import { Quantity } from './quantity.ts';
import { orderOf, quoteOf, type Taken, weigh } from './quote.ts';
import { lockSession, type SessionRow, type StoredLine } from './session.ts';
import { refuseOtherPage } from './standing.ts';
import { dueNow } from './subscription-terms.ts';

export const QuantityResult = Type.Object({
  /** `code_removed`: the promotion code does not count for this order any more. */
  state: Type.Enum(['changed', 'code_removed']),
});
export type QuantityResult = Static<typeof QuantityResult>;

export const setQuantity = operation({
  name: 'checkout.set_quantity',
  scope: 'checkout:write',
  actors: ['page'],
  kind: 'write',
  summary: 'Change a quantity on the hosted page',
  description:
    'Within the bounds that the merchant set for the line. A promotion code that does not fit any more is removed.',
  input: Type.Object(
    { id: Id, line: Type.Integer({ minimum: 0, maximum: 99 }), quantity: Quantity },
    { additionalProperties: false },
  ),
  output: QuantityResult,
  faults: [
    'not_found',
    'parameter_invalid',
    'session_complete',
    'session_expired',
    'payment_in_progress',
    'feature_unavailable',
    'amount_too_large',
  ],
  async run(ctx, input, tx) {
    refuseOtherPage(ctx, input.id);
    const session = await lockSession(tx, ctx.account.account_id, input.id);
    refuseClosed(ctx.env.clock.now(), session);
    const before = session.line_items[input.line];
    const bounds = before?.adjustable_quantity;
    if (!before || !bounds)
      throw new Fault('feature_unavailable', 'The quantity of this line is fixed.', { param: 'line' });
    if (input.quantity < bounds.minimum || input.quantity > bounds.maximum)
      throw new Fault(
        'parameter_invalid',
        `'quantity' must be from ${bounds.minimum} to ${bounds.maximum} for this line.`,
        { param: 'quantity' },
      );
    const line = await inQuantity(ctx, tx, session, before, input.quantity);
    const line_items = session.line_items.map((one, i) => (i === input.line ? line : one));
    const changed: SessionRow = { ...session, line_items, taxes: [], discounts: [] };
    const order = orderOf(changed);
    const taken = await takenFor(ctx, tx, session, order);
    const quote = await quoteOf(ctx, tx, order, taken);
    const written = await tx
      .updateTable('checkout_sessions')
      .set({
        line_items: JSON.stringify(line_items),
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
    await followSums(ctx, tx, written as unknown as SessionRow);
    const removed = session.promotion_code_id !== null && !taken;
    return { state: removed ? ('code_removed' as const) : ('changed' as const) };
  },
});

async function inQuantity(
  ctx: Ctx,
  tx: Tx,
  { currency }: SessionRow,
  line: StoredLine,
  quantity: number,
): Promise<StoredLine> {
  if (line.price_snapshot === undefined) return { ...line, quantity };
  const snapshot = await findSnapshot(tx, ctx.account.account_id, line.price_snapshot);
  const amount = amountOf(termsIn(snapshot), currency, quantity);
  if (amount === undefined)
    throw new Fault('feature_unavailable', 'The quantity of this line is fixed.', { param: 'line' });
  const each = snapshot.amounts.find((one) => one.currency === currency)?.unit_amount ?? null;
  const recurring = line.recurring && { ...line.recurring, amount: line.recurring.amount === null ? null : amount };
  const due = recurring ? dueNow(recurring) : amount;
  return {
    ...line,
    quantity,
    unit_amount: each !== null && each * quantity === due ? each : null,
    amount: due,
    ...(recurring ? { recurring } : {}),
  };
}

/** The code that counted until now, for the order as it is now; undefined when it does not count for that. */
async function takenFor(
  ctx: Ctx,
  tx: Tx,
  session: SessionRow,
  order: ReturnType<typeof orderOf>,
): Promise<Taken | undefined> {
  if (session.promotion_code_id === null) return undefined;
  const promotion = await findPromotion(tx, session.account_id, session.promotion_code_id);
  const weighed = await weigh(ctx, tx, promotion, order, redeemerOf(session));
  return 'refused' in weighed ? undefined : weighed;
}
