// Coupons over HTTP: every field, what contradicts itself, rename, and a deletion that ends every code at once.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { codeNow, codeOf, made, payPage, priceOf, sessionNow, sessionOf, tryCode } from '../kit/catalog.ts';
import { walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const eventsOf = async (id: string) =>
  (await w.env.db.query.selectFrom('events').select('type').where('object_id', '=', id).orderBy('id').execute()).map(
    (e) => e.type,
  );
const refused = (body: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
  refuses(w, ['POST', '/v1/coupons', { name: 'A', ...body }], expected);

describe('coupons', () => {
  test('every field, and what is left out', async () => {
    const price = await priceOf(w);
    const fields = {
      name: 'Launch',
      fixed_amounts: { USD: 500, JPY: 700 },
      applies_to: 'products',
      products: [price.product],
      duration: 'repeating',
      duration_months: 3,
      valid_from: '2026-01-01T00:00:00.000Z',
      valid_until: '2030-01-01T00:00:00.000Z',
      max_redemptions: 7,
      minimum_amounts: { USD: 2_000, JPY: 3_000 },
      metadata: { a: '1' },
    };
    const coupon = await made(w, '/v1/coupons', fields);
    assert.match(coupon.id, /^coup_[0-9a-z]{26}$/);
    assert.deepEqual(coupon, {
      id: coupon.id,
      object: 'coupon',
      ...fields,
      discount_type: 'fixed_amount',
      percentage_bps: null,
      prices: [],
      times_redeemed: 0,
      times_reserved: 0,
      deleted: false,
      created_at: coupon.created_at,
      updated_at: coupon.created_at,
    });
    assert.deepEqual((await w.call('GET', `/v1/coupons/${coupon.id}`)).body, coupon);
    assert.deepEqual(await eventsOf(coupon.id), ['coupon.created']);
    const plain = await made(w, '/v1/coupons', { name: 'Half', percentage_bps: 5_000 });
    assert.deepEqual(
      [plain.discount_type, plain.applies_to, plain.duration, plain.max_redemptions, plain.minimum_amounts],
      ['percentage', 'all', 'once', null, {}],
    );
  });

  test('what contradicts itself is refused by its field', async () => {
    const half = { percentage_bps: 5_000 };
    await refused({}, { code: 'parameter_missing', param: 'percentage_bps', detail: /or fixed_amounts/ });
    await refused(
      { fixed_amounts: {} },
      { code: 'parameter_missing', param: 'percentage_bps', detail: /at least one currency/ },
    );
    await refused(
      { ...half, fixed_amounts: { USD: 1 } },
      { code: 'parameter_invalid', param: 'fixed_amounts', detail: /not both/ },
    );
    await refused({ percentage_bps: 10_001 }, { code: 'parameter_invalid', param: 'percentage_bps', detail: /10000/ });
    await refused(
      { fixed_amounts: { usd: 5 } },
      { code: 'currency_unsupported', param: 'fixed_amounts.usd', detail: /'USD'/ },
    );
    await refused(
      { ...half, applies_to: 'products' },
      { code: 'parameter_missing', param: 'products', detail: /at least one/ },
    );
    await refused(
      { ...half, products: ['prod_x'] },
      { code: 'parameter_invalid', param: 'products', detail: /applies_to/ },
    );
    await refused(
      { ...half, applies_to: 'prices', prices: ['price_x'] },
      { code: 'not_found', param: 'prices[0]', detail: /No price/ },
    );
    await refused(
      { ...half, duration: 'repeating' },
      { code: 'parameter_invalid', param: 'duration_months', detail: /repeating/ },
    );
    await refused(
      { ...half, duration_months: 2 },
      { code: 'parameter_invalid', param: 'duration_months', detail: /repeating/ },
    );
    await refused(
      { ...half, valid_from: '2026-02-01T00:00:00Z', valid_until: '2026-02-01T00:00:00Z' },
      { code: 'parameter_invalid', param: 'valid_until', detail: /after 'valid_from'/ },
    );
  });

  test('a rename changes the name alone; lists by kind, both ways, without the deleted', async () => {
    const coupon = await made(w, '/v1/coupons', { name: 'Old', percentage_bps: 100, duration: 'forever' });
    const renamed = (await w.call('PATCH', `/v1/coupons/${coupon.id}`, { name: 'New' })).body;
    assert.deepEqual({ ...renamed, updated_at: '' }, { ...coupon, name: 'New', updated_at: '' });
    assert.deepEqual(await eventsOf(coupon.id), ['coupon.created', 'coupon.updated']);
    const ids = async (query: string) =>
      (await w.call('GET', `/v1/coupons?limit=100${query}`)).body.data.map((c: { id: string }) => c.id);
    assert.deepEqual(await ids('&duration=forever'), [coupon.id]);
    assert.ok((await ids('&discount_type=percentage')).includes(coupon.id));
    assert.ok(!(await ids('&discount_type=fixed_amount')).includes(coupon.id));
    await walks(w, '/v1/coupons', await ids(''), [1, 2, 100]);
  });

  test('deleted: its codes end at once, also on a page that shows one; what was paid with it stays', async () => {
    const code = await codeOf(w);
    const paid = await sessionOf(w, { amount_total: 1_000, promotion_code: code.code });
    assert.equal((await payPage(w, paid.id, { email: 'a@example.com' })).body.state, 'complete');
    const open = await sessionOf(w, { amount_total: 1_000, allow_promotion_codes: true });
    assert.equal((await tryCode(w, open.id, code.code)).body.state, 'applied');
    const gone = (await w.call('DELETE', `/v1/coupons/${code.coupon}`)).body;
    assert.deepEqual([gone.deleted, gone.times_redeemed], [true, 1]);
    assert.equal((await codeNow(w, code.id)).status, 'archived');
    const pressed = await payPage(w, open.id, { email: 'b@example.com' });
    assert.deepEqual([pressed.status, pressed.body.code], [422, 'promotion_code_refused']);
    assert.equal((await sessionNow(w, open.id)).payment, null);
    await refuses(w, ['POST', `/v1/promotion_codes/${code.id}/enable`], {
      code: 'state_invalid',
      param: 'id',
      detail: /was deleted/,
    });
    await refuses(w, ['POST', '/v1/promotion_codes', { coupon: code.coupon }], {
      code: 'state_invalid',
      param: 'coupon',
      detail: /was deleted/,
    });
    await refuses(w, ['DELETE', `/v1/coupons/${code.coupon}`], {
      code: 'state_invalid',
      param: 'id',
      detail: /was deleted/,
    });
    assert.equal((await sessionNow(w, paid.id)).discounts[0].coupon, code.coupon);
    // Without the code the page is paid in full.
    assert.equal((await tryCode(w, open.id, null)).body.state, 'removed');
    assert.equal((await payPage(w, open.id, { email: 'b@example.com' })).body.state, 'complete');
    assert.equal((await sessionNow(w, open.id)).amount_total, 1_000);
    await w.verify();
  });
});
