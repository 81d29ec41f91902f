// What befalls a simulated payment by itself, second by second, with a clock by hand.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { days, hours, ManualClock, seconds } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/id.ts';
import { testCards } from './cards.ts';
import { simulator } from './index.ts';
import { memoryStore } from './memory-store.ts';
import type { Scenario } from './scenarios.ts';
import { troubleScenarios } from './trouble.ts';

const start = new Date('2026-05-01T12:00:00Z');

async function paid(scenario: Scenario, capture = true) {
  const clock = new ManualClock(start);
  const store = memoryStore();
  const random = seededRandom(7);
  const connector = simulator({
    store,
    clock,
    random,
    account_id: 'acc_a',
    public_url: 'https://pay.example',
    latency_ms: 0,
  });
  const number = testCards.find((card) => card.scenario === scenario)?.number ?? '';
  const outcome = await connector.authorize({
    reference: 'att_1',
    amount: 1_000,
    currency: 'EUR',
    capture,
    card: { number, exp_month: 12, exp_year: 2030, cvc: '123', holder_name: undefined },
    return_url: 'https://pay.example',
    billing_address: undefined,
    description: undefined,
    entry: 'typed',
  });
  /** What is told after so many seconds from the payment, as `kind@seconds`. */
  const after = async (ms: number): Promise<string[]> => {
    clock.advance(start.getTime() + ms - clock.now().getTime());
    return (await connector.notices(undefined, 100)).notices.map(
      (n) => `${n.kind}@${(n.at.getTime() - start.getTime()) / 1_000}`,
    );
  };
  const dispute_reference = (outcome.provider_reference ?? '').replace('sim_', 'simdp_');
  const follow = { provider_reference: outcome.provider_reference ?? '', currency: 'EUR' as const };
  return { connector, store, after, dispute_reference, follow };
}

describe('trouble', () => {
  test('is ahead of the cards that say so, and of no other', async () => {
    assert.deepEqual(troubleScenarios, [
      'dispute_fraudulent',
      'dispute_product_not_received',
      'dispute_after_warning',
      'dispute_withdrawn',
      'fraud_warning',
    ]);
    assert.deepEqual(await (await paid('approved')).after(days(365)), []);
    for (const scenario of troubleScenarios)
      assert.match(scenario, /^(dispute|fraud)/, 'the index of migrations/0013 finds it');
  });

  test('disputed after five seconds, lost after seven days without an answer; told in order after any time', async () => {
    const { after, store } = await paid('dispute_fraudulent');
    assert.deepEqual(await after(seconds(5) - 1), []);
    assert.deepEqual(await after(seconds(5)), ['dispute_opened@5']);
    assert.deepEqual(await store.viewOfMoney('acc_a'), [
      { currency: 'EUR', captured: 1_000, refunded: 0, charged_back: 0 },
    ]);
    assert.deepEqual(await after(days(7)), ['dispute_opened@5']);
    assert.deepEqual(await after(days(7) + seconds(5)), ['dispute_opened@5', 'dispute_lost@604805']);
    assert.deepEqual(await store.viewOfMoney('acc_a'), [
      { currency: 'EUR', captured: 1_000, refunded: 0, charged_back: 1_000 },
    ]);
    const late = await paid('dispute_product_not_received');
    assert.deepEqual(await late.after(days(30)), ['dispute_opened@5', 'dispute_lost@604805']);
  });

  test('a hold is not disputed, what was captured of it is', async () => {
    const { after, connector, follow } = await paid('dispute_fraudulent', false);
    assert.deepEqual(await after(seconds(60)), []);
    await connector.capture({ reference: 'att_2', amount: 400, ...follow });
    assert.deepEqual(await after(seconds(65)), ['dispute_opened@65']);
    const [notice] = (await connector.notices(undefined, 1)).notices;
    assert.equal(notice?.kind === 'dispute_opened' && notice.amount, 400);
  });

  for (const [text, kind, at] of [
    ['x winning_evidence x', 'dispute_won', 15],
    ['losing_evidence', 'dispute_lost', 15],
    ['We shipped it.', 'dispute_lost', 86_410],
  ] as const) {
    test(`challenged with "${text}": ${kind}`, async () => {
      const { after, connector, dispute_reference } = await paid('dispute_fraudulent');
      await after(seconds(10));
      assert.deepEqual(await connector.challengeDispute({ reference: 'dpr_1', dispute_reference, text, files: [] }), {
        kind: 'taken',
      });
      assert.deepEqual(await after(days(20)), ['dispute_opened@5', `${kind}@${at}`]);
    });
  }

  test('an answer after the deadline is refused', async () => {
    const { after, connector, dispute_reference } = await paid('dispute_fraudulent');
    await after(seconds(5));
    await after(days(8));
    assert.deepEqual(
      await connector.challengeDispute({ reference: 'dpr_1', dispute_reference, text: 'winning_evidence', files: [] }),
      { kind: 'refused', code: 'deadline_passed' },
    );
  });

  test('withdrawn ten seconds after it was opened', async () => {
    assert.deepEqual(await (await paid('dispute_withdrawn')).after(days(30)), [
      'dispute_opened@5',
      'dispute_withdrawn@15',
    ]);
  });

  test('warned of after two seconds; disputed after thirty unless it was refunded in full', async () => {
    assert.deepEqual(await (await paid('fraud_warning')).after(days(30)), ['fraud_warning@2']);
    const left = await paid('dispute_after_warning');
    assert.deepEqual(await left.after(seconds(2)), ['fraud_warning@2']);
    assert.deepEqual(await left.after(hours(1)), ['fraud_warning@2', 'dispute_opened@30']);
    const refunded = await paid('dispute_after_warning');
    await refunded.after(seconds(3));
    assert.equal(
      (await refunded.connector.refund({ reference: 'att_2', amount: 1_000, ...refunded.follow })).kind,
      'approved',
    );
    assert.deepEqual(await refunded.after(days(30)), ['fraud_warning@2']);
  });
});
