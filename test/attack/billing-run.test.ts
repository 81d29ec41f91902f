// The billing run in processes of its own: two at once, killed anywhere, with a provider that falls silent, and against everybody who
// may touch a subscription meanwhile. What must not appear: a period billed or charged twice, a gap in the numbers, anything stuck.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { runBilling } from '../../src/billing/billing-run.ts';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import { chargeInvoice } from '../../src/billing/charge-invoice.ts';
import { detachPaymentMethod } from '../../src/billing/detach-payment-method.ts';
import { findInvoice } from '../../src/billing/invoice.ts';
import { markInvoiceUncollectible, payInvoice, voidInvoice } from '../../src/billing/manage-invoices.ts';
import { pauseSubscription } from '../../src/billing/pause-subscription.ts';
import { markInvoicePaid } from '../../src/billing/send-invoice.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import type { Connector } from '../../src/connectors/connector.ts';
import { ProviderTimeout } from '../../src/connectors/provider-timeout.ts';
import { deleteCustomer } from '../../src/customers/manage-customers.ts';
import { type OpenEnv, openEnv } from '../../src/env.ts';
import { days, minutes, seconds } from '../../src/kit/clock.ts';
import { isFault } from '../../src/kit/fault.ts';
import { silentLog } from '../../src/kit/log.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { drainOutbox } from '../../src/worker.ts';
import {
  ask,
  invoicesOf,
  loseCard,
  lost,
  newCard,
  newCustomer,
  newPrice,
  subscribe,
  subscriptionOf,
} from '../kit/billing.ts';
import { killServers, startServer } from '../kit/server-process.ts';
import { openWorld, type World } from '../kit/world.ts';
import { answerChallenge, card, challengeOf, eachOf, long, openAttempts } from './money.ts';

const quick = { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' };
let w: World;
let ctx: Ctx;
let price: string;
/** How far the world's clock is ahead: processes of a test live by the same time. */
let ahead_ms = 0;
const advance = (ms: number) => {
  ahead_ms += ms;
  w.clock.advance(ms);
};

/** What the provider does with a charge; undefined: what it always does. */
let trouble: ((call: number) => 'answer_lost' | 'never_arrives' | undefined) | undefined;
let calls = 0;

function wrap(connector: Connector): Connector {
  return {
    ...connector,
    async authorize(call) {
      calls += 1;
      const what = trouble?.(calls);
      if (what === 'never_arrives') throw new ProviderTimeout('simulator', call.reference);
      const outcome = await connector.authorize(call);
      if (what === 'answer_lost') throw new ProviderTimeout('simulator', call.reference);
      return outcome;
    },
  };
}

/** Each part has a database of its own, so that nothing of one falls due in another. */
function inItsOwnWorld(): void {
  before(async () => {
    w = await openWorld({ settings: quick, wrap });
    ctx = w.ctx();
    ahead_ms = 0;
    price = await newPrice(ctx, 1_000);
  });
  after(async () => {
    await killServers();
    await w.close();
  });
}

/** Subscriptions of one customer, the first period of each paid. */
async function many(count: number): Promise<string[]> {
  const customer = await newCustomer(w);
  await newCard(w, customer);
  const ids: string[] = [];
  for (let left = count; left > 0; left -= 50)
    ids.push(
      ...(await eachOf(Math.min(50, left), async () => (await subscribe(ctx, { customer, price })).id as string)),
    );
  return ids;
}

/** Whoever comes after the dead: the jobs of one process, when every lease and pause is over. */
async function recover(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    advance(minutes(3));
    await w.work();
  }
}

const offenders = async (query: ReturnType<typeof sql>): Promise<unknown[]> => {
  const { rows } = await query.execute(w.env.db.query);
  return rows.slice(0, 5);
};

