// What makes a session the beginning of a subscription: one recurring price. Its terms are held with the session, as its amounts are; the
// subscription itself is made by billing when the session is complete. Pure.

import Type, { type Static } from 'typebox';
import type { SnapshotRow } from '../catalog/price.ts';
import { Fault } from '../kit/fault.ts';
import { Metadata, nullable, text } from '../operation/fields.ts';

export const SubscriptionData = Type.Object(
  {
    trial_days: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 730, description: 'What the price says when left out; 0 is no trial.' }),
    ),
    description: Type.Optional(text(500)),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false, description: 'Of the subscription that a recurring price begins.' },
);
export type SubscriptionData = Static<typeof SubscriptionData>;

export const Recurring = Type.Object(
  {
    interval: Type.Enum(['day', 'week', 'month', 'year']),
    interval_count: Type.Integer(),
    trial_days: Type.Integer({ description: 'Nothing is due before they are over.' }),
    amount: nullable(
      Type.Integer({
        description: 'Of each period, before discounts and taxes; null: what was used, billed afterwards.',
      }),
    ),
  },
  { title: 'Recurring' },
);
export type Recurring = Static<typeof Recurring>;

/** As it is kept with the session; how often and how much is said by its one line. */
export type SubscriptionTerms = { description: string | null; metadata: Metadata };

export const recurringOf = (
  { billing_interval, interval_count, trial_days, pricing_model }: SnapshotRow,
  amount: number,
  data: SubscriptionData | undefined,
): Recurring => ({
  interval: billing_interval ?? 'month',
  interval_count: interval_count ?? 1,
  trial_days: data?.trial_days ?? trial_days ?? 0,
  amount: pricing_model === 'usage' ? null : amount,
});

/** What is due today. */
export const dueNow = ({ trial_days, amount }: Recurring): number => (trial_days > 0 ? 0 : (amount ?? 0));

type Given = {
  capture?: boolean;
  amount_total?: number;
  taxes?: readonly unknown[];
  discounts?: readonly unknown[];
  subscription_data?: SubscriptionData;
};

/** Null: the session is paid once. What would have to be guessed is refused. */
export function termsOf(given: Given, lines: readonly { recurring?: Recurring }[]): SubscriptionTerms | null {
  const bad = (param: string, message: string) => new Fault('parameter_invalid', message, { param });
  if (!lines.some((line) => line.recurring)) {
    if (given.subscription_data)
      throw bad('subscription_data', 'It goes with a recurring price. Name one in line_items, or leave it out.');
    return null;
  }
  if (lines.length > 1)
    throw bad('line_items', 'A recurring price stands alone: a subscription is begun by a session of its own.');
  if (given.capture === false) throw bad('capture', 'A subscription is paid, not held. Leave capture out.');
  if ((given.taxes?.length ?? 0) > 0)
    throw bad('taxes', 'Taxes of a subscription are computed for each invoice. Use automatic_tax, or leave them out.');
  if ((given.discounts?.length ?? 0) > 0)
    throw bad('discounts', 'Take something off a subscription by a promotion code, which later invoices know, too.');
  const { description = null, metadata = {} } = given.subscription_data ?? {};
  return { description, metadata };
}
