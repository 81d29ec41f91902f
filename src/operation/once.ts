// Idempotency. A key is claimed before the work, fenced while it runs, and answered in the very transaction that ends the work.
// Once a transaction recorded an effect under a claim, the work is never begun anew: whoever settles the effect answers the claim.

import { sql } from 'kysely';
import type { Statement, Tx } from '../db/db.ts';
import { asGuard, runAll } from '../db/db.ts';
import { rowChange } from '../db/rows.ts';
import { plus, seconds } from '../kit/clock.ts';
import { hmac, same } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import type { Claim, Ctx, Env } from './context.ts';

/** How long a claim without an effect is left to its holder. */
const lease = seconds(60);

/** Same parameters in another order are the same request. Keyed: what was sent may hold a card number, and no plain hash of one is kept. */
export function requestHash(env: Env, input: unknown): Buffer {
  return hmac(env.keys.requests, JSON.stringify(sorted(input)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

/** Undefined: the caller holds the claim now. Otherwise the stored answer. Throws for another body or a twin in flight. */
export async function begin(ctx: Ctx, claim: Claim): Promise<{ text: string } | undefined> {
  const { account_id } = ctx.account;
  const now = ctx.env.clock.now();
  const inserted = await ctx.env.db.query
    .insertInto('idempotency_keys')
    .values({
      account_id,
      ...keyOf(claim),
      request_hash: claim.request_hash,
      holder: claim.holder,
      leased_until: plus(now, lease),
      created_at: now,
    })
    .onConflict((c) => c.columns(['account_id', 'operation', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst();
  if (inserted) return undefined;
  const answered = await standing(ctx, claim);
  if (answered) return answered;
  // The holder's lease ran out and it recorded nothing: it is dead or fenced from now on.
  const taken = await ctx.env.db.query
    .updateTable('idempotency_keys')
    .set({ holder: claim.holder, leased_until: plus(now, lease) })
    .where('account_id', '=', account_id)
    .where('operation', '=', claim.operation)
    .where('key', '=', claim.key)
    .where('effect_id', 'is', null)
    .where('answer', 'is', null)
    .where('leased_until', '<', now)
    .returning('key')
    .executeTakeFirst();
  if (taken) return undefined;
  throw inFlight();
}

/** What an existing claim says to a second caller. Undefined: it lapsed without an effect and may be taken over. */
export async function standing(ctx: Ctx, claim: Claim): Promise<{ text: string } | undefined> {
  const row = await ctx.env.db.query
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'answer', 'answer_event', 'effect_id', 'leased_until'])
    .where('account_id', '=', ctx.account.account_id)
    .where('operation', '=', claim.operation)
    .where('key', '=', claim.key)
    .executeTakeFirst();
  if (!row) throw inFlight();
  if (!same(row.request_hash, claim.request_hash)) {
    throw new Fault(
      'idempotency_conflict',
      'This idempotency key was used with other parameters. Use a new key for a new request.',
      {
        param: 'Idempotency-Key',
      },
    );
  }
  if (row.answer !== null) return { text: row.answer };
  if (row.answer_event !== null) {
    const told = await ctx.env.db.query
      .selectFrom('events')
      .select('payload')
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', row.answer_event)
      .executeTakeFirst();
    if (told?.payload) return { text: told.payload };
  }
  if (row.effect_id !== null || row.leased_until >= ctx.env.clock.now()) throw inFlight();
  return undefined;
}

/** The stored answer of a claim, when there is one for these very parameters. Refuses other parameters. */
export async function answered(ctx: Ctx, claim: Claim): Promise<{ text: string } | undefined> {
  const exists = await ctx.env.db.query
    .selectFrom('idempotency_keys')
    .select('key')
    .where('account_id', '=', ctx.account.account_id)
    .where('operation', '=', claim.operation)
    .where('key', '=', claim.key)
    .executeTakeFirst();
  return exists && (await standing(ctx, claim));
}

const inFlight = () =>
  new Fault(
    'idempotency_in_flight',
    'A request with this idempotency key is still being worked on. Ask again with the same key.',
    {
      param: 'Idempotency-Key',
      retry_after: 1,
    },
  );

/** A caller who slept while another took its claim over: the other works on it now, and what this one did is undone. */
export const overtaken = (error: unknown): Fault | undefined =>
  asGuard(error)?.guard === 'claim' ? inFlight() : undefined;

/** In the transaction of the first effect: ties the claim to it, and fails when another holder took over. */
export function bindEffect(account_id: string, claim: Claim, effect_id: string): Statement {
  return {
    name: 'once_bind',
    text: `with u as (
        update idempotency_keys set effect_id = $5
        where account_id = $1 and operation = $2 and key = $3 and holder = $4 and effect_id is null and answer is null returning 1)
      select florin_expect((select count(*) from u), 1, 'claim')`,
    values: [account_id, claim.operation, claim.key, claim.holder, effect_id],
  };
}

export async function storeAnswer(tx: Tx, account_id: string, claim: Claim, text: string): Promise<void> {
  await runAll(tx, [
    {
      name: 'once_answer',
      text: `with u as (
          update idempotency_keys set answer = $5
          where account_id = $1 and operation = $2 and key = $3 and holder = $4 and answer is null returning 1)
        select florin_expect((select count(*) from u), 1, 'claim')`,
      values: [account_id, claim.operation, claim.key, claim.holder, text],
    },
  ]);
}

/** For work of several transactions: answers the claim unless somebody did already; says what it is answered with. */
export async function storeAnswerIfOpen(ctx: Ctx, claim: Claim, text: string): Promise<string> {
  const stored = await ctx.env.db.query
    .updateTable('idempotency_keys')
    .set({ answer: text })
    .where('account_id', '=', ctx.account.account_id)
    .where('operation', '=', claim.operation)
    .where('key', '=', claim.key)
    .where('holder', '=', claim.holder)
    .where('answer', 'is', null)
    .returning('key')
    .executeTakeFirst();
  if (stored) return text;
  // The transaction that settled it answered, or another caller took the claim over while this one slept: their answer stands.
  const other = await answered(ctx, claim);
  if (!other) throw inFlight();
  return other.text;
}

export type StoredAnswer = { account_id: string; operation: string; key: string; text: string };

const answerRows = rowChange(
  'once_answers',
  { account_id: 'text', operation: 'text', key: 'text', text: 'long' },
  ({ from }) => ({
    change: `update idempotency_keys k set answer = u.text from ${from}
      where k.account_id = u.account_id and k.operation = u.operation and k.key = u.key and k.answer is null`,
  }),
);

/** Answers of a batch; the first answer stays, whoever comes second. */
export const answerStatements = (answers: StoredAnswer[]): Statement[] => answerRows(answers);

export type NewClaim = {
  account_id: string;
  claim: Claim;
  effect_id: string;
  /** The event whose payload will be the answer; without one the answer is written by `answerStatements`. */
  answer_event: string | null;
  at: Date;
};

const claimRows = rowChange(
  'once_claims',
  {
    account_id: 'text',
    operation: 'text',
    key: 'text',
    request_hash: 'bytea',
    holder: 'text',
    effect_id: 'text',
    answer_event: 'text',
    at: 'timestamptz',
  },
  ({ from, count }) => ({
    change: `insert into idempotency_keys (account_id, operation, key, request_hash, holder, leased_until, effect_id, answer_event, created_at)
      select account_id, operation, key, request_hash, holder, at, effect_id, answer_event, at from ${from}
      on conflict do nothing`,
    expect: `florin_expect((select count(*) from done), ${count}, 'claim')`,
  }),
);

/** Claims made together with their effect; an existing one fails the guard `claim`. */
export const claimStatements = (claims: NewClaim[]): Statement[] =>
  claimRows(claims.map(({ claim, ...more }) => ({ ...claim, ...more })));

/** Lets go of a claim whose work was refused before any effect. */
export async function release(ctx: Ctx, claim: Claim): Promise<void> {
  await ctx.env.db.query
    .deleteFrom('idempotency_keys')
    .where('account_id', '=', ctx.account.account_id)
    .where('operation', '=', claim.operation)
    .where('key', '=', claim.key)
    .where('holder', '=', claim.holder)
    .where('effect_id', 'is', null)
    .where('answer', 'is', null)
    .execute();
}

/** Keys are kept for 30 days. */
export async function forgetOldClaims(tx: Tx, before: Date): Promise<number> {
  const result =
    await sql`delete from idempotency_keys where ctid = any(array(select ctid from idempotency_keys where created_at < ${before} limit 5000))`.execute(
      tx,
    );
  return Number(result.numAffectedRows ?? 0);
}

const keyOf = (claim: Claim) => ({ operation: claim.operation, key: claim.key });
