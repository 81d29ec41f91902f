// What can go wrong, by a code that a program can tell apart. Messages are for developers: they name the cause and the fix.

/** Every `code` of a {@link FlorinError}. */
export const FLORIN_ERROR_CODES = {
  /** The key is no publishable key. */
  INVALID_PUBLIC_KEY: 'INVALID_PUBLIC_KEY',
  /** No environment was named, it is not known, or it does not fit the key; or the address of a host is none. */
  INVALID_CHECKOUT_ENV: 'INVALID_CHECKOUT_ENV',
  /** Another option of `loadFlorin` is not valid. */
  INVALID_LOAD_OPTIONS: 'INVALID_LOAD_OPTIONS',
  /** The bootstrap call did not get through, or was refused. */
  BOOTSTRAP_REQUEST_FAILED: 'BOOTSTRAP_REQUEST_FAILED',
  /** The bootstrap call was answered by something that is no Florin. */
  INVALID_BOOTSTRAP_RESPONSE: 'INVALID_BOOTSTRAP_RESPONSE',
  /** `redirectToCheckout` was not told which session. */
  INVALID_REDIRECT_PARAMS: 'INVALID_REDIRECT_PARAMS',
  /** An option of `initEmbeddedCheckout`, or an argument of its instance, is not valid. */
  INVALID_EMBEDDED_OPTIONS: 'INVALID_EMBEDDED_OPTIONS',
  /** A session id is not spelled like one. */
  INVALID_SESSION_ID: 'INVALID_SESSION_ID',
  /** `fetchSession` failed, or resolved to something else than a session. */
  SESSION_ID_FETCH_FAILED: 'SESSION_ID_FETCH_FAILED',
  /** A page of this origin cannot embed a checkout. */
  EMBEDDED_CHECKOUT_DISABLED: 'EMBEDDED_CHECKOUT_DISABLED',
  /** `mount` found no element. */
  CONTAINER_NOT_FOUND: 'CONTAINER_NOT_FOUND',
  /** There is no window to show a checkout in. */
  NOT_IN_BROWSER: 'NOT_IN_BROWSER',
  /** The instance was destroyed. */
  INSTANCE_DESTROYED: 'INSTANCE_DESTROYED',
  /** Event `error`: the page in the frame did not answer. */
  CHECKOUT_NOT_READY: 'CHECKOUT_NOT_READY',
  /** Event `error`: `pollStatus` failed, or resolved to something else than a state. */
  POLL_STATUS_FAILED: 'POLL_STATUS_FAILED',
} as const;

export type FlorinErrorCode = (typeof FLORIN_ERROR_CODES)[keyof typeof FLORIN_ERROR_CODES];

/** What the SDK throws. `cause` is what was caught, where something was. */
export class FlorinError extends Error {
  readonly code: FlorinErrorCode;

  constructor(code: FlorinErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'FlorinError';
    this.code = code;
  }
}
