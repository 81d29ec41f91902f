// The daily settlement: what is due moves from incoming to available, one settlement per currency and local day, each posting
// in at most one of them. The balance's row lock makes it one worker's work; running it again on the same day does nothing.

import { sql } from 'kysely';
import Type from 'typebox';
import { runAll, type Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { loadAccount } from '../identity/account.ts';
import { assert } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { isCurrency } from '../kit/money.ts';
import { addDays, localDay } from '../ledger/calendar.ts';
import { markSettled, postStatements } from '../ledger/post.ts';
import * as recipes from '../ledger/recipes.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { operation } from '../operation/operation.ts';
import { convertSettled, convertsTo } from './convert-settled.ts';
import { SettlementObject, settlementObject } from './settlement.ts';

/** Settles every balance whose local day has begun since its last settlement; returns how many settlements were made. */
export async function settleDue(env: Env): Promise<number> {
  const latest = addDays(localDay(env.clock.now(), 'UTC'), 1);
  const { rows } = await sql<{ account_id: string; currency: string; settled_on: string | null }>`
    select account_id, currency, settled_on from balances
    where position >= settle_from and (settled_on is null or settled_on < ${latest}::date) order by account_id, currency limit 10000`.execute(
    env.db.query,
  );
  let made = 0;
  for (const { account_id, currency, settled_on } of rows) {
    const account = await loadAccount(env.db.query, account_id);
    if (!account) continue;
    const today = localDay(env.clock.now(), account.time_zone);
    if (settled_on !== null && settled_on >= today) continue;
    const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
    const settlement = await env.db.tx((tx) => settleDay(ctx, tx, currency, today));
    if (settlement) made += 1;
  }
  return made;
}

type Sums = { count: number; charged: number; fees: number; incoming: number; period_start: Date; period_end: Date };

/** Postings of the chain that touch incoming and are in no settlement yet. */
const unsettled = (account_id: string, currency: string, from: number) => sql`
  from ledger_postings p left join settlement_lines l on l.account_id = p.account_id and l.currency = p.currency and l.position = p.position and l.position >= ${from}::bigint
  where p.account_id = ${account_id} and p.currency = ${currency} and p.incoming <> 0 and p.recipe <> 'settlement' and l.position is null and p.position >= ${from}::bigint`;

/** By statistics from before, one look per posting seems cheap where there are many: it took minutes for an account with much. */
async function notOneByOne<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await sql`set local enable_nestloop = off`.execute(tx);
  const done = await work();
  await sql`set local enable_nestloop = on`.execute(tx);
  return done;
}

export async function settleDay(
  ctx: Ctx,
  tx: Tx,
  currency: string,
  day: string,
): Promise<SettlementObject | undefined> {
  const { account_id } = ctx.account;
  assert(isCurrency(currency), 'a balance has a known currency');
  const own = await convertsTo(ctx, tx, currency);
  const { rows: locked } = await sql<{ settled_on: string | null; settle_from: number }>`
    select settled_on, settle_from from balances where account_id = ${account_id} and currency = ${currency} for no key update`.execute(
    tx,
  );
  const before = locked[0];
  if (!before || (before.settled_on !== null && before.settled_on >= day)) return undefined;
  const due = sql`${unsettled(account_id, currency, before.settle_from)} and p.available_on <= ${day}::date`;
  const sumsOfDue = sql<Sums>`
    select count(*)::int as count, coalesce(sum(p.amount) filter (where p.recipe = 'capture'), 0)::bigint as charged,
      coalesce(sum(p.fee) filter (where p.recipe = 'capture'), 0)::bigint as fees, coalesce(sum(p.incoming), 0)::bigint as incoming,
      min(p.created_at) as period_start, max(p.created_at) as period_end
    ${due}`;
  const [sums] = (await notOneByOne(tx, () => sumsOfDue.execute(tx))).rows;
  if (!sums || sums.count === 0) return undefined;
  const id = newId('setl', ctx.env);
  const net = 0 - sums.incoming;
  const row = await tx
    .insertInto('settlements')
    .values({
      account_id,
      id,
      currency,
      settled_on: day,
      gross: sums.charged,
      // Whatever else moved incoming is refunds and their returns.
      refunded: sums.charged - sums.fees - net,
      fees: sums.fees,
      net,
      transaction_count: sums.count,
      period_start: sums.period_start,
      period_end: sums.period_end,
      created_at: ctx.env.clock.now(),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const lines = sql`insert into settlement_lines (account_id, currency, position, settlement_id)
    select p.account_id, p.currency, p.position, ${id} ${due}`;
  await notOneByOne(tx, () => lines.execute(tx));
  await runAll(tx, postStatements([recipes.settlement(ctx, { source_id: id, group_id: id, currency }, net)]));
  // Days only go forward, so what is left is what becomes available later.
  const left = sql`select min(position) from ledger_postings where account_id = ${account_id} and currency = ${currency}
    and position >= settle_from and incoming <> 0 and recipe <> 'settlement' and available_on > ${day}::date`;
  await markSettled(tx, { account_id, currency }, day, left);
  const object = settlementObject(row);
  await emit(ctx, tx, 'settlement.created', object);
  if (own) await convertSettled(ctx, tx, { id, currency, net, to: own });
  return object;
}

export const settleNow = operation({
  name: 'settlements.create',
  scope: 'settlements:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Settle now (sandbox)',
  description:
    'For tests: settles what is incoming as if its day had come, one settlement per currency, without waiting for the daily job. Sandbox only. ' +
    'The next daily settlement of these currencies is tomorrow’s.',
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({
    object: Type.Literal('list'),
    data: Type.Array(SettlementObject),
    has_more: Type.Literal(false),
  }),
  faults: ['permission_denied'],
  example: {},
  async run(ctx, _input, tx) {
    const { account_id, mode, time_zone } = ctx.account;
    if (mode !== 'sandbox')
      throw new Fault('permission_denied', 'Live settlements are made by the daily job. This call is for the sandbox.');
    const today = localDay(ctx.env.clock.now(), time_zone);
    const { rows } = await sql<{ currency: string; day: string | null }>`
      select b.currency, (select greatest(max(p.available_on), ${today}::date, b.settled_on + 1) ${sql`
        from ledger_postings p where p.account_id = b.account_id and p.currency = b.currency and p.position >= b.settle_from and p.incoming <> 0 and p.recipe <> 'settlement'`}) as day
      from balances b where b.account_id = ${account_id} order by b.currency`.execute(tx);
    const data: SettlementObject[] = [];
    for (const { currency, day } of rows) {
      const settlement = day === null ? undefined : await settleDay(ctx, tx, currency, day);
      if (settlement) data.push(settlement);
    }
    return { object: 'list' as const, data, has_more: false as const };
  },
});
