// Holds a settlement report against the ledger. Lines are staged as they come, so that a report of any length needs little memory,
// and compared by the database in one transaction. Must never change anything but its own tables: an exception is for people.

import { sql } from 'kysely';
import type { ReportLine } from '../connectors/settlement-report.ts';
import { runAll, type Tx } from '../db/db.ts';
import { insertRows } from '../db/rows.ts';
import { days, hours, plus } from '../kit/clock.ts';
import { isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { chainsOf, placesOf } from './ledger-sums.ts';
import type { Period } from './period.ts';
import { type ReconciliationObject, type ReconciliationTotals, reconciliationObject } from './reconciliation.ts';

export type Reconcile = { period: Period; source: 'provider' | 'upload'; lines: AsyncIterable<ReportLine> };

/** A movement may be booked here and there on two sides of midnight; its other half is looked for this far outside of the period. */
export const margin = days(2);

/** A run that is older was broken off. */
const longest = hours(1);
const batch = 5_000;

export async function reconcile(ctx: Ctx, { period, source, lines }: Reconcile): Promise<ReconciliationObject> {
  const { env, account } = ctx;
  const { account_id } = account;
  const id = newId('rec', env);
  await env.db.tx(async (tx) => {
    await endBroken(ctx, tx);
    await tx
      .insertInto('reconciliations')
      .values({
        account_id,
        id,
        status: 'running',
        provider: account.provider,
        source,
        period_start: period.from,
        period_end: period.to,
        created_at: env.clock.now(),
      })
      .execute();
  });
  try {
    const line_count = await stage(ctx, id, period, lines);
    return await env.db.tx(async (tx) => {
      const { totals, exception_count } = await compare(ctx, tx, id, period);
      await dropLines(tx, account_id, id);
      const row = await tx
        .updateTable('reconciliations')
        .set({
          status: 'completed',
          line_count,
          exception_count,
          totals: JSON.stringify(totals),
          completed_at: env.clock.now(),
        })
        .where('account_id', '=', account_id)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return reconciliationObject(row);
    });
  } catch (error) {
    // What a caller can mend is told to them; the rest is in the log.
    const why = isFault(error) ? error.message : 'It could not be carried out.';
    await env.db.tx((tx) => fail(ctx, tx, id, why)).catch(() => {});
    throw error;
  }
}

async function stage(ctx: Ctx, id: string, period: Period, lines: AsyncIterable<ReportLine>): Promise<number> {
  let position = 0;
  let counted = 0;
  let rows: Record<string, unknown>[] = [];
  const write = async () => {
    const statements = insertLines(rows);
    rows = [];
    await ctx.env.db.tx((tx) => runAll(tx, statements));
  };
  for await (const line of lines) {
    position += 1;
    const counts = line.booked_at >= period.from && line.booked_at < period.to;
    if (counts) counted += 1;
    rows.push({ account_id: ctx.account.account_id, reconciliation_id: id, position, ...line, counts });
    if (rows.length === batch) await write();
  }
  if (rows.length > 0) await write();
  return counted;
}

const insertLines = insertRows('reconciliation_lines', {
  account_id: 'text',
  reconciliation_id: 'text',
  position: 'bigint',
  reference: 'text',
  kind: 'text',
  amount: 'bigint',
  currency: 'text',
  booked_at: 'timestamptz',
  counts: 'boolean',
});

type Sum = { currency: string; kind: string; count: number; ours: number; theirs: number };

/**
 * Our side: what captures, refunds and failed refunds moved, by the attempt that is the provider's reference (a refund's postings
 * name the refund, so its attempt is looked up), and what disputes took and gave back, by the provider's id of the dispute. Taking and
 * giving back are two movements, a `leg` each: in one sum they would be nothing. A pair counts on the provider's day, so that it is
 * counted once.
 */
async function compare(ctx: Ctx, tx: Tx, id: string, { from, to }: Period) {
  const { account_id } = ctx.account;
  const since = plus(from, -margin);
  const until = plus(to, margin);
  const chains = [];
  for (const chain of await chainsOf(tx, account_id, undefined)) {
    chains.push({ ...chain, ...(await placesOf(tx, chain, since, until)) });
  }
  const { rows } = await sql<Sum>`
    with ours as (
      select p.reference, p.leg, p.currency, sum(p.amount)::bigint as amount, min(p.created_at) as at, min(p.group_id) as payment_id
      from (
        select p.currency, p.created_at, p.group_id,
          -- The ledger owes the provider nothing more until a dispute is lost; the money went and came with its opening and its end.
          case when p.recipe in ('dispute_opened', 'dispute_won') then p.amount else p.provider_receivable end as amount,
          case p.recipe when 'dispute_opened' then 'dispute' when 'dispute_won' then 'dispute_reversal' else 'payment' end as leg,
          case when p.recipe = 'capture' then p.source_id else coalesce(
            (select a.id from attempts a where a.account_id = ${account_id} and a.payment_id = p.group_id and a.refund_id = p.source_id order by a.id limit 1),
            (select d.provider_reference from disputes d where d.account_id = ${account_id} and d.id = p.source_id),
            p.source_id) end as reference
        from unnest(${chains.map((c) => c.currency)}::text[], ${chains.map((c) => c.first)}::bigint[], ${chains.map((c) => c.last)}::bigint[])
          as c (currency, first, last)
        join ledger_postings p on p.account_id = ${account_id} and p.currency = c.currency and p.position between c.first and c.last
        where p.recipe in ('capture', 'refund', 'refund_failed', 'dispute_opened', 'dispute_won') and p.created_at >= ${since} and p.created_at < ${until}
          -- What came as Bitcoin is not in the report of whoever moves the card money.
          and not exists (select 1 from bitcoin_invoices i where i.account_id = ${account_id} and i.payment_id = p.group_id and i.taken)) p
      group by 1, 2, 3 having sum(p.amount) <> 0),
    theirs as (
      select reference, case when kind in ('dispute', 'dispute_reversal') then kind else 'payment' end as leg, currency,
        sum(amount)::bigint as amount, min(booked_at) as at, bool_or(counts) as counts
      from reconciliation_lines where account_id = ${account_id} and reconciliation_id = ${id} group by 1, 2, 3),
    pairs as materialized (
      select coalesce(o.reference, t.reference) as reference, coalesce(o.currency, t.currency) as currency, o.amount as ours, t.amount as theirs,
        o.payment_id, coalesce(o.at, t.at) as at,
        case when t.reference is null then 'missing_at_provider' when o.reference is null then 'missing_here'
          when o.amount <> t.amount then 'different' else 'matched' end as kind
      from ours o full join theirs t on t.reference = o.reference and t.leg = o.leg and t.currency = o.currency
      where t.counts or (t.reference is null and o.at >= ${from} and o.at < ${to})),
    written as (
      insert into reconciliation_exceptions (account_id, reconciliation_id, position, kind, reference, currency, amount_ledger, amount_provider, payment_id, moved_at)
      select ${account_id}, ${id}, row_number() over (order by at, reference, currency), kind, reference, currency, ours, theirs, payment_id, at
      from pairs where kind <> 'matched')
    select currency, kind, count(*)::int as count, coalesce(sum(ours), 0)::bigint as ours, coalesce(sum(theirs), 0)::bigint as theirs
    from pairs group by 1, 2 order by 1, 2`.execute(tx);
  const exceptions = rows.filter((row) => row.kind !== 'matched');
  return { totals: totalsOf(rows), exception_count: exceptions.reduce((total, row) => total + row.count, 0) };
}

function totalsOf(rows: Sum[]): ReconciliationTotals[] {
  return [...new Set(rows.map((row) => row.currency))].map((currency) => {
    const of = (kind: string): Sum =>
      rows.find((row) => row.currency === currency && row.kind === kind) ?? {
        currency,
        kind,
        count: 0,
        ours: 0,
        theirs: 0,
      };
    const different = of('different');
    return {
      currency,
      matched: { count: of('matched').count, amount: of('matched').ours },
      missing_at_provider: { count: of('missing_at_provider').count, amount: of('missing_at_provider').ours },
      missing_here: { count: of('missing_here').count, amount: of('missing_here').theirs },
      different: { count: different.count, amount_ledger: different.ours, amount_provider: different.theirs },
    };
  });
}

const dropLines = (tx: Tx, account_id: string, id: string) =>
  tx
    .deleteFrom('reconciliation_lines')
    .where('account_id', '=', account_id)
    .where('reconciliation_id', '=', id)
    .execute();

async function fail(ctx: Ctx, tx: Tx, id: string, why: string): Promise<void> {
  const { account_id } = ctx.account;
  await dropLines(tx, account_id, id);
  await tx
    .updateTable('reconciliations')
    .set({ status: 'failed', failure_reason: why, completed_at: ctx.env.clock.now() })
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .where('status', '=', 'running')
    .execute();
}

/** The process of an earlier run died: its lines are of no use to anybody. */
async function endBroken(ctx: Ctx, tx: Tx): Promise<void> {
  const broken = await tx
    .selectFrom('reconciliations')
    .select('id')
    .where('account_id', '=', ctx.account.account_id)
    .where('status', '=', 'running')
    .where('created_at', '<', plus(ctx.env.clock.now(), -longest))
    .execute();
  for (const { id } of broken) await fail(ctx, tx, id, 'It was broken off.');
}
