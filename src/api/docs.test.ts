// The reference as it is sent: nothing in it comes from elsewhere, every link leads to a place on the page, every error code has
// one, and what it tells receivers of webhooks to run accepts what we sign and nothing else.

import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { readConfig } from '../config.ts';
import { testCards } from '../connectors/simulator/cards.ts';
import { eventTypes } from '../events/event.ts';
import { must } from '../kit/assert.ts';
import { faultCodes } from '../kit/fault.ts';
import { secretText, signatureHeaders } from '../webhooks/sign.ts';
import { reference } from './docs.ts';
import { command } from './docs-examples.ts';
import { verifyByHand, verifyByLibrary } from './docs-webhooks.ts';
import { problemOf } from './native/errors.ts';
import { routes } from './native/routes.ts';

let app: FastifyInstance;
let page: { body: string; headers: Record<string, unknown> };
const plainText = () =>
  page.body
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

before(async () => {
  app = Fastify();
  await app.register(reference({ config: readConfig({ PUBLIC_URL: 'https://pay.example.com/florin' }) }));
  page = await app.inject('/docs');
});
after(() => app.close());

describe('the page', () => {
  test('allows its own style and script by hash, and nothing else', () => {
    const policy = String(page.headers['content-security-policy']);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    for (const name of ['style', 'script']) {
      const text = must(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(page.body)?.[1], name);
      assert.ok(policy.includes(`${name}-src 'sha256-${createHash('sha256').update(text).digest('base64')}'`), name);
    }
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(page.body, / style="| on[a-z]+="|<iframe|<img| src=/);
  });

  test('links to nobody else but the specification of webhooks', () => {
    const away = [...page.body.matchAll(/href="(https?:[^"]*)"/g)].map((match) => match[1]);
    assert.deepEqual(away, ['https://www.standardwebhooks.com/']);
  });

  test('has every place that it links to, and each id once', () => {
    const ids = [...page.body.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    assert.deepEqual(
      ids.filter((id, i) => ids.indexOf(id) !== i),
      [],
    );
    const dead = [...page.body.matchAll(/href="#([^"]+)"/g)]
      .filter((match) => !ids.includes(match[1]))
      .map((match) => match[1]);
    assert.deepEqual(dead, []);
  });

  test('has a section for the address that a problem document of each code links to', () => {
    for (const code of faultCodes) assert.ok(page.body.includes(`id="error-${code}"`), code);
    assert.equal(
      problemOf(new Error('x'), 'req_1', 'https://pay.example.com').body.doc_url,
      'https://pay.example.com/docs#error-internal',
    );
  });

  test('prints the command of each operation, each event type and each test card', () => {
    const text = plainText();
    for (const route of routes)
      assert.ok(text.includes(must(command('https://pay.example.com/florin', route), route.op.name)), route.op.name);
    for (const type of eventTypes) assert.ok(text.includes(type), type);
    for (const card of testCards)
      assert.ok(text.includes(card.number.replaceAll(/(\d{4})(?=\d)/g, '$1 ')), card.number);
  });

  test('no placeholder of an example is left as it was', () => {
    assert.doesNotMatch(routes.map((route) => command('https://pay.example.com', route)).join('\n'), /\{[a-z_]+\}/);
  });

  test('is sent compressed, and not again to those who have it', async () => {
    const br = await app.inject({ url: '/docs', headers: { 'accept-encoding': 'gzip, br' } });
    assert.equal(brotliDecompressSync(br.rawPayload).toString(), page.body);
    const gzip = await app.inject({ url: '/docs', headers: { 'accept-encoding': 'gzip, br;q=0' } });
    assert.equal(gunzipSync(gzip.rawPayload).toString(), page.body);
    const again = await app.inject({
      url: '/docs',
      headers: { 'accept-encoding': 'br', 'if-none-match': String(br.headers.etag) },
    });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, '');
    assert.ok(br.rawPayload.length < 110_000, `${br.rawPayload.length} bytes`);
  });
});

test('openapi.json is served for the public address, to tools of any origin', async () => {
  const reply = await app.inject('/openapi.json');
  assert.equal(reply.headers['access-control-allow-origin'], '*');
  assert.deepEqual(reply.json().servers, [{ url: 'https://pay.example.com/florin' }]);
});

describe('the verification that is printed', () => {
  const secret = Buffer.alloc(32, 7);
  const old = Buffer.alloc(32, 8);
  const body = '{"id":"evt_1","object":"event","data":{"note":"Größe 1.50"}}';
  type Verify = (secret: string, headers: Record<string, string>, body: string) => unknown;

  for (const [name, source] of [
    ['by hand', verifyByHand],
    ['by library', verifyByLibrary],
  ] as const) {
    test(`${name}: takes what we sign, also while a secret is rotated, and refuses the rest`, async () => {
      // A bare name cannot be imported from a data: address; its place can.
      const placed = source.replace("'standardwebhooks'", `'${import.meta.resolve('standardwebhooks')}'`);
      const { verify } = (await import(`data:text/javascript,${encodeURIComponent(placed)}`)) as { verify: Verify };
      const headers = signatureHeaders([secret], 'evt_1', new Date(), body);
      assert.deepEqual(verify(secretText(secret), headers, body), JSON.parse(body));
      assert.deepEqual(
        verify(secretText(old), signatureHeaders([secret, old], 'evt_1', new Date(), body), body),
        JSON.parse(body),
      );
      assert.throws(() => verify(secretText(old), headers, body));
      assert.throws(() => verify(secretText(secret), headers, body.replace('1.50', '9.50')));
      assert.throws(() => verify(secretText(secret), { ...headers, 'webhook-id': 'evt_2' }, body));
      assert.throws(() =>
        verify(secretText(secret), signatureHeaders([secret], 'evt_1', new Date(Date.now() - 600_000), body), body),
      );
    });
  }
});
