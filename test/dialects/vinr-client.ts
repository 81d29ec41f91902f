// A client of VINR's API written from its reference alone: the paths, the bearer key, the payment's fields. It knows nothing of ours,
// so what it can do here a program written for VINR can.

import { createHmac, timingSafeEqual } from 'node:crypto';

export type VinrPayment = {
  id: string;
  object: 'payment';
  status: 'pending' | 'requires_authentication' | 'completed' | 'failed' | 'cancelled';
  amount: number;
  currency: string;
  description?: string;
  returnUrl?: string;
  checkoutUrl?: string;
  metadata: Record<string, string>;
  created_at: string;
};

export class VinrFailure extends Error {
  readonly status: number;
  readonly error: { type: string; code: string; message: string; param?: string; request_id: string };
  constructor(status: number, error: VinrFailure['error']) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

type Body = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
type Any = any;

export class Vinr {
  readonly #base: string;
  readonly #key: string;
  constructor(base: string, key: string) {
    this.#base = base;
    this.#key = key;
  }

  async #call<T>(method: string, path: string, body?: Body, idempotencyKey?: string): Promise<T> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.#key}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = (await response.json()) as { error: VinrFailure['error'] };
    if (!response.ok) throw new VinrFailure(response.status, answer.error);
    return answer as T;
  }

  payments = {
    create: (body: Body) => this.#call<VinrPayment>('POST', '/payments', body),
    retrieve: (id: string) => this.#call<VinrPayment>('GET', `/payments/${id}`),
    list: (query = '') => this.#call<Any>('GET', `/payments${query}`),
    capture: (id: string, body?: Body) => this.#call<VinrPayment>('POST', `/payments/${id}/capture`, body),
    cancel: (id: string) => this.#call<VinrPayment>('POST', `/payments/${id}/cancel`),
  };
  refunds = {
    create: (body: Body, key?: string) => this.#call<Any>('POST', '/refunds', body, key),
    retrieve: (id: string) => this.#call<Any>('GET', `/refunds/${id}`),
    list: (query = '') => this.#call<Any>('GET', `/refunds${query}`),
  };
  webhooks = {
    create: (body: Body) => this.#call<Any>('POST', '/webhooks', body),
    list: () => this.#call<Any>('GET', '/webhooks'),
    remove: (id: string) => this.#call<Any>('DELETE', `/webhooks/${id}`),
    constructEvent(body: string, signature: string, timestamp: string, secret: string): Any {
      const expected = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest();
      const given = Buffer.from(signature, 'hex');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('bad signature');
      return JSON.parse(body);
    },
  };
  settlements = {
    list: (query = '') => this.#call<Any>('GET', `/settlements${query}`),
    retrieve: (id: string) => this.#call<Any>('GET', `/settlements/${id}`),
    transactions: (id: string) => this.#call<Any>('GET', `/settlements/${id}/transactions`),
  };
}
