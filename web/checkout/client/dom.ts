// The page's elements and words, found once. An element that is missing is a bug of the renderer, so it ends the script loudly.

import type { Boot } from '../boot.ts';
import { fill, type ScriptKey } from '../words.ts';

export function find<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no #${id}.`);
  return found;
}

export const boot = JSON.parse(find('boot', HTMLScriptElement).text) as Boot;

export const say = (key: ScriptKey, values?: Record<string, string>): string => fill(boot.messages[key], values);

/** The address, if a browser may be sent there: what the server says passes through here, so that no `javascript:` ever runs. */
export function webUrl(text: string | null): string | undefined {
  if (text === null || !URL.canParse(text)) return undefined;
  return /^https?:/.test(new URL(text).protocol) ? text : undefined;
}

/** For people who do not see the page change. */
export function announce(text: string): void {
  const live = document.getElementById('live');
  if (live) live.textContent = text;
}
