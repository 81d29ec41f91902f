// What an answer does to a payment: each kind of call with each verdict as a table, and any legal sequence as a property.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { AttemptKind, AttemptRow } from './attempt-row.ts';
import { applyVerdict, type Change, nextLook, type Verdict } from './outcome.ts';
import { capturable, type PaymentRow, paymentStatuses, refundable, transitions } from './payment.ts';
import type { RefundRow } from './refund.ts';

const now = new Date('2026-01-31T12:00:00Z');

const paymentOf = (change: Partial<PaymentRow> = {}): PaymentRow => ({
  account_id: 'acct_1',
  id: 'pay_1',
  status: 'processing',
  amount: 1_000,
  currency: 'USD',
  capture: true,
  hosted: false,
  amount_authorized: 0,
  amount_captured: 0,
  amount_capture_pending: 0,
  amount_refunded: 0,
  amount_disputed: 0,
  released: false,
  description: null,
  merchant_reference: null,
  metadata: {},
  return_url: null,
  cancel_url: null,
  customer_id: null,
  email: null,
  checkout_session_id: null,
  invoice_id: null,
  card_id: null,
  payment_method_id: null,
  payment_method: null,
  card_last_four: null,
  breakdown: null,
  tax: null,
  processing: {},
  decline_code: null,
  provider: 'simulator',
  provider_reference: null,
  next_action_url: null,
  version: 7,
  request_id: null,
  created_at: now,
  updated_at: now,
  ...change,
});

const attemptOf = (kind: AttemptKind, change: Partial<AttemptRow> = {}): AttemptRow => ({
  account_id: 'acct_1',
  id: 'att_1',
  payment_id: 'pay_1',
  refund_id: null,
  kind,
  status: 'started',
  amount: 1_000,
  final: false,
  provider: 'simulator',
  provider_reference: null,
  decline_code: null,
  processing: {},
  operation: null,
  idempotency_key: null,
  draft: null,
  resolve_at: now,
  looks: 0,
  created_at: now,
  settled_at: null,
  ...change,
});

const refundOf = (change: Partial<RefundRow> = {}): RefundRow => ({
  account_id: 'acct_1',
  id: 're_1',
  payment_id: 'pay_1',
  exchange: null,
  status: 'pending',
  amount: 400,
  currency: 'USD',
  reason: 'other',
  note: null,
  merchant_reference: null,
  metadata: {},
  failure_code: null,
  tax: null,
  from_available: 100,
  from_incoming: 300,
  incoming_on: null,
  created_at: now,
  updated_at: now,
  ...change,
});

const approved: Verdict = {
  kind: 'approved',
  provider_reference: 'sim_1',
  processing: { authorization_code: '123456' },
};
const declined: Verdict = {
  kind: 'declined',
  provider_reference: 'sim_1',
  code: 'generic_decline',
  retryable: false,
  processing: {},
};
const action: Verdict = {
  kind: 'action',
  provider_reference: 'sim_1',
  url: 'https://bank.example/challenge',
  processing: {},
};
const pending: Verdict = { kind: 'pending', provider_reference: 'sim_1', processing: {} };
const unknown: Verdict = { kind: 'unknown' };

const apply = (payment: PaymentRow, attempt: AttemptRow, verdict: Verdict, refund?: RefundRow) =>
  applyVerdict({ payment, attempt, refund }, verdict, now);
const types = (change: Change) => change.events.map((e) => e.type);

