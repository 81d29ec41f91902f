// What the pages of the dashboard ask beside the objects themselves: redemptions, products by a part of their name, subscriptions by what
// they cost and when they were made, and the picture of a mail. Never a row or a mail of another account.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createSubscription } from '../../src/billing/create-subscription.ts';
import { ask, newCard, newCustomer, newPrice } from '../kit/billing.ts';
import { codeOf, made, payPage, sessionOf, tryCode } from '../kit/catalog.ts';
import { walks } from '../kit/paging.ts';
import { signedIn, visit } from '../kit/people.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

type Row = Record<string, string | number | null>;
const list = async (path: string): Promise<Row[]> => {
  const reply = await w.call('GET', `/v1${path}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data;
};

test('redemptions: by payments and by subscriptions, found by coupon, code and customer', async () => {
  const code = await codeOf(w, { percentage_bps: 1_000, duration: 'forever' });
  const session = await sessionOf(w, {
    line_items: [{ name: 'Beans', unit_amount: 2_000, quantity: 1 }],
    customer_email: 'grace@example.com',
    allow_promotion_codes: true,
  });
  assert.equal((await tryCode(w, session.id, code.code)).status, 200);
  const paid = await payPage(w, session.id, { email: 'grace@example.com' });
  assert.ok(paid.status < 300, paid.text);
  const customer = await newCustomer(w);
  await newCard(w, customer);
  const price = await newPrice(w.ctx(), 3_000);
  const s = await ask(w.ctx(), createSubscription, { customer, price, coupon: code.coupon });

  const [second, first, ...more] = await list(`/redemptions?coupon=${code.coupon}`);
  assert.deepEqual(more, []);
  assert.deepEqual(
    [first?.code, first?.promotion_code, first?.email, first?.amount_discount, first?.status, first?.subscription],
    [code.code, code.id, 'grace@example.com', 200, 'confirmed', null],
  );
  assert.match(String(first?.payment), /^pay_/);
  assert.deepEqual(
    [second?.code, second?.promotion_code, second?.customer, second?.amount_discount, second?.subscription],
    [null, null, customer, 300, s.id],
  );
  assert.deepEqual(
    (await list(`/redemptions?promotion_code=${code.id}`)).map(({ id }) => id),
    [first?.id],
  );
  assert.deepEqual(
    (await list(`/redemptions?customer=${customer}`)).map(({ id }) => id),
    [second?.id],
  );
  await walks(w, '/v1/redemptions', [String(second?.id), String(first?.id)]);
  const foreign = await w.call('GET', `/v1/redemptions?coupon=${code.coupon}`, undefined, { as: w.other.secret });
  assert.deepEqual(foreign.body.data, []);
});

test('products by a part of the name: what was typed is text', async () => {
  for (const name of ['Beans from Kenya', '100% cotton', 'a_b', 'axb']) await made(w, '/v1/products', { name });
  const found = async (name: string) =>
    (await list(`/products?name=${encodeURIComponent(name)}`)).map((row) => row.name).sort();
  assert.deepEqual(await found('S FROM KEN'), ['Beans from Kenya']);
  assert.deepEqual(await found('%'), ['100% cotton']);
  assert.deepEqual(await found('a_b'), ['a_b']);
  assert.deepEqual(await found('\\'), []);
});

test('subscriptions by currency, by what a period costs, and by the day on which they were made', async () => {
  const customer = await newCustomer(w, { email: 'lists@example.com' });
  await newCard(w, customer);
  const of = async (unit_amount: number, currency: string) => {
    const price = await newPrice(w.ctx(), 0, { amounts: [{ currency, unit_amount }] });
    return (await ask(w.ctx(), createSubscription, { customer, price })).id;
  };
  const dollars = await of(4_100, 'USD');
  w.clock.advance(3_600_000);
  const between = w.clock.now().toISOString();
  w.clock.advance(3_600_000);
  const yen = await of(4_100, 'JPY');
  const found = async (query: string) =>
    (await list(`/subscriptions?customer=${customer}&${query}`)).map((row) => row.id);
  assert.deepEqual(await found('amount=4100'), [yen, dollars]);
  assert.deepEqual(await found('amount=4100&currency=JPY'), [yen]);
  assert.deepEqual(await found('amount=4101'), []);
  assert.deepEqual(await found(`created_from=${between}`), [yen]);
  assert.deepEqual(await found(`created_to=${between}`), [dollars]);
  const wrong = await w.call('GET', '/v1/subscriptions?currency=XXX');
  assert.deepEqual([wrong.status, wrong.body.param], [400, 'currency']);
  const bad = await w.call('GET', '/v1/subscriptions?created_from=yesterday');
  assert.deepEqual([bad.status, bad.body.param], [400, 'created_from']);
});

test('the picture of a mail is for who is signed in to the account, framed by ourselves, and runs nothing', async () => {
  const { account_id } = w.tenant.account;
  const at = (query: string) => `/dashboard/email-preview?account=${account_id}${query}`;
  assert.equal((await visit(w, 'GET', at('&kind=invoice_paid'))).status, 401);
  const admin = await signedIn(w, ['admin']);
  const own = (query: string) => visit(w, 'GET', at(query), undefined, { cookie: admin.cookie });
  const mail = await own('&kind=invoice_paid&language=de');
  assert.equal(mail.status, 200, mail.text);
  assert.match(mail.text, /<html[^>]* lang="de"/);
  assert.match(String(mail.headers['content-type']), /^text\/html/);
  const policy = String(mail.headers['content-security-policy']);
  assert.match(policy, /default-src 'none'.*frame-ancestors 'self'.*sandbox allow-same-origin$/);
  assert.doesNotMatch(policy, /script-src|allow-scripts/);
  for (const query of ['', '&kind=nothing', '&kind=invoice_paid&language=xx', '&kind=invoice_paid&more=1'])
    assert.equal((await own(query)).status, 400, query);
  const stranger = await signedIn(w, ['admin'], { tenant: w.other });
  const seen = await visit(w, 'GET', at('&kind=invoice_paid'), undefined, { cookie: stranger.cookie });
  assert.ok(seen.status === 403 || seen.status === 404, seen.text);
});
