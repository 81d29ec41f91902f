// The shape of a row in a dialect's table of routes: a path, and the operation behind it.

import type { Readable } from 'node:stream';
import type { Ctx } from '../operation/context.ts';
import type { Operation } from '../operation/operation.ts';

export type Route = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `/v1/payments/{id}/capture`. A name in braces is a property of the operation's input. */
  path: string;
  op: Operation;
  /** Status of success; 200 when not said. */
  status?: 200 | 201 | 202;
  /** Bytes of the largest body; that of the app when not said. */
  body_limit?: number;
  /** The file that the operation's answer describes: it is sent in place of the answer. */
  download?: (ctx: Ctx, answer: unknown) => Promise<{ file_name: string; content_type: string; body: Readable }>;
};

/** An operation of any input and output; what they are, its table does not need to know. */
export const row = (method: Route['method'], path: string, op: unknown, status: Route['status'] = 200): Route => ({
  method,
  path,
  op: op as Operation,
  status,
});
