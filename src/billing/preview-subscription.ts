// What is billed next, and what a change of plan would come to: the code of the renewal and of the update, without the writing.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { timeFor } from './business-time.ts';
import { planChange } from './change-plan.ts';
import { discountFields } from './create-subscription.ts';
import { collectionMethods, dueAt } from './due.ts';
import type { DiscountInput } from './give-discount.ts';
import { InvoiceObject, TaxObject } from './invoice-object.ts';
import { lineParts, type Sums } from './invoice-sums.ts';
import { previewSums } from './issue-invoices.ts';
import { stepOf } from './roll.ts';
import { findSubscription, type Item, nextItem, refuseEnded, type SubscriptionRow } from './subscription.ts';
import { ItemObject, itemObject } from './subscription-object.ts';
import { withDiscount } from './update-discount.ts';
import { atPeriodEnd, newItem, type PlanInput, planFields } from './update-subscription.ts';

export const PreviewLines = Type.Array(
  Type.Object({
    description: Type.String(),
    product: Type.String(),
    product_name: Type.String(),
    quantity: Type.Integer(),
    part: nullable(Type.Enum([...lineParts], { description: 'Of what, where it is not a whole period.' })),
    amount: Type.Integer(),
    discount: Type.Integer(),
    tax: Type.Integer(),
    period_start: Type.String({ format: 'date-time' }),
    period_end: Type.String({ format: 'date-time' }),
    proration: Type.Boolean(),
  }),
);

export const previewSumFields = {
  subtotal: Type.Integer(),
  discount: Type.Integer(),
  discounts: InvoiceObject.properties.discounts,
  tax: Type.Integer(),
  taxes: Type.Array(TaxObject),
  total: Type.Integer({ description: 'Negative: kept as credit.' }),
  credit_applied: Type.Integer(),
  amount_due: Type.Integer({ description: 'What would be charged.' }),
};

export const PreviewObject = Type.Object(
  {
    object: Type.Literal('subscription_preview'),
    subscription: Type.String(),
    immediate: Type.Boolean({ description: 'False: it takes effect at the end of the period.' }),
    takes_effect_at: Type.String({ format: 'date-time' }),
    currency: Type.String(),
    item: ItemObject,
    lines: PreviewLines,
    billed_now: Type.Boolean({ description: 'False: the lines come with the next invoice.' }),
    ...previewSumFields,
    collection_method: Type.Enum([...collectionMethods]),
    due_at: nullable(
      Type.String({
        format: 'date-time',
        description: 'The last moment to pay it, where it is sent; null: it is charged.',
      }),
    ),
    period_start: Type.String({ format: 'date-time' }),
    period_end: Type.String({ format: 'date-time' }),
  },
  { title: 'Preview of a change' },
);

export const previewSubscription = operation({
  name: 'subscriptions.preview',
  scope: 'subscriptions:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Preview the next invoice',
  description:
    'Without a change: what the next renewal will come to. With `price` or `quantity`: what that change would come to, worked out by the same code; usage as far as it was told until now. Writes nothing.',
  input: Type.Object({ id: Id, ...planFields, ...discountFields }, { additionalProperties: false }),
  output: PreviewObject,
  faults: ['not_found', 'parameter_invalid', 'state_invalid', 'currency_unsupported', 'promotion_code_refused'],
  example: { id: '{subscription}', quantity: 5 },
  async run(ctx, input) {
    return await ctx.env.db.tx((tx) => previewOf(ctx, tx, input));
  },
});

/** For who holds a transaction already. */
export async function previewOf(ctx: Ctx, tx: Tx, input: PlanInput & DiscountInput & { id: string }) {
  const found = await findSubscription(tx, ctx.account.account_id, input.id);
  refuseEnded(found, 'previewed');
  const at = await timeFor(ctx, tx, found.test_clock_id);
  const s = await withDiscount(ctx, tx, found, input, at, 'look');
  const item = await newItem(ctx, tx, s, input);
  const now = item && input.at !== 'period_end';
  const change = now
    ? await planChange(ctx, tx, s, { item, proration: input.proration ?? 'prorate_now', at, usage: 'look' })
    : await renewalOf(ctx, tx, s, item);
  const shown = itemObject(change.item);
  const { lines, ...sums } = shownSums(change.sums);
  return {
    object: 'subscription_preview' as const,
    subscription: s.id,
    immediate: now === true,
    takes_effect_at: (now ? at : s.current_period_end).toISOString(),
    currency: s.currency,
    item: shown,
    lines,
    billed_now: change.billed,
    ...sums,
    collection_method: s.collection_method,
    due_at: dueAt(now ? at : s.current_period_end, s, ctx.account.time_zone)?.toISOString() ?? null,
    period_start: change.period.start.toISOString(),
    period_end: change.period.end.toISOString(),
  };
}

/** What the lines come to, as previews show it. */
export function shownSums({
  lines,
  taxes,
  discounts,
  subtotal,
  discount,
  tax,
  total,
  credit_applied,
  amount_due,
}: Sums) {
  return {
    lines: lines.map(({ description, item: sold, part = null, usage, amount, discount: off, tax: of, ...line }) => ({
      description,
      product: sold.product,
      product_name: sold.product_name,
      quantity: usage?.quantity ?? sold.quantity,
      part,
      amount,
      discount: off,
      tax: of,
      period_start: line.period_start,
      period_end: line.period_end,
      proration: line.proration,
    })),
    subtotal,
    discount,
    discounts,
    tax,
    taxes,
    total,
    credit_applied,
    amount_due,
  };
}

/** The next renewal, by the code that will make it. */
export async function renewalOf(ctx: Ctx, tx: Tx, s: SubscriptionRow, item: Item | undefined) {
  const planned = item ? atPeriodEnd(s, item) : s;
  const step = stepOf(
    {
      ...planned,
      open_invoice_id: null,
      paused_at: null,
      cancel_at: null,
      status: s.status === 'incomplete' ? 'active' : s.status,
    },
    s.current_period_end,
  );
  if (step.kind !== 'move' || !step.draft)
    throw new Fault('state_invalid', 'This subscription is not renewed.', { param: 'id' });
  const sums = await previewSums(ctx, tx, step.subscription, step.draft.lines);
  return { item: nextItem(planned).item, sums, billed: false, period: step.draft.period };
}
