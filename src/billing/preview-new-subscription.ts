// What a new subscription would come to, before there is one: its first invoice and the one after it, by the code that begins and renews.
// Must never write, nor count the use of a coupon.

import Type from 'typebox';
import type { Ctx } from '../operation/context.ts';
import { nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { CreateInput, plannedBeginning } from './create-subscription.ts';
import type { Period } from './cycle.ts';
import { collectionMethods, dueAt, isSent } from './due.ts';
import type { Sums } from './invoice-sums.ts';
import { discountAfter, previewSums } from './issue-invoices.ts';
import { PreviewLines, previewSumFields, renewalOf, shownSums } from './preview-subscription.ts';
import type { Item, SubscriptionRow } from './subscription.ts';
import { DiscountObject, discountObject, ItemObject, itemObject } from './subscription-object.ts';

const ComingInvoice = Type.Object(
  {
    made_at: Type.String({ format: 'date-time' }),
    item: ItemObject,
    lines: PreviewLines,
    ...previewSumFields,
    due_at: nullable(
      Type.String({
        format: 'date-time',
        description: 'The last moment to pay it, where it is sent; null: it is charged when it is made.',
      }),
    ),
    period_start: Type.String({ format: 'date-time' }),
    period_end: Type.String({ format: 'date-time' }),
  },
  { title: 'Coming invoice' },
);

const NewSubscriptionPreview = Type.Object(
  {
    object: Type.Literal('new_subscription_preview'),
    currency: Type.String(),
    collection_method: Type.Enum([...collectionMethods]),
    trial_end: nullable(Type.String({ format: 'date-time' })),
    discount: nullable(DiscountObject),
    charged_now: Type.Integer({
      description: 'What the saved card would be charged at once; 0 for a trial, and where invoices are sent.',
    }),
    first_invoice: ComingInvoice,
    next_invoice: ComingInvoice,
  },
  { title: 'Preview of a new subscription' },
);

export const previewNewSubscription = operation({
  name: 'subscriptions.preview_create',
  scope: 'subscriptions:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Preview a new subscription',
  description:
    'What creating it with the same fields would come to: what is charged now, the first invoice, and the one after it (when a trial is over, or at the first renewal). Refuses what creating it would refuse. Writes nothing, and uses up no coupon.',
  input: CreateInput,
  output: NewSubscriptionPreview,
  faults: [
    'not_found',
    'parameter_invalid',
    'state_invalid',
    'currency_unsupported',
    'promotion_code_refused',
    'feature_unavailable',
  ],
  example: { customer: '{customer}', price: '{recurring_price}', payment_method: '{payment_method}', trial_days: 14 },
  async run(ctx, input) {
    const { row, opening } = await plannedBeginning(ctx, input);
    const { first, next } = await ctx.env.db.tx(async (tx) => {
      const first = await previewSums(ctx, tx, row, [opening.line]);
      const begun = { ...row, discount: discountAfter(row.discount, { id: row.id, discounts: first.discounts }) };
      return { first, next: await renewalOf(ctx, tx, begun, undefined) };
    });
    return {
      object: 'new_subscription_preview' as const,
      currency: row.currency,
      collection_method: row.collection_method,
      trial_end: row.trial_end?.toISOString() ?? null,
      discount: discountObject(row.discount),
      charged_now: isSent(row) ? 0 : first.amount_due,
      first_invoice: coming(ctx, row, { at: row.created_at, item: row.item, sums: first, period: opening.period }),
      next_invoice: coming(ctx, row, { at: row.current_period_end, ...next }),
    };
  },
});

type Coming = { at: Date; item: Item; sums: Sums; period: Period };

function coming(ctx: Ctx, s: SubscriptionRow, { at, item, sums, period }: Coming) {
  return {
    made_at: at.toISOString(),
    item: itemObject(item),
    ...shownSums(sums),
    due_at: dueAt(at, s, ctx.account.time_zone)?.toISOString() ?? null,
    period_start: period.start.toISOString(),
    period_end: period.end.toISOString(),
  };
}
