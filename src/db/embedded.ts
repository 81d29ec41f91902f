/**
 * Runs the Postgres from npm as the default database: creates it, starts or adopts it, and shuts it down.
 * Must never touch a server that does not run in its own folder, and never delete a cluster.
 */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cleanEnvironment, createCluster, hasCluster, readPassword, SUPERUSER } from './embedded-cluster.ts';
import { alone } from './embedded-lock.ts';
import { findPlace, findPrograms, hasCode, type Place, processesIn } from './embedded-place.ts';

export type Embedded = {
  /** Connection string of the database `florin`, for its superuser. */
  url: string;
  /** True when the server was already running, for example after a kill -9 of the app. */
  adopted: boolean;
  /** Fast shutdown: open transactions are rolled back, nothing committed is lost. Also for an adopted server. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  /** Absolute, such as <project>/.florin/postgres. Removing it (even where it is a link) means a fresh start. */
  dir: string;
  log: (line: string) => void;
  /** False gives up durability for speed: tests only. */
  durable?: boolean;
  /** Server settings that win over ours. An adopted server keeps those it was started with. */
  settings?: Record<string, string>;
};

const DATABASE = 'florin';

/** After a kill -9 of the postmaster its children need up to a second to notice; until then nobody else may start. */
const OLD_PROCESSES_MS = 30_000;
/** Replaying a gigabyte of log after a crash on a slow disk takes minutes, and interrupting it helps nobody. */
const RECOVERY_MS = 15 * 60_000;
const SHUTDOWN_MS = 60_000;
const LOG_KEPT_BYTES = 16 * 1024 * 1024;

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { dir, log } = options;
  if (!path.isAbsolute(dir)) throw new Error(`the embedded database needs an absolute folder, not ${dir}`);
  return alone(dir, log, () => adoptOrLaunch(options));
}

async function adoptOrLaunch(options: EmbeddedOptions): Promise<Embedded> {
  const { dir, log, durable = true } = options;
  const place = await findPlace(dir, log);
  const { data } = place;
  const waitUntil = Date.now() + OLD_PROCESSES_MS;
  let bin: string | undefined;
  let launched: number | undefined;
  for (;;) {
    const late = Date.now() > waitUntil;
    const running = await settledServer(data, log);
    if (running !== undefined) {
      const password = await readPassword(place);
      try {
        return await connect(place, password, running.port, running.pid !== launched);
      } catch (error) {
        // A server that was killed this very moment still looks alive; one that answers with a refusal is alive.
        if (late || error instanceof pg.DatabaseError) throw refusal(place, running, error);
      }
      await sleep(100);
      continue;
    }

    const leftOver = await processesIn(data);
    if (leftOver.length === 0) {
      bin ??= await findPrograms(dir, place);
      if (!(await hasCluster(place))) {
        log('creating the database …');
        await createCluster(bin, place, durable);
      }
      // No process works in the folder, so what this file says is about the past, whoever has that pid now.
      await fs.rm(path.join(data, 'postmaster.pid'), { force: true });
      const outcome = await launch(bin, place, serverSettings(options), log);
      if ('pid' in outcome) {
        launched = outcome.pid;
        continue;
      }
      if (late || !outcome.worthRetrying) throw new Error(outcome.failure);
    } else if (late) {
      throw new Error(`an earlier Postgres without a postmaster still works in ${data}: pids ${leftOver.join(', ')}`);
    }
    await sleep(100);
  }
}

function serverSettings(options: EmbeddedOptions): Record<string, string> {
  const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  return {
    shared_buffers: '256MB',
    max_connections: '100',
    // Else taken as multiples of our small segments, and a busy server would make a checkpoint every few seconds.
    max_wal_size: '1GB',
    min_wal_size: '80MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // A DETAIL line quotes rows ("Key (email)=(…) already exists"), and personal data have no place in a log.
    log_error_verbosity: 'terse',
    ...(options.durable === false ? fast : {}),
    ...options.settings,
    listen_addresses: '127.0.0.1',
    // A socket's path is limited to 107 bytes, which a project in a deep folder exceeds.
    unix_socket_directories: '',
    logging_collector: 'off',
    log_destination: 'stderr',
  };
}

type Server = { pid: number; port: number };

