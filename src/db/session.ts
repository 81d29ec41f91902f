// A connection of its own for work that reads a lot: reports and proofs. It takes none of the pool's, so that requests do not
// wait for a download, and has its own limits of time and memory. Must never be used by a request that writes.

import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Db, Executor, Tx } from './db.ts';
import type { DB } from './types.ts';

export type Session = { query: Executor; close(): Promise<void> };
export type Snapshot = { query: Tx; close(): Promise<void> };

/** `settings`: of this connection alone, such as `{ work_mem: '64MB' }`. */
export function openSession(db: Db, settings: Record<string, string> = {}): Session {
  const own = Object.entries(settings).map(([name, value]) => ` -c ${name}=${value}`);
  const pool = new pg.Pool({
    ...db.client_config,
    options: `${db.client_config.options ?? ''}${own.join('')}`,
    application_name: 'florin session',
    max: 1,
    connectionTimeoutMillis: 10_000,
  });
  // The next statement fails by itself when the server dropped the connection. Between two of them the pool does not listen to a
  // connection that is in use, and an error that nobody hears ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const query = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
  return { query, close: () => query.destroy() };
}

/** Everything that is read through it is as it was at one moment. Whoever stops reading for a minute loses it. */
export async function openSnapshot(db: Db, settings: Record<string, string> = {}): Promise<Snapshot> {
  const session = openSession(db, settings);
  try {
    const query = await session.query
      .startTransaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute();
    let closed: Promise<void> | undefined;
    const close = async () => {
      // A connection that is lost cannot be told to end its transaction, and need not be.
      await query
        .rollback()
        .execute()
        .catch(() => {});
      await session.close();
    };
    return {
      query,
      close: () => {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}
