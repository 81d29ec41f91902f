// Settlements, activities and balances of the past: what became available on which day adds up to the ledger, to the cent.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localDay } from '../../src/ledger/calendar.ts';
import { settleDue } from '../../src/settlements/settle.ts';
import { openWorld, toNoon, type World } from '../kit/world.ts';

let w: World;
const day = 86_400_000;

before(async () => {
  w = await openWorld({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
  toNoon(w);
});
after(() => w.close());

const pay = async (amount: number, currency = 'USD') =>
  (await w.call('POST', '/v1/payments', { amount, currency, token: await w.token() })).body;
const balance = async (currency: string, at?: Date) =>
  (await w.call('GET', `/v1/balances${at ? `?at=${at.toISOString()}` : ''}`)).body.data.find(
    (b: { currency: string }) => b.currency === currency,
  );

test('money waits for its day, then one settlement per currency makes it available; a second run does nothing', async () => {
  const a = await pay(10_000);
  const b = await pay(5_000);
  await pay(7_000, 'EUR');
  const refund = await w.call('POST', '/v1/refunds', { payment: b.id, amount: 2_000 });
  assert.equal(refund.status, 201, refund.text);
  const before_settlement = w.clock.now();
  assert.equal(await settleDue(w.env), 0, 'nothing is due today');
  assert.equal((await balance('USD')).available, 0);

  // A week later every business day of T+2 has passed, whatever today is.
  w.clock.advance(7 * day);
  assert.equal(await settleDue(w.env), 2);
  assert.equal(await settleDue(w.env), 0);
  const net = 10_000 - 320 + (5_000 - 175) - 2_000;
  assert.deepEqual(
    [(await balance('USD')).incoming, (await balance('USD')).available, (await balance('EUR')).available],
    [0, net, 7_000 - 233],
  );

  const list = (await w.call('GET', '/v1/settlements?currency=USD')).body.data;
  assert.equal(list.length, 1);
  const [s] = list;
  assert.deepEqual([s.gross, s.fees, s.refunded, s.net, s.transaction_count], [15_000, 495, 2_000, net, 3]);
  assert.equal(s.settled_on, localDay(w.clock.now(), 'UTC'));
  assert.deepEqual((await w.call('GET', `/v1/settlements/${s.id}`)).body, s);
  const lines = (await w.call('GET', `/v1/settlements/${s.id}/transactions`)).body.data;
  assert.equal(lines.length, 3);
  assert.equal(
    lines.reduce((sum: number, l: { net: number }) => sum + l.net, 0),
    s.net,
  );
  assert.deepEqual(
    lines.map((l: { type: string; status: string }) => `${l.type} ${l.status}`),
    ['refund available', 'charge available', 'charge available'],
  );
  assert.equal(lines.at(-1).payment, a.id);

  const event = (await w.call('GET', '/v1/events?type=settlement.created')).body.data;
  assert.equal(event.length, 2);

  // The past stays as it was.
  const past = await balance('USD', before_settlement);
  assert.deepEqual([past.incoming, past.available], [net, 0]);
  await w.verify();
});

test('a refund of a settled payment comes out of the available balance; what it cannot cover is refused', async () => {
  const available = (await balance('USD')).available;
  const { data } = (await w.call('GET', '/v1/payments?amount=10000')).body;
  const refund = await w.call('POST', '/v1/refunds', { payment: data[0].id, amount: 4_000 });
  assert.equal(refund.status, 201, refund.text);
  assert.equal((await balance('USD')).available, available - 4_000);

  await w.env.db.query
    .updateTable('accounts')
    .set({ overdraft_limit: 0 })
    .where('account_id', '=', w.tenant.account.account_id)
    .execute();
  w.clock.advance(6_000);
  const rest = (await balance('EUR')).available;
  const eur = (await w.call('GET', '/v1/payments?currency=EUR')).body.data[0];
  const refused = await w.call('POST', '/v1/refunds', { payment: eur.id, amount: rest + 1 });
  assert.equal(refused.status, 409);
  assert.equal(refused.body.code, 'insufficient_balance');
  assert.equal((await w.call('POST', '/v1/refunds', { payment: eur.id, amount: rest })).status, 201);
  await w.verify();
});

test('an account that refunds from the available balance alone refuses while its money is still incoming', async () => {
  await w.env.db.query
    .updateTable('accounts')
    .set({ refund_funding: 'available' })
    .where('account_id', '=', w.tenant.account.account_id)
    .execute();
  w.clock.advance(6_000);
  const payment = await pay(1_000, 'GBP');
  const refused = await w.call('POST', '/v1/refunds', { payment: payment.id });
  assert.equal(refused.body.code, 'insufficient_balance');
  await w.env.db.query
    .updateTable('accounts')
    .set({ refund_funding: 'available_and_incoming' })
    .where('account_id', '=', w.tenant.account.account_id)
    .execute();
  w.clock.advance(6_000);
  assert.equal((await w.call('POST', '/v1/refunds', { payment: payment.id, amount: 900 })).status, 201);
  await w.verify();
});

test('settle now is for the sandbox: it settles what is incoming, once, and later days go on', async () => {
  await pay(3_000);
  const made = await w.call('POST', '/v1/settlements', {}, { key: 'settle-now' });
  assert.equal(made.status, 201, made.text);
  assert.ok(made.body.data.some((s: { currency: string; gross: number }) => s.currency === 'USD' && s.gross === 3_000));
  assert.equal((await w.call('POST', '/v1/settlements', {}, { key: 'settle-now' })).text, made.text);
  assert.deepEqual((await w.call('POST', '/v1/settlements', {})).body.data, []);
  await pay(4_000);
  w.clock.advance(10 * day);
  await settleDue(w.env);
  assert.equal((await balance('USD')).incoming, 0);
  await w.verify();
});

test('two workers at once make one settlement of a day', async () => {
  await pay(6_000);
  w.clock.advance(10 * day);
  const made = await Promise.all([settleDue(w.env), settleDue(w.env), settleDue(w.env)]);
  assert.equal(
    made.reduce((a, b) => a + b, 0),
    1,
  );
  await w.verify();
});

test('activities page through the statement without gap or repeat, and their nets are the balance', async () => {
  const all: { id: string; net: number; type: string }[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await w.call('GET', `/v1/balance_activities?currency=USD&limit=2${cursor}`);
    all.push(...body.data);
    if (!body.has_more) break;
    cursor = `&starting_after=${body.data.at(-1).id}`;
  }
  assert.equal(new Set(all.map((a) => a.id)).size, all.length);
  const now = await balance('USD');
  assert.equal(
    all.reduce((sum, a) => sum + a.net, 0),
    now.incoming + now.available,
  );
  const refunds = (await w.call('GET', '/v1/balance_activities?currency=USD&type=refund')).body.data;
  assert.ok(refunds.length > 0 && refunds.every((a: { type: string }) => a.type === 'refund'));
  const wrong = await w.call('GET', '/v1/balance_activities?currency=USD&starting_after=act_EUR_1');
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body.param, 'starting_after');
});

test('another tenant’s settlement is not found', async () => {
  const [s] = (await w.call('GET', '/v1/settlements')).body.data;
  for (const path of [`/v1/settlements/${s.id}`, `/v1/settlements/${s.id}/transactions`]) {
    assert.equal((await w.call('GET', path, undefined, { as: w.other.secret })).status, 404);
  }
});