/** Each promise by the rows that break it, in our books and in the provider's; and nothing is left to be done. */
async function audit(): Promise<void> {
  const found = {
    billed_twice: await offenders(sql`
      select subscription_id, period_start from invoices where billing_reason <> 'subscription_update'
      group by account_id, subscription_id, period_start having count(*) > 1`),
    charged_twice: await offenders(sql`
      select p.invoice_id from payments p join simulator_calls c on c.account_id = p.account_id and c.provider_reference = p.provider_reference
      where p.invoice_id is not null and c.kind = 'authorize' and c.status = 'approved' group by p.account_id, p.invoice_id having count(*) > 1`),
    taken_without_our_knowing: await offenders(sql`
      select c.reference from simulator_calls c left join attempts a on a.account_id = c.account_id and a.id = c.reference
      left join payments p on p.account_id = a.account_id and p.id = a.payment_id
      where c.kind = 'authorize' and c.status = 'approved' and c.captured and (p.status is distinct from 'completed' or p.amount_captured <> c.amount)`),
    paid_without_money: await offenders(sql`
      select i.id from invoices i left join payments p on p.account_id = i.account_id and p.id = i.payment_id
      where i.status = 'paid' and i.amount_due > 0 and p.amount_captured is distinct from i.amount_due`),
    money_without_an_invoice: await offenders(sql`
      select p.id from payments p left join invoices i on i.account_id = p.account_id and i.id = p.invoice_id
      where p.invoice_id is not null and p.status = 'completed' and (i.status <> 'paid' or i.payment_id <> p.id)`),
    told_twice_or_never: await offenders(sql`
      select i.id from invoices i join events e on e.account_id = i.account_id and e.object_id = i.id and e.type in ('invoice.open', 'invoice.paid')
      group by i.account_id, i.id, i.status having count(*) <> case when i.status = 'paid' then 2 else 1 end`),
    gap: await offenders(sql`
      select i.account_id from invoices i join billing_numbers n on n.account_id = i.account_id group by i.account_id, n.invoices
      having count(*) <> n.invoices or max(i.number) <> n.invoices or min(i.number) <> 1`),
    stuck: await offenders(sql`
      select id from invoices where charging or follow_at is not null or charge_at <= ${w.clock.now()}
      union all select id from subscriptions where next_at <= ${w.clock.now()}
      union all select id from subscriptions where open_invoice_id is not null and status in ('trialing', 'active', 'past_due') and not exists (
        select from invoices i where i.account_id = subscriptions.account_id and i.id = subscriptions.open_invoice_id and i.charge_at is not null)`),
  };
  assert.deepEqual(found, Object.fromEntries(Object.keys(found).map((name) => [name, []])));
  assert.deepEqual(await openAttempts(w), []);
  await w.verify();
}

/** Each subscription has so many invoices, all of them paid. */
async function expectPaid(ids: string[], invoices: number): Promise<void> {
  const { rows } = await sql<{ id: string; paid: number; all: number }>`
    select s.id, count(*) filter (where i.status = 'paid')::int as paid, count(*)::int as all from subscriptions s
    join invoices i on i.account_id = s.account_id and i.subscription_id = s.id where s.id = any(${ids}) group by s.id`.execute(
    w.env.db.query,
  );
  assert.equal(rows.length, ids.length);
  assert.deepEqual(
    rows.filter((row) => row.paid !== invoices || row.all !== invoices),
    [],
  );
}

const nothingDue = async (): Promise<boolean> => {
  const now = new Date(Date.now() + ahead_ms);
  const { rows } = await sql`
    select 1 from subscriptions where next_at <= ${now} union all select 1 from invoices where charge_at <= ${new Date(now.getTime() + minutes(5))} or charging limit 1`.execute(
    w.env.db.query,
  );
  return rows.length === 0;
};

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let left = 1_800; left > 0; left--) {
    if (await done()) return;
    await sleep(100);
  }
  throw new Error('it did not come to an end within three minutes');
}

describe('two processes', () => {
  inItsOwnWorld();
  test('400 subscriptions that fall due while both look: one invoice of each period, one charge of each invoice, no gap', async () => {
    const ids = await many(400);
    const { rows } = await sql<{ last: Date }>`select max(next_at) as last from subscriptions`.execute(w.env.db.query);
    // Some are due when the two begin, the others one after another in the seconds that follow.
    advance((rows[0]?.last.getTime() ?? 0) - w.clock.now().getTime() - seconds(4));
    const start = () => startServer({ database_url: w.url, worker: true, ahead_ms });
    const workers = await Promise.all([start(), start()]);
    await sleep(5_000);
    await until(nothingDue);
    await Promise.all(workers.map((one) => one.stop()));
    await expectPaid(ids, 2);
    assert.deepEqual(
      await offenders(sql`select id from invoices where charges <> 1`),
      [],
      'nobody began what the other had begun',
    );
    await audit();
  });
});

