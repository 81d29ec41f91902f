// How a subscription is shown: its public shape, and what stands in it.

import Type, { type Static } from 'typebox';
import { pricingModels } from '../catalog/pricing.ts';
import { AmountsField } from '../coupons/coupon.ts';
import { Metadata, nullable } from '../operation/fields.ts';
import { intervals } from './cycle.ts';
import type { SubscriptionDiscount } from './discount.ts';
import { collectionMethods } from './due.ts';
import {
  cancelReasons,
  type Item,
  isEnded,
  nextItem,
  type SubscriptionRow,
  subscriptionStatuses,
} from './subscription.ts';

const Instant = Type.String({ format: 'date-time' });

export const ItemObject = Type.Object(
  {
    product: Type.String(),
    product_name: Type.String(),
    price: Type.String(),
    price_snapshot: Type.String(),
    quantity: Type.Integer(),
    pricing_model: Type.Enum([...pricingModels]),
    unit_amount: nullable(Type.Integer({ description: 'Null where tiers say it.' })),
    amount: Type.Integer({ description: 'Of a whole period, before tax and discount.' }),
    interval: Type.Enum([...intervals]),
    interval_count: Type.Integer(),
    trial_days: Type.Integer({ description: 'What the price offers; 0 is no trial.' }),
    meter: nullable(
      Type.String({ description: 'Whose events are charged when a period is over; `amount` is 0 then.' }),
    ),
  },
  { title: 'Subscription item' },
);

export const DiscountObject = Type.Object(
  {
    coupon: Type.String(),
    name: Type.String(),
    promotion_code: nullable(Type.String()),
    code: nullable(Type.String()),
    percentage_bps: nullable(Type.Integer({ description: 'Basis points: 2500 is 25 %.' })),
    fixed_amounts: nullable(AmountsField('Currency → minor units.')),
    duration: Type.Enum(['once', 'repeating', 'forever']),
    duration_months: nullable(Type.Integer()),
    starts_at: Type.String({ format: 'date-time', description: 'It counts for periods that begin from then on …' }),
    ends_at: nullable(Type.String({ format: 'date-time', description: '… and before then; null: without end.' })),
    invoice: nullable(Type.String({ description: 'Of one that counts once: the invoice that has it.' })),
  },
  { title: 'Discount of a subscription', description: 'The terms of the day on which it was given.' },
);

export const discountObject = (d: SubscriptionDiscount | null): Static<typeof DiscountObject> | null =>
  d && {
    coupon: d.coupon,
    name: d.name,
    promotion_code: d.promotion_code,
    code: d.code,
    percentage_bps: d.percentage_bps,
    fixed_amounts: d.fixed_amounts,
    duration: d.duration,
    duration_months: d.duration_months,
    starts_at: d.starts_at,
    ends_at: d.ends_at,
    invoice: d.invoice,
  };

