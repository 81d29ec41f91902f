// From a request's path, query and body to an operation's input. Query text becomes the type that the schema names; whether it
// is valid is the door's to say.

import { Fault } from '../../kit/fault.ts';

type Node = {
  type?: string;
  enum?: unknown[];
  properties?: Record<string, Node>;
  patternProperties?: Record<string, Node>;
  items?: Node;
};

export function inputOf(
  schema: unknown,
  parts: { params: unknown; query: unknown; body: unknown; writes: boolean },
): unknown {
  const params = (parts.params ?? {}) as Record<string, unknown>;
  if (parts.writes) {
    const body = parts.body ?? {};
    if (typeof body !== 'object' || Array.isArray(body)) throw new Fault('body_invalid', 'Send a JSON object.');
    for (const name of Object.keys(params)) {
      if (Object.hasOwn(body, name))
        throw new Fault('parameter_unknown', `'${name}' is taken from the path. Leave it out of the body.`, {
          param: name,
        });
    }
    return { ...body, ...params };
  }
  return {
    ...typed((schema as Node).properties ?? {}, (parts.query ?? {}) as Record<string, string | string[]>),
    ...params,
  };
}

function typed(properties: Record<string, Node>, query: Record<string, string | string[]>): Record<string, unknown> {
  // Without a prototype, `?__proto__=` is a name like any other, and is refused like any other that is not known.
  const input: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(query)) {
    const inner = /^([a-z_]+)\[(.+)\]$/.exec(name);
    const [, outer = '', key = ''] = inner ?? [];
    if (inner && properties[outer]?.type === 'object') {
      input[outer] = {
        ...(input[outer] as Record<string, unknown> | undefined),
        [key]: Array.isArray(value) ? value.at(-1) : value,
      };
      continue;
    }
    input[name] = one(properties[name], value);
  }
  return input;
}

function one(node: Node | undefined, value: string | string[]): unknown {
  if (node?.type === 'array')
    return (Array.isArray(value) ? value : [value]).flatMap((v) => v.split(',')).filter((v) => v !== '');
  if (Array.isArray(value)) return value;
  if (node?.type === 'integer' && /^-?\d{1,16}$/.test(value)) return Number(value);
  if (node?.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
