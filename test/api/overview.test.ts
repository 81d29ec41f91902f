// The overview's figures agree with the lists, by the merchant's own days and for one merchant alone; and the stream that tells pages of
// changes tells of one account alone, to those who may hear it.

import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { must } from '../../src/kit/assert.ts';
import { eventually } from '../kit/eventually.ts';
import { addPerson, enrol } from '../kit/people.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, toNoon, type World } from '../kit/world.ts';

let w: World;
const day_ms = 86_400_000;
const dayOf = (at: Date) => at.toISOString().slice(0, 10);

const pay = async (amount: number, more: Record<string, unknown> = {}, number?: string) =>
  (await w.call('POST', '/v1/payments', { amount, currency: 'USD', token: await w.token(number), ...more })).body;

before(async () => {
  w = await openWorld();
});
after(() => w.close());

test('volume, success, refunds and disputes by day and currency', async () => {
  toNoon(w);
  const first_day = dayOf(w.clock.now());
  const first = await pay(10_000);
  await pay(300, {}, '4000000000000002');
  await pay(700, { currency: 'JPY' });
  await pay(5_000, { capture: false });
  await pay(4_200, {}, '4000000000000259');
  w.clock.advance(60_000);
  await w.work();
  w.clock.advance(day_ms);
  const second_day = dayOf(w.clock.now());
  await w.call('POST', '/v1/refunds', { payment: first.id, amount: 2_500 });
  await w.call(
    'POST',
    '/v1/payments',
    { amount: 99_999, currency: 'USD', token: await otherToken() },
    { as: w.other.secret },
  );

  const { body, status, text } = await w.call('GET', `/v1/overview?from=${first_day}&to=${second_day}`);
  assert.equal(status, 200, text);
  assert.deepEqual(
    body.currencies.map((one: Record<string, unknown>) => one.currency),
    ['USD', 'JPY'],
  );
  const [usd] = body.currencies;
  const { days, ...sums } = usd;
  assert.deepEqual(sums, {
    currency: 'USD',
    payments: 4,
    succeeded: 3,
    failed: 1,
    volume: 14_200,
    refunds: 1,
    refunded: 2_500,
    disputes: 1,
    disputed: 4_200,
  });
  assert.deepEqual(
    days.map((one: Record<string, unknown>) => [one.day, one.payments, one.refunded]),
    [
      [first_day, 4, 0],
      [second_day, 0, 2_500],
    ],
  );
  const one = await w.call('GET', `/v1/overview?from=${second_day}&to=${second_day}`);
  assert.equal(one.body.currencies[0].payments, 0, 'the day before is not in it');
});

async function otherToken(): Promise<string> {
  const made = await w.call(
    'POST',
    '/v1/tokens',
    { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } },
    { as: w.other.publishable },
  );
  return String(made.body.id);
}

test('a stretch that is none, or longer than a year, is refused by name', async () => {
  const no = (query: string, param: string, detail: RegExp) =>
    refuses(w, ['GET', `/v1/overview?${query}`], { code: 'parameter_invalid', param, detail });
  await no('to=2026-02-30', 'to', /must be a day/);
  await no('from=2026-02-30&to=2026-03-04', 'from', /must be a day/);
  await no('from=2026-02-02&to=2026-02-01', 'from', /must be before 'to'/);
  await no('from=2024-01-01&to=2026-02-01', 'from', /at most 366 days/);
  await no('from=yesterday', 'from', /a day such as/);
  await refuses(w, ['GET', '/v1/overview', undefined, { as: w.tenant.publishable }], {
    code: 'permission_denied',
    detail: /secret key/,
  });
});

test('the stream tells of this account’s changes alone, and holds no object', async () => {
  await w.app.server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = w.app.server.server.address() as AddressInfo;
  const listen = (headers: Record<string, string>) =>
    new Promise<IncomingMessage>((done, failed) => {
      get({ port, path: '/v1/events/stream', headers }, done).on('error', failed);
    });

  const stranger = await listen({});
  assert.equal(stranger.statusCode, 401);
  stranger.destroy();
  const { email } = await addPerson(w, ['finance']);
  const finance = await enrol(w, email);
  const refused = await listen({
    cookie: `florin_session=${finance.cookie}`,
    'florin-account': w.tenant.account.account_id,
  });
  assert.equal(refused.statusCode, 403, 'finance has no events:read');
  refused.destroy();

  const stream = await listen({ authorization: `Bearer ${w.tenant.secret}` });
  assert.equal(stream.statusCode, 200);
  assert.equal(stream.headers['content-type'], 'text/event-stream');
  let heard = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    heard += chunk;
  });
  const other = await w.call(
    'POST',
    '/v1/payments',
    { amount: 5_150, currency: 'USD', token: await otherToken() },
    { as: w.other.secret },
  );
  const { id: mine = '' } = await pay(1_234, { email: 'secret@example.com' });
  await eventually('the page is told', () => (heard.includes(mine) ? true : undefined));
  assert.match(heard, new RegExp(`event: change\\ndata: {"type":"payment\\.\\w+","object":"${mine}"}`));
  assert.ok(!heard.includes(must(other.body.id, 'the other payment was made')), 'another account’s payment');
  assert.ok(!heard.includes('secret@example.com'), 'no object');
  stream.destroy();
});
