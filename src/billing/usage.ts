// Usage on invoices: billed by the price that held while it arose, when the period is over, the plan changes or the subscription ends. A
// trial's usage is free. What is measured with `close` is billed: events that are told later belong to the next period.

import { amountOf } from '../catalog/pricing.ts';
import type { Tx } from '../db/db.ts';
import { isFault } from '../kit/fault.ts';
import { type Currency, maxAmount } from '../kit/money.ts';
import { closeUsage, type Stretch, usageOf } from '../meters/usage.ts';
import { plainDecimal, wholeUnits } from '../meters/value.ts';
import type { Ctx } from '../operation/context.ts';
import { type LineDraft, lineOf } from './invoice-sums.ts';
import type { Item, SubscriptionRow } from './subscription.ts';

/** What is to be billed for the time until then; not measured yet. */
export function usageLines(s: SubscriptionRow, until: Date): LineDraft[] {
  const from = s.usage_from ?? s.current_period_start;
  if (!s.item.usage || s.status === 'trialing' || s.status === 'incomplete' || until <= from) return [];
  const { meter } = s.item.usage;
  return [lineOf(s.item, { start: from, end: until }, { usage: { meter, value: null, quantity: null } })];
}

/** What is used at the very moment of a change or an end is used before it. */
export const throughout = (at: Date): Date => new Date(at.getTime() + 1);

export type Owned = { customer_id: string; currency: Currency; lines: LineDraft[] };

/** The lines with what was metered and what it costs. `look` writes nothing. */
export async function measureUsage(
  ctx: Ctx,
  tx: Tx,
  owned: readonly Owned[],
  mode: 'look' | 'close',
): Promise<LineDraft[][]> {
  const stretches = owned.flatMap(({ customer_id, lines }) =>
    lines.flatMap((line) => (isOpen(line) ? [stretchOf(line, customer_id)] : [])),
  );
  if (stretches.length === 0) return owned.map(({ lines }) => lines);
  const { account_id } = ctx.account;
  if (mode === 'close') await closeUsage(tx, account_id, stretches);
  const values = await usageOf(tx, account_id, stretches);
  let next = 0;
  return owned.map(({ currency, lines }) =>
    lines.map((line) => (isOpen(line) ? measured(line, values[next++] ?? '0', currency) : line)),
  );
}

const isOpen = (line: LineDraft) => line.usage?.value === null;

const stretchOf = (line: LineDraft, customer: string): Stretch => ({
  meter: line.usage?.meter ?? '',
  customer,
  from: new Date(line.period_start),
  until: new Date(line.period_end),
});

function measured(line: LineDraft, value: string, currency: Currency): LineDraft {
  const quantity = wholeUnits(value);
  return {
    ...line,
    amount: usageAmount(line.item, currency, quantity),
    description: `${quantity} × ${line.item.product_name}`,
    usage: { meter: line.usage?.meter ?? '', value: plainDecimal(value), quantity },
  };
}

/** By the terms that the subscription has. A mistaken event must not hold up what follows: it makes an invoice that can be voided. */
export function usageAmount({ unit_amount, usage }: Item, currency: Currency, quantity: number): number {
  const { tiers = null, tiers_mode = null, transform_quantity = null } = usage ?? {};
  const amounts = [{ currency, unit_amount, tiers }];
  try {
    return amountOf({ pricing_model: 'usage', amounts, transform_quantity, tiers_mode }, currency, quantity) ?? 0;
  } catch (error) {
    if (isFault(error, 'amount_too_large')) return maxAmount;
    throw error;
  }
}