describe('authorize', () => {
  const table: [string, Partial<PaymentRow>, Verdict, Partial<PaymentRow>, string[], number][] = [
    [
      'approved, to take',
      {},
      approved,
      { status: 'completed', amount_authorized: 1_000, amount_captured: 1_000 },
      ['payment.completed'],
      1_000,
    ],
    [
      'approved, to hold',
      { capture: false },
      approved,
      { status: 'authorized', amount_authorized: 1_000, amount_captured: 0 },
      ['payment.authorized'],
      0,
    ],
    [
      'declined',
      {},
      declined,
      { status: 'failed', decline_code: 'generic_decline', amount_authorized: 0 },
      ['payment.failed'],
      0,
    ],
    [
      'declined on our page: open for another card',
      { hosted: true },
      declined,
      { status: 'pending', decline_code: 'generic_decline' },
      ['payment.attempt_failed'],
      0,
    ],
    [
      'challenge',
      {},
      action,
      { status: 'requires_authentication', next_action_url: 'https://bank.example/challenge' },
      ['payment.requires_authentication'],
      0,
    ],
    ['decided later', {}, pending, { status: 'processing' }, ['payment.processing'], 0],
    ['no answer', {}, unknown, { status: 'processing', decline_code: null }, ['payment.processing'], 0],
    [
      'approved after the challenge',
      { status: 'requires_authentication', next_action_url: 'https://x' },
      approved,
      { status: 'completed', next_action_url: null },
      ['payment.completed'],
      1_000,
    ],
    [
      'refused in the challenge',
      { status: 'requires_authentication' },
      declined,
      { status: 'failed' },
      ['payment.failed'],
      0,
    ],
    ['challenge again', { status: 'requires_authentication' }, action, { status: 'requires_authentication' }, [], 0],
    [
      'a second card after a decline',
      { hosted: true, decline_code: 'generic_decline' },
      approved,
      { status: 'completed', decline_code: null },
      ['payment.completed'],
      1_000,
    ],
  ];
  for (const [name, before, verdict, after, events, captured] of table) {
    test(name, () => {
      const change = apply(paymentOf(before), attemptOf('authorize'), verdict);
      assert.partialDeepStrictEqual(change.payment, after);
      assert.deepEqual(types(change), events);
      assert.equal(change.captured, captured);
      assert.equal(change.payment.version, 8);
    });
  }

  test('what the provider tells of the card is kept; silence tells nothing', () => {
    assert.partialDeepStrictEqual(apply(paymentOf(), attemptOf('authorize'), approved).payment, {
      provider_reference: 'sim_1',
      processing: { authorization_code: '123456' },
    });
    const kept = apply(
      paymentOf({ provider_reference: 'sim_0', processing: { risk_level: 'low' } }),
      attemptOf('authorize'),
      unknown,
    ).payment;
    assert.partialDeepStrictEqual(kept, { provider_reference: 'sim_0', processing: { risk_level: 'low' } });
  });

  test('what is not known is said once, and is never a decline', () => {
    assert.deepEqual(types(apply(paymentOf(), attemptOf('authorize', { status: 'unknown' }), unknown)), []);
    assert.equal(apply(paymentOf(), attemptOf('authorize'), unknown).payment.decline_code, null);
  });
});

describe('capture', () => {
  const held = { status: 'authorized', capture: false, amount_authorized: 1_000 } as const;
  test('a part: the payment stays authorized', () => {
    const change = apply(
      paymentOf({ ...held, amount_capture_pending: 300 }),
      attemptOf('capture', { amount: 300 }),
      approved,
    );
    assert.partialDeepStrictEqual(change.payment, {
      status: 'authorized',
      amount_captured: 300,
      amount_capture_pending: 0,
    });
    assert.deepEqual([types(change), change.captured], [['payment.captured'], 300]);
  });
  test('the rest, or a final part: completed', () => {
    const rest = apply(
      paymentOf({ ...held, amount_captured: 700, amount_capture_pending: 300 }),
      attemptOf('capture', { amount: 300 }),
      approved,
    );
    assert.partialDeepStrictEqual(rest.payment, { status: 'completed', amount_captured: 1_000, released: false });
    const final = apply(
      paymentOf({ ...held, amount_capture_pending: 300 }),
      attemptOf('capture', { amount: 300, final: true }),
      approved,
    );
    assert.partialDeepStrictEqual(final.payment, { status: 'completed', amount_captured: 300, released: true });
    for (const change of [rest, final]) assert.deepEqual(types(change), ['payment.captured', 'payment.completed']);
  });
  test('declined: the hold is as before, also after a final one', () => {
    const change = apply(
      paymentOf({ ...held, amount_capture_pending: 300 }),
      attemptOf('capture', { amount: 300, final: true }),
      declined,
    );
    assert.partialDeepStrictEqual(change.payment, {
      status: 'authorized',
      amount_captured: 0,
      amount_capture_pending: 0,
      released: false,
      decline_code: 'generic_decline',
    });
    assert.deepEqual([types(change), change.captured], [['payment.attempt_failed'], 0]);
  });
  test('no answer: spoken for, neither taken nor free', () => {
    for (const verdict of [unknown, pending]) {
      const change = apply(
        paymentOf({ ...held, amount_capture_pending: 300 }),
        attemptOf('capture', { amount: 300 }),
        verdict,
      );
      assert.partialDeepStrictEqual(change.payment, {
        status: 'authorized',
        amount_captured: 0,
        amount_capture_pending: 300,
      });
      assert.deepEqual([types(change), change.captured, capturable(change.payment)], [[], 0, 700]);
    }
  });
});

