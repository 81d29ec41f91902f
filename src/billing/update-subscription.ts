// Changing a subscription: its plan, now or at the end of its period, its card, its notes. A change that costs something takes effect when
// that is paid; when the payment fails, the plan stays what it was. What it comes to is worked out by change-plan.ts.

import Type, { type Static } from 'typebox';
import { runAll, type Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, Metadata, nullable, text, Url } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { refuseAccount } from '../payments/create-payment.ts';
import { timeFor } from './business-time.ts';
import { type Change, planChange } from './change-plan.ts';
import { chargeInvoice, methodFor } from './charge-invoice.ts';
import {
  Cycles,
  collectionFields,
  discountFields,
  PhasesInput,
  Quantity,
  refuseForeignMethod,
} from './create-subscription.ts';
import { keepCards } from './detach-payment-method.ts';
import { collectionOf, isSent } from './due.ts';
import { orRefused } from './give-discount.ts';
import { findInvoice, type InvoiceRow } from './invoice.ts';
import { issueInvoices } from './issue-invoices.ts';
import { itemAgain, itemFor, phasesFor } from './item.ts';
import { withChange } from './paid.ts';
import { prorations } from './proration.ts';
import {
  type Item,
  isEnded,
  lockSubscription,
  type Phase,
  refuseEnded,
  type SubscriptionRow,
  writeSubscriptions,
} from './subscription.ts';
import { SubscriptionResult, subscriptionResult } from './subscription-result.ts';
import { tellSubscription } from './tell.ts';
import { withDiscount } from './update-discount.ts';

export const planFields = {
  price: Type.Optional(Id),
  price_snapshot: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'What you showed: refused when the price was edited since.',
    }),
  ),
  quantity: Type.Optional(Quantity),
  at: Type.Optional(Type.Enum(['now', 'period_end'], { description: '`now` when left out.' })),
  proration: Type.Optional(
    Type.Enum([...prorations], {
      description:
        'For a change now. `prorate_now`: the rest of the period is settled at once. `prorate_next`: on the next invoice. `none`: the new price begins with the next period. `full_now`: a new period begins now at the full price, nothing is given back. `prorate_now` when left out.',
    }),
  ),
};

const UpdateInput = Type.Object(
  {
    id: Id,
    ...planFields,
    cycles: Type.Optional(Cycles),
    phases: Type.Optional(PhasesInput),
    ...collectionFields,
    payment_method: Type.Optional(nullable(Id)),
    promotion_code: Type.Optional(nullable(discountFields.promotion_code)),
    coupon: Type.Optional(nullable(discountFields.coupon)),
    automatic_tax: Type.Optional(Type.Boolean()),
    merchant_reference: Type.Optional(text(200)),
    metadata: Type.Optional(Metadata),
    return_url: Type.Optional(Url),
  },
  { additionalProperties: false },
);
type UpdateInput = Static<typeof UpdateInput>;
export type PlanInput = Pick<UpdateInput, 'price' | 'price_snapshot' | 'quantity' | 'at' | 'proration'>;

export const updateSubscription = operation({
  name: 'subscriptions.update',
  scope: 'subscriptions:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Update a subscription',
  description:
    'Changes the plan now or at the end of the period. What a change costs is charged at once, and it takes effect when that is paid: `latest_payment` says how it went; where invoices are sent, it is sent and takes effect at once. ' +
    'What it gives back is kept as credit for the next invoices. A `promotion_code` or `coupon` takes the place of the one before, from the next invoice on; null takes it away. Only a quantity keeps the terms that the subscription has; a `price` brings its terms of now. A new `payment_method` pays an open invoice at once. Where the customer’s bank asks them to confirm, send them to `latest_payment.checkout_url`; it leads back to `return_url`, however it ends.',
  input: UpdateInput,
  output: SubscriptionResult,
  faults: [
    'not_found',
    'parameter_invalid',
    'state_invalid',
    'currency_unsupported',
    'promotion_code_refused',
    'feature_unavailable',
  ],
  example: { id: '{subscription}', quantity: 3, proration: 'prorate_now' },
  async run(ctx, input) {
    refuseAccount(ctx);
    if (input.cycles !== undefined && !input.phases)
      throw new Fault('parameter_invalid', "'cycles' goes with 'phases': say what follows.", { param: 'cycles' });
    const { invoice, charge } = await orRefused(ctx, () => ctx.env.db.tx((tx) => update(ctx, tx, input)));
    ctx.env.probe('subscription.updated');
    const { return_url } = input;
    if (invoice && charge) await chargeInvoice(ctx, { invoice, ...(return_url ? { return_url } : {}) });
    return await subscriptionResult(ctx, input.id);
  },
});

