// `npm run bench`: measures Florin beside its references on this machine, prints the table with the targets, writes JSON and a plot.
//   -- --quick    at most four minutes      -- --check    exits 1 when a target is missed
//   -- --lists    list and search pages of a small database beside one with many payments; --payments says how many, --seeded names a
//                 database that `florin seed` filled, to be read and left
//   -- --dashboard  what the dashboard's pages ask for, of one account; --payments says how many it has (1,000,000)
//   -- --renewals   the billing run alone; --count says how many subscriptions are due at once (100,000); with --profile where its time goes
//   -- --profile  where the time goes instead of figures: a CPU profile of the server and the database's statements

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { must } from '../src/kit/assert.ts';
import { verifyAll } from '../src/verify.ts';
import { residentMb, stop } from './children.ts';
import { measureDashboard, most_ms } from './dashboard.ts';
import { type Figure, type Findings, figuresOf, refusalsOf, tableOf } from './figures.ts';
import { measureLists, openShelf, type Shelf } from './lists.ts';
import { type Machine, readMachine } from './machine.ts';
import {
  type Bench,
  findCallers,
  measureDialect,
  measureOneCaller,
  measureRounds,
  median,
  pay,
  startLoad,
} from './measure.ts';
import { paintCheckout } from './page-paint.ts';
import { weighCheckout } from './page-weight.ts';
import { openPlace, type Place, results, startServer } from './place.ts';
import { plotOf } from './plot.ts';
import { readCpuProfile, readStatements } from './profile.ts';
import { openReference } from './reference.ts';
import { measureRenewals, type Renewals } from './renewals.ts';
import { seedAccounts } from './seed.ts';
import { seedVolume } from './seed-volume.ts';
import { openWebhooks } from './webhooks.ts';

const accounts = 1_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Things to close, last opened first. */
const opened: (() => Promise<void>)[] = [];
let ending: Promise<never> | undefined;

function end(code: number): Promise<never> {
  ending ??= (async () => {
    for (const close of opened.reverse())
      await close().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    process.exit(code);
  })();
  return ending;
}

async function openBench(profiling: boolean): Promise<Bench> {
  const place = await openPlace({ statements: profiling, log: (line) => say(`  ${line}`) });
  opened.push(() => place.close());
  const profile = join(results, 'profile');
  if (profiling) await rm(profile, { recursive: true, force: true });
  const server = await startServer(place, profiling ? profilerOf(profile) : []);
  opened.push(() => server.stop());
  const load = startLoad();
  opened.push(() => stop(load));
  return { place, server, load, payers: [], say };
}

