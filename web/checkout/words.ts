// Filling in of a message, apart from the tables so that the script does not carry them.

export type { ScriptKey } from './messages.ts';

/** Puts values in place of `{name}`; a name without a value stays as it is, which a test would notice. */
export const fill = (text: string, values: Readonly<Record<string, string>> = {}): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
