// Streams stay streams: a report of many rows is sent in constant memory, at the receiver's pace, and lets go of what it held.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'kysely';
import pg from 'pg';
import { mintKey } from '../../src/identity/api-key.ts';
import { readCsv } from '../../src/reports/csv.ts';
import { eventually } from '../kit/eventually.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let base: string;
let owner: pg.Client;
const opened: IncomingMessage[] = [];
const count = 200_000;

before(async () => {
  w = await openWorld();
  const { account_id } = w.tenant.account;
  for (let from = 0; from < count; from += 50_000) {
    await sql`insert into payments (account_id, id, status, amount, currency, capture, hosted, decline_code, description, created_at, updated_at)
      select ${account_id}, 'pay_01k00000' || lpad(i::text, 18, '0'), 'failed', 1 + i, 'USD', true, false, 'generic_decline', repeat('x', 200), now(), now()
      from generate_series(${from}::int, ${from + 49_999}::int) i`.execute(w.env.db.query);
  }
  await w.app.server.listen({ host: '127.0.0.1', port: 0 });
  owner = new pg.Client({ connectionString: w.url });
  owner.on('error', () => {});
  await owner.connect();
  base = `http://127.0.0.1:${(w.app.server.server.address() as AddressInfo).port}`;
});
after(async () => {
  for (const response of opened) response.destroy();
  await w.close();
  await owner.end();
});

async function open(path: string): Promise<IncomingMessage> {
  const [response] = await once(
    get(`${base}${path}`, { headers: { authorization: `Bearer ${w.tenant.secret}` } }),
    'response',
  );
  opened.push(response as IncomingMessage);
  return response as IncomingMessage;
}

const ofReports = `from pg_stat_activity where datname = current_database() and application_name = 'florin session'`;
/** Our role sees nothing of other sessions: as the owner. */
const states = async () =>
  (await owner.query<{ state: string }>(`select state ${ofReports}`)).rows.map((row) => row.state);
const noSessions = async () => {
  await eventually('its connection is closed', async () => ((await states()).length === 0 ? true : undefined));
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** What is held, without what is only waiting to be collected. */
const heldMb = () => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

test('200,000 rows are never held together: the heap grows by less than 40 MB, and all of them arrive', async () => {
  const response = await open('/v1/reports/payments');
  assert.equal(response.headers['transfer-encoding'], 'chunked');
  const before_it = heldMb();
  let highest = 0;
  let rows = 0;
  let bytes = 0;
  let looked = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) rows += 1;
    if (bytes - looked < 3_000_000) continue;
    looked = bytes;
    highest = Math.max(highest, heldMb());
  }
  assert.equal(rows, count + 1);
  assert.ok(bytes > 60_000_000, `${bytes} bytes`);
  // A page of 5,000 rows as objects and as text is some 20 MB; all of them would be some 700.
  const grown = Math.round(highest - before_it);
  assert.ok(grown < 40, `the heap grew by ${grown} MB over ${Math.round(bytes / 1e6)} MB of file`);
  await noSessions();
});

test('a receiver who does not read holds up the reading, and one who leaves ends it', async () => {
  const response = await open('/v1/reports/payments');
  await once(response, 'readable');
  const resting = async () =>
    (await owner.query(`select state_change::text as since ${ofReports} and state = 'idle in transaction'`)).rows;
  await eventually('nothing more is read from the database', async () => {
    const [before_it] = await resting();
    await sleep(500);
    const [now] = await resting();
    return before_it && now?.since === before_it.since ? true : undefined;
  });
  response.destroy();
  await noSessions();
});

test('a third report of the account has to wait; it is told for how long', async () => {
  const held = [await open('/v1/reports/payments'), await open('/v1/reports/payments')];
  const third = await w.call('GET', '/v1/reports/payments');
  assert.deepEqual([third.status, third.body.code, third.headers['retry-after']], [429, 'rate_limited', '10']);
  assert.equal((await w.call('GET', '/v1/reports/payments', undefined, { as: w.other.secret })).status, 200);
  for (const response of held) response.destroy();
  await noSessions();
  assert.equal((await w.call('GET', '/v1/reports/settlements')).status, 200);
  await noSessions();
});

test('a report that breaks off in the middle is seen to be incomplete', async () => {
  const response = await open('/v1/reports/payments');
  await once(response, 'readable');
  assert.equal((await owner.query(`select pg_terminate_backend(pid) ${ofReports}`)).rowCount, 1);
  await assert.rejects(
    async () => {
      for await (const _ of response);
    },
    { code: 'ECONNRESET' },
  );
});

test('more than two pages of a live account’s invoices: each comes once, in order, when the day it carries is asked for', async () => {
  const account = { account_id: w.tenant.live_account_id, mode: 'live' as const };
  const named = { kind: 'secret' as const, name: 'live', expires_at: null };
  const key = await w.env.db.tx((tx) => mintKey(w.env, tx, account, named));
  const many = 11_000;
  // The time in their ids is theirs.
  const at = '2025-07-12T18:57:36.768Z';
  await sql`insert into customers (account_id, id, created_at, updated_at)
    values (${account.account_id}, 'cus_many', ${at}, ${at})`.execute(w.env.db.query);
  await sql`
    insert into invoices (account_id, id, number, status, customer_id, customer_details, billing_reason, currency, period_start,
      period_end, subtotal, tax, total, amount_due, created_at, updated_at)
    select ${account.account_id}, 'in_01k00000' || lpad(i::text, 18, '0'), i, 'open', 'cus_many', '{}', 'manual', 'USD',
      ${at}, ${at}, i, 0, i, i, ${at}, ${at} from generate_series(1, ${many}::int) i`.execute(w.env.db.query);
  // Made long after: a worker came late to what was owed that day.
  await sql`
    insert into invoices (account_id, id, number, status, customer_id, customer_details, billing_reason, currency, period_start,
      period_end, subtotal, tax, total, amount_due, created_at, updated_at)
    values (${account.account_id}, 'in_01k60000000000000000000000', ${many + 1}, 'open', 'cus_many', '{}', 'manual', 'USD',
      ${at}, ${at}, ${many + 1}, 0, ${many + 1}, ${many + 1}, ${at}, ${at})`.execute(w.env.db.query);
  const totals = async (query: string) => {
    const { text } = await w.call('GET', `/v1/reports/invoices?${query}`, undefined, { as: key.text });
    const [header = [], ...rows] = await Array.fromAsync(readCsv([text]));
    return rows.map((row) => Number(row[header.indexOf('total')]));
  };
  const all = Array.from({ length: many + 1 }, (_, i) => i + 1);
  assert.deepEqual(await totals('from=2025-07-12&to=2025-07-12'), all);
  assert.deepEqual(await totals('status=open&customer=cus_many'), all);
  assert.deepEqual(await totals('from=2025-07-13'), []);
  assert.deepEqual(await totals('to=2025-07-11'), []);
  await noSessions();
});