/** The server that answers in `data`, after waiting for one that is just starting, recovering or stopping. */
async function settledServer(data: string, log: (line: string) => void): Promise<Server | undefined> {
  const started = Date.now();
  let nextLine = started + 5000;
  for (;;) {
    const server = await readPidFile(data);
    if (server === undefined || !(await processesIn(data)).includes(server.pid)) return undefined;
    if (server.status === 'ready') return server;
    if (Date.now() - started > RECOVERY_MS) {
      throw new Error(
        `the Postgres in ${data} (pid ${server.pid}) has been ${server.status || 'starting'} for too long`,
      );
    }
    if (Date.now() > nextLine) {
      log(`waiting for Postgres, which is ${server.status || 'starting'} …`);
      nextLine += 5000;
    }
    await sleep(25);
  }
}

async function readPidFile(data: string): Promise<(Server & { status: string }) | undefined> {
  const text = await fs.readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? '').trim() };
}

type Launch = { pid: number } | { failure: string; worthRetrying: boolean };

async function launch(
  bin: string,
  place: Place,
  settings: Record<string, string>,
  log: (line: string) => void,
): Promise<Launch> {
  const { account, data, home } = place;
  const logPath = path.join(home, 'postgres.log');
  await setAsideLongLog(logPath);
  const port = await freePort();
  const output = await fs.open(logPath, 'a', 0o600);
  const before = (await output.stat()).size;
  const args = ['-D', data, '-c', `port=${port}`];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  // Its own session: Ctrl-C in the terminal must reach the app alone, which stops the database last.
  const child = spawn(path.join(bin, 'postgres'), args, {
    ...account,
    cwd: '/',
    env: cleanEnvironment(),
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  child.unref();
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended ??= `it ended with ${signal ?? `code ${code}`}`;
  });
  try {
    while (ended === undefined) {
      const server = await settledServer(data, log);
      if (server !== undefined && server.pid === child.pid) return { pid: server.pid };
      await sleep(15);
    }
  } finally {
    await output.close();
  }
  const tail = await readTail(logPath, before);
  const worthRetrying = /lock file|shared memory block|already in use|Address already/i.test(tail);
  return { failure: `Postgres did not start: ${ended}. Its log (${logPath}) ends with:\n${tail}`, worthRetrying };
}

async function setAsideLongLog(logPath: string): Promise<void> {
  const size = (await fs.stat(logPath).catch(() => undefined))?.size ?? 0;
  if (size > LOG_KEPT_BYTES) await fs.rename(logPath, `${logPath}.1`);
}

async function readTail(logPath: string, from: number): Promise<string> {
  const text = (await fs.readFile(logPath)).subarray(from).toString('utf8');
  return text.trim().split('\n').slice(-20).join('\n') || '(nothing)';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Proves that the server answers, makes sure the database is there, and hands it out. */
async function connect(place: Place, password: string, port: number, adopted: boolean): Promise<Embedded> {
  const url = (database: string) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
  const client = new pg.Client({ connectionString: url('postgres'), connectionTimeoutMillis: 10_000 });
  // Without a listener, a server that ends meanwhile would end us; the query in hand rejects anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } catch (error) {
    // 53300: every connection is taken. The server is alive, and the app's own pool will wait for its turn.
    if (!hasCode(error, '53300')) throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
  let stopping: Promise<void> | undefined;
  return {
    url: url(DATABASE),
    adopted,
    stop() {
      stopping ??= shutDown(place.data);
      return stopping;
    },
  };
}

function refusal(place: Place, running: Server, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`the Postgres in ${place.data} runs on port ${running.port} but refuses us: ${why}`, { cause });
}

async function shutDown(data: string): Promise<void> {
  const started = Date.now();
  let signal: 'SIGINT' | 'SIGQUIT' | undefined;
  for (;;) {
    const running = await processesIn(data);
    if (running.length === 0) return;
    const waited = Date.now() - started;
    // SIGINT is the fast shutdown; SIGQUIT the immediate one, safe as a crash is: the log is replayed at the next start.
    const wanted = waited < SHUTDOWN_MS ? 'SIGINT' : 'SIGQUIT';
    if (waited > SHUTDOWN_MS + 10_000)
      throw new Error(`Postgres in ${data} does not stop (pids ${running.join(', ')})`);
    const postmaster = (await readPidFile(data))?.pid;
    if (signal !== wanted && postmaster !== undefined && running.includes(postmaster)) {
      process.kill(postmaster, wanted);
      signal = wanted;
    }
    await sleep(20);
  }
}
