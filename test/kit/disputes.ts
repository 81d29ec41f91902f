// What tests of disputes share: a payment that is disputed, and everything that the books say about it.

import assert from 'node:assert/strict';
import { must } from '../../src/kit/assert.ts';
import { seconds } from '../../src/kit/clock.ts';
import type { World } from './world.ts';

export const disputeFees = { dispute: [{ amount: 1_500 }] };

export const cards = {
  fraudulent: '4000000000000259',
  not_received: '4000000000002685',
  withdrawn: '4000000000008120',
  warned: '4000000000005423',
  warned_then_disputed: '4000000000008112',
} as const;

export async function pay(w: World, card: string, more: Record<string, unknown> = {}): Promise<string> {
  const reply = await w.call('POST', '/v1/payments', {
    amount: 10_000,
    currency: 'USD',
    token: await w.token(card),
    ...more,
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.body.id;
}

/** Time passes, and everything due happens. */
export async function pass(w: World, ms: number): Promise<void> {
  w.clock.advance(ms);
  await w.work();
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
export async function disputeOf(w: World, payment: string): Promise<any> {
  const { body } = await w.call('GET', `/v1/disputes?payment=${payment}`);
  assert.equal(body.data.length, 1, `one dispute of ${payment}`);
  return must(body.data[0], 'a dispute');
}

/** Pays and waits until the customer disputes it; returns the dispute. */
export async function disputed(w: World, card: string = cards.fraudulent, more: Record<string, unknown> = {}) {
  const payment = await pay(w, card, more);
  await pass(w, seconds(6));
  return await disputeOf(w, payment);
}

/** By name: what happens in one moment has no order. */
export const eventsOf = async (w: World, id: string): Promise<string[]> =>
  (await w.env.db.query.selectFrom('events').select('type').where('object_id', '=', id).execute())
    .map((e) => e.type)
    .sort();

export const recipesOf = async (w: World, dispute: string): Promise<string[]> =>
  (
    await w.env.db.query
      .selectFrom('ledger_postings')
      .select('recipe')
      .where('source_id', '=', dispute)
      .orderBy('position')
      .execute()
  ).map((p) => p.recipe);

/** Of one currency, signed from the merchant's side. */
export async function books(w: World, currency = 'USD', who = w.tenant) {
  const row = await w.env.db.query
    .selectFrom('balances')
    .select(['incoming', 'available', 'disputed', 'fees', 'provider_receivable'])
    .where('account_id', '=', who.account.account_id)
    .where('currency', '=', currency)
    .executeTakeFirst();
  const { incoming = 0, available = 0, disputed: held = 0, fees = 0, provider_receivable: receivable = 0 } = row ?? {};
  return { incoming: 0 - incoming, available: 0 - available, disputed: 0 - held, fees: 0 - fees, receivable };
}
