// From a request's path, query and body to an operation's input. Whether it is valid is the door's to say.

import { Fault } from '../../kit/fault.ts';
import { type Node, typed } from '../typed.ts';

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
