// What tests of billing need before they begin: a world with a price in it, customers with a card, a subscription on a clock of its own,
// and the jobs run until nothing is due.

import assert from 'node:assert/strict';
import { advanceClocks } from '../../src/billing/advance-clocks.ts';
import { runBilling } from '../../src/billing/billing-run.ts';
import { createSubscription } from '../../src/billing/create-subscription.ts';
import { listInvoices } from '../../src/billing/manage-invoices.ts';
import { advanceTestClock, createTestClock, getTestClock } from '../../src/billing/manage-test-clocks.ts';
import { getSubscription } from '../../src/billing/read-subscriptions.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { createPrice } from '../../src/catalog/manage-prices.ts';
import { createProduct } from '../../src/catalog/manage-products.ts';
import { seconds } from '../../src/kit/clock.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { type Operation, perform } from '../../src/operation/operation.ts';
import { detachCard } from '../../src/vault/payment-method.ts';
import { openWorld, unlimited, type World, type WorldParts } from './world.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
type Any = any;

/** An operation as a program with a secret key would call it. */
export async function ask(
  ctx: Ctx,
  op: unknown,
  input: Record<string, unknown>,
  idempotency_key?: string,
): Promise<Any> {
  const call = { input, ...(idempotency_key ? { idempotency_key } : {}) };
  return JSON.parse((await perform(op as Operation, ctx, call)).text);
}

export async function newCustomer(w: World, more: Record<string, unknown> = {}): Promise<string> {
  const made = await w.call('POST', '/v1/customers', { email: 'ada@example.com', name: 'Ada Lovelace', ...more });
  assert.equal(made.status, 201, made.text);
  return made.body.id;
}

export type BillingWorld = { w: World; ctx: Ctx; price: string };

/** For `before`: a world without limits on calls, and a monthly price. */
export async function openBilling(unit_amount = 1_000, parts: WorldParts = {}): Promise<BillingWorld> {
  const w = await openWorld({ ...parts, settings: { ...unlimited, ...parts.settings } });
  const ctx = w.ctx();
  return { w, ctx, price: await newPrice(ctx, unit_amount) };
}

/** Declined for want of funds, and as lost: the second is not tried again. */
export const poor = '4000000000009995';
export const lost = '4000000000009987';

/** A customer with a saved card. */
export async function newPayer(w: World, more: Record<string, unknown> = {}, number?: string): Promise<string> {
  const id = await newCustomer(w, more);
  await newCard(w, id, number);
  return id;
}

/** The id of a saved card; the first one of a customer is their default. */
export async function newCard(w: World, customer: string, number?: string): Promise<string> {
  const made = await w.call('POST', '/v1/payment_methods', { customer, token: await w.token(number) });
  assert.equal(made.status, 201, made.text);
  return made.body.id;
}

/** Gone although something renews with it: the operation refuses that, but a card may have gone before the rule was there. */
export async function loseCard(w: World, id: string): Promise<void> {
  await w.env.db.tx((tx) => detachCard(w.ctx(), tx, id));
}

type PriceMore = {
  recurring?: Record<string, unknown>;
  amounts?: unknown[];
  pricing_model?: string;
  tax_category?: string;
};

export async function newPrice(ctx: Ctx, unit_amount: number, more: PriceMore = {}): Promise<string> {
  const { tax_category = 'software_service', ...rest } = more;
  const product = await ask(ctx, createProduct, { name: 'Coffee club', tax_category });
  const price = await ask(ctx, createPrice, {
    product: product.id,
    type: 'recurring',
    amounts: [{ currency: 'USD', unit_amount }],
    recurring: { interval: 'month' },
    ...rest,
  });
  return price.id;
}

export const subscribe = (ctx: Ctx, input: Record<string, unknown>, key?: string) =>
  ask(ctx, createSubscription, input, key);
export const subscriptionOf = (ctx: Ctx, id: string) => ask(ctx, getSubscription, { id });
/** Oldest first. */
export const invoicesOf = async (ctx: Ctx, subscription: string): Promise<Any[]> =>
  (await ask(ctx, listInvoices, { subscription, limit: 100 })).data.reverse();

/** Every job of billing, until none has anything to do now. */
export async function bill(w: World): Promise<void> {
  while ((await runBilling(w.env)) + (await advanceClocks(w.env)) > 0);
}

type Begin = { start?: string; who?: Record<string, unknown>; number?: string; [field: string]: unknown };

/** A customer with a card, on a clock of their own, and what they subscribe to. */
export async function begin(w: World, ctx: Ctx, { start = '2027-01-01T00:00:00Z', who, number, ...input }: Begin) {
  const customer = await newCustomer(w, who);
  const card = await newCard(w, customer, number);
  const clock = await clockFor(ctx, customer, start);
  const s = await subscribe(ctx, { customer, ...input });
  return { s, id: s.id as string, customer, card, clock, to: (at: string) => advance(w, ctx, clock, at) };
}

/** From now on it is charged to such a card. */
export async function changeCard(w: World, ctx: Ctx, of: { id: string; customer: string }, number = poor) {
  const payment_method = await newCard(w, of.customer, number);
  await ask(ctx, updateSubscription, { id: of.id, payment_method });
  return payment_method;
}

export async function clockFor(ctx: Ctx, customer: string, frozen_time: string): Promise<string> {
  return (await ask(ctx, createTestClock, { name: 'test', customer, frozen_time })).id;
}

export async function advance(w: World, ctx: Ctx, id: string, to: string): Promise<Any> {
  await ask(ctx, advanceTestClock, { id, to });
  for (let left = 60; left > 0; left--) {
    await bill(w);
    const clock = await ask(ctx, getTestClock, { id });
    if (clock.status !== 'advancing') return clock;
    // A payment is under way: its end comes in real time.
    w.clock.advance(seconds(65));
    await w.work();
  }
  throw new Error('the clock never arrived');
}
