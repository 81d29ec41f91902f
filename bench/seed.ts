// What a run needs before it measures: accounts with secret keys, and a sealed card with a token per payment, written many at a
// time through the vault's own sealing. Nothing here is measured.

import { runAll } from '../src/db/db.ts';
import { insertRows } from '../src/db/rows.ts';
import { createCompany, loadAccount } from '../src/identity/account.ts';
import { mintKey } from '../src/identity/api-key.ts';
import { must } from '../src/kit/assert.ts';
import { hmac, seal } from '../src/kit/crypto.ts';
import { newId } from '../src/kit/id.ts';
import type { Ctx, Env } from '../src/operation/context.ts';
import { brandOf, factsOf } from '../src/vault/card.ts';
import { currentKey } from '../src/vault/keys.ts';
import { tokenText } from '../src/vault/token.ts';
import type { Order } from './load.ts';

export type Payer = { ctx: Ctx; key: string };

const number = '4242424242424242';

export async function seedAccounts(env: Env, count: number): Promise<Payer[]> {
  return await inTurns(count, 6, async (at) => {
    const { account_id, key } = await env.db.tx(async (tx) => {
      const ids = await createCompany(env, tx, { company: `Company ${at}`, merchant: `Shop ${at}`, currency: 'USD' });
      const account = { account_id: ids.sandbox, mode: 'sandbox' as const };
      const minted = await mintKey(env, tx, account, { kind: 'secret', name: 'bench', expires_at: null });
      return { account_id: ids.sandbox, key: minted.text };
    });
    const account = must(await loadAccount(env.db.query, account_id), 'the new account is there');
    return { ctx: { env, account, actor: { kind: 'system' as const }, request_id: newId('req', env) }, key };
  });
}

const addCards = insertRows('cards', {
  account_id: 'text',
  id: 'text',
  key_id: 'text',
  sealed: 'bytea',
  fingerprint: 'text',
  brand: 'text',
  last_four: 'text',
  exp_month: 'smallint',
  exp_year: 'smallint',
  funding: 'text',
  country: 'text',
  issuer: 'text',
  created_at: 'timestamptz',
});
const addTokens = insertRows('tokens', {
  account_id: 'text',
  id: 'text',
  card_id: 'text',
  expires_at: 'timestamptz',
  created_at: 'timestamptz',
});

/** One order per payment, each with a card and a token of its own; the payers are drawn at random. */
export async function seedOrders(env: Env, payers: Payer[], count: number, label: string): Promise<Order[]> {
  const chunk = 1_000;
  const chunks = await inTurns(Math.ceil(count / chunk), 3, async (at) => {
    const orders: Order[] = [];
    const cards: Record<string, unknown>[] = [];
    const tokens: Record<string, unknown>[] = [];
    for (let i = at * chunk; i < Math.min(count, (at + 1) * chunk); i++) {
      const payer = must(payers[Math.floor(Math.random() * payers.length)], 'there are payers');
      const { card, token, text } = await typedCard(payer.ctx);
      cards.push(card);
      tokens.push(token);
      orders.push({ key: payer.key, token: text, reference: `${label}_${i}` });
    }
    await insertCards(env, cards, tokens);
    return orders;
  });
  return chunks.flat();
}

export async function insertCards(env: Env, cards: Record<string, unknown>[], tokens: Record<string, unknown>[]) {
  await env.db.tx((tx) => runAll(tx, [...addCards(cards), ...addTokens(tokens)]));
}

export async function typedCard(ctx: Ctx) {
  const { env } = ctx;
  const { account_id } = ctx.account;
  const { id: key_id, key } = await currentKey(ctx);
  const id = newId('card', env);
  const token_id = newId('tok', env);
  const created_at = env.clock.now();
  const card = {
    account_id,
    id,
    key_id,
    sealed: seal(key, JSON.stringify({ number }), `card ${account_id} ${id}`),
    fingerprint: hmac(env.keys.fingerprints, `${account_id} ${number}`).toString('base64url').slice(0, 22),
    brand: brandOf(number),
    last_four: number.slice(-4),
    exp_month: 12,
    exp_year: 2034,
    ...factsOf(number),
    created_at,
  };
  // A long run must not outlive its tokens.
  const expires_at = new Date(created_at.getTime() + 6 * 3_600_000);
  const token = { account_id, id: token_id, card_id: id, expires_at, created_at };
  return { card, token, text: tokenText(env, account_id, token_id, '123') };
}

/** `work` for 0 … count - 1, so many at a time; answers in order. */
export async function inTurns<T>(count: number, at_once: number, work: (at: number) => Promise<T>): Promise<T[]> {
  const done: T[] = new Array(count);
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < count; at = next++) done[at] = await work(at);
  };
  await Promise.all(Array.from({ length: at_once }, worker));
  return done;
}
