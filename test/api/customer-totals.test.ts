// What a customer has spent, over HTTP: by currency, less what was refunded, and never more work than ten thousand payments.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const newCustomer = async (options = {}) =>
  (await w.call('POST', '/v1/customers', { name: 'Ada' }, options)).body.id as string;
const pay = async (customer: string, more: Record<string, unknown> = {}, number?: string) => {
  const reply = await w.call('POST', '/v1/payments', {
    amount: 2_000,
    currency: 'USD',
    customer,
    token: await w.token(number),
    ...more,
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
};
const totals = async (customer: string) => {
  const reply = await w.call('GET', `/v1/customers/${customer}/totals`);
  assert.equal(reply.status, 200, reply.text);
  return reply.body;
};

describe('GET /v1/customers/{id}/totals', () => {
  test('200: nothing was paid yet', async () => {
    const customer = await newCustomer();
    assert.deepEqual(await totals(customer), { object: 'customer_totals', customer, totals: [], counted_from: null });
  });

  test('200: what was captured less what was refunded, the account’s own currency first; nothing held, failed or of somebody else', async () => {
    const customer = await newCustomer();
    const first = await pay(customer);
    await pay(customer, { amount: 500 });
    await pay(customer, { amount: 300, currency: 'EUR' });
    await pay(customer, { amount: 70, currency: 'AED', capture: false });
    await pay(customer, {}, '4000000000000002');
    const part = await pay(customer, { amount: 1_000, capture: false });
    const captured = await w.call('POST', `/v1/payments/${part.id}/capture`, { amount: 400 });
    assert.deepEqual([captured.body.status, captured.body.amount_captured], ['authorized', 400], 'the rest stays held');
    await pay(await newCustomer());
    const refund = await w.call('POST', '/v1/refunds', { payment: first.id, amount: 700 });
    assert.equal(refund.status, 201, refund.text);
    assert.deepEqual(await totals(customer), {
      object: 'customer_totals',
      customer,
      totals: [
        {
          currency: 'USD',
          payments: 3,
          amount_captured: 2_900,
          amount_refunded: 700,
          amount_disputed: 0,
          total_spent: 2_200,
        },
        {
          currency: 'EUR',
          payments: 1,
          amount_captured: 300,
          amount_refunded: 0,
          amount_disputed: 0,
          total_spent: 300,
        },
      ],
      counted_from: null,
    });
    await w.verify();
  });

  test('200: of more than ten thousand the newest are counted, and the answer says since when', async () => {
    const customer = await newCustomer();
    const { id } = await pay(customer, { amount: 1 });
    const copies = (from: number, to: number) =>
      sql`insert into payments select (jsonb_populate_record(p, jsonb_build_object(
        'id', 'pay_0' || lpad(n::text, 25, '0'), 'created_at', timestamptz '2020-01-01' + n * interval '1 second'))).*
        from payments p, generate_series(${sql.lit(from)}, ${sql.lit(to)}) n where p.account_id = ${w.tenant.account.account_id} and p.id = ${id}`.execute(
        w.env.db.query,
      );
    await copies(2, 10_000);
    assert.partialDeepStrictEqual(await totals(customer), {
      totals: [{ payments: 10_000, total_spent: 10_000 }],
      counted_from: null,
    });
    await copies(1, 1);
    assert.partialDeepStrictEqual(await totals(customer), {
      totals: [{ payments: 10_000, total_spent: 10_000 }],
      counted_from: '2020-01-01T00:00:02.000Z',
    });
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain select id from payments
      where account_id = ${w.tenant.account.account_id} and customer_id = ${customer} order by id desc limit 10001`.execute(
      w.env.db.query,
    );
    assert.match(JSON.stringify(rows), /payments_account_id_customer_id_id_idx/);
  });

  test('404: unknown, deleted, or another account’s', async () => {
    const gone = await newCustomer();
    await w.call('DELETE', `/v1/customers/${gone}`);
    const theirs = await newCustomer({ as: w.other.secret });
    for (const id of ['cus_none', gone, theirs]) {
      await refuses(w, ['GET', `/v1/customers/${id}/totals`], {
        code: 'not_found',
        param: 'id',
        detail: /No customer with id/,
      });
    }
  });
});
