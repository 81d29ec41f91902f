// Attacks on currencies: a browser that names its own price, rate or currency; choices and presses in parallel; two hundred conversions of
// money that is there once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { verifyAll } from '../../src/verify.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;

before(async () => {
  w = await openWorld();
  await w.call('PATCH', '/v1/fx_settings', { adaptive_pricing: { enabled: true, markup_bps: 100 } });
});
after(() => w.close());

const available = async (currency: string): Promise<number> =>
  (await w.call('GET', '/v1/balances')).body.data.find((b: { currency: string }) => b.currency === currency)
    ?.available ?? 0;

async function offered(amount_total = 10_000): Promise<string> {
  const made = await w.call('POST', '/v1/checkout_sessions', { amount_total, currency: 'USD' });
  const { id } = made.body;
  await w.app.server.inject({ method: 'GET', url: `/pay/${id}?country=DE` });
  return id;
}
const post = async (id: string, what: string, payload: Record<string, unknown>, key = `k${Math.random()}`) => {
  const headers = { 'idempotency-key': key };
  const answer = await w.app.server.inject({ method: 'POST', url: `/pay/${id}/${what}`, payload, headers });
  return { status: answer.statusCode, body: answer.json() };
};
const paymentsOf = async (id: string) => {
  const { rows } = await sql<{ amount: number; currency: string; status: string }>`
    select amount, currency, status from payments where account_id = ${w.tenant.account.account_id} and checkout_session_id = ${id}`.execute(
    w.env.db.query,
  );
  return rows;
};

test('a browser names a currency and nothing else: prices, rates, foreign currencies and old offers are refused', async () => {
  const id = await offered();
  const token = await w.token();
  for (const forged of [
    { amount: 1 },
    { amount_total: 1 },
    { rate: '0.0001' },
    { exchange: { rate: '0.0001' } },
    { markup_bps: 0 },
    { fx_rates: 'fxs_1' },
    { currency: 'IDR' },
    { currency: 'EUR' },
    { currency: 'eur' },
    { currency: ['USD'] },
    { currency: null },
    { currency: '' },
  ]) {
    const { status } = await post(id, 'payments', { token, ...forged });
    assert.ok(status === 400 || status === 422, `${JSON.stringify(forged)}: ${status}`);
  }
  for (const forged of [
    { currency: 'IDR' },
    { currency: 'KRW' },
    { currency: 'EUR', amount_total: 1 },
    { currency: 'EUR', rate: '0.0001' },
    { currency: { $ne: 'USD' } },
    {},
  ]) {
    const { status } = await post(id, 'currency', forged);
    assert.ok(status === 400 || status === 422, `${JSON.stringify(forged)}: ${status}`);
  }
  assert.deepEqual(await paymentsOf(id), []);
  // The offer of another session is worth nothing here, nor is its page's choice.
  const other = await offered(1);
  await post(other, 'currency', { currency: 'EUR' });
  const paid = await post(id, 'payments', { token, currency: 'USD' });
  assert.equal(paid.body.state, 'complete', JSON.stringify(paid.body));
  assert.deepEqual(await paymentsOf(id), [{ amount: 10_000, currency: 'USD', status: 'completed' }]);
  await w.verify();
});

test('whoever changes the offer behind our back breaks a check of the database', async () => {
  const id = await offered();
  await post(id, 'currency', { currency: 'EUR' });
  for (const change of [
    sql`presentment_amount = 1`,
    sql`presentment_currency = 'IDR'`,
    sql`exchange = null`,
    sql`presentment_currency = null`,
  ])
    await assert.rejects(
      sql`update checkout_sessions set ${change} where id = ${id}`.execute(w.env.db.query),
      /checkout_sessions_presentment/,
    );
});

test('choices and presses in parallel: one payment, and what it charges is what its page showed', async () => {
  const id = await offered();
  const tokens = await Promise.all(Array.from({ length: 6 }, () => w.token()));
  const pressed = await Promise.all([
    ...tokens.map((token, i) => post(id, 'payments', { token, currency: i % 2 === 0 ? 'USD' : 'EUR' })),
    ...Array.from({ length: 6 }, (_, i) => post(id, 'currency', { currency: i % 2 === 0 ? 'EUR' : 'USD' })),
  ]);
  assert.ok(
    pressed.every(({ status }) => status < 500),
    pressed.map(({ status }) => status).join(' '),
  );
  const taken = (await paymentsOf(id)).filter(({ status }) => status === 'completed');
  assert.ok(taken.length <= 1, 'never two');
  const session = (await w.call('GET', `/v1/checkout_sessions/${id}`)).body;
  for (const { amount, currency } of taken) {
    const chosen = session.exchange.chosen;
    assert.deepEqual(
      [amount, currency],
      chosen ? [session.exchange.amount_total, 'EUR'] : [session.amount_total, 'USD'],
    );
  }
  await w.verify();
});

