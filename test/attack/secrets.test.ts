// Canaries: distinct card numbers and codes go through every door, right and wrong, and then everything that was kept, sent or logged
// is searched for them. What must not appear: a number, its greater part, a code, a key or a signing secret, in any form.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import pino from 'pino';
import { must } from '../../src/kit/assert.ts';
import { luhn } from '../../src/vault/card.ts';
import { openCard } from '../../src/vault/sealed-card.ts';
import { openReceiver, type Receiver } from '../../src/webhooks/fixture.ts';
import { openWorld, type Reply, type World } from '../kit/world.ts';
import { authorized, long, session } from './money.ts';

const count = long ? 10_000 : 300;

const random = (below: number) => Math.floor(Math.random() * below);

/** In the range that the sandbox takes; no two alike. */
function canaries(n: number): string[] {
  const made = new Set<string>();
  while (made.size < n) {
    const start = `400000${String(100_000_000 + random(899_999_999))}`;
    const last = [...'0123456789'].find((digit) => luhn(start + digit));
    if (last !== undefined) made.add(start + last);
  }
  return [...made];
}

const declined = [
  '4000000000000002',
  '4000000000009995',
  '4000000000000069',
  '4000000000000127',
  '4000000000008021',
  '4000000000003220',
];

/** Every twelve digits in a row of any number: more of it than anybody may see. */
class Digits {
  readonly #parts = new Set<string>();
  constructor(numbers: string[]) {
    for (const number of numbers)
      for (let i = 0; i + 12 <= number.length; i++) this.#parts.add(number.slice(i, i + 12));
  }
  /** Digits may be parted by a space, a hyphen or nothing; bytes may be written as hexadecimal or base64. */
  find(text: string): string | undefined {
    return this.#plain(text) ?? this.#encoded(text);
  }
  #plain(text: string): string | undefined {
    for (const [run] of text.matchAll(/\d(?:[ -]?\d){11,}/g)) {
      const digits = run.replaceAll(/[ -]/g, '');
      for (let i = 0; i + 12 <= digits.length; i++) if (this.#parts.has(digits.slice(i, i + 12))) return run;
    }
    return undefined;
  }
  #encoded(text: string): string | undefined {
    for (const [hex] of text.matchAll(/(?:[0-9a-f]{2}){12,}/g)) {
      const found = this.#plain(Buffer.from(hex, 'hex').toString('latin1'));
      if (found) return found;
    }
    for (const [word] of text.matchAll(/[A-Za-z0-9+/_-]{16,}/g)) {
      for (let at = 0; at < 4; at++) {
        const found = this.#plain(Buffer.from(word.slice(at), 'base64').toString('latin1'));
        if (found) return found;
      }
    }
    return undefined;
  }
}

