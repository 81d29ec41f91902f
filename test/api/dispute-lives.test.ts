// The lives of disputes over HTTP, from opening to end, with the balances of every step.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { days, hours, minutes, seconds } from '../../src/kit/clock.ts';
import { books, cards, disputed, disputeFees, disputeOf, eventsOf, pass, pay, recipesOf } from '../kit/disputes.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
const get = async (path: string) => (await w.call('GET', path)).body;
const challenge = (id: string, body: Record<string, unknown>, options = {}) =>
  w.call('POST', `/v1/disputes/${id}/challenge`, body, options);
const accept = (id: string, options = {}) => w.call('POST', `/v1/disputes/${id}/accept`, undefined, options);

describe('the life of a dispute', () => {
  // A world each, so that balances are said in full.
  beforeEach(async () => {
    w = await openWorld({ fee_schedule: disputeFees });
  });
  afterEach(() => w.close());

  test('won: held back with its fee, challenged, given back without the fee', async () => {
    const payment = await pay(w, cards.fraudulent);
    assert.deepEqual(await books(w), { incoming: 10_000, available: 0, disputed: 0, fees: 0, receivable: 10_000 });
    await pass(w, seconds(6));
    const d = await disputeOf(w, payment);
    assert.match(d.id, /^dp_[0-9a-z]{26}$/);
    assert.deepEqual(d, {
      id: d.id,
      object: 'dispute',
      payment,
      status: 'needs_response',
      amount: 10_000,
      currency: 'USD',
      fee: 1_500,
      reason: 'fraudulent',
      network_reason_code: '10.4',
      evidence: { text: null, files: [], items: [] },
      evidence_due_by: d.evidence_due_by,
      response: null,
      provider: 'simulator',
      provider_reference: d.provider_reference,
      opened_at: d.opened_at,
      submitted_at: null,
      decided_at: null,
      created_at: d.created_at,
      updated_at: d.updated_at,
    });
    assert.equal(Date.parse(d.evidence_due_by) - Date.parse(d.opened_at), days(7));
    assert.deepEqual(await books(w), {
      incoming: 10_000,
      available: -11_500,
      disputed: 10_000,
      fees: 1_500,
      receivable: 10_000,
    });
    assert.partialDeepStrictEqual(await get(`/v1/payments/${payment}`), {
      status: 'completed',
      amount_disputed: 10_000,
      amount_refundable: 0,
      amount_captured: 10_000,
    });
    assert.deepEqual(await get(`/v1/disputes/${d.id}`), d);
    await refuses(w, ['POST', '/v1/refunds', { payment }], {
      code: 'payment_not_refundable',
      param: 'payment',
      detail: /is disputed: 0 can be refunded/,
    });
    await w.verify();

    const reply = await challenge(d.id, { text: 'Signed for on 3 May: winning_evidence' });
    assert.equal(reply.status, 200, reply.text);
    assert.partialDeepStrictEqual(reply.body, {
      status: 'under_review',
      evidence: { text: 'Signed for on 3 May: winning_evidence' },
      response: { kind: 'challenge', status: 'taken', refusal: null },
    });
    assert.deepEqual(await books(w), {
      incoming: 10_000,
      available: -11_500,
      disputed: 10_000,
      fees: 1_500,
      receivable: 10_000,
    });
    await w.work();
    assert.equal((await disputeOf(w, payment)).status, 'under_review', 'not before the bank decides');
    await pass(w, seconds(6));
    assert.partialDeepStrictEqual(await disputeOf(w, payment), { status: 'won' });
    assert.deepEqual(await books(w), {
      incoming: 10_000,
      available: -1_500,
      disputed: 0,
      fees: 1_500,
      receivable: 10_000,
    });
    assert.partialDeepStrictEqual(await get(`/v1/payments/${payment}`), {
      amount_disputed: 0,
      amount_refundable: 10_000,
    });
    assert.deepEqual(await eventsOf(w, d.id), [
      'dispute.closed',
      'dispute.created',
      'dispute.under_review',
      'dispute.won',
    ]);
    assert.deepEqual(await recipesOf(w, d.id), ['dispute_opened', 'dispute_fee', 'dispute_won']);
    await w.verify();
    const refund = await w.call('POST', '/v1/refunds', { payment, amount: 1_000 });
    assert.partialDeepStrictEqual(refund.body, { status: 'succeeded' }, 'the provider gives it back too');
    await w.verify();
  });

  test('lost: the provider keeps it, and what it owes us falls only then', async () => {
    const d = await disputed(w, cards.not_received);
    assert.partialDeepStrictEqual(d, { reason: 'product_not_received', network_reason_code: '13.1' });
    await challenge(d.id, { items: [{ type: 'customer_communication', text: 'losing_evidence' }] });
    assert.equal((await books(w)).receivable, 10_000);
    await pass(w, seconds(6));
    const now = await disputeOf(w, d.payment);
    assert.equal(now.status, 'lost');
    assert.ok(now.decided_at >= now.submitted_at && now.submitted_at >= now.opened_at);
    assert.deepEqual(await books(w), { incoming: 10_000, available: -11_500, disputed: 0, fees: 1_500, receivable: 0 });
    assert.partialDeepStrictEqual(await get(`/v1/payments/${d.payment}`), {
      amount_disputed: 10_000,
      amount_refundable: 0,
    });
    assert.deepEqual(await w.env.simulator_store.viewOfMoney(w.tenant.account.account_id), [
      { currency: 'USD', captured: 10_000, refunded: 0, charged_back: 10_000 },
    ]);
    assert.deepEqual(await eventsOf(w, d.id), [
      'dispute.closed',
      'dispute.created',
      'dispute.lost',
      'dispute.under_review',
    ]);
    await w.verify();
  });

  test('a challenge that names no outcome is lost after a day', async () => {
    const d = await disputed(w);
    await challenge(d.id, { text: 'They surely know us.' });
    await pass(w, hours(23));
    assert.equal((await disputeOf(w, d.payment)).status, 'under_review');
    await pass(w, hours(2));
    assert.equal((await disputeOf(w, d.payment)).status, 'lost');
    await w.verify();
  });

  test('accepted: decided at once, booked once although the provider tells of it too', async () => {
    const d = await disputed(w);
    const reply = await accept(d.id, { key: 'accept-1' });
    assert.equal(reply.status, 200, reply.text);
    assert.partialDeepStrictEqual(reply.body, { status: 'accepted', response: { kind: 'accept', status: 'taken' } });
    assert.deepEqual(await books(w), { incoming: 10_000, available: -11_500, disputed: 0, fees: 1_500, receivable: 0 });
    await pass(w, days(8));
    assert.equal((await disputeOf(w, d.payment)).status, 'accepted');
    assert.deepEqual(await recipesOf(w, d.id), ['dispute_opened', 'dispute_fee', 'dispute_lost']);
    assert.deepEqual(await eventsOf(w, d.id), ['dispute.closed', 'dispute.created']);
    assert.equal((await accept(d.id, { key: 'accept-1' })).text, reply.text, 'the same key, the same answer');
    await w.verify();
  });

  test('withdrawn by the customer: given back, before or after it was challenged', async () => {
    const first = await disputed(w, cards.withdrawn);
    await pass(w, seconds(10));
    assert.equal((await disputeOf(w, first.payment)).status, 'withdrawn');
    assert.deepEqual(await eventsOf(w, first.id), ['dispute.closed', 'dispute.created', 'dispute.withdrawn']);
    const second = await disputed(w, cards.withdrawn);
    await challenge(second.id, { text: 'We called them.' });
    await pass(w, seconds(10));
    assert.equal((await disputeOf(w, second.payment)).status, 'withdrawn');
    assert.deepEqual(await books(w), {
      incoming: 20_000,
      available: -3_000,
      disputed: 0,
      fees: 3_000,
      receivable: 20_000,
    });
    await w.verify();
  });

  test('lapsed: nobody answered in time', async () => {
    const d = await disputed(w);
    await w.call('PATCH', `/v1/disputes/${d.id}`, { text: 'winning_evidence' });
    w.clock.advance(days(7));
    await refuses(w, ['POST', `/v1/disputes/${d.id}/challenge`, {}], {
      code: 'state_invalid',
      param: 'id',
      detail: /The time to answer this dispute ended at/,
    });
    await refuses(w, ['POST', `/v1/disputes/${d.id}/accept`], {
      code: 'state_invalid',
      param: 'id',
      detail: /ended at/,
    });
    await w.work();
    assert.partialDeepStrictEqual(await disputeOf(w, d.payment), {
      status: 'lost',
      submitted_at: null,
      decided_at: d.evidence_due_by,
    });
    await w.verify();
  });

  test('the provider takes more than is left after a refund: all of it is booked, the rest of the payment is held', async () => {
    const payment = await pay(w, cards.fraudulent);
    await w.call('POST', '/v1/refunds', { payment, amount: 3_000 });
    await pass(w, seconds(6));
    const d = await disputeOf(w, payment);
    assert.equal(d.amount, 10_000);
    assert.partialDeepStrictEqual(await get(`/v1/payments/${payment}`), {
      amount_refunded: 3_000,
      amount_disputed: 7_000,
      amount_refundable: 0,
    });
    assert.deepEqual(await books(w), {
      incoming: 7_000,
      available: -11_500,
      disputed: 10_000,
      fees: 1_500,
      receivable: 7_000,
    });
    await w.verify();
    await accept(d.id);
    assert.deepEqual(await books(w), {
      incoming: 7_000,
      available: -11_500,
      disputed: 0,
      fees: 1_500,
      receivable: -3_000,
    });
    await w.verify();
    const other = await disputed(w);
    assert.equal(other.amount, 10_000);
  });

  test('a refund in full before the dispute averts it', async () => {
    const payment = await pay(w, cards.fraudulent);
    await w.call('POST', '/v1/refunds', { payment });
    await pass(w, days(1));
    assert.deepEqual((await get(`/v1/disputes?payment=${payment}`)).data, []);
    await w.verify();
  });

  test('captured later in part: what came after the dispute can still be refunded, and no more', async () => {
    const payment = await pay(w, cards.fraudulent, { capture: false });
    await pass(w, minutes(1));
    assert.deepEqual((await get(`/v1/disputes?payment=${payment}`)).data, [], 'nothing was taken yet');
    await w.call('POST', `/v1/payments/${payment}/capture`, { amount: 4_000 });
    await pass(w, seconds(6));
    assert.equal((await disputeOf(w, payment)).amount, 4_000);
    await refuses(w, ['POST', '/v1/refunds', { payment, amount: 1 }], {
      code: 'payment_not_refundable',
      param: 'payment',
      detail: /disputed/,
    });
    await w.call('POST', `/v1/payments/${payment}/capture`, { amount: 6_000 });
    assert.equal((await get(`/v1/payments/${payment}`)).amount_refundable, 6_000);
    await refuses(w, ['POST', '/v1/refunds', { payment, amount: 6_001 }], {
      code: 'amount_too_large',
      param: 'amount',
      detail: /At most 6000 \(\$60\.00\)/,
    });
    assert.equal((await w.call('POST', '/v1/refunds', { payment, amount: 6_000 })).body.status, 'succeeded');
    await w.verify();
  });
});
