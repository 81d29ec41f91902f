// What every refusal of the native API must be: a problem document whose detail names the fix, tied to its request, and no
// row written. Tests say what is refused and why; this file says the rest once.

import assert from 'node:assert/strict';
import { problems } from '../../src/api/native/errors.ts';
import type { FaultCode } from '../../src/kit/fault.ts';
import { changedTables, rowCounts } from './row-counts.ts';
import type { CallOptions, Reply, World } from './world.ts';

export type Refusal = {
  code: FaultCode;
  /** Left out: the answer must name no parameter. */
  param?: string;
  /** What the caller is told to do. */
  detail: RegExp;
};

export type Request = [method: string, path: string, body?: unknown, options?: CallOptions];

/** Makes the call and holds its answer against `expected`; returns the answer for what else a test wants to say of it. */
export async function refuses(world: World, request: Request, expected: Refusal): Promise<Reply> {
  const before = await rowCounts(world);
  const reply = await world.call<Record<string, unknown>>(...request);
  isProblem(reply, expected);
  assert.deepEqual(
    changedTables(before, await rowCounts(world)),
    [],
    `a refused ${request[0]} ${request[1]} writes nothing`,
  );
  return reply;
}

export function isProblem(reply: Reply, expected: Refusal): void {
  const { code, param, detail } = expected;
  const { status, title } = problems[code];
  const { body } = reply;
  assert.equal(reply.status, status, `${code} is ${status}; got ${reply.text}`);
  assert.equal(body.code, code, reply.text);
  assert.equal(body.param, param, reply.text);
  assert.match(String(body.detail), detail);
  assert.equal(body.status, status);
  assert.equal(body.title, title);
  assert.equal(body.doc_url, `http://florin.test/docs#error-${code}`);
  assert.equal(body.type, body.doc_url);
  assert.match(String(body.request_id), /^req_[0-9a-z]{26}$/);
  assert.equal(body.request_id, reply.headers['request-id']);
  assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8');
  assert.equal(reply.headers['cache-control'], 'no-store');
  assert.equal(reply.headers['x-content-type-options'], 'nosniff');
  const names = [
    'type',
    'title',
    'status',
    'detail',
    'code',
    ...(param === undefined ? [] : ['param']),
    'doc_url',
    'request_id',
  ];
  assert.deepEqual(Object.keys(body), names, 'a problem says these things and nothing else');
}
