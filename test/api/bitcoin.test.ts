// Payments by Bitcoin over HTTP, with the sandbox's wallet: seen, confirmed, underpaid, overpaid, late; what each of them makes of the
// payment and what is told. No satoshi that came goes without a trace.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { isWitnessAddress } from '../../src/connectors/simulator/bech32.ts';
import type { WalletAct } from '../../src/connectors/simulator/bitcoin.ts';
import { payloadIn } from '../../src/events/event.ts';
import { configureAccount } from '../../src/identity/configure-account.ts';
import { minutes, plus, seconds } from '../../src/kit/clock.ts';
import { perform } from '../../src/operation/operation.ts';
import { eventTypesOf } from '../attack/money.ts';
import { refuses } from '../kit/refusal.ts';
import { closeProven, openWorld, type World } from '../kit/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => closeProven(world));

const asks = (more: Record<string, unknown>): [string, string, unknown] => [
  'POST',
  '/v1/payments',
  { amount: 6_400, currency: 'USD', payment_method_type: 'bitcoin', ...more },
];

const create = (more: Record<string, unknown> = {}) =>
  world.call('POST', '/v1/payments', { amount: 6_400, currency: 'USD', payment_method_type: 'bitcoin', ...more });

const get = async (id: string) => (await world.call('GET', `/v1/payments/${id}`)).body;

async function invoiceOf(payment_id: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from bitcoin_invoices where payment_id = ${payment_id} and current`.execute(world.env.db.query);
  assert.ok(rows[0]);
  return rows[0].id;
}

async function wallet(payment_id: string, act: WalletAct | 'nonsense'): Promise<number> {
  const response = await world.app.server.inject({
    method: 'POST',
    url: `/simulator/bitcoin/${await invoiceOf(payment_id)}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `act=${act}`,
  });
  return response.statusCode;
}

/** Time passes, and the jobs come around. */
async function wait(ms: number): Promise<void> {
  world.clock.advance(ms);
  await world.work();
}

describe('the invoice', () => {
  test('has an address, the amount at a rate that is shown and held, and a BIP 21 address over what is missing', async () => {
    const made = await create();
    assert.equal(made.status, 201, made.text);
    const { bitcoin, ...payment } = made.body;
    assert.deepEqual([payment.status, payment.amount, payment.currency], ['requires_authentication', 6_400, 'USD']);
    assert.deepEqual(payment.payment_method, { id: null, type: 'bitcoin' });
    assert.equal(payment.processing.provider, 'bitcoin_simulator');
    assert.ok(isWitnessAddress(bitcoin.address));
    assert.equal(bitcoin.amount, 100_000, '64 USD at 64,000 USD for one BTC');
    assert.equal(bitcoin.uri, `bitcoin:${bitcoin.address}?amount=0.00100000&label=Acme%20Coffee`);
    assert.deepEqual(bitcoin.rate, {
      text: '1 BTC = $64,000.00',
      currency: 'USD',
      minor_units: 6_400_000,
      satoshis: 100_000_000,
      source: 'simulator',
      at: '2026-01-05T00:00:00.000Z',
    });
    const held_ms = Date.parse(bitcoin.expires_at) - Date.parse(payment.created_at);
    assert.ok(held_ms <= minutes(15) && held_ms > minutes(14), 'held from the moment the rate was asked for');
    assert.ok(payment.checkout_url.endsWith(`/pay/${payment.id}`));
    assert.deepEqual(await eventTypesOf(world, payment.id), ['payment.created', 'payment.requires_authentication']);
  });

  test('of a payment in BTC asks for the price itself, without a rate', async () => {
    const { bitcoin } = (await create({ amount: 12_345, currency: 'BTC' })).body;
    assert.deepEqual([bitcoin.amount, bitcoin.rate], [12_345, null]);
    assert.match(bitcoin.uri, /amount=0\.00012345&/);
  });

  test('the last satoshi is rounded up', async () => {
    assert.equal((await create({ amount: 1_001 })).body.bitcoin.amount, 15_641, '15640.625');
  });

  test('the same idempotency key is the same address', async () => {
    const body = { amount: 6_400, currency: 'USD', payment_method_type: 'bitcoin' };
    const one = await world.call('POST', '/v1/payments', body, { key: 'bitcoin-1' });
    const two = await world.call('POST', '/v1/payments', body, { key: 'bitcoin-1' });
    assert.equal(two.text, one.text);
    assert.equal(two.headers['idempotent-replayed'], 'true');
  });

  test('refusals name the field', async () => {
    await refuses(world, asks({ capture: false }), { code: 'parameter_invalid', param: 'capture', detail: /held/ });
    await refuses(world, asks({ amount: 1 }), { code: 'amount_too_small', param: 'amount', detail: /546/ });
    await refuses(world, asks({ amount: 100, currency: 'BTC' }), {
      code: 'amount_too_small',
      param: 'amount',
      detail: /546/,
    });
    const param = 'payment_method_type';
    await refuses(world, asks({ token: await world.token() }), {
      code: 'parameter_invalid',
      param,
      detail: /not both/,
    });
    await refuses(world, asks({ payment_method_type: 'wire' }), {
      code: 'parameter_invalid',
      param,
      detail: /bitcoin/,
    });
    assert.equal(await wallet((await create()).body.id, 'nonsense'), 400);
  });
});

