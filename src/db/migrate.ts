// Forward-only migrations: each file of migrations/ runs once, in its own transaction, in the order of its number.
// An applied file that changed afterwards is refused, so that two installations never differ silently.

import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import pg from 'pg';
import { sha256 } from '../kit/crypto.ts';

/** What the operator can act on; told without a stack. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

const folder = resolve(import.meta.dirname, '../../migrations');

export async function migrate(url: string, log: (line: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'florin migrate' });
  await client.connect();
  try {
    const version = Number(
      (await client.query<{ v: string }>(`select current_setting('server_version_num') v`)).rows[0]?.v,
    );
    if (version < 150_000)
      throw new MigrationError(`Florin needs PostgreSQL 15 or newer; this server is ${Math.floor(version / 10_000)}.`);
    await client.query(`select pg_advisory_lock(7305130)`);
    await client.query(`set lock_timeout = '10s'`);
    await client.query(
      `create table if not exists schema_migrations (name text primary key, hash text not null, applied_at timestamptz not null default now())`,
    );
    const applied = new Map(
      (await client.query<{ name: string; hash: string }>(`select name, hash from schema_migrations`)).rows.map((r) => [
        r.name,
        r.hash,
      ]),
    );
    const names = (await readdir(folder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort();
    for (const name of names) {
      const text = await readFile(resolve(folder, name), 'utf8');
      const hash = sha256(text).toString('hex');
      const before = applied.get(name);
      if (before === hash) continue;
      if (before !== undefined)
        throw new MigrationError(
          `migration ${name} was applied with other text; write a new file instead of editing it.`,
        );
      await client.query('begin');
      try {
        await client.query(text);
        await client.query(`insert into schema_migrations (name, hash) values ($1, $2)`, [name, hash]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw new MigrationError(
          `migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        );
      }
      log(`migrated ${name}`);
    }
  } finally {
    await client.end();
  }
}
