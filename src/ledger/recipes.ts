// Every movement of money, one function each. Pure: what moves where, never whether it may.

import { assert } from '../kit/assert.ts';
import { newId } from '../kit/id.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import type { Legs, Posting, Recipe } from './account.ts';
import { businessDaysAfter, localDay } from './calendar.ts';
import { captureFee, exchangeFee, type Paid } from './fees.ts';

export type Source = { source_id: string; group_id: string; currency: Currency };

/** The day on which money that came in now becomes available to this merchant. */
export function availableOn(ctx: Ctx): string {
  const { account, env } = ctx;
  return businessDaysAfter(
    localDay(env.clock.now(), account.time_zone),
    account.settlement_delay_days,
    account.merchant_country,
  );
}

/** The provider took the customer's money: it owes us the amount; we owe the merchant the amount less the fee. */
export function capture(ctx: Ctx, source: Source, amount: number, paid: Paid): Posting {
  const fee = captureFee(ctx.account, amount, source.currency, paid);
  return posting(
    ctx,
    'capture',
    source,
    {
      amount,
      fee,
      exchange_fee: Math.min(fee, exchangeFee(ctx.account, amount, source.currency)),
      available_on: availableOn(ctx),
    },
    { provider_receivable: amount, incoming: -(amount - fee), fees: -fee },
  );
}

/** `on`: the day whose settlement the incoming part goes into, so that it nets with the payment it gives back. */
export type Funding = { available: number; incoming: number; on: string | null };

/** The merchant's balance pays the customer back through the provider. Fees stay earned. */
export function refund(ctx: Ctx, source: Source, from: Funding): Posting {
  const amount = from.available + from.incoming;
  return posting(
    ctx,
    'refund',
    source,
    { amount: -amount, fee: 0, available_on: from.on },
    { available: from.available, incoming: from.incoming, provider_receivable: -amount },
  );
}

/** The provider could not pay it back: everything returns to where it came from. */
export function refundFailed(ctx: Ctx, source: Source, from: Funding): Posting {
  const amount = from.available + from.incoming;
  return posting(
    ctx,
    'refund_failed',
    source,
    { amount, fee: 0, available_on: from.on },
    { available: -from.available, incoming: -from.incoming, provider_receivable: amount },
  );
}

/** What was due moves from incoming to available. `net` is what the merchant gains; below zero when refunds outweighed. */
export function settlement(ctx: Ctx, source: Source, net: number): Posting {
  return posting(
    ctx,
    'settlement',
    source,
    { amount: net, fee: 0, available_on: null },
    { incoming: net, available: -net },
  );
}

/** The issuer took the customer's side for now: the amount is held back from the merchant until it is decided. */
export function disputeOpened(ctx: Ctx, source: Source, amount: number): Posting {
  return posting(
    ctx,
    'dispute_opened',
    source,
    { amount: -amount, fee: 0, available_on: null },
    { available: amount, disputed: -amount },
  );
}

export function disputeFee(ctx: Ctx, source: Source, fee: number): Posting {
  return posting(ctx, 'dispute_fee', source, { amount: 0, fee, available_on: null }, { available: fee, fees: -fee });
}

/** Decided for the merchant: what was held back returns. */
export function disputeWon(ctx: Ctx, source: Source, amount: number): Posting {
  return posting(
    ctx,
    'dispute_won',
    source,
    { amount, fee: 0, available_on: null },
    { disputed: amount, available: -amount },
  );
}

/** Decided for the customer: the provider keeps what it took back. */
export function disputeLost(ctx: Ctx, source: Source, amount: number): Posting {
  return posting(
    ctx,
    'dispute_lost',
    source,
    { amount: 0, fee: 0, available_on: null },
    { disputed: amount, provider_receivable: -amount },
  );
}

/** Set aside for the merchant's bank. */
export function payout(ctx: Ctx, source: Source, amount: number): Posting {
  return posting(
    ctx,
    'payout',
    source,
    { amount: -amount, fee: 0, available_on: null },
    { available: amount, payouts_in_transit: -amount },
  );
}

/** The bank confirmed it. */
export function payoutPaid(ctx: Ctx, source: Source, amount: number): Posting {
  return posting(
    ctx,
    'payout_paid',
    source,
    { amount: 0, fee: 0, available_on: null },
    { payouts_in_transit: amount, bank: -amount },
  );
}

/** Failed or cancelled: the money is the merchant's again. `bank`: it was paid already, and the receiving bank sent it back. */
export function payoutReturned(
  ctx: Ctx,
  source: Source,
  amount: number,
  from: 'payouts_in_transit' | 'bank' = 'payouts_in_transit',
): Posting {
  return posting(
    ctx,
    'payout_returned',
    source,
    { amount, fee: 0, available_on: null },
    { [from]: amount, available: -amount },
  );
}

/**
 * Available money of one currency becomes money of another: two postings of one conversion, each of one currency and balanced by itself.
 * What `fx` has of the one and lacks of the other is the platform's position.
 */
export function conversionOut(ctx: Ctx, source: Source, amount: number): Posting {
  return posting(
    ctx,
    'conversion_out',
    source,
    { amount: -amount, fee: 0, available_on: null },
    { available: amount, fx: -amount },
  );
}

export function conversionIn(ctx: Ctx, source: Source, amount: number): Posting {
  return posting(
    ctx,
    'conversion_in',
    source,
    { amount, fee: 0, available_on: null },
    { available: -amount, fx: amount },
  );
}

type Shown = Pick<Posting, 'amount' | 'fee' | 'exchange_fee' | 'available_on'>;

function posting(ctx: Ctx, recipe: Recipe, source: Source, shown: Shown, legs: Legs): Posting {
  let sum = 0;
  for (const leg of Object.values(legs)) sum += leg;
  assert(sum === 0, `recipe ${recipe} sums to zero`);
  return {
    account_id: ctx.account.account_id,
    currency: source.currency,
    id: newId('lp', ctx.env),
    recipe,
    source_id: source.source_id,
    group_id: source.group_id,
    ...shown,
    legs,
    created_at: ctx.env.clock.now(),
  };
}
