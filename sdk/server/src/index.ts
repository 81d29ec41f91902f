// What `@florin/sdk` exports. Nothing here has an effect when it is loaded, so that a bundler keeps only what is used.

export { Download } from './download.ts';
export {
  ApiError,
  AuthenticationError,
  ConflictError,
  ConnectionError,
  FlorinError,
  IdempotencyError,
  InvalidRequestError,
  NotFoundError,
  NotOfferedError,
  PermissionError,
  RateLimitError,
  type Refusal,
  ServerError,
  TimeoutError,
  UnexpectedAnswerError,
  UsageError,
} from './errors.ts';
export { type EventOf, isEvent } from './event.ts';
export {
  Florin,
  type InvoiceAnswer,
  type PortalSessionAnswer,
  type PortalSessionInput,
  type SubscriptionAnswer,
} from './florin.ts';
export * from './generated/resources.ts';
export type * from './generated/types.ts';
export { version } from './generated/version.ts';
export type { ClientOptions, RequestOptions } from './options.ts';
export { ListRequest, Page } from './page.ts';
export type { Fetch, FetchInit, FetchResponse, Signal, SignalLike, WebCrypto } from './runtime.ts';
export { type AnswerInfo, answerInfo, type Call, type Chance, Transport } from './transport.ts';
export {
  signWebhook,
  type VerifyInput,
  verifyWebhook,
  WebhookError,
  type WebhookErrorCode,
  type WebhookHeaders,
} from './webhooks.ts';
