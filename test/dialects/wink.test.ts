// A Wink program on Florin, over HTTP: checkout sessions, transactions, customers and refunds, every field of what is asked and
// answered, in the sandbox and in production by the key.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { headersOf } from '../../src/api/dialects.ts';
import { mintKey } from '../../src/identity/api-key.ts';
import { newTenant, openWorld, type Tenant, type World } from '../kit/world.ts';
import { payAt } from './customer.ts';
import { Wink, WinkFailure } from './wink-client.ts';

let w: World;
let wink: Wink;
let base: string;

const clientOf = (tenant: Tenant, secret = tenant.secret) => {
  const headers = headersOf('wink', { secret_key: secret, merchant_id: tenant.account.merchant_id });
  return new Wink(base, headers['X-Wink-MerchantId'] ?? '', headers['X-Wink-SecretKey'] ?? '');
};

before(async () => {
  w = await openWorld();
  base = `${await w.app.server.listen({ port: 0, host: '127.0.0.1' })}/wink/v1`;
  wink = clientOf(w.tenant);
});
after(() => w.close());

const order = {
  totalPrice: 42.77,
  currency: 'USD',
  lineItems: [{ name: 'Coffee beans, 1 kg', description: 'Washed', quantity: 2, unitPrice: 19.99 }],
  taxes: [{ name: 'VAT', amount: 3.79 }],
  discounts: [{ name: 'Welcome', amount: 1 }],
  successUrl: 'https://shop.test/thanks',
  cancelUrl: 'https://shop.test/cart',
  customerEmail: 'ada@example.com',
  reference: 'order_1042',
  metadata: { cart_id: '77', cartId: 'x' },
};