describe('what the customer sends', () => {
  test('seen: processing; confirmed: completed, booked in the payment’s own currency', async () => {
    const { id } = (await create()).body;
    assert.equal(await wallet(id, 'seen'), 303);
    await wait(seconds(61));
    const seen = await get(id);
    assert.deepEqual(
      [seen.status, seen.bitcoin.amount_received, seen.bitcoin.amount_confirmed],
      ['processing', 100_000, 0],
    );
    assert.equal(seen.bitcoin.uri, null, 'nothing is missing, so nothing is asked for');
    await wait(minutes(60));
    assert.equal((await get(id)).status, 'processing', 'what was seen in time is waited for');
    await wallet(id, 'confirm');
    await wait(minutes(11));
    const paid = await get(id);
    assert.deepEqual([paid.status, paid.amount_captured, paid.bitcoin.amount_confirmed], ['completed', 6_400, 100_000]);
    assert.deepEqual(await eventTypesOf(world, id), [
      'payment.created',
      'payment.requires_authentication',
      'payment.amount_received',
      'payment.processing',
      'payment.completed',
    ]);
    const { data } = (await world.call('GET', `/v1/balance_activities?payment=${id}`)).body;
    assert.deepEqual([data[0].type, data[0].amount, data[0].currency], ['charge', 6_400, 'USD']);
    await refuses(world, ['POST', '/v1/refunds', { payment: id }], {
      code: 'method_not_refundable',
      param: 'payment',
      detail: /your own wallet/,
    });
  });

  test('overpaid: completed, and the surplus is told', async () => {
    const { id } = (await create()).body;
    await wallet(id, 'overpay');
    await wait(seconds(61));
    const { status, amount_captured, bitcoin } = await get(id);
    assert.deepEqual([status, amount_captured, bitcoin.amount_surplus], ['completed', 6_400, 10_000]);
  });

  test('underpaid: open with the rest to pay, which completes it', async () => {
    const { id } = (await create()).body;
    await wallet(id, 'underpay');
    await wait(seconds(61));
    const half = await get(id);
    assert.deepEqual([half.status, half.bitcoin.amount_missing], ['requires_authentication', 50_000]);
    assert.match(half.bitcoin.uri, /amount=0\.00050000&/);
    await wallet(id, 'pay');
    await wait(minutes(2));
    assert.equal((await get(id)).status, 'completed');
  });

  test('underpaid until its time: failed with what came, so that it can be given back', async () => {
    const { id } = (await create()).body;
    await wallet(id, 'underpay');
    await wait(minutes(5));
    await wait(minutes(11));
    const failed = await get(id);
    assert.deepEqual(
      [failed.status, failed.decline.code, failed.bitcoin.amount_received, failed.amount_captured],
      ['failed', 'underpaid', 50_000, 0],
    );
    const { rows } = await sql<{ payload: string }>`
      select ${payloadIn('events')} as payload from events where object_id = ${id} and type = 'payment.failed'`.execute(
      world.env.db.query,
    );
    assert.equal(JSON.parse(String(rows[0]?.payload)).bitcoin.amount_received, 50_000);
    await wallet(id, 'pay');
    await wait(minutes(10));
    assert.deepEqual(
      [(await get(id)).status, (await get(id)).bitcoin.amount_received],
      ['completed', 100_000],
      'the rest came late',
    );
  });

  test('nothing in time: failed; all of it late: completed after all, and told', async () => {
    const { id } = (await create()).body;
    await wallet(id, 'late');
    await wait(minutes(15) - seconds(20));
    assert.equal((await get(id)).status, 'requires_authentication');
    // The safety job looks in the second before the money comes.
    await sql`update simulator_coins set seen_at = seen_at + interval '5 minutes', confirmed_at = confirmed_at + interval '5 minutes'
      where reference = ${await invoiceOf(id)}`.execute(world.env.db.query);
    await wait(seconds(41));
    assert.deepEqual([(await get(id)).status, (await get(id)).decline.code], ['failed', 'invoice_expired']);
    await wait(minutes(10));
    await wait(minutes(10));
    const paid = await get(id);
    assert.deepEqual([paid.status, paid.amount_captured, paid.decline], ['completed', 6_400, null]);
    assert.deepEqual(await eventTypesOf(world, id), [
      'payment.created',
      'payment.requires_authentication',
      'payment.failed',
      'payment.amount_received',
      'payment.completed',
    ]);
  });

  test('to a cancelled payment: recorded and told, never taken', async () => {
    const { id } = (await create()).body;
    const cancelled = await world.call('POST', `/v1/payments/${id}/cancel`);
    assert.equal(cancelled.body.status, 'cancelled', cancelled.text);
    await wallet(id, 'pay');
    await wait(minutes(20));
    const after = await get(id);
    assert.deepEqual([after.status, after.bitcoin.amount_received, after.amount_captured], ['cancelled', 100_000, 0]);
    assert.ok((await eventTypesOf(world, id)).includes('payment.amount_received'));
  });

  test('more to an address that is paid: told as surplus', async () => {
    const { id } = (await create()).body;
    await wallet(id, 'pay');
    await wait(seconds(61));
    await sql`insert into simulator_coins (account_id, reference, id, amount, seen_at, confirmed_at)
      select account_id, reference, 'coin_more', 777, ${world.clock.now()}, ${world.clock.now()} from simulator_invoices where reference = ${await invoiceOf(id)}`.execute(
      world.env.db.query,
    );
    await wait(minutes(20));
    const { status, bitcoin, amount_captured } = await get(id);
    assert.deepEqual([status, bitcoin.amount_surplus, amount_captured], ['completed', 777, 6_400]);
  });
});

