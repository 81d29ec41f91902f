// The one catalogue of refusals. It knows no HTTP: every dialect maps these codes by a total table.
// A Fault is what a caller did or met and can act on; a bug is an assertion (assert.ts), never a Fault.

export const faultCodes = [
  'parameter_missing',
  'parameter_unknown',
  'parameter_invalid',
  'body_invalid',
  'body_too_large',
  'amount_too_large',
  'amount_too_small',
  'currency_unsupported',
  'total_mismatch',
  'authentication_required',
  'key_invalid',
  'key_expired',
  'sign_in_refused',
  'password_change_required',
  'permission_denied',
  'origin_refused',
  'not_found',
  'route_not_found',
  'method_not_allowed',
  'idempotency_key_invalid',
  'idempotency_conflict',
  'idempotency_in_flight',
  'state_invalid',
  'payment_in_progress',
  'payment_not_refundable',
  'payment_fully_refunded',
  'nothing_refundable',
  'method_not_refundable',
  'insufficient_balance',
  'bank_account_unverified',
  'card_invalid',
  'token_used',
  'token_expired',
  'live_card_in_sandbox',
  'session_expired',
  'session_complete',
  'promotion_code_refused',
  'last_key',
  'url_refused',
  'limit_reached',
  'rate_limited',
  'feature_unavailable',
  'unavailable',
  'internal',
] as const;

export type FaultCode = (typeof faultCodes)[number];

export type FaultDetail = {
  /** The input field at fault, in the caller's own path notation: `line_items[0].quantity`. */
  param?: string;
  /** Seconds after which trying again makes sense. */
  retry_after?: number;
  /** For the log alone; never sent to a caller. */
  internal?: unknown;
  cause?: unknown;
};

export class Fault extends Error {
  readonly code: FaultCode;
  readonly param: string | undefined;
  readonly retry_after: number | undefined;
  readonly internal: unknown;

  constructor(code: FaultCode, message: string, detail: FaultDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'Fault';
    this.code = code;
    this.param = detail.param;
    this.retry_after = detail.retry_after;
    this.internal = detail.internal;
  }
}

export const isFault = (error: unknown, code?: FaultCode): error is Fault =>
  error instanceof Fault && (code === undefined || error.code === code);

/** The same answer for a stranger's id and for one that never was: existence is not told across accounts. */
export const notFound = (noun: string, id: string, param = 'id') =>
  new Fault('not_found', `No ${noun} with id '${withoutNumber(id)}' exists in this account.`, { param });

/** What a caller sent, fit to be repeated to them: a card number in the wrong field is not. */
export const withoutNumber = (text: string) => text.replaceAll(/\d(?:[ -]?\d){11,}/g, '[number]');
