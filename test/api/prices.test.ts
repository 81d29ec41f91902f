// Prices over HTTP: several currencies under one id, tiers and packs, an edit as another snapshot, and what checkout makes of them. What
// must not appear: a sum from the browser, or an open session that changes because a price did.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { made, payPage, priceOf, sessionNow, sessionOf } from '../kit/catalog.ts';
import { walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let product: string;
before(async () => {
  w = await openWorld();
  product = (await made(w, '/v1/products', { name: 'Beans', localized_names: { de: 'Bohnen' }, description: '1 kg' }))
    .id;
});
after(() => w.close());

const price = (more: Record<string, unknown> = {}) =>
  made(w, '/v1/prices', { product, amounts: [{ currency: 'USD', unit_amount: 1_000 }], ...more });
const refused = (body: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
  refuses(w, ['POST', '/v1/prices', { product, amounts: [{ currency: 'USD', unit_amount: 1 }], ...body }], expected);

describe('prices', () => {
  test('every field; its terms are its first snapshot', async () => {
    const made_ = await price({
      type: 'recurring',
      amounts: [
        { currency: 'USD', unit_amount: 1_000 },
        { currency: 'JPY', unit_amount: 1_500 },
      ],
      pricing_model: 'per_seat',
      recurring: { interval: 'month', interval_count: 3, trial_days: 14 },
      transform_quantity: { divide_by: 5, round: 'up' },
      nickname: 'Team',
      lookup_key: 'team-quarterly',
      priority: 2,
      metadata: { a: '1' },
    });
    assert.match(made_.id, /^price_[0-9a-z]{26}$/);
    const terms = {
      pricing_model: 'per_seat',
      amounts: [
        { currency: 'USD', unit_amount: 1_000, tiers: null },
        { currency: 'JPY', unit_amount: 1_500, tiers: null },
      ],
      transform_quantity: { divide_by: 5, round: 'up' },
      meter: null,
      tiers_mode: null,
      recurring: { interval: 'month', interval_count: 3, trial_days: 14 },
    };
    assert.deepEqual(made_, {
      id: made_.id,
      object: 'price',
      product,
      type: 'recurring',
      ...terms,
      snapshot: made_.snapshot,
      nickname: 'Team',
      lookup_key: 'team-quarterly',
      priority: 2,
      active: true,
      metadata: { a: '1' },
      created_at: made_.created_at,
      updated_at: made_.created_at,
    });
    assert.deepEqual((await w.call('GET', `/v1/prices/${made_.id}`)).body, made_);
    const { data } = (await w.call('GET', `/v1/prices/${made_.id}/snapshots`)).body;
    assert.deepEqual(data, [
      { id: made_.snapshot, object: 'price_snapshot', price: made_.id, ...terms, created_at: made_.created_at },
    ]);
  });

  test('an edit of the terms is another snapshot; a name is not; no snapshot is ever changed', async () => {
    const first = await price({ nickname: 'a' });
    const named = (await w.call('PATCH', `/v1/prices/${first.id}`, { nickname: 'b' })).body;
    assert.deepEqual([named.snapshot, named.nickname], [first.snapshot, 'b']);
    const raised = (
      await w.call('PATCH', `/v1/prices/${first.id}`, { amounts: [{ currency: 'USD', unit_amount: 1_100 }] })
    ).body;
    assert.notEqual(raised.snapshot, first.snapshot);
    const { data } = (await w.call('GET', `/v1/prices/${first.id}/snapshots`)).body;
    assert.deepEqual(
      data.map((s: { id: string; amounts: { unit_amount: number }[] }) => [s.id, s.amounts[0]?.unit_amount]),
      [
        [raised.snapshot, 1_100],
        [first.snapshot, 1_000],
      ],
    );
    await walks(w, `/v1/prices/${first.id}/snapshots`, [raised.snapshot, first.snapshot], [1, 2]);
    await assert.rejects(
      sql`update price_snapshots set amounts = '[1]' where id = ${first.snapshot}`.execute(w.env.db.query),
      /permission denied|append-only/,
    );
  });

  test('many edits at once: as many snapshots, and the price names the last of them', async () => {
    const first = await price();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        w.call('PATCH', `/v1/prices/${first.id}`, { amounts: [{ currency: 'USD', unit_amount: 2_000 + i }] }),
      ),
    );
    const now = (await w.call('GET', `/v1/prices/${first.id}`)).body;
    const { data } = (await w.call('GET', `/v1/prices/${first.id}/snapshots?limit=100`)).body;
    assert.equal(data.length, 21);
    assert.deepEqual(data.find((s: { id: string }) => s.id === now.snapshot)?.amounts, now.amounts);
  });

  test('the default price of a product; it cannot be archived before another one is', async () => {
    const p = await price({ default: true });
    assert.equal((await w.call('GET', `/v1/products/${product}`)).body.default_price, p.id);
    await refuses(w, ['POST', `/v1/prices/${p.id}/archive`], {
      code: 'state_invalid',
      param: 'id',
      detail: /default price/,
    });
    await w.call('PATCH', `/v1/products/${product}`, { default_price: null });
    assert.equal((await w.call('POST', `/v1/prices/${p.id}/archive`)).body.active, false);
    await refuses(w, ['PATCH', `/v1/products/${product}`, { default_price: p.id }], {
      code: 'state_invalid',
      param: 'default_price',
      detail: /archived/,
    });
    assert.equal((await w.call('POST', `/v1/prices/${p.id}/unarchive`)).body.active, true);
  });

  test('lists by product, type, active and lookup key, both ways', async () => {
    const other = await priceOf(w, 5, { lookup_key: 'five' });
    const ids = async (query: string) =>
      (await w.call('GET', `/v1/prices?limit=100&${query}`)).body.data.map((p: { id: string }) => p.id);
    assert.deepEqual(await ids(`product=${other.product}`), [other.id]);
    assert.deepEqual(await ids('lookup_key=five'), [other.id]);
    assert.equal((await ids('type=recurring')).length, 1);
    await walks(w, `/v1/prices?product=${product}`, await ids(`product=${product}`), [1, 2, 100]);
    assert.deepEqual(await ids('active=false'), []);
  });

  test('refusals name the field and the fix', async () => {
    const usd = { currency: 'USD', unit_amount: 1 };
    await refused(
      { amounts: [usd, usd] },
      { code: 'parameter_invalid', param: 'amounts[1].currency', detail: /stands once/ },
    );
    await refused(
      { amounts: [{ currency: 'usd', unit_amount: 1 }] },
      { code: 'currency_unsupported', param: 'amounts[0].currency', detail: /'USD'/ },
    );
    await refused(
      { amounts: [{ currency: 'USD' }] },
      { code: 'parameter_missing', param: 'amounts[0].unit_amount', detail: /required/ },
    );
    await refused(
      { pricing_model: 'tiered_volume' },
      { code: 'parameter_invalid', param: 'amounts[0].unit_amount', detail: /tiers/ },
    );
    const tiers = (list: unknown[]) => ({
      pricing_model: 'tiered_graduated',
      amounts: [{ currency: 'USD', tiers: list }],
    });
    await refused(tiers([{ up_to: 5 }]), {
      code: 'parameter_invalid',
      param: 'amounts[0].tiers[0].up_to',
      detail: /no end/,
    });
    await refused(tiers([{ up_to: 5 }, { up_to: 5 }, { up_to: null }]), {
      code: 'parameter_invalid',
      param: 'amounts[0].tiers[1].up_to',
      detail: /after 5/,
    });
    await refused({ type: 'recurring' }, { code: 'parameter_missing', param: 'recurring', detail: /how often/ });
    await refused(
      { recurring: { interval: 'month' } },
      { code: 'parameter_invalid', param: 'recurring', detail: /'recurring'/ },
    );
    await refused(
      { type: 'recurring', recurring: { interval: 'year', interval_count: 4 } },
      { code: 'parameter_invalid', param: 'recurring.interval_count', detail: /three years/ },
    );
    await refused({ pricing_model: 'usage' }, { code: 'parameter_invalid', param: 'pricing_model', detail: /metered/ });
    await refused({ product: 'prod_x' }, { code: 'not_found', param: 'product', detail: /No product/ });
    await refused({ lookup_key: 'five' }, { code: 'parameter_invalid', param: 'lookup_key', detail: /Another price/ });
  });
});

