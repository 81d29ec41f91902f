// Refusals as RFC 9457 problem documents. The table is total: a code without a status does not compile.

import { Fault, type FaultCode } from '../../kit/fault.ts';

type Row = { status: number; title: string };

export const problems = {
  parameter_missing: { status: 400, title: 'A parameter is missing' },
  parameter_unknown: { status: 400, title: 'A parameter is not known' },
  parameter_invalid: { status: 400, title: 'A parameter is not valid' },
  body_invalid: { status: 400, title: 'The body is not valid' },
  body_too_large: { status: 413, title: 'The body is too large' },
  amount_too_large: { status: 422, title: 'The amount is too large' },
  amount_too_small: { status: 422, title: 'The amount is too small' },
  currency_unsupported: { status: 400, title: 'The currency is not supported' },
  total_mismatch: { status: 422, title: 'The sums do not add up' },
  authentication_required: { status: 401, title: 'Authentication is required' },
  key_invalid: { status: 401, title: 'The API key is not valid' },
  key_expired: { status: 401, title: 'The API key has expired' },
  sign_in_refused: { status: 401, title: 'Signing in is refused' },
  password_change_required: { status: 403, title: 'A new password is to be chosen first' },
  permission_denied: { status: 403, title: 'Not permitted' },
  origin_refused: { status: 403, title: 'The origin is refused' },
  not_found: { status: 404, title: 'Not found' },
  route_not_found: { status: 404, title: 'No such path' },
  method_not_allowed: { status: 405, title: 'No such method on this path' },
  idempotency_key_invalid: { status: 400, title: 'The idempotency key is not valid' },
  idempotency_conflict: { status: 409, title: 'The idempotency key was used for something else' },
  idempotency_in_flight: { status: 409, title: 'The same request is still being worked on' },
  state_invalid: { status: 409, title: 'Not possible in this state' },
  payment_in_progress: { status: 409, title: 'Another change is under way' },
  payment_not_refundable: { status: 409, title: 'The payment cannot be refunded' },
  payment_fully_refunded: { status: 409, title: 'The payment is refunded in full' },
  nothing_refundable: { status: 409, title: 'There is nothing to refund' },
  method_not_refundable: { status: 409, title: 'The payment method cannot be refunded' },
  bank_account_unverified: { status: 409, title: 'The bank account is not verified' },
  insufficient_balance: { status: 409, title: 'The balance is too low' },
  card_invalid: { status: 422, title: 'The card is not valid' },
  token_used: { status: 409, title: 'The token was used already' },
  token_expired: { status: 409, title: 'The token has expired' },
  live_card_in_sandbox: { status: 422, title: 'The sandbox takes test cards only' },
  session_expired: { status: 409, title: 'The session has expired' },
  session_complete: { status: 409, title: 'The session is paid' },
  promotion_code_refused: { status: 422, title: 'The promotion code is refused' },
  last_key: { status: 409, title: 'The last key stays' },
  url_refused: { status: 422, title: 'The address is refused' },
  limit_reached: { status: 409, title: 'A limit is reached' },
  rate_limited: { status: 429, title: 'Too many requests' },
  feature_unavailable: { status: 422, title: 'Not available' },
  unavailable: { status: 503, title: 'Not available right now' },
  internal: { status: 500, title: 'Something broke on our side' },
} as const satisfies Record<FaultCode, Row>;

export type Problem = {
  status: number;
  headers: Record<string, string>;
  body: {
    type: string;
    title: string;
    status: number;
    detail: string;
    code: FaultCode;
    param?: string;
    doc_url: string;
    request_id: string;
  };
};

/** Anything that was thrown, as an answer. What is no Fault says nothing of itself; the log has it under the request id. */
export function problemOf(error: unknown, request_id: string, base_url = ''): Problem {
  const fault =
    error instanceof Fault
      ? error
      : new Fault(
          'internal',
          `Something broke on our side. Nothing is charged twice; tell us this request id: ${request_id}.`,
        );
  const { status, title } = problems[fault.code];
  const doc_url = `${base_url}/docs#error-${fault.code}`;
  return {
    status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      ...(fault.retry_after === undefined ? {} : { 'retry-after': String(Math.ceil(fault.retry_after)) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: {
      type: doc_url,
      title,
      status,
      detail: fault.message,
      code: fault.code,
      ...(fault.param === undefined ? {} : { param: fault.param }),
      doc_url,
      request_id,
    },
  };
}
