// Refusals as VINR writes them. The table is total, and its statuses are those that VINR documents: 400, 401, 402, 403, 404, 409,
// 422, 429 and 500; what HTTP has further ones for is told by the code.

import Type from 'typebox';
import type { Fault, FaultCode } from '../../kit/fault.ts';
import type { Refusal } from '../dialect.ts';

type ErrorType =
  | 'authentication_error'
  | 'invalid_request_error'
  | 'card_error'
  | 'billing_error'
  | 'rate_limit_error'
  | 'api_error';
type Row = { status: 400 | 401 | 402 | 403 | 404 | 409 | 422 | 429 | 500; type: ErrorType; code: string };

const invalid = (status: 400 | 404 | 422, code: string): Row => ({ status, type: 'invalid_request_error', code });
const billing = (status: 409 | 422, code: string): Row => ({ status, type: 'billing_error', code });
const card = (code: string): Row => ({ status: 402, type: 'card_error', code });

export const errors = {
  parameter_missing: invalid(400, 'parameter_missing'),
  parameter_unknown: invalid(400, 'parameter_unknown'),
  parameter_invalid: invalid(400, 'parameter_invalid'),
  body_invalid: invalid(400, 'body_invalid'),
  body_too_large: invalid(400, 'body_too_large'),
  amount_too_large: billing(422, 'amount_too_large'),
  amount_too_small: billing(422, 'amount_too_small'),
  currency_unsupported: invalid(400, 'currency_unsupported'),
  total_mismatch: invalid(422, 'total_mismatch'),
  authentication_required: { status: 401, type: 'authentication_error', code: 'invalid_api_key' },
  key_invalid: { status: 401, type: 'authentication_error', code: 'invalid_api_key' },
  key_expired: { status: 401, type: 'authentication_error', code: 'expired_api_key' },
  sign_in_refused: { status: 401, type: 'authentication_error', code: 'sign_in_refused' },
  password_change_required: { status: 403, type: 'authentication_error', code: 'password_change_required' },
  permission_denied: { status: 403, type: 'authentication_error', code: 'permission_denied' },
  origin_refused: { status: 403, type: 'authentication_error', code: 'origin_refused' },
  not_found: invalid(404, 'not_found'),
  route_not_found: invalid(404, 'route_not_found'),
  method_not_allowed: invalid(404, 'method_not_allowed'),
  idempotency_key_invalid: invalid(400, 'idempotency_key_invalid'),
  idempotency_conflict: billing(409, 'idempotency_conflict'),
  idempotency_in_flight: billing(409, 'idempotency_in_flight'),
  state_invalid: billing(409, 'state_invalid'),
  payment_in_progress: billing(409, 'payment_in_progress'),
  payment_not_refundable: billing(409, 'payment_not_refundable'),
  payment_fully_refunded: billing(409, 'payment_fully_refunded'),
  nothing_refundable: billing(409, 'nothing_refundable'),
  method_not_refundable: billing(409, 'method_not_refundable'),
  insufficient_balance: billing(409, 'insufficient_balance'),
  bank_account_unverified: billing(409, 'bank_account_unverified'),
  card_invalid: card('card_invalid'),
  token_used: card('token_used'),
  token_expired: card('token_expired'),
  live_card_in_sandbox: card('live_card_in_sandbox'),
  session_expired: billing(409, 'session_expired'),
  session_complete: billing(409, 'session_complete'),
  promotion_code_refused: billing(422, 'promotion_code_refused'),
  last_key: billing(409, 'last_key'),
  url_refused: invalid(422, 'url_refused'),
  limit_reached: billing(409, 'limit_reached'),
  rate_limited: { status: 429, type: 'rate_limit_error', code: 'rate_limited' },
  feature_unavailable: invalid(422, 'feature_unavailable'),
  unavailable: { status: 500, type: 'api_error', code: 'unavailable' },
  internal: { status: 500, type: 'api_error', code: 'internal' },
} as const satisfies Record<FaultCode, Row>;

export const VinrError = Type.Object(
  {
    error: Type.Object({
      type: Type.String(),
      code: Type.String(),
      message: Type.String(),
      param: Type.Optional(Type.String()),
      doc_url: Type.String(),
      request_id: Type.String(),
    }),
  },
  { title: 'Error' },
);

export function refusal(fault: Fault, at: { request_id: string; public_url: string }): Refusal {
  const { status, type, code } = errors[fault.code];
  return {
    status,
    headers: status === 401 ? { 'www-authenticate': 'Bearer' } : {},
    body: {
      error: {
        type,
        code,
        message: fault.message,
        ...(fault.param === undefined ? {} : { param: fault.param }),
        doc_url: `${at.public_url}/docs#error-${fault.code}`,
        request_id: at.request_id,
      },
    },
  };
}
