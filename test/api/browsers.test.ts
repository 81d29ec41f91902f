// What a shop's own page may call from another origin: tokens and reading a session, and nothing else.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const origin = 'https://shop.example.com';

test('a browser may ask before it sends a card, and reads the answer and the refusal', async () => {
  const asked = await w.app.server.inject({
    method: 'OPTIONS',
    url: '/v1/tokens',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });
  assert.equal(asked.statusCode, 204);
  assert.equal(asked.headers['access-control-allow-origin'], '*');
  assert.match(String(asked.headers['access-control-allow-methods']), /POST/);
  assert.match(String(asked.headers['access-control-allow-headers']), /authorization/);
  assert.equal(asked.headers['access-control-allow-credentials'], undefined);

  const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
  const made = await w.call('POST', '/v1/tokens', { card }, { as: w.tenant.publishable, headers: { origin } });
  assert.equal(made.status, 201);
  assert.equal(made.headers['access-control-allow-origin'], '*');
  const refused = await w.call(
    'POST',
    '/v1/tokens',
    { card: { ...card, number: '4242424242424241' } },
    { as: w.tenant.publishable, headers: { origin } },
  );
  assert.equal(refused.status, 422);
  assert.equal(refused.headers['access-control-allow-origin'], '*');
  const stranger = await w.call('POST', '/v1/tokens', { card }, { as: 'pk_test_nobody', headers: { origin } });
  assert.equal(stranger.status, 401);
  assert.equal(stranger.headers['access-control-allow-origin'], '*');
});

test('what takes a secret key is not opened to pages', async () => {
  const made = await w.call('GET', '/v1/payments', undefined, { headers: { origin } });
  assert.equal(made.headers['access-control-allow-origin'], undefined);
  const asked = await w.app.server.inject({ method: 'OPTIONS', url: '/v1/payments', headers: { origin } });
  assert.notEqual(asked.statusCode, 204);
});
