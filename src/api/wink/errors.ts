// Refusals as this dialect writes them: Wink documents none, so the envelope is ours and the statuses are HTTP's. Total.

import Type from 'typebox';
import type { Fault, FaultCode } from '../../kit/fault.ts';
import type { Refusal } from '../dialect.ts';

export const statuses = {
  parameter_missing: 400,
  parameter_unknown: 400,
  parameter_invalid: 400,
  body_invalid: 400,
  body_too_large: 413,
  amount_too_large: 422,
  amount_too_small: 422,
  currency_unsupported: 400,
  total_mismatch: 422,
  authentication_required: 401,
  key_invalid: 401,
  key_expired: 401,
  sign_in_refused: 401,
  password_change_required: 403,
  permission_denied: 403,
  origin_refused: 403,
  not_found: 404,
  route_not_found: 404,
  method_not_allowed: 405,
  idempotency_key_invalid: 400,
  idempotency_conflict: 409,
  idempotency_in_flight: 409,
  state_invalid: 409,
  payment_in_progress: 409,
  payment_not_refundable: 409,
  payment_fully_refunded: 409,
  nothing_refundable: 409,
  method_not_refundable: 409,
  insufficient_balance: 409,
  bank_account_unverified: 409,
  card_invalid: 422,
  token_used: 409,
  token_expired: 409,
  live_card_in_sandbox: 422,
  session_expired: 409,
  session_complete: 409,
  promotion_code_refused: 422,
  last_key: 409,
  url_refused: 422,
  limit_reached: 409,
  rate_limited: 429,
  feature_unavailable: 422,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<FaultCode, number>;

export const WinkError = Type.Object(
  {
    error: Type.Object({
      code: Type.String(),
      message: Type.String(),
      param: Type.Optional(Type.String()),
      requestId: Type.String(),
    }),
  },
  { title: 'Error' },
);

export const refusal = (fault: Fault, at: { request_id: string }): Refusal => ({
  status: statuses[fault.code],
  headers: {},
  body: {
    error: {
      code: fault.code,
      message: fault.message,
      ...(fault.param === undefined ? {} : { param: fault.param }),
      requestId: at.request_id,
    },
  },
});
