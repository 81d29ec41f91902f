// Every movement of money sums to zero, moves what its name says, and is undone exactly by its counterpart.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../kit/clock.ts';
import { seededRandom } from '../kit/id.ts';
import { maxAmount } from '../kit/money.ts';
import type { Account, Ctx } from '../operation/context.ts';
import { type Legs, ledgerAccounts, type Posting, recipeNames } from './account.ts';
import * as recipes from './recipes.ts';

const clock = new ManualClock('2026-01-30T12:00:00Z');
const account = {
  account_id: 'acct_1',
  merchant_country: 'US',
  time_zone: 'UTC',
  settlement_delay_days: 2,
  fee_schedule: { rules: [{ bps: 290, fixed: 30 }] },
} as Account;
const ctx = {
  env: { clock, random: seededRandom(1) },
  account,
  actor: { kind: 'system' },
  request_id: 'req_1',
} as unknown as Ctx;
const source = { source_id: 'att_1', group_id: 'pay_1', currency: 'USD' } as const;
const paid = { method: 'card', card_country: 'US' } as const;

const amount = fc.integer({ min: 1, max: maxAmount });
const funding = fc
  .tuple(fc.integer({ min: 0, max: maxAmount }), fc.integer({ min: 0, max: maxAmount }))
  .filter(([a, b]) => a + b > 0)
  .map(([available, incoming]) => ({ available, incoming, on: incoming > 0 ? '2026-02-03' : null }));

const total = (legs: Legs) => Object.values(legs).reduce((sum, leg) => sum + leg, 0);
/** What the merchant is owed more by it: credits of incoming and available. */
const owed = ({ legs }: Posting) => 0 - ((legs.incoming ?? 0) + (legs.available ?? 0));
const both = (a: Posting, b: Posting): Legs =>
  Object.fromEntries(ledgerAccounts.map((name) => [name, (a.legs[name] ?? 0) + (b.legs[name] ?? 0)]));
const isNothing = (legs: Legs) => Object.values(legs).every((leg) => leg === 0);

test('a capture: the provider owes the amount, the merchant is owed it less the fee, the fee is earned', () => {
  const p = recipes.capture(ctx, source, 1_999, paid);
  assert.partialDeepStrictEqual(p, {
    recipe: 'capture',
    account_id: 'acct_1',
    currency: 'USD',
    source_id: 'att_1',
    group_id: 'pay_1',
    amount: 1_999,
    fee: 88,
    created_at: clock.now(),
  });
  assert.deepEqual(p.legs, { provider_receivable: 1_999, incoming: -1_911, fees: -88 });
  // Friday: two business days later is Tuesday.
  assert.equal(p.available_on, '2026-02-03');
  assert.match(p.id, /^lp_/);
});

test('every recipe sums to zero for any amount, and is one of the named ones', () => {
  const all: ((value: number, from: recipes.Funding) => Posting)[] = [
    (value) => recipes.capture(ctx, source, value, paid),
    (_, from) => recipes.refund(ctx, source, from),
    (_, from) => recipes.refundFailed(ctx, source, from),
    (value) => recipes.settlement(ctx, source, value),
    (value) => recipes.settlement(ctx, source, -value),
    (value) => recipes.disputeOpened(ctx, source, value),
    (value) => recipes.disputeFee(ctx, source, value),
    (value) => recipes.disputeWon(ctx, source, value),
    (value) => recipes.disputeLost(ctx, source, value),
    (value) => recipes.payout(ctx, source, value),
    (value) => recipes.payoutPaid(ctx, source, value),
    (value) => recipes.payoutReturned(ctx, source, value),
    (value) => recipes.payoutReturned(ctx, source, value, 'bank'),
    (value) => recipes.conversionOut(ctx, source, value),
    (value) => recipes.conversionIn(ctx, source, value),
  ];
  const seen = new Set<string>();
  fc.assert(
    fc.property(amount, funding, (value, from) => {
      for (const make of all) {
        const p = make(value, from);
        assert.equal(total(p.legs), 0);
        assert.ok((recipeNames as readonly string[]).includes(p.recipe));
        assert.ok(Object.values(p.legs).every(Number.isSafeInteger) && Number.isSafeInteger(p.amount));
        seen.add(p.recipe);
      }
    }),
  );
  assert.deepEqual([...seen].sort(), [...recipeNames].sort(), 'each named recipe is tested here');
});

test('a capture never takes more than it gives, and shows what the merchant gains', () => {
  fc.assert(
    fc.property(amount, (value) => {
      const p = recipes.capture(ctx, source, value, paid);
      assert.ok(p.fee >= 0 && p.fee <= value);
      assert.equal(owed(p), value - p.fee);
    }),
  );
});

test('a refund takes what it pays back from the merchant; a failed one returns it to the very same places', () => {
  fc.assert(
    fc.property(funding, (from) => {
      const [out, back] = [recipes.refund(ctx, source, from), recipes.refundFailed(ctx, source, from)];
      assert.equal(owed(out), -(from.available + from.incoming));
      assert.equal(out.amount, owed(out));
      assert.equal(out.available_on, from.on);
      assert.equal(back.available_on, out.available_on);
      assert.ok(isNothing(both(out, back)));
      assert.deepEqual([out.fee, back.fee], [0, 0], 'fees stay earned');
    }),
  );
});

test('what is undone is undone whole: dispute won, payout returned, from the way and from the bank', () => {
  fc.assert(
    fc.property(amount, (value) => {
      assert.ok(isNothing(both(recipes.disputeOpened(ctx, source, value), recipes.disputeWon(ctx, source, value))));
      assert.ok(isNothing(both(recipes.payout(ctx, source, value), recipes.payoutReturned(ctx, source, value))));
      const sent = both(recipes.payout(ctx, source, value), recipes.payoutPaid(ctx, source, value));
      const returned = recipes.payoutReturned(ctx, source, value, 'bank');
      assert.ok(ledgerAccounts.every((name) => (sent[name] ?? 0) + (returned.legs[name] ?? 0) === 0));
      assert.equal(owed(recipes.settlement(ctx, source, value)), 0, 'a settlement moves, it does not give');
      assert.equal(owed(recipes.disputeLost(ctx, source, value)), 0, 'it was taken when the dispute opened');
    }),
  );
});

test('two postings have two ids', () => {
  assert.notEqual(recipes.capture(ctx, source, 5, paid).id, recipes.capture(ctx, source, 5, paid).id);
});

test('a conversion takes from what is available of one currency and adds to that of another, through fx', () => {
  const out = recipes.conversionOut(ctx, source, 1_000);
  const into = recipes.conversionIn(ctx, { ...source, currency: 'JPY' }, 157_251);
  assert.deepEqual(out.legs, { available: 1_000, fx: -1_000 });
  assert.deepEqual(into.legs, { available: -157_251, fx: 157_251 });
  assert.deepEqual([owed(out), owed(into)], [-1_000, 157_251]);
  assert.deepEqual([out.currency, into.currency], ['USD', 'JPY']);
});
