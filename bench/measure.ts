// The measurements, one function each: it prepares what it needs, measures, and says what it saw. No target is known here.

import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../src/kit/assert.ts';
import { cpuSeconds, familyCpuSeconds, heard, machineCpuSeconds, start, watchMemory } from './children.ts';
import type { Latency } from './histogram.ts';
import type { Call, Job, Run, Shape } from './load.ts';
import type { Place, Server } from './place.ts';
import { bareInserts, type Reference } from './reference.ts';
import { type Payer, seedOrders } from './seed.ts';

export type Measured = Run & {
  shape: Shape;
  /** Milliseconds of CPU per payment, by process, until its events are dealt with too. */
  cpu_ms: { server: number; postgres: number | undefined; generator: number };
  /** Cores that programs other than this run's kept busy meanwhile; the figures of a run with much of it say little. */
  others_cores: number;
  /** Bytes of write-ahead log per payment. */
  log_bytes: number;
  memory_mb: number;
  /** Events that reactions and webhooks had not looked at when the last payment was answered, and until there were none. */
  backlog: { events: number; seconds: number };
};

export type Bench = { place: Place; server: Server; load: ChildProcess; payers: Payer[]; say: (line: string) => void };

export const startLoad = () => start(resolve(import.meta.dirname, 'load.ts'));

let runs = 0;

/** Sends `count` payments and waits until the worker has dealt with them, so that no run pays for the one before. */
export async function pay(bench: Bench, payers: Payer[], shape: Shape, count: number): Promise<Measured> {
  const { place, server, load } = bench;
  const orders = await seedOrders(place.env, payers, Math.max(1, Math.round(count)), `run${++runs}`);
  const memory = watchMemory(server.pid);
  const before = cpuOf(bench);
  const log_from = await logPosition(bench);
  const answer = heard<Run>(load);
  load.send({ origin: server.origin, shape, orders, call: 'charge' } satisfies Job);
  const run = await answer;
  const backlog = await drained(bench);
  const after = cpuOf(bench);
  const ours =
    after.server -
    before.server +
    (after.postgres ?? 0) -
    (before.postgres ?? 0) +
    after.own -
    before.own +
    run.cpu_seconds;
  const share = (seconds: number) => (seconds * 1000) / run.sent;
  return {
    ...run,
    shape,
    cpu_ms: {
      server: share(after.server - before.server),
      postgres:
        after.postgres !== undefined && before.postgres !== undefined
          ? share(after.postgres - before.postgres)
          : undefined,
      generator: share(run.cpu_seconds),
    },
    others_cores: Math.max(0, (after.machine - before.machine - ours) / (after.at - before.at)),
    log_bytes: ((await logPosition(bench)) - log_from) / run.sent,
    memory_mb: await memory.stop(),
    backlog,
  };
}

const cpuOf = ({ place, server }: Bench) => ({
  server: cpuSeconds(server.pid),
  postgres: place.postmaster === undefined ? undefined : familyCpuSeconds(place.postmaster),
  own: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  machine: machineCpuSeconds(),
  at: performance.now() / 1000,
});

async function logPosition({ place }: Bench): Promise<number> {
  const { rows } = await place.client.query<{ at: number }>(`select (pg_current_wal_lsn() - '0/0')::float8 as at`);
  return rows[0]?.at ?? 0;
}

async function drained({ place }: Bench): Promise<{ events: number; seconds: number }> {
  const started = performance.now();
  const { rows } = await place.client.query<{ count: number }>('select count(*) as count from outbox');
  // Counting reads the whole queue, so it is done once.
  const anyLeft = async () => (await place.client.query('select 1 from outbox limit 1')).rowCount === 1;
  while (await anyLeft()) {
    if (performance.now() - started > 180_000) throw new Error('events still wait after three minutes');
    await sleep(100);
  }
  return { events: Number(rows[0]?.count ?? 0), seconds: (performance.now() - started) / 1000 };
}

const callerCounts = [32, 64, 128] as const;

/** How many callers at once reach the highest rate with a p99 of 25 ms; when none does, the fewest. */
export async function findCallers(bench: Bench, seconds: number): Promise<{ callers: number; per_second: number }> {
  const warm = await pay(bench, bench.payers, { kind: 'closed', callers: 32 }, 3_000);
  const count = warm.per_second * seconds;
  const tried: { callers: number; run: Measured }[] = [];
  for (const callers of callerCounts)
    tried.push({ callers, run: await pay(bench, bench.payers, { kind: 'closed', callers }, count) });
  for (const { callers, run } of tried) {
    bench.say(
      `  ${callers} callers at once: ${run.per_second.toFixed(0)} payments/s, p99 ${run.latency_ms.p99.toFixed(1)} ms`,
    );
  }
  const within = tried
    .filter(({ run }) => run.latency_ms.p99 <= 25)
    .sort((a, b) => b.run.per_second - a.run.per_second);
  const { callers, run } = must(within[0] ?? tried[0], 'something was tried');
  return { callers, per_second: run.per_second };
}

