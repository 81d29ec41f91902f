// Customers over HTTP: create, get, list, update, delete; a reference names one, an address may name several.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { badPages, walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { gained, rowCounts } from '../kit/row-counts.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const full = {
  tax_id: 'DE123456789',
  email: 'Ada@Example.com',
  name: 'Ada Lovelace',
  phone: '+44 20 7946 0000',
  reference: 'user_1815',
  language: 'en-GB',
  address: {
    line1: '12 St James’s Square',
    line2: 'Flat 1',
    city: 'London',
    state: 'Greater London',
    postal_code: 'SW1Y 4JH',
    country: 'GB',
  },
  metadata: { plan: 'gold' },
};
const create = async (input: Record<string, unknown>) => {
  const reply = await w.call('POST', '/v1/customers', input);
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
};
const eventsOf = async (id: string) =>
  (await w.env.db.query
    .selectFrom('events')
    .select(['type', 'payload'])
    .where('object_id', '=', id)
    .orderBy('id')
    .execute()) ?? [];

describe('POST /v1/customers', () => {
  test('201: every field, and the event with the same object', async () => {
    const before = await rowCounts(w);
    const c = await create(full);
    assert.match(c.id, /^cus_[0-9a-z]{26}$/);
    assert.deepEqual(c, {
      id: c.id,
      object: 'customer',
      ...full,
      default_payment_method: null,
      deleted: false,
      created_at: c.created_at,
      updated_at: c.created_at,
    });
    assert.deepEqual(gained(before, await rowCounts(w)), { customers: 1, events: 1 });
    const [event] = await eventsOf(c.id);
    assert.equal(event?.type, 'customer.created');
    assert.deepEqual(JSON.parse(event?.payload ?? ''), c);
    assert.deepEqual((await w.call('GET', `/v1/customers/${c.id}`)).body, c);
  });

  test('201: one of email, name and reference is enough; the same address twice is two customers', async () => {
    for (const input of [{ email: 'x@y' }, { name: 'N' }, { reference: 'only-this' }])
      assert.partialDeepStrictEqual(await create(input), input);
    const [a, b] = [await create({ email: 'twice@example.com' }), await create({ email: 'twice@example.com' })];
    assert.notEqual(a.id, b.id);
  });

  test('201: text of scripts and quotes is kept as text', async () => {
    const name = `<script>alert("1")</script> ' ; drop table customers; -- \\ \u202e ${'é'.normalize('NFD')}`;
    const c = await create({ name });
    assert.equal((await w.call('GET', `/v1/customers/${c.id}`)).body.name, name);
  });

  test('400: nothing to know them by', async () => {
    for (const input of [{}, { phone: '1' }, { metadata: { a: 'b' } }]) {
      await refuses(w, ['POST', '/v1/customers', input], {
        code: 'parameter_missing',
        param: 'email',
        detail: /at least one of email, name and reference/,
      });
    }
  });

  test('400: each field by its name and what it must be', async () => {
    const cases: [Record<string, unknown>, string, RegExp][] = [
      [{ email: 'nobody' }, 'email', /an e-mail address such as ada@example.com/],
      [{ email: `${'a'.repeat(251)}@b.c` }, 'email', /3 to 254 characters/],
      [{ name: '' }, 'name', /1 to 200 characters/],
      [{ name: 'x'.repeat(201) }, 'name', /1 to 200 characters; got text of 201 characters/],
      [{ name: null }, 'name', /got null/],
      [{ name: ['a'] }, 'name', /got a list of 1/],
      [{ language: 'klingon!' }, 'language', /a BCP 47 tag such as en or pt-BR/],
      [{ address: 'London' }, 'address', /must be an object; got text of 6 characters/],
      [{ address: { country: 'gb' } }, 'address.country', /ISO 3166-1 alpha-2 in capitals, such as DE/],
      [{ address: { country: 'GBR' } }, 'address.country', /of 2 to 2 characters/],
      [{ metadata: { a: true } }, 'metadata.a', /at most 500 characters; got true/],
      [{ reference: 'x'.repeat(201) }, 'reference', /1 to 200 characters/],
    ];
    for (const [input, param, detail] of cases)
      await refuses(w, ['POST', '/v1/customers', { name: 'N', ...input }], {
        code: 'parameter_invalid',
        param,
        detail,
      });
    await refuses(w, ['POST', '/v1/customers', { name: 'N', address: { zip: '1' } }], {
      code: 'parameter_unknown',
      param: 'address.zip',
      detail: /Known here: line1, line2, city/,
    });
    await refuses(w, ['POST', '/v1/customers', { name: 'N', id: 'cus_mine' }], {
      code: 'parameter_unknown',
      param: 'id',
      detail: /There is no parameter 'id'/,
    });
  });

  test('400: a reference that another customer has, also under ten at once', async () => {
    await create({ reference: 'taken' });
    await refuses(w, ['POST', '/v1/customers', { reference: 'taken' }], {
      code: 'parameter_invalid',
      param: 'reference',
      detail: /Update that one, or choose another reference/,
    });
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => w.call('POST', '/v1/customers', { reference: 'race' })),
    );
    assert.equal(replies.filter((r) => r.status === 201).length, 1);
    assert.equal(
      (await w.call('POST', '/v1/customers', { reference: 'taken' }, { as: w.other.secret })).status,
      201,
      'another tenant may use it',
    );
  });
});

