// The few calls that the shop makes to Florin, with fetch alone. The secret key stays on this server: it must never be
// sent to a browser or written to a log.

export type FlorinOptions = { api_base: string; secret_key: string };

export type Session = {
  id: string;
  url: string;
  status: 'open' | 'complete' | 'expired';
  payment_status?: string;
  amount_total: number;
  currency: string;
  line_items: { name: string; quantity: number; unit_amount: number }[];
  discounts?: { name: string; amount: number }[];
  taxes?: { name: string; amount: number }[];
  customer_email?: string | null;
  merchant_reference?: string | null;
};

export type Endpoint = { id: string; url: string; status: 'enabled' | 'disabled'; secret?: string };

/** What Florin refused, in its own words (RFC 9457). `status` 0: no answer came. */
export class FlorinError extends Error {
  override name = 'FlorinError';
  readonly status: number;
  readonly request_id: string | undefined;
  constructor(status: number, detail: string, request_id?: string) {
    super(detail);
    this.status = status;
    this.request_id = request_id;
  }
}

export function florin({ api_base, secret_key }: FlorinOptions) {
  async function call<T>(method: string, path: string, body?: unknown, idempotency_key?: string): Promise<T> {
    const send = () =>
      fetch(`${api_base}/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${secret_key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotency_key === undefined ? {} : { 'idempotency-key': idempotency_key }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(15_000),
      });
    // No answer says nothing about what happened. With the same key a second try is safe: it is one effect.
    const response = await send().catch((error) => {
      if (method !== 'GET' && idempotency_key === undefined) throw unreachable(error);
      return send().catch((again) => {
        throw unreachable(again);
      });
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer as T;
    const problem = (answer ?? {}) as { detail?: string; title?: string; request_id?: string };
    throw new FlorinError(
      response.status,
      problem.detail ?? problem.title ?? `Florin answered ${response.status}.`,
      problem.request_id,
    );
  }

  return {
    createSession: (input: Record<string, unknown>, idempotency_key: string) =>
      call<Session>('POST', '/checkout_sessions', input, idempotency_key),
    getSession: (id: string) => call<Session>('GET', `/checkout_sessions/${encodeURIComponent(id)}`),
    listEndpoints: () => call<{ data: Endpoint[] }>('GET', '/webhook_endpoints?limit=100'),
    // Without an idempotency key, so that the answer with the secret is kept nowhere.
    createEndpoint: (url: string) =>
      call<Endpoint>('POST', '/webhook_endpoints', { url, events: ['*'], description: 'Example shop' }),
    rotateSecret: (id: string) =>
      call<Endpoint>('POST', `/webhook_endpoints/${encodeURIComponent(id)}/rotate_secret`, { expires_in: 0 }),
    enableEndpoint: (id: string) => call<Endpoint>('POST', `/webhook_endpoints/${encodeURIComponent(id)}/enable`, {}),
  };
}

export type Florin = ReturnType<typeof florin>;

const unreachable = (error: unknown) => {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return new FlorinError(0, `Florin could not be reached${cause}.`);
};
