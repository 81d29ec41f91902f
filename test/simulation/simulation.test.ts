// Whole installations under trouble, by seed. Every seed must keep every sentence of the auditor, run the same a second time, and the
// auditor must find what is put wrong by hand: a sentence that cannot fail proves nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { faults } from './faults.ts';
import { simulateMany } from './many.ts';
import { report } from './report.ts';
import { openStage, type Stage } from './stage.ts';
import { type RunResult, simulate } from './world.ts';

const seeds = 300;
/** Most runs are short, so that many fit; every fourth goes deeper. */
const stepsOf = (seed: number): number => [36, 8, 10, 14][seed % 4] ?? 14;
const steps = 24;
/** Some faults need an occasion, such as an open attempt, which not every seed offers. */
const mostTries = 40;

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

test(`${seeds} seeds of trouble break no promise`, async () => {
  const broken: RunResult[] = [];
  const told = { runs: 0, crashes: 0, late: 0, lost: 0, jumps: 0, replayed: 0 };
  await simulateMany({
    from: 1,
    seeds,
    stages: 3,
    options: (seed) => ({ seed, steps: stepsOf(seed) }),
    each(result) {
      const count = (part: string) => result.log.filter((line) => line.includes(part)).length;
      told.runs += 1;
      told.crashes += result.crashes;
      told.late += count(': late by');
      told.lost += count(': answer_lost');
      told.jumps += count('time passes');
      told.replayed += count(': replayed');
      if (result.violations.length > 0) broken.push(result);
      return broken.length < 3;
    },
  });
  assert.deepEqual(
    broken.map((result) => report(result, { steps: stepsOf(result.seed), free: false })),
    [],
  );
  assert.equal(told.runs, seeds);
  // There was trouble of every kind; a world without it would keep every promise.
  for (const [kind, times] of Object.entries(told)) assert.ok(times >= 20, `${kind} happened ${times} times only`);
});

test('a seed replays to the letter, on another stage too', async () => {
  const other = await openStage();
  try {
    const digests = new Set<string>();
    for (const seed of [11, 12, 13, 14, 15, 16]) {
      const first = await simulate(stage, { seed, steps });
      const second = await simulate(other, { seed, steps });
      assert.deepEqual(second.log, first.log, `seed ${seed}`);
      assert.equal(second.digest, first.digest);
      digests.add(first.digest);
    }
    assert.equal(digests.size, 6, 'other seeds are other runs');
  } finally {
    await other.close();
  }
});

for (const fault of faults) {
  test(`the auditor finds that ${fault.name}`, async () => {
    for (let seed = 1; seed <= mostTries; seed++) {
      const { faulted, violations } = await simulate(stage, { seed, steps, fault });
      if (!faulted) {
        assert.deepEqual(violations, [], `seed ${seed} met no occasion for the fault`);
        continue;
      }
      const found = violations.some((violation) =>
        fault.sentences.some((sentence) => violation.startsWith(`${sentence}: `)),
      );
      assert.ok(found, `seed ${seed} says ${JSON.stringify(violations)} and not '${fault.sentences.join("' or '")}'`);
      return;
    }
    assert.fail(`${mostTries} seeds gave no occasion for it`);
  });
}

test('a failed run tells its seed, the sentence, its last forty lines and how to see it again', async () => {
  const fault = faults.find((one) => one.name === 'a payment disappears');
  let result: RunResult | undefined;
  for (let seed = 1; seed <= mostTries && !result?.faulted; seed++)
    result = await simulate(stage, { seed, steps, fault: fault as NonNullable<typeof fault> });
  assert.ok(result?.faulted);
  const text = report(result, { steps, free: false });
  assert.match(text, new RegExp(`^seed ${result.seed} broke a promise:\n {2}✖ a payment never disappears: pay_`));
  assert.match(text, new RegExp(`npm run simulate -- --from ${result.seed} --seeds 1 --steps ${steps}$`));
  const story = result.log.filter((line) => !line.includes(' VIOLATED '));
  assert.ok(text.includes(`the last ${Math.min(40, story.length)} of ${story.length} lines:\n`));
  assert.ok(text.includes(`  ${story.at(-1)}\n`), 'the last that happened is in it');
});
