// What tests of payouts need before they begin: money that is available, and a bank account to send it to.

import { strict as assert } from 'node:assert';
import { loadAccount } from '../../src/identity/account.ts';
import { must } from '../../src/kit/assert.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { type Operation, perform } from '../../src/operation/operation.ts';
import type { Tenant, World } from './world.ts';

/** Pays `amount` and settles it, so that it is available now. The world takes no fees unless it was asked to. */
export async function fund(world: World, amount: number, currency = 'USD', who: Tenant = world.tenant): Promise<void> {
  const token = await world.call(
    'POST',
    '/v1/tokens',
    { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } },
    { as: who.publishable },
  );
  const paid = await world.call('POST', '/v1/payments', { amount, currency, token: token.body.id }, { as: who.secret });
  assert.equal(paid.status, 201, paid.text);
  const settled = await world.call('POST', '/v1/settlements', {}, { as: who.secret });
  assert.equal(settled.status, 201, settled.text);
}

export async function availableOf(world: World, currency = 'USD', who: Tenant = world.tenant): Promise<number> {
  const { body } = await world.call('GET', '/v1/balances', undefined, { as: who.secret });
  return body.data.find((one: { currency: string }) => one.currency === currency)?.available ?? 0;
}

export const us = (account_number = '000123456789') => ({
  kind: 'us',
  currency: 'USD',
  holder_name: 'Acme Inc.',
  routing_number: '110000000',
  account_number,
});

/** The id of a new US account; its last six digits choose what the simulated bank does. */
export async function usAccount(world: World, account_number?: string, who: Tenant = world.tenant): Promise<string> {
  const reply = await world.call('POST', '/v1/bank_accounts', us(account_number), { as: who.secret });
  assert.equal(reply.status, 201, reply.text);
  return reply.body.id;
}

/** An operation of the operator's, who has no route. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
export async function operate(ctx: Ctx, op: unknown, input: Record<string, unknown>): Promise<any> {
  return JSON.parse((await perform(op as Operation, ctx, { input })).text);
}

export async function liveCtx(world: World): Promise<Ctx> {
  const account = must(await loadAccount(world.env.db.query, world.tenant.live_account_id), 'the live account exists');
  return { ...world.ctx(), account };
}
