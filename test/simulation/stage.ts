// What many runs share, so that a run costs a third of a second: one cloned database, two machines with open connections, and a
// watcher that sees everything. Between runs every row is removed; what a run leaves in memory it takes with it.

import { createHash } from 'node:crypto';
import pg from 'pg';
import { readConfig } from '../../src/config.ts';
import { byKey } from '../../src/db/db.ts';
import { openEnv } from '../../src/env.ts';
import type { Clock } from '../../src/kit/clock.ts';
import { newId, type Random } from '../../src/kit/id.ts';
import { silentLog } from '../../src/kit/log.ts';
import { cloneDatabase } from '../kit/world.ts';
import type { Machine } from './process.ts';
import type { Wait } from './scheduler.ts';

export type Stage = {
  machines: readonly [Machine, Machine];
  /** Set by each run: the time and the chance of whoever was opened before it. */
  now: { clock: Clock; random: Random };
  timeout_ms: number;
  /** Reads as the database's owner, beside every process. */
  read<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Connections that wait for a lock. */
  waiting(): Promise<Wait[]>;
  /** One statement past triggers and foreign keys; how many rows it touched. For faults put in by hand. */
  spoil(text: string): Promise<number>;
  clear(): Promise<void>;
  close(): Promise<void>;
};

export const rootKey = createHash('sha256').update('test root key').digest();

export async function openStage(): Promise<Stage> {
  const database = await cloneDatabase();
  const watcher = new pg.Client({ connectionString: database.url });
  // A server that goes away fails the next question; it need not end the process.
  watcher.on('error', () => {});
  await watcher.connect();
  // Nobody waits a second for a deadlock to be noticed.
  await watcher.query(
    `do $$ begin execute format('alter database %I set deadlock_timeout = ''3ms''', current_database()); end $$`,
  );
  const tables = await watcher.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'`,
  );
  const names = tables.rows.map((row) => row.name).sort();
  const config = readConfig({ PORT: '0', PUBLIC_URL: 'http://florin.test', POOL_SIZE: '4', LOG_LEVEL: 'silent' });
  const now: Stage['now'] = {
    clock: { now: () => new Date(0) },
    random: { bytes: (length) => new Uint8Array(length) },
  };
  const clock: Clock = { now: () => now.clock.now() };
  const random: Random = { bytes: (length) => now.random.bytes(length) };

  const machine = (): Machine => {
    const base = openEnv({ config, database_url: database.url, root_key: rootKey, clock, random, log: silentLog });
    // Planned by key, as the hot paths are: the plan, and with it the order of rows that nobody ordered, must not hang on statistics.
    const pool = new pg.Pool({
      ...base.db.client_config,
      options: `${base.db.client_config.options ?? ''} ${byKey}`,
      max: 16,
      idleTimeoutMillis: 0,
    });
    pool.on('error', () => {});
    return { base, pool };
  };
  const machines = [machine(), machine()] as const;

  return {
    machines,
    now,
    timeout_ms: config.provider_timeout_ms,
    read: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await watcher.query<Row>(text, values)).rows,
    async waiting() {
      const { rows } = await watcher.query<Wait>(
        `select pid, pg_blocking_pids(pid) as blockers from (
          select distinct l.pid from pg_locks l join pg_stat_activity a on a.pid = l.pid and a.datname = current_database() where not l.granted) w`,
      );
      return rows;
    },
    async spoil(text) {
      await watcher.query('begin');
      try {
        await watcher.query('set local session_replication_role = replica');
        return (await watcher.query(text)).rowCount ?? 0;
      } finally {
        await watcher.query('commit');
      }
    },
    async clear() {
      // Ids of one millisecond follow one another; a run must not follow the one before it.
      newId('run', { clock: { now: () => new Date(0) }, random });
      // Triggers protect the ledger from everybody but the replication role.
      await watcher.query(
        `begin; set local session_replication_role = replica; ${names.map((name) => `delete from ${name}`).join('; ')}; commit`,
      );
    },
    async close() {
      for (const { base, pool } of machines) {
        await pool.end();
        await base.close();
      }
      await watcher.end();
      await database.drop();
    },
  };
}
