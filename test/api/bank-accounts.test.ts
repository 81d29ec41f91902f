// Bank accounts over HTTP, and their review: what is taken, what is shown, when it is reviewed anew. Numbers must never be found in an
// answer, a table, an event or a log.

import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import pino from 'pino';
import { createBankAccount, updateBankAccount } from '../../src/payouts/manage-bank-accounts.ts';
import { reviewBankAccount } from '../../src/payouts/review-bank-account.ts';
import { badPages, walks } from '../kit/paging.ts';
import { availableOf, fund, liveCtx, operate, us } from '../kit/payouts.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
const lines: string[] = [];
const write = (chunk: unknown, _encoding: string, done: () => void) => {
  lines.push(String(chunk));
  done();
};
const log = pino({ level: 'debug' }, new Writable({ write }));
before(async () => {
  w = await openWorld({ log });
});
after(() => w.close());

const hk = {
  kind: 'hk',
  currency: 'HKD',
  holder_name: 'Acme Ltd',
  clearing_code: '123',
  branch_code: '456',
  account_number: '123456-789',
};
const iban = { kind: 'iban', currency: 'EUR', holder_name: 'Acme GmbH', iban: 'DE64 3704 0044 0000 1234 56' };
let next = 0;
/** Another number each time. */
const fresh = () => us(`8800${String(++next).padStart(6, '0')}`);
const create = (body: unknown, as = w.tenant.secret) => w.call('POST', '/v1/bank_accounts', body, { as });
const made = async (body: unknown = fresh()): Promise<string> => {
  const reply = await create(body);
  assert.equal(reply.status, 201, reply.text);
  return reply.body.id;
};
const get = async (id: string) => (await w.call('GET', `/v1/bank_accounts/${id}`)).body;
/** Sorted: two of one transaction have no order. */
const eventsOf = async (id: string) =>
  (await w.env.db.query.selectFrom('events').select('type').where('object_id', '=', id).execute())
    .map((e) => e.type.slice(13))
    .sort();
const refused = (body: unknown, expected: Parameters<typeof refuses>[2]) =>
  refuses(w, ['POST', '/v1/bank_accounts', body], expected);

describe('POST /v1/bank_accounts 201', () => {
  test('a US account: every field; the sandbox verifies it at once; the first of a currency is its default', async () => {
    const { body, status } = await create({ ...us(), bank_name: 'Test Bank', metadata: { a: 'b' } });
    assert.equal(status, 201);
    assert.match(body.id, /^ba_[0-9a-z]{26}$/);
    assert.deepEqual(body, {
      id: body.id,
      object: 'bank_account',
      kind: 'us',
      currency: 'USD',
      country: 'US',
      holder_name: 'Acme Inc.',
      bank_name: 'Test Bank',
      last_four: '6789',
      status: 'verified',
      rejection_reason: null,
      default: true,
      metadata: { a: 'b' },
      deleted: false,
      created_at: body.created_at,
      updated_at: body.created_at,
    });
    assert.deepEqual(await get(body.id), body);
    assert.deepEqual(await eventsOf(body.id), ['created', 'verified']);
    assert.equal((await create(fresh())).body.default, false);
  });

  test('Hong Kong with hyphens, an IBAN with spaces', async () => {
    assert.partialDeepStrictEqual((await create(hk)).body, {
      kind: 'hk',
      country: 'HK',
      last_four: '6789',
      currency: 'HKD',
      default: true,
    });
    assert.partialDeepStrictEqual((await create(iban)).body, {
      kind: 'iban',
      country: 'DE',
      last_four: '3456',
      currency: 'EUR',
      default: true,
    });
  });

  test('documented numbers stay pending or are rejected', async () => {
    const pending = (await create(us('000000666664'))).body;
    assert.partialDeepStrictEqual(pending, { status: 'pending', rejection_reason: null });
    assert.deepEqual(await eventsOf(pending.id), ['created']);
    const rejected = (await create(us('000000777777'))).body;
    assert.partialDeepStrictEqual(rejected, {
      status: 'rejected',
      rejection_reason: 'A test number that is always rejected.',
    });
    assert.deepEqual(await eventsOf(rejected.id), ['created', 'rejected']);
  });

  test('the same account again: refused among live ones, however it is typed; taken for another currency, by another tenant, and after deletion', async () => {
    const body = { ...hk, account_number: '222333-4' };
    const id = await made(body);
    await refused(
      { ...body, account_number: '22 23334', holder_name: 'Somebody else' },
      { code: 'parameter_invalid', param: 'account_number', detail: /is here already for this currency/ },
    );
    await made({ ...body, currency: 'USD' });
    assert.equal((await create(body, w.other.secret)).status, 201);
    assert.equal((await w.call('DELETE', `/v1/bank_accounts/${id}`)).status, 200);
    await made(body);
  });

  test('twenty of the same at once: one; twenty defaults at once: one default', async () => {
    const twin = fresh();
    const same = await Promise.all(Array.from({ length: 20 }, () => create(twin)));
    assert.equal(same.filter((r) => r.status === 201).length, 1);
    for (const r of same.filter((r) => r.status !== 201)) assert.equal(r.body.code, 'parameter_invalid');
    await Promise.all(Array.from({ length: 8 }, () => create({ ...fresh(), default: true })));
    const { rows } = await sql<{
      n: number;
    }>`select count(*)::int as n from bank_accounts where account_id = ${w.tenant.account.account_id} and currency = 'USD' and is_default`.execute(
      w.env.db.query,
    );
    assert.equal(rows[0]?.n, 1);
  });
});

