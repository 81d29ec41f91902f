// Operation examples as shell commands, and the commands that make what they stand on: `{payment}` in an example is `$PAYMENT`
// in the command. The tests run exactly this text. It must never print a command that was not made here.

import { assert, must } from '../kit/assert.ts';
import { billingRecipes } from './docs-recipes-billing.ts';
import { catalogRecipes } from './docs-recipes-catalog.ts';
import { plain, type Schema, splitInput } from './docs-schema.ts';
import { routes } from './native/routes.ts';
import type { Route } from './route.ts';

export type Input = Record<string, unknown>;

type Recipe = {
  /** The operation whose answer has the id; its input may name other placeholders. */
  op: string;
  input: Input;
  /** Used up or changed by the example that names it, so each of those makes its own. */
  fresh: boolean;
  why: string;
  /** Goes before: something has to happen first. */
  first?: { op: string; input: Input; wait_s?: number };
};

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

const coffee = { amount: 1999, currency: 'USD' };

/** In the order in which they can be made. */
export const recipes: Record<string, Recipe> = {
  token: {
    op: 'tokens.create',
    input: { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } },
    fresh: true,
    why: 'a card token is used up by one payment',
  },
  disputed_token: {
    op: 'tokens.create',
    input: { card: { number: '4000000000000259', exp_month: 12, exp_year: 2034, cvc: '123' } },
    fresh: true,
    why: 'a test card whose payments are disputed',
  },
  open_dispute: {
    op: 'disputes.list',
    input: { limit: 1 },
    fresh: true,
    why: 'a dispute to answer: a payment that its customer disputes five seconds later',
    first: { op: 'payments.create', input: { ...coffee, token: '{disputed_token}' }, wait_s: 10 },
  },
  authorized_payment: {
    op: 'payments.create',
    input: { ...coffee, token: '{token}', capture: false },
    fresh: true,
    why: 'a held amount, to capture, increase or cancel',
  },
  pending_payment: { op: 'payments.create', input: coffee, fresh: true, why: 'a payment that waits for its customer' },
  unused_customer: {
    op: 'customers.create',
    input: { email: 'charles@example.com', name: 'Charles Babbage' },
    fresh: true,
    why: 'a customer to delete',
  },
  unused_payment_method: {
    op: 'payment_methods.create',
    input: { customer: '{unused_customer}', token: '{token}' },
    fresh: true,
    why: 'a saved card to detach',
  },
  unused_checkout_session: {
    op: 'checkout_sessions.create',
    input: { amount_total: 1999, currency: 'USD' },
    fresh: true,
    why: 'a session to expire',
  },
  unused_product: {
    op: 'products.create',
    input: { name: 'Coffee filters' },
    fresh: true,
    why: 'a product to archive',
  },
  unused_price: {
    op: 'prices.create',
    input: { product: '{product}', amounts: [{ currency: 'USD', unit_amount: 499 }] },
    fresh: true,
    why: 'a price to archive',
  },
  unused_coupon: {
    op: 'coupons.create',
    input: { name: 'Yesterday', percentage_bps: 1000 },
    fresh: true,
    why: 'a coupon to delete',
  },
  unused_webhook_endpoint: {
    op: 'webhook_endpoints.create',
    input: { url: 'https://example.com/unused', events: ['*'] },
    fresh: true,
    why: 'an endpoint to disable or delete',
  },
  unused_api_key: {
    op: 'api_keys.create',
    input: { kind: 'publishable', name: 'to be revoked' },
    fresh: true,
    why: 'a key to revoke',
  },
  unused_access_key: {
    op: 'access_keys.create',
    input: { name: 'to be changed', scopes: ['payments', 'reports:read'] },
    fresh: true,
    why: 'an access key to change or revoke',
  },
  unused_bank_account: {
    op: 'bank_accounts.create',
    input: {
      kind: 'hk',
      currency: 'HKD',
      holder_name: 'Acme Ltd',
      clearing_code: '123',
      branch_code: '456',
      account_number: '123456-789',
    },
    fresh: true,
    why: 'a bank account to delete',
  },
  unsent_payout: {
    op: 'payouts.create',
    input: { currency: 'USD', amount: 100, bank_account: '{bank_account}' },
    fresh: true,
    why: 'a payout to cancel before it is sent',
  },
  customer: {
    op: 'customers.create',
    input: { email: 'ada@example.com', name: 'Ada Lovelace' },
    fresh: false,
    why: 'a customer',
  },
  ...catalogRecipes,
  payment: {
    op: 'payments.create',
    input: { ...coffee, token: '{token}', customer: '{customer}' },
    fresh: false,
    why: 'a payment that went through',
  },
  refund: {
    op: 'refunds.create',
    input: { payment: '{payment}', amount: 100 },
    fresh: false,
    why: 'a refund of a part of it',
  },
  payment_method: {
    op: 'payment_methods.create',
    input: { customer: '{customer}', token: '{token}' },
    fresh: false,
    why: 'a saved card',
  },
  card_setup: {
    op: 'card_setups.create',
    input: { customer: '{customer}', token: '{token}', return_url: 'https://shop.example.com/cards' },
    fresh: false,
    why: 'a card put on file',
  },
  checkout_session: {
    op: 'checkout_sessions.create',
    input: { amount_total: 1999, currency: 'USD' },
    fresh: false,
    why: 'a checkout session',
  },
  webhook_endpoint: {
    op: 'webhook_endpoints.create',
    input: { url: 'https://example.com/florin', events: ['*'] },
    fresh: false,
    why: 'a webhook endpoint',
  },
  event: { op: 'events.list', input: { limit: 1 }, fresh: false, why: 'the latest event' },
  settlement: {
    op: 'settlements.list',
    input: { limit: 1 },
    fresh: false,
    why: 'a settlement, of what came in until now',
    first: { op: 'settlements.create', input: {} },
  },
  bank_account: {
    op: 'bank_accounts.list',
    input: { currency: 'USD', limit: 1 },
    fresh: false,
    why: 'a verified bank account',
    first: {
      op: 'bank_accounts.create',
      input: {
        kind: 'us',
        currency: 'USD',
        holder_name: 'Acme Inc.',
        routing_number: '110000000',
        account_number: '000123456789',
      },
    },
  },
  payout: {
    op: 'payouts.create',
    input: { currency: 'USD', amount: 100, bank_account: '{bank_account}' },
    fresh: false,
    why: 'a payout of what was settled',
  },
  fx_rates: { op: 'fx_rates.list', input: { limit: 1 }, fresh: false, why: 'the newest exchange rates' },
  conversion: {
    op: 'conversions.create',
    input: { from: 'USD', to: 'EUR', amount: 100 },
    fresh: false,
    why: 'a conversion of what was settled',
    first: { op: 'settlements.create', input: {} },
  },
  dispute: {
    op: 'disputes.list',
    input: { limit: 1 },
    fresh: false,
    why: 'a dispute',
    first: { op: 'payments.create', input: { ...coffee, token: '{disputed_token}' }, wait_s: 10 },
  },
  file: {
    op: 'files.create',
    input: { name: 'delivery.png', purpose: 'dispute_evidence', content_base64: pixel },
    fresh: false,
    why: 'a file: the smallest picture there is',
  },
  reconciliation: {
    op: 'reconciliations.create',
    input: {},
    fresh: false,
    why: 'a reconciliation of yesterday',
  },
  delivery: {
    op: 'deliveries.list',
    input: { endpoint_id: '{webhook_endpoint}', limit: 1 },
    fresh: false,
    why: 'a delivery to that endpoint',
    first: { op: 'webhook_endpoints.test', input: { id: '{webhook_endpoint}' }, wait_s: 2 },
  },
  api_call: {
    op: 'request_logs.list',
    input: { path: '/v1/payments', limit: 1 },
    fresh: false,
    why: 'the request id of a call that was made before',
  },
  ...billingRecipes,
};

