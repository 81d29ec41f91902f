// What lists are filtered by beside the tests of their own rooms: objects by their ids, payments by what they paid for, invoices and
// customers by time; and that whatever a list is filtered by has an index, so that no filter reads past a whole history.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { bill, invoicesOf, newCard, newCustomer, newPrice, subscribe } from '../kit/billing.ts';
import { made } from '../kit/catalog.ts';
import { walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const idsOf = async (path: string, as?: string): Promise<string[]> => {
  const reply = await w.call('GET', path, undefined, as === undefined ? {} : { as });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data.map((row: { id: string }) => row.id);
};

describe('by ids', () => {
  test('customers, products and prices: those that exist, newest first, and nobody else’s', async () => {
    const customers = [await newCustomer(w), await newCustomer(w), await newCustomer(w), await newCustomer(w)];
    const [first, second, gone, other] = customers;
    await w.call('DELETE', `/v1/customers/${gone}`);
    const theirs = (await w.call('POST', '/v1/customers', { name: 'Theirs' }, { as: w.other.secret })).body.id;
    const asked = [first, second, gone, theirs, 'cus_none'].join(',');
    assert.deepEqual(await idsOf(`/v1/customers?ids=${asked}`), [second, first]);
    assert.deepEqual(await idsOf(`/v1/customers?ids=${second}&ids=${other}`), [other, second]);
    assert.deepEqual(await idsOf(`/v1/customers?ids=${asked}&starting_after=${second}`), [first]);
    assert.deepEqual(await idsOf(`/v1/customers?ids=${asked}`, w.other.secret), [theirs]);
    const products = [
      await made(w, '/v1/products', { name: 'Beans' }),
      await made(w, '/v1/products', { name: 'Cups' }),
      await made(w, '/v1/products', { name: 'Mills' }),
    ];
    await w.call('POST', `/v1/products/${products[0]?.id}/archive`);
    const two = `${products[0]?.id},${products[2]?.id}`;
    assert.deepEqual(await idsOf(`/v1/products?ids=${two}`), [products[2]?.id, products[0]?.id], 'archived ones, too');
    assert.deepEqual(await idsOf(`/v1/products?ids=${two}&active=true`), [products[2]?.id]);
    const prices = [await newPrice(w.ctx(), 100), await newPrice(w.ctx(), 200), await newPrice(w.ctx(), 300)];
    assert.deepEqual(await idsOf(`/v1/prices?ids=${prices[0]},${prices[1]}`), [prices[1], prices[0]]);
    assert.deepEqual(await idsOf(`/v1/prices?ids=${prices[0]}`, w.other.secret), []);
  });

  test('a page holds 25 of them unless `limit` says more; more than 100 are refused', async () => {
    const made: string[] = [];
    for (let i = 0; i < 30; i++) made.unshift(await newCustomer(w));
    await walks(w, `/v1/customers?ids=${made.join(',')}`, made, [7, 100]);
    assert.equal((await idsOf(`/v1/customers?ids=${made.join(',')}`)).length, 25);
    const many = Array.from({ length: 101 }, (_, i) => `cus_${i}`).join(',');
    for (const [query, detail] of [
      [`ids=${many}`, /100/],
      ['ids=', /'ids/],
    ] as const)
      for (const noun of ['customers', 'products', 'prices'])
        assert.match((await w.call('GET', `/v1/${noun}?${query}`)).body.detail, detail);
    await refuses(w, ['GET', `/v1/customers?ids=${many}`], { code: 'parameter_invalid', param: 'ids', detail: /100/ });
  });
});

describe('by what was paid for, and by time', () => {
  test('payments of an invoice and of a subscription; invoices and customers by when they were made', async () => {
    const before = w.clock.now().toISOString();
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const price = await newPrice(w.ctx(), 4_000);
    const { id } = await subscribe(w.ctx(), { customer, price });
    const other = await subscribe(w.ctx(), { customer, price });
    w.clock.advance(3_600_000);
    const between = w.clock.now().toISOString();
    w.clock.advance(32 * 86_400_000);
    await bill(w);
    const [first, second, ...more] = await invoicesOf(w.ctx(), id);
    assert.deepEqual(more, []);
    assert.deepEqual(await idsOf(`/v1/payments?invoice=${first.id}`), [first.payment]);
    assert.deepEqual(await idsOf(`/v1/payments?invoice=${second.id}&status=completed`), [second.payment]);
    assert.deepEqual(await idsOf(`/v1/payments?invoice=${second.id}&status=failed`), []);
    await walks(w, `/v1/payments?subscription=${id}`, [second.payment, first.payment], [1, 25]);
    assert.deepEqual(await idsOf(`/v1/payments?subscription=${id}&invoice=${first.id}`), [first.payment]);
    const others = await idsOf(`/v1/payments?subscription=${other.id}`);
    assert.equal(others.length, 2);
    assert.ok(!others.includes(first.payment));
    for (const query of [`invoice=${first.id}`, `subscription=${id}`, 'invoice=in_none', 'subscription=sub_none'])
      assert.deepEqual(await idsOf(`/v1/payments?${query}`, w.other.secret), [], query);

    const ofBoth = `/v1/invoices?customer=${customer}`;
    assert.equal((await idsOf(ofBoth)).length, 4);
    assert.deepEqual(await idsOf(`/v1/invoices?subscription=${id}&created_from=${between}`), [second.id]);
    assert.deepEqual(await idsOf(`/v1/invoices?subscription=${id}&created_to=${between}`), [first.id]);
    assert.deepEqual(await idsOf(`${ofBoth}&due_from=${before}`), [], 'what is charged is due on no day');
    assert.ok((await idsOf(`/v1/customers?created_from=${before}`)).includes(customer));
    assert.ok(!(await idsOf(`/v1/customers?created_from=${between}`)).includes(customer));
    assert.ok(!(await idsOf(`/v1/customers?created_to=${before}`)).includes(customer));
    for (const [path, param] of [
      ['invoices', 'created_from'],
      ['invoices', 'due_to'],
      ['customers', 'created_to'],
    ])
      await refuses(w, ['GET', `/v1/${path}?${param}=yesterday`], {
        code: 'parameter_invalid',
        param: String(param),
        detail: /ISO 8601 with a zone/,
      });
  });
});

/** Columns that are looked at row by row, with the reason. */
const without_index: Record<string, string> = {
  'bank_accounts.status': 'an account has a handful',
  'webhook_endpoints.dialect': 'an account has a handful',
  'request_logs.method': 'the log is of thirty days and written with every call; see docs/adr/0031',
  'request_logs.caller_id': 'as above',
  'request_logs.status': 'refusals have an index of their own',
};

test('whatever a list is filtered by has an index of its table that begins with account and column', async () => {
  const { rows } = await sql<{ table: string; definition: string }>`
    select tablename as table, indexdef as definition from pg_indexes where schemaname = 'public'`.execute(
    w.env.db.query,
  );
  const root = resolve(import.meta.dirname, '../..');
  const missing: string[] = [];
  let lists = 0;
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const text = readFileSync(resolve(root, file), 'utf8');
    for (const [, table = '', where = ''] of text.matchAll(/from: '(\w+)',\s*where: \{( .*|\n[\s\S]*?\n\s*)\},\n/g)) {
      lists++;
      // What a deleted or detached row is known by (null) is no filter, and the tests inside `{ gte: … }` are no columns.
      const columns = where.replaceAll(/\{[^}]*\}/g, '{}').matchAll(/(?:^|[\s,])(\w+):(?!\s*null)/g);
      for (const [, column = ''] of columns) {
        if (['account_id', 'company_id', 'id'].includes(column)) continue;
        const served = rows.some(
          (row) =>
            row.table === table &&
            (row.definition.includes(`(account_id, ${column}`) || row.definition.includes(`(${column})`)),
        );
        if (!served) missing.push(`${table}.${column}`);
      }
    }
  }
  assert.ok(lists >= 25, `lists are found where they are read; found ${lists}`);
  assert.deepEqual(missing.sort(), Object.keys(without_index).sort());
});
