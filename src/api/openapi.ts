// The native API as an OpenAPI 3.1 document, made from the table of routes alone: what is not in the table is not in here, and
// nothing is said twice. Pure; the only thing from outside is the address that clients reach us by.

import { eventTypes } from '../events/event.ts';
import { type FaultCode, faultCodes } from '../kit/fault.ts';
import { nounOf, nounText } from './docs-nouns.ts';
import { type Components, hoist, plain, type Schema, splitInput } from './docs-schema.ts';
import { problems } from './native/errors.ts';
import { peopleRoutes } from './native/people-routes.ts';
import { routes as keyRoutes } from './native/routes.ts';
import type { Route } from './route.ts';

const routes = [...keyRoutes, ...peopleRoutes];

type Ref = { $ref: string };
type Media = { schema: Schema; example?: unknown };
type Parameter = {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: Schema;
  style?: string;
  explode?: boolean;
  example?: unknown;
};
type Response = { description: string; headers?: Record<string, Ref>; content?: Record<string, Media> };
export type OpenApiOperation = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  'x-scope'?: string;
  security: Record<string, string[]>[];
  parameters?: (Parameter | Ref)[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Response | Ref>;
};
export type OpenApiDocument = {
  openapi: '3.1.0';
  info: Record<string, unknown>;
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  webhooks: Record<string, { post: OpenApiOperation }>;
  components: Record<string, Record<string, unknown>> & { schemas: Components };
};

const ref = (place: string): Ref => ({ $ref: `#/components/${place}` });
/** Whose answer is kept under a key; visitors have no account to keep it in. */
const keyed = (route: Route) => route.method === 'POST' && !route.op.actors.includes('visitor');
const writes = (route: Route) => route.method === 'POST' || route.method === 'PATCH';

/** Refusals that an operation can meet beyond its own, because of how it is called. */
export function faultsOf(route: Route): FaultCode[] {
  const codes = new Set<FaultCode>([
    'parameter_missing',
    'parameter_unknown',
    'parameter_invalid',
    ...(writes(route) ? (['body_invalid', 'body_too_large'] as const) : []),
    ...(keyed(route) ? (['idempotency_key_invalid', 'idempotency_conflict', 'idempotency_in_flight'] as const) : []),
    'authentication_required',
    'key_invalid',
    'key_expired',
    'permission_denied',
    'rate_limited',
    'internal',
    'unavailable',
    ...route.op.faults,
  ]);
  return faultCodes.filter((code) => codes.has(code));
}

