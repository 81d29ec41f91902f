// Ending, keeping, pausing and resuming a subscription, by its customer, as far as the account lets them.

import Type from 'typebox';
import { cancelSubscription, revokeCancellation } from '../billing/cancel-subscription.ts';
import { pauseSubscription, resumeSubscription } from '../billing/pause-subscription.ts';
import { cancelReasons } from '../billing/subscription.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { PaymentAnswer, paymentAnswer } from './pay-invoice.ts';
import { act, homeOf, ownSubscription } from './reach.ts';
import { type PortalSettings, portalSettings } from './settings.ts';

export const portalCancelReasons = cancelReasons.filter((code) => code !== 'payment_failed');

const Done = Type.Object({ id: Type.String() });

async function refuseUnless(ctx: Ctx, allowed: (settings: PortalSettings) => boolean, what: string): Promise<void> {
  if (allowed(await portalSettings(ctx.env.db.query, ctx.account.account_id))) return;
  throw new Fault('permission_denied', `${what} is not offered here. Ask ${ctx.account.merchant_name}.`, {
    param: 'id',
  });
}

export const cancelPortalSubscription = operation({
  name: 'portal.cancel',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Cancel a subscription',
  description: 'At the end of its period, or now, as the account allows.',
  input: Type.Object(
    {
      id: Id,
      at: Type.Enum(['period_end', 'now']),
      reason: Type.Optional(text(500)),
      reason_code: Type.Optional(Type.Enum(portalCancelReasons)),
    },
    { additionalProperties: false },
  ),
  output: Done,
  faults: ['not_found', 'state_invalid', 'payment_in_progress', 'permission_denied'],
  async run(ctx, input) {
    const s = await ownSubscription(ctx, input.id);
    await refuseUnless(ctx, ({ cancel_at }) => cancel_at.includes(input.at), 'Canceling then');
    if (s.cancel_at_period_end)
      throw new Fault('state_invalid', 'This subscription is canceled already.', { param: 'id' });
    await act(ctx, cancelSubscription, input);
    return { id: input.id };
  },
});

export const keepPortalSubscription = operation({
  name: 'portal.keep',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Keep a subscription',
  description: 'Takes a cancellation back, while the period is not over.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Done,
  faults: ['not_found', 'state_invalid'],
  async run(ctx, input) {
    await ownSubscription(ctx, input.id);
    await act(ctx, revokeCancellation, input);
    return { id: input.id };
  },
});

export const pausePortalSubscription = operation({
  name: 'portal.pause',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Pause a subscription',
  description: 'Where the account allows it.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Done,
  faults: ['not_found', 'state_invalid', 'permission_denied'],
  async run(ctx, input) {
    await ownSubscription(ctx, input.id);
    await refuseUnless(ctx, ({ pause }) => pause, 'Pausing');
    await act(ctx, pauseSubscription, input);
    return { id: input.id };
  },
});

export const resumePortalSubscription = operation({
  name: 'portal.resume',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Resume a subscription',
  description: 'Where the account allows it. After the period that was paid for, a new one is charged at once.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PaymentAnswer,
  faults: ['not_found', 'state_invalid', 'permission_denied'],
  async run(ctx, input) {
    const s = await ownSubscription(ctx, input.id);
    await refuseUnless(ctx, ({ pause }) => pause, 'Resuming');
    const result = await act(ctx, resumeSubscription, { ...input, return_url: homeOf(ctx) });
    const began = result.latest_invoice !== s.latest_invoice_id;
    return paymentAnswer(began ? result.latest_payment : null);
  },
});
