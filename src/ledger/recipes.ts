// Every movement of money, one function each. Pure: what moves where, never whether it may.

import { assert } from '../kit/assert.ts';
import { newId } from '../kit/id.ts';
import { share, type Currency } from '../kit/money.ts';
import type { Account, Ctx } from '../operation/context.ts';
import type { Legs, Posting, Recipe } from './account.ts';

type Source = { source_id: string; payment_id: string; currency: Currency };

/** The fee of a capture by the account's schedule: basis points plus a fixed part, never more than the amount. */
export function captureFee(account: Account, amount: number, currency: Currency): number {
  const rule = account.fee_schedule[currency] ?? account.fee_schedule.default;
  return rule ? Math.min(amount, share(amount, rule.bps) + rule.fixed) : 0;
}

/** The provider took the customer's money: it owes us the amount; we owe the merchant the amount less the fee. */
export function capture(ctx: Ctx, source: Source, amount: number): Posting {
  const fee = captureFee(ctx.account, amount, source.currency);
  return posting(ctx, 'capture', source, amount, fee, { provider_receivable: amount, incoming: -(amount - fee), fees: -fee });
}

/** The merchant's balance pays the customer back through the provider. Fees stay earned. */
export function refund(ctx: Ctx, source: Source, from: { available: number; incoming: number }): Posting {
  const amount = from.available + from.incoming;
  return posting(ctx, 'refund', source, -amount, 0, { available: from.available, incoming: from.incoming, provider_receivable: -amount });
}

/** The provider could not pay it back: everything returns to where it came from. */
export function refundFailed(ctx: Ctx, source: Source, from: { available: number; incoming: number }): Posting {
  const amount = from.available + from.incoming;
  return posting(ctx, 'refund_failed', source, amount, 0, { available: -from.available, incoming: -from.incoming, provider_receivable: amount });
}

function posting(ctx: Ctx, recipe: Recipe, source: Source, amount: number, fee: number, legs: Legs): Posting {
  let sum = 0;
  for (const leg of Object.values(legs)) sum += leg;
  assert(sum === 0, `recipe ${recipe} sums to zero`);
  return {
    account_id: ctx.account.account_id,
    currency: source.currency,
    id: newId('lp', ctx.env),
    recipe,
    source_id: source.source_id,
    payment_id: source.payment_id,
    amount,
    fee,
    legs,
    created_at: ctx.env.clock.now(),
  };
}
