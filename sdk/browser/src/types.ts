// The SDK as it is seen from outside. Nothing here runs.

import type { FlorinError } from './errors.ts';

export type CheckoutEnvironment = 'sandbox' | 'production';

/** Options of `loadFlorin`. */
export interface LoadFlorinOptions {
  /** Used when `checkoutBaseUrl` is not given; without it, `FLORIN_ENV` decides. Must fit the key. */
  checkoutEnvironment?: CheckoutEnvironment;
  /** Where the checkout is, such as `https://pay.example.com`. When given, nothing is asked of the server. */
  checkoutBaseUrl?: string;
  /**
   * Where your Florin answers its API: one address, or one per environment. The bootstrap call goes to `/v1/sdk/bootstrap` below
   * it. When left out, the address from which the script was loaded (`<script src="https://pay.example.com/sdk/florin.js">`) or
   * the script's `data-api-base-url`.
   */
  apiBaseUrl?: string | { sandbox?: string; production?: string };
  /** Forwarded during bootstrap; a BCP 47 tag such as `en-US`. */
  locale?: string;
  /** Overrides the current site's origin, which is forwarded during bootstrap. */
  origin?: string;
  /** A `fetch` for runtimes without one. */
  fetchImpl?: typeof fetch;
}

/** What `loadFlorin` resolves to. */
export interface Florin {
  /**
   * Leaves for the hosted page.
   * @throws FlorinError `NOT_IN_BROWSER`, `INVALID_REDIRECT_PARAMS`, `INVALID_SESSION_ID`
   */
  redirectToCheckout(params: RedirectToCheckoutParams): Promise<void>;
  /**
   * Asks your backend for a session, to be shown inside your page by `mount`.
   * @throws FlorinError `NOT_IN_BROWSER`, `INVALID_EMBEDDED_OPTIONS`, `EMBEDDED_CHECKOUT_DISABLED`, `SESSION_ID_FETCH_FAILED`,
   *   `INVALID_SESSION_ID`
   */
  initEmbeddedCheckout(options: EmbeddedCheckoutOptions): Promise<EmbeddedCheckout>;
}

export interface RedirectToCheckoutParams {
  /** Preferred when available; wins over `sessionId`. Opaque to the SDK. */
  sessionParam?: string;
  /** Used when you only have the session's id. */
  sessionId?: string;
  /** Uses `location.replace(...)` instead of `assign(...)`. */
  replace?: boolean;
}

/** What `fetchSession` resolves to. `checkoutUrl` is mounted as it is. */
export interface CheckoutSession {
  sessionId: string;
  checkoutUrl: string;
  orderId?: string | null;
}

export type CheckoutState = 'payment' | 'pending' | 'success' | 'cancelled' | 'error' | 'expired';

export interface PollStatusContext {
  sessionId: string;
  orderId: string | undefined;
  /** 1 for the first call. */
  attempt: number;
}

/** `payload` becomes part of the payload of `state_change` and `complete`. */
export interface PollStatusResult {
  state: CheckoutState;
  payload?: Record<string, unknown>;
}

export interface EmbeddedCheckoutOptions {
  /** Must create a session on your backend (with `ui_mode` `embedded` and this page's origin) and resolve to it. */
  fetchSession: () => Promise<CheckoutSession> | CheckoutSession;
  /** Receives all events. */
  onEvent?: (event: CheckoutEvent) => void;
  /** Applies the height that the page asks for. Default: `true`. */
  autoResize?: boolean;
  /** Destroys the instance after a successful payment. Default: `true`. */
  autoDestroyOnComplete?: boolean;
  /** Asked again and again while mounted, until it resolves to a terminal state. `null`: nothing new. */
  pollStatus?: (
    context: PollStatusContext,
  ) => Promise<PollStatusResult | null | undefined> | PollStatusResult | null | undefined;
  /** Milliseconds between two polls. Default: `2000`. */
  pollIntervalMs?: number;
}

/** In every payload. */
export interface EventSession {
  sessionId: string;
  orderId: string | undefined;
}

export interface CheckoutEventPayloads {
  /** The checkout is there. */
  ready: EventSession & { state: CheckoutState };
  /** The page wants to be `height` pixels high. */
  resize: EventSession & { height: number };
  state_change: EventSession & {
    state: CheckoutState;
    previousState: CheckoutState | undefined;
    source: 'checkout' | 'poll';
    [key: string]: unknown;
  };
  /** A terminal state was reached: `success`, `cancelled`, `error` or `expired`. */
  complete: EventSession & { state: CheckoutState; source: 'checkout' | 'poll'; [key: string]: unknown };
  /** The page gave control back. `url` is your success or cancel URL: go there or not, as you like. */
  hosted_return: EventSession & { state: CheckoutState; url: string };
  /** The SDK or a poll failed. Not necessarily the end of the payment. */
  error: EventSession & { code: string; message: string; error: FlorinError };
}

export type CheckoutEventType = keyof CheckoutEventPayloads;

export type CheckoutEvent<T extends CheckoutEventType = CheckoutEventType> = {
  [K in T]: { type: K; payload: CheckoutEventPayloads[K] };
}[T];

export interface EmbeddedCheckout {
  /**
   * Mounts into an element, or the first one that a CSS selector finds.
   * @throws FlorinError `CONTAINER_NOT_FOUND`, `INSTANCE_DESTROYED`
   */
  mount(container: string | HTMLElement): void;
  /** Removes the frame; `mount` may show it again. */
  unmount(): void;
  /** Removes the frame and all handlers, for good. */
  destroy(): void;
  /** Subscribes to one type of event; returns what ends the subscription. */
  on<T extends CheckoutEventType>(type: T, handler: (event: CheckoutEvent<T>) => void): () => void;
  getState(): { mounted: boolean; destroyed: boolean };
}
