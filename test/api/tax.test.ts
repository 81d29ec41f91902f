// Tax rates over HTTP, and sessions that are taxed by them: inside and on top, by category and region, after a discount. The lines, the
// discounts and what is added always make the total.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { codeOf, made, payPage, priceOf, sessionNow, sessionOf, tryCode } from '../kit/catalog.ts';
import { walks } from '../kit/paging.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const rate = (more: Record<string, unknown> = {}) =>
  made(w, '/v1/tax_rates', { display_name: 'VAT', country: 'DE', rate_ppm: 190_000, inclusive: true, ...more });

describe('tax rates', () => {
  test('every field; one answer to one question; a second one after the first is switched off', async () => {
    const first = await rate({ country: 'PL', metadata: { a: '1' } });
    assert.match(first.id, /^txr_[0-9a-z]{26}$/);
    assert.deepEqual(first, {
      id: first.id,
      object: 'tax_rate',
      display_name: 'VAT',
      country: 'PL',
      region: null,
      tax_category: null,
      rate_ppm: 190_000,
      inclusive: true,
      active: true,
      metadata: { a: '1' },
      created_at: first.created_at,
      updated_at: first.created_at,
    });
    const again = { display_name: 'VAT', country: 'PL', rate_ppm: 230_000, inclusive: true };
    await refuses(w, ['POST', '/v1/tax_rates', again], {
      code: 'state_invalid',
      param: 'country',
      detail: /Deactivate it/,
    });
    assert.equal((await w.call('PATCH', `/v1/tax_rates/${first.id}`, { active: false })).body.active, false);
    await made(w, '/v1/tax_rates', again);
    await refuses(w, ['PATCH', `/v1/tax_rates/${first.id}`, { active: true }], {
      code: 'state_invalid',
      param: 'country',
      detail: /Deactivate/,
    });
    await refuses(w, ['POST', '/v1/tax_rates', { ...again, tax_category: 'exempt' }], {
      code: 'parameter_invalid',
      param: 'tax_category',
      detail: /no rate/,
    });
    const ids = (await w.call('GET', '/v1/tax_rates?country=PL')).body.data.map((r: { id: string }) => r.id);
    await walks(w, '/v1/tax_rates?country=PL', ids, [1, 2]);
    assert.deepEqual((await w.call('GET', '/v1/tax_rates?country=PL&active=false')).body.data.length, 1);
  });
});

describe('automatic tax', () => {
  test('inside the price: shown, not added; each category its own rate; the sums are those that are paid', async () => {
    const vat = await rate();
    const reduced = await rate({ display_name: 'Reduced VAT', rate_ppm: 70_000, tax_category: 'ebook' });
    const mug = await priceOf(w, 11_900, {}, { tax_category: 'physical_goods' });
    const book = await priceOf(w, 1_070, {}, { tax_category: 'ebook' });
    const s = await sessionOf(w, {
      automatic_tax: true,
      tax_address: { country: 'DE' },
      line_items: [
        { price: mug.id, quantity: 1 },
        { price: book.id, quantity: 1 },
      ],
    });
    assert.equal(s.amount_total, 12_970);
    assert.deepEqual(s.taxes, [
      { name: 'VAT', amount: 1_900, tax_rate: vat.id, rate_ppm: 190_000, inclusive: true },
      { name: 'Reduced VAT', amount: 70, tax_rate: reduced.id, rate_ppm: 70_000, inclusive: true },
    ]);
    const page = await w.app.server.inject({ method: 'GET', url: `/pay/${s.id}` });
    assert.ok(page.body.includes('Includes VAT') && page.body.includes('$19.00'), 'the page tells what is inside');
    assert.equal((await payPage(w, s.id)).body.state, 'complete');
    const payment = (await w.call('GET', `/v1/payments/${(await sessionNow(w, s.id)).payment}`)).body;
    assert.deepEqual([payment.amount, payment.breakdown.tax, payment.breakdown.total], [12_970, 0, 12_970]);
    const refunds = [];
    for (const amount of [1, 3_333, 3_333, undefined])
      refunds.push((await w.call('POST', '/v1/refunds', { payment: payment.id, ...(amount ? { amount } : {}) })).body);
    assert.equal(
      refunds.reduce((sum, refund) => sum + refund.tax, 0),
      1_970,
      'the taxes of all refunds make those of the payment, whether on top or inside',
    );
    await w.verify();
  });

  test('on top: country and region side by side, by the customer’s address; taxed is what is left after a code', async () => {
    await rate({ country: 'CA', display_name: 'GST', rate_ppm: 50_000, inclusive: false });
    await rate({ country: 'CA', region: 'BC', display_name: 'PST', rate_ppm: 70_000, inclusive: false });
    const customer = await made(w, '/v1/customers', { name: 'Ada', address: { country: 'CA', state: 'BC' } });
    const code = await codeOf(w, { percentage_bps: 1_000 });
    const s = await sessionOf(w, {
      automatic_tax: true,
      customer: customer.id,
      line_items: [{ name: 'Tea', quantity: 1, unit_amount: 10_000 }],
      allow_promotion_codes: true,
    });
    assert.deepEqual([s.amount_subtotal, s.amount_total], [10_000, 11_200]);
    const applied = await tryCode(w, s.id, code.code.toLowerCase());
    assert.deepEqual([applied.body.state, applied.body.total], ['applied', '$100.80']);
    const now = await sessionNow(w, s.id);
    assert.deepEqual(
      [
        now.amount_total,
        now.discounts[0].amount,
        now.taxes.map((t: { name: string; amount: number }) => [t.name, t.amount]),
      ],
      [
        10_080,
        1_000,
        [
          ['GST', 450],
          ['PST', 630],
        ],
      ],
    );
    assert.equal((await payPage(w, s.id, { email: 'ada@example.com' })).body.state, 'complete');
    await w.verify();
  });

  test('where nothing is owed nothing is added; without an address it is refused', async () => {
    const item = { line_items: [{ name: 'Tea', quantity: 1, unit_amount: 500 }] };
    const s = await sessionOf(w, { ...item, automatic_tax: true, tax_address: { country: 'FR' } });
    assert.deepEqual([s.amount_total, s.taxes], [500, []]);
    const refuse = (body: Record<string, unknown>, expected: Parameters<typeof refuses>[2]) =>
      refuses(w, ['POST', '/v1/checkout_sessions', { currency: 'USD', ...item, ...body }], expected);
    await refuse({ automatic_tax: true }, { code: 'parameter_missing', param: 'tax_address', detail: /country/ });
    await refuse(
      { tax_address: { country: 'FR' } },
      { code: 'parameter_invalid', param: 'tax_address', detail: /automatic_tax/ },
    );
    await refuse(
      { automatic_tax: true, tax_address: { country: 'FR' }, taxes: [{ name: 'T', amount: 1 }] },
      { code: 'parameter_invalid', param: 'taxes', detail: /Leave one/ },
    );
  });

  test('beside discounts of the merchant’s own, what is left is taxed', async () => {
    const s = await sessionOf(w, {
      automatic_tax: true,
      tax_address: { country: 'CA' },
      line_items: [{ name: 'Tea', quantity: 3, unit_amount: 1_000 }],
      discounts: [{ name: 'Friend', amount: 1_000 }],
    });
    assert.deepEqual([s.amount_total, s.taxes[0].amount], [2_100, 100]);
  });
});