describe('a payment on our page', () => {
  const hosted = async () => (await world.call('POST', '/v1/payments', { amount: 6_400, currency: 'USD' })).body.id;
  const confirm = (id: string, body: Record<string, unknown> = { payment_method_type: 'bitcoin' }) =>
    world.call('POST', `/v1/payments/${id}/confirm`, body);

  test('is paid by Bitcoin, or by card after an invoice that expired', async () => {
    const id = await hosted();
    const confirmed = await confirm(id);
    assert.equal(confirmed.body.status, 'requires_authentication', confirmed.text);
    await refuses(world, ['POST', `/v1/payments/${id}/confirm`, { payment_method_type: 'bitcoin' }], {
      code: 'payment_in_progress',
      detail: /under way/,
    });
    await wait(minutes(16));
    assert.deepEqual([(await get(id)).status, (await get(id)).decline.code], ['pending', 'invoice_expired']);
    const paid = await confirm(id, { token: await world.token() });
    assert.equal(paid.body.status, 'completed', paid.text);
    assert.equal(paid.body.payment_method.type, 'card');
    assert.equal((await world.call('POST', '/v1/refunds', { payment: id })).status, 201, 'the card is refunded');
  });

  test('a second invoice has another address; what comes to the first is told beside it', async () => {
    const id = await hosted();
    const first = (await confirm(id)).body.bitcoin.address;
    const old = await invoiceOf(id);
    await wait(minutes(16));
    const second = (await confirm(id)).body.bitcoin.address;
    assert.notEqual(second, first);
    await sql`insert into simulator_coins (account_id, reference, id, amount, seen_at, confirmed_at)
      select account_id, reference, 'coin_old', 999, ${world.clock.now()}, ${world.clock.now()} from simulator_invoices where reference = ${old}`.execute(
      world.env.db.query,
    );
    await wait(minutes(5));
    await wait(minutes(5));
    const now = await get(id);
    assert.deepEqual(
      [now.bitcoin.address, now.bitcoin.amount_received, now.bitcoin.amount_elsewhere],
      [second, 0, 999],
    );
    await wallet(id, 'pay');
    await wait(minutes(2));
    const paid = await get(id);
    assert.deepEqual([paid.status, paid.bitcoin.amount_elsewhere], ['completed', 999]);
  });
});

