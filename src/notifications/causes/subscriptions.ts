// Mails about subscriptions: the end of a trial, a renewal, an end. Each looks at the subscription as it is now, too: nobody is reminded of
// what will not happen any more.

import { methodFor } from '../../billing/charge-invoice.ts';
import { isSent } from '../../billing/due.ts';
import { previewOf } from '../../billing/preview-subscription.ts';
import { findSubscription, isEnded, type SubscriptionRow } from '../../billing/subscription.ts';
import type { SubscriptionObject } from '../../billing/subscription-object.ts';
import type { Ctx } from '../../operation/context.ts';
import { renewalUpcoming } from '../letters/renewal-upcoming.ts';
import { subscriptionCanceled } from '../letters/subscription-canceled.ts';
import { trialEnding } from '../letters/trial-ending.ts';
import { portalUrl } from '../portal-url.ts';
import type { Recipient } from '../post-customer-mail.ts';
import { type Event, frozen, type Mail, mailOf, nameFor, recipientOf, savedCard } from './cause.ts';

type Told = { s: SubscriptionRow; then: SubscriptionObject; to: Recipient };

/**
 * Undefined: it will not happen any more, or nobody is written to. A test clock runs ahead of the mails, which tell what was to come when
 * it was told.
 */
async function toldOf(ctx: Ctx, id: string, event: Event): Promise<Told | undefined> {
  const s = await findSubscription(ctx.env.db.query, ctx.account.account_id, id);
  const then = await frozen<SubscriptionObject>(ctx, event);
  const going = !isEnded(s) && !s.cancel_at_period_end && s.paused_at === null && isSamePeriod(s, then);
  if (!going && s.test_clock_id === null) return undefined;
  const to = await recipientOf(ctx, { customer_id: s.customer_id });
  return to && { s, then, to };
}

const isSamePeriod = (s: SubscriptionRow, then: SubscriptionObject) =>
  s.current_period_end.toISOString() === then.current_period_end;

/** What the next charge will come to, by the code that will make it, and from which card. */
async function comingOf(ctx: Ctx, { s, then, to }: Told) {
  const item = then.upcoming_item ?? then.item;
  const amount =
    isSamePeriod(s, then) && !isEnded(s)
      ? (await ctx.env.db.tx((tx) => previewOf(ctx, tx, { id: s.id }))).amount_due
      : item.amount;
  return {
    product: await nameFor(ctx, to, item),
    price: item.amount,
    every: { interval: item.interval, count: item.interval_count },
    amount,
    currency: then.currency,
    url: await portalUrl(ctx),
    sent: isSent(s),
    card: isSent(s) ? null : await savedCard(ctx, await methodFor(ctx.env.db.query, s, null)),
  };
}

export async function aboutTrialEnd(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const told = await toldOf(ctx, id, event);
  if (!told) return undefined;
  const data = { ...(await comingOf(ctx, told)), ends_at: told.then.current_period_end };
  return mailOf(ctx, trialEnding, data, told.to, { event, object_id: id });
}

export async function aboutRenewal(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const told = await toldOf(ctx, id, event);
  if (!told) return undefined;
  const data = { ...(await comingOf(ctx, told)), renews_at: told.then.current_period_end };
  return mailOf(ctx, renewalUpcoming, data, told.to, { event, object_id: id });
}

export async function aboutEnd(ctx: Ctx, id: string, event: Event): Promise<Mail> {
  const s = await findSubscription(ctx.env.db.query, ctx.account.account_id, id);
  const ended = s.ended_at !== null;
  // The cancellation was taken back, or it ended meanwhile and the other event tells of it.
  if (event.type === 'subscription.cancellation_scheduled' && (ended || s.cancel_at === null)) return undefined;
  const at = s.ended_at ?? s.cancel_at;
  const to = await recipientOf(ctx, { customer_id: s.customer_id });
  if (!to || at === null) return undefined;
  const state = !ended ? 'ending' : s.cancel_reason_code === 'payment_failed' ? 'unpaid' : 'ended';
  const product = await nameFor(ctx, to, s.item);
  const data = { product, at: at.toISOString(), state, url: await portalUrl(ctx) } as const;
  return mailOf(ctx, subscriptionCanceled, data, to, { event, object_id: id });
}
