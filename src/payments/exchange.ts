// The exchange fee on a payment: what was charged because its currency is not the merchant's own. The ledger books it as a part of the
// fee (ledger/recipes.ts); here it is added up on the payment, by the same rule.

import { exchangeFee } from '../ledger/fees.ts';
import type { Ctx } from '../operation/context.ts';
import type { Change } from './outcome.ts';

export function withExchangeFee(ctx: Ctx, change: Change): Change {
  if (change.captured === 0) return change;
  const { payment } = change;
  const fee = exchangeFee(ctx.account, change.captured, payment.currency);
  if (fee === 0) return change;
  const exchange_fee = (payment.processing.exchange_fee ?? 0) + fee;
  return { ...change, payment: { ...payment, processing: { ...payment.processing, exchange_fee } } };
}
