import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Coverage, restOf, unusedOf } from './proration.ts';

const start = new Date('2026-04-01T00:00:00Z');
const end = new Date('2026-05-01T00:00:00Z');
const whole = end.getTime() - start.getTime();
const at = (part: number) => new Date(start.getTime() + part);

test('half of a month of 10.00 is 5.00: given back of the old plan, charged of the new one', () => {
  const half = at(whole / 2);
  assert.deepEqual(unusedOf({ amount: 1_000, tax: 190, from: start, until: end }, half), { amount: 500, tax: 95 });
  assert.equal(restOf(3_000, { start, end }, half), 1_500);
});

test('before the period all of it is left, after it nothing, and a coverage of no length is worth nothing', () => {
  const paid: Coverage = { amount: 999, tax: 1, from: start, until: end };
  assert.deepEqual(unusedOf(paid, at(-5)), { amount: 999, tax: 1 });
  assert.deepEqual(unusedOf(paid, end), { amount: 0, tax: 0 });
  assert.deepEqual(unusedOf({ ...paid, until: start }, start), { amount: 0, tax: 0 });
});

test('however often the plan is changed within a period, never more is given back than was billed', () => {
  const changes = fc.array(
    fc.record({ after: fc.integer({ min: 0, max: whole }), price: fc.integer({ min: 0, max: 999_999_999_999 }) }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), changes, (price, list) => {
      let billed = price;
      let given = 0;
      let coverage: Coverage = { amount: price, tax: 0, from: start, until: end };
      for (const change of [...list].sort((a, b) => a.after - b.after)) {
        const now = at(change.after);
        const credit = unusedOf(coverage, now).amount;
        assert.ok(credit >= 0 && credit <= coverage.amount, 'a credit is a part of what was billed');
        const charge = restOf(change.price, { start, end }, now);
        assert.ok(charge >= 0 && charge <= change.price);
        given += credit;
        assert.ok(given <= billed, 'in all never more than was billed');
        billed += charge;
        coverage = { amount: charge, tax: 0, from: now, until: end };
      }
    }),
  );
});

test('a change to the same price at once costs nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), fc.integer({ min: 0, max: whole }), (price, after) => {
      const credit = unusedOf({ amount: price, tax: 0, from: start, until: end }, at(after)).amount;
      assert.equal(restOf(price, { start, end }, at(after)) - credit, 0);
    }),
  );
});
