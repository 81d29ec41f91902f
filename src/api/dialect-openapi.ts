// A dialect as an OpenAPI 3.1 document, made from its table of routes alone. Pure; the only thing from outside is the address that
// clients reach us by.

import { Fault, type FaultCode } from '../kit/fault.ts';
import type { Dialect, DialectRoute } from './dialect.ts';
import { type Components, hoist, plain, type Schema } from './docs-schema.ts';

const common: readonly FaultCode[] = [
  'parameter_missing',
  'parameter_unknown',
  'parameter_invalid',
  'authentication_required',
  'key_invalid',
  'key_expired',
  'permission_denied',
  'rate_limited',
  'internal',
  'unavailable',
];
const ofPost: readonly FaultCode[] = [
  'body_invalid',
  'body_too_large',
  'idempotency_key_invalid',
  'idempotency_conflict',
  'idempotency_in_flight',
];

/** Every refusal that a row can meet. */
export const faultsOf = (route: DialectRoute): readonly FaultCode[] => [
  ...new Set([...common, ...(route.method === 'POST' ? ofPost : []), ...(route.faults ?? [])]),
];

export function dialectOpenapi(dialect: Dialect, public_url: string) {
  const schemas: Components = {};
  const error = hoist(plain(dialect.error_schema), schemas);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of dialect.routes) {
    const at = paths[route.path] ?? {};
    at[route.method.toLowerCase()] = operationOf(dialect, route, schemas, error);
    paths[route.path] = at;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `Florin, the ${dialect.title} dialect`,
      version: '1',
      description: dialect.description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${public_url}${dialect.base}` }],
    security: dialect.security.all,
    paths,
    components: { schemas, securitySchemes: dialect.security.schemes },
  };
}

function operationOf(dialect: Dialect, route: DialectRoute, schemas: Components, error: Schema) {
  const input = plain(route.input);
  const fields = Object.entries(input.properties ?? {});
  const query = route.method === 'GET' ? fields : [];
  const parameters = [
    ...[...route.path.matchAll(/\{(\w+)\}/g)].map((match) => ({
      name: match[1] ?? '',
      in: 'path',
      required: true,
      schema: { type: 'string', minLength: 1, maxLength: 64 },
    })),
    ...query.map(([name, schema]) => ({
      name,
      in: 'query',
      required: input.required?.includes(name) ?? false,
      schema: hoist(schema, schemas),
    })),
    ...(route.method === 'POST' ? [idempotencyKey] : []),
  ];
  const statuses = new Map<number, FaultCode[]>();
  for (const code of faultsOf(route)) {
    const { status } = dialect.refusal(new Fault(code, ''), { request_id: '', public_url: '' });
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  }
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.method === 'POST' && fields.length > 0
      ? {
          requestBody: {
            required: (input.required?.length ?? 0) > 0,
            content: Object.fromEntries(
              dialect.content_types.map((type) => [
                type,
                { schema: hoist(input, schemas), ...(route.example ? { example: route.example } : {}) },
              ]),
            ),
          },
        }
      : {}),
    responses: {
      [String(route.status ?? 200)]: {
        description: 'Done.',
        content: { 'application/json': { schema: hoist(plain(route.output), schemas) } },
      },
      ...Object.fromEntries(
        [...statuses]
          .sort(([a], [b]) => a - b)
          .map(([status, codes]) => [
            String(status),
            { description: codes.join(', '), content: { 'application/json': { schema: error } } },
          ]),
      ),
    },
  };
}

/** `POST /payments/{id}/capture` → `post_payments_id_capture`. */
const operationId = ({ method, path }: DialectRoute) =>
  `${method.toLowerCase()}${path.replaceAll(/[{}]/g, '').replaceAll(/[^A-Za-z0-9]+/g, '_')}`;

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and parameters give the same answer, done once; kept for 30 days.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
