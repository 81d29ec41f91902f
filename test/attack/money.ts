// What the attacks ask of a database afterwards: what the provider did, what was told, what is still open. Reads only.

import { sql } from 'kysely';
import type { Reply, World } from '../kit/world.ts';

export const long = process.env.LONG === '1';

export type ProviderCall = { kind: string; status: string; amount: number; captured: boolean };

/** The simulated provider's own rows about one payment, oldest first. */
export async function providerCalls(world: World, payment_id: string): Promise<ProviderCall[]> {
  const { rows } = await sql<ProviderCall>`
    select c.kind, c.status, c.amount, c.captured from simulator_calls c
    where c.account_id = ${world.tenant.account.account_id} and (
      split_part(c.reference, '_close', 1) in (select id from attempts where payment_id = ${payment_id})
      or c.provider_reference = (select provider_reference from payments where id = ${payment_id}))
    order by c.created_at, c.reference`.execute(world.env.db.query);
  return rows;
}

/** What the provider took of a payment by its own books. */
export const taken = (calls: ProviderCall[]) =>
  calls
    .filter((c) => c.status === 'approved' && (c.kind === 'capture' || c.captured))
    .reduce((sum, c) => sum + c.amount, 0);

export const givenBack = (calls: ProviderCall[]) =>
  calls.filter((c) => c.status === 'approved' && c.kind === 'refund').reduce((sum, c) => sum + c.amount, 0);

export async function eventTypesOf(world: World, object_id: string): Promise<string[]> {
  const { rows } = await sql<{
    type: string;
  }>`select type from events where object_id = ${object_id} order by id`.execute(world.env.db.query);
  return rows.map((row) => row.type);
}

export const countOf = (list: string[], what: string) => list.filter((one) => one === what).length;

export async function openAttempts(world: World): Promise<string[]> {
  const { rows } = await sql<{
    what: string;
  }>`select kind || ' ' || status || ' ' || payment_id as what from attempts where resolve_at is not null`.execute(
    world.env.db.query,
  );
  return rows.map((row) => row.what);
}

/** Status and problem code → how often; what a parallel attack came to, on one line. */
export function tally(replies: Reply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of replies) {
    const name = status < 400 ? String(status) : `${status} ${String(body.code)}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Lets the safety job come around as often as it takes: its pauses double. */
export async function settleAll(world: World, rounds = 6, step_ms = 61_000): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    world.clock.advance(step_ms);
    await world.work();
    if ((await openAttempts(world)).length === 0) return;
  }
}

export async function authorized(world: World, amount = 1000, card = '4242424242424242'): Promise<string> {
  const reply = await world.call('POST', '/v1/payments', {
    amount,
    currency: 'USD',
    capture: false,
    token: await world.token(card),
  });
  if (reply.body.status !== 'authorized') throw new Error(`no authorized payment: ${reply.text}`);
  return reply.body.id;
}

export async function completed(world: World, amount = 1000, card = '4242424242424242'): Promise<string> {
  const reply = await world.call('POST', '/v1/payments', { amount, currency: 'USD', token: await world.token(card) });
  if (reply.body.status !== 'completed') throw new Error(`no completed payment: ${reply.text}`);
  return reply.body.id;
}

export async function session(world: World, amount_total = 1000, more: Record<string, unknown> = {}): Promise<string> {
  const reply = await world.call('POST', '/v1/checkout_sessions', { amount_total, currency: 'USD', ...more });
  if (reply.status !== 201) throw new Error(`no session: ${reply.text}`);
  return reply.body.id;
}

export const card = (number = '4242424242424242', cvc = '123') => ({ number, exp_month: 12, exp_year: 2034, cvc });

/** The customer answers the bank's page. */
export async function answerChallenge(
  world: World,
  action_url: string,
  answer: 'approve' | 'refuse' = 'approve',
): Promise<void> {
  const response = await world.app.server.inject({
    method: 'POST',
    url: new URL(action_url).pathname,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `answer=${answer}`,
  });
  if (response.statusCode !== 303) throw new Error(`the challenge page answered ${response.statusCode}`);
}

/** Where the bank's page for a payment that waits for its customer is. */
export async function challengeOf(world: World, payment_id: string): Promise<string> {
  const { rows } = await sql<{
    next_action_url: string | null;
  }>`select next_action_url from payments where id = ${payment_id}`.execute(world.env.db.query);
  const url = rows[0]?.next_action_url;
  if (!url) throw new Error(`payment ${payment_id} has no challenge`);
  return url;
}

export const eachOf = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));