describe('POST /v1/bank_accounts 400 and 409', () => {
  test('numbers that cannot be right, named by their field', async () => {
    await refused(
      { ...us(), routing_number: '110000001' },
      { code: 'parameter_invalid', param: 'routing_number', detail: /fails its check digit/ },
    );
    await refused(
      { ...us(), account_number: '12' },
      { code: 'parameter_invalid', param: 'account_number', detail: /must be 4 to 17 digits/ },
    );
    await refused(
      { ...hk, clearing_code: '1' },
      { code: 'parameter_invalid', param: 'clearing_code', detail: /must be 3 digits/ },
    );
    await refused(
      { ...iban, iban: 'DE65370400440000123456' },
      { code: 'parameter_invalid', param: 'iban', detail: /check digits do not fit/ },
    );
    await refused(
      { ...iban, iban: 'DE6437040044000012345' },
      { code: 'parameter_invalid', param: 'iban', detail: /too long or too short for its country/ },
    );
  });

  test('another kind’s fields, missing ones, unknown ones, currencies', async () => {
    const { routing_number: _, ...without } = us();
    await refused(without, {
      code: 'parameter_missing',
      param: 'routing_number',
      detail: /required for an account of kind 'us'/,
    });
    await refused(
      { ...us(), iban: iban.iban },
      { code: 'parameter_unknown', param: 'iban', detail: /takes 'routing_number', 'account_number'/ },
    );
    await refused(
      { ...us(), number: '1' },
      { code: 'parameter_unknown', param: 'number', detail: /no parameter 'number'/ },
    );
    await refused({ ...us(), kind: 'uk' }, { code: 'parameter_invalid', param: 'kind', detail: /'us', 'hk', 'iban'/ });
    await refused(
      { ...us(), currency: 'EUR' },
      { code: 'parameter_invalid', param: 'currency', detail: /kind 'us' takes USD, not EUR/ },
    );
    await refused(
      { ...iban, currency: 'eur' },
      { code: 'currency_unsupported', param: 'currency', detail: /in capitals/ },
    );
    await refused(
      { ...iban, currency: 'BTC' },
      { code: 'parameter_invalid', param: 'currency', detail: /does not take BTC/ },
    );
    await refused(
      { ...us(), holder_name: '' },
      { code: 'parameter_invalid', param: 'holder_name', detail: /1 to 140 characters/ },
    );
    await refuses(w, ['POST', '/v1/bank_accounts', us(), { as: w.tenant.publishable }], {
      code: 'permission_denied',
      detail: /publishable key/,
    });
  });

  test('the fifty-first', async () => {
    const live = await liveCtx(w);
    const currencies = ['EUR', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'CAD', 'AUD', 'NZD'];
    const ibans = [
      'DE89370400440532013000',
      'GB29NWBK60161331926819',
      'FR1420041010050500013M02606',
      'NO9386011117947',
      'NL91ABNA0417164300',
    ];
    for (const number of ibans)
      for (const currency of currencies) await operate(live, createBankAccount, { ...iban, iban: number, currency });
    await assert.rejects(operate(live, createBankAccount, us()), { code: 'limit_reached' });
  });
});

