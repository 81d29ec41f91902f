// What every connector must keep, as test cases: a new provider's connector is done when these pass. Used by tests only.
// It must never look behind the Connector type, so that the same cases run against any provider's sandbox.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { AuthorizeCall, Connector, DeclineCode, FollowUpCall, Outcome } from './connector.ts';

export type ContractSubject = {
  connector: Connector;
  /** The same provider for another account: nothing of the first may be seen through it. */
  stranger: Connector;
  close?(): Promise<void>;
};

export type ContractCards = { approved: string; declined: string };

export function connectorContract(name: string, cards: ContractCards, open: () => Promise<ContractSubject>): void {
  describe(`connector contract: ${name}`, async () => {
    const subject = await open();
    const { connector, stranger } = subject;
    after(() => subject.close?.());

    const reference = () => `att_${randomUUID()}`;
    const authorizeCall = (more: Partial<AuthorizeCall> = {}): AuthorizeCall => ({
      reference: reference(),
      amount: 1_000,
      currency: 'EUR',
      capture: false,
      card: { number: cards.approved, exp_month: 12, exp_year: 2049, cvc: '123', holder_name: 'Ada Lovelace' },
      return_url: 'https://shop.example/return',
      billing_address: { postal_code: '75001', country: 'FR' },
      description: undefined,
      entry: 'typed',
      ...more,
    });
    const authorized = async (more: Partial<AuthorizeCall> = {}) =>
      approvedReference(await connector.authorize(authorizeCall(more)));
    const on = (provider_reference: string, amount: number, more: Partial<FollowUpCall> = {}): FollowUpCall => ({
      reference: reference(),
      provider_reference,
      amount,
      currency: 'EUR',
      ...more,
    });

    test('an approved authorization names the provider reference, and look tells the same', async () => {
      const call = authorizeCall();
      const outcome = await connector.authorize(call);
      assert.equal(outcome.kind, 'approved');
      assert.deepEqual(await connector.look(call.reference), outcome);
    });

    test('a refusal is data, and look tells the same', async () => {
      const call = authorizeCall({ card: { ...authorizeCall().card, number: cards.declined } });
      const outcome = await connector.authorize(call);
      declined(outcome);
      assert.deepEqual(await connector.look(call.reference), outcome);
    });

    test('a reference that was never sent is absent', async () => {
      assert.deepEqual(await connector.look(reference()), { kind: 'absent' });
    });

    test('the same reference twice, also at once, is one authorization', async () => {
      const call = authorizeCall();
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => connector.authorize(call)));
      for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0]);
      assert.deepEqual(await connector.authorize(call), outcomes[0]);
    });

    test('the same reference twice is one capture', async () => {
      const held = await authorized();
      const capture = on(held, 600);
      const outcomes = await Promise.all([
        connector.capture(capture),
        connector.capture(capture),
        connector.capture(capture),
      ]);
      for (const outcome of outcomes) assert.equal(outcome.kind, 'approved');
      assert.equal((await connector.capture(on(held, 400))).kind, 'approved');
      assert.equal((await connector.look(capture.reference)).kind, 'approved');
    });

    test('captures over the authorized amount are refused', async () => {
      const held = await authorized();
      declined(await connector.capture(on(held, 1_001)), 'capture_refused');
      assert.equal((await connector.capture(on(held, 700))).kind, 'approved');
      const over = on(held, 301);
      declined(await connector.capture(over), 'capture_refused');
      assert.equal((await connector.look(over.reference)).kind, 'declined');
      assert.equal((await connector.capture(on(held, 300))).kind, 'approved');
    });

    test('money taken at once cannot be captured again', async () => {
      declined(await connector.capture(on(await authorized({ capture: true }), 1)), 'capture_refused');
    });

    test('a voided authorization cannot be captured', async () => {
      const held = await authorized();
      const release = on(held, 1_000);
      assert.equal((await connector.void(release)).kind, 'approved');
      assert.equal((await connector.void(release)).kind, 'approved');
      declined(await connector.capture(on(held, 1)), 'capture_refused');
    });

    test('a void after a partial capture gives back the rest alone', async () => {
      const held = await authorized();
      await connector.capture(on(held, 400));
      assert.equal((await connector.void(on(held, 600))).kind, 'approved');
      declined(await connector.capture(on(held, 1)), 'capture_refused');
      assert.equal((await connector.refund(on(held, 400))).kind, 'approved');
    });

    test('nothing is left to void after a full capture', async () => {
      declined(await connector.void(on(await authorized({ capture: true }), 1_000)));
    });

    test('refunds over the captured amount are refused', async () => {
      const held = await authorized();
      declined(await connector.refund(on(held, 1)), 'refund_refused');
      await connector.capture(on(held, 500));
      declined(await connector.refund(on(held, 501)), 'refund_refused');
      assert.equal((await connector.refund(on(held, 500))).kind, 'approved');
      declined(await connector.refund(on(held, 1)), 'refund_refused');
    });

    test('of twenty refunds of 60 % at once exactly one succeeds', async () => {
      const taken = await authorized({ capture: true });
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => connector.refund(on(taken, 600))));
      assert.equal(outcomes.filter((outcome) => outcome.kind === 'approved').length, 1);
      assert.equal(outcomes.filter((outcome) => outcome.kind === 'declined').length, 19);
    });

    test('an increase raises what can be captured', async () => {
      const held = await authorized();
      assert.equal((await connector.increase(on(held, 1_500))).kind, 'approved');
      assert.equal((await connector.capture(on(held, 1_500))).kind, 'approved');
      declined(await connector.increase(on(await authorized(), 999)));
    });

    test('another currency or an unknown authorization moves nothing', async () => {
      const held = await authorized();
      declined(await connector.capture(on(held, 1_000, { currency: 'USD' })), 'capture_refused');
      declined(await connector.capture(on(`${held}x`, 1_000)), 'capture_refused');
    });

    test('another account sees and moves nothing', async () => {
      const call = authorizeCall({ capture: true });
      const taken = approvedReference(await connector.authorize(call));
      assert.deepEqual(await stranger.look(call.reference), { kind: 'absent' });
      declined(await stranger.refund(on(taken, 1)), 'refund_refused');
    });

    test('no outcome carries the card number', async () => {
      const call = authorizeCall();
      const text = JSON.stringify([await connector.authorize(call), await connector.look(call.reference)]);
      assert.ok(!text.includes(cards.approved));
    });
  });
}

function approvedReference(outcome: Outcome): string {
  assert.equal(outcome.kind, 'approved');
  return outcome.kind === 'approved' ? outcome.provider_reference : '';
}

function declined(outcome: Outcome, code?: DeclineCode): void {
  assert.equal(outcome.kind, 'declined');
  if (code) assert.equal(outcome.kind === 'declined' && outcome.code, code);
}
