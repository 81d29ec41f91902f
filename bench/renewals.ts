// The billing run: many subscriptions of one account that are due at once, written by the database as copies of one that was made
// by the operations, and one worker process that bills them. Afterwards it is proved that each was billed once. No target here.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { createSubscription } from '../src/billing/create-subscription.ts';
import { createPrice } from '../src/catalog/manage-prices.ts';
import { createProduct } from '../src/catalog/manage-products.ts';
import { createCustomer } from '../src/customers/manage-customers.ts';
import { openSession } from '../src/db/session.ts';
import { must } from '../src/kit/assert.ts';
import { days, plus, seconds } from '../src/kit/clock.ts';
import { newId } from '../src/kit/id.ts';
import type { Ctx } from '../src/operation/context.ts';
import { type Operation, perform } from '../src/operation/operation.ts';
import { createPaymentMethod } from '../src/vault/payment-method.ts';
import { verifyAll } from '../src/verify.ts';
import { cpuSeconds, familyCpuSeconds, machineCpuSeconds, start, stop, watchMemory } from './children.ts';
import { type Place, results, root } from './place.ts';
import { insertCards, inTurns, seedAccounts, typedCard } from './seed.ts';

export type Renewals = {
  count: number;
  seconds: number;
  per_second: number;
  /** Milliseconds of CPU per renewal. */
  cpu_ms: { worker: number; postgres: number | undefined };
  others_cores: number;
  log_bytes: number;
  /** Of the worker's process, the highest. */
  memory_mb: number;
  /** What is not as it must be; empty when every renewal was billed once. */
  wrong: string[];
};

const chunk = 2_000;

/** A run over a database of its own: `place` has nothing in it yet. */
export async function measureRenewals(place: Place, count: number, exec_args: string[] = []): Promise<Renewals> {
  const ctx = must((await seedAccounts(place.env, 1))[0], 'there is an account').ctx;
  await seedSubscriptions(place, ctx, count);
  const before = await countsOf(place);
  const log_from = await logPosition(place);
  const cpu_from = cpuOf(place);
  const worker = start(join(root, 'src', 'main.ts'), {
    args: ['work'],
    exec_args,
    quiet: true,
    env: {
      DATABASE_URL: place.database_url,
      FLORIN_HOME: join(results, 'home'),
      FLORIN_ROOT_KEY: place.root_key,
      LOG_LEVEL: 'error',
    },
  });
  const pid = must(worker.pid, 'the worker runs');
  const memory = watchMemory(pid);
  try {
    await untilBilled(place, () => worker.exitCode === null);
    const at = cpuOf(place);
    const worker_cpu = cpuSeconds(pid);
    const spent = await timesOf(place, before.last_id);
    const memory_mb = await memory.stop();
    const share = (value: number) => (value * 1000) / count;
    const postgres =
      at.postgres !== undefined && cpu_from.postgres !== undefined ? at.postgres - cpu_from.postgres : undefined;
    const ours = worker_cpu + (postgres ?? 0) + at.own - cpu_from.own;
    return {
      count,
      seconds: spent,
      per_second: count / spent,
      cpu_ms: { worker: share(worker_cpu), postgres: postgres === undefined ? undefined : share(postgres) },
      others_cores: Math.max(0, (at.machine - cpu_from.machine - ours) / (at.at - cpu_from.at)),
      log_bytes: ((await logPosition(place)) - log_from) / count,
      memory_mb,
      wrong: await wrongOf(place, count, before.invoices),
    };
  } finally {
    await stop(worker);
  }
}

const cpuOf = ({ postmaster }: Place) => ({
  postgres: postmaster === undefined ? undefined : familyCpuSeconds(postmaster),
  own: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  machine: machineCpuSeconds(),
  at: performance.now() / 1000,
});

async function logPosition({ client }: Place): Promise<number> {
  const { rows } = await client.query<{ at: number }>(`select (pg_current_wal_lsn() - '0/0')::float8 as at`);
  return rows[0]?.at ?? 0;
}

const run = async (ctx: Ctx, op: unknown, input: Record<string, unknown>): Promise<Record<string, string>> =>
  JSON.parse((await perform(op as Operation, ctx, { input })).text);