export const SubscriptionObject = Type.Object(
  {
    id: Type.String({ description: '`sub_…`' }),
    object: Type.Literal('subscription'),
    status: Type.Enum([...subscriptionStatuses], {
      description:
        '`incomplete` until the first invoice is paid; `past_due` while a later one could not be, or a sent one is overdue.',
    }),
    paused: Type.Boolean({ description: 'Nothing is renewed until it is resumed.' }),
    paused_at: nullable(Instant),
    resumes_at: nullable(Instant),
    customer: Type.String(),
    currency: Type.String(),
    item: ItemObject,
    upcoming_item: nullable(ItemObject),
    scheduled_phases: Type.Array(
      Type.Intersect([ItemObject, Type.Object({ cycles: nullable(Type.Integer({ description: 'Null: no end.' })) })]),
    ),
    collection_method: Type.Enum([...collectionMethods], {
      description: '`send_invoice`: its invoices are sent, and the customer pays each by themselves in time.',
    }),
    days_until_due: nullable(Type.Integer({ description: 'Of a sent invoice: within so many days it is to be paid.' })),
    payment_method: nullable(Type.String({ description: 'Null: the customer’s default.' })),
    payment_method_type: Type.Literal('card'),
    merchant_reference: nullable(Type.String()),
    description: nullable(Type.String()),
    automatic_tax: Type.Boolean(),
    started_at: Instant,
    trial_start: nullable(Instant),
    trial_end: nullable(Instant),
    current_period_start: Instant,
    current_period_end: Instant,
    elapsed_cycles: Type.Integer({ description: 'Periods that were begun, the trial left out.' }),
    time_zone: Type.String({ description: 'On whose clocks periods are counted.' }),
    expires_at: nullable(Type.String({ format: 'date-time', description: 'Of an incomplete one: paid until then.' })),
    cancel_at: nullable(Instant),
    cancel_at_period_end: Type.Boolean(),
    cancel_reason: nullable(Type.String()),
    cancel_reason_code: nullable(Type.Enum([...cancelReasons])),
    canceled_at: nullable(Type.String({ format: 'date-time', description: 'When it was asked for.' })),
    ended_at: nullable(Instant),
    discount: nullable(DiscountObject),
    credit_balance: Type.Integer({ description: 'Owed to the customer; the next invoices take from it.' }),
    pending_amount: Type.Integer({ description: 'Prorations that wait for the next invoice; may be negative.' }),
    open_invoice: nullable(
      Type.String({
        description: 'To be charged and not paid yet: nothing is renewed before it is. Sent ones hold up nothing.',
      }),
    ),
    latest_invoice: nullable(Type.String()),
    test_clock: nullable(Type.String()),
    metadata: Metadata,
    created_at: Instant,
    updated_at: Instant,
  },
  { title: 'Subscription' },
);
export type SubscriptionObject = Static<typeof SubscriptionObject>;

export const itemObject = ({ tax_category: _, usage, ...item }: Item): Static<typeof ItemObject> => ({
  ...item,
  meter: usage?.meter ?? null,
});
const time = (at: Date | null) => at?.toISOString() ?? null;

export function subscriptionObject(s: SubscriptionRow): SubscriptionObject {
  return {
    id: s.id,
    object: 'subscription',
    status: s.status,
    paused: s.paused_at !== null,
    paused_at: time(s.paused_at),
    resumes_at: time(s.resumes_at),
    customer: s.customer_id,
    currency: s.currency,
    item: itemObject(s.item),
    upcoming_item: isEnded(s) || s.cancel_at_period_end ? null : itemObject(nextItem(s).item),
    scheduled_phases: s.phases.map(({ cycles, ...item }) => ({ ...itemObject(item), cycles })),
    collection_method: s.collection_method,
    days_until_due: s.days_until_due,
    payment_method: s.payment_method_id,
    payment_method_type: 'card',
    merchant_reference: s.merchant_reference,
    description: s.description,
    automatic_tax: s.automatic_tax,
    started_at: s.started_at.toISOString(),
    trial_start: time(s.trial_start),
    trial_end: time(s.trial_end),
    current_period_start: s.current_period_start.toISOString(),
    current_period_end: s.current_period_end.toISOString(),
    elapsed_cycles: s.elapsed_cycles,
    time_zone: s.time_zone,
    expires_at: s.status === 'incomplete' ? time(s.expires_at) : null,
    cancel_at: time(s.cancel_at),
    cancel_at_period_end: s.cancel_at_period_end,
    cancel_reason: s.cancel_reason,
    cancel_reason_code: s.cancel_reason_code,
    canceled_at: time(s.canceled_at),
    ended_at: time(s.ended_at),
    discount: discountObject(s.discount),
    credit_balance: s.credit_balance,
    pending_amount: s.pending_lines.reduce((sum, line) => sum + line.amount, 0),
    open_invoice: s.open_invoice_id,
    latest_invoice: s.latest_invoice_id,
    test_clock: s.test_clock_id,
    metadata: s.metadata,
    created_at: s.created_at.toISOString(),
    updated_at: s.updated_at.toISOString(),
  };
}