const placeholder = /\{([a-z_]+)\}/g;

/** Names of the placeholders in an input, each once. */
export const namesIn = (input: unknown): string[] => [
  ...new Set([...JSON.stringify(input ?? {}).matchAll(placeholder)].map((match) => match[1] ?? '')),
];

export function fill(input: Input, values: Record<string, string>): Input {
  const text = JSON.stringify(input).replaceAll(placeholder, (_whole, name: string) =>
    JSON.stringify(must(values[name], `{${name}} was made`)).slice(1, -1),
  );
  return JSON.parse(text) as Input;
}

export const routeOf = (op_name: string): Route =>
  must(
    routes.find((route) => route.op.name === op_name),
    `${op_name} has a route`,
  );

/** An input in its places: path, query, body. What a client sends. */
export function requestOf(
  route: Route,
  input: Input,
): { path: string; query: [string, string][]; body: Input | undefined } {
  const { in_path, rest } = splitInput(plain(route.op.input), route.path);
  const names = in_path.map(([name]) => name);
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    String(must(input[name], `the example of ${route.op.name} has ${name}`)),
  );
  const others = Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)));
  if (route.method === 'GET' || route.method === 'DELETE')
    return {
      path,
      query: Object.entries(others).flatMap(([name, value]) => queryOf(name, value, rest)),
      body: undefined,
    };
  return { path, query: [], body: Object.keys(others).length > 0 ? others : undefined };
}

function queryOf(name: string, value: unknown, schema: Schema): [string, string][] {
  if (Array.isArray(value)) return value.map((one) => [name, String(one)]);
  if (value !== null && typeof value === 'object')
    return Object.entries(value).map(([key, one]) => [`${name}[${key}]`, String(one)]);
  assert(schema.properties?.[name], `${name} is a parameter`);
  return [[name, String(value)]];
}

