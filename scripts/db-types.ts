/**
 * `npm run db:types`: writes src/db/types.ts from a freshly migrated database.
 * Must never read the types from a database that somebody has changed by hand.
 */
import path from 'node:path';
import pg from 'pg';
import { migrate } from '../src/db/migrate.ts';
import { scratchCluster } from './scratch-cluster.ts';
import { root, say, tool } from './step.ts';

const cluster = await scratchCluster();
const database = `florin_types_${process.pid}`;
const admin = new pg.Client({ connectionString: cluster.adminUrl });
try {
  await admin.connect();
  await admin.query(`create database ${database}`);
  const url = new URL(cluster.adminUrl);
  url.pathname = `/${database}`;
  await migrate(url.href, say);
  const args = ['--dialect', 'postgres', '--url', url.href];
  args.push('--out-file', path.join(root, 'src', 'db', 'types.ts'));
  args.push('--type-mapping', JSON.stringify({ int8: 'number', timestamptz: 'Date', date: 'string' }));
  if (!(await tool('kysely-codegen', args))) throw new Error('kysely-codegen failed');
} finally {
  await admin.query(`drop database if exists ${database} with (force)`).catch(() => undefined);
  await admin.end().catch(() => undefined);
  await cluster.remove();
}
