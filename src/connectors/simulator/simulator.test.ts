// Every documented behaviour of the simulator, with a clock by hand and its books in memory.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock, minutes, seconds } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/id.ts';
import type { AuthorizeCall, FollowUpCall, Outcome } from '../connector.ts';
import { ProviderTimeout } from '../provider-timeout.ts';
import { testCards } from './cards.ts';
import { settleChallenge, simulator } from './index.ts';
import { memoryStore } from './memory-store.ts';
import { type Scenario, scenarios } from './scenarios.ts';

const start = '2026-05-01T12:00:00Z';

function open(more: { latency_ms?: number; slow_ms?: number } = {}) {
  const clock = new ManualClock(start);
  const store = memoryStore();
  const slept: number[] = [];
  const parts = { store, clock, random: seededRandom(7) };
  const sleep = async (ms: number) => void slept.push(ms);
  const connector = simulator({
    ...parts,
    account_id: 'acc_a',
    public_url: 'https://pay.example',
    latency_ms: 0,
    sleep,
    ...more,
  });
  return { ...parts, slept, connector };
}

let count = 0;
const reference = () => `att_${++count}`;
const numberOf = (scenario: Scenario) =>
  testCards.find((card) => card.scenario === scenario)?.number ?? assert.fail(`no card for ${scenario}`);
const call = (scenario: Scenario, more: Partial<AuthorizeCall> = {}): AuthorizeCall => ({
  reference: reference(),
  amount: 1_000,
  currency: 'EUR',
  capture: true,
  card: { number: numberOf(scenario), exp_month: 12, exp_year: 2030, cvc: '123', holder_name: undefined },
  return_url: 'https://pay.example/pay/sess_1',
  billing_address: undefined,
  description: undefined,
  entry: 'typed',
  ...more,
});
const on = (outcome: Outcome, amount = 1_000): FollowUpCall => ({
  reference: reference(),
  provider_reference: outcome.provider_reference ?? '',
  amount,
  currency: 'EUR',
});
const codeOf = (outcome: { kind: string; code?: string }) =>
  outcome.kind === 'declined' ? outcome.code : outcome.kind;

describe('test cards', () => {
  test('every number is unique, passes Luhn and looks like its brand', () => {
    const shapes = {
      visa: /^4\d{15}$/,
      mastercard: /^(5[1-5]|2[2-7])\d{14}$/,
      amex: /^3[47]\d{13}$/,
      discover: /^6011\d{12}$/,
      diners: /^3(05|6)\d{11,13}$/,
      jcb: /^35\d{14}$/,
      unionpay: /^62\d{14}$/,
    };
    assert.equal(new Set(testCards.map((card) => card.number)).size, testCards.length);
    for (const { number, brand, country } of testCards) {
      assert.ok(luhn(number), number);
      assert.match(number, shapes[brand]);
      assert.match(country, /^[A-Z]{2}$/);
    }
  });

  test('every scenario has a card', () => {
    for (const scenario of Object.keys(scenarios))
      assert.ok(
        testCards.some((card) => card.scenario === scenario),
        scenario,
      );
  });
});