type Updated = { invoice: InvoiceRow | undefined; charge: boolean };

async function update(ctx: Ctx, tx: Tx, input: UpdateInput): Promise<Updated> {
  const before = await lockSubscription(tx, ctx.account.account_id, input.id);
  refuseEnded(before, 'updated');
  const at = await timeFor(ctx, tx, before.test_clock_id);
  let s = await withNotes(tx, before, input, at);
  s = await withDiscount(ctx, tx, s, input, at, 'use');
  if (input.phases) s = await withPhases(ctx, tx, s, input);
  const item = await newItem(ctx, tx, s, input);
  if (!item) {
    await runAll(tx, writeSubscriptions([s]));
    await tellSubscription(ctx, tx, s, input.phases ? 'subscription.plan_change_scheduled' : 'subscription.updated');
    return await openAgain(ctx, tx, s, before);
  }
  if (input.at === 'period_end') {
    const later = atPeriodEnd(s, item);
    await runAll(tx, writeSubscriptions([later]));
    await tellSubscription(ctx, tx, later, 'subscription.plan_change_scheduled');
    return { invoice: undefined, charge: false };
  }
  return await changeNow(
    ctx,
    tx,
    s,
    await planChange(ctx, tx, s, { item, proration: input.proration ?? 'prorate_now', at, usage: 'close' }),
    at,
  );
}

async function changeNow(ctx: Ctx, tx: Tx, s: SubscriptionRow, change: Change, at: Date): Promise<Updated> {
  if (!change.billed) {
    const changed = { ...withChange(s, change.change), pending_lines: [...s.pending_lines, ...change.lines] };
    await runAll(tx, writeSubscriptions([changed]));
    await tellSubscription(ctx, tx, changed, 'subscription.plan_changed');
    return { invoice: undefined, charge: false };
  }
  const [issued] = await issueInvoices(ctx, tx, at, [
    {
      subscription: s,
      reason: 'subscription_update',
      period: change.period,
      lines: [...s.pending_lines, ...change.lines],
      change: change.change,
    },
  ]);
  if (!issued) return { invoice: undefined, charge: false };
  await runAll(tx, writeSubscriptions([issued.subscription]));
  const sent = isSent(issued.invoice);
  if (sent || issued.invoice.status === 'paid')
    await tellSubscription(ctx, tx, issued.subscription, 'subscription.plan_changed');
  return { invoice: issued.invoice, charge: !sent && issued.invoice.status === 'open' };
}

/** Everything is read by the transaction: one that waits for another connection holds up those who hold them all. */
async function withNotes(tx: Tx, before: SubscriptionRow, input: UpdateInput, at: Date): Promise<SubscriptionRow> {
  const { account_id, customer_id: customer } = before;
  const { payment_method } = input;
  if (payment_method) {
    await keepCards(tx, account_id, customer);
    await refuseForeignMethod(tx, account_id, { customer, payment_method });
  }
  const s = await withCollection(tx, before, input);
  return {
    ...s,
    payment_method_id: payment_method === undefined ? before.payment_method_id : payment_method,
    automatic_tax: input.automatic_tax ?? before.automatic_tax,
    merchant_reference: input.merchant_reference ?? before.merchant_reference,
    metadata: input.metadata ?? before.metadata,
    updated_at: at,
  };
}

