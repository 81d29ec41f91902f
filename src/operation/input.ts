// Turns a schema's complaint into a refusal that names the field and the fix. Pure.

import type { TSchema } from 'typebox';
import { Fault, withoutNumber } from '../kit/fault.ts';

type Complaint = {
  keyword: string;
  instancePath: string;
  schemaPath: string;
  params: Record<string, unknown>;
  message: string;
};

type Node = {
  type?: string;
  enum?: unknown[];
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  pattern?: string;
  format?: string;
  description?: string;
  patternProperties?: Record<string, Node>;
};

export function findFault(schema: TSchema, complaints: readonly unknown[], input: unknown): Fault {
  const all = complaints as Complaint[];
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    return new Fault('body_invalid', 'Send a JSON object.');
  }
  // The most telling complaint first: an unknown name is often the cause of the missing one.
  const unknown = all.find((c) => c.keyword === 'additionalProperties');
  if (unknown) {
    const name = String((unknown.params.additionalProperties as unknown[])[0]);
    const node = nodeAt(schema as Node, unknown.instancePath);
    if (node?.patternProperties) {
      const param = paramOf(unknown.instancePath);
      return new Fault(
        'parameter_invalid',
        `A key of '${param}' must be of 1 to 40 characters; one has ${name.length}.`,
        { param },
      );
    }
    const known = Object.keys(node?.properties ?? {});
    const near = nearest(name, known);
    const hint = near ? ` Did you mean '${near}'?` : known.length ? ` Known here: ${known.join(', ')}.` : '';
    return new Fault('parameter_unknown', `There is no parameter '${clip(name)}'.${hint}`, {
      param: paramOf(unknown.instancePath, name),
    });
  }
  const missing = all.find((c) => c.keyword === 'required');
  if (missing) {
    const name = String((missing.params.requiredProperties as unknown[])[0]);
    const node = nodeAt(schema as Node, missing.instancePath)?.properties?.[name];
    const param = paramOf(missing.instancePath, name);
    return new Fault('parameter_missing', `'${param}' is required${node ? `: ${expectation(node)}` : ''}.`, { param });
  }
  const first = all.find((c) => c.keyword !== 'boolean') ?? all[0];
  if (!first) return new Fault('parameter_invalid', 'The parameters are not valid.');
  const param = paramOf(first.instancePath);
  const node = nodeAt(schema as Node, first.instancePath);
  const value = valueAt(input, first.instancePath);
  return new Fault(
    'parameter_invalid',
    `'${param}' must be ${node ? expectation(node) : first.message}; got ${shown(value)}.`,
    { param },
  );
}

/** Text that a database cannot keep, or that nobody means, and nesting that only an attacker sends. */
export function refuseBadText(input: unknown, path = '', depth = 0): void {
  if (depth > 32) throw new Fault('body_invalid', 'The body is nested more than 32 levels deep.');
  if (typeof input === 'string') {
    if (input.includes('\u0000') || !input.isWellFormed()) {
      throw new Fault(
        'parameter_invalid',
        `'${paramOf(path)}' holds a character that is no text (NUL or half of a pair). Remove it.`,
        { param: paramOf(path) },
      );
    }
    return;
  }
  if (input === null || typeof input !== 'object') return;
  for (const [name, value] of Object.entries(input)) {
    if (name.includes('\u0000') || !name.isWellFormed())
      throw new Fault(
        'parameter_invalid',
        'A name holds a character that is no text. Remove it.',
        path === '' ? {} : { param: paramOf(path) },
      );
    refuseBadText(value, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
  }
}

/** `/line_items/0/quantity` → `line_items[0].quantity`, the notation of the documentation. */
export function paramOf(path: string, last?: string): string {
  const parts = path.split('/').slice(1).map(unescape_);
  if (last !== undefined) parts.push(clip(last));
  return parts.reduce((text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : text ? `${text}.${part}` : part), '');
}

const unescape_ = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~');
const clip = (text: string) => withoutNumber(text.length > 60 ? `${text.slice(0, 60)}…` : text);

function nodeAt(schema: Node, path: string): Node | undefined {
  let node: Node | undefined = schema;
  for (const part of path.split('/').slice(1).map(unescape_)) {
    const here: Node | undefined = node?.anyOf?.find((n) => n.properties || n.items) ?? node;
    node = here?.properties?.[part] ?? here?.items ?? Object.values(here?.patternProperties ?? {})[0];
  }
  return node?.anyOf ? (node.anyOf.find((n) => n.type !== 'null') ?? node) : node;
}

function valueAt(input: unknown, path: string): unknown {
  let value = input;
  for (const part of path.split('/').slice(1).map(unescape_)) {
    value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value;
}

function expectation(node: Node): string {
  if (node.enum) {
    // A long list is no help in a sentence; the reference has it whole.
    const shown = node.enum.length > 60 ? node.enum.slice(0, 12) : node.enum;
    const rest = node.enum.length - shown.length;
    return `one of ${shown.map((v) => `'${String(v)}'`).join(', ')}${rest > 0 ? ` or ${rest} more, all named in the reference` : ''}`;
  }
  const bounds = [
    node.minimum !== undefined && node.maximum !== undefined ? `from ${node.minimum} to ${node.maximum}` : undefined,
    node.minimum !== undefined && node.maximum === undefined ? `at least ${node.minimum}` : undefined,
    node.maximum !== undefined && node.minimum === undefined ? `at most ${node.maximum}` : undefined,
    node.minLength !== undefined && node.minLength > 0 && node.maxLength !== undefined
      ? `of ${node.minLength} to ${node.maxLength} characters`
      : undefined,
    !node.minLength && node.maxLength !== undefined ? `of at most ${node.maxLength} characters` : undefined,
    node.minItems !== undefined || node.maxItems !== undefined
      ? `with ${node.minItems ?? 0} to ${node.maxItems ?? 'any number of'} entries`
      : undefined,
    node.maxProperties !== undefined ? `with at most ${node.maxProperties} keys` : undefined,
    node.format === 'date' ? 'that is a day of the calendar, such as 2026-01-31' : undefined,
    node.format === 'date-time' ? 'in ISO 8601 with a zone, such as 2026-01-31T12:00:00Z' : undefined,
  ].filter(Boolean);
  const noun =
    {
      integer: 'a whole number',
      number: 'a number',
      string: 'text',
      boolean: 'true or false',
      array: 'a list',
      object: 'an object',
    }[node.type ?? ''] ?? 'valid';
  const said = node.pattern && node.description ? ` (${node.description.replace(/\.$/, '')})` : '';
  return [noun, ...bounds].join(' ') + said;
}

/** What came in, told by kind and never in full: it may be a card number. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean')
    return String(value).length > 11 ? 'a long number' : String(value);
  if (typeof value === 'string') return `text of ${value.length} characters`;
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}

/** The known name that needs the fewest edits, when it needs at most a third of its letters. */
function nearest(name: string, known: string[]): string | undefined {
  const squeezed = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const exact = known.find((k) => k.replaceAll('_', '') === squeezed);
  if (exact) return exact;
  const ranked = known.map((k) => ({ k, d: edits(name.slice(0, 40).toLowerCase(), k) })).sort((a, b) => a.d - b.d);
  const [best] = ranked;
  return best && best.d <= Math.max(1, Math.floor(best.k.length / 3)) ? best.k : undefined;
}

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