describe('review', () => {
  test('a live account waits for the operator, and for them again when details change', async () => {
    const live = { ...(await liveCtx(w)), account: { ...w.tenant.account, mode: 'live' as const } };
    const { id, status } = await operate(live, createBankAccount, fresh());
    assert.equal(status, 'pending');
    await assert.rejects(operate(live, reviewBankAccount, { id, verdict: 'rejected' }), {
      code: 'parameter_missing',
      param: 'reason',
    });
    await assert.rejects(operate(live, reviewBankAccount, { id, verdict: 'verified', reason: 'x' }), {
      code: 'parameter_unknown',
      param: 'reason',
    });
    await assert.rejects(operate(live, reviewBankAccount, { id: 'ba_none', verdict: 'verified' }), {
      code: 'not_found',
    });
    assert.equal((await operate(live, reviewBankAccount, { id, verdict: 'verified' })).status, 'verified');
    assert.equal(
      (await operate(live, reviewBankAccount, { id, verdict: 'verified' })).status,
      'verified',
      'said twice, told once',
    );
    assert.equal((await operate(live, updateBankAccount, { id, metadata: { k: 'v' } })).status, 'verified');
    assert.equal((await operate(live, updateBankAccount, { id, holder_name: 'Acme Holding' })).status, 'pending');
    assert.partialDeepStrictEqual(
      await operate(live, reviewBankAccount, { id, verdict: 'rejected', reason: 'Another name' }),
      { status: 'rejected', rejection_reason: 'Another name' },
    );
    assert.partialDeepStrictEqual(await operate(live, updateBankAccount, { id, ...numbersOf(fresh()) }), {
      status: 'pending',
      rejection_reason: null,
    });
    assert.deepEqual(await eventsOf(id), ['created', 'rejected', 'updated', 'updated', 'updated', 'verified']);
  });

  test('merchants cannot review', async () => {
    const ctx = { ...w.ctx(), actor: { kind: 'secret' as const, key_id: 'key_1' } };
    await assert.rejects(operate(ctx, reviewBankAccount, { id: 'ba_1', verdict: 'verified' }), {
      code: 'permission_denied',
    });
    assert.equal(
      (await w.call('POST', `/v1/bank_accounts/${await made()}/review`, { verdict: 'verified' })).status,
      404,
    );
  });
});

const numbersOf = ({ routing_number, account_number }: ReturnType<typeof us>) => ({ routing_number, account_number });

describe('PATCH /v1/bank_accounts/{id}', () => {
  test('200: changed numbers are sealed anew and reviewed anew; the same numbers change nothing', async () => {
    const first = fresh();
    const id = await made(first);
    const path = `/v1/bank_accounts/${id}`;
    assert.partialDeepStrictEqual((await w.call('PATCH', path, numbersOf(first))).body, {
      status: 'verified',
      last_four: first.account_number.slice(-4),
    });
    assert.partialDeepStrictEqual(
      (await w.call('PATCH', path, { routing_number: '110000000', account_number: '000099666664' })).body,
      { status: 'pending', last_four: '6664' },
    );
    assert.partialDeepStrictEqual((await w.call('PATCH', path, { bank_name: 'New Bank' })).body, {
      status: 'pending',
      bank_name: 'New Bank',
      last_four: '6664',
    });
    assert.partialDeepStrictEqual((await w.call('PATCH', path, numbersOf(first))).body, { status: 'verified' });
    assert.deepEqual(await eventsOf(id), [
      'created',
      'updated',
      'updated',
      'updated',
      'updated',
      'verified',
      'verified',
    ]);
  });

  test('200: the default moves; it is never just taken away', async () => {
    const [a, b] = [await made({ ...fresh(), default: true }), await made()];
    assert.equal((await w.call('PATCH', `/v1/bank_accounts/${b}`, { default: true })).body.default, true);
    assert.equal((await get(a)).default, false);
    await refuses(w, ['PATCH', `/v1/bank_accounts/${b}`, { default: false }], {
      code: 'parameter_invalid',
      param: 'default',
      detail: /set `default: true` on the account/,
    });
  });

  test('400 and 404', async () => {
    const taken = fresh();
    await made(taken);
    const id = await made();
    await refuses(w, ['PATCH', `/v1/bank_accounts/${id}`, numbersOf(taken)], {
      code: 'parameter_invalid',
      param: 'account_number',
      detail: /is here already/,
    });
    await refuses(w, ['PATCH', `/v1/bank_accounts/${id}`, { account_number: '12345' }], {
      code: 'parameter_missing',
      param: 'routing_number',
      detail: /required/,
    });
    await refuses(w, ['PATCH', `/v1/bank_accounts/${id}`, { currency: 'EUR' }], {
      code: 'parameter_unknown',
      param: 'currency',
      detail: /no parameter/,
    });
    await refuses(w, ['PATCH', `/v1/bank_accounts/${id}`, { holder_name: 'Mallory' }, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No bank account with id/,
    });
  });
});

