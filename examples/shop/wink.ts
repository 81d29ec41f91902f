// The shop's two calls in the Wink Merchant dialect, for SHOP_API=wink: the same shop, the same page, another wire format. The secret
// key stays on this server: it must never be sent to a browser or written to a log.

import { FlorinError, type Session } from './florin.ts';

/** Both headers, as the merchant's dashboard spells them: X-Wink-MerchantId and X-Wink-SecretKey. */
export type WinkOptions = { api_base: string; headers: Record<string, string> };

type Part = { name: string; amount: number };
export type NewSession = {
  line_items: { name: string; description: string; quantity: number; unit_amount: number }[];
  discounts: Part[];
  taxes: Part[];
  amount_total: number;
  currency: string;
  success_url: string;
  cancel_url: string;
  merchant_reference: string;
};

type WinkSession = {
  id: string;
  url: string;
  status: Session['status'];
  paymentStatus: string;
  totalPrice: number;
  currency: string;
  lineItems: { name: string; quantity: number; unitPrice: number }[];
  taxes: Part[];
  discounts: Part[];
  customerEmail: string | null;
  reference: string | null;
};

/** The shop reckons in whole cents, Wink writes euros. */
const euros = (cents: number) => cents / 100;
const cents = (amount: number) => Math.round(amount * 100);

export function wink({ api_base, headers }: WinkOptions) {
  async function call<T>(method: string, path: string, body?: unknown, idempotency_key?: string): Promise<T> {
    const response = await fetch(`${api_base}/wink/v1${path}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotency_key === undefined ? {} : { 'idempotency-key': idempotency_key }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    }).catch(() => {
      throw new FlorinError(0, 'The payment service could not be reached.');
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer as T;
    const { error } = (answer ?? {}) as { error?: { message?: string; requestId?: string } };
    throw new FlorinError(response.status, error?.message ?? `It answered ${response.status}.`, error?.requestId);
  }

  const part = ({ name, amount }: Part) => ({ name, amount: euros(amount) });
  const back = ({ name, amount }: Part) => ({ name, amount: cents(amount) });

  return {
    async createSession(order: NewSession, idempotency_key: string): Promise<Session> {
      const body = {
        totalPrice: euros(order.amount_total),
        currency: order.currency,
        lineItems: order.line_items.map(({ name, description, quantity, unit_amount }) => ({
          name,
          description,
          quantity,
          unitPrice: euros(unit_amount),
        })),
        discounts: order.discounts.map(part),
        taxes: order.taxes.map(part),
        successUrl: order.success_url,
        cancelUrl: order.cancel_url,
        reference: order.merchant_reference,
      };
      return sessionOf(await call<WinkSession>('POST', '/checkout-sessions', body, idempotency_key));
    },
    getSession: async (id: string): Promise<Session> =>
      sessionOf(await call<WinkSession>('GET', `/checkout-sessions/${encodeURIComponent(id)}`)),
  };

  function sessionOf(s: WinkSession): Session {
    return {
      id: s.id,
      url: s.url,
      status: s.status,
      payment_status: s.paymentStatus,
      amount_total: cents(s.totalPrice),
      currency: s.currency,
      line_items: s.lineItems.map(({ name, quantity, unitPrice }) => ({
        name,
        quantity,
        unit_amount: cents(unitPrice),
      })),
      discounts: s.discounts.map(back),
      taxes: s.taxes.map(back),
      customer_email: s.customerEmail,
      merchant_reference: s.reference,
    };
  }
}