describe('a worker that is killed', () => {
  inItsOwnWorld();
  /** Dies there, or not at all: then the point was not passed so often. */
  async function dies(crash_at: string): Promise<boolean> {
    const worker = await startServer({ database_url: w.url, worker: true, crash_at, ahead_ms });
    // What was due may be done a moment before the process gets to die: it is asked to end in order, and dies on its way to that.
    await Promise.race([worker.ended, until(nothingDue).then(() => worker.stop())]);
    return (await worker.ended) === 'SIGKILL';
  }

  let ids: string[];
  let billed: number;
  before(async () => {
    // By the week: a hundred months would outlive the card.
    price = await newPrice(ctx, 1_000, { recurring: { interval: 'week' } });
    ids = await many(40);
    billed = 1;
  });

  /** When all are due and none of them twice: steps of 31 days run ahead of the months, after some fifty of them by a whole period. */
  async function nextPeriod(): Promise<void> {
    const { rows } = await sql<{ last: Date }>`select max(next_at) as last from subscriptions`.execute(w.env.db.query);
    advance((rows[0]?.last.getTime() ?? 0) - w.clock.now().getTime() + seconds(1));
    billed += 1;
  }

  for (const point of [
    'billing.moving:1',
    'billing.moved:1',
    'invoice.claiming:30',
    'authorize.recorded:25',
    'authorize.acted:20',
    'authorize.settled:30',
    'invoice.charged:1',
    'invoice.settled:30',
  ]) {
    test(`at ${point}: after it everything is billed and charged once`, async () => {
      await nextPeriod();
      const died = await dies(point);
      await recover();
      await expectPaid(ids, billed);
      assert.ok(died, `the run passes ${point}`);
      await audit();
    });
  }

  test(`at ${long ? 60 : 6} of its statements and at ${long ? 40 : 4} random moments: the same`, async () => {
    const rounds = long ? 100 : 10;
    for (let round = 0; round < rounds; round++) {
      await nextPeriod();
      if (round % 5 < 3) await dies(`sql:${20 + Math.floor(Math.random() * 180)}`);
      else {
        const worker = await startServer({ database_url: w.url, worker: true, ahead_ms });
        await sleep(Math.random() * 400);
        await worker.kill();
      }
      await recover();
      await expectPaid(ids, billed);
    }
    await audit();
  });
});

