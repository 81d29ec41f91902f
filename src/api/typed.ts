// Text of a query or a form as the types that a schema names, for every dialect: numbers, booleans, lists by repeating a name, maps
// as `name[key]=value`. What does not fit stays text; whether it is valid is said by whoever checks the schema.

export type Node = {
  type?: string;
  enum?: unknown[];
  properties?: Record<string, Node>;
  patternProperties?: Record<string, Node>;
  items?: Node;
};

export function typed(
  properties: Record<string, Node>,
  query: Record<string, string | string[]>,
): Record<string, unknown> {
  // Without a prototype, `?__proto__=` is a name like any other, and is refused like any other that is not known.
  const input: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(query)) {
    const inner = /^([A-Za-z_]+)\[(.+)\]$/.exec(name);
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

/** A body of text fields, whose types the row's schema names. */
export class FormBody {
  readonly fields: Record<string, string | string[]>;
  constructor(fields: Record<string, string | string[]>) {
    this.fields = fields;
  }
}
