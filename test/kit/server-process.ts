// Florin as separate processes on one database, for tests of what two servers do to each other and of what a sudden death
// leaves behind. A process that is still there at the end of the test file dies with it.

import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Reply } from './world.ts';

export type ServerCall = { as: string; key?: string; headers?: Record<string, string> };

export type ServerProcess = {
  base: string;
  /** Rejects when the process dies before it answers. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
  call<T = any>(method: string, path: string, body: unknown, options: ServerCall): Promise<Reply<T>>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to end in order. */
  stop(): Promise<void>;
  /** The signal or code it ended with. */
  ended: Promise<string>;
  alive(): boolean;
};

export type ServerOptions = {
  database_url: string;
  worker?: boolean;
  /** `point:n`: dies by SIGKILL at the nth time it reaches the point. `sql:n` counts both ends of every statement. */
  crash_at?: string;
  /** Its clock runs so far ahead. */
  ahead_ms?: number;
  settings?: Record<string, string>;
};

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** For the `after` of a file: whoever a failed test left behind. */
export async function killServers(): Promise<void> {
  const gone = [...running].map((child) => new Promise((done) => child.once('exit', done)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(gone);
}

const defaults = {
  PORT: '0',
  PUBLIC_URL: 'http://florin.test',
  POOL_SIZE: '8',
  LOG_LEVEL: 'error',
  FX_RATES_URL: 'off',
  RATE_LIMIT_PER_SECOND: '100000',
  RATE_LIMIT_BURST: '100000',
};

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, 'server-child.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      // A test starts dozens of them; compiled code of the last one halves the time of a start.
      NODE_COMPILE_CACHE: join(tmpdir(), 'florin-test-compile-cache'),
      ...defaults,
      ...options.settings,
      DATABASE_URL: options.database_url,
      ...(options.worker ? { WITH_WORKER: '1' } : {}),
      ...(options.ahead_ms === undefined ? {} : { AHEAD_MS: String(options.ahead_ms) }),
      ...(options.crash_at === undefined ? {} : { CRASH_AT: options.crash_at }),
    },
  });
  running.add(child);
  const ended = new Promise<string>((done) => {
    child.once('exit', (code, signal) => {
      running.delete(child);
      done(signal ?? String(code));
    });
  });
  const base = `http://127.0.0.1:${await portOf(child, ended)}`;
  return {
    base,
    ended,
    alive: () => running.has(child),
    call: (method, path, body, call) => send(base, method, path, body, call),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function portOf(child: ChildProcess, ended: Promise<string>): Promise<number> {
  const { stdout } = child;
  if (!stdout) throw new Error('a server process has an output');
  const lines = createInterface({ input: stdout });
  const first = new Promise<number>((done) => {
    lines.on('line', (line) => {
      const said = /^\{"port":(\d+)\}$/.exec(line);
      // Anything else is its log.
      if (said) done(Number(said[1]));
      else process.stderr.write(`${line}\n`);
    });
  });
  const death = ended.then((how): never => {
    throw new Error(`a server process ended before it listened: ${how}`);
  });
  return await Promise.race([first, death]);
}

async function send<T>(base: string, method: string, path: string, body: unknown, call: ServerCall): Promise<Reply<T>> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${call.as}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
      ...call.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as T,
  };
}
