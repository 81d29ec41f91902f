// What a failed run says: which sentences, the last forty things that happened, and the command that shows it again.

import type { RunResult } from './world.ts';

const shown = 40;

export function report(
  { seed, violations, log }: RunResult,
  { steps, free }: { steps: number; free: boolean },
): string {
  const story = log.filter((line) => !line.includes(' VIOLATED '));
  return [
    `seed ${seed} broke a promise:`,
    ...violations.map((violation) => `  ✖ ${violation}`),
    `the last ${Math.min(shown, story.length)} of ${story.length} lines:`,
    ...story.slice(-shown).map((line) => `  ${line}`),
    `again: npm run simulate -- --from ${seed} --seeds 1 --steps ${steps}${free ? ' --free (not the same to the letter: the database decides who is first)' : ''}`,
  ].join('\n');
}