describe('simulator', () => {
  for (const code of [
    'generic_decline',
    'insufficient_funds',
    'lost_card',
    'stolen_card',
    'expired_card',
    'incorrect_cvc',
    'processing_error',
  ] as const) {
    test(`declines: ${code}`, async () => {
      assert.equal(codeOf(await open().connector.authorize(call(code))), code);
    });
  }

  test('an approval carries a code of six digits and the checks', async () => {
    const { connector } = open();
    const address = { postal_code: '75001' };
    const outcome = await connector.authorize(call('approved', { billing_address: address }));
    assert.match(outcome.processing.authorization_code ?? '', /^\d{6}$/);
    assert.match(outcome.provider_reference ?? '', /^sim_[0-9a-z]{26}$/);
    assert.deepEqual([outcome.processing.cvc_result, outcome.processing.avs_result], ['pass', 'pass']);
    const failing = call('approved', { billing_address: { postal_code: '00000' } });
    const checked = await connector.authorize({ ...failing, card: { ...failing.card, cvc: '000' } });
    assert.deepEqual(
      [checked.kind, checked.processing.cvc_result, checked.processing.avs_result],
      ['approved', 'fail', 'fail'],
    );
  });

  test('a card is good through its last month', async () => {
    const { connector, clock } = open();
    const dated = () => call('approved', { card: { ...call('approved').card, exp_month: 5, exp_year: 2026 } });
    assert.equal((await connector.authorize(dated())).kind, 'approved');
    clock.advance(31 * 24 * 3_600_000 + 1);
    assert.equal(codeOf(await connector.authorize(dated())), 'expired_card');
  });

  test('a lost answer: the money moved, look knows, and a repeated call moves it no second time', async () => {
    const { connector, store } = open();
    const lost = call('timeout_approved');
    await assert.rejects(connector.authorize(lost), ProviderTimeout);
    assert.equal((await connector.look(lost.reference)).kind, 'approved');
    assert.equal((await connector.authorize(lost)).kind, 'approved');
    assert.deepEqual(await store.viewOfMoney('acc_a'), [
      { currency: 'EUR', captured: 1_000, refunded: 0, charged_back: 0 },
    ]);
  });

  test('a call that never arrived is absent; a declined one whose answer was lost is declined', async () => {
    const { connector, store } = open();
    const never = call('timeout_never_reached');
    await assert.rejects(connector.authorize(never), ProviderTimeout);
    assert.deepEqual(await connector.look(never.reference), { kind: 'absent' });
    const refused = call('timeout_declined');
    await assert.rejects(connector.authorize(refused), ProviderTimeout);
    assert.equal(codeOf(await connector.look(refused.reference)), 'generic_decline');
    assert.deepEqual(await store.viewOfMoney('acc_a'), []);
  });

  test('the error of a time-out holds no card number', async () => {
    const lost = call('timeout_approved');
    await assert.rejects(
      open().connector.authorize(lost),
      (error: Error) => !`${error.message}${error.stack}${JSON.stringify(error)}`.includes(lost.card.number),
    );
  });

  test('follow-ups can be lost after or before they arrive', async () => {
    const { connector } = open();
    const done = on(await connector.authorize(call('timeout_follow_up_done', { capture: false })));
    await assert.rejects(connector.capture(done), ProviderTimeout);
    assert.equal((await connector.look(done.reference)).kind, 'approved');
    const never = on(await connector.authorize(call('timeout_follow_up_never_reached')));
    await assert.rejects(connector.refund(never), ProviderTimeout);
    assert.deepEqual(await connector.look(never.reference), { kind: 'absent' });
  });

  test('pending is decided five seconds later', async () => {
    const { connector, clock } = open();
    const good = call('approved_later');
    const bad = call('declined_later');
    assert.equal((await connector.authorize(good)).kind, 'pending');
    assert.equal((await connector.authorize(bad)).kind, 'pending');
    clock.advance(seconds(5) - 1);
    assert.equal((await connector.look(good.reference)).kind, 'pending');
    clock.advance(1);
    const ended = await connector.look(good.reference);
    assert.equal(ended.kind, 'approved');
    assert.deepEqual(await connector.look(good.reference), ended);
    assert.equal(codeOf(await connector.look(bad.reference)), 'generic_decline');
  });

  test('refunds can be refused at once or later', async () => {
    const { connector, clock, store } = open();
    assert.equal(
      codeOf(await connector.refund(on(await connector.authorize(call('refund_refused'))))),
      'refund_refused',
    );
    const fails = on(await connector.authorize(call('refund_refused_later')));
    const works = on(await connector.authorize(call('refund_later')));
    assert.equal((await connector.refund(fails)).kind, 'pending');
    assert.equal((await connector.refund(works)).kind, 'pending');
    assert.equal(codeOf(await connector.refund({ ...works, reference: reference() })), 'refund_refused');
    clock.advance(seconds(5));
    assert.equal(codeOf(await connector.look(fails.reference)), 'refund_refused');
    assert.equal((await connector.look(works.reference)).kind, 'approved');
    assert.deepEqual(await store.viewOfMoney('acc_a'), [
      { currency: 'EUR', captured: 3_000, refunded: 1_000, charged_back: 0 },
    ]);
  });

  test('slow: latency and three seconds', async () => {
    const { connector, slept } = open({ latency_ms: 40 });
    await connector.authorize(call('slow'));
    assert.deepEqual(slept, [3_040]);
  });

  test('saved cards', async () => {
    const { connector } = open();
    assert.equal((await connector.authorize(call('declined_when_stored'))).kind, 'approved');
    assert.equal(
      codeOf(await connector.authorize(call('declined_when_stored', { entry: 'stored' }))),
      'generic_decline',
    );
    assert.equal((await connector.authorize(call('challenge_when_typed'))).kind, 'action');
    assert.equal((await connector.authorize(call('challenge_when_typed', { entry: 'stored' }))).kind, 'approved');
  });
});

