// The billing run: subscriptions that are due become what time makes of them, with their invoices; invoices that are due are charged;
// payments under way are followed. Each is claimed by one worker at a time, and a worker that dies leaves it to be found again.

import { sql } from 'kysely';
import { runAll, type Tx } from '../db/db.ts';
import { emitStatements, type NewEvent } from '../events/emit.ts';
import { loadAccount } from '../identity/account.ts';
import { must } from '../kit/assert.ts';
import { hours, minutes, plus } from '../kit/clock.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { savedSources } from '../payments/source.ts';
import { type Charge, chargeInvoice, methodsFor, payerOf } from './charge-invoice.ts';
import { endSubscription, expireSubscription } from './end-subscription.ts';
import { type InvoiceRow, type LineRow, linesOf } from './invoice.ts';
import { type InvoiceDraft, issueInvoices } from './issue-invoices.ts';
import { noticeDue } from './notices.ts';
import { stepOf } from './roll.ts';
import { settleInvoice } from './settle-invoice.ts';
import { type SubscriptionRow, writeSubscriptions } from './subscription.ts';
import { type BillingEventType, ofSubscription } from './tell.ts';

/** What is written in one transaction, and how many cards are charged at once. */
const batch = 100;
/** So many batches of an account, then the next account has its turn. */
const turn = 5;
/** Who is to charge it and dies before the payment is recorded leaves it due again after this. */
const lease = minutes(2);

/** Which subscriptions: those of a test clock, or those that live by the process's clock. */
export type Scope = { test_clock_id: string | null; now: Date; limit: number; only?: string[] };

const ofClock = (id: string | null) => (id === null ? sql`test_clock_id is null` : sql`test_clock_id = ${id}`);

/** One batch of everything that is due; returns how much there was. */
export async function runBilling(env: Env, limit = batch): Promise<number> {
  const rolled = await eachAccount(env, 'subscriptions', sql`next_at`, limit, (ctx) => renewAll(ctx, limit));
  const charged = await eachAccount(env, 'invoices', sql`charge_at`, limit, (ctx) =>
    chargeDue(ctx, { test_clock_id: null, now: env.clock.now(), limit }),
  );
  const noticed = await eachAccount(env, 'invoices', sql`notice_at`, limit, (ctx) =>
    noticeDue(ctx, { test_clock_id: null, now: env.clock.now(), limit }),
  );
  return rolled + charged + noticed + (await followPayments(env, limit));
}

async function eachAccount(
  env: Env,
  table: 'subscriptions' | 'invoices',
  due: ReturnType<typeof sql>,
  limit: number,
  work: (ctx: Ctx) => Promise<number>,
): Promise<number> {
  let count = 0;
  for (const account_id of await accountsDue(env, table, due, limit * 10)) count += await asJob(env, account_id, work);
  return count;
}

/** Those of what is due longest; when that is a crowd, which may be of one account alone, each account is asked, so that none waits for another. */
async function accountsDue(
  env: Env,
  table: 'subscriptions' | 'invoices',
  due: ReturnType<typeof sql>,
  crowd: number,
): Promise<string[]> {
  const now = env.clock.now();
  const { rows } = await sql<{ account_id: string; count: number }>`
    select account_id, count(*) from (
      select account_id from ${sql.table(table)} where ${due} <= ${now} and test_clock_id is null order by ${due} limit ${crowd}) d
    group by account_id`.execute(env.db.query);
  if (rows.reduce((sum, row) => sum + row.count, 0) < crowd) return rows.map((row) => row.account_id);
  const all = await sql<{ account_id: string }>`
    select a.account_id from accounts a cross join lateral (
      select 1 from ${sql.table(table)} t where t.account_id = a.account_id and ${due} <= ${now} and test_clock_id is null limit 1) d
    order by a.account_id`.execute(env.db.query);
  return all.rows.map((row) => row.account_id);
}

async function asJob(env: Env, account_id: string, work: (ctx: Ctx) => Promise<number>): Promise<number> {
  const account = await loadAccount(env.db.query, account_id);
  if (!account) return 0;
  return await work({ env, account, actor: { kind: 'system' }, request_id: newId('job', env) });
}

