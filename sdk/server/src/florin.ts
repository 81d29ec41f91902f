// The client: one transport, every resource, and the short ways that existing programs know by name. It must never hold what the
// resources or the transport decide.

import { Resources } from './generated/resources.ts';
import type { CheckoutSession, CheckoutSessionsCreateInput, Event, Payment, Refund } from './generated/types.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import { pathOf } from './query.ts';
import { type Call, type Chance, Transport } from './transport.ts';
import { type VerifyInput, verifyWebhook } from './webhooks.ts';

/** A subscription, as far as this version knows one. */
export interface SubscriptionAnswer {
  id: string;
  object: 'subscription' | (string & {});
  status: string;
  customer: string | null;
  [field: string]: unknown;
}

/** An invoice, as far as this version knows one. Amounts are integers in minor units of `currency`. */
export interface InvoiceAnswer {
  id: string;
  object: 'invoice' | (string & {});
  status: string;
  currency: string;
  [field: string]: unknown;
}

/** What a session of the customer portal needs. */
export interface PortalSessionInput {
  /** The id of the customer (`cus_…`) who will see their payments and subscriptions. */
  customer: string;
  /** Where the portal leads back to: a full address. */
  return_url?: string | undefined;
  [field: string]: unknown;
}

/** A session of the customer portal, as far as this version knows one. */
export interface PortalSessionAnswer {
  id: string;
  object: 'portal_session' | (string & {});
  /** Send the customer there. Told once: null where the answer is a repeat of an earlier one. */
  url: string | null;
  [field: string]: unknown;
}

/**
 * A client of one account. Make one and keep it: it holds no connection and nothing of a call.
 *
 * Any call may throw: `AuthenticationError`, `PermissionError`, `InvalidRequestError`, `RateLimitError`, `ServerError`,
 * `ConnectionError`, `TimeoutError`; what is particular to a call stands with it. Amounts are integers in minor units: 1999 is 19.99 USD.
 */
export class Florin extends Resources {
  readonly #transport: Transport;

  /** `chance` is for tests. @throws {UsageError} an option is missing or wrong, or a secret key is used in a browser. */
  constructor(options: ClientOptions, chance?: Chance) {
    const transport = new Transport(options, chance);
    super(transport);
    this.#transport = transport;
  }

  /**
   * A call that this version has no method for, with all that calls have: time-out, retries, errors.
   * `florin.request<{ id: string }>({ method: 'GET', path: '/v1/…' })`. For a POST set `keyed: true` where it takes an idempotency key.
   */
  request<T = unknown>(call: Call, options?: RequestOptions): Promise<T> {
    return this.#transport.send<T>(call, options);
  }

  /** Checks a delivery with the Web Crypto of this client; see `verifyWebhook`. */
  verifyWebhook(input: Omit<VerifyInput, 'crypto'>): Promise<Event> {
    return verifyWebhook({ ...input, crypto: this.#transport.crypto });
  }

  /** Create a checkout session; send the customer to its `url`. The same as `checkoutSessions.create`. */
  createCheckoutSession(input: CheckoutSessionsCreateInput, options?: RequestOptions): Promise<CheckoutSession> {
    return this.checkoutSessions.create(input, options);
  }

  /** Get a checkout session by its id (`sess_…`). The same as `checkoutSessions.get`. */
  getCheckoutSession(id: string, options?: RequestOptions): Promise<CheckoutSession> {
    return this.checkoutSessions.get(id, options);
  }

  /** Get what became of an order's money. An order is a payment here: give its id (`pay_…`). The same as `payments.get`. */
  getOrder(id: string, options?: RequestOptions): Promise<Payment> {
    return this.payments.get(id, options);
  }

  /** Get a refund by its id (`re_…`). The same as `refunds.get`. */
  getRefund(id: string, options?: RequestOptions): Promise<Refund> {
    return this.refunds.get(id, options);
  }

  /**
   * Get a subscription by its id.
   * @throws {NotOfferedError} this server has no subscriptions yet.
   */
  async getSubscription(id: string, options?: RequestOptions): Promise<SubscriptionAnswer> {
    return this.request({ method: 'GET', path: pathOf('/v1/subscriptions/{id}', { id }) }, options);
  }

  /**
   * Get an invoice by its id.
   * @throws {NotOfferedError} this server has no invoices yet.
   */
  async getInvoice(id: string, options?: RequestOptions): Promise<InvoiceAnswer> {
    return this.request({ method: 'GET', path: pathOf('/v1/invoices/{id}', { id }) }, options);
  }

  /**
   * Create a session of the customer portal; send the customer to its `url`, which works once.
   * @throws {NotOfferedError} this server has no customer portal.
   */
  customerPortalSession(input: PortalSessionInput, options?: RequestOptions): Promise<PortalSessionAnswer> {
    return this.request({ method: 'POST', path: '/v1/portal_sessions', body: input, keyed: true }, options);
  }
}