export const bySecret = (route: Route): boolean => route.op.actors[0] !== 'publishable';

const shellName = (text: string) => text.replaceAll(placeholder, (_whole, name: string) => `$${name.toUpperCase()}`);
/** Between double quotes or in an open here-document these three mean something to a shell. */
const shellText = (text: string) => shellName(text.replaceAll(/[\\$`]/g, (letter) => `\\${letter}`));

export function curl(base_url: string, route: Route, input: Input): string {
  const { path, query, body } = requestOf(route, input);
  const pairs = query.map(
    ([name, value]) =>
      `${name.replaceAll('[', '%5B').replaceAll(']', '%5D')}=${encodeURIComponent(value).replaceAll('%7B', '{').replaceAll('%7D', '}')}`,
  );
  const address = shellText(`${base_url}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`);
  const verb = route.method === 'GET' || (route.method === 'POST' && body !== undefined) ? '' : `-X ${route.method} `;
  const head = [
    `curl ${verb}${/^[\w:/.-]+$/.test(address) ? address : `"${address}"`}`,
    `-H "Authorization: Bearer $${bySecret(route) ? 'FLORIN_SECRET_KEY' : 'FLORIN_PUBLISHABLE_KEY'}"`,
    ...(route.method === 'POST' ? ['-H "Idempotency-Key: $(openssl rand -hex 16)"'] : []),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", '-d @- <<JSON']),
  ].join(' \\\n  ');
  return body === undefined ? head : `${head}\n${shellText(JSON.stringify(body, null, 2))}\nJSON`;
}

/** The example of an operation as it is printed: what it uses up is made in the lines before it. Without one, nothing is printed. */
export function command(base_url: string, route: Route): string | undefined {
  const { example: input = {} } = route.op;
  if (plain(route.op.input).required?.some((name) => !Object.hasOwn(input, name))) return undefined;
  const made = namesIn(input).filter((name) => recipes[name]?.fresh);
  const before = made.map((name) => `${name.toUpperCase()}=$(new_${name})`);
  return [...before, ...(before.length > 0 ? [''] : []), curl(base_url, route, input)].join('\n');
}

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Shell functions for what is used up, then variables for the rest, for the first section of the reference. */
export function setUp(base_url: string): { keys: string; functions: string; variables: string } {
  const entries = Object.entries(recipes);
  return {
    keys: 'export FLORIN_SECRET_KEY=sk_test_…\nexport FLORIN_PUBLISHABLE_KEY=pk_test_…',
    functions: [
      '# Calls the API and prints the first id of the answer.',
      'id_of() {',
      '  curl -sS -H "Authorization: Bearer $FLORIN_SECRET_KEY" \\',
      `    -H 'Content-Type: application/json' "$@" |`,
      `    grep -o '"id":"[^"]*"' | head -n 1 | cut -d '"' -f 4`,
      '}',
      ...entries
        .filter(([, r]) => r.fresh)
        .flatMap(([name, r]) => [
          '',
          `# ${capital(r.why)}.`,
          `new_${name}() {\n  ${`${beforeOf(base_url, r)}${idOf(base_url, r)}`.replaceAll('\n', '\n  ')}\n}`,
        ]),
    ].join('\n'),
    variables: entries
      .filter(([, r]) => !r.fresh)
      .map(([name, r]) => `# ${capital(r.why)}.\n${beforeOf(base_url, r)}${name.toUpperCase()}=$(${idOf(base_url, r)})`)
      .join('\n\n'),
  };
}

function beforeOf(base_url: string, { first }: Recipe): string {
  if (!first) return '';
  return `${idOf(base_url, first)} > /dev/null${first.wait_s === undefined ? '' : `; sleep ${first.wait_s}`}\n`;
}

/** One line; ids have no letter that a shell would take for its own, so they stand between the quotes. */
function idOf(base_url: string, recipe: Pick<Recipe, 'op' | 'input'>): string {
  const route = routeOf(recipe.op);
  const { path, query, body } = requestOf(route, recipe.input);
  const value = (name: string) => (recipes[name]?.fresh ? `$(new_${name})` : `$${name.toUpperCase()}`);
  const quoted = (text: string) => text.replaceAll(placeholder, (_whole, name: string) => `'${value(name)}'`);
  const address =
    `${base_url}${path}${query.length > 0 ? `?${query.map((pair) => pair.join('=')).join('&')}` : ''}`.replaceAll(
      placeholder,
      (_whole, name: string) => value(name),
    );
  const target = /^[\w:/.-]+$/.test(address) ? address : `"${address}"`;
  const method = route.method === 'POST' ? '' : `-X ${route.method} `;
  if (body !== undefined) return `id_of ${method}${target} \\\n  -d '${quoted(JSON.stringify(body))}'`;
  return route.method === 'GET' ? `id_of ${target}` : `id_of -X ${route.method} ${target}`;
}