describe(`${count} payments with cards of their own`, () => {
  let world: World;
  let receiver: Receiver;
  let logged = '';
  let dump = '';
  let answers = '';
  let refusals = '';
  const numbers = canaries(count);
  const broken = canaries(100);
  const codes = numbers.map(() => String(random(1000)).padStart(3, '0'));
  const secrets: string[] = [];
  const sealed: string[] = [];

  const keep = (reply: Reply) => {
    if (reply.status >= 400) refusals += `${reply.text}\n${JSON.stringify(reply.headers)}\n`;
    else answers += `${reply.text}\n`;
    return reply;
  };

  before(async () => {
    // Bare: what our own log would mask shall not come as far as the mask.
    const stream = { write: (line: string) => (logged += line) };
    const bare = pino({ level: 'debug', base: null, serializers: { error: pino.stdSerializers.err } }, stream);
    world = await openWorld({
      log: bare,
      fee_schedule: { rules: [{ bps: 100, fixed: 0 }] },
      settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
    });
    receiver = await openReceiver((res) => res.end());
    await world.token();
    const endpoint = await world.call(
      'POST',
      '/v1/webhook_endpoints',
      { url: receiver.url, events: ['*'] },
      { key: 'endpoint' },
    );
    const rotated = await world.call(
      'POST',
      `/v1/webhook_endpoints/${endpoint.body.id}/rotate_secret`,
      {},
      { key: 'rotate' },
    );
    const made = await world.call('POST', '/v1/api_keys', { kind: 'secret', name: 'canary' }, { key: 'key' });
    const program = await world.call(
      'POST',
      '/v1/access_keys',
      { name: 'canary', scopes: ['payments'] },
      { key: 'ack' },
    );
    const rolled = await world.call('POST', `/v1/api_keys/${made.body.id}/roll`, {}, { key: 'roll' });
    const asked = await world.app.server.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: program.body.id,
        client_secret: program.body.secret,
      }).toString(),
    });
    const token = asked.json().access_token;
    await world.call('GET', `/v1/payments?description=${token}`, undefined, { as: token });
    const careless = { description: program.body.secret, metadata: { note: `use ${made.body.key}` }, zzz: token };
    keep(await world.call('POST', '/v1/payments', careless, { as: token }));
    secrets.push(
      endpoint.body.secret,
      rotated.body.secret,
      made.body.key,
      rolled.body.key,
      program.body.secret,
      token,
      world.tenant.secret,
      world.tenant.publishable,
      world.other.secret,
    );
    assert.ok(secrets.every((s) => typeof s === 'string' && s.length > 30));
    for (let from = 0; from < count; from += 10)
      await Promise.all(numbers.slice(from, from + 10).map((number, i) => pay(number, from + i)));
    for (const [i, number] of declined.entries()) await payDirect(number, '123', { key: `declined-${i}` });
    await badInputs();
    world.clock.advance(61_000);
    await world.work();
    world.clock.advance(61_000);
    await world.work();
    await world.verify();
    await world.app.request_log.flush();
    dump = await everything();
  });
  after(async () => {
    await receiver.close();
    await world.close();
  });

  async function tokenize(number: string, cvc: string, path = '/v1/tokens', key?: string): Promise<string> {
    const spelled = Math.random() < 0.3 ? number.replaceAll(/(\d{4})(?=\d)/g, '$1 ') : number;
    const typed = { number: spelled, exp_month: 12, exp_year: 2034, cvc, holder_name: 'Ada' };
    const reply = await world.call('POST', path, path === '/v1/tokens' ? { card: typed } : typed, {
      as: world.tenant.publishable,
      ...(key ? { key } : {}),
    });
    if (reply.status >= 300) throw new Error(reply.text);
    keep({ ...reply, text: JSON.stringify({ ...reply.body, id: 'shown to the customer’s browser alone' }) });
    const text = String(reply.body.id);
    const [, code = ''] = text.split('~');
    if (code) sealed.push(code);
    return text;
  }

  async function payDirect(number: string, cvc: string, { key }: { key: string }): Promise<void> {
    const token = await tokenize(number, cvc, '/v1/tokens', `token-${key}`);
    keep(await world.call('POST', '/v1/payments', { amount: 10_000 + random(9_999), currency: 'USD', token }, { key }));
  }

  /** By turns: at once, on our page, held and captured and refunded, and saved and charged again. */
  async function pay(number: string, i: number): Promise<void> {
    const cvc = codes[i] ?? '123';
    if (i % 4 === 0) return payDirect(number, cvc, { key: `direct-${i}` });
    if (i % 4 === 1) {
      const id = await session(world, 10_000 + i);
      const token = await tokenize(number, cvc, `/pay/${id}/tokens`);
      keep(
        await world.call('POST', `/pay/${id}/payments`, { token, email: `c${i}@example.com` }, { key: `page-${i}` }),
      );
      keep(await world.call('GET', `/pay/${id}`));
      return;
    }
    if (i % 4 === 2) {
      const token = await tokenize(number, cvc);
      const held = keep(
        await world.call(
          'POST',
          '/v1/payments',
          { amount: 20_000 + i, currency: 'USD', capture: false, token },
          { key: `held-${i}` },
        ),
      );
      keep(await world.call('POST', `/v1/payments/${held.body.id}/capture`, {}, { key: `capture-${i}` }));
      keep(await world.call('POST', '/v1/refunds', { payment: held.body.id, amount: 10_000 }, { key: `refund-${i}` }));
      return;
    }
    const customer = keep(await world.call('POST', '/v1/customers', { name: 'Ada' })).body.id;
    const saved = keep(
      await world.call(
        'POST',
        '/v1/payment_methods',
        { customer, token: await tokenize(number, cvc) },
        { key: `save-${i}` },
      ),
    );
    keep(
      await world.call(
        'POST',
        '/v1/payments',
        { amount: 30_000 + i, currency: 'USD', payment_method: saved.body.id, customer },
        { key: `stored-${i}` },
      ),
    );
  }

  async function badInputs(): Promise<void> {
    const [page, held] = [await session(world, 12_345), await authorized(world)];
    let used = 0;
    const number = () => must(broken[used++], 'there are numbers enough');
    const publishable = { as: world.tenant.publishable };
    const typed = (more: Record<string, unknown>) => ({
      card: { number: number(), exp_month: 12, exp_year: 2034, cvc: '918', ...more },
    });
    const wrongDigit = (n: string) => n.slice(0, -1) + ((Number(n.at(-1)) + 1) % 10);
    const tokenBodies: unknown[] = [
      typed({ pin: '1234' }),
      typed({ exp_month: 13 }),
      typed({ exp_year: 1999 }),
      typed({ exp_year: number() }),
      typed({ exp_month: Number(number()) }),
      typed({ cvc: number() }),
      typed({ cvc: '91' }),
      typed({ cvc: '9187' }),
      typed({ number: wrongDigit(number()) }),
      typed({ number: `${number()}9` }),
      typed({ number: `${number()}x` }),
      typed({ number: Number(number()) }),
      typed({ number: [number()] }),
      typed({ number: '4929420573595709' }),
      { card: number() },
      { number: number(), cvc: '918' },
      [number()],
      number(),
    ];
    for (const [i, body] of tokenBodies.entries()) {
      const refused = keep(await world.call('POST', '/v1/tokens', body, { ...publishable, key: `bad-${i}` }));
      assert.ok(refused.status >= 400 && refused.status < 500, refused.text);
      const onPage = (body as { card?: unknown }).card;
      keep(await world.call('POST', `/pay/${page}/tokens`, onPage ?? body));
    }
    for (const raw of [
      `{"card":{"number":"${number()}","cvc":"918"`,
      `{"card":{"number":${number()}x}}`,
      `number=${number()}&cvc=918`,
      `"${number()}`,
    ]) {
      for (const path of ['/v1/tokens', `/pay/${page}/tokens`, '/v1/payments', `/pay/${page}/payments`]) {
        keep(
          await world.call('POST', path, undefined, {
            raw,
            key: 'broken',
            ...(path.startsWith('/v1') ? publishable : {}),
          }),
        );
        keep(
          await world.call('POST', path, undefined, {
            raw,
            key: 'form',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          }),
        );
      }
    }
    const payments: unknown[] = [
      { amount: 1000, currency: 'USD', token: number() },
      { amount: 1000, currency: 'USD', token: `tok_${number()}~${number()}` },
      { amount: 1000, currency: 'USD', payment_method: number() },
      { amount: Number(number()), currency: 'USD' },
      { amount: number(), currency: 'USD' },
      { amount: 1000, currency: number() },
      { amount: 1000, currency: 'USD', card: { number: number(), cvc: '918' } },
      { amount: 1000, currency: 'USD', customer: number() },
      { amount: 1000, currency: 'USD', [number()]: 'a field named by a card' },
    ];
    for (const [i, body] of payments.entries()) {
      const refused = keep(await world.call('POST', '/v1/payments', body, { key: `bad-payment-${i}` }));
      assert.ok(refused.status >= 400 && refused.status < 500, refused.text);
    }
    keep(await world.call('POST', `/v1/payments/${held}/confirm`, { token: number() }));
    keep(await world.call('GET', `/v1/payments/${number()}`));
    keep(await world.call('GET', `/v1/nothing/${number()}`));
    keep(await world.call('GET', `/v1/payments?card_last_four=${number()}`));
    keep(await world.call('GET', `/pay/${number()}`));
    keep(await world.call('GET', '/v1/balances', undefined, { as: number() }));
    keep(await world.call('GET', '/v1/balances', undefined, { as: `sk_test_${number()}` }));
  }

  async function everything(): Promise<string> {
    const tables = await sql<{
      name: string;
    }>`select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(world.env.db.query);
    const parts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.ref(name)} t`.execute(
        world.env.db.query,
      );
      parts.push(...rows.map((r) => `${name} ${r.row}`));
    }
    return parts.join('\n');
  }

  const digits = new Digits([...numbers, ...broken, ...declined]);
  const places: Record<string, () => string> = {
    'the database': () => dump,
    'the log': () => logged,
    'an answer': () => answers,
    'a refusal': () => refusals,
    'a delivery': () => receiver.received.map((r) => `${JSON.stringify(r.headers)}\n${r.body}`).join('\n'),
  };

  for (const [place, read] of Object.entries(places)) {
    test(`no card number, nor twelve digits of one, is in ${place}`, () => {
      const leaks = read()
        .split('\n')
        .filter((line) => digits.find(line) !== undefined);
      assert.equal(
        leaks.length,
        0,
        `${leaks.length} lines, such as:\n${leaks
          .slice(0, 5)
          .map((l) => l.slice(0, 300))
          .join('\n')}`,
      );
    });

    test(`no security code is in ${place}`, () => {
      const named = /["']?(cvc|cvv|cvv2|cid|security_code)["']?\s*[:=]\s*["']?\d{3,4}\b/i;
      const all = new Set(codes);
      for (const line of read().split('\n')) {
        assert.ok(!named.test(line), line.slice(0, 300));
        // As a text of its own: three digits inside another text say nothing.
        for (const [, text = ''] of line.replaceAll(/"content-length":"\d+"/g, '').matchAll(/"(\d{3})"/g))
          assert.ok(!all.has(text), line.slice(0, 300));
      }
    });

    test(`no key, signing secret or sealed code is in ${place}`, () => {
      const text = read();
      for (const secret of secrets) {
        const body = secret.replace(/^(whsec_|[sp]k_test_|acs_)/, '');
        const forms = [
          body,
          Buffer.from(body, 'base64').toString('hex'),
          Buffer.from(body).toString('hex'),
          Buffer.from(body).toString('base64'),
        ];
        for (const form of forms) assert.ok(!text.includes(form), `${secret.slice(0, 10)}… is in ${place}`);
      }
      for (const code of sealed) {
        assert.ok(!text.includes(code), `a sealed code is in ${place}`);
        assert.ok(!text.includes(Buffer.from(code, 'base64url').toString('hex')), `a sealed code is in ${place}`);
      }
    });
  }

  test('the search itself finds a number in each of its spellings', () => {
    const [number = ''] = numbers;
    for (const text of [
      number,
      `x${number.slice(2, 14)}y`,
      number.replaceAll(/(\d{4})/g, '$1-'),
      Buffer.from(number).toString('hex'),
      Buffer.from(`{"n":"${number}"}`).toString('base64'),
    ]) {
      assert.ok(digits.find(`before ${text} after`), text);
    }
    assert.ok((dump.match(/^request_logs /gm)?.length ?? 0) > count, 'the calls are in the log');
    assert.ok(dump.includes('idempotency_keys') && dump.includes('delivery_tries') && receiver.received.length > count);
    assert.ok(sealed.length > count / 2);
  });

  test('what the vault seals is the number and the name on the card, and nothing else', async () => {
    const rows = await world.env.db.query.selectFrom('cards').selectAll().limit(50).execute();
    for (const row of rows) {
      const { cvc, ...rest } = await openCard(world.env, row, undefined);
      assert.equal(cvc, undefined);
      assert.deepEqual(Object.keys(rest).sort(), ['exp_month', 'exp_year', 'holder_name', 'number']);
      // 12 bytes of nonce, 16 of tag, and the text of these two.
      assert.equal(
        row.sealed.length,
        28 + JSON.stringify({ number: rest.number, holder_name: rest.holder_name }).length,
      );
    }
  });
});