describe('void', () => {
  const voiding = { status: 'processing', capture: false, released: true } as const;
  const table: [string, Partial<PaymentRow>, Verdict, Partial<PaymentRow>, string[]][] = [
    [
      'a hold is given back',
      { amount_authorized: 1_000 },
      approved,
      { status: 'cancelled', released: true },
      ['payment.cancelled'],
    ],
    [
      'the rest after a capture',
      { amount_authorized: 1_000, amount_captured: 400 },
      approved,
      { status: 'completed', amount_captured: 400 },
      ['payment.completed'],
    ],
    [
      'before the customer authenticated',
      { next_action_url: 'https://x' },
      approved,
      { status: 'cancelled', next_action_url: null },
      ['payment.cancelled'],
    ],
    [
      'refused: the hold is as before',
      { amount_authorized: 1_000 },
      declined,
      { status: 'authorized', released: false, decline_code: 'generic_decline' },
      ['payment.attempt_failed'],
    ],
    [
      'refused while the challenge waits',
      {},
      declined,
      { status: 'requires_authentication', released: false },
      ['payment.attempt_failed'],
    ],
    ['no answer', { amount_authorized: 1_000 }, unknown, { status: 'processing', released: true }, []],
  ];
  for (const [name, before, verdict, after, events] of table) {
    test(name, () => {
      const change = apply(paymentOf({ ...voiding, ...before }), attemptOf('void'), verdict);
      assert.partialDeepStrictEqual(change.payment, after);
      assert.deepEqual(types(change), events);
    });
  }
});

describe('a void that crosses the customer’s answer', () => {
  // The void began while the challenge waited; the customer’s answer is known here before the void’s.
  const table: [string, boolean, Verdict, Verdict, string, number][] = [
    ['a yes, and the void is refused: the money stands', true, approved, declined, 'completed', 1_000],
    ['a yes to a hold, which is then voided', false, approved, approved, 'cancelled', 0],
    ['a yes to a hold, and the void is refused', false, approved, declined, 'authorized', 0],
    ['a no, and the void is refused', true, declined, declined, 'failed', 0],
    ['a no, and the void says yes', true, declined, approved, 'cancelled', 0],
  ];
  for (const [name, capture, answer, end, status, booked] of table) {
    test(name, () => {
      const voiding = paymentOf({ capture, status: 'processing', released: true });
      const said = apply(voiding, attemptOf('authorize', { status: 'action' }), answer);
      // While the void is under way nothing is final, and an authorized payment is never released (the table's own check).
      assert.equal(said.payment.status, 'processing');
      const over = apply(said.payment, attemptOf('void'), end);
      holds(over);
      assert.equal(over.payment.status, status);
      assert.equal(said.captured + over.captured, booked, 'what was taken is booked once');
      assert.ok(types(over).length === 1 && types(said).length === 0, 'the end is told once');
    });
  }

  test('what the provider refuses while the challenge still waits leaves it waiting', () => {
    const over = apply(paymentOf({ status: 'processing', released: true }), attemptOf('void'), declined);
    assert.partialDeepStrictEqual(over.payment, { status: 'requires_authentication', released: false });
  });
});