describe('invoices that are charged beside those that are sent', () => {
  inItsOwnWorld();
  let charged: string[];
  let sent: string[];
  let periods = 1;
  before(async () => {
    // The same customer and card: nothing but the way they are collected keeps the sent ones from being charged.
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const some = async (more: Record<string, unknown>) =>
      await eachOf(25, async () => (await subscribe(ctx, { customer, price, ...more })).id as string);
    charged = await some({});
    sent = await some({ collection_method: 'send_invoice', days_until_due: 10 });
  });

  const nothingLeft = async (): Promise<boolean> => {
    const now = new Date(Date.now() + ahead_ms);
    const { rows } = await sql`select 1 from invoices where notice_at <= ${now} limit 1`.execute(w.env.db.query);
    return rows.length === 0 && (await nothingDue());
  };

  async function expectRight(): Promise<void> {
    await expectPaid(charged, periods);
    const found = {
      charged: await offenders(sql`
        select i.id from invoices i where i.collection_method = 'send_invoice' and (i.charges > 0 or i.payment_id is not null or i.charging
          or exists (select from payments p where p.account_id = i.account_id and p.invoice_id = i.id))`),
      not_billed: await offenders(sql`
        select s.id from subscriptions s left join invoices i on i.account_id = s.account_id and i.subscription_id = s.id
        where s.id = any(${sent}) group by s.id having count(i.id) <> ${periods}`),
      told_twice_or_never: await offenders(sql`
        select i.id, e.type, count(*) from invoices i join events e on e.account_id = i.account_id and e.object_id = i.id
        where e.type in ('invoice.open', 'invoice.sent', 'invoice.overdue') group by i.id, e.type having count(*) > 1
        union all
        select i.id, 'never', 0 from invoices i where i.collection_method = 'send_invoice' and i.due_at <= ${w.clock.now()}
          and not exists (select from events e where e.account_id = i.account_id and e.object_id = i.id and e.type = 'invoice.overdue')`),
      reminded_too_often: await offenders(sql`
        select i.id from invoices i join events e on e.account_id = i.account_id and e.object_id = i.id and e.type = 'invoice.reminder'
        group by i.id having count(*) > 3`),
      not_past_due: await offenders(sql`
        select s.id, s.status from subscriptions s where s.id = any(${sent}) and s.status <> case when exists (
          select from invoices i where i.account_id = s.account_id and i.subscription_id = s.id and i.overdue_at is not null and i.status = 'open')
          then 'past_due' else 'active' end`),
      told_of_twice: await offenders(sql`
        select object_id from events where type = 'subscription.past_due' group by object_id having count(*) > 1`),
    };
    assert.deepEqual(found, Object.fromEntries(Object.keys(found).map((name) => [name, []])));
    await audit();
  }

  test('two processes: each invoice is told of once, and only those that are charged are charged', async () => {
    advance(days(12));
    const start = () => startServer({ database_url: w.url, worker: true, ahead_ms });
    const workers = await Promise.all([start(), start()]);
    await until(nothingLeft);
    advance(days(19));
    await Promise.all(workers.map((one) => one.stop()));
    const later = await Promise.all([start(), start()]);
    await until(nothingLeft);
    await Promise.all(later.map((one) => one.stop()));
    periods += 1;
    await expectRight();
  });

  for (const point of ['billing.noticing:1', 'billing.noticed:1', 'billing.moving:1', 'invoice.charged:1']) {
    test(`killed at ${point}: the same`, async () => {
      advance(days(31));
      const worker = await startServer({ database_url: w.url, worker: true, crash_at: point, ahead_ms });
      await Promise.race([worker.ended, until(nothingLeft).then(() => worker.stop())]);
      assert.equal(await worker.ended, 'SIGKILL', `the run passes ${point}`);
      await recover();
      periods += 1;
      await expectRight();
    });
  }

  test('paying, voiding and marking beside the run: what is paid is not overdue, and nothing is paid twice', async () => {
    const { rows } = await sql<{ id: string }>`
      select id from invoices where subscription_id = any(${sent}) and status = 'open' order by id`.execute(
      w.env.db.query,
    );
    advance(days(12));
    const acts = [payInvoice, voidInvoice, markInvoicePaid, markInvoiceUncollectible];
    const race = eachOf(Math.min(100, rows.length), async (i) => {
      const act = acts[i % acts.length];
      const id = rows[i]?.id ?? '';
      await ask(ctx, act, { id }).catch((error) => {
        if (!isFault(error)) throw error;
      });
    });
    const run = async () => {
      while ((await runBilling(w.env)) > 0);
    };
    await Promise.all([race, run(), run()]);
    await w.work();
    const found = {
      twice: await offenders(sql`
        select invoice_id from payments where invoice_id is not null and status = 'completed' group by invoice_id having count(*) > 1`),
      paid_without_money: await offenders(sql`
        select i.id from invoices i left join payments p on p.account_id = i.account_id and p.id = i.payment_id
        where i.status = 'paid' and not i.paid_out_of_band and p.amount_captured is distinct from i.amount_due`),
      noticed_after: await offenders(sql`select id from invoices where status <> 'open' and notice_at is not null`),
    };
    assert.deepEqual(found, { twice: [], paid_without_money: [], noticed_after: [] });
    await w.verify();
  });
});

describe('many of one account', () => {
  inItsOwnWorld();

  test('another account that is due later does not wait until all of them are billed', async () => {
    await many(30);
    const there: Ctx = w.ctx(w.other);
    const made = await w.call('POST', '/v1/customers', { name: 'Grace' }, { as: w.other.secret });
    const token = await w.call('POST', '/v1/tokens', { card: card() }, { as: w.other.publishable });
    const saved = { customer: made.body.id, token: token.body.id };
    await w.call('POST', '/v1/payment_methods', saved, { as: w.other.secret });
    const { id } = await subscribe(there, { customer: made.body.id, price: await newPrice(there, 500) });
    advance(days(32));
    // Two to a batch: one turn of the first account is a third of what it has.
    await runBilling(w.env, 2);
    assert.equal((await invoicesOf(there, id)).length, 2);
    const { rows } = await sql`select 1 from subscriptions where next_at <= ${w.clock.now()}`.execute(w.env.db.query);
    assert.ok(rows.length > 10, 'the first one is not done');
    while ((await runBilling(w.env)) > 0);
    await audit();
  });
});