async function figures(
  quick: boolean,
): Promise<{ machine: Machine; findings: Findings; table: Figure[]; postgres: string }> {
  const machine = readMachine(results);
  say(describe(machine));
  const bench = await openBench(false);
  const { place, server } = bench;
  say(`Postgres ${place.version}, ${accounts} accounts, ${quick ? 'quick' : 'full'} run`);
  await sleep(3_000);
  const idle_mb = residentMb(server.pid);
  bench.payers = await seedAccounts(place.env, accounts);
  const reference = await openReference(place.database_url);

  say('Throughput');
  const found = await findCallers(bench, quick ? 2 : 5);
  const rounds = await measureRounds(bench, reference, { rounds: quick ? 3 : 5, seconds: quick ? 4 : 12, ...found });
  const rates = rounds.map((r) => r.spread.per_second).sort((a, b) => a - b);
  const highest = must(rates[rates.length >> 1], 'there was a round');

  say('Latency');
  const seconds = quick ? 8 : 30;
  const at_500 = await pay(bench, bench.payers, { kind: 'open', per_second: 500 }, 500 * seconds);
  const at_80 = await pay(bench, bench.payers, { kind: 'open', per_second: highest * 0.8 }, highest * 0.8 * seconds);
  const one_caller = await measureOneCaller(bench, quick ? 1.5 : 4, quick ? 3 : 4);

  say('Dialects');
  const dialect = await measureDialect(bench, quick ? 1 : 2, quick ? 8 : 16);

  say('Webhooks');
  const webhooks = await openWebhooks(server, bench.payers.slice(0, 20));
  const deliveries = quick ? 6_000 : 20_000;
  await webhooks.bare(2_000);
  const sent: Findings['webhooks'] = [];
  for (let i = 0; i < (quick ? 2 : 3); i++)
    sent.push({ bare: await webhooks.bare(deliveries), queued: await webhooks.queued(deliveries) });

  say('Renewals');
  const renewals = await renew(quick ? 5_000 : 100_000, undefined);

  const page = await weighCheckout(server, must(bench.payers[0], 'an account').key);
  const paint = await paintCheckout(server, must(bench.payers[0], 'an account').key);
  say('Proving the books');
  const checks = await verifyAll(place.env.db.query);
  const failed = checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.examples.join(', ')}`);
  const findings = {
    rounds,
    callers: found.callers,
    at_500,
    at_80,
    one_caller,
    dialect,
    webhooks: sent,
    renewals,
    page,
    paint,
    idle_mb,
    verified: { checks: checks.length, failed: [...failed, ...renewals.wrong.map((what) => `renewals: ${what}`)] },
  };
  return { machine, findings, table: figuresOf(findings, reference.name), postgres: place.version };
}

const describe = (m: Machine) =>
  `${m.cpu}, ${m.cores} cores, ${m.memory_gib} GiB, ${m.system}, Node ${m.node}; ${m.syncs_per_second.toFixed(0)} fdatasync/s; load before ${m.load_before.toFixed(2)}`;

async function report(quick: boolean): Promise<boolean> {
  const { machine, findings, table, postgres } = await figures(quick);
  const refusals = refusalsOf(findings);
  const others = median(findings.rounds.map((round) => round.spread.others_cores));
  const { checks, failed } = findings.verified;
  say(`\n${tableOf(table)}\n`);
  say(`generator's own lateness, inside the latencies: p50 ${findings.at_500.lateness_ms?.p50.toFixed(2)} ms at 500/s`);
  if (others > 0.2)
    say(
      `NOT A QUIET MACHINE: other programs took ${others.toFixed(1)} cores, so these figures are too low; the ratios suffer too`,
    );
  say(refusals.length === 0 ? 'every payment was completed' : `NOT COMPLETED: ${refusals.join('; ')}`);
  say(
    failed.length === 0
      ? `the books hold: all ${checks} checks of verify`
      : `THE BOOKS DO NOT HOLD:\n${failed.join('\n')}`,
  );
  const at = new Date().toISOString();
  await mkdir(results, { recursive: true });
  await writeFile(
    join(results, 'latest.json'),
    JSON.stringify({ at, quick, machine, postgres, table, findings }, null, 2),
  );
  await writeFile(
    join(results, 'latest.svg'),
    plotOf(
      findings,
      `${at.slice(0, 10)}  ${machine.cpu}, ${machine.cores} cores, Postgres ${postgres}, Node ${machine.node}`,
    ),
  );
  say('written: .florin/bench/latest.json and latest.svg');
  return refusals.length === 0 && failed.length === 0 && table.every((figure) => figure.verdict !== 'missed');
}

/** In a database of its own, which is gone afterwards. `profile`: the folder for a CPU profile of the worker. */
async function renew(count: number, profile: string | undefined): Promise<Renewals> {
  const place = await openPlace({ statements: profile !== undefined, log: (line) => say(`  ${line}`) });
  try {
    const done = await measureRenewals(place, count, profile === undefined ? [] : profilerOf(profile));
    const { worker, postgres } = done.cpu_ms;
    say(
      `  ${count} in ${done.seconds.toFixed(1)} s: ${done.per_second.toFixed(0)} renewals/s; CPU per renewal: worker ${worker.toFixed(3)}, Postgres ${postgres?.toFixed(3)} ms; ` +
        `log ${(done.log_bytes / 1000).toFixed(1)} kB; worker at most ${done.memory_mb.toFixed(0)} MB; other programs took ${done.others_cores.toFixed(1)} cores`,
    );
    if (profile !== undefined) await printStatements(place, count);
    return done;
  } finally {
    await place.close();
  }
}

