// Paths and queries as Florin reads them. Pure. An id must never become another path.

import { UsageError } from './errors.ts';

/** Fills in `{id}`. An id that is empty or means another folder would silently ask for something else. */
export function pathOf(path: string, values: Record<string, string>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value: unknown = values[name];
    if (typeof value !== 'string' || value === '' || value === '.' || value === '..')
      throw new UsageError(`'${name}' must be an id, not ${value === '' ? 'an empty text' : typeof value}.`);
    return encodeURIComponent(value);
  });
}

/** Lists are repeated (`status=a&status=b`), objects are `metadata[key]=value`, times are ISO 8601, `undefined` is left out. */
export function queryText(query: object | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) => pairsOf(name, value));
  return pairs.length === 0
    ? ''
    : `?${pairs.map((pair) => pair.map((part) => encodeURIComponent(part)).join('=')).join('&')}`;
}

function pairsOf(name: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (value === null) throw new UsageError(`'${name}' is null: leave it out instead.`);
  if (value instanceof Date) return [[name, timeText(name, value)]];
  if (Array.isArray(value)) return value.flatMap((one) => pairsOf(name, one));
  if (typeof value === 'object') return Object.entries(value).flatMap(([key, one]) => pairsOf(`${name}[${key}]`, one));
  return [[name, String(value)]];
}

function timeText(name: string, time: Date): string {
  if (Number.isNaN(time.getTime())) throw new UsageError(`'${name}' is not a valid date.`);
  return time.toISOString();
}