/** The next batch is written while the cards of the one before are charged; more than two are never in memory. */
async function renewAll(ctx: Ctx, limit: number): Promise<number> {
  let charging: Promise<unknown> = Promise.resolve();
  let count = 0;
  for (let left = turn; left > 0; left--) {
    const { moved, open } = await rollAll(ctx, limit).finally(() => charging);
    count += moved;
    charging = chargeAll(ctx, open).catch((error) =>
      ctx.env.log.error({ error }, 'a batch of invoices could not be charged and will be tried again'),
    );
    if (moved < limit) break;
  }
  await charging;
  return count;
}

/** One that cannot be moved must not hold up the others: after a failure each is moved alone, and what fails again waits an hour. */
async function rollAll(ctx: Ctx, limit: number): Promise<Rolled> {
  const now = ctx.env.clock.now();
  const scope: Scope = { test_clock_id: null, now, limit };
  try {
    return await rollDue(ctx, scope);
  } catch (error) {
    ctx.env.log.error({ error }, 'a batch of subscriptions could not be moved; each is tried alone');
  }
  const { rows } = await sql<{ id: string }>`
    select id from subscriptions where account_id = ${ctx.account.account_id} and next_at <= ${now} and test_clock_id is null
    order by next_at, id limit ${limit}`.execute(ctx.env.db.query);
  const open: Open[] = [];
  for (const { id } of rows) {
    const alone = rollDue(ctx, { ...scope, only: [id] }).then((rolled) => open.push(...rolled.open));
    await alone.catch(async (error) => {
      ctx.env.log.error({ subscription: id, error }, 'a subscription could not be moved and will be tried again');
      await sql`update subscriptions set next_at = ${plus(now, hours(1))} where account_id = ${ctx.account.account_id} and id = ${id} and next_at <= ${now}`.execute(
        ctx.env.db.query,
      );
    });
  }
  return { moved: rows.length, open };
}

/** An invoice to be charged, with what was read or written with it. */
type Open = { invoice: InvoiceRow; s: SubscriptionRow | null; lines: LineRow[] };
export type Rolled = { moved: number; open: Open[] };

/** Moves what is due in one transaction. What it opens is leased to the caller, but for a test clock's, which lives by another time. */
export async function rollDue(ctx: Ctx, scope: Scope): Promise<Rolled> {
  const { account_id } = ctx.account;
  const rolled = await ctx.env.db.tx(async (tx) => {
    const { rows } = await sql<SubscriptionRow>`
      select * from subscriptions where account_id = ${account_id} and next_at <= ${scope.now} and ${ofClock(scope.test_clock_id)}
        ${scope.only ? sql`and id = any(${scope.only})` : sql``}
      order by next_at, id limit ${scope.limit} for no key update skip locked`.execute(tx);
    const open = await moveAll(ctx, tx, rows, scope);
    ctx.env.probe('billing.moving');
    return { moved: rows.length, open };
  });
  ctx.env.probe('billing.moved');
  if (rolled.moved > 0) ctx.env.nudge();
  return rolled;
}

async function moveAll(ctx: Ctx, tx: Tx, rows: SubscriptionRow[], scope: Scope): Promise<Open[]> {
  const { now } = scope;
  const still: SubscriptionRow[] = [];
  const told: { subscription: SubscriptionRow; events: BillingEventType[] }[] = [];
  const drafts: InvoiceDraft[] = [];
  const events = new Map<string, BillingEventType[]>();
  for (const row of rows) {
    const step = stepOf(row, now);
    if (step.kind === 'expire') await expireSubscription(ctx, tx, row, now);
    else if (step.kind === 'cancel') await endSubscription(ctx, tx, row, now);
    else if (step.kind === 'nothing') still.push(row);
    else if (step.draft) {
      drafts.push({ ...step.draft, subscription: step.subscription });
      events.set(step.subscription.id, step.events);
    } else told.push(step);
  }
  const issued = await issueInvoices(ctx, tx, now, drafts, scope.test_clock_id === null ? plus(now, lease) : now);
  for (const { subscription } of issued) told.push({ subscription, events: events.get(subscription.id) ?? [] });
  const news: NewEvent[] = told.flatMap(({ subscription, events }) =>
    events.map((type) => ofSubscription(ctx, type, subscription)),
  );
  await runAll(tx, [
    ...writeSubscriptions([...still, ...told.map((one) => one.subscription)]),
    ...emitStatements(news),
  ]);
  return issued
    .filter(({ invoice }) => invoice.charge_at !== null)
    .map(({ invoice, subscription, lines }) => ({
      invoice,
      s: { ...subscription, version: subscription.version + 1 },
      lines,
    }));
}

