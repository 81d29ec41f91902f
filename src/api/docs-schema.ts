// Operation schemas as plain JSON Schema for readers: titled ones are hoisted into named components. Pure. It must never
// change what a schema accepts: the door checks the original, and a reader must be able to trust this one.

import { isDeepStrictEqual } from 'node:util';
import { assert } from '../kit/assert.ts';

export type Schema = {
  $ref?: string;
  allOf?: Schema[];
  title?: string;
  description?: string;
  type?: string;
  format?: string;
  pattern?: string;
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: boolean | Schema;
  patternProperties?: Record<string, Schema>;
};

export type Components = Record<string, Schema>;

/** What JSON keeps of a schema; the library's own marks are not enumerable. */
export const plain = (schema: unknown): Schema => tidy(JSON.parse(JSON.stringify(schema)) as Schema);

/** `API key` → `APIKey`: a name that generators of clients take. */
export const componentName = (title: string): string =>
  title
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

const everyName = '^.*$';

/** The same set of values in words that client generators know: text enums have a type, maps are additionalProperties. */
function tidy(schema: Schema): Schema {
  const made = mapChildren(schema, tidy);
  if (made.enum?.every((value) => typeof value === 'string') && made.type === undefined) made.type = 'string';
  const every = made.patternProperties?.[everyName];
  if (every && Object.keys(made.patternProperties ?? {}).length === 1) {
    delete made.patternProperties;
    made.additionalProperties = every;
  }
  return made;
}

/** The schema with each titled part replaced by a `$ref`; the part itself goes into `components`. */
export function hoist(schema: Schema, components: Components): Schema {
  const made = mapChildren(schema, (child) => hoist(child, components));
  if (made.title === undefined) return made;
  const name = componentName(made.title);
  const known = components[name];
  assert(known === undefined || isDeepStrictEqual(known, made), `two schemas share the title '${made.title}'`);
  components[name] = made;
  return { $ref: `#/components/schemas/${name}` };
}

function mapChildren(schema: Schema, change: (child: Schema) => Schema): Schema {
  const made: Schema = { ...schema };
  if (made.properties) made.properties = mapValues(made.properties, change);
  if (made.patternProperties) made.patternProperties = mapValues(made.patternProperties, change);
  if (typeof made.additionalProperties === 'object') made.additionalProperties = change(made.additionalProperties);
  if (made.items) made.items = change(made.items);
  if (made.anyOf) made.anyOf = made.anyOf.map(change);
  if (made.allOf) made.allOf = made.allOf.map(change);
  return made;
}

const mapValues = (properties: Record<string, Schema>, change: (child: Schema) => Schema): Record<string, Schema> =>
  Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, change(child)]));

/** The one schema beside null, when that is what a union says. */
export function unwrapNull(schema: Schema): { schema: Schema; nullable: boolean } {
  const others = schema.anyOf?.filter((s) => s.type !== 'null') ?? [];
  const only = others[0];
  if (!schema.anyOf || !only || others.length !== 1 || others.length === schema.anyOf.length)
    return { schema, nullable: false };
  return {
    schema: schema.description === undefined ? only : { ...only, description: schema.description },
    nullable: true,
  };
}

/** An input's properties apart: those in the path, and the rest. */
export function splitInput(input: Schema, path: string): { in_path: [string, Schema][]; rest: Schema } {
  const names = new Set([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''));
  const entries = Object.entries(input.properties ?? {});
  const required = (input.required ?? []).filter((name) => !names.has(name));
  const { required: _required, ...others } = input;
  return {
    in_path: entries.filter(([name]) => names.has(name)),
    rest: {
      ...others,
      properties: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
      ...(required.length > 0 ? { required } : {}),
    },
  };
}
