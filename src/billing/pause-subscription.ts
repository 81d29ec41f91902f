// Letting a subscription rest and go on. While it rests nothing is renewed; what was paid for runs on to its end, and after that a new
// period begins on the day it is resumed.

import Type from 'typebox';
import { runAll } from '../db/db.ts';
import { emitStatements } from '../events/emit.ts';
import { Fault } from '../kit/fault.ts';
import { Id, instantOf, Url } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { timeFor } from './business-time.ts';
import { chargeInvoice } from './charge-invoice.ts';
import { issueInvoices } from './issue-invoices.ts';
import { resumed } from './roll.ts';
import { lockSubscription, refuseEnded, type SubscriptionRow, writeSubscriptions } from './subscription.ts';
import { SubscriptionObject, subscriptionObject } from './subscription-object.ts';
import { SubscriptionResult, subscriptionResult } from './subscription-result.ts';
import { ofSubscription, tellSubscription } from './tell.ts';

export const pauseSubscription = operation({
  name: 'subscriptions.pause',
  scope: 'subscriptions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Pause a subscription',
  description:
    'Nothing is renewed until it is resumed, by you or at `resumes_at`. Its status stays as it is; `paused` says so.',
  input: Type.Object(
    { id: Id, resumes_at: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })) },
    { additionalProperties: false },
  ),
  output: SubscriptionObject,
  faults: ['not_found', 'state_invalid', 'parameter_invalid'],
  example: { id: '{pausing_subscription}' },
  async run(ctx, input, tx) {
    const before = await lockSubscription(tx, ctx.account.account_id, input.id);
    refuseEnded(before, 'paused');
    const at = await timeFor(ctx, tx, before.test_clock_id);
    if (before.paused_at) throw new Fault('state_invalid', 'This subscription is paused already.', { param: 'id' });
    if (before.status === 'incomplete' || before.open_invoice_id)
      throw new Fault(
        'state_invalid',
        'An invoice of this subscription is not paid. Pay or void it first, then pause.',
        {
          param: 'id',
        },
      );
    const resumes_at = input.resumes_at === undefined ? null : instantOf(input.resumes_at, 'resumes_at');
    if (resumes_at && resumes_at <= at)
      throw new Fault('parameter_invalid', "'resumes_at' must be later than now.", { param: 'resumes_at' });
    const paused: SubscriptionRow = { ...before, paused_at: at, resumes_at, updated_at: at };
    await runAll(tx, writeSubscriptions([paused]));
    await tellSubscription(ctx, tx, paused, 'subscription.paused');
    return subscriptionObject(paused);
  },
});

export const resumeSubscription = operation({
  name: 'subscriptions.resume',
  scope: 'subscriptions:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Resume a subscription',
  description:
    'Within the period that was paid for, it goes on. After it, a new period begins now and is charged at once.',
  input: Type.Object({ id: Id, return_url: Type.Optional(Url) }, { additionalProperties: false }),
  output: SubscriptionResult,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{paused_subscription}' },
  async run(ctx, input) {
    const invoice = await ctx.env.db.tx(async (tx) => {
      const before = await lockSubscription(tx, ctx.account.account_id, input.id);
      refuseEnded(before, 'resumed');
      if (!before.paused_at) throw new Fault('state_invalid', 'This subscription is not paused.', { param: 'id' });
      const at = await timeFor(ctx, tx, before.test_clock_id);
      const step = resumed(before, at);
      if (step.kind !== 'move') return undefined;
      const [issued] = step.draft
        ? await issueInvoices(ctx, tx, at, [{ ...step.draft, subscription: step.subscription }])
        : [];
      const s = issued?.subscription ?? step.subscription;
      await runAll(tx, [
        ...writeSubscriptions([s]),
        ...emitStatements(step.events.map((type) => ofSubscription(ctx, type, s))),
      ]);
      return issued?.invoice;
    });
    ctx.env.probe('subscription.resumed');
    const { return_url } = input;
    if (invoice?.status === 'open') await chargeInvoice(ctx, { invoice, ...(return_url ? { return_url } : {}) });
    return await subscriptionResult(ctx, input.id);
  },
});
