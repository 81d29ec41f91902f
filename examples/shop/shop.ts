// A whole shop that is paid through Florin, as a merchant would write it: node:http, no framework, and the server
// SDK. The browser is sent to the hosted page and never sees the key; goods leave on the webhook, not on the success page.

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cartOf, currency, quantityOf } from './cart.ts';
import { FlorinError, florin, readWebhook, type Session } from './florin.ts';
import { eventsPage, homePage, lineItems, messagePage, policy, type ShopEvent, successPage } from './pages.ts';
import { type NewSession, wink } from './wink.ts';

export type ShopOptions = {
  port: number;
  /** 127.0.0.1 when left out; 0.0.0.0 inside a container. */
  host?: string;
  /** Florin's address without a path: http://localhost:4242 */
  api_base: string;
  secret_key: string;
  /** Wink's two headers: given them, the shop speaks the Wink dialect instead, which has no webhooks. */
  wink_headers?: Record<string, string>;
  /** Left out: the shop registers its own endpoint and asks for a secret. */
  webhook_secret?: string;
  /** How browsers reach the shop, when that is not http://localhost:port. */
  public_url?: string;
  log: (line: string) => void;
};

type Checkout = {
  createSession(order: NewSession, idempotency_key: string): Promise<Session>;
  getSession(id: string): Promise<Session>;
};

type Shop = {
  checkout: Checkout;
  /** Whether somebody tells the shop when an order is paid; if not, it asks when the customer comes back. */
  told: boolean;
  url: string;
  secret: string | undefined;
  events: ShopEvent[];
  paid: Set<string>;
  log: (line: string) => void;
};

export async function startShop(options: ShopOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { log, host = '127.0.0.1', api_base, wink_headers: headers } = options;
  const api = florin(options);
  const shop: Shop = {
    checkout: headers === undefined ? api : wink({ api_base, headers }),
    told: headers === undefined,
    url: '',
    secret: options.webhook_secret,
    events: [],
    paid: new Set(),
    log,
  };
  const server = createServer((request, response) => {
    answer(shop, request, response).catch((error) => fail(shop, response, error));
  });
  await new Promise<void>((done, failed) => server.once('error', failed).listen(options.port, host, done));
  const { port } = server.address() as AddressInfo;
  shop.url = options.public_url ?? `http://localhost:${port}`;
  if (!shop.secret && shop.told) {
    const address = `${options.public_url ?? `http://127.0.0.1:${port}`}/webhooks`;
    shop.secret = await api.secretFor(address).catch((error) => {
      log(`shop: no webhooks: ${messageOf(error)}`);
      return undefined;
    });
  }
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((done) => server.close(() => done()));
  };
  return { url: shop.url, close };
}

async function answer(shop: Shop, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop');
  switch (`${request.method} ${pathname}`) {
    case 'GET /':
      return show(response, 200, (nonce) => homePage(nonce, randomUUID()));
    case 'POST /create-checkout-session':
      return createCheckoutSession(shop, request, response);
    case 'GET /success':
      return success(shop, searchParams.get('session_id') ?? '', response);
    case 'GET /cancel':
      return show(response, 200, (nonce) =>
        messagePage(nonce, 'Nothing was charged', 'You left before paying. Everything is still here when you want it.'),
      );
    case 'POST /webhooks':
      return receiveWebhook(shop, request, response);
    case 'GET /events':
      return show(response, 200, (nonce) => eventsPage(nonce, shop.events, shop.secret !== undefined));
    default:
      return show(response, 404, (nonce) => messagePage(nonce, 'Not found', 'There is no such page in this shop.'));
  }
}

async function createCheckoutSession(shop: Shop, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams((await readBody(request, 4_096)).toString());
  const cart = cartOf((id) => quantityOf(form.get(id)));
  if (cart.lines.length === 0)
    return show(response, 422, (nonce) =>
      messagePage(nonce, 'Your basket is empty', 'Choose how many you would like, then check out.'),
    );
  const given = form.get('order_id') ?? '';
  const order_id = /^[0-9a-f-]{36}$/.test(given) ? given : randomUUID();
  const session = await shop.checkout.createSession(
    {
      line_items: lineItems(cart),
      discounts: cart.discounts,
      taxes: cart.taxes,
      amount_total: cart.amount_total,
      currency,
      success_url: `${shop.url}/success`,
      cancel_url: `${shop.url}/cancel`,
      merchant_reference: order_id,
    },
    // One order with one content is one session: pressing the button twice opens the same checkout.
    createHash('sha256')
      .update(`${order_id} ${JSON.stringify(cart)}`)
      .digest('hex'),
  );
  response.writeHead(303, { location: session.url, 'cache-control': 'no-store' }).end();
}

/** The address in the browser proves nothing: what was paid is asked of Florin, with the key. */
async function success(shop: Shop, session_id: string, response: ServerResponse): Promise<void> {
  if (!/^\w{1,64}$/.test(session_id))
    return show(response, 400, (nonce) =>
      messagePage(nonce, 'Which order?', 'This address lacks the session_id of a checkout.'),
    );
  const session = await shop.checkout.getSession(session_id);
  if (!shop.told && session.status === 'complete') fulfil(shop, session.merchant_reference ?? session.id);
  return show(response, 200, (nonce) => successPage(nonce, session));
}

async function receiveWebhook(shop: Shop, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, 1_048_576);
  const event = shop.secret && (await readWebhook(body, request.headers, shop.secret));
  if (!event) {
    response.writeHead(401).end();
    return;
  }
  const data = event.data as { id?: string; merchant_reference?: string | null } | undefined;
  // Deliveries come at least once and in any order: the event's id tells a second one.
  if (!shop.events.some((known) => known.id === event.id)) {
    shop.events.unshift({ id: event.id, type: event.type, at: new Date(), object_id: data?.id ?? '' });
    shop.events.length = Math.min(shop.events.length, 20);
    if (event.type === 'checkout_session.completed') fulfil(shop, data?.merchant_reference ?? data?.id ?? '');
  }
  response.writeHead(204).end();
}

/** Here a real shop would pack the parcel, once per order. */
function fulfil(shop: Shop, order: string): void {
  if (shop.paid.has(order)) return;
  shop.paid.add(order);
  shop.log(`shop: order ${order} is paid`);
}

function show(response: ServerResponse, status: number, page: (nonce: string) => string): void {
  const nonce = randomBytes(16).toString('base64');
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy(nonce),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .end(page(nonce));
}

function fail(shop: Shop, response: ServerResponse, error: unknown): void {
  shop.log(`shop: ${messageOf(error)}`);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const told = toldOf(error);
  show(response, told.status, (nonce) => messagePage(nonce, told.title, told.text, told.more));
}

/** What the customer is told: Florin's own words when it refused, and never the details of a bug. */
function toldOf(error: unknown): { status: number; title: string; text: string; more?: string } {
  if (error instanceof TooLarge) return { status: 413, title: 'Too much at once', text: 'The request was too large.' };
  if (!(error instanceof FlorinError))
    return { status: 500, title: 'Our mistake', text: 'Something went wrong in the shop. Nothing was charged.' };
  const more = error.request_id && `Request ${error.request_id}`;
  return { status: error.status === 404 ? 404 : 502, title: 'That did not work', text: error.message, more };
}

class TooLarge extends Error {}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) throw new TooLarge('body too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
