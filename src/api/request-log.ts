// From a call over HTTP to its row in the request log. Routes note who calls and what was answered; one hook behind the answer puts
// the row together. A call that names nobody (a wrong key, an unknown path) belongs to no account and is not in it.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressText } from '../identity/allowed-ips.ts';
import type { Actor, Ctx } from '../operation/context.ts';
import type { RequestLog, RequestRow } from '../requests/record-requests.ts';
import { keptAnswer, keptBody, maskLine } from '../requests/redact.ts';

type Caller = { account: { account_id: string }; actor: Actor };
type Note = Caller & { dialect: string | null; answer: string | null; code: string | null };

const notes = new WeakMap<FastifyRequest, Note>();

export function noteCaller(request: FastifyRequest, caller: Caller, dialect: string | null = null): void {
  const { account, actor } = caller;
  if (account.account_id !== '') notes.set(request, { account, actor, dialect, answer: null, code: null });
}

/** What was answered. Of a successful read it is not kept. */
export function noteAnswer(request: FastifyRequest, text: string): void {
  const note = notes.get(request);
  if (note && request.method !== 'GET' && request.method !== 'HEAD') note.answer = text;
}

/** A refusal is kept whatever was asked. One at the door itself tells in `internal` whose key it was. */
export function noteRefusal(
  request: FastifyRequest,
  refusal: { code: string; text: string; internal?: unknown },
  dialect: string | null = null,
): void {
  const { code, text, internal } = refusal;
  if (!notes.has(request) && isCaller(internal)) noteCaller(request, internal, dialect);
  const note = notes.get(request);
  if (note) Object.assign(note, { code, answer: text });
}

const isCaller = (value: unknown): value is Pick<Ctx, 'account' | 'actor'> =>
  value !== null && typeof value === 'object' && 'account' in value && 'actor' in value;

export function openRequestLog(app: FastifyInstance, log: RequestLog): void {
  app.addHook('onResponse', (request, reply, done) => {
    done();
    const note = notes.get(request);
    if (note) log.add(rowOf(request, reply, note));
  });
}

function rowOf(request: FastifyRequest, reply: FastifyReply, note: Note): RequestRow {
  const { url } = request;
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const agent = request.headers['user-agent'];
  return {
    account_id: note.account.account_id,
    id: request.id,
    method: request.method,
    path: maskLine(path, 500),
    query: at < 0 ? null : maskLine(url.slice(at + 1)),
    status: reply.statusCode,
    duration_ms: reply.elapsedTime,
    caller: note.actor.kind,
    caller_id: callerId(note.actor),
    address: addressText(request.ip),
    user_agent: agent === undefined ? null : maskLine(agent, 300),
    dialect: note.dialect,
    code: note.code,
    object_id: objectOf(path, note.answer),
    request_body: keptBody(request.body, Number(request.headers['content-length'] ?? 0)),
    response_body: note.answer === null ? null : keptAnswer(note.answer),
  };
}

function callerId(actor: Actor): string | null {
  if (actor.kind === 'secret' || actor.kind === 'publishable') return actor.key_id;
  if (actor.kind === 'token') return actor.access_key_id;
  return actor.kind === 'user' ? actor.user_id : null;
}

const inPath = /\/([a-z]{2,8}_[0-9a-z]{26})(?:\/|$)/;
const made = /^\{"id":"([a-z]{2,8}_[0-9a-z]{26})"/;

/** Named in the path, else made by the call. A card token is a secret and no object to search for. */
function objectOf(path: string, answer: string | null): string | null {
  const id = inPath.exec(path)?.[1] ?? (answer === null ? undefined : made.exec(answer)?.[1]);
  return id === undefined || id.startsWith('tok_') ? null : id;
}