export type Round = { pgbench: number; spread: Measured; hot: Measured };

/** The three beside each other, in another order each round, so that a slow moment of the machine hits all of them alike. */
export async function measureRounds(
  bench: Bench,
  reference: Reference,
  plan: { rounds: number; seconds: number; callers: number; per_second: number },
): Promise<Round[]> {
  const { rounds, seconds, callers } = plan;
  const hot = must(bench.payers[0], 'there is an account');
  const count = plan.per_second * seconds;
  const done: Round[] = [];
  for (let i = 0; i < rounds; i++) {
    let pgbench = 0;
    let spread: Measured | undefined;
    let alone: Measured | undefined;
    const steps = [
      async () => {
        pgbench = await reference.run(seconds);
      },
      async () => {
        spread = await pay(bench, bench.payers, { kind: 'closed', callers }, count);
      },
      async () => {
        alone = await pay(bench, [hot], { kind: 'closed', callers }, count);
      },
    ];
    for (let s = 0; s < steps.length; s++) await steps[(s + i) % steps.length]?.();
    const round = { pgbench, spread: must(spread, 'it ran'), hot: must(alone, 'it ran') };
    done.push(round);
    bench.say(`  round ${i + 1}: ${lineOf(round)}`);
  }
  return done;
}

function lineOf({ pgbench, spread, hot }: Round): string {
  const ratio = (spread.per_second / pgbench).toFixed(2);
  const { events, seconds } = spread.backlog;
  return (
    `pgbench ${pgbench.toFixed(0)} tps, spread ${spread.per_second.toFixed(0)}/s (${ratio} x, p99 ${spread.latency_ms.p99.toFixed(1)} ms), ` +
    `one account ${hot.per_second.toFixed(0)}/s; ${events} events left, drained in ${seconds.toFixed(1)} s`
  );
}

export type OneCaller = { payment: Latency; insert: Latency; ratio: number };

/** Turn by turn; the ratio is of the medians of what one call takes. */
export async function measureOneCaller(bench: Bench, seconds: number, turns: number): Promise<OneCaller> {
  const pairs: { payment: Latency; insert: Latency }[] = [];
  let count = 200;
  for (let i = 0; i < turns; i++) {
    const insert = await bareInserts(bench.place.database_url, seconds);
    const run = await pay(bench, bench.payers.slice(1, 2), { kind: 'closed', callers: 1 }, count);
    count = run.per_second * seconds;
    // The first turn opens connections and plans.
    if (i > 0 || turns === 1) pairs.push({ payment: run.latency_ms, insert });
  }
  pairs.sort((a, b) => a.payment.p50 / a.insert.p50 - b.payment.p50 / b.insert.p50);
  const middle = must(pairs[pairs.length >> 1], 'there was a turn');
  return { ...middle, ratio: middle.payment.p50 / middle.insert.p50 };
}

/** `cpu_ms`: of the server, per call. */
type Calls = Run & { cpu_ms: number };
export type DialectCost = { native: Calls; vinr: Calls; ratio: number; cpu_ratio: number };

/** The same payment without a card by our own API and by the VINR dialect, turn by turn, in the other order every other time. */
export async function measureDialect(bench: Bench, seconds: number, turns: number): Promise<DialectCost> {
  const shape: Shape = { kind: 'closed', callers: 32 };
  const { payers, server, load } = bench;
  const run = async (call: Call, count: number): Promise<Calls> => {
    const label = `dialect${++runs}`;
    const orders = Array.from({ length: count }, (_, at) => ({
      key: must(payers[at % payers.length], 'there are payers').key,
      token: '',
      reference: `${label}_${at}`,
    }));
    const before = cpuSeconds(server.pid);
    const answer = heard<Run>(load);
    load.send({ origin: server.origin, shape, orders, call } satisfies Job);
    const done = await answer;
    const cpu_ms = ((cpuSeconds(server.pid) - before) * 1000) / count;
    await drained(bench);
    return { ...done, cpu_ms };
  };
  await run('hosted_vinr', 2_000);
  const count = Math.round((await run('hosted', 2_000)).per_second * seconds);
  const pairs: { native: Calls; vinr: Calls }[] = [];
  for (let i = 0; i < turns; i++) {
    const first = i % 2 === 0 ? await run('hosted', count) : undefined;
    const vinr = await run('hosted_vinr', count);
    pairs.push({ native: first ?? (await run('hosted', count)), vinr });
  }
  const cost = ({ native, vinr }: { native: Run; vinr: Run }) => native.per_second / vinr.per_second;
  pairs.sort((a, b) => cost(a) - cost(b));
  return {
    ...must(pairs[pairs.length >> 1], 'there was a turn'),
    ratio: median(pairs.map(cost)),
    cpu_ratio: median(pairs.map(({ native, vinr }) => vinr.cpu_ms / native.cpu_ms)),
  };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = 0, high = low] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}
