// Every route of the table, fed from its own schema: right, nearly right and wild inputs. Never a 5xx, never silence; the answer
// is a problem document or a success that fits the operation's output. The short run draws the same inputs every time, so that its verdict
// is one about the code; LONG=1 draws new ones, fifty times as many, and FUZZ_SEED repeats them.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { peopleRoutes } from '../../src/api/native/people-routes.ts';
import { routes as keyRoutes } from '../../src/api/native/routes.ts';
import type { Route } from '../../src/api/route.ts';
import { faultCodes } from '../../src/kit/fault.ts';
import { openSession, visit } from '../kit/people.ts';
import { openWorld, type Reply, type World } from '../kit/world.ts';

const routes = [...keyRoutes, ...peopleRoutes];
const for_people = new Set<Route>(peopleRoutes);
/** Of somebody who may everything; made anew for each route, because some of them end it. */
let cookie = '';

const long = process.env.LONG === '1';
const runs = long ? 10_000 : 200;
/** Beside the count: half a minute for all routes together; a slow machine stops earlier. */
const route_ms = long ? 120_000 : Math.max(150, 25_000 / routes.length);
const seed = Number(process.env.FUZZ_SEED ?? (long ? Math.floor(Math.random() * 2 ** 31) : 20_261_121));
const patience_ms = 30_000;

type Node = {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  anyOf?: Node[];
  allOf?: Node[];
  patternProperties?: Record<string, Node>;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  maxItems?: number;
};

/** Ids that exist, so that a part of the calls gets past the first look-up. */
const known: Record<string, string[]> = {};

const strange = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  1,
  1.5,
  2 ** 53,
  -(2 ** 53),
  1e308,
  '',
  ' ',
  '0',
  'null',
  'a\u0000b',
  '\ud800',
  '\u202e',
  '😀'.repeat(50),
  'x'.repeat(3_000),
  "'; drop table payments; --",
  '{}',
  '[]',
  '%00',
  '../..',
  '__proto__',
  [],
  {},
  [[]],
  [null],
  { a: { b: { c: [] } } },
  ['a', 1],
  '2026-02-30T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '0000-01-01T00:00:00Z',
  '١٢٣',
);

/** What the schema allows, mostly: values at and around its bounds, known ids, currencies. */
function fitting(node: Node, name: string): fc.Arbitrary<unknown> {
  const ids = known[name];
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum) return fc.constantFrom(...node.enum);
  if (node.anyOf) return fc.oneof(...node.anyOf.map((n) => fitting(n, name)));
  if (name === 'currency') return fc.constantFrom('USD', 'JPY', 'KWD', 'BTC', 'usd', 'ABC');
  if (node.format === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
      .map((at) => at.toISOString());
  switch (node.type) {
    case 'integer':
    case 'number': {
      const [min, max] = [node.minimum ?? -1_000, node.maximum ?? 1_000_000];
      return fc.oneof(
        fc.integer({ min: Math.max(min, -(2 ** 52)), max: Math.min(max, 2 ** 52) }),
        fc.constantFrom(min, max, Math.min(max, min + 1), Math.min(max, 1_000)),
      );
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string': {
      const plain = fc.string({
        minLength: node.minLength ?? 0,
        maxLength: Math.min(node.maxLength ?? 40, 60),
        unit: 'grapheme',
      });
      const shaped = node.pattern === undefined ? plain : byPattern(name, node.pattern);
      return ids && ids.length > 0
        ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: shaped })
        : shaped;
    }
    case 'array':
      return fc.array(fitting(node.items ?? {}, name), { maxLength: Math.min(node.maxItems ?? 4, 4) });
    case 'object':
      if (node.patternProperties)
        return fc.dictionary(fc.string({ minLength: 1, maxLength: 40 }), fc.string({ maxLength: 60 }), { maxKeys: 5 });
      return objectOf(node);
    default:
      return strange;
  }
}

const byPattern = (name: string, pattern: string): fc.Arbitrary<string> => {
  if (name === 'number')
    return fc.constantFrom(
      '4242424242424242',
      '5555 5555 5555 4444',
      '4000000000000002',
      '4242424242424241',
      '4539578763621486',
    );
  if (name.includes('url')) return fc.webUrl({ validSchemes: ['http', 'https'] });
  if (name.includes('email')) return fc.constantFrom('ada@example.com', 'ADA@EXAMPLE.COM', 'é@ü.example', 'a@b');
  if (name === 'country') return fc.constantFrom('DE', 'US', 'ZZ');
  if (name === 'cvc') return fc.constantFrom('123', '1234', '000');
  try {
    return fc.stringMatching(new RegExp(pattern), { maxLength: 60 });
  } catch {
    return fc.string();
  }
};

