// `npm run simulate -- --seeds N --from SEED [--steps S] [--free] [--twice]`: many seeds, or one to be looked at. Without TEST_DATABASE_URL it
// starts a database of its own. `--twice` runs each seed again and compares the two. Ends with 1 when a sentence did not hold.

import { parseArgs } from 'node:util';
import { scratchCluster } from '../../scripts/scratch-cluster.ts';
import { report } from './report.ts';
import { openStage, type Stage } from './stage.ts';
import { simulate } from './world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: '50' },
    free: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
});

const number = (name: 'seeds' | 'from' | 'steps'): number => {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`--${name} is '${values[name]}': set it to a whole number`);
};
const [seeds, from, steps] = [number('seeds'), number('from'), number('steps')];
const say = (line: string) => process.stdout.write(`${line}\n`);

async function runAll(stage: Stage): Promise<number> {
  const started = performance.now();
  let failed = 0;
  let [ops, crashes] = [0, 0];
  for (let seed = from; seed < from + seeds; seed++) {
    const result = await simulate(stage, { seed, steps, free: values.free });
    ops += result.ops;
    crashes += result.crashes;
    if (values.verbose) say(result.log.join('\n'));
    if (result.violations.length > 0) {
      failed += 1;
      say(report(result, { steps, free: values.free }));
      if (!values['keep-going']) return failed;
    } else if (values.twice) {
      const again = await simulate(stage, { seed, steps, free: values.free });
      const same = again.digest === result.digest;
      if (!same) failed += 1;
      if (!same)
        say(
          `seed ${seed} ran differently the second time: ${result.digest} ${again.digest}, first at line ${result.log.findIndex((line, i) => line !== again.log[i])}`,
        );
    }
    const done = seed - from + 1;
    if (done % 100 === 0)
      say(
        `${done} seeds, ${ops} steps of flows, ${crashes} crashes, ${Math.round((performance.now() - started) / done)} ms a seed, ${failed} failed`,
      );
  }
  const seconds = (performance.now() - started) / 1000;
  say(
    `${seeds} seeds from ${from}, ${steps} commands each: ${ops} steps of flows, ${crashes} crashes, ${failed} failed, ${seconds.toFixed(1)} s`,
  );
  return failed;
}

const given = process.env.TEST_DATABASE_URL;
const cluster = await scratchCluster();
process.env.TEST_DATABASE_URL = cluster.adminUrl;
try {
  const stage = await openStage();
  try {
    process.exitCode = (await runAll(stage)) === 0 ? 0 : 1;
  } finally {
    await stage.close();
  }
} finally {
  if (!given) await cluster.remove();
}