describe('prices on checkout', () => {
  test('the sum is ours, in the session’s currency, with the product’s name in its language', async () => {
    const p = await price({
      amounts: [
        { currency: 'USD', unit_amount: 1_000 },
        { currency: 'EUR', unit_amount: 900 },
      ],
    });
    const free = { name: 'Shipping', quantity: 1, unit_amount: 500 };
    const s = await sessionOf(w, {
      currency: 'EUR',
      locale: 'de-AT',
      line_items: [{ price: p.id, quantity: 3 }, free],
    });
    assert.deepEqual([s.amount_total, s.amount_subtotal], [3_200, 3_200]);
    assert.deepEqual(s.line_items, [
      {
        name: 'Bohnen',
        description: '1 kg',
        quantity: 3,
        unit_amount: 900,
        amount: 2_700,
        price: p.id,
        price_snapshot: p.snapshot,
        product,
      },
      free,
    ]);
    assert.deepEqual(await sessionNow(w, s.id), s);
  });

  test('tiers and packs: the line has its amount, and no amount of one', async () => {
    const tiered = await price({
      pricing_model: 'tiered_graduated',
      amounts: [
        {
          currency: 'USD',
          tiers: [
            { up_to: 5, unit_amount: 700 },
            { up_to: null, unit_amount: 600, flat_amount: 50 },
          ],
        },
      ],
    });
    const packed = await price({ transform_quantity: { divide_by: 10, round: 'up' } });
    const s = await sessionOf(w, {
      line_items: [
        { price: tiered.id, quantity: 7 },
        { price: packed.id, quantity: 11 },
      ],
    });
    assert.deepEqual(
      s.line_items.map((line: Record<string, unknown>) => [line.unit_amount, line.amount]),
      [
        [null, 4_750],
        [null, 2_000],
      ],
    );
    assert.equal(s.amount_total, 6_750);
    const page = await w.app.server.inject({ method: 'GET', url: `/pay/${s.id}` });
    assert.ok(page.body.includes('Qty 7') && page.body.includes('$67.50'));
    assert.equal((await payPage(w, s.id)).body.state, 'complete');
    const { payment } = await sessionNow(w, s.id);
    assert.equal((await w.call('GET', `/v1/payments/${payment}`)).body.amount_captured, 6_750);
    await w.verify();
  });

  test('an open session keeps the terms under which it was made', async () => {
    const p = await price();
    const s = await sessionOf(w, { line_items: [{ price: p.id, quantity: 1 }] });
    await w.call('PATCH', `/v1/prices/${p.id}`, { amounts: [{ currency: 'USD', unit_amount: 9_900 }] });
    await w.call('POST', `/v1/prices/${p.id}/archive`);
    assert.equal((await payPage(w, s.id)).body.state, 'complete');
    const now = await sessionNow(w, s.id);
    assert.deepEqual([now.amount_total, now.line_items[0].price_snapshot], [1_000, p.snapshot]);
  });

  test('a total that is sent must be the one that is computed; nothing from the page changes it', async () => {
    const p = await price();
    const line_items = [{ price: p.id, quantity: 2 }];
    assert.equal((await sessionOf(w, { amount_total: 2_000, line_items })).amount_total, 2_000);
    const refuse = (body: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
      refuses(w, ['POST', '/v1/checkout_sessions', { currency: 'USD', ...body }], expected);
    await refuse(
      { amount_total: 1_999, line_items },
      { code: 'total_mismatch', param: 'amount_total', detail: /-1 \(-\$0.01\)|difference is/ },
    );
    const s = await sessionOf(w, { line_items });
    const pressed = await payPage(w, s.id, { amount: 1 });
    // What the page showed is compared, and never taken.
    assert.deepEqual([pressed.body.code, pressed.body.param], ['parameter_invalid', 'amount']);
    assert.equal((await sessionNow(w, s.id)).payment, null);
    await refuse(
      { line_items: [{ price: p.id, quantity: 1, unit_amount: 1 }] },
      { code: 'parameter_invalid', param: 'line_items[0].unit_amount', detail: /said by the price/ },
    );
    await refuse(
      { line_items: [{ quantity: 1, unit_amount: 1 }] },
      { code: 'parameter_missing', param: 'line_items[0].name', detail: /required/ },
    );
    await refuse(
      { line_items: [{ name: 'A', quantity: 1 }] },
      { code: 'parameter_missing', param: 'line_items[0].unit_amount', detail: /required/ },
    );
    await refuse(
      { line_items: [{ price: 'price_x', quantity: 1 }] },
      { code: 'not_found', param: 'line_items[0].price', detail: /No price/ },
    );
    await refuse(
      { currency: 'EUR', line_items },
      { code: 'currency_unsupported', param: 'line_items[0].price', detail: /but in USD/ },
    );
    await refuse({}, { code: 'parameter_missing', param: 'amount_total', detail: /line items/ });
    const dear = await price({ amounts: [{ currency: 'USD', unit_amount: 999_999_999_999 }] });
    await refuse(
      { line_items: [{ price: dear.id, quantity: 2 }] },
      { code: 'amount_too_large', param: 'line_items[0].quantity', detail: /Lower/ },
    );
    const nothing = await price({ amounts: [{ currency: 'USD', unit_amount: 0 }] });
    await refuse(
      { line_items: [{ price: nothing.id, quantity: 2 }] },
      { code: 'amount_too_small', param: 'line_items', detail: /cost nothing/ },
    );
  });

  test('another merchant’s price is no price', async () => {
    const p = await price();
    const reply = await w.call(
      'POST',
      '/v1/checkout_sessions',
      { currency: 'USD', line_items: [{ price: p.id, quantity: 1 }] },
      { as: w.other.secret },
    );
    assert.deepEqual([reply.status, reply.body.code], [404, 'not_found']);
  });
});
