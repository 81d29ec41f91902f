import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addedTax, type Rate, ratesFor, type TaxedLine, taxesOf } from './tax.ts';

const rate = (id: string, rate_ppm: number, more: Partial<Rate> = {}): Rate => ({
  id,
  display_name: id,
  country: 'DE',
  region: null,
  tax_category: null,
  rate_ppm,
  inclusive: true,
  ...more,
});
const line = (amount: number, tax_category: TaxedLine['tax_category'] = null): TaxedLine => ({ amount, tax_category });
const de = { country: 'DE' };

test('inclusive: 119.00 holds 19.00 of 19 %; exclusive: 100.00 bears 19.00', () => {
  assert.equal(taxesOf([rate('vat', 190_000)], de, [line(11_900)])[0]?.amount, 1_900);
  const added = taxesOf([rate('vat', 190_000, { inclusive: false })], de, [line(10_000)]);
  assert.deepEqual([added[0]?.amount, addedTax(added)], [1_900, 1_900]);
  assert.equal(addedTax(taxesOf([rate('vat', 190_000)], de, [line(11_900)])), 0);
});

test('the line’s own category comes before the rate for everything; a region’s rate comes beside its country’s', () => {
  const rates = [
    rate('general', 190_000),
    rate('books', 70_000, { tax_category: 'ebook' }),
    rate('gst', 50_000, { country: 'CA', inclusive: false }),
    rate('pst', 70_000, { country: 'CA', region: 'BC', inclusive: false }),
  ];
  const ids = (place: { country: string; state?: string }, category: TaxedLine['tax_category']) =>
    ratesFor(rates, place, category).map((one) => one.id);
  assert.deepEqual(ids(de, 'ebook'), ['books']);
  assert.deepEqual(ids(de, 'physical_goods'), ['general']);
  assert.deepEqual(ids(de, null), ['general']);
  assert.deepEqual(ids(de, 'exempt'), []);
  assert.deepEqual(ids({ country: 'CA', state: 'BC' }, null), ['gst', 'pst']);
  assert.deepEqual(ids({ country: 'CA', state: 'AB' }, null), ['gst']);
  assert.deepEqual(ids({ country: 'FR' }, null), []);
});

test('the lines of every tax make its total, whatever the lines; an inclusive tax is never more than its line', () => {
  const lines = fc.array(
    fc.record({
      amount: fc.integer({ min: 0, max: 9_999_999_999 }),
      tax_category: fc.constantFrom<TaxedLine['tax_category']>(null, 'ebook', 'physical_goods', 'exempt'),
    }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(lines, fc.integer({ min: 0, max: 1_000_000 }), fc.boolean(), (list, ppm, inclusive) => {
      const rates = [rate('a', ppm, { inclusive }), rate('b', 70_000, { tax_category: 'ebook', inclusive })];
      for (const tax of taxesOf(rates, de, list)) {
        assert.equal(
          tax.lines.reduce((a, b) => a + b, 0),
          tax.amount,
        );
        for (const [i, part] of tax.lines.entries()) {
          assert.ok(Number.isSafeInteger(part) && part >= 0);
          if (list[i]?.tax_category === 'exempt') assert.equal(part, 0);
          if (inclusive) assert.ok(part <= (list[i]?.amount ?? 0));
        }
      }
    }),
  );
});

test('a hundred lines of 0.01 bear the tax of 1.00, not a hundred times nothing', () => {
  const lines = Array.from({ length: 100 }, () => line(1));
  assert.equal(taxesOf([rate('vat', 190_000, { inclusive: false })], de, lines)[0]?.amount, 19);
});
