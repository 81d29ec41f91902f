// The billing run under attack: several workers at once, a death at every boundary, many callers on one invoice. What must not appear: two
// invoices of one period, two charges of one invoice, a gap in the numbers, anything that stays stuck.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { runBilling } from '../../src/billing/billing-run.ts';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import { payInvoice, voidInvoice } from '../../src/billing/manage-invoices.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { type OpenEnv, openEnv } from '../../src/env.ts';
import { days, minutes } from '../../src/kit/clock.ts';
import { silentLog } from '../../src/kit/log.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { workUntilIdle } from '../../src/worker.ts';
import { ask, bill, invoicesOf, newCard, newCustomer, newPrice, subscribe, subscriptionOf } from '../kit/billing.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let other: OpenEnv;
let ctx: Ctx;
let price: string;
let crash_at: string | undefined;

before(async () => {
  w = await openWorld({
    settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
    probe: (point) => {
      if (point === crash_at) throw new Error(`the process died at ${point}`);
    },
  });
  ctx = w.ctx();
  price = await newPrice(ctx, 1_000);
  // A second process's worth of connections and lanes on the same database.
  other = openEnv({
    config: { ...w.env.config, pool_size: 4 },
    database_url: w.url,
    root_key: createHash('sha256').update('test root key').digest(),
    clock: w.clock,
    log: silentLog,
  });
});
after(async () => {
  await other.close();
  await w.close();
});

async function many(count: number): Promise<string[]> {
  const customer = await newCustomer(w);
  await newCard(w, customer);
  return (await Promise.all(Array.from({ length: count }, () => subscribe(ctx, { customer, price })))).map((s) => s.id);
}

const untilQuiet = async (env: OpenEnv) => {
  while ((await runBilling(env, 17)) > 0);
};

/** Four at once; then what one of them had to leave (a full database refuses connections) when its lease is over. */
async function race(): Promise<void> {
  await Promise.all([untilQuiet(w.env), untilQuiet(other), untilQuiet(w.env), untilQuiet(other)]);
  w.clock.advance(minutes(3));
  await untilQuiet(w.env);
}

/** Every payment that took money belongs to one paid invoice, and the other way round; numbers follow one another. */
async function audit(): Promise<void> {
  const { rows } = await sql<{ wrong: string }>`
    select 'period billed twice: ' || subscription_id as wrong from invoices where billing_reason <> 'subscription_update'
      group by account_id, subscription_id, period_start having count(*) > 1
    union all
    select 'charged twice: ' || i.id from invoices i join payments p on p.account_id = i.account_id
      and p.description = 'Invoice INV-' || lpad(i.number::text, 6, '0') and p.status = 'completed' group by i.id having count(*) > 1
    union all
    select 'paid without money: ' || i.id from invoices i where i.status = 'paid' and i.amount_due > 0 and not exists (
      select from payments p where p.account_id = i.account_id and p.id = i.payment_id and p.amount_captured = i.amount_due)
    union all
    select 'money without a paid invoice: ' || p.id from payments p join invoices i on i.account_id = p.account_id and i.payment_id = p.id
      where p.status = 'completed' and i.status <> 'paid'
    union all
    select 'gap: ' || account_id from invoices group by account_id having count(*) <> max(number) or min(number) <> 1
    union all
    select 'gap in periods: ' || a.id from invoices a where a.billing_reason = 'subscription_cycle' and not exists (
      select from invoices b where b.account_id = a.account_id and b.subscription_id = a.subscription_id and b.period_end = a.period_start)`.execute(
    w.env.db.query,
  );
  assert.deepEqual(
    rows.map((row) => row.wrong),
    [],
  );
  await w.verify();
}

describe('several workers at once', () => {
  test('each period of each subscription is billed and charged once', async () => {
    const ids = await many(40);
    w.clock.advance(days(32));
    await race();
    for (const id of ids) {
      const invoices = await invoicesOf(ctx, id);
      assert.deepEqual(
        invoices.map((i) => [i.status, i.charges]),
        [
          ['paid', 1],
          ['paid', 1],
        ],
      );
    }
    await audit();
  });

  test('a worker that slept for three months bills every period, in order', async () => {
    const [id = ''] = await many(1);
    w.clock.advance(days(100));
    await race();
    const invoices = await invoicesOf(ctx, id);
    assert.equal(invoices.length, 4);
    assert.ok(invoices.every((i) => i.status === 'paid'));
    await audit();
  });

  test('canceled while it is renewed: either it was renewed, or it ended; never a charge after the end', async () => {
    const ids = await many(12);
    w.clock.advance(days(32));
    await Promise.all([
      untilQuiet(w.env),
      untilQuiet(other),
      ...ids.map((id) => ask(ctx, cancelSubscription, { id, at: 'now' })),
    ]);
    await bill(w);
    for (const id of ids) {
      const s = await subscriptionOf(ctx, id);
      assert.equal(s.status, 'canceled');
      for (const invoice of await invoicesOf(ctx, id)) assert.ok(invoice.charges <= 1);
    }
    w.clock.advance(days(60));
    const before = (await invoicesOf(ctx, ids[0] ?? '')).length;
    await bill(w);
    assert.equal((await invoicesOf(ctx, ids[0] ?? '')).length, before);
    await audit();
  });
});