describe('PATCH /v1/customers/{id}', () => {
  test('200: what is given changes, what is left out stays; metadata is replaced whole', async () => {
    const c = await create({ ...full, reference: 'patch-1' });
    const { status, body } = await w.call('PATCH', `/v1/customers/${c.id}`, { name: 'Ada King', metadata: { a: '1' } });
    assert.equal(status, 200);
    assert.deepEqual(body, { ...c, name: 'Ada King', metadata: { a: '1' }, updated_at: body.updated_at });
    assert.deepEqual(
      (await eventsOf(c.id)).map((e) => e.type),
      ['customer.created', 'customer.updated'],
    );
    assert.deepEqual(
      (await w.call('PATCH', `/v1/customers/${c.id}`, {})).body.name,
      'Ada King',
      'nothing to change is no error',
    );
  });

  test('200: a saved card becomes the default one', async () => {
    const c = await create({ name: 'Cards' });
    const attach = async () =>
      (await w.call('POST', '/v1/payment_methods', { customer: c.id, token: await w.token() })).body.id;
    const [first, second] = [await attach(), await attach()];
    assert.equal((await w.call('GET', `/v1/customers/${c.id}`)).body.default_payment_method, first);
    assert.equal(
      (await w.call('PATCH', `/v1/customers/${c.id}`, { default_payment_method: second })).body.default_payment_method,
      second,
    );
  });

  test('400: a default that is no card of theirs, a taken reference, an id in the body, an unknown name', async () => {
    const [c, d] = [await create({ name: 'C', reference: 'c-ref' }), await create({ name: 'D' })];
    const foreign = (await w.call('POST', '/v1/payment_methods', { customer: d.id, token: await w.token() })).body.id;
    for (const default_payment_method of ['pm_none', foreign]) {
      await refuses(w, ['PATCH', `/v1/customers/${c.id}`, { default_payment_method }], {
        code: 'parameter_invalid',
        param: 'default_payment_method',
        detail: /not a saved payment method of the customer/,
      });
    }
    await refuses(w, ['PATCH', `/v1/customers/${d.id}`, { reference: 'c-ref' }], {
      code: 'parameter_invalid',
      param: 'reference',
      detail: /choose another reference/,
    });
    await refuses(w, ['PATCH', `/v1/customers/${d.id}`, { id: c.id }], {
      code: 'parameter_unknown',
      param: 'id',
      detail: /taken from the path/,
    });
    await refuses(w, ['PATCH', `/v1/customers/${d.id}`, { deleted: true }], {
      code: 'parameter_unknown',
      param: 'deleted',
      detail: /There is no parameter 'deleted'/,
    });
    await refuses(w, ['PATCH', `/v1/customers/${d.id}`, { name: 5 }], {
      code: 'parameter_invalid',
      param: 'name',
      detail: /text of 1 to 200 characters; got 5/,
    });
  });

  test('404: unknown, deleted, another tenant’s', async () => {
    const c = await create({ name: 'C' });
    await refuses(w, ['PATCH', `/v1/customers/${c.id}`, { name: 'X' }, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No customer with id/,
    });
    await refuses(w, ['PATCH', '/v1/customers/cus_none', { name: 'X' }], {
      code: 'not_found',
      param: 'id',
      detail: /No customer with id 'cus_none'/,
    });
    await w.call('DELETE', `/v1/customers/${c.id}`);
    await refuses(w, ['PATCH', `/v1/customers/${c.id}`, { name: 'X' }], {
      code: 'not_found',
      param: 'id',
      detail: /No customer/,
    });
  });
});