test('a checkout session: every option comes back, it lasts an hour, and the total is what the customer is charged', async () => {
  const made = await wink.createCheckoutSession(order);
  const { id, url, createdAt, expiresAt, customerId, ...rest } = made;
  assert.match(id, /^sess_/);
  assert.equal(url, `http://florin.test/pay/${id}`);
  assert.equal(Date.parse(expiresAt) - Date.parse(createdAt), 3_600_000);
  assert.deepEqual(rest, { ...order, status: 'open', paymentStatus: 'unpaid', transactionId: null });

  assert.equal(await payAt(w, url), 'complete');
  const paid = await wink.getCheckoutSession(id);
  assert.deepEqual([paid.status, paid.paymentStatus, paid.url], ['complete', 'paid', null]);
  const transaction = await wink.getTransaction(paid.transactionId);
  const { createdAt: at, ...fields } = transaction;
  assert.match(at, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(fields, {
    id: paid.transactionId,
    status: 'completed',
    amount: 42.77,
    currency: 'USD',
    amountRefunded: 0,
    amountRefundable: 42.77,
    exchangeFee: 0,
    description: null,
    reference: 'order_1042',
    customerId,
    customerEmail: 'ada@example.com',
    checkoutSessionId: id,
    declineReason: null,
    metadata: order.metadata,
  });
  assert.deepEqual(await wink.listTransactions(), { data: [transaction], hasMore: false });
  const customer = await wink.getCustomer(customerId);
  assert.deepEqual([customer.id, customer.email, customer.phone], [customerId, 'ada@example.com', null]);
  assert.deepEqual(await wink.listCustomers(), { data: [customer], hasMore: false });
});

test('a session that nobody pays is over after an hour', async () => {
  const made = await wink.createCheckoutSession(order);
  w.clock.advance(3_601_000);
  await w.work();
  const over = await wink.getCheckoutSession(made.id);
  assert.deepEqual([over.status, over.url], ['expired', null]);
});

test('a sum that is wrong is refused, and the refusal names the difference in Wink’s names and units', async () => {
  await assert.rejects(wink.createCheckoutSession({ ...order, totalPrice: 43.77 }), (error) => {
    assert.ok(error instanceof WinkFailure);
    assert.deepEqual([error.status, error.error.code, error.error.param], [422, 'total_mismatch', 'totalPrice']);
    assert.match(
      error.message,
      /totalPrice is \$43\.77, .* make \$42\.77: the difference is \$1\.00\. Correct totalPrice/,
    );
    return true;
  });
});

test('refunds: a part in the transaction’s own unit, then what is left; more is refused in that unit', async () => {
  const [transaction] = (await wink.listTransactions()).data;
  const refund = await wink.issueRefund({ transactionId: transaction.id, amount: 2.77, reason: 'duplicate' });
  const { id, createdAt, ...rest } = refund;
  assert.match(id, /^re_/);
  assert.match(createdAt, /^\d{4}-/);
  assert.deepEqual(rest, {
    transactionId: transaction.id,
    status: 'succeeded',
    amount: 2.77,
    currency: 'USD',
    reason: 'duplicate',
  });
  await assert.rejects(wink.issueRefund({ transactionId: transaction.id, amount: 40.01 }), (error) => {
    assert.ok(error instanceof WinkFailure);
    assert.deepEqual([error.status, error.error.code], [422, 'amount_too_large']);
    assert.match(error.message, /At most \$40\.00 of this payment/);
    return true;
  });
  const rest_of_it = await wink.issueRefund({ transactionId: transaction.id });
  assert.equal(rest_of_it.amount, 40);
  assert.deepEqual(await wink.getRefund(id), refund);
  assert.deepEqual(await wink.listRefunds(`?transactionId=${transaction.id}`), {
    data: [rest_of_it, refund],
    hasMore: false,
  });
  assert.equal((await wink.getTransaction(transaction.id)).amountRefundable, 0);
  await w.verify();
});

test('a price in BTC has eight decimals', async () => {
  const made = await wink.createCheckoutSession({
    totalPrice: 0.00000001,
    currency: 'BTC',
    successUrl: order.successUrl,
    cancelUrl: order.cancelUrl,
  });
  assert.deepEqual([made.totalPrice, made.currency], [0.00000001, 'BTC']);
  assert.equal((await w.call('GET', `/v1/checkout_sessions/${made.id}`)).body.amount_total, 1);
});

test('another currency than the merchant’s costs an exchange fee, which the transaction shows; its own and BTC cost none', async () => {
  const tenant = await newTenant(w.env, 'Exchange', { exchange: { bps: 100 } });
  const client = clientOf(tenant);
  for (const [currency, fee] of [
    ['EUR', 0.43],
    ['USD', 0],
  ] as const) {
    const made = await client.createCheckoutSession({ ...order, currency, customerEmail: undefined });
    assert.equal(await payAt(w, made.url), 'complete');
    const { transactionId } = await client.getCheckoutSession(made.id);
    const transaction = await client.getTransaction(transactionId);
    assert.deepEqual([transaction.currency, transaction.amount, transaction.exchangeFee], [currency, 42.77, fee]);
  }
  await w.verify();
});

test('every spelling of the environment in the key; production is another account, reached by its own key', async () => {
  const merchantId = w.tenant.account.merchant_id.replace('mcht_', 'merchant-');
  const body = w.tenant.secret.slice('sk_test_'.length);
  for (const name of ['test', 'sandbox'])
    assert.ok((await new Wink(base, merchantId, `sk-${name}-${body}`).listTransactions()).data.length > 0);
  const live = await w.env.db.tx((tx) =>
    mintKey(
      w.env,
      tx,
      { account_id: w.tenant.live_account_id, mode: 'live' },
      { kind: 'secret', name: 'live', expires_at: null },
    ),
  );
  const live_body = live.text.slice('sk_live_'.length);
  for (const name of ['live', 'prod', 'production'])
    assert.deepEqual((await new Wink(base, merchantId, `sk-${name}-${live_body}`).listTransactions()).data, []);
  for (const key of [`sk-live-${body}`, `sk-test-${live_body}`]) {
    await assert.rejects(
      new Wink(base, merchantId, key).listTransactions(),
      (e) => e instanceof WinkFailure && e.status === 401 && e.error.code === 'key_invalid',
    );
  }
});