/** Each with a customer and a card of its own, all due a second ago. */
async function seedSubscriptions(place: Place, ctx: Ctx, count: number): Promise<void> {
  const { env } = ctx;
  const { account_id } = ctx.account;
  const product = await run(ctx, createProduct, { name: 'Coffee club', tax_category: 'software_service' });
  const price = await run(ctx, createPrice, {
    product: product.id,
    type: 'recurring',
    amounts: [{ currency: 'USD', unit_amount: 1999 }],
    recurring: { interval: 'month' },
  });
  const customer = await run(ctx, createCustomer, { email: 'ada@example.com', name: 'Ada Lovelace' });
  const first = await typedCard(ctx);
  await insertCards(env, [first.card], [first.token]);
  const method = await run(ctx, createPaymentMethod, { customer: must(customer.id, 'an id'), token: first.text });
  const model = await run(ctx, createSubscription, { customer: customer.id, price: price.id });
  const due = plus(env.clock.now(), -seconds(1));
  const start = plus(due, -days(31));
  const session = openSession(env.db, { statement_timeout: '0', synchronous_commit: 'off' });
  try {
    await inTurns(Math.ceil(count / chunk), 1, async (at) => {
      const size = Math.min(chunk, count - at * chunk);
      const cards = await Promise.all(Array.from({ length: size }, () => typedCard(ctx)));
      await insertCards(
        env,
        cards.map(({ card }) => card),
        [],
      );
      const ids = cards.map(({ card }) => ({
        card: card.id,
        cus: newId('cus', env),
        pm: newId('pm', env),
        sub: newId('sub', env),
      }));
      const rows = JSON.stringify(ids);
      const copies = (table: string, model_id: string | undefined, changes: ReturnType<typeof sql>) => sql`
        insert into ${sql.table(table)} select (jsonb_populate_record(m, ${changes})).* from ${sql.table(table)} m, jsonb_array_elements(${rows}::jsonb) r
        where m.account_id = ${account_id} and m.id = ${model_id}`;
      await copies(
        'customers',
        customer.id,
        sql`jsonb_build_object('id', r ->> 'cus', 'default_payment_method', r ->> 'pm')`,
      ).execute(session.query);
      await copies(
        'payment_methods',
        method.id,
        sql`jsonb_build_object('id', r ->> 'pm', 'customer_id', r ->> 'cus', 'card_id', r ->> 'card')`,
      ).execute(session.query);
      await copies(
        'subscriptions',
        model.id,
        sql`jsonb_build_object('id', r ->> 'sub', 'customer_id', r ->> 'cus', 'anchor', ${start}::timestamptz, 'started_at', ${start}::timestamptz,
          'current_period_start', ${start}::timestamptz, 'current_period_end', ${due}::timestamptz, 'covered_from', ${start}::timestamptz,
          'covered_until', ${due}::timestamptz, 'next_at', ${due}::timestamptz, 'latest_invoice_id', null)`,
      ).execute(session.query);
    });
  } finally {
    await session.close();
  }
  // What a running installation knows by automatic analyze of what has been there for a while.
  await place.client.query('vacuum analyze customers, cards, payment_methods, subscriptions');
  await place.client.query('checkpoint');
}

async function countsOf({ client }: Place): Promise<{ invoices: number; last_id: string }> {
  const { rows } = await client.query<{ invoices: string; last_id: string }>(
    'select count(*) as invoices, max(id) as last_id from invoices',
  );
  return { invoices: Number(rows[0]?.invoices ?? 0), last_id: rows[0]?.last_id ?? '' };
}

/** Nothing is due, nothing is under way, and nobody waits for an event. */
async function untilBilled({ client }: Place, alive: () => boolean): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ left: boolean }>(`select
      exists (select from subscriptions where next_at <= now()) or exists (select from invoices where charge_at <= now() + interval '10 minutes')
      or exists (select from invoices where follow_at is not null) or exists (select from outbox) as left`);
    if (rows[0]?.left === false) return;
    if (!alive()) throw new Error('the worker ended before everything was billed');
    await sleep(100);
  }
}

/** From the first invoice to the last payment, by the worker's own clock. */
async function timesOf({ client }: Place, after: string): Promise<number> {
  const { rows } = await client.query<{ seconds: number }>(
    `select extract(epoch from max(paid_at) - min(created_at))::float8 as seconds from invoices where id > $1`,
    [after],
  );
  return must(rows[0], 'there are invoices').seconds;
}

async function wrongOf({ client, env }: Place, count: number, before: number): Promise<string[]> {
  const { rows } = await client.query<Record<string, number>>(
    `select
      (select count(*) from invoices where status = 'paid' and amount_paid = amount_due)::int as paid,
      (select count(*) from invoices)::int as invoices,
      (select max(number) from invoices)::int as highest_number,
      (select count(distinct number) from invoices)::int as numbers,
      (select count(distinct (subscription_id, period_start)) from invoices)::int as periods,
      (select count(distinct payment_id) from invoices)::int as payments_of_invoices,
      (select count(*) from payments where status = 'completed' and amount_captured = 1999)::int as payments,
      (select count(*) from simulator_calls where kind = 'authorize' and status = 'approved')::int as provider_calls,
      (select count(*) from events where type = 'invoice.paid')::int as events_of_paid,
      (select count(*) from subscriptions where status = 'active' and open_invoice_id is null and next_at > now())::int as active`,
  );
  const found = must(rows[0], 'counts');
  const expected = count + before;
  const wrong = Object.entries(found)
    .filter(([name, value]) => value !== (name === 'active' ? count + 1 : expected))
    .map(([name, value]) => `${name}: ${value}, not ${expected}`);
  const checks = await verifyAll(env.db.query);
  return [
    ...wrong,
    ...checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.examples.join(', ')}`),
  ];
}