describe('many callers', () => {
  async function open() {
    const customer = await newCustomer(w);
    const good = await newCard(w, customer);
    const s = await subscribe(ctx, { customer, price, payment_method: good });
    await ask(ctx, updateSubscription, { id: s.id, payment_method: await newCard(w, customer, '4000000000009995') });
    w.clock.advance(days(32));
    await bill(w);
    const invoice = (await invoicesOf(ctx, s.id)).at(-1);
    assert.equal(invoice.status, 'open');
    return { id: s.id as string, invoice: invoice.id as string, good };
  }

  test('30 callers pay one invoice: one charge takes money', async () => {
    const { invoice, good } = await open();
    const answers = await Promise.allSettled(
      Array.from({ length: 30 }, () => ask(ctx, payInvoice, { id: invoice, payment_method: good })),
    );
    assert.ok(answers.some((one) => one.status === 'fulfilled' && one.value.status === 'paid'));
    await audit();
  });

  test('paid and voided at once: one of the two', async () => {
    for (let i = 0; i < 6; i++) {
      const { invoice, good, id } = await open();
      await Promise.allSettled([
        ask(ctx, payInvoice, { id: invoice, payment_method: good }),
        ask(ctx, voidInvoice, { id: invoice }),
      ]);
      await bill(w);
      const last = (await invoicesOf(ctx, id)).find((one) => one.id === invoice);
      assert.ok(last.status === 'paid' || last.status === 'void', last.status);
      await audit();
    }
  });

  test('more changes at once than there are connections: each is read and written by its own one', async () => {
    const customer = await newCustomer(w);
    const payment_method = await newCard(w, customer);
    const sent = { collection_method: 'send_invoice', days_until_due: 30 };
    const made = await Promise.all(Array.from({ length: 30 }, () => subscribe(ctx, { customer, price, ...sent })));
    const answers = await Promise.all(
      made.map(({ id }) =>
        ask(ctx, updateSubscription, { id, payment_method, collection_method: 'charge_automatically' }),
      ),
    );
    assert.ok(answers.every((s) => s.payment_method === payment_method && s.days_until_due === null));
  });

  test('20 changes of plan at once: what is charged is what the plan became', async () => {
    const [id = ''] = await many(1);
    const dear = await newPrice(ctx, 3_000);
    await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        ask(ctx, updateSubscription, { id, price: i % 2 ? price : dear, proration: 'prorate_now' }),
      ),
    );
    await bill(w);
    const s = await subscriptionOf(ctx, id);
    const given = (await invoicesOf(ctx, id)).flatMap((i) => i.lines).filter((l: { amount: number }) => l.amount < 0);
    assert.ok(s.credit_balance >= 0);
    assert.ok(given.every((l: { amount: number }) => -l.amount <= 3_000));
    await audit();
  });
});

describe('a death at every boundary', () => {
  for (const point of [
    'subscription.recorded',
    'invoice.claiming',
    'authorize.recorded',
    'authorize.acted',
    'authorize.settled',
    'invoice.charged',
    'invoice.settled',
  ]) {
    test(`renewing, at ${point}: after it, everything is billed and charged once`, async () => {
      const ids = await many(3);
      w.clock.advance(days(32));
      crash_at = point;
      await runBilling(w.env).catch(() => {});
      crash_at = undefined;
      await recover();
      for (const id of ids) {
        const last = (await invoicesOf(ctx, id)).at(-1);
        assert.equal(last.status, 'paid', `after ${point}`);
      }
      await audit();
    });

    test(`beginning, at ${point}: the same request again makes one subscription, paid once`, async () => {
      const customer = await newCustomer(w);
      await newCard(w, customer);
      const body = { customer, price };
      crash_at = point;
      await subscribe(ctx, body, `begin-${point}`).catch(() => {});
      crash_at = undefined;
      await recover();
      const s = await subscribe(ctx, body, `begin-${point}`);
      assert.equal(s.customer, customer);
      await recover();
      assert.equal((await subscriptionOf(ctx, s.id)).status, 'active');
      const made = await w.call('GET', `/v1/payments?customer=${customer}`);
      assert.equal(made.body.data.filter((p: { status: string }) => p.status === 'completed').length, 1);
      await audit();
    });
  }

  async function recover(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      w.clock.advance(minutes(3));
      await workUntilIdle(w.env);
      await bill(w);
    }
  }
});