function objectOf(node: Node): fc.Arbitrary<Record<string, unknown>> {
  const properties = propertiesOf(node);
  const required = node.required ?? [];
  return fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, fitting(child, name)])),
    { requiredKeys: Object.keys(properties).filter((name) => required.includes(name)) },
  );
}

const propertiesOf = (node: Node): Record<string, Node> => ({
  ...node.properties,
  ...Object.assign({}, ...(node.allOf ?? []).map(propertiesOf)),
});

/** One or two things wrong: a value replaced, a name added, dropped or bent, or no object at all. */
const inputFor = (node: Node): fc.Arbitrary<unknown> => {
  const good = objectOf(node);
  const names = Object.keys(propertiesOf(node));
  const bent = fc
    .tuple(good, fc.constantFrom(...names, 'zzz', '__proto__', 'constructor', ''), strange)
    .map(([input, name, value]) => withOwn(input, name, value));
  const dropped = fc
    .tuple(good, fc.constantFrom(...names, 'zzz'))
    .map(([input, name]) => Object.fromEntries(Object.entries(input).filter(([n]) => n !== name)));
  return fc.oneof(
    { weight: 4, arbitrary: good },
    { weight: 4, arbitrary: bent },
    { weight: 1, arbitrary: dropped },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 3, withNullPrototype: false }) },
  );
};

const withOwn = (input: Record<string, unknown>, name: string, value: unknown) =>
  Object.fromEntries([...Object.entries(input), [name, value]]);

const idempotency = fc.option(fc.oneof(fc.constantFrom('k1', 'k2', 'k3'), fc.string({ maxLength: 300 })), {
  nil: undefined,
  freq: 3,
});

describe(`schema-aware fuzz, seed ${seed}`, () => {
  let w: World;
  before(async () => {
    // No latency of the simulator's, and limits that a flood does not meet. Endpoints are refused by the loopback at once.
    w = await openWorld({
      config: { rate_limit: { per_second: 1_000_000, burst: 1_000_000 }, provider_timeout_ms: 500 },
    });
    await seedRows(w);
  });
  after(() => w.close());

  // Keys are the way in: revoking them would end the run, so their deletion is fuzzed last.
  const ordered = [...routes].sort(
    (a, b) => Number(a.op.name === 'api_keys.revoke') - Number(b.op.name === 'api_keys.revoke'),
  );
  for (const route of ordered) {
    test(`${route.method} ${route.path}`, { timeout: route_ms * 4 + 120_000 }, async () => {
      const output = Compile(route.op.output);
      if (for_people.has(route)) cookie = await openSession(w, ['admin']);
      // From the first call on: making the inputs' generators takes its own time.
      let until = Number.POSITIVE_INFINITY;
      const reached = { success: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(inputFor(route.op.input as Node), idempotency, fc.boolean(), async (input, key, wild_id) => {
          if (reached.success + reached.refused === 0) until = Date.now() + route_ms;
          if (Date.now() > until) return;
          const reply = await within(send(w, route, input, { key, wild_id }));
          if (reply.status < 300) {
            reached.success += 1;
            if (route.download) return;
            assert.ok(
              output.Check(reply.body),
              `${route.op.name} answered what its schema does not say: ${JSON.stringify(output.Errors(reply.body).slice(0, 3))} ${reply.text.slice(0, 300)}`,
            );
            return;
          }
          reached.refused += 1;
          isSoundProblem(reply);
        }),
        {
          numRuns: runs,
          seed,
          endOnFailure: !long,
          interruptAfterTimeLimit: route_ms * 4 + 20_000,
          markInterruptAsFailure: false,
        },
      );
      assert.ok(reached.success + reached.refused > 0);
    });
  }

  test('the books still hold', async () => {
    await w.verify();
  });
});

function isSoundProblem(reply: Reply): void {
  const { status, body, text } = reply;
  assert.ok(status >= 400 && status < 500, `${status}: ${text.slice(0, 500)}`);
  assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8', text.slice(0, 300));
  assert.ok((faultCodes as readonly unknown[]).includes(body.code) && body.code !== 'internal', text.slice(0, 300));
  assert.equal(body.status, status);
  assert.equal(body.request_id, reply.headers['request-id']);
  assert.ok(
    typeof body.detail === 'string' && body.detail.length > 10 && body.detail.length < 2_000,
    text.slice(0, 300),
  );
}