describe('DELETE and GET /v1/bank_accounts', () => {
  test('200: gone from lists and from get; another tenant’s is never found', async () => {
    const id = await made();
    await refuses(w, ['DELETE', `/v1/bank_accounts/${id}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No bank account/,
    });
    await refuses(w, ['GET', `/v1/bank_accounts/${id}`, undefined, { as: w.other.secret }], {
      code: 'not_found',
      param: 'id',
      detail: /No bank account/,
    });
    assert.partialDeepStrictEqual((await w.call('DELETE', `/v1/bank_accounts/${id}`)).body, {
      id,
      deleted: true,
      default: false,
    });
    await refuses(w, ['GET', `/v1/bank_accounts/${id}`], { code: 'not_found', param: 'id', detail: /No bank account/ });
    await refuses(w, ['DELETE', `/v1/bank_accounts/${id}`], {
      code: 'not_found',
      param: 'id',
      detail: /No bank account/,
    });
    assert.deepEqual(await eventsOf(id), ['created', 'deleted', 'verified']);
  });

  test('lists: pages both ways, by currency, by status', async () => {
    const list = async (query: string) =>
      (await w.call('GET', `/v1/bank_accounts?limit=100&${query}`)).body.data.map(
        (row: { id: string }) => row.id,
      ) as string[];
    const all = await list('');
    await walks(w, '/v1/bank_accounts', [...all].sort().reverse(), [1, 7, 100]);
    const yuan = await made({ ...hk, currency: 'CNY', account_number: '987654' });
    assert.deepEqual(await list('currency=CNY'), [yuan]);
    assert.ok((await list('status=pending')).length > 0 && !(await list('status=pending')).includes(yuan));
    for (const [query, param, detail] of badPages)
      await refuses(w, ['GET', `/v1/bank_accounts?${query}`], { code: 'parameter_invalid', param, detail });
    assert.deepEqual(
      (await w.call('GET', '/v1/bank_accounts?currency=CNY', undefined, { as: w.other.secret })).body.data,
      [],
    );
  });
});

test('no number stands in any table, event, answer or log line, not even as bytes', async () => {
  const secrets = ['739184620517', 'GB33BUKB20201555555555'];
  const [secret = '', british = ''] = secrets;
  const id = await made({ ...us(secret), default: true });
  await made({ ...iban, currency: 'GBP', iban: british });
  await create({ ...us(`${secret}999999999`) });
  await create({ ...us(secret) });
  await w.call(
    'PATCH',
    `/v1/bank_accounts/${id}`,
    { routing_number: '110000001', account_number: secret },
    { key: 'k1' },
  );
  await create({ ...fresh(), account_number: `${secret}1` }, w.other.secret);
  await fund(w, 5_000);
  assert.equal((await w.call('POST', '/v1/payouts', { currency: 'USD' }, { key: 'k2' })).status, 201);
  w.clock.advance(61_000);
  await w.work();
  w.clock.advance(61_000);
  await w.work();
  assert.equal(await availableOf(w), 0);
  const { rows: tables } = await sql<{
    name: string;
  }>`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(
    w.env.db.query,
  );
  for (const { name } of tables) {
    if (name === 'schema_migrations') continue;
    const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`.execute(
      w.env.db.query,
    );
    const text = rows.map((r) => r.text).join('\n');
    for (const one of secrets) {
      assert.ok(!text.includes(one), `${name} holds a number`);
      assert.ok(!text.includes(Buffer.from(one).toString('hex')), `${name} holds the bytes of a number`);
    }
  }
  for (const one of secrets) assert.ok(!lines.join('').includes(one), 'the log holds a number');
  await w.verify();
});
