// Reading the request log of an account: searched by what a developer knows of a call, or one call with its bodies by the request id
// that every answer carries.

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { RequestLogs } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import { Id, ListOf, nullable, pageFields, text } from '../operation/fields.ts';
import { each, idsBetween, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';

export const RequestLogObject = Type.Object(
  {
    id: Type.String({
      description: 'The request id, as the answer’s `request-id` header, its problem and its events had it.',
    }),
    object: Type.Literal('request_log'),
    method: Type.String(),
    path: Type.String(),
    query: nullable(Type.String()),
    status: Type.Integer(),
    duration_ms: Type.Number(),
    caller: Type.Object({
      kind: Type.String({ description: '`secret`, `publishable`, `token` or `user`.' }),
      id: nullable(Type.String({ description: 'Id of the API key, the access key or the person.' })),
    }),
    address: Type.String(),
    user_agent: nullable(Type.String()),
    api: Type.String({ description: '`native`, or the name of the dialect that was spoken.' }),
    code: nullable(Type.String({ description: 'Of a refusal.' })),
    object_id: nullable(Type.String({ description: 'What the call was about: named in its path, or made by it.' })),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Request log' },
);
export type RequestLogObject = Static<typeof RequestLogObject>;

const RequestLogWithBodies = Type.Interface([RequestLogObject], {
  request_body: nullable(
    Type.Unknown({ description: 'At most 16 kB; card numbers, codes, secrets, tokens and passwords are masked.' }),
  ),
  response_body: nullable(
    Type.Unknown({ description: 'The same. Of a successful read it is not kept: ask again instead.' }),
  ),
});

type Row = Omit<Selectable<RequestLogs>, 'account_id' | 'request_body' | 'response_body'>;

const columns = [
  'id',
  'method',
  'path',
  'query',
  'status',
  'duration_ms',
  'caller',
  'caller_id',
  'address',
  'user_agent',
  'dialect',
  'code',
  'object_id',
  'created_at',
] as const;

const requestLogObject = (row: Row): RequestLogObject => ({
  id: row.id,
  object: 'request_log',
  method: row.method,
  path: row.path,
  query: row.query,
  status: row.status,
  duration_ms: Math.round(row.duration_ms * 100) / 100,
  caller: { kind: row.caller, id: row.caller_id },
  address: row.address,
  user_agent: row.user_agent,
  api: row.dialect ?? 'native',
  code: row.code,
  object_id: row.object_id,
  created_at: row.created_at.toISOString(),
});

/** What was cut, or never was JSON, is shown as the text it is. */
function shownBody(body: string | null): unknown {
  if (body === null) return null;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

export const listRequestLogs = operation({
  name: 'request_logs.list',
  scope: 'request_logs:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List API calls',
  description:
    'Every call of the last 30 days that named a key, a token or a session of this account, the newest first; a call is here within a second of its answer. Bodies are in the single object.',
  input: Type.Object(
    {
      ...pageFields,
      method: Type.Optional(Type.Enum(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'])),
      path: Type.Optional(text(200, 'How the path begins, such as `/v1/payments`.')),
      status_class: Type.Optional(Type.Enum(['2xx', '3xx', '4xx', '5xx'])),
      key: Type.Optional(
        Type.String({ minLength: 1, maxLength: 64, description: 'Id of an API key, an access key or a person.' }),
      ),
      made_by: Type.Optional(
        Type.Enum(['program', 'person'], {
          description: 'A program has a key or a token; a person works at the dashboard.',
        }),
      ),
      request_id: Type.Optional(Id),
      object_id: Type.Optional(Id),
      from: Type.Optional(text(40, 'A time in ISO 8601 with a zone.')),
      to: Type.Optional(text(40, 'Not included.')),
    },
    { additionalProperties: false },
  ),
  output: ListOf(RequestLogObject),
  faults: ['parameter_invalid'],
  run(ctx, input) {
    const least = input.status_class && Number(input.status_class.charAt(0)) * 100;
    return readList(ctx.env.db.query, input, {
      from: 'request_logs',
      where: {
        account_id: ctx.account.account_id,
        id: { eq: input.request_id, ...idsBetween('req', input, 'from', 'to') },
        object_id: input.object_id,
        method: input.method,
        caller_id: input.key,
        status: least && { gte: least, lt: least + 100 },
      },
      also: [
        input.path !== undefined && sql`starts_with(path, ${input.path})`,
        input.made_by && (input.made_by === 'person' ? sql`caller = 'user'` : sql`caller <> 'user'`),
        // Said as the index of refusals says it.
        least && least >= 400 && sql`status >= 400`,
      ],
      columns,
      show: each(requestLogObject),
    });
  },
});

export const getRequestLog = operation({
  name: 'request_logs.get',
  scope: 'request_logs:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Retrieve an API call',
  description: 'By its request id, with what was sent and answered as far as it may be kept.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: RequestLogWithBodies,
  faults: ['not_found'],
  example: { id: '{api_call}' },
  async run(ctx, { id }) {
    const row = await ctx.env.db.query
      .selectFrom('request_logs')
      .select([...columns, 'request_body', 'response_body'])
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw notFound('API call', id);
    return {
      ...requestLogObject(row),
      request_body: shownBody(row.request_body),
      response_body: shownBody(row.response_body),
    };
  },
});
