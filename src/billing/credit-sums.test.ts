// What must not appear, whatever is credited and in which steps: a part beyond its line, a sum that drifts, tax of another rate.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BilledLine, type CreditedLine, creditOf, lineTotal, remainders, sharesOf } from './credit-sums.ts';

const rate = (i: number, inclusive = false) => ({
  tax_rate: `txr_${i}`,
  name: `Rate ${i}`,
  rate_ppm: 190_000,
  inclusive,
});

const line = (sign: 1 | -1) =>
  fc
    .record({
      amount: fc.integer({ min: 1, max: 1_000_000 }),
      off: fc.integer({ min: 0, max: 100 }),
      first: fc.integer({ min: 0, max: 300_000 }),
      second: fc.integer({ min: 0, max: 50_000 }),
      within: fc.integer({ min: 0, max: 100 }),
    })
    .map(({ amount, off, first, second, within }) => ({
      description: 'x',
      amount: amount * sign,
      discount: sign === 1 ? Math.floor((amount * off) / 100) : 0,
      tax: (first + second) * sign + 0,
      taxes: [
        { ...rate(1), amount: first * sign + 0 },
        { ...rate(2), amount: second * sign + 0 },
        { ...rate(3, true), amount: within * sign + 0 },
      ],
    }));

const invoice = fc
  .tuple(fc.array(line(1), { minLength: 1, maxLength: 6 }), fc.array(line(-1), { maxLength: 2 }))
  .map(([sold, back]): BilledLine[] => [...sold, ...back].map((one, i) => ({ ...one, id: `il_${i}` })))
  .filter((lines) => lines.reduce((all, one) => all + lineTotal(one), 0) > 0);

const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);

test('notes over all of an invoice make exactly its lines, discounts and taxes, however it is cut', () => {
  fc.assert(
    fc.property(invoice, fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 12 }), (billed, cuts) => {
      const credited: CreditedLine[] = [];
      for (const cut of [...cuts, Number.MAX_SAFE_INTEGER]) {
        const left = billed.map((one) => remainders(billed, credited).get(one.id) ?? 0);
        const rest = sum(left);
        if (rest === 0) break;
        const credit = creditOf(billed, credited, sharesOf(Math.min(cut, rest), left));
        assert.equal(credit.total, Math.min(cut, rest));
        assert.equal(credit.subtotal - credit.discount + credit.tax, credit.total);
        assert.equal(sum(credit.taxes.map((tax) => (tax.inclusive ? 0 : tax.amount))), credit.tax);
        for (const one of credit.lines) assert.equal(lineTotal(one), one.total);
        credited.push(...credit.lines);
        for (const one of billed) {
          const own = credited.filter((c) => c.invoice_line_id === one.id);
          const total = sum(own.map((c) => c.total));
          assert.ok(Math.abs(total) <= Math.abs(lineTotal(one)) && total * lineTotal(one) >= 0, 'within its line');
        }
      }
      for (const one of billed) {
        const own = credited.filter((c) => c.invoice_line_id === one.id);
        assert.equal(sum(own.map((c) => c.total)), lineTotal(one));
        if (lineTotal(one) === 0) continue;
        assert.equal(sum(own.map((c) => c.discount)), one.discount);
        for (const tax of one.taxes)
          assert.equal(
            sum(own.flatMap((c) => c.taxes.filter((t) => t.tax_rate === tax.tax_rate)).map((t) => t.amount)),
            tax.amount,
          );
      }
    }),
    { numRuns: 400 },
  );
});

test('one line of two: its own rate and no other', () => {
  const billed: BilledLine[] = [
    { id: 'a', description: 'a', amount: 1000, discount: 0, tax: 190, taxes: [{ ...rate(1), amount: 190 }] },
    { id: 'b', description: 'b', amount: 1000, discount: 0, tax: 70, taxes: [{ ...rate(2), amount: 70 }] },
  ];
  const { taxes, total, tax } = creditOf(billed, [], [0, 535]);
  assert.deepEqual([total, tax, taxes.map((one) => [one.tax_rate, one.amount])], [535, 35, [['txr_2', 35]]]);
});

test('a voided note gives its part free again, and the rest still comes out exactly', () => {
  const billed: BilledLine[] = [
    { id: 'a', description: 'a', amount: 10, discount: 0, tax: 3, taxes: [{ ...rate(1), amount: 3 }] },
  ];
  const first = creditOf(billed, [], [5]);
  const second = creditOf(billed, first.lines, [4]);
  const rest = creditOf(billed, second.lines, [9]);
  assert.equal(second.tax + rest.tax, 3);
});