describe('increase and refund', () => {
  const held = { status: 'authorized', capture: false, amount_authorized: 1_000 } as const;
  test('increase: the new sum, or the old hold with a decline', () => {
    assert.partialDeepStrictEqual(apply(paymentOf(held), attemptOf('increase', { amount: 1_500 }), approved).payment, {
      amount: 1_500,
      amount_authorized: 1_500,
      status: 'authorized',
    });
    assert.partialDeepStrictEqual(apply(paymentOf(held), attemptOf('increase', { amount: 1_500 }), declined).payment, {
      amount: 1_000,
      amount_authorized: 1_000,
      decline_code: 'generic_decline',
    });
    assert.deepEqual(
      apply(paymentOf(held), attemptOf('increase', { amount: 1_500 }), unknown).payment.amount_authorized,
      1_000,
    );
  });

  test('refund: succeeded, or failed and the amount can be refunded again', () => {
    const paid = paymentOf({
      status: 'completed',
      amount_authorized: 1_000,
      amount_captured: 1_000,
      amount_refunded: 400,
    });
    const attempt = attemptOf('refund', { amount: 400, refund_id: 're_1' });
    const done = apply(paid, attempt, approved, refundOf());
    assert.deepEqual(
      [done.refund?.status, done.refund_failed, types(done), refundable(done.payment)],
      ['succeeded', false, ['refund.succeeded'], 600],
    );
    const failed = apply(paid, attempt, declined, refundOf());
    assert.deepEqual(
      [
        failed.refund?.status,
        failed.refund?.failure_code,
        failed.refund_failed,
        types(failed),
        refundable(failed.payment),
      ],
      ['failed', 'generic_decline', true, ['refund.failed'], 1_000],
    );
    for (const verdict of [pending, unknown])
      assert.deepEqual(
        [
          apply(paid, attempt, verdict, refundOf()).refund?.status,
          apply(paid, attempt, verdict, refundOf()).refund_failed,
        ],
        ['pending', false],
      );
    assert.throws(() => apply(paid, attempt, approved), /a refund attempt has its refund/);
  });
});

test('an attempt is due for a look exactly while it is open, and never again once it ended', () => {
  for (const kind of ['authorize', 'increase'] as const) {
    const verdicts: Verdict[] = [approved, declined, action, pending, unknown];
    for (const verdict of verdicts) {
      if (kind === 'increase' && verdict.kind === 'action') continue;
      const { attempt }: Change = apply(
        paymentOf(kind === 'increase' ? { status: 'authorized', amount_authorized: 500 } : {}),
        attemptOf(kind),
        verdict,
      );
      const ended = verdict.kind === 'approved' || verdict.kind === 'declined';
      assert.deepEqual(
        [attempt.status, attempt.resolve_at === null, attempt.settled_at !== null],
        [verdict.kind, ended, ended],
      );
      assert.ok(attempt.resolve_at === null || attempt.resolve_at > now);
    }
  }
});

test('looks become rarer: 2 s, 4 s, 8 s, … at most ten minutes', () => {
  const waits = Array.from({ length: 14 }, (_, looks) => (nextLook(now, looks).getTime() - now.getTime()) / 1_000);
  assert.deepEqual(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600, 600]);
});

test('the rows that are handed in stay as they are', () => {
  const [payment, attempt, refund] = [
    Object.freeze(
      paymentOf({ status: 'completed', amount_captured: 1_000, amount_authorized: 1_000, amount_refunded: 400 }),
    ),
    Object.freeze(attemptOf('refund', { amount: 400 })),
    Object.freeze(refundOf()),
  ];
  for (const verdict of [approved, declined, unknown]) apply(payment, attempt, verdict, refund);
});

