// What a subscription begins with: a trial, a part of a period until its billing day, or a whole period; and what its first invoice comes
// to. Pure: the same code shows it on a page and writes it.

import type { Currency } from '../kit/money.ts';
import { type Anchor, type AnchorWish, anchorFor, periodFrom, plainAnchor } from './billing-anchor.ts';
import type { Period } from './cycle.ts';
import type { SubscriptionDiscount } from './discount.ts';
import { type LineDraft, lineOf, type Sums, sumsOf, type Taxing } from './invoice-sums.ts';
import { restOf } from './proration.ts';
import type { Item } from './subscription.ts';

export type Opening = {
  trial_end: Date | null;
  anchor: Date;
  cycle_index: number;
  period: Period;
  line: LineDraft;
  /** When what is paid for begins: a coupon lasts from then on. */
  paid_from: Date;
};

export type Beginning = {
  item: Item;
  at: Date;
  trial_end: Date | null;
  time_zone: string;
  /** Left out: the cycle is counted from the beginning. */
  wish?: AnchorWish;
  /** Nothing is billed for the part of a period before the billing day. */
  free_part?: boolean;
};

export function openingOf({ item, at, trial_end, time_zone, wish, free_part = false }: Beginning): Opening {
  const { interval, interval_count } = item;
  const way = { interval, interval_count, time_zone };
  const paid_from = trial_end ?? at;
  const anchor: Anchor = wish ? anchorFor(paid_from, way, wish) : plainAnchor(paid_from);
  if (trial_end) {
    const period = { start: at, end: trial_end };
    const line = lineOf(item, period, {
      amount: 0,
      part: 'trial',
      description: `Trial of ${item.product_name}`,
    });
    return { trial_end, anchor: anchor.anchor, cycle_index: anchor.index - 1, period, line, paid_from };
  }
  const { whole, period } = periodFrom(at, way, anchor);
  const line = soldLine(item, whole, period, free_part);
  return { trial_end: null, anchor: anchor.anchor, cycle_index: anchor.index, period, line, paid_from };
}

/** What is billed when a period begins. Usage is billed when it is over; then nothing is asked for at the beginning. */
export function soldLine(item: Item, whole: Period, period: Period, free = false): LineDraft {
  if (item.usage)
    return lineOf({ ...item, quantity: 0 }, period, {
      amount: 0,
      part: 'usage_later',
      description: `${item.product_name}: billed by usage after the period`,
    });
  if (period.start.getTime() === whole.start.getTime()) return lineOf(item, period);
  return lineOf(item, period, {
    amount: free ? 0 : restOf(item.amount, whole, period.start),
    part: 'part_of_period',
    description: `Part of a period of ${lineOf(item, period).description}`,
    proration: true,
  });
}

export type FirstInvoice = {
  opening: Opening;
  currency: Currency;
  discount: SubscriptionDiscount | null;
  taxing: Taxing;
};

/** What the first invoice comes to; of a trial, nothing. */
export const firstInvoiceSums = ({ opening, currency, discount, taxing }: FirstInvoice): Sums =>
  sumsOf([opening.line], taxing, 0, { discount, currency });

/** What the first invoice with an amount comes to, after a trial or a free part. Without tax; usage is not known yet. */
export function firstChargeSums(
  item: Item,
  { line, paid_from }: Opening,
  currency: Currency,
  discount: SubscriptionDiscount | null,
): Sums {
  const charged = line.amount === 0 ? lineOf(item, { start: paid_from, end: paid_from }) : line;
  return sumsOf([charged], { rates: [], place: null }, 0, { discount, currency });
}
