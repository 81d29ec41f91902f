// Streams stay streams: a report of many rows is sent in constant memory, at the receiver's pace, and lets go of what it held.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let base: string;
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
  base = `http://127.0.0.1:${(w.app.server.server.address() as AddressInfo).port}`;
});
after(() => w.close());

async function open(path: string): Promise<IncomingMessage> {
  const [response] = await once(
    get(`${base}${path}`, { headers: { authorization: `Bearer ${w.tenant.secret}` } }),
    'response',
  );
  return response as IncomingMessage;
}

const sessions = async () => {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'florin session'`.execute(
    w.env.db.query,
  );
  return rows[0]?.n;
};
const noSessions = async () => {
  for (let tries = 0; tries < 100 && (await sessions()) !== 0; tries++) await sleep(50);
  assert.equal(await sessions(), 0, 'its connection is closed');
};

test('200,000 rows grow the heap by less than 100 MB, and all of them arrive', async () => {
  const response = await open('/v1/reports/payments');
  assert.equal(response.headers['transfer-encoding'], 'chunked');
  const before_it = process.memoryUsage().heapUsed;
  let highest = 0;
  let rows = 0;
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) rows += 1;
    highest = Math.max(highest, process.memoryUsage().heapUsed);
  }
  assert.equal(rows, count + 1);
  assert.ok(bytes > 60_000_000, `${bytes} bytes`);
  // A page of 5,000 rows as objects and as text is some 20 MB, until the next collection: the whole would be 500.
  const grown = Math.round((highest - before_it) / 1e6);
  assert.ok(grown < 100, `the heap grew by ${grown} MB over ${Math.round(bytes / 1e6)} MB of file`);
  await noSessions();
});

test('a receiver who does not read holds up the reading, and one who leaves ends it', async () => {
  const response = await open('/v1/reports/payments');
  await once(response, 'readable');
  await sleep(1_000);
  const { rows } = await sql<{ state: string }>`
    select state from pg_stat_activity where datname = current_database() and application_name = 'florin session'`.execute(
    w.env.db.query,
  );
  assert.deepEqual(
    rows.map((row) => row.state),
    ['idle in transaction'],
    'nothing more is read from the database',
  );
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
});

test('a report that breaks off in the middle is seen to be incomplete', async () => {
  const response = await open('/v1/reports/payments');
  await once(response, 'readable');
  assert.equal(await killSessions(), 1);
  await assert.rejects(
    async () => {
      for await (const _ of response);
    },
    { code: 'ECONNRESET' },
  );
});

/** Our role may not end the sessions of others. */
async function killSessions(): Promise<number> {
  const client = new pg.Client({ connectionString: w.url });
  await client.connect();
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'florin session'`,
  );
  await client.end();
  return rowCount ?? 0;
}
