// Everything that a call can throw, as classes to catch by. Messages are Florin's own words where it gave some. They must never
// hold a key, a secret or what was sent.

import type { Problem } from './generated/types.ts';

/** Anything that this package throws by itself. What your own `AbortSignal` gives as its reason is thrown as it is. */
export class FlorinError extends Error {
  override name = 'FlorinError';
}

/** The package is used wrongly: a bad option, an empty id, a secret key in a browser. Nothing was sent. */
export class UsageError extends FlorinError {
  override name = 'UsageError';
}

/** No answer came, or it broke off. With the same idempotency key it is safe to call again: it is done once. */
export class ConnectionError extends FlorinError {
  override name = 'ConnectionError';
  /** The key that was sent, if one was: give it to `idempotencyKey` to ask for the same effect again. */
  readonly idempotencyKey: string | undefined;
  constructor(message: string, detail: { cause?: unknown; idempotencyKey?: string | undefined } = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.idempotencyKey = detail.idempotencyKey;
  }
}

/** No answer came within `timeoutMs`. What was asked for may have happened all the same. */
export class TimeoutError extends ConnectionError {
  override name = 'TimeoutError';
}

/** Something answered, and it is not Florin's API: a proxy's page, a redirect, text that is no JSON. Look at `baseUrl`. */
export class UnexpectedAnswerError extends FlorinError {
  override name = 'UnexpectedAnswerError';
  /** HTTP status. */
  readonly status: number;
  constructor(message: string, status: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}

/** What a refusal is made of. */
export interface Refusal {
  status: number;
  /** The problem document as it came, unknown fields included; undefined when the answer was none. */
  problem: Problem | undefined;
  requestId: string | undefined;
  retryAfterMs: number | undefined;
  idempotencyKey: string | undefined;
}

/** Florin answered with a refusal (4xx) or broke (5xx). `message` is its `detail`: what happened and how to mend it. */
export class ApiError extends FlorinError {
  override name = 'ApiError';
  /** HTTP status. */
  readonly status: number;
  /** Stable: write your code against it. Undefined when the answer was no problem document. */
  readonly code: Problem['code'] | undefined;
  /** The field at fault, such as `line_items[0].quantity`. */
  readonly param: string | undefined;
  /** Where the code is explained. */
  readonly docUrl: string | undefined;
  /** Names the request in Florin's log. */
  readonly requestId: string | undefined;
  /** After how many milliseconds the same request makes sense again; undefined when Florin did not say. */
  readonly retryAfterMs: number | undefined;
  /** The key that was sent, if one was. */
  readonly idempotencyKey: string | undefined;
  /** The problem document as it came (RFC 9457), with fields that this version does not know. */
  readonly problem: Problem | undefined;

  constructor(message: string, refusal: Refusal) {
    super(message);
    this.status = refusal.status;
    this.code = refusal.problem?.code;
    this.param = refusal.problem?.param;
    this.docUrl = refusal.problem?.doc_url;
    this.requestId = refusal.requestId;
    this.retryAfterMs = refusal.retryAfterMs;
    this.idempotencyKey = refusal.idempotencyKey;
    this.problem = refusal.problem;
  }
}

/** 400, 405, 413, 422: what was sent cannot be done. `param` names the field. */
export class InvalidRequestError extends ApiError {
  override name = 'InvalidRequestError';
}

/** 401: no key, an unknown key, or one that has expired. */
export class AuthenticationError extends ApiError {
  override name = 'AuthenticationError';
}

/** 403: the key may not do this. */
export class PermissionError extends ApiError {
  override name = 'PermissionError';
}

/** 404: there is no such object in this account. */
export class NotFoundError extends ApiError {
  override name = 'NotFoundError';
}

/** This server has no such room (yet): it does not know the path (`route_not_found`). A newer server may. */
export class NotOfferedError extends NotFoundError {
  override name = 'NotOfferedError';
}

/** 409: not possible in the present state of the object. */
export class ConflictError extends ApiError {
  override name = 'ConflictError';
}

/** 409 about the idempotency key: it was used for something else, or its first request is still being worked on. */
export class IdempotencyError extends ConflictError {
  override name = 'IdempotencyError';
}

/** 429: too many requests, and still so after the retries. `retryAfterMs` says how long to wait. */
export class RateLimitError extends ApiError {
  override name = 'RateLimitError';
}

/** 5xx: something broke on the server's side, and still does after the retries. */
export class ServerError extends ApiError {
  override name = 'ServerError';
}

/** The error of a refusal, by its code first and its status else. `call` names the request: `GET /v1/payments`. */
export function apiError(call: string, refusal: Refusal): ApiError {
  const { status, problem } = refusal;
  const code = problem?.code ?? '';
  const message = problem?.detail || problem?.title || `Florin answered ${call} with ${status} and no explanation.`;
  if (code === 'route_not_found')
    return new NotOfferedError(
      `This Florin server has no ${call}: it lacks that room. A newer server may have it; see also that baseUrl is Florin's own address. It said: ${message}`,
      refusal,
    );
  if (code.startsWith('idempotency_') && status === 409) return new IdempotencyError(message, refusal);
  return new (classes[status] ?? (status >= 500 ? ServerError : InvalidRequestError))(message, refusal);
}

const classes: Record<number, typeof ApiError> = {
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  429: RateLimitError,
};
