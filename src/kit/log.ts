// One line of JSON per entry. Redaction is by name and by shape: a card number or a key that slips into any text is masked.

import pino, { type Logger } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

const secretNames = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'number',
  'cvc',
  'pan',
  'card',
  'token',
  'secret',
  'password',
  'key',
  'values',
  'parameters',
  'detail',
  'where',
]);

/** Digits that could be a card number, and anything spelled like one of our keys or tokens. */
const masks: [RegExp, string][] = [
  [/\b(?:\d[ -]?){12,18}\d\b/g, '[number]'],
  [/\b(sk|pk|whsec|tok)[_-][A-Za-z0-9_.~-]{12,}/g, '$1_[secret]'],
  // A link to the portal.
  [/\/enter\/[A-Za-z0-9]{43}\b/g, '/enter/[secret]'],
];

export function maskText(text: string): string {
  let out = text;
  for (const [pattern, mask] of masks) out = out.replace(pattern, mask);
  return out;
}

export function mask(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value);
  if (value === null || typeof value !== 'object' || depth > 6) return value;
  if (value instanceof Date) return value;
  if (value instanceof Error)
    return {
      ...(mask({ ...value }, depth + 1) as object),
      type: value.name,
      message: maskText(value.message),
      stack: maskText(value.stack ?? ''),
    };
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => mask(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      secretNames.has(name.toLowerCase()) ? '[secret]' : mask(item, depth + 1),
    ]),
  );
}

export function newLog(level: string): Log {
  return pino({
    level,
    base: null,
    formatters: { log: (entry) => mask(entry) as Record<string, unknown> },
    hooks: {
      logMethod(args, method) {
        method.apply(
          this,
          args.map((arg) => (typeof arg === 'string' ? maskText(arg) : arg)) as Parameters<typeof method>,
        );
      },
    },
  });
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
