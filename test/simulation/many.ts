// Many seeds: a few stages side by side, because a run mostly waits for its database. Which stage a seed runs on changes nothing.

import { openStage } from './stage.ts';
import { type RunOptions, type RunResult, simulate } from './world.ts';

export type Many = {
  from: number;
  seeds: number;
  options(seed: number): RunOptions;
  /** After each run; answers false to begin no more. */
  each(result: RunResult, again: () => Promise<RunResult>): Promise<boolean> | boolean;
  stages?: number;
};

export async function simulateMany({ from, seeds, options, each, stages = 2 }: Many): Promise<void> {
  let next = from;
  let going = true;
  const work = async () => {
    const stage = await openStage();
    try {
      while (going && next < from + seeds) {
        const seed = next++;
        const result = await simulate(stage, options(seed));
        if (!(await each(result, () => simulate(stage, options(seed))))) going = false;
      }
    } finally {
      await stage.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(stages, seeds) }, work));
}
