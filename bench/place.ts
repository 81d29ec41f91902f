// Where a run takes place: a fresh database on the bench's own durable Postgres (or on the one of BENCH_DATABASE_URL) and a
// Florin server of its own, started as `npm start` starts it. What it made is gone afterwards.

import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { migrate } from '../src/db/migrate.ts';
import { type OpenEnv, openEnv } from '../src/env.ts';
import { parentOf, start, stop } from './children.ts';

export const root = resolve(import.meta.dirname, '..');
export const results = join(root, '.florin', 'bench');
const cluster = join(root, '.florin', 'bench-postgres');

export type Place = {
  database_url: string;
  version: string;
  /** Undefined when the database is not on this machine. */
  postmaster: number | undefined;
  client: pg.Client;
  /** The bench's own door to the same database, for what is prepared and not measured. */
  env: OpenEnv;
  root_key: string;
  close(): Promise<void>;
};

export type PlaceOptions = {
  statements: boolean;
  log: (line: string) => void;
  /** A database that is there and stays: `florin seed` filled it. */
  seeded?: string | undefined;
};

let started: string | undefined;

export async function openPlace({ statements, log, seeded }: PlaceOptions): Promise<Place> {
  if (seeded !== undefined) return await placeAt(seeded, statements, async () => {});
  const given = process.env.BENCH_DATABASE_URL;
  // The first place of a run starts it, and is closed last.
  const embedded = given || started ? undefined : await ownCluster(statements, log);
  started ??= embedded?.url;
  const admin_url = given ?? started ?? '';
  const name = `florin_bench_${Date.now().toString(36)}`;
  const database_url = withDatabase(admin_url, name);
  await once(admin_url, `create database ${name}`);
  return await placeAt(database_url, statements, async () => {
    await once(admin_url, `drop database if exists ${name} with (force)`);
    await embedded?.stop();
    if (embedded) await removeCluster();
  });
}

async function placeAt(database_url: string, statements: boolean, leave: () => Promise<void>): Promise<Place> {
  await migrate(database_url, () => {});
  const client = new pg.Client({ connectionString: database_url });
  await client.connect();
  if (statements) await client.query('create extension if not exists pg_stat_statements');
  const { rows } = await client.query<{ version: string; pid: number }>(
    `select current_setting('server_version') as version, pg_backend_pid() as pid`,
  );
  const [facts] = rows;
  const root_key = randomBytes(32);
  const config = readConfig({ DATABASE_URL: database_url, POOL_SIZE: '6', LOG_LEVEL: 'error' });
  const env = openEnv({ config, database_url, root_key });
  return {
    database_url,
    version: facts?.version ?? 'unknown',
    postmaster: facts && isLocal(database_url) ? parentOf(facts.pid) : undefined,
    client,
    env,
    root_key: root_key.toString('base64'),
    async close() {
      await env.close();
      await client.end();
      await leave();
    },
  };
}

/** As `npm start` runs it, durable; made anew each time, so that no run finds the bloat of another. */
async function ownCluster(statements: boolean, log: (line: string) => void) {
  // Only watching: pg_stat_statements costs some per cent, so a run for figures goes without.
  const settings: Record<string, string> = statements ? { shared_preload_libraries: 'pg_stat_statements' } : {};
  const found = await startEmbedded({ dir: cluster, log, settings });
  if (!found.adopted) return found;
  // Left behind by a run that was killed.
  await found.stop();
  await removeCluster();
  return await startEmbedded({ dir: cluster, log, settings });
}

async function removeCluster(): Promise<void> {
  const home = await realpath(cluster).catch(() => cluster);
  for (const folder of [home, cluster]) await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

async function once(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const at = new URL(url);
  at.pathname = `/${name}`;
  return at.href;
}

const isLocal = (url: string) => ['127.0.0.1', 'localhost', '::1'].includes(new URL(url).hostname);

export type Server = { child: ChildProcess; pid: number; origin: string; stop(): Promise<void> };

/** `npm start` without npm: API, pages, worker and example shop in one process. */
export async function startServer(place: Place, exec_args: string[]): Promise<Server> {
  const [port, shop_port] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${port}`;
  const child = start(join(root, 'src', 'main.ts'), {
    args: ['all'],
    exec_args,
    quiet: true,
    env: {
      DATABASE_URL: place.database_url,
      FLORIN_HOME: join(results, 'home'),
      FLORIN_ROOT_KEY: place.root_key,
      HOST: '127.0.0.1',
      PORT: String(port),
      SHOP_PORT: String(shop_port),
      LOG_LEVEL: 'error',
      RATE_LIMIT_PER_SECOND: '1000000',
      RATE_LIMIT_BURST: '1000000',
    },
  });
  for (const until = Date.now() + 60_000; ; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} before it answered`);
    if (await answers(origin)) break;
    if (Date.now() > until) throw new Error('the server did not answer within a minute');
  }
  return { child, pid: child.pid ?? 0, origin, stop: () => stop(child) };
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/health`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => done(port));
    });
  });
}