describe('a provider that falls silent in the middle of a run', () => {
  inItsOwnWorld();
  test('what it took is found, what never arrived is charged again, and nobody is charged twice', async () => {
    const ids = await many(60);
    advance(days(32));
    calls = 0;
    trouble = (call) => (call <= 15 || call > 45 ? undefined : call % 2 ? 'answer_lost' : 'never_arrives');
    await runBilling(w.env);
    trouble = undefined;
    const { rows } = await sql`select 1 from invoices where charging`.execute(w.env.db.query);
    assert.ok(rows.length >= 30, 'those whose answer is not known are not charged again meanwhile');
    while ((await runBilling(w.env)) > 0);
    await recover();
    await expectPaid(ids, 2);
    await audit();
    const again = await sql`select 1 from invoices where charges > 1`.execute(w.env.db.query);
    assert.ok(again.rows.length >= 15, 'a call that never arrived is made again');
  });
});

describe('a press on "pay" that never arrives', () => {
  inItsOwnWorld();
  test('leaves the schedule of what waits for another card as it was', async () => {
    const customer = await newCustomer(w);
    const good = await newCard(w, customer);
    const { id } = await subscribe(ctx, { customer, price });
    await ask(ctx, updateSubscription, { id, payment_method: await newCard(w, customer, lost) });
    advance(days(32));
    await w.work();
    await loseCard(w, good);
    const before = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual([before.status, before.decline_code], ['open', 'lost_card']);
    const payment_method = await newCard(w, customer);
    await sql`update customers set default_payment_method = null where id = ${customer}`.execute(w.env.db.query);
    trouble = () => 'never_arrives';
    await ask(ctx, payInvoice, { id: before.id, payment_method });
    trouble = undefined;
    await recover();
    const after = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual(
      [after.status, after.payment_under_way, after.next_charge_at],
      ['open', false, before.next_charge_at],
    );
    assert.equal((await subscriptionOf(ctx, id)).status, 'past_due');
    await audit();
  });
});