async function send(
  w: World,
  route: Route,
  input: unknown,
  { key, wild_id }: { key: string | undefined; wild_id: boolean },
): Promise<Reply> {
  const fields =
    input !== null && typeof input === 'object' && !Array.isArray(input) ? (input as Record<string, unknown>) : {};
  const { id, ...rest } = fields;
  const prefix = route.path.split('/')[2] ?? '';
  const own = known[prefix]?.[0];
  const text = wild_id && typeof id === 'string' ? id.slice(0, 190) : (own ?? 'x_none');
  // What cannot stand in a path at all is for http.test.ts.
  const segment = encodeURIComponent(text.isWellFormed() && text !== '.' && text !== '..' ? text : 'x');
  const path = route.path.replace(/\{(id|token)\}/, segment === '' ? 'x' : segment);
  if (for_people.has(route)) return sendAsPerson(w, route, path, input, rest);
  const headers: Record<string, string> =
    key === undefined ? {} : { 'idempotency-key': key.replaceAll(/[^\x20-\x7e]/g, '?') };
  if (route.method === 'POST' || route.method === 'PATCH') {
    const body = fields === input && route.path.includes('{id}') ? rest : input;
    return w.call(route.method, path, undefined, { raw: JSON.stringify(body) ?? '', headers });
  }
  const query = Object.entries(rest).flatMap(([name, value]) => pairsOf(name, value));
  return w.call(route.method, `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`, undefined, { headers });
}

async function sendAsPerson(w: World, route: Route, path: string, input: unknown, rest: Record<string, unknown>) {
  const writes = route.method === 'POST' || route.method === 'PATCH';
  if (writes) return visit(w, route.method, path, route.path.includes('{') ? rest : input, { cookie });
  const query = Object.entries(rest).flatMap(([name, value]) => pairsOf(name, value));
  return visit(w, route.method, `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`, undefined, { cookie });
}

function pairsOf(name: string, value: unknown): string[] {
  const encode = (part: unknown) =>
    encodeURIComponent(String(typeof part === 'object' ? JSON.stringify(part) : part).toWellFormed());
  if (Array.isArray(value)) return value.map((v) => `${encode(name)}=${encode(v)}`);
  if (value !== null && typeof value === 'object')
    return Object.entries(value).map(([key, v]) => `${encode(name)}[${encode(key)}]=${encode(v)}`);
  return [`${encode(name)}=${encode(value)}`];
}

/** An answer that never comes is a failure, and says so. */
async function within<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${patience_ms} ms`)), patience_ms);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** One of everything, and its ids under the names by which inputs ask for them. */
async function seedRows(w: World): Promise<void> {
  const post = async (path: string, body: Record<string, unknown>) => {
    const reply = await w.call('POST', path, body);
    assert.ok(reply.status < 300, reply.text);
    return reply.body;
  };
  const customer = (await post('/v1/customers', { name: 'Fuzz', email: 'ada@example.com', reference: 'fuzz' })).id;
  const method = (await post('/v1/payment_methods', { customer, token: await w.token() })).id;
  const tokens: string[] = [];
  for (let i = 0; i < 5; i++) tokens.push(await w.token());
  const held = (
    await post('/v1/payments', { amount: 900_000, currency: 'USD', token: await w.token(), capture: false })
  ).id;
  const paid = (await post('/v1/payments', { amount: 900_000, currency: 'USD', token: await w.token() })).id;
  const pending = (await post('/v1/payments', { amount: 900_000, currency: 'USD' })).id;
  const refund = (await post('/v1/refunds', { payment: paid, amount: 5 })).id;
  const session = (await post('/v1/checkout_sessions', { amount_total: 500, currency: 'USD', customer })).id;
  const endpoint = (
    await post('/v1/webhook_endpoints', { url: 'http://127.0.0.1:9/hooks', events: ['refund.created'] })
  ).id;
  await post('/v1/refunds', { payment: paid, amount: 5 });
  await w.work();
  const delivery = (await w.call('GET', '/v1/deliveries?limit=1')).body.data[0]?.id;
  const event = (await w.call('GET', '/v1/events?limit=1')).body.data[0]?.id;
  Object.assign(known, {
    customer: [customer],
    payment_method: [method],
    default_payment_method: [method],
    token: tokens,
    payment: [paid, held],
    checkout_session: [session],
    event_id: [event],
    endpoint_id: [endpoint],
    object_id: [paid, refund],
    starting_after: [paid, refund],
    ending_before: [held],
    payments: [held],
    refunds: [refund],
    customers: [customer],
    payment_methods: [method],
    checkout_sessions: [session],
    webhook_endpoints: [endpoint],
    deliveries: delivery === undefined ? [] : [delivery],
    events: [event],
    id: [paid, held, pending, refund, customer, method, session, endpoint],
  });
}