export function openapi(public_url: string): OpenApiDocument {
  const schemas: Components = { Problem: problemSchema };
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    const at = paths[route.path] ?? {};
    at[route.method.toLowerCase()] = operationOf(route, schemas);
    paths[route.path] = at;
  }
  const nouns = [...new Set(routes.map((route) => nounOf(route.op.name)))];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Florin API',
      version: '1',
      description: `Amounts are integers in the minor unit of their currency. Times are ISO 8601 in UTC. Errors are problem documents (RFC 9457). The guide and the examples are at ${public_url}/docs.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: public_url }],
    tags: nouns.map((noun) => ({ name: nounText(noun).title, description: nounText(noun).text })),
    paths,
    webhooks: Object.fromEntries(eventTypes.map((type) => [type, { post: webhookOf(type, schemas) }])),
    components: {
      schemas,
      securitySchemes: { ...securitySchemes, accessToken: tokenScheme(public_url), session: sessionScheme },
      parameters: { IdempotencyKey: idempotencyKey, ...webhookHeaders },
      headers,
      responses: sharedResponses,
    },
  };
}

function operationOf(route: Route, schemas: Components): OpenApiOperation {
  const { op } = route;
  const { in_path, rest } = splitInput(plain(op.input), route.path);
  const query = writes(route) ? [] : Object.entries(rest.properties ?? {});
  const example = op.example ?? {};
  const in_body = Object.fromEntries(
    Object.entries(example).filter(([name]) => !in_path.some(([known]) => known === name)),
  );
  const parameters: (Parameter | Ref)[] = [
    ...in_path.map(
      ([name, schema]): Parameter => ({ name, in: 'path', required: true, ...described(schema, schemas) }),
    ),
    ...query.map(([name, schema]) =>
      queryParameter(name, schema, rest.required?.includes(name) ?? false, schemas, example[name]),
    ),
    ...(keyed(route) ? [ref('parameters/IdempotencyKey')] : []),
  ];
  const has_body = writes(route) && Object.keys(rest.properties ?? {}).length > 0;
  const publishable = op.actors.includes('publishable');
  return {
    operationId: op.name,
    tags: [nounText(nounOf(op.name)).title],
    summary: op.summary,
    description: publishable ? `${op.description} May be called with a publishable key.` : op.description,
    'x-scope': op.scope,
    security: securityOf(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(has_body
      ? {
          requestBody: {
            required: (rest.required?.length ?? 0) > 0,
            content: {
              'application/json': {
                schema: hoist(rest, schemas),
                ...(Object.keys(in_body).length > 0 ? { example: in_body } : {}),
              },
            },
          },
        }
      : {}),
    responses: {
      [String(route.status ?? 200)]: {
        description: 'Done.',
        headers: {
          'Request-Id': ref('headers/Request-Id'),
          ...(keyed(route) ? { 'Idempotent-Replayed': ref('headers/Idempotent-Replayed') } : {}),
        },
        content: route.download
          ? { 'text/csv': { schema: { type: 'string' } } }
          : { 'application/json': { schema: hoist(plain(op.output), schemas) } },
      },
      ...problemResponses(faultsOf(route)),
    },
  };
}

/** What opens it: a session opens all that a secret key does, if the person's roles allow. */
function securityOf({ op }: Route): Record<string, string[]>[] {
  if (op.actors.includes('visitor')) return [{}];
  const session = { session: [] };
  if (!op.actors.includes('secret')) return [session];
  return [
    { secretKey: [] },
    { accessToken: [op.scope] },
    ...(op.actors.includes('publishable') ? [{ publishableKey: [] }] : []),
    session,
  ];
}

const described = (schema: Schema, schemas: Components): { schema: Schema; description?: string } => {
  const { description, ...rest } = schema;
  return { ...(description === undefined ? {} : { description }), schema: hoist(rest, schemas) };
};

/** As native/input.ts reads it: a list by repeating the name, an object as `name[key]=value`. */
function queryParameter(
  name: string,
  schema: Schema,
  required: boolean,
  schemas: Components,
  example: unknown,
): Parameter {
  const style =
    schema.type === 'array'
      ? { style: 'form', explode: true }
      : schema.type === 'object'
        ? { style: 'deepObject', explode: true }
        : {};
  return {
    name,
    in: 'query',
    required,
    ...described(schema, schemas),
    ...style,
    ...(example === undefined ? {} : { example }),
  };
}

function problemResponses(codes: FaultCode[]): Record<string, Response | Ref> {
  const made: Record<string, Response | Ref> = {};
  for (const code of codes) {
    const status = String(problems[code].status);
    if (made[status]) continue;
    const same = codes.filter((other) => String(problems[other].status) === status);
    const shared = Object.entries(sharedCodes).find(
      ([, known]) => known.length === same.length && same.every((c) => known.includes(c)),
    );
    made[status] = shared ? ref(`responses/${shared[0]}`) : problemResponse(same);
  }
  return made;
}

function problemResponse(codes: readonly FaultCode[]): Response {
  const retried = codes.some(
    (code) => code === 'rate_limited' || code === 'unavailable' || code === 'idempotency_in_flight',
  );
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
    headers: {
      'Request-Id': ref('headers/Request-Id'),
      ...(retried ? { 'Retry-After': ref('headers/Retry-After') } : {}),
    },
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            ref('schemas/Problem'),
            { type: 'object', properties: { code: { type: 'string', enum: [...codes] } } },
          ],
        },
      },
    },
  };
}

const sharedCodes: Record<string, readonly FaultCode[]> = {
  Unauthorized: ['authentication_required', 'key_invalid', 'key_expired'],
  Forbidden: ['permission_denied'],
  NotFound: ['not_found'],
  TooLarge: ['body_too_large'],
  TooManyRequests: ['rate_limited'],
  Broken: ['internal'],
  Unavailable: ['unavailable'],
  Invalid: ['parameter_missing', 'parameter_unknown', 'parameter_invalid'],
};
const sharedResponses = Object.fromEntries(
  Object.entries(sharedCodes).map(([name, codes]) => [name, problemResponse(codes)]),
);

const problemSchema: Schema = {
  title: 'Problem',
  description: 'Why a request was refused, after RFC 9457.',
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'doc_url', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'Names the kind of problem; the same address as `doc_url`.' },
    title: { type: 'string', description: 'The kind of problem, in words.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What happened this time and how to mend it. For people; go by `code`.' },
    code: { type: 'string', enum: [...faultCodes], description: 'Stable: write your code against it.' },
    param: { type: 'string', description: 'The field at fault, such as `line_items[0].quantity`.' },
    doc_url: { type: 'string', format: 'uri', description: 'Where the code is explained.' },
    request_id: {
      type: 'string',
      description: 'Tell it to whoever runs this installation; the log has the request under it.',
    },
  },
};

const securitySchemes = {
  secretKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'sk_test_… or sk_live_…',
    description: 'A secret key, for servers only.',
  },
  publishableKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'pk_test_… or pk_live_…',
    description: 'A publishable key: may be seen in a browser; makes tokens and reads one session.',
  },
};

/** With the scopes that operations name; docs/scopes.md has the others. */
const tokenScheme = (public_url: string) => ({
  type: 'oauth2',
  description: 'A token of an access key, for one hour.',
  flows: {
    clientCredentials: {
      tokenUrl: `${public_url}/oauth/token`,
      scopes: Object.fromEntries(
        routes
          .filter(({ op }) => op.actors.includes('secret'))
          .map(({ op }): [string, string] => [
            op.scope,
            op.scope.replace(/^(.*):(.*)$/, 'To $2 $1.').replaceAll('_', ' '),
          ])
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    },
  },
});

const sessionScheme = {
  type: 'apiKey',
  in: 'cookie',
  name: 'florin_session',
  description:
    'A person who is signed in. `Florin-Account` chooses the account; a write needs the `Origin` of the installation.',
};

const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and parameters give the same answer, done once; kept for 30 days. A UUID is a good one.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
};

const webhookHeaders: Record<string, Parameter> = {
  WebhookId: {
    name: 'webhook-id',
    in: 'header',
    required: true,
    description: 'The event’s id; the same at every try.',
    schema: { type: 'string' },
  },
  WebhookTimestamp: {
    name: 'webhook-timestamp',
    in: 'header',
    required: true,
    description: 'Seconds since 1970, when this try was signed.',
    schema: { type: 'string' },
  },
  WebhookSignature: {
    name: 'webhook-signature',
    in: 'header',
    required: true,
    description: '`v1,` and a base64 HMAC-SHA-256; two of them, with a space between, while a secret is being rotated.',
    schema: { type: 'string' },
  },
};

const headers = {
  'Request-Id': {
    description: 'Names this request in the log; also in every problem document.',
    schema: { type: 'string' },
  },
  'Idempotent-Replayed': {
    description: '`true` when the answer is that of an earlier request with the same idempotency key.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Retry-After': {
    description: 'Seconds to wait before the same request makes sense again.',
    schema: { type: 'integer' },
  },
};

/** The payload is the object that the type names, when an operation shows one. */
function webhookOf(type: string, schemas: Components): OpenApiOperation {
  const noun = type.split('.')[0] ?? '';
  const payload = Object.entries(schemas).find(([, schema]) => schema.properties?.['object']?.const === noun)?.[0];
  const said: Schema = {
    type: 'object',
    properties: {
      type: { type: 'string', const: type },
      ...(payload === undefined ? {} : { data: ref(`schemas/${payload}`) }),
    },
  };
  return {
    operationId: `event.${type}`,
    tags: ['Events'],
    summary: type,
    description: 'Sent by POST to each endpoint that chose it, signed as Standard Webhooks says.',
    security: [],
    parameters: Object.keys(webhookHeaders).map((name) => ref(`parameters/${name}`)),
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { allOf: [ref('schemas/Event'), said] } } },
    },
    responses: {
      '2XX': { description: 'Taken. Anything else, or nothing within 15 seconds, is tried again.' },
      '410': { description: 'Gone: the endpoint is disabled.' },
    },
  };
}