describe('3-D Secure', () => {
  test('frictionless and failed', async () => {
    const { connector } = open();
    const quiet = await connector.authorize(call('frictionless'));
    assert.deepEqual(quiet.processing.three_d_secure, {
      flow: 'frictionless',
      result: 'authenticated',
      version: '2.2.0',
      liability_shift: true,
    });
    const failed = await connector.authorize(call('authentication_failed'));
    assert.equal(codeOf(failed), 'authentication_failed');
    assert.equal(failed.processing.three_d_secure?.liability_shift, false);
  });

  test('a challenge is approved or refused once, and the first answer stays', async () => {
    const parts = open();
    const challenged = call('challenge');
    const action = await parts.connector.authorize(challenged);
    assert.equal(
      action.kind === 'action' && action.url,
      `https://pay.example/simulator/challenge/${challenged.reference}`,
    );
    assert.equal((await parts.connector.look(challenged.reference)).kind, 'action');
    assert.equal((await settleChallenge(parts, challenged.reference, 'approve'))?.status, 'approved');
    assert.equal((await settleChallenge(parts, challenged.reference, 'refuse'))?.status, 'approved');
    const ended = await parts.connector.look(challenged.reference);
    assert.deepEqual(ended.kind === 'approved' && ended.processing.three_d_secure, {
      flow: 'challenge',
      result: 'authenticated',
      version: '2.2.0',
      liability_shift: true,
    });
    const refused = call('challenge');
    await parts.connector.authorize(refused);
    await settleChallenge(parts, refused.reference, 'refuse');
    assert.equal(codeOf(await parts.connector.look(refused.reference)), 'authentication_failed');
    assert.equal(await settleChallenge(parts, 'att_unknown', 'approve'), undefined);
  });

  test('the bank can decline after the challenge', async () => {
    const parts = open();
    const challenged = call('challenge_then_insufficient_funds');
    await parts.connector.authorize(challenged);
    await settleChallenge(parts, challenged.reference, 'approve');
    assert.equal(codeOf(await parts.connector.look(challenged.reference)), 'insufficient_funds');
  });

  test('an open challenge takes no capture, ends with a void, and is given up after an hour', async () => {
    const parts = open();
    const voided = call('challenge', { capture: false });
    const action = await parts.connector.authorize(voided);
    assert.equal(codeOf(await parts.connector.capture(on(action))), 'capture_refused');
    assert.equal((await parts.connector.void(on(action))).kind, 'approved');
    assert.equal((await settleChallenge(parts, voided.reference, 'approve'))?.status, 'declined');
    assert.equal(codeOf(await parts.connector.look(voided.reference)), 'authentication_abandoned');
    const forgotten = call('challenge');
    await parts.connector.authorize(forgotten);
    parts.clock.advance(minutes(60));
    assert.equal((await settleChallenge(parts, forgotten.reference, 'approve'))?.status, 'declined');
    assert.equal(codeOf(await parts.connector.look(forgotten.reference)), 'authentication_abandoned');
    assert.deepEqual(await parts.store.viewOfMoney('acc_a'), []);
  });
});

function luhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, i) => {
    const value = i % 2 ? Number(digit) * 2 : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
