// The billing run: subscriptions that are due become what time makes of them, with their invoices; invoices that are due are charged;
// payments under way are followed. Each is claimed by one worker at a time, and a worker that dies leaves it to be found again.

import { sql } from 'kysely';
import { runAll, type Tx } from '../db/db.ts';
import { emitStatements, type NewEvent } from '../events/emit.ts';
import { loadAccount } from '../identity/account.ts';
import { hours, minutes, plus } from '../kit/clock.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { type Charge, chargeInvoice, methodsFor } from './charge-invoice.ts';
import { endSubscription, expireSubscription } from './end-subscription.ts';
import { type InvoiceRow, linesOf } from './invoice.ts';
import { type InvoiceDraft, issueInvoices } from './issue-invoices.ts';
import { stepOf } from './roll.ts';
import { settleInvoice } from './settle-invoice.ts';
import { type SubscriptionRow, writeSubscriptions } from './subscription.ts';
import { type BillingEventType, ofSubscription } from './tell.ts';

/** How many cards are charged at once. */
const width = 64;

/** Which subscriptions: those of a test clock, or those that live by the process's clock. */
export type Scope = { test_clock_id: string | null; now: Date; limit: number; only?: string[] };

const ofClock = (id: string | null) => (id === null ? sql`test_clock_id is null` : sql`test_clock_id = ${id}`);

/** One batch of everything that is due; returns how much there was. */
export async function runBilling(env: Env, limit = 200): Promise<number> {
  const rolled = await eachAccount(env, 'subscriptions', sql`next_at`, (ctx) => rollAll(ctx, limit));
  const charged = await eachAccount(env, 'invoices', sql`charge_at`, (ctx) =>
    chargeDue(ctx, { test_clock_id: null, now: env.clock.now(), limit }),
  );
  return rolled + charged + (await followPayments(env, limit));
}

async function eachAccount(
  env: Env,
  table: 'subscriptions' | 'invoices',
  due: ReturnType<typeof sql>,
  work: (ctx: Ctx) => Promise<number>,
): Promise<number> {
  const now = env.clock.now();
  const { rows } = await sql<{ account_id: string }>`
    select distinct account_id from (
      select account_id from ${sql.table(table)} where ${due} <= ${now} and test_clock_id is null order by ${due} limit 1000) d`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of rows) count += await asJob(env, account_id, work);
  return count;
}

async function asJob(env: Env, account_id: string, work: (ctx: Ctx) => Promise<number>): Promise<number> {
  const account = await loadAccount(env.db.query, account_id);
  if (!account) return 0;
  return await work({ env, account, actor: { kind: 'system' }, request_id: newId('job', env) });
}

/** One that cannot be moved must not hold up the others: after a failure each is moved alone, and what fails again waits an hour. */
async function rollAll(ctx: Ctx, limit: number): Promise<number> {
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
  for (const { id } of rows) {
    await rollDue(ctx, { ...scope, only: [id] }).catch(async (error) => {
      ctx.env.log.error({ subscription: id, error }, 'a subscription could not be moved and will be tried again');
      await sql`update subscriptions set next_at = ${plus(now, hours(1))} where account_id = ${ctx.account.account_id} and id = ${id} and next_at <= ${now}`.execute(
        ctx.env.db.query,
      );
    });
  }
  return rows.length;
}

/** Moves what is due in one transaction; returns how many. */
export async function rollDue(ctx: Ctx, scope: Scope): Promise<number> {
  const { account_id } = ctx.account;
  const moved = await ctx.env.db.tx(async (tx) => {
    const { rows } = await sql<SubscriptionRow>`
      select * from subscriptions where account_id = ${account_id} and next_at <= ${scope.now} and ${ofClock(scope.test_clock_id)}
        ${scope.only ? sql`and id = any(${scope.only})` : sql``}
      order by next_at, id limit ${scope.limit} for no key update skip locked`.execute(tx);
    await moveAll(ctx, tx, rows, scope.now);
    return rows.length;
  });
  if (moved > 0) ctx.env.nudge();
  return moved;
}

async function moveAll(ctx: Ctx, tx: Tx, rows: SubscriptionRow[], now: Date): Promise<void> {
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
  const issued = await issueInvoices(ctx, tx, now, drafts);
  for (const { subscription } of issued) told.push({ subscription, events: events.get(subscription.id) ?? [] });
  const news: NewEvent[] = told.flatMap(({ subscription, events }) =>
    events.map((type) => ofSubscription(ctx, type, subscription)),
  );
  await runAll(tx, [
    ...writeSubscriptions([...still, ...told.map((one) => one.subscription)]),
    ...emitStatements(news),
  ]);
}

/** Charges what is due. Moving the time forward is the lease: who dies before the payment is recorded leaves it due again. */
export async function chargeDue(ctx: Ctx, scope: Scope): Promise<number> {
  const { account_id } = ctx.account;
  const { rows } = await sql<InvoiceRow>`
    update invoices set charge_at = ${scope.test_clock_id === null ? plus(scope.now, minutes(2)) : sql`charge_at`}
    where account_id = ${account_id} and id in (
      select id from invoices where account_id = ${account_id} and charge_at <= ${scope.now} and ${ofClock(scope.test_clock_id)}
      order by charge_at, id limit ${scope.limit} for no key update skip locked)
    returning *`.execute(ctx.env.db.query);
  // In the order of their numbers, as far as many at once can be.
  const queue = rows.sort((a, b) => a.number - b.number);
  const known = await knownOf(ctx, rows);
  const one = async () => {
    for (let invoice = queue.shift(); invoice; invoice = queue.shift()) {
      const { id } = invoice;
      await chargeInvoice(ctx, { invoice, ...known(invoice) }).catch((error) => {
        if (scope.test_clock_id !== null) throw error;
        ctx.env.log.error({ invoice: id, error }, 'an invoice could not be charged and will be tried again');
      });
    }
  };
  const count = rows.length;
  await Promise.all(Array.from({ length: Math.min(width, count) }, one));
  return count;
}

/** What each charge needs to know, read for all of them at once. */
async function knownOf(ctx: Ctx, invoices: InvoiceRow[]): Promise<(invoice: InvoiceRow) => Pick<Charge, 'known'>> {
  const { account_id } = ctx.account;
  const { query } = ctx.env.db;
  if (invoices.length === 0) return () => ({});
  const { rows } = await sql<SubscriptionRow>`
    select * from subscriptions where account_id = ${account_id} and id = any(${invoices.map((one) => one.subscription_id)})`.execute(
    query,
  );
  const subscriptions = new Map(rows.map((s) => [s.id, s]));
  const wanted = invoices.flatMap(({ subscription_id, declined_method_id }) => {
    const s = subscriptions.get(subscription_id);
    return s ? [{ s, declined: declined_method_id }] : [];
  });
  const methods = await methodsFor(query, account_id, wanted);
  const lines = await linesOf(
    query,
    account_id,
    invoices.map((one) => one.id),
  );
  return ({ id, subscription_id }) => {
    const s = subscriptions.get(subscription_id);
    return s ? { known: { s, lines: lines.get(id) ?? [], method: methods.get(s.id) } } : {};
  };
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
        where account_id = ${account_id} and id in (
          select id from invoices where account_id = ${account_id} and follow_at <= ${now} order by follow_at limit ${limit} for no key update skip locked)
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
