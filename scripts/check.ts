/**
 * `npm run check`: what can be judged without running the code, namely types, lint and format.
 * Must never change a file that is committed; `node_modules/.bin/biome check --write .` does.
 */
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { installShopSdk } from './build-sdk.ts';
import { root, say, tool } from './step.ts';

type Step = { name: string; run: () => Promise<boolean>; hint: string };

const steps: Step[] = [
  { name: 'server SDK', run: serverSdk, hint: '' },
  { name: 'types', run: () => tool('tsc', ['--noEmit', '-p', '.']), hint: '' },
  { name: 'types of browser code', run: browserTypes, hint: '' },
  { name: 'types of the browser SDK', run: () => tool('tsc', ['--noEmit', '-p', 'sdk/browser']), hint: '' },
  {
    name: 'lint and format',
    run: () => tool('biome', ['check', '.']),
    hint: ' (node_modules/.bin/biome check --write . repairs most of it)',
  },
];

/** Returns the names of the steps that failed. */
export async function check(): Promise<string[]> {
  const failed: string[] = [];
  for (const step of steps) {
    const passed = await step.run();
    say(passed ? `✔ ${step.name}` : `✖ ${step.name}${step.hint}`);
    if (!passed) failed.push(step.name);
  }
  return failed;
}

/** Its types are made from openapi.json and are not committed: whatever imports them is judged after this. */
export async function serverSdk(): Promise<boolean> {
  return installShopSdk().then(
    () => true,
    (error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      return false;
    },
  );
}

/** Code for browsers sees the DOM and nothing of Node; tsc fails on a project without files, so ask first. */
async function browserTypes(): Promise<boolean> {
  const files = globSync(['web/**/client/**/*.{ts,tsx}', 'sdk/browser/src/*.ts'], { cwd: root });
  if (files.length === 0 || !existsSync(path.join(root, 'web', 'tsconfig.json'))) return true;
  return tool('tsc', ['--noEmit', '-p', 'web']);
}

if (import.meta.main) {
  const failed = await check();
  process.exit(failed.length === 0 ? 0 : 1);
}