describe('DELETE /v1/customers/{id}', () => {
  test('200: it is gone for every use, its payments stay and can be refunded, its reference is free again', async () => {
    const c = await create({ name: 'Gone', reference: 'gone-ref', email: 'gone@example.com' });
    const method = (await w.call('POST', '/v1/payment_methods', { customer: c.id, token: await w.token() })).body.id;
    const payment = (await w.call('POST', '/v1/payments', { amount: 500, currency: 'USD', payment_method: method }))
      .body;
    const { status, body } = await w.call('DELETE', `/v1/customers/${c.id}`);
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(body, { id: c.id, deleted: true, default_payment_method: null });
    assert.deepEqual((await eventsOf(c.id)).at(-1)?.type, 'customer.deleted');
    const gone = { code: 'not_found', detail: /exists in this account/ } as const;
    await refuses(w, ['GET', `/v1/customers/${c.id}`], { ...gone, param: 'id' });
    await refuses(w, ['DELETE', `/v1/customers/${c.id}`], { ...gone, param: 'id' });
    await refuses(w, ['GET', `/v1/payment_methods/${method}`], { ...gone, param: 'id' });
    await refuses(w, ['GET', `/v1/payment_methods?customer=${c.id}`], { ...gone, param: 'customer' });
    assert.deepEqual((await w.call('GET', '/v1/customers?email=gone@example.com')).body.data, []);
    assert.equal((await w.call('GET', `/v1/payments/${payment.id}`)).body.customer, c.id);
    assert.equal((await w.call('POST', '/v1/refunds', { payment: payment.id })).status, 201);
    assert.notEqual((await create({ reference: 'gone-ref' })).id, c.id);
  });

  test('404: another tenant’s', async () => {
    const c = await create({ name: 'Stay' });
    await refuses(w, ['DELETE', `/v1/customers/${c.id}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No customer/,
    });
    assert.equal((await w.call('GET', `/v1/customers/${c.id}`)).status, 200);
  });
});

describe('GET /v1/customers', () => {
  test('200: by e-mail in any case, by reference, pages both ways; never another tenant’s', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 12; i++)
      ids.push((await create({ email: i % 2 ? 'LIST@example.com' : 'list@Example.COM', reference: `list-${i}` })).id);
    await w.call('POST', '/v1/customers', { email: 'list@example.com', reference: 'list-3' }, { as: w.other.secret });
    await walks(w, '/v1/customers?email=List@Example.com', ids.sort().reverse(), [1, 5, 100]);
    const { body } = await w.call('GET', '/v1/customers?reference=list-3');
    assert.deepEqual(
      body.data.map((c: { reference: string }) => c.reference),
      ['list-3'],
    );
    assert.deepEqual(
      (await w.call('GET', '/v1/customers?reference=LIST-3')).body.data,
      [],
      'a reference is taken as it is written',
    );
    assert.deepEqual((await w.call('GET', '/v1/customers?reference=list-3&email=nobody@example.com')).body.data, []);
  });

  test('400: pages and names', async () => {
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/customers?${query}`], { code: 'parameter_invalid', param, detail });
    await refuses(w, ['GET', '/v1/customers?mail=x'], {
      code: 'parameter_unknown',
      param: 'mail',
      detail: /Did you mean 'email'/,
    });
  });
});
