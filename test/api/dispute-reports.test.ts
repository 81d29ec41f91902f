// Disputes in reports: the file has every dispute once and no evidence; reconciliation holds what providers took and gave back
// for disputes against the ledger, each leg by itself, and names what does not match.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { minutes, seconds } from '../../src/kit/clock.ts';
import { csvLine, readCsv } from '../../src/reports/csv.ts';
import { cards, disputed, disputeFees, disputeOf, pass } from '../kit/disputes.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
let won: any;
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
let accepted: any;
const secret_word = 'word-of-the-evidence';

before(async () => {
  w = await openWorld({ fee_schedule: { rules: [], ...disputeFees } });
  await w.call('POST', '/v1/payments', { amount: 90_000, currency: 'USD', token: await w.token() });
  won = await disputed(w, cards.not_received);
  accepted = await disputed(w, cards.fraudulent);
  const draft = await w.call('PATCH', `/v1/disputes/${won.id}`, { text: `winning_evidence ${secret_word}` });
  assert.ok(draft.status < 300, draft.text);
  const challenge = await w.call('POST', `/v1/disputes/${won.id}/challenge`);
  assert.ok(challenge.status < 300, challenge.text);
  const given_in = await w.call('POST', `/v1/disputes/${accepted.id}/accept`);
  assert.ok(given_in.status < 300, given_in.text);
  await pass(w, seconds(30));
  won = await disputeOf(w, won.payment);
  accepted = await disputeOf(w, accepted.payment);
  assert.deepEqual([won.status, accepted.status], ['won', 'accepted']);
});
after(() => w.close());

const hour = () => ({
  from: new Date(w.clock.now().getTime() - minutes(60)).toISOString(),
  to: new Date(w.clock.now().getTime() + minutes(1)).toISOString(),
});

async function reconciled(body: Record<string, unknown>) {
  const reply = await w.call('POST', '/v1/reconciliations', body);
  assert.equal(reply.status, 201, reply.text);
  const { data } = (await w.call('GET', `/v1/reconciliations/${reply.body.id}/exceptions`)).body;
  return { done: reply.body, data };
}

test('the disputes report has each dispute once, as the API shows it, and none of its evidence', async () => {
  const { text } = await w.call('GET', '/v1/reports/disputes');
  const [header = [], ...rows] = await Array.fromAsync(readCsv([text]));
  const read = rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]])));
  assert.deepEqual(
    read.map((d) => [d.id, d.payment, d.status, d.amount, d.amount_major, d.fee, d.currency, d.provider_reference]),
    [won, accepted].map((d) => [d.id, d.payment, d.status, '10000', '100.00', '1500', 'USD', d.provider_reference]),
  );
  assert.deepEqual(
    read.map((d) => [d.opened_at, d.decided_at, d.response]),
    [won, accepted].map((d) => [d.opened_at, d.decided_at, d.response.kind]),
  );
  assert.ok(!text.includes(secret_word));
  const theirs = await w.call('GET', '/v1/reports/disputes', undefined, { as: w.other.secret });
  assert.equal(theirs.text.split('\r\n').length, 2, 'another merchant gets the header alone');
});

test('what was taken for disputes and given back matches, each as a line of its own', async () => {
  const { done, data } = await reconciled(hour());
  assert.deepEqual(data, []);
  // Three charges, two disputes, one reversal: an accepted dispute moves nothing more.
  assert.equal(done.line_count, 6);
  assert.deepEqual(done.totals[0].matched, { count: 6, amount: 90_000 + 20_000 - 20_000 + 10_000 });
});

test('a reversal that the provider never paid, another amount, and a dispute that nobody here knows are named', async () => {
  const at = won.opened_at;
  const rows: (string | number)[][] = [
    ['reference', 'kind', 'amount', 'currency', 'booked_at'],
    [won.provider_reference, 'dispute', -10_000, 'USD', at],
    [accepted.provider_reference, 'dispute', -9_999, 'USD', at],
    ['dispute_of_nobody', 'dispute', -500, 'USD', at],
  ];
  const { data } = await reconciled({ ...hour(), csv: rows.map(csvLine).join('') });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
  const of = (reference: string) => data.filter((x: any) => x.reference === reference);
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
  const facts = (x: any) => [x.kind, x.amount_ledger, x.amount_provider, x.payment];
  assert.deepEqual(of(won.provider_reference).map(facts), [['missing_at_provider', 10_000, null, won.payment]]);
  assert.deepEqual(of(accepted.provider_reference).map(facts), [['different', -10_000, -9_999, accepted.payment]]);
  assert.deepEqual(of('dispute_of_nobody').map(facts), [['missing_here', null, -500, null]]);
});

test('a dispute above zero and a kind that is none are refused by their line', async () => {
  for (const [kind, amount, what] of [
    ['dispute', 100, /Row 2: 'amount' must be .*below zero for a refund and a dispute\./],
    ['dispute_reversal', -100, /Row 2: 'amount' must be above zero for a charge and a dispute_reversal/],
    ['toString', 100, /Row 2: 'kind' must be one of charge, refund, dispute, dispute_reversal/],
  ] as const) {
    const csv = ['reference,kind,amount,currency,booked_at', `x,${kind},${amount},USD,${won.opened_at}`].join('\r\n');
    const reply = await w.call('POST', '/v1/reconciliations', { ...hour(), csv });
    assert.equal(reply.status, 400, reply.text);
    assert.match(reply.body.detail, what);
  }
});

test('the books hold', () => w.verify());