/** Charges what is due. Moving the time forward is the lease: who dies before the payment is recorded leaves it due again. */
export async function chargeDue(ctx: Ctx, scope: Scope): Promise<number> {
  const { account_id } = ctx.account;
  const { rows } = await sql<InvoiceRow>`
    update invoices set charge_at = ${scope.test_clock_id === null ? plus(scope.now, lease) : sql`charge_at`}
    where account_id = ${account_id} and id = any(array(
      select id from invoices where account_id = ${account_id} and charge_at <= ${scope.now} and ${ofClock(scope.test_clock_id)}
      order by charge_at, id limit ${scope.limit} for no key update skip locked))
    returning *`.execute(ctx.env.db.query);
  await chargeAll(ctx, await openOf(ctx, rows), scope.test_clock_id !== null);
  return rows.length;
}

/** `strict`: a failure is the caller's, not only the log's. */
async function chargeAll(ctx: Ctx, open: Open[], strict = false): Promise<void> {
  // In the order of their numbers, as far as many at once can be.
  const queue = (await chargesOf(ctx, open)).sort((a, b) => a.invoice.number - b.invoice.number);
  const one = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { id } = next.invoice;
      await chargeInvoice(ctx, next).catch((error) => {
        if (strict) throw error;
        ctx.env.log.error({ invoice: id, error }, 'an invoice could not be charged and will be tried again');
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(batch, open.length) }, one));
}

async function openOf(ctx: Ctx, invoices: InvoiceRow[]): Promise<Open[]> {
  if (invoices.length === 0) return [];
  const { account_id } = ctx.account;
  const { query } = ctx.env.db;
  const { rows } = await sql<SubscriptionRow>`
    select * from subscriptions where account_id = ${account_id} and id = any(${invoices.flatMap((one) => one.subscription_id ?? [])})`.execute(
    query,
  );
  const subscriptions = new Map(rows.map((s) => [s.id, s]));
  const lines = await linesOf(
    query,
    account_id,
    invoices.map((one) => one.id),
  );
  return invoices.map((invoice) => ({
    invoice,
    s:
      invoice.subscription_id === null
        ? null
        : must(subscriptions.get(invoice.subscription_id), 'an invoice has its subscription'),
    lines: lines.get(invoice.id) ?? [],
  }));
}

/** The cards, read for all of them at once. */
async function chargesOf(ctx: Ctx, open: Open[]): Promise<Charge[]> {
  const { account_id } = ctx.account;
  const { query } = ctx.env.db;
  if (open.length === 0) return [];
  const wanted = open.map(({ s, invoice }) => ({ s: payerOf(s, invoice), declined: invoice.declined_method_id }));
  const methods = await methodsFor(query, account_id, wanted);
  const ids = new Set(methods.filter((id) => id !== undefined));
  const sources = await savedSources(query, account_id, [...ids]);
  return open.map(({ invoice, s, lines }, at) => {
    const method = methods[at];
    return { invoice, known: { s, lines, method, source: method === undefined ? undefined : sources.get(method) } };
  });
}

/** Asks what became of payments whose end nobody waited for. Real time, whatever clock their subscriptions live by. */
export async function followPayments(env: Env, limit = 200): Promise<number> {
  const now = env.clock.now();
  const { rows: accounts } = await sql<{ account_id: string }>`
    select distinct account_id from (select account_id from invoices where follow_at <= ${now} order by follow_at limit 1000) d`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of accounts) {
    count += await asJob(env, account_id, async (ctx) => {
      const { rows } = await sql<Pick<InvoiceRow, 'id' | 'payment_id'>>`
        update invoices set follows = follows + 1, follow_at = ${now}::timestamptz + interval '1 minute'
        where account_id = ${account_id} and id = any(array(
          select id from invoices where account_id = ${account_id} and follow_at <= ${now} order by follow_at limit ${limit} for no key update skip locked))
        returning id, payment_id`.execute(env.db.query);
      for (const { id, payment_id } of rows)
        await settleInvoice(ctx, id, payment_id ?? '').catch((error) =>
          env.log.error(
            { invoice: id, error },
            'the payment of an invoice could not be followed and will be asked again',
          ),
        );
      return rows.length;
    });
  }
  return count;
}
