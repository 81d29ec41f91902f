// Listing payments: each filter alone and together, pages both ways without a gap or a double, another tenant's rows never.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { hours } from '../../src/kit/clock.ts';
import { badPages, walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

type Made = {
  id: string;
  amount: number;
  currency: string;
  email: string;
  four: string;
  status: string;
  reference: string;
  color: string;
  customer: string | null;
  created_at: string;
};

const rows = 60;

describe('GET /v1/payments', () => {
  let w: World;
  let made: Made[];
  let customers: string[];

  before(async () => {
    w = await openWorld();
    customers = [];
    for (const name of ['A', 'B']) customers.push((await w.call('POST', '/v1/customers', { name })).body.id);
    made = [];
    for (let i = 0; i < rows; i++) {
      // Every property turns at another pace, so that each combination of filters has its own answer.
      const number = ['4242424242424242', '5555555555554444', '4000000000000002', undefined][i % 4];
      const input = {
        amount: 1_000 + (i % 10),
        currency: ['USD', 'JPY', 'KWD'][i % 3],
        email: `${['ada', 'Grace', 'LINUS'][i % 3]}@Example.com`,
        merchant_reference: `order_${i % 5}`,
        metadata: { color: ['red', 'blue'][i % 2], n: String(i) },
        ...(i % 6 === 0 ? { customer: customers[(i / 6) % 2] } : {}),
        ...(number === undefined ? {} : { token: await w.token(number) }),
      };
      const { status, body } = await w.call('POST', '/v1/payments', input);
      assert.equal(status, 201);
      made.unshift({
        id: body.id,
        amount: body.amount,
        currency: body.currency,
        email: body.email,
        four: body.payment_method?.card.last_four ?? '',
        status: body.status,
        reference: body.merchant_reference,
        color: body.metadata.color,
        customer: body.customer,
        created_at: body.created_at,
      });
      if (i === rows / 2 - 1) w.clock.advance(hours(1));
      await w.call(
        'POST',
        '/v1/payments',
        input.customer === undefined && number === undefined ? input : { amount: 1_000, currency: 'USD' },
        { as: w.other.secret },
      );
    }
    // Two of one millisecond may lie in either order; the id is the order.
    made.sort((a, b) => (a.id < b.id ? 1 : -1));
  });
  after(() => w.close());

  const list = async (query: string) => {
    const reply = await w.call('GET', `/v1/payments?limit=100&${query}`);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.body.has_more, false);
    return reply.body.data.map((row: { id: string }) => row.id);
  };
  const idsOf = (keep: (row: Made) => boolean) => made.filter(keep).map((row) => row.id);

  describe('200', () => {
    const filters: [query: string, keep: (row: Made) => boolean][] = [
      ['', () => true],
      ['amount=1003', (r) => r.amount === 1_003],
      ['amount_min=1007', (r) => r.amount >= 1_007],
      ['amount_max=1002', (r) => r.amount <= 1_002],
      ['amount_min=1004&amount_max=1005', (r) => r.amount === 1_004 || r.amount === 1_005],
      ['amount_min=1005&amount_max=1004', () => false],
      ['currency=JPY', (r) => r.currency === 'JPY'],
      ['email=ada@example.com', (r) => r.email.startsWith('ada')],
      ['email=GRACE@EXAMPLE.COM', (r) => r.email.startsWith('Grace')],
      ['email=linus%40example.com', (r) => r.email.startsWith('LINUS')],
      ['email=nobody', () => false],
      ['card_last_four=4444', (r) => r.four === '4444'],
      ['status=failed', (r) => r.status === 'failed'],
      ['status=failed&status=pending', (r) => r.status === 'failed' || r.status === 'pending'],
      ['status=failed,completed', (r) => r.status === 'failed' || r.status === 'completed'],
      ['status=authorized', () => false],
      ['merchant_reference=order_2', (r) => r.reference === 'order_2'],
      ['metadata[color]=red', (r) => r.color === 'red'],
      ['metadata%5Bcolor%5D=red', (r) => r.color === 'red'],
      ['metadata[color]=red&metadata[n]=4', (r) => r.id === made[rows - 1 - 4]?.id],
      ['metadata[color]=green', () => false],
      ['metadata[__proto__]=x', () => false],
      ['status=completed&currency=USD', (r) => r.status === 'completed' && r.currency === 'USD'],
      [
        'status=completed,failed&currency=USD&amount_min=1002&email=ADA@example.com&metadata[color]=red',
        (r) => r.status !== 'pending' && r.currency === 'USD' && r.amount >= 1_002 && r.color === 'red',
      ],
      [
        'card_last_four=4242&merchant_reference=order_0&metadata[color]=red',
        (r) => r.four === '4242' && r.reference === 'order_0' && r.color === 'red',
      ],
    ];
    for (const [query, keep] of filters) {
      test(`filter ${query || '(none)'}`, async () => {
        const expected = idsOf(keep);
        assert.deepEqual(await list(query), expected);
        if (expected.length > 1) await walks(w, `/v1/payments?${query}`, expected, [7]);
      });
    }

    test('filter customer', async () => {
      for (const customer of customers)
        assert.deepEqual(
          await list(`customer=${customer}`),
          idsOf((r) => r.customer === customer),
        );
      assert.deepEqual(
        await list(`customer=${customers[0]}&currency=USD&status=completed`),
        idsOf((r) => r.customer === customers[0] && r.currency === 'USD' && r.status === 'completed'),
      );
    });

    test('filter created_from (included) and created_to (not included), in any zone', async () => {
      const first = made[rows - 1];
      const middle = made[rows / 2 - 1];
      assert.ok(first && middle);
      assert.equal((await list(`created_from=${middle.created_at}`)).length, rows / 2);
      assert.equal((await list(`created_to=${middle.created_at}`)).length, rows / 2);
      assert.deepEqual(
        await list(`created_from=${first.created_at}`),
        idsOf(() => true),
      );
      assert.deepEqual(await list(`created_to=${first.created_at}`), []);
      assert.deepEqual(await list(`created_from=${middle.created_at}&created_to=${middle.created_at}`), []);
      const zoned = `${new Date(Date.parse(middle.created_at) + hours(5)).toISOString().slice(0, -1)}%2B05:00`;
      assert.equal((await list(`created_from=${zoned}`)).length, rows / 2);
      assert.deepEqual(
        await list(`created_from=${middle.created_at}&status=failed`),
        idsOf((r) => r.created_at >= middle.created_at && r.status === 'failed'),
      );
    });

    test('60 rows walk both ways in pages of any size, with no gap and no double', async () => {
      await walks(
        w,
        '/v1/payments',
        made.map((r) => r.id),
      );
    });

    test('25 rows when no limit is said', async () => {
      const { body } = await w.call('GET', '/v1/payments');
      assert.deepEqual(
        body.data.map((r: { id: string }) => r.id),
        made.slice(0, 25).map((r) => r.id),
      );
      assert.equal(body.has_more, true);
    });

    test('rows are whole payments, and new ones on top do not shift a page', async () => {
      const { body: page } = await w.call('GET', '/v1/payments?limit=10');
      assert.deepEqual(page.data[0], (await w.call('GET', `/v1/payments/${page.data[0].id}`)).body);
      const other = await w.call('POST', '/v1/payments', { amount: 5, currency: 'EUR' });
      const { body: next } = await w.call('GET', `/v1/payments?limit=10&starting_after=${page.data[9].id}`);
      assert.deepEqual(
        next.data.map((r: { id: string }) => r.id),
        made.slice(10, 20).map((r) => r.id),
      );
      await w.env.db.query.deleteFrom('events').where('object_id', '=', other.body.id).execute();
      await w.env.db.query.deleteFrom('payments').where('id', '=', other.body.id).execute();
    });

    test('a cursor of another tenant or of nothing tells nothing and breaks nothing', async () => {
      const theirs = (await w.call('GET', '/v1/payments?limit=1', undefined, { as: w.other.secret })).body.data[0].id;
      for (const cursor of [theirs, 'pay_', 'x', '%27%3B--']) {
        for (const way of ['starting_after', 'ending_before']) {
          const { status, body } = await w.call('GET', `/v1/payments?limit=100&${way}=${cursor}`);
          assert.equal(status, 200);
          const own = new Set(made.map((r) => r.id));
          for (const row of body.data) assert.ok(own.has(row.id), 'only own rows');
        }
      }
    });
  });

  describe('400', () => {
    const cases: [
      query: string,
      code: 'parameter_invalid' | 'parameter_unknown' | 'currency_unsupported',
      param: string,
      detail: RegExp,
    ][] = [
      ...badPages.map(([query, param, detail]): [string, 'parameter_invalid', string, RegExp] => [
        query,
        'parameter_invalid',
        param,
        detail,
      ]),
      ['amount=0', 'parameter_invalid', 'amount', /from 1 to 999999999999/],
      ['amount=-5', 'parameter_invalid', 'amount', /from 1 to 999999999999; got -5/],
      ['amount=1e3', 'parameter_invalid', 'amount', /whole number/],
      ['amount=9007199254740993', 'parameter_invalid', 'amount', /whole number/],
      ['amount_min=99999999999999999999', 'parameter_invalid', 'amount_min', /whole number/],
      ['currency=usd', 'currency_unsupported', 'currency', /Write it in capitals: 'USD'/],
      ['currency=XXX', 'currency_unsupported', 'currency', /Supported/],
      ['card_last_four=424', 'parameter_invalid', 'card_last_four', /four digits/],
      ['card_last_four=4242424242424242', 'parameter_invalid', 'card_last_four', /four digits/],
      ['status=paid', 'parameter_invalid', 'status[0]', /one of 'pending', .*'cancelled'/],
      ['status=', 'parameter_invalid', 'status', /a list with 1 to 7 entries/],
      ['status=pending,paid', 'parameter_invalid', 'status[1]', /one of 'pending'/],
      [
        'created_from=yesterday',
        'parameter_invalid',
        'created_from',
        /ISO 8601 with a zone, such as 2026-01-31T12:00:00Z/,
      ],
      ['created_from=2026-01-31T12:00:00', 'parameter_invalid', 'created_from', /with a zone/],
      ['created_to=2026-02-30T12:00:00Z', 'parameter_invalid', 'created_to', /ISO 8601/],
      ['created_to=2026-06-30T23:59:60Z', 'parameter_invalid', 'created_to', /ISO 8601/],
      ['created_from=1969-12-31T23:59:59Z', 'parameter_invalid', 'created_from', /ISO 8601/],
      ['metadata=red', 'parameter_invalid', 'metadata', /an object/],
      [`metadata[${'k'.repeat(41)}]=v`, 'parameter_invalid', 'metadata', /1 to 40 characters/],
      ['emal=a', 'parameter_unknown', 'emal', /Did you mean 'email'/],
      ['__proto__=a', 'parameter_unknown', '__proto__', /There is no parameter/],
      ['constructor=a', 'parameter_unknown', 'constructor', /There is no parameter/],
      ['email=%00', 'parameter_invalid', 'email', /Remove it/],
    ];
    for (const [query, code, param, detail] of cases) {
      test(`${query.slice(0, 60)}`, async () => {
        await refuses(w, ['GET', `/v1/payments?${query}`], { code, param, detail });
      });
    }
  });
});
