// What a dialect beside our own is made of. Its folder fills in a `Dialect`; serve-dialect.ts serves it, dialect-openapi.ts describes
// it. A row of its table of routes turns a checked request into calls of operations; it must never decide about money.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Authenticator } from '../identity/authenticate.ts';
import type { Fault, FaultCode } from '../kit/fault.ts';
import type { Ctx, Env, WebhookDialect } from '../operation/context.ts';
import type { Operation } from '../operation/operation.ts';
import type { Standing } from './limits.ts';

export type Call = {
  ctx: Ctx;
  /** What the path named. */
  params: Record<string, string>;
  /** The `Idempotency-Key` header of a POST. */
  idempotency_key: string | undefined;
  /** Through the door. The key is given to the one call of a row that writes. */
  perform<I extends TSchema, O extends TSchema>(
    op: Operation<I, O>,
    input: Static<I>,
    idempotency_key?: string | undefined,
  ): Promise<Static<O>>;
};

type Row = {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the dialect's base: `/payments/{id}/capture`. */
  path: string;
  summary: string;
  /** The query of a GET, the body of a POST. */
  input: TSchema;
  output: TSchema;
  status?: 200 | 201;
  /** Refusals beyond those that every row has. */
  faults?: readonly FaultCode[];
  /** Sent as the example of the body. */
  example?: Record<string, unknown>;
};

export type DialectRoute = Row & { run(call: Call, input: unknown): Promise<unknown> };

export function route<I extends TSchema, O extends TSchema>(
  row: Row & { input: I; output: O; run(call: Call, input: Static<I>): Promise<Static<O>> },
): DialectRoute {
  return row as DialectRoute;
}

/** What the dialect's documentation has, and what became of it here. */
export type Coverage = {
  endpoints: readonly {
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    path: string;
    /** Where it is documented. */
    source: string;
    /** `refused`: answers in the dialect's own error format, with `why`. `not_offered`: no such path, as for any other. */
    state: 'done' | 'refused' | 'not_offered';
    why?: string;
  }[];
  /** Parameters that are taken and change nothing, on purpose. Any other unknown one is refused. */
  ignored: readonly { where: string; parameter: string; why: string }[];
  /** Documented and not here: events, fields, behaviour. */
  missing: readonly { what: string; why: string }[];
};

export type Refusal = { status: number; headers: Record<string, string>; body: unknown };

export type Dialect = {
  /** As an endpoint names it: `vinr`. */
  name: string;
  title: string;
  base: `/${string}`;
  description: string;
  routes: readonly DialectRoute[];
  coverage: Coverage;
  /** Our field names and, where it has others, the dialect's: refusals of the core are told in these. */
  names: Readonly<Record<string, string>>;
  /** True where amounts are written in major units. */
  major_units: boolean;
  contextOf(env: Env, authenticator: Authenticator, request: FastifyRequest): Promise<Ctx>;
  refusal(fault: Fault, at: { request_id: string; public_url: string }): Refusal;
  error_schema: TSchema;
  /** On every answer. `standing` is missing where no limit was asked. */
  headers(request_id: string, standing: Standing | undefined): Record<string, string>;
  /** Its content types beyond JSON. */
  openParsers?(app: FastifyInstance): void;
  content_types: readonly string[];
  security: { schemes: Record<string, unknown>; all: Record<string, string[]>[] };
  /** How an endpoint that chose it is told of events. */
  webhooks?: WebhookDialect;
  /** The sandbox keys in its spelling, for whoever starts Florin. */
  sandbox(keys: { secret_key: string; merchant_id: string }): { name: string; value: string }[];
};