async function renewals(count: number, profiling: boolean): Promise<boolean> {
  const machine = readMachine(results);
  say(describe(machine));
  const folder = join(results, 'profile');
  await rm(folder, { recursive: true, force: true });
  const done = await renew(count, profiling ? folder : undefined);
  if (profiling) await printFunctions(folder);
  say(
    done.wrong.length === 0
      ? `every subscription was billed once, numbers 1 to ${count + 1} without a gap, nothing is left, and the books hold`
      : `NOT AS IT MUST BE:\n${done.wrong.join('\n')}`,
  );
  await mkdir(results, { recursive: true });
  await writeFile(
    join(results, 'renewals.json'),
    JSON.stringify({ at: new Date().toISOString(), machine, ...done }, null, 2),
  );
  say('written: .florin/bench/renewals.json');
  return done.wrong.length === 0 && done.memory_mb <= 500;
}

const profilerOf = (folder: string) => ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'];

async function profile(): Promise<void> {
  const bench = await openBench(true);
  const { place, server } = bench;
  bench.payers = await seedAccounts(place.env, accounts);
  await pay(bench, bench.payers, { kind: 'closed', callers: 64 }, 3_000);
  await place.client.query('select pg_stat_statements_reset()');
  const run = await pay(bench, bench.payers, { kind: 'closed', callers: 64 }, 30_000);
  say(
    `${run.per_second.toFixed(0)} payments/s with the profilers on; ${run.backlog.events} events left, drained in ${run.backlog.seconds.toFixed(1)} s`,
  );
  say(
    `CPU per payment: server ${run.cpu_ms.server.toFixed(3)}, Postgres ${run.cpu_ms.postgres?.toFixed(3)}, generator ${run.cpu_ms.generator.toFixed(3)} ms\n`,
  );
  await printStatements(place, run.sent);
  await server.stop();
  await printFunctions(join(results, 'profile'));
}

async function printFunctions(folder: string): Promise<void> {
  const { functions, places, inclusive } = await readCpuProfile(folder);
  const print = (title: string, lines: { share: number; what: string }[], most: number) =>
    say(
      `\n${title}\n${lines
        .slice(0, most)
        .map(({ share, what }) => `${(share * 100).toFixed(1).padStart(6)} %  ${what}`)
        .join('\n')}`,
    );
  print('Server, busy time by place', places, 16);
  print('Server, busy time by function', functions, 30);
  print('Server, busy time below our functions', inclusive, 40);
}

/** Both have four accounts, so that an account's share is the same. */
async function lists(payments: number, seeded: string | undefined): Promise<boolean> {
  const machine = readMachine(results);
  say(describe(machine));
  const shelf = async (count: number, database_url?: string): Promise<Shelf> => {
    const place = await openPlace({ statements: false, log: (line) => say(`  ${line}`), seeded: database_url });
    opened.push(() => place.close());
    if (database_url === undefined) {
      const volume = { payments: count, accounts: 4, days: 60 };
      await seedVolume(place.env, volume, (line) => say(`  ${line}`));
    }
    const server = await startServer(place, []);
    opened.push(() => server.stop());
    return await openShelf(place, server);
  };
  const small = await shelf(10_000);
  const large = await shelf(payments, seeded);
  say(
    `\n${'p50, p95 in ms, rows; ratio of p50'.padEnd(34)} ${`${small.payments}`.padStart(20)} ${`${large.payments}`.padStart(20)}`,
  );
  const figures = await measureLists(small, large, say);
  const judged = figures.filter((figure) => figure.alike);
  const worst = judged.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  const ratio = median(judged.map((figure) => figure.ratio));
  say(
    `\nratio of ${judged.length} requests with pages alike: median ${ratio.toFixed(2)}, highest ${worst.ratio.toFixed(2)} (${worst.request}); target: at most 1.5 each`,
  );
  await mkdir(results, { recursive: true });
  const facts = { at: new Date().toISOString(), machine, payments: [small.payments, large.payments], figures };
  await writeFile(join(results, 'lists.json'), JSON.stringify(facts, null, 2));
  say('written: .florin/bench/lists.json');
  return worst.ratio <= 1.5;
}

