// What a figure is compared with, on the same database in the same run: pgbench's TPC-B-like transaction, and the bare prepared
// insert. Neither knows Florin's tables.

import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Histogram, type Latency } from './histogram.ts';

const scale = 10;
const clients = 16;

export type Reference = {
  /** Who ran it: Debian's pgbench, or our own copy of its transaction. */
  name: string;
  /** Transactions a second. */
  run(seconds: number): Promise<number>;
};

export async function openReference(database_url: string): Promise<Reference> {
  const program = findPgbench();
  if (program === undefined) {
    await fillTables(database_url);
    return { name: 'own copy of pgbench (Node)', run: (seconds) => ownRun(database_url, seconds) };
  }
  await pgbench(program, database_url, ['-i', '-q', '-s', String(scale)]);
  return {
    name: 'pgbench -M prepared -c 16 -j 2',
    async run(seconds) {
      const said = await pgbench(program, database_url, [
        '-n',
        '-M',
        'prepared',
        '-c',
        String(clients),
        '-j',
        '2',
        '-T',
        String(seconds),
      ]);
      const tps = Number(/tps = ([\d.]+)/.exec(said)?.[1]);
      if (!(tps > 0)) throw new Error(`pgbench said no rate:\n${said}`);
      return tps;
    },
  };
}

function findPgbench(): string | undefined {
  const inPath = (process.env.PATH ?? '').split(':').map((folder) => join(folder, 'pgbench'));
  return [...globSync('/usr/lib/postgresql/*/bin/pgbench').sort().reverse(), ...inPath].find((file) =>
    existsSync(file),
  );
}

function pgbench(program: string, database_url: string, args: string[]): Promise<string> {
  const url = new URL(database_url);
  const env = {
    ...process.env,
    PGHOST: url.hostname,
    PGPORT: url.port || '5432',
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: url.pathname.slice(1),
  };
  return new Promise((done, failed) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const keep = (chunk: Buffer) => {
      said += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', failed);
    child.once('close', (code) => (code === 0 ? done(said) : failed(new Error(`pgbench failed (${code}):\n${said}`))));
  });
}

async function fillTables(database_url: string): Promise<void> {
  const client = await connect(database_url);
  await client.query(`
    create table pgbench_branches (bid int primary key, bbalance int, filler char(88)) with (fillfactor = 100);
    create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84)) with (fillfactor = 100);
    create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84)) with (fillfactor = 100);
    create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
    insert into pgbench_branches select b, 0, '' from generate_series(1, ${scale}) b;
    insert into pgbench_tellers select t, (t - 1) / 10 + 1, 0, '' from generate_series(1, ${scale} * 10) t;
    insert into pgbench_accounts select a, (a - 1) / 100000 + 1, 0, '' from generate_series(1, ${scale} * 100000) a`);
  await client.query('vacuum analyze pgbench_accounts');
  await client.end();
}

/** The five statements of pgbench's default script, prepared, in one transaction. */
async function ownRun(database_url: string, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  const started = performance.now();
  const any = (most: number) => 1 + Math.floor(Math.random() * most);
  const counts = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = await connect(database_url);
      let count = 0;
      for (; performance.now() < until; count++) {
        const [aid, bid, tid, delta] = [any(scale * 100_000), any(scale), any(scale * 10), any(10_001) - 5_001];
        await client.query({ name: 'b', text: 'begin' });
        await client.query({
          name: '1',
          text: 'update pgbench_accounts set abalance = abalance + $1 where aid = $2',
          values: [delta, aid],
        });
        await client.query({ name: '2', text: 'select abalance from pgbench_accounts where aid = $1', values: [aid] });
        await client.query({
          name: '3',
          text: 'update pgbench_tellers set tbalance = tbalance + $1 where tid = $2',
          values: [delta, tid],
        });
        await client.query({
          name: '4',
          text: 'update pgbench_branches set bbalance = bbalance + $1 where bid = $2',
          values: [delta, bid],
        });
        await client.query({
          name: '5',
          text: 'insert into pgbench_history (tid, bid, aid, delta, mtime) values ($1, $2, $3, $4, current_timestamp)',
          values: [tid, bid, aid, delta],
        });
        await client.query({ name: 'c', text: 'end' });
      }
      await client.end();
      return count;
    }),
  );
  return (counts.reduce((sum, count) => sum + count, 0) * 1000) / (performance.now() - started);
}

/** One caller, one row of a payment's size per commit: the least that a durable write can cost here. */
export async function bareInserts(database_url: string, seconds: number): Promise<Latency> {
  const client = await connect(database_url);
  await client.query(
    'create table if not exists bench_rows (account_id text, id text, body text, primary key (account_id, id))',
  );
  const latency = new Histogram();
  const body = 'x'.repeat(400);
  for (const until = performance.now() + seconds * 1000; performance.now() < until; ) {
    const from = performance.now();
    await client.query({
      name: 'bare',
      text: 'insert into bench_rows values ($1, $2, $3)',
      values: ['acct_bench', crypto.randomUUID(), body],
    });
    latency.add(performance.now() - from);
  }
  await client.end();
  return latency.summary();
}

async function connect(database_url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database_url });
  await client.connect();
  return client;
}