test('two hundred conversions of what is there once: never more than that, in both directions at once', async () => {
  await w.call('POST', '/v1/payments', { amount: 100_000, currency: 'GBP', token: await w.token() });
  await w.call('POST', '/v1/payments', { amount: 100_000, currency: 'CHF', token: await w.token() });
  await w.call('POST', '/v1/settlements', {});
  const asked = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      w.call(
        'POST',
        '/v1/conversions',
        i % 4 === 3 ? { from: 'CHF', to: 'GBP', amount: 1_000 } : { from: 'GBP', to: 'CHF', amount: 7_000 },
      ),
    ),
  );
  const told = new Map<string, number>();
  for (const { status, body } of asked) {
    const key = status === 201 ? '201' : `${status} ${body.code}`;
    told.set(key, (told.get(key) ?? 0) + 1);
  }
  assert.deepEqual([...told.keys()].sort(), ['201', '409 insufficient_balance']);
  const { rows } = await sql<{ from_currency: string; spent: number; got: number }>`
    select from_currency, sum(from_amount)::bigint as spent, sum(to_amount)::bigint as got from conversions
    where account_id = ${w.tenant.account.account_id} group by 1 order by 1`.execute(w.env.db.query);
  const [chf, gbp] = rows;
  assert.equal(await available('GBP'), 100_000 - (gbp?.spent ?? 0) + (chf?.got ?? 0));
  assert.equal(await available('CHF'), 100_000 - (chf?.spent ?? 0) + (gbp?.got ?? 0));
  assert.ok((await available('GBP')) >= 0 && (await available('GBP')) < 7_000, 'all that could go went');
  assert.ok((await available('CHF')) >= 0);
  await w.verify();
});

test('conversions and payouts take from one balance, and settlements convert beside them, without a deadlock', async () => {
  await w.call('PATCH', '/v1/fx_settings', { settlement_currency_conversion: true });
  await w.call('POST', '/v1/payments', { amount: 50_000, currency: 'SEK', token: await w.token() });
  await w.call('POST', '/v1/payments', { amount: 50_000, currency: 'USD', token: await w.token() });
  const done = await Promise.all([
    w.call('POST', '/v1/settlements', {}),
    ...Array.from({ length: 20 }, (_, i) =>
      w.call(
        'POST',
        '/v1/conversions',
        i % 2 === 0 ? { from: 'USD', to: 'CHF', amount: 10 } : { from: 'CHF', to: 'USD', amount: 10 },
      ),
    ),
  ]);
  assert.ok(
    done.every(({ status }) => status === 201 || status === 409),
    done.map(({ status, text }) => `${status} ${text.slice(0, 200)}`).join('\n'),
  );
  assert.equal(await available('SEK'), 0);
  await w.verify();
});

test('a conversion that is changed, or a posting without one, is refused by the database; behind its back verify finds it', async () => {
  for (const change of [
    sql`update conversions set to_amount = to_amount + 1`,
    sql`delete from conversions`,
    sql`update fx_rate_snapshots set rates = '{}'`,
    sql`delete from fx_rate_snapshots`,
  ])
    await assert.rejects(change.execute(w.env.db.query));
  const asOwner = async (text: string) => {
    const client = new pg.Client({ connectionString: w.url });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  const found = async () => (await verifyAll(w.env.db.query)).filter(({ ok }) => !ok).map(({ name }) => name);
  const edits: [string, string, RegExp][] = [
    ['to_amount = to_amount + 1', 'to_amount = to_amount - 1', /two postings/],
    ["rate = '9' || rate", 'rate = substr(rate, 2)', /what its rate makes of it/],
  ];
  for (const [edit, back, sentence] of edits) {
    const first = 'where id = (select min(id) from conversions)';
    const quiet = (change: string) =>
      `set session_replication_role = replica; update conversions set ${change} ${first}; set session_replication_role = origin`;
    await asOwner(quiet(edit));
    assert.ok(
      (await found()).some((name) => sentence.test(name)),
      edit,
    );
    await asOwner(quiet(back));
    await w.verify();
  }
});
