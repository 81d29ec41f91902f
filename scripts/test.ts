/**
 * `npm test [-- path or part of one …] [-- --test-name-pattern=…]`: checks, builds the pages and runs every test.
 * Must never pass when nothing was tested. A narrowed run leaves out what its files do not need.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { check, serverSdk } from './check.ts';
import type { Counts } from './count-reporter.ts';
import { ensureChromium } from './ensure-chromium.ts';
import { type ScratchCluster, scratchCluster } from './scratch-cluster.ts';
import { root, say } from './step.ts';

const ROOMS = ['src', 'web', 'sdk', 'cli', 'bench', 'test', 'scripts', 'examples'];
/** Rooms whose tests may open pages or a browser. */
const PAGE_ROOMS = ['web', 'test', 'sdk', 'examples'];
const FILE_LIMIT_MS = 10 * 60_000;

const flags = process.argv.slice(2).filter((word) => word.startsWith('-'));
const filters = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const files = testFiles(filters);
const narrowed = filters.length > 0;
const needsPages = files.some((file) => PAGE_ROOMS.includes(file.split(path.sep)[0] ?? ''));

let cluster: ScratchCluster | undefined;
let runner: ChildProcess | undefined;
let stopped: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopped = signal;
    runner?.kill('SIGTERM');
  });
}

process.exitCode = await verdict();

async function verdict(): Promise<number> {
  if (files.length === 0) {
    say(narrowed ? `no test file matches ${filters.join(' ')}` : 'there are no test files');
    return 1;
  }
  if (needsPages && !(await ensureChromium())) return 1;
  const failedSteps = narrowed ? [] : await check();
  if (needsPages && !(await buildPages())) failedSteps.push('build of the pages');
  if (needsPages && !(await serverSdk()) && narrowed) failedSteps.push('server SDK');
  const counts = await runTests();
  const failed = counts.failed + failedSteps.length;
  if (stopped !== undefined) say(`interrupted by ${stopped}`);
  if (counts.skipped > 0) say(`${counts.skipped} skipped`);
  if (failedSteps.length > 0) say(`failed besides tests: ${failedSteps.join(', ')}`);
  say(`${counts.passed} passed, ${failed} failed`);
  return failed === 0 && counts.passed > 0 && stopped === undefined ? 0 : 1;
}

function testFiles(wanted: string[]): string[] {
  const isForeign = (name: string) => ['node_modules', 'dist', '.florin'].includes(path.basename(name));
  const all = globSync(`{${ROOMS.join(',')}}/**/*.test.ts`, { cwd: root, exclude: isForeign }).sort();
  if (wanted.length === 0) return all;
  const parts = wanted.map((word) => word.replace(/^\.\//, '').replace(`${root}${path.sep}`, ''));
  return all.filter((file) => parts.some((part) => file.includes(part)));
}

async function buildPages(): Promise<boolean> {
  const file = path.join(root, 'web', 'build.ts');
  if (!existsSync(file)) return true;
  try {
    const module = (await import(pathToFileURL(file).href)) as { build: () => Promise<unknown> };
    await module.build();
    say('✔ build of the pages');
    return true;
  } catch (error) {
    say(`✖ build of the pages: ${error instanceof Error ? error.stack : String(error)}`);
    return false;
  }
}

async function runTests(): Promise<Counts> {
  const nothing: Counts = { passed: 0, failed: 1, skipped: 0 };
  if (stopped !== undefined) return nothing;
  const scratch = await fs.mkdtemp(path.join(os.tmpdir(), 'florin-test-'));
  const counted = path.join(scratch, 'counts.json');
  try {
    cluster = await scratchCluster();
    const passed = await nodeTest(counted, cluster.adminUrl);
    const text = await fs.readFile(counted, 'utf8').catch(() => '');
    if (text === '') return nothing;
    const counts = JSON.parse(text) as Counts;
    return passed || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return nothing;
  } finally {
    await cluster?.remove();
    await fs.rm(scratch, { recursive: true, force: true });
  }
}

async function nodeTest(counted: string, adminUrl: string): Promise<boolean> {
  const args = ['--test', '--test-concurrency=2', `--test-timeout=${FILE_LIMIT_MS}`];
  args.push('--test-reporter=spec', '--test-reporter-destination=stdout');
  args.push('--test-reporter=./scripts/count-reporter.ts', `--test-reporter-destination=${counted}`);
  const child = spawn(process.execPath, [...args, ...flags, ...files], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'test', TEST_DATABASE_URL: adminUrl },
    stdio: 'inherit',
  });
  runner = child;
  const watching = watchFiles(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  clearInterval(watching);
  return code === 0;
}

/** Node limits the time of a test but not of a file whose test left something open: it would wait for ever. */
function watchFiles(child: ChildProcess): NodeJS.Timeout {
  const since = new Map<number, number>();
  const look = async () => {
    const list = await fs.readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '');
    for (const word of list.split(' ').filter((part) => part !== '')) {
      const pid = Number(word);
      const started = since.get(pid) ?? Date.now();
      since.set(pid, started);
      if (Date.now() - started < FILE_LIMIT_MS + 15_000) continue;
      say(`a test file ran for more than ${FILE_LIMIT_MS / 60_000} minutes; ending it (pid ${pid})`);
      process.kill(pid, 'SIGKILL');
    }
  };
  return setInterval(() => void look(), 5000);
}