/** Holds for the next invoices; those that are open stay what they are. */
async function withCollection(tx: Tx, before: SubscriptionRow, input: UpdateInput): Promise<SubscriptionRow> {
  if (input.collection_method === undefined && input.days_until_due === undefined) return before;
  const collection = collectionOf(input, before);
  if (isSent(collection) === isSent(before)) return { ...before, ...collection };
  if (before.status === 'incomplete')
    throw new Fault(
      'state_invalid',
      'This subscription has not begun: its first invoice is not paid. Pay that first, or make a new one.',
      { param: 'collection_method' },
    );
  const payer = { ...before, payment_method_id: input.payment_method ?? before.payment_method_id };
  if (!isSent(collection) && (await methodFor(tx, payer, null)) === undefined)
    throw new Fault(
      'parameter_missing',
      "'payment_method' is required: to be charged automatically, the customer needs a saved card, and has none.",
      { param: 'payment_method' },
    );
  return { ...before, ...collection };
}

async function withPhases(ctx: Ctx, tx: Tx, s: SubscriptionRow, input: UpdateInput): Promise<SubscriptionRow> {
  if (input.price !== undefined || input.quantity !== undefined)
    throw new Fault('parameter_invalid', 'Give either a change of plan or phases, not both.', { param: 'phases' });
  const phases: Phase[] = await phasesFor(tx, ctx.account.account_id, input.phases ?? [], s.currency);
  return { ...s, phases, phase_cycles_left: input.cycles ?? runningOnly(s) };
}

/** So that what follows begins with the next period: the trial is no period of the present terms. */
const runningOnly = (s: SubscriptionRow) => (s.status === 'trialing' ? 0 : 1);

export const atPeriodEnd = (s: SubscriptionRow, item: Item): SubscriptionRow => ({
  ...s,
  phase_cycles_left: runningOnly(s),
  phases: [{ ...item, cycles: null }],
});

/** Undefined: the plan is not to be changed. */
export async function newItem(ctx: Ctx, tx: Tx, s: SubscriptionRow, input: PlanInput): Promise<Item | undefined> {
  const { account_id } = ctx.account;
  const { price, quantity = s.quantity } = input;
  if (price === undefined && input.quantity === undefined) {
    const param = (['price_snapshot', 'proration', 'at'] as const).find((name) => input[name] !== undefined);
    if (param === undefined) return undefined;
    throw new Fault('parameter_missing', `'price' or 'quantity' is required with '${param}': what is to change?`, {
      param: 'price',
    });
  }
  if (input.at === 'period_end' && input.proration !== undefined)
    throw new Fault('parameter_invalid', 'At the end of a period nothing is prorated. Leave proration out.', {
      param: 'proration',
    });
  if (price === undefined) return await itemAgain(tx, account_id, s.item, quantity, s.currency);
  const { item } = await itemFor(tx, account_id, { price, quantity, currency: s.currency });
  if (input.price_snapshot !== undefined && input.price_snapshot !== item.price_snapshot)
    throw new Fault('state_invalid', 'This price was edited since. Preview the change again.', {
      param: 'price_snapshot',
    });
  return item;
}

/** A new card: what could not be paid is charged at once. */
async function openAgain(ctx: Ctx, tx: Tx, s: SubscriptionRow, before: SubscriptionRow): Promise<Updated> {
  const none = { invoice: undefined, charge: false };
  if (s.payment_method_id === before.payment_method_id || !s.open_invoice_id || isEnded(s)) return none;
  const invoice = await findInvoice(tx, ctx.account.account_id, s.open_invoice_id);
  // The card that was declined for good, chosen again, is no new one.
  const method = await methodFor(tx, s, invoice.declined_method_id);
  return { invoice, charge: invoice.status === 'open' && !invoice.charging && method !== undefined };
}
