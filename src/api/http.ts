// What every dialect's HTTP needs and no dialect owns: reading JSON strictly, telling which methods a path has, and saying what the
// HTTP library refuses by itself.

import type { FastifyInstance } from 'fastify';
import { Fault } from '../kit/fault.ts';

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
export function allowedMethods(routes: readonly { method: string; path: string }[], url: string): string[] {
  const path = url.split('?')[0] ?? url;
  return routes.filter((route) => matches(route.path, path)).map((route) => route.method);
}

function matches(pattern: string, path: string): boolean {
  const want = pattern.split('/');
  const have = path.split('/');
  return want.length === have.length && want.every((part, i) => part.startsWith('{') || part === have[i]);
}

/** What the HTTP library refuses by itself, in our words. */
export function toFault(error: unknown, body_limit = 1_048_576): unknown {
  if (error instanceof Fault || !(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Fault('body_too_large', `A body may have at most ${Math.floor(body_limit / 1_048_576)} MB.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Fault('body_invalid', 'Send JSON with the header Content-Type: application/json.', {
        param: 'Content-Type',
      });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Fault('body_invalid', 'The request is not well formed: its address or Content-Length does not fit.');
    case 'ECONNREFUSED':
    case '57P01':
    case '57P03':
    case '53300':
      return new Fault(
        'unavailable',
        'The database cannot be reached right now. Try again in a moment, with the same idempotency key.',
        { retry_after: 2, cause: error },
      );
    default:
      return error;
  }
}
