// `npm run simulate -- --seeds N --from SEED [--steps S] [--free] [--twice]`: many seeds, or one to be looked at. Without TEST_DATABASE_URL it
// starts a database of its own. `--twice` runs each seed again and compares the two. Ends with 1 when a sentence did not hold.

import { parseArgs } from 'node:util';
import { scratchCluster } from '../../scripts/scratch-cluster.ts';
import { simulateMany } from './many.ts';
import { report } from './report.ts';
import type { RunResult } from './world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: '50' },
    stages: { type: 'string', default: '2' },
    free: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
});

const number = (name: 'seeds' | 'from' | 'steps' | 'stages'): number => {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`--${name} is '${values[name]}': set it to a whole number`);
};
const [seeds, from, steps] = [number('seeds'), number('from'), number('steps')];
const say = (line: string) => process.stdout.write(`${line}\n`);

const options = (seed: number) => ({ seed, steps, free: values.free });
const started = performance.now();
let [done, ops, crashes, failed] = [0, 0, 0, 0];

async function each(result: RunResult, again: () => Promise<RunResult>): Promise<boolean> {
  done += 1;
  ops += result.ops;
  crashes += result.crashes;
  if (values.verbose) say(result.log.join('\n'));
  if (result.violations.length > 0) {
    failed += 1;
    say(report(result, options(result.seed)));
    return values['keep-going'];
  }
  if (values.twice) await compare(result, await again());
  const each_ms = Math.round((performance.now() - started) / done);
  if (done % 100 === 0)
    say(`${done} seeds, ${ops} steps of flows, ${crashes} crashes, ${each_ms} ms a seed, ${failed} failed`);
  return true;
}

async function compare(result: RunResult, other: RunResult): Promise<void> {
  if (other.digest === result.digest) return;
  failed += 1;
  const at = result.log.findIndex((line, i) => line !== other.log[i]);
  say(
    `seed ${result.seed} ran otherwise the second time, from line ${at} on:\n  ${result.log[at]}\n  ${other.log[at]}`,
  );
}

const given = process.env.TEST_DATABASE_URL;
const cluster = await scratchCluster();
process.env.TEST_DATABASE_URL = cluster.adminUrl;
try {
  await simulateMany({ from, seeds, options, each, stages: number('stages') });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(
    `${done} seeds from ${from}, ${steps} commands each: ${ops} steps of flows, ${crashes} crashes, ${failed} failed, ${seconds} s`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  if (!given) await cluster.remove();
}