describe('the exchange fee', () => {
  const schedule = {
    rules: [
      { bps: 290, fixed: 30 },
      { method: 'bitcoin' as const, bps: 100, fixed: 0 },
    ],
    exchange: { bps: 200 },
  };

  test('is charged in a foreign currency, shown on payment and activity, and part of the balanced fee', async () => {
    const shop = await openWorld({ fee_schedule: schedule });
    try {
      const pay = async (currency: string, amount: number) =>
        (await shop.call('POST', '/v1/payments', { amount, currency, token: await shop.token() })).body;
      const activity = async (id: string, currency: string) =>
        (await shop.call('GET', `/v1/balance_activities?payment=${id}&currency=${currency}`)).body.data[0];
      const own = await pay('USD', 10_000);
      assert.equal(own.exchange_fee, 0);
      assert.deepEqual([(await activity(own.id, 'USD')).fee, (await activity(own.id, 'USD')).exchange_fee], [320, 0]);
      const foreign = await pay('EUR', 10_000);
      assert.equal(foreign.exchange_fee, 200);
      const line = await activity(foreign.id, 'EUR');
      assert.deepEqual([line.fee, line.exchange_fee, line.net, line.currency], [520, 200, 9_480, 'EUR']);
      const bitcoin = await pay('BTC', 10_000);
      assert.equal(bitcoin.exchange_fee, 0);
      // In parts: each capture has its own, and the payment their sum.
      const held = (
        await shop.call('POST', '/v1/payments', {
          amount: 5_000,
          currency: 'EUR',
          capture: false,
          token: await shop.token(),
        })
      ).body;
      await shop.call('POST', `/v1/payments/${held.id}/capture`, { amount: 2_000 });
      const captured = (await shop.call('POST', `/v1/payments/${held.id}/capture`, { amount: 3_000 })).body;
      assert.equal(captured.exchange_fee, 100);
      await shop.verify();
    } finally {
      await shop.close();
    }
  });
});

test('an account without Bitcoin refuses it', async () => {
  const { account_id } = world.other.account;
  await sql`update accounts set payment_methods = '{card}' where account_id = ${account_id}`.execute(
    world.env.db.query,
  );
  const body = { amount: 6_400, currency: 'USD', payment_method_type: 'bitcoin' };
  await refuses(world, ['POST', '/v1/payments', body, { as: world.other.secret }], {
    code: 'feature_unavailable',
    param: 'payment_method_type',
    detail: /does not take Bitcoin/,
  });
});

test('the operator takes it off the page and puts it back; cards stay', async () => {
  const set = (payment_methods: string[]) =>
    perform(configureAccount, world.ctx(), { input: { payment_methods } }).then(({ text }) => JSON.parse(text));
  const page = async () => {
    const made = (await world.call('POST', '/v1/payments', { amount: 6_400, currency: 'USD' })).body;
    return (await world.app.server.inject({ url: `/pay/${made.id}` })).body;
  };
  assert.deepEqual((await world.call('GET', '/v1/account')).body.payment_methods, ['card', 'bitcoin']);
  assert.match(await page(), /id="method-bitcoin"/);
  assert.deepEqual((await set(['card'])).payment_methods, ['card']);
  assert.doesNotMatch(await page(), /id="method-bitcoin"/);
  await assert.rejects(set(['bitcoin']), /must include 'card'/);
  await set(['card', 'bitcoin']);
});

test('a reconciliation with the card provider’s report knows that it is not in there', async () => {
  const { id } = (await create()).body;
  await wallet(id, 'pay');
  await wait(seconds(61));
  assert.equal((await get(id)).status, 'completed');
  const now = world.clock.now();
  const reply = await world.call('POST', '/v1/reconciliations', {
    from: plus(now, -minutes(300)).toISOString(),
    to: plus(now, minutes(1)).toISOString(),
  });
  assert.deepEqual([reply.status, reply.body.exception_count], [201, 0], reply.text);
});
