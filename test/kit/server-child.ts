// The process that server-process.ts starts and kills: Florin's API on a given database, with the test's root key. It ends with
// its parent (the pipe on stdin closes), and by SIGKILL at the nth time it reaches the point that CRASH_AT names.

import { createHash } from 'node:crypto';
import pg from 'pg';
import { webhookDialects } from '../../src/api/dialects.ts';
import { openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openEnv } from '../../src/env.ts';
import { JumpClock } from '../../src/kit/clock.ts';
import { startWorker } from '../../src/worker.ts';

const [, crash_point, crash_count] = /^(.+):(\d+)$/.exec(process.env.CRASH_AT ?? '') ?? [];
let reached = 0;

/** `sql` is reached before each statement leaves and after each answer; the others are the probes of src/. */
function probe(point: string): void {
  if (point !== crash_point) return;
  reached += 1;
  if (reached === Number(crash_count)) process.kill(process.pid, 'SIGKILL');
}

type Query = (...args: unknown[]) => unknown;

function watchStatements(): void {
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const plain = prototype.query;
  prototype.query = function query(this: unknown, ...args: unknown[]) {
    probe('sql');
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      const watched = (...answer: unknown[]) => {
        probe('sql');
        return callback(...answer);
      };
      return plain.apply(this, [...args.slice(0, -1), watched]);
    }
    const answer = plain.apply(this, args);
    return answer instanceof Promise ? answer.finally(() => probe('sql')) : answer;
  };
}

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));

const clock = new JumpClock();
clock.advance(Number(process.env.AHEAD_MS ?? 0));
const config = readConfig(process.env);
const env = openEnv({
  config,
  database_url: process.env.DATABASE_URL ?? '',
  root_key: createHash('sha256').update('test root key').digest(),
  webhook_dialects: webhookDialects,
  clock,
  probe,
});
const { server } = await openApp(env);
const worker = process.env.WITH_WORKER === '1' ? startWorker(env) : undefined;
await server.listen({ host: '127.0.0.1', port: 0 });
if (crash_point === 'sql') watchStatements();

process.on('SIGTERM', async () => {
  await server.close();
  await worker?.close();
  await env.close();
  process.exit(0);
});

const address = server.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : undefined })}\n`);
