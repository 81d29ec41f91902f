// Ending a subscription, now or when its period is over, and thinking better of it. Cancelling gives nothing back: a refund is made on
// the payment.

import Type from 'typebox';
import { runAll } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import { Id, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { timeFor } from './business-time.ts';
import { endSubscription, voidInvoiceRow } from './end-subscription.ts';
import { lockInvoice } from './invoice.ts';
import { leavePage, withoutInvoice } from './settle-invoice.ts';
import {
  cancelReasons,
  lockSubscription,
  refuseEnded,
  type SubscriptionRow,
  writeSubscriptions,
} from './subscription.ts';
import { SubscriptionObject, subscriptionObject } from './subscription-object.ts';
import { tellSubscription } from './tell.ts';

export const cancelSubscription = operation({
  name: 'subscriptions.cancel',
  scope: 'subscriptions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Cancel a subscription',
  description:
    'At the end of the paid period, or `now`. Nothing is refunded by it. An invoice that is open stays open, and is not charged any more.',
  input: Type.Object(
    {
      id: Id,
      at: Type.Optional(Type.Enum(['period_end', 'now'], { description: '`period_end` when left out.' })),
      reason: Type.Optional(text(500)),
      reason_code: Type.Optional(Type.Enum(cancelReasons.filter((code) => code !== 'payment_failed'))),
    },
    { additionalProperties: false },
  ),
  output: SubscriptionObject,
  faults: ['not_found', 'state_invalid', 'payment_in_progress'],
  example: { id: '{subscription}', reason: 'Moving to the yearly plan', reason_code: 'too_expensive' },
  async run(ctx, input, tx) {
    const before = await lockSubscription(tx, ctx.account.account_id, input.id);
    refuseEnded(before, 'canceled');
    const at = await timeFor(ctx, tx, before.test_clock_id);
    let s: SubscriptionRow = {
      ...before,
      cancel_reason: input.reason ?? null,
      cancel_reason_code: input.reason_code ?? null,
      canceled_at: at,
      updated_at: at,
    };
    if (s.status === 'incomplete' && s.open_invoice_id) {
      const found = await lockInvoice(tx, s.account_id, s.open_invoice_id);
      const invoice = await leavePage(ctx, tx, { s, invoice: found, at });
      if (invoice.charging)
        throw new Fault(
          'payment_in_progress',
          'The first payment of this subscription is under way. Wait for its outcome, then cancel.',
          { param: 'id', retry_after: 2 },
        );
      s = withoutInvoice(s, await voidInvoiceRow(ctx, tx, invoice, at), at);
    }
    if (input.at === 'now' || s.status === 'incomplete')
      return subscriptionObject(await endSubscription(ctx, tx, s, at));
    const scheduled = { ...s, cancel_at_period_end: true, cancel_at: s.current_period_end };
    await runAll(tx, writeSubscriptions([scheduled]));
    await tellSubscription(ctx, tx, scheduled, 'subscription.cancellation_scheduled');
    return subscriptionObject(scheduled);
  },
});

export const revokeCancellation = operation({
  name: 'subscriptions.revoke_cancellation',
  scope: 'subscriptions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Revoke a cancellation',
  description: 'As long as the period is not over, the subscription goes on as if nothing had been said.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: SubscriptionObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{canceling_subscription}' },
  async run(ctx, input, tx) {
    const before = await lockSubscription(tx, ctx.account.account_id, input.id);
    refuseEnded(before, 'kept');
    const at = await timeFor(ctx, tx, before.test_clock_id);
    if (!before.cancel_at_period_end)
      throw new Fault('state_invalid', 'No cancellation is scheduled for this subscription.', { param: 'id' });
    if (before.cancel_at && before.cancel_at <= at)
      throw new Fault('state_invalid', 'The period is over: this subscription ends now. Make a new one.', {
        param: 'id',
      });
    const kept: SubscriptionRow = {
      ...before,
      cancel_at_period_end: false,
      cancel_at: null,
      canceled_at: null,
      cancel_reason: null,
      cancel_reason_code: null,
      updated_at: at,
    };
    await runAll(tx, writeSubscriptions([kept]));
    await tellSubscription(ctx, tx, kept, 'subscription.cancellation_revoked');
    return subscriptionObject(kept);
  },
});

export const cancelPlanChange = operation({
  name: 'subscriptions.cancel_update',
  scope: 'subscriptions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Cancel a scheduled change',
  description: 'Takes back what was scheduled for the end of a period; the plan of now goes on.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: SubscriptionObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{changing_subscription}' },
  async run(ctx, input, tx) {
    const before = await lockSubscription(tx, ctx.account.account_id, input.id);
    refuseEnded(before, 'changed');
    if (before.phases.length === 0)
      throw new Fault('state_invalid', 'No change is scheduled for this subscription.', { param: 'id' });
    const updated_at = await timeFor(ctx, tx, before.test_clock_id);
    const kept: SubscriptionRow = { ...before, phases: [], phase_cycles_left: null, updated_at };
    await runAll(tx, writeSubscriptions([kept]));
    await tellSubscription(ctx, tx, kept, 'subscription.plan_change_canceled');
    return subscriptionObject(kept);
  },
});
