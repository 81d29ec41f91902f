/**
 * A throw-away Postgres for one run of a script: no durability, its own folder, gone afterwards.
 * Must never be the database that `npm start` uses.
 */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { startEmbedded } from '../src/db/embedded.ts';
import { processesIn } from '../src/db/embedded-place.ts';
import { root, say } from './step.ts';

/** One folder per run, named by the pid, so that two runs in one checkout do not share a server. */
const shelf = path.join(root, '.florin', 'test-postgres');

export type ScratchCluster = { adminUrl: string; remove(): Promise<void> };

/** TEST_DATABASE_URL, when set, is an admin URL of a server that is yours; it is used as it is and left running. */
export async function scratchCluster(): Promise<ScratchCluster> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return { adminUrl: given, remove: async () => {} };
  await sweep();
  const dir = path.join(shelf, String(process.pid));
  const settings = { max_connections: '300', shared_buffers: '128MB' };
  const cluster = await startEmbedded({ dir, log: say, durable: false, settings });
  const remove = async () => {
    await cluster.stop();
    await removeFolder(dir);
  };
  return { adminUrl: cluster.url, remove };
}

/** A run that was killed leaves its server behind; nobody will ever ask for it again. */
async function sweep(): Promise<void> {
  for (const name of await fs.readdir(shelf).catch(() => [])) {
    const dir = path.join(shelf, name);
    if (isAlive(Number(name))) continue;
    for (const pid of await processesIn(path.join(dir, 'data'))) process.kill(pid, 'SIGKILL');
    await removeFolder(dir);
  }
}

async function removeFolder(dir: string): Promise<void> {
  const home = await fs.realpath(dir).catch(() => dir);
  const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;
  await fs.rm(home, options);
  await fs.rm(dir, options);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
