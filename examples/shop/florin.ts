// The few calls that the shop makes to Florin, by the server SDK. The secret key stays on this server: it must never be
// sent to a browser or written to a log.

import {
  ApiError,
  type CheckoutSession,
  type CheckoutSessionsCreateInput,
  type Event,
  Florin as Sdk,
  FlorinError as SdkError,
  verifyWebhook,
  WebhookError,
} from '@florin/sdk';

export type FlorinOptions = { api_base: string; secret_key: string };

/** What the shop needs of a checkout session, whichever API told it. */
export type Session = {
  id: string;
  url: string;
  status: string;
  payment_status?: string;
  amount_total: number;
  currency: string;
  line_items: { name: string; quantity: number; unit_amount: number | null; amount?: number }[];
  discounts?: { name: string; amount: number }[];
  taxes?: { name: string; amount: number }[];
  customer_email?: string | null;
  merchant_reference?: string | null;
};

/** What was refused, in the words of who refused it. `status` 0: no answer came. */
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
  const sdk = new Sdk({ baseUrl: api_base, apiKey: secret_key, timeoutMs: 15_000 });
  return {
    createSession: (input: CheckoutSessionsCreateInput, idempotencyKey: string): Promise<Session> =>
      sdk.createCheckoutSession(input, { idempotencyKey }).then(sessionOf).catch(tell),

    getSession: (id: string): Promise<Session> => sdk.getCheckoutSession(id).then(sessionOf).catch(tell),

    /** The signing secret of the endpoint at `url`. It is shown once: a restarted shop has forgotten it and asks for a new one. */
    secretFor: (url: string): Promise<string> => secretFor(sdk, url).catch(tell),
  };
}

/** The event, when these bytes are Florin's; undefined when they are not. */
export async function readWebhook(
  body: Uint8Array,
  headers: Record<string, string | string[] | undefined>,
  secret: string,
): Promise<Event | undefined> {
  try {
    return await verifyWebhook({ body, headers, secret });
  } catch (error) {
    if (error instanceof WebhookError) return undefined;
    throw error;
  }
}

async function secretFor({ webhookEndpoints }: Sdk, url: string): Promise<string> {
  for await (const endpoint of webhookEndpoints.list()) {
    if (endpoint.url !== url) continue;
    const { secret } = await webhookEndpoints.rotateSecret(endpoint.id, { expires_in: 0 });
    if (endpoint.status === 'disabled') await webhookEndpoints.enable(endpoint.id);
    return shown(secret);
  }
  const made = await webhookEndpoints.create({ url, events: ['*'], description: 'Example shop' });
  // When the first answer was lost, its repetition has the endpoint and no longer the secret.
  return made.secret ?? shown((await webhookEndpoints.rotateSecret(made.id, { expires_in: 0 })).secret);
}

function shown(secret: string | null): string {
  if (secret === null) throw new FlorinError(0, 'The new secret was shown to somebody else. Start the shop again.');
  return secret;
}

const sessionOf = (session: CheckoutSession): Session => ({ ...session, url: session.url ?? '' });

function tell(error: unknown): never {
  if (error instanceof ApiError) throw new FlorinError(error.status, error.message, error.requestId);
  if (error instanceof SdkError) throw new FlorinError(0, error.message);
  throw error;
}