describe('against everybody else', () => {
  inItsOwnWorld();
  let other: OpenEnv;
  before(() => {
    other = openEnv({
      config: { ...w.env.config, pool_size: 8 },
      database_url: w.url,
      root_key: createHash('sha256').update('test root key').digest(),
      clock: w.clock,
      log: silentLog,
    });
  });
  after(() => other.close());

  /** What `payment_methods.detach` refuses while something renews with it, and what may have been done before there was anything. */
  const detached = (id: string) =>
    sql`update payment_methods set detached_at = ${w.clock.now()} where id = ${id}`.execute(w.env.db.query);

  /** A customer of their own for each, so that one can be deleted. */
  const one = async () => {
    const customer = await newCustomer(w);
    const method = await newCard(w, customer);
    const id = (await subscribe(ctx, { customer, price })).id as string;
    return { customer, method, id };
  };

  test('200 renewals beside cancelling, another plan, a pause, a deleted customer, a detached card and a press on "pay"', async () => {
    const dear = await newPrice(ctx, 3_000);
    const all: Awaited<ReturnType<typeof one>>[] = [];
    for (let i = 0; i < 4; i++) all.push(...(await eachOf(50, one)));
    advance(days(32));
    const acts: ((s: (typeof all)[number]) => Promise<unknown>)[] = [
      ({ id }) => ask(ctx, cancelSubscription, { id, at: 'now' }),
      ({ id }) => ask(ctx, updateSubscription, { id, price: dear, proration: 'prorate_now' }),
      ({ id }) => ask(ctx, pauseSubscription, { id }),
      ({ customer }) => ask(ctx, deleteCustomer, { id: customer }),
      ({ method }) => ask(ctx, detachPaymentMethod, { id: method }),
      async ({ id }) => {
        for (let tries = 3; tries > 0; tries--) {
          const last = (await invoicesOf(ctx, id)).at(-1);
          if (last?.status === 'open') await ask(ctx, payInvoice, { id: last.id });
          await sleep(10);
        }
      },
      async () => {},
    ];
    const billing = [w.env, other, w.env].map(async (env) => {
      while ((await runBilling(env, 40)) > 0);
    });
    const answers = await Promise.allSettled(
      all.map(async (s, i) => {
        await sleep(Math.random() * 300);
        await acts[i % acts.length]?.(s);
      }),
    );
    await Promise.all(billing);
    await recover();
    await audit();
    for (const answer of answers)
      if (answer.status === 'rejected')
        assert.ok(isFault(answer.reason), `a refusal says why: ${String(answer.reason)}`);
    // Whatever came first: what was not touched went on, and what has ended asks for nothing more.
    const untouched = all.filter((_, i) => i % acts.length === 6).map((s) => s.id);
    await expectPaid(untouched, 2);
    const ended = all.filter((_, i) => i % acts.length === 0).map((s) => s.id);
    for (const id of ended) assert.equal((await subscriptionOf(ctx, id)).status, 'canceled');
    advance(days(70));
    await recover();
    assert.deepEqual(
      await offenders(sql`
        select i.id from invoices i join subscriptions s on s.account_id = i.account_id and s.id = i.subscription_id
        where s.ended_at is not null and i.created_at > s.ended_at`),
      [],
      'no invoice after the end',
    );
    await audit();
  });

  for (const [what, act] of [
    ['its subscription ended', (s) => ask(ctx, cancelSubscription, { id: s.id, at: 'now' })],
    ['it was given up', (s) => ask(ctx, markInvoiceUncollectible, { id: s.invoice })],
    ['its customer was deleted', (s) => ask(ctx, deleteCustomer, { id: s.customer })],
    ['its card was detached', (s) => detached(s.method)],
  ] as [string, (s: { id: string; invoice: string; customer: string; method: string }) => Promise<unknown>][]) {
    test(`an invoice that was read before ${what} is not charged after it`, async () => {
      const s = await one();
      const poor = await newCard(w, s.customer, '4000000000009995');
      await ask(ctx, updateSubscription, { id: s.id, payment_method: poor });
      advance(days(32));
      while ((await runBilling(w.env)) > 0);
      const { rows } = await sql<{ id: string }>`
        select id from invoices where subscription_id = ${s.id} and status = 'open' and charge_at is not null`.execute(
        w.env.db.query,
      );
      const id = rows[0]?.id ?? '';
      const stale = await findInvoice(w.env.db.query, ctx.account.account_id, id);
      const heard = calls;
      await act({ ...s, invoice: id });
      await chargeInvoice(ctx, { invoice: stale, payment_method: s.method });
      assert.equal(calls, heard, 'the provider heard nothing');
      const now = await findInvoice(w.env.db.query, ctx.account.account_id, id);
      assert.deepEqual([now.charges, now.charging], [stale.charges, false]);
    });
  }
});

describe('a payment whose end nobody waited for', () => {
  inItsOwnWorld();

  const waiting = async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer, '4000000000003220');
    const s = await subscribe(ctx, { customer, price, return_url: 'https://shop.example/account' });
    assert.deepEqual([s.status, s.latest_payment.status], ['incomplete', 'requires_authentication']);
    return s;
  };

  for (const [answer, status, paid] of [
    ['approve', 'active', 'paid'],
    ['refuse', 'incomplete', 'open'],
  ] as const) {
    test(`a challenge that the customer answers with ${answer}: its own event tells the subscription, no job has to ask`, async () => {
      const s = await waiting();
      await answerChallenge(w, await challengeOf(w, s.latest_payment.id), answer);
      await w.call('GET', `/pay/${s.latest_payment.id}/return`);
      while ((await drainOutbox(w.env)) > 0);
      assert.equal((await subscriptionOf(ctx, s.id)).status, status);
      const [invoice] = await invoicesOf(ctx, s.id);
      assert.deepEqual([invoice.status, invoice.payment_under_way], [paid, false]);
      const payment = await w.call('GET', `/v1/payments/${s.latest_payment.id}`);
      assert.equal(payment.body.invoice, invoice.id);
      await audit();
    });
  }

  test('a renewal that is paid within the run leaves nothing in the outbox', async () => {
    await many(3);
    while ((await drainOutbox(w.env)) > 0);
    advance(days(32));
    while ((await runBilling(w.env)) > 0);
    const { rows } =
      await sql`select e.type from outbox o join events e on e.account_id = o.account_id and e.id = o.event_id
      where e.type like 'payment.%'`.execute(w.env.db.query);
    assert.deepEqual(rows, []);
  });
});