test('the table of transitions: two ends, every state is reached; what failed begins anew by late bitcoin alone', () => {
  const ends = paymentStatuses.filter((status) => transitions[status].length === 0);
  assert.deepEqual(ends, ['completed', 'cancelled']);
  assert.deepEqual(transitions.failed, ['processing']);
  const reached = new Set<string>(['pending', 'processing']);
  for (const status of paymentStatuses) for (const to of transitions[status]) reached.add(to);
  assert.deepEqual([...reached].sort(), [...paymentStatuses].sort());
});

/** The rules of begin-attempt and of refunds, and a provider that says anything that fits. */
test('any legal sequence of commands and answers keeps the promises of the table', () => {
  const verdicts = fc.constantFrom(approved, declined, pending, unknown);
  const step = fc.record({
    command: fc.constantFrom('capture', 'final', 'void', 'increase', 'refund'),
    part: fc.integer({ min: 1, max: 100 }),
    first: verdicts,
    end: fc.constantFrom(approved, declined),
  });
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom(approved, declined, action, pending, unknown),
      fc.constantFrom(approved, declined),
      fc.array(step, { maxLength: 12 }),
      (capture, hosted, first, end, steps) => {
        let payment = paymentOf({ capture, hosted });
        let booked = 0;
        let refunded = 0;
        const settle = (attempt: AttemptRow, verdict: Verdict, last: Verdict, refund?: RefundRow) => {
          let change = apply(payment, attempt, verdict, refund);
          holds(change);
          if (change.attempt.resolve_at !== null) {
            booked += change.captured;
            change = apply(change.payment, change.attempt, last, change.refund);
            holds(change);
          }
          booked += change.captured;
          if (refund && !change.refund_failed) refunded += refund.amount;
          payment = change.payment;
        };
        settle(attemptOf('authorize'), first, end);
        for (const { command, part, first: verdict, end: last } of steps) {
          const left = capturable(payment);
          if (command === 'refund' && refundable(payment) > 0) {
            const refund = refundOf({ amount: Math.max(1, Math.floor((refundable(payment) * part) / 100)) });
            payment = { ...payment, amount_refunded: payment.amount_refunded + refund.amount };
            settle(attemptOf('refund', { amount: refund.amount }), verdict, last, refund);
          }
          if (payment.status !== 'authorized') continue;
          if (command === 'capture' || command === 'final') {
            const amount = Math.max(1, Math.floor((left * part) / 100));
            payment = { ...payment, amount_capture_pending: amount };
            settle(attemptOf('capture', { amount, final: command === 'final' }), verdict, last);
          }
          if (command === 'void') {
            payment = { ...payment, status: 'processing', released: true };
            settle(attemptOf('void', { amount: left }), verdict, last);
          }
          if (command === 'increase')
            settle(attemptOf('increase', { amount: payment.amount_authorized + part }), verdict, last);
        }
        assert.equal(payment.amount_captured, booked, 'the ledger books what the payment says');
        assert.equal(payment.amount_refunded, refunded);
      },
    ),
    { numRuns: 5_000 },
  );
});

/** The checks of the table (migrations/0007), and that an event is told of every change of status. */
function holds({ payment: p, before, events }: Change): void {
  for (const sum of [p.amount_authorized, p.amount_captured, p.amount_capture_pending, p.amount_refunded])
    assert.ok(Number.isSafeInteger(sum) && sum >= 0);
  assert.ok(p.amount_captured + p.amount_capture_pending <= p.amount_authorized);
  assert.ok(p.amount_refunded <= p.amount_captured);
  if (p.status === 'failed' || p.status === 'cancelled') assert.equal(p.amount_captured, 0);
  if (p.status === 'completed')
    assert.ok(
      p.amount_captured > 0 &&
        p.amount_capture_pending === 0 &&
        (p.released || p.amount_captured === p.amount_authorized),
    );
  if (p.status === 'authorized') assert.ok(p.amount_authorized > p.amount_captured && !p.released);
  if (p.status !== before.payment.status) {
    assert.ok(transitions[before.payment.status].includes(p.status));
    assert.ok(events.length > 0, `${before.payment.status} → ${p.status} is told`);
  }
}
