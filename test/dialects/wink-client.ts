// A client of the Wink Merchant API written from its reference: two headers, the checkout's options by their names, and the paths.
// It knows nothing of ours, so what it can do here a program written for Wink can.

export class WinkFailure extends Error {
  readonly status: number;
  readonly error: { code: string; message: string; param?: string; requestId: string };
  constructor(status: number, error: WinkFailure['error']) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

type Body = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
type Any = any;

export class Wink {
  readonly #base: string;
  readonly #headers: Record<string, string>;
  constructor(base: string, merchantId: string, secretKey: string) {
    this.#base = base;
    this.#headers = { 'X-Wink-MerchantId': merchantId, 'X-Wink-SecretKey': secretKey };
  }

  async #call(method: string, path: string, body?: Body): Promise<Any> {
    const response = await fetch(this.#base + path, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = (await response.json()) as { error: WinkFailure['error'] };
    if (!response.ok) throw new WinkFailure(response.status, answer.error);
    return answer;
  }

  createCheckoutSession = (body: Body) => this.#call('POST', '/checkout-sessions', body);
  getCheckoutSession = (id: string) => this.#call('GET', `/checkout-sessions/${id}`);
  listCustomers = (query = '') => this.#call('GET', `/customers${query}`);
  getCustomer = (id: string) => this.#call('GET', `/customers/${id}`);
  listTransactions = (query = '') => this.#call('GET', `/transactions${query}`);
  getTransaction = (id: string) => this.#call('GET', `/transactions/${id}`);
  issueRefund = (body: Body) => this.#call('POST', '/refunds', body);
  listRefunds = (query = '') => this.#call('GET', `/refunds${query}`);
  getRefund = (id: string) => this.#call('GET', `/refunds/${id}`);
}
