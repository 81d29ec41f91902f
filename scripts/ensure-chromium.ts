/**
 * Makes sure that the browser tests have a browser, from Debian's packages where that is possible.
 * Must never let them be skipped in silence: without a browser it says what to do.
 */
import { existsSync } from 'node:fs';
import { chromiumPath } from '../test/kit/chromium.ts';
import { quietly, say } from './step.ts';

export async function ensureChromium(): Promise<boolean> {
  if (chromiumPath() !== undefined) return true;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say('The browser tests need Chromium, and it can be installed here only by you: install it, or set CHROMIUM_PATH.');
    return false;
  }
  const updated = await quietly('updating the list of system packages', 'apt-get', ['update']);
  const install = ['install', '-y', '--no-install-recommends', 'chromium'];
  const installed = updated && (await quietly('installing Chromium for the browser tests', 'apt-get', install));
  if (installed && chromiumPath() !== undefined) return true;
  say('Chromium could not be installed for the browser tests: install it, or set CHROMIUM_PATH.');
  return false;
}