async function dashboard(payments: number): Promise<boolean> {
  const machine = readMachine(results);
  say(describe(machine));
  const place = await openPlace({ statements: false, log: (line) => say(`  ${line}`) });
  opened.push(() => place.close());
  await seedVolume(place.env, { payments, accounts: 1, days: 365 }, (line) => say(`  ${line}`));
  const server = await startServer(place, []);
  opened.push(() => server.stop());
  const shelf = await openShelf(place, server);
  say(`\n${`${shelf.payments} payments in 365 days: ms`.padEnd(33)}   p50      p95`);
  const figures = await measureDashboard(shelf, say);
  const worst = figures.filter(({ judged }) => judged).reduce((a, b) => (b.p95 > a.p95 ? b : a));
  say(`\nhighest p95: ${worst.p95.toFixed(1)} ms (${worst.page}); target: under ${most_ms} ms each`);
  await mkdir(results, { recursive: true });
  const facts = { at: new Date().toISOString(), machine, payments: shelf.payments, figures };
  await writeFile(join(results, 'dashboard.json'), JSON.stringify(facts, null, 2));
  say('written: .florin/bench/dashboard.json');
  return worst.p95 < most_ms;
}

/** Time and log are per payment: calls alone do not tell, because a batch is one call. */
async function printStatements(place: Place, payments: number): Promise<void> {
  say('Postgres by statement: share of execution time, then per payment microseconds and bytes of log');
  for (const { share, calls, rows, mean_ms, log_bytes, query } of await readStatements(place.client)) {
    const micros = (mean_ms * calls * 1000) / payments;
    const cells = [(share * 100).toFixed(1), micros.toFixed(1), (log_bytes / payments).toFixed(0), calls, rows];
    say(`${cells.map((cell, at) => `${cell}`.padStart([6, 8, 7, 8, 9][at] ?? 0)).join(' ')}  ${query}`);
  }
}

/** A mistyped option needs no stack. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const typed = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return typed ? error.message : (error.stack ?? error.message);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(1));

// Nothing may leave the database running.
process.on('unhandledRejection', (error) => {
  if (!ending) process.stderr.write(`${told(error)}\n`);
  void end(1);
});

try {
  const flag = { type: 'boolean' } as const;
  const text = { type: 'string' } as const;
  const options = {
    quick: flag,
    check: flag,
    profile: flag,
    lists: flag,
    dashboard: flag,
    renewals: flag,
    count: text,
    payments: text,
    seeded: text,
  };
  const { values } = parseArgs({ options });
  if (values.renewals) {
    const count = Number(values.count ?? 100_000);
    if (!Number.isSafeInteger(count) || count < 1) throw new Error('--count must be a whole number of 1 or more.');
    const met = await renewals(count, values.profile ?? false);
    await end(values.check && !met ? 1 : 0);
  }
  if (values.profile) {
    await profile();
    await end(0);
  }
  const payments = Number(values.payments ?? (values.dashboard ? 1_000_000 : 10_000_000));
  if (!Number.isSafeInteger(payments) || payments < 10_000)
    throw new Error('--payments must be a whole number of 10000 or more.');
  const met = values.dashboard
    ? await dashboard(payments)
    : values.lists
      ? await lists(payments, values.seeded)
      : await report(values.quick ?? false);
  await end(values.check && !met ? 1 : 0);
} catch (error) {
  // Whoever was asked to stop fails by that; it is no news.
  if (!ending) process.stderr.write(`${told(error)}\n`);
  await end(1);
}
