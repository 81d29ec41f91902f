// What every dialect's HTTP needs and no dialect owns: reading JSON strictly, and telling which methods a path has.

import type { FastifyInstance } from 'fastify';
import { Fault } from '../kit/fault.ts';
import type { Route } from './route.ts';

/** JSON only, read whole as text; an empty body is no body. */
export function openJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body);
    if (text.trim() === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text));
    } catch (cause) {
      done(new Fault('body_invalid', `The body is not valid JSON${place(cause, text)}.`, { cause }), undefined);
    }
  });
}

/** Where the parser stopped, without quoting what stands there: it may be a card number. */
function place(error: unknown, text: string): string {
  const at = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  if (at === undefined) return '';
  const before = text.slice(0, Number(at)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

/** Methods that a path answers to, whatever the method asked. */
export function allowedMethods(routes: readonly Route[], url: string): string[] {
  const path = url.split('?')[0] ?? url;
  return routes.filter((route) => matches(route.path, path)).map((route) => route.method);
}

function matches(pattern: string, path: string): boolean {
  const want = pattern.split('/');
  const have = path.split('/');
  return want.length === have.length && want.every((part, i) => part.startsWith('{') || part === have[i]);
}
