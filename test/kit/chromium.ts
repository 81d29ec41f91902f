/**
 * The browser of the end-to-end tests: where it is, and how it is started in a container.
 * Must never download one; scripts/ensure-chromium.ts installs it from the system's packages.
 */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Root in a container has no sandbox to offer; the rest keeps the browser off the network and off the GPU. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** CHROMIUM_PATH wins and is taken at its word, so that a typing error shows instead of another browser. */
export function chromiumPath(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') return named;
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')];
  return folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))).find(isExecutable);
}

/** `more`: flags of what a test is about. */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('no Chromium found; `npm test` installs it, or set CHROMIUM_PATH');
  const args = [...FLAGS, ...more];
  return chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args, timeout: 120_000 });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
