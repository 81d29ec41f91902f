// Reconciliation: the provider's report against the ledger. What matches is told by its sum, what does not by its name.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { csvLine } from '../../src/reports/csv.ts';
import { reconcile } from '../../src/reports/reconcile.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let charges: { id: string; reference: string; amount: number }[];
const minute = 60_000;

const pay = async (amount: number, number?: string, currency = 'USD') => {
  const { body } = await w.call('POST', '/v1/payments', { amount, currency, token: await w.token(number) });
  const timeline = await w.call('GET', `/v1/payments/${body.id}/timeline`);
  const call = timeline.body.entries.find((entry: { kind: string }) => entry.kind === 'authorize');
  return { id: String(body.id), reference: String(call?.id), amount };
};
const create = async (body: Record<string, unknown>) => {
  const reply = await w.call('POST', '/v1/reconciliations', body);
  assert.equal(reply.status, 201, reply.text);
  assert.equal(reply.body.status, 'completed');
  return reply.body;
};
const exceptions = async (id: string, query = '') =>
  (await w.call('GET', `/v1/reconciliations/${id}/exceptions${query}`)).body;
const hour = () => ({
  from: new Date(w.clock.now().getTime() - 60 * minute).toISOString(),
  to: new Date(w.clock.now().getTime() + minute).toISOString(),
});
const nothing = { count: 0, amount: 0 };

before(async () => {
  w = await openWorld();
  charges = [await pay(10_000), await pay(20_000), await pay(30_000)];
  // Declined: neither side has it. The refund of the second fails later: both sides have nothing of it.
  await pay(5_000, '4000000000000002');
  await pay(700, undefined, 'JPY');
  const [first] = charges;
  assert.equal((await w.call('POST', '/v1/refunds', { payment: first?.id, amount: 4_000 })).status, 201);
  const refused = await pay(1_000, '4000000000008104');
  assert.equal((await w.call('POST', '/v1/refunds', { payment: refused.id })).body.status, 'failed');
  await w.work();
});
after(() => w.close());

test('books that agree have no exceptions, and the sums are those of the ledger', async () => {
  const done = await create(hour());
  assert.equal(done.exception_count, 0);
  assert.equal(done.line_count, 6);
  assert.deepEqual(
    done.totals.map((t: { currency: string; matched: unknown }) => [t.currency, t.matched]),
    [
      ['JPY', { count: 1, amount: 700 }],
      ['USD', { count: 5, amount: 57_000 }],
    ],
  );
  assert.deepEqual(await exceptions(done.id), { object: 'list', data: [], has_more: false });
  assert.deepEqual((await w.call('GET', `/v1/reconciliations/${done.id}`)).body, done);
  assert.deepEqual((await w.call('GET', '/v1/reconciliations')).body.data, [done]);
});

test('a missing line, another amount and a line too many are three exceptions, each by its name', async () => {
  const done = await create({ ...hour(), faults: ['missing_line', 'different_amount', 'extra_line'] });
  assert.equal(done.exception_count, 3);
  const { data } = await exceptions(done.id);
  const [a, b, c] = charges;
  const named = Object.fromEntries(data.map((x: { kind: string }) => [x.kind, x]));
  // By reference, so in the order in which they were made: the first is missing, the second differs, beside the third is one too many.
  assert.deepEqual(
    [named.missing_at_provider, named.different, named.missing_here].map((x) => [
      x.reference,
      x.amount_ledger,
      x.amount_provider,
      x.payment,
    ]),
    [
      [a?.reference, 10_000, null, a?.id],
      [b?.reference, 20_000, 20_001, b?.id],
      [`${c?.reference}_unknown`, null, 30_000, null],
    ],
  );
  const usd = done.totals.find((t: { currency: string }) => t.currency === 'USD');
  assert.deepEqual(usd.missing_at_provider, { count: 1, amount: 10_000 });
  assert.deepEqual(usd.missing_here, { count: 1, amount: 30_000 });
  assert.deepEqual(usd.different, { count: 1, amount_ledger: 20_000, amount_provider: 20_001 });
  assert.deepEqual(usd.matched, { count: 3, amount: 27_000 });
  const left = await w.env.db.query
    .selectFrom('reconciliation_lines')
    .select('position')
    .where('account_id', '=', w.tenant.account.account_id)
    .execute();
  assert.deepEqual(left, [], 'the staged lines are gone');

  // Page by page, and one kind alone.
  const page = await exceptions(done.id, '?limit=2');
  assert.deepEqual([page.data.length, page.has_more], [2, true]);
  assert.deepEqual((await exceptions(done.id, `?limit=2&starting_after=${page.data[1].id}`)).data, data.slice(2));
  assert.deepEqual((await exceptions(done.id, '?kind=different')).data, [named.different]);
  assert.equal((await w.call('GET', `/v1/reconciliations/${done.id}/exceptions?starting_after=x`)).status, 400);
  assert.equal(
    (await w.call('GET', `/v1/reconciliations/${done.id}/exceptions`, undefined, { as: w.other.secret })).status,
    404,
  );
});

test('an uploaded file is held against the ledger; a line that came twice differs', async () => {
  const [a, b, c] = charges;
  const at = w.clock.now().toISOString();
  const lines = [a, b, c, c].map((p) => csvLine([p?.reference ?? '', 'charge', p?.amount ?? 0, 'USD', at]));
  const done = await create({ ...hour(), csv: `\uFEFFreference,kind,amount,currency,booked_at\r\n${lines.join('')}` });
  assert.deepEqual([done.source, done.line_count], ['upload', 4]);
  const usd = done.totals.find((t: { currency: string }) => t.currency === 'USD');
  assert.deepEqual(usd.matched, { count: 2, amount: 30_000 });
  assert.deepEqual(usd.different, { count: 1, amount_ledger: 30_000, amount_provider: 60_000 });
  assert.deepEqual(usd.missing_here, nothing);
  assert.deepEqual(usd.missing_at_provider, { count: 2, amount: -3_000 });
});

test('what is booked on two sides of the edge matches, once', async () => {
  const at = w.clock.now();
  const edge = new Date(at.getTime() + 30_000);
  const late = async function* () {
    yield {
      reference: charges[0]?.reference ?? '',
      kind: 'charge' as const,
      amount: 10_000,
      currency: 'USD' as const,
      booked_at: new Date(edge.getTime() + 1),
    };
  };
  const empty = async function* () {};
  const before_edge = { from: new Date(at.getTime() - 60 * minute), to: edge };
  const after_edge = { from: edge, to: new Date(edge.getTime() + minute) };
  const second = await reconcile(w.ctx(), { period: after_edge, source: 'upload', lines: late() });
  assert.deepEqual([second.exception_count, second.totals[0]?.matched], [0, { count: 1, amount: 10_000 }]);
  const first = await reconcile(w.ctx(), { period: before_edge, source: 'upload', lines: late() });
  const without = await reconcile(w.ctx(), { period: before_edge, source: 'upload', lines: empty() });
  assert.equal(first.exception_count, without.exception_count - 1);
});

test('a report that breaks off leaves a failed reconciliation and no lines', async () => {
  const broken = async function* () {
    yield { reference: 'x', kind: 'charge' as const, amount: 1, currency: 'USD' as const, booked_at: w.clock.now() };
    throw new Error('the line is dead');
  };
  const period = { from: new Date(w.clock.now().getTime() - minute), to: w.clock.now() };
  await assert.rejects(reconcile(w.ctx(), { period, source: 'provider', lines: broken() }), /dead/);
  const [row] = (await w.call('GET', '/v1/reconciliations?limit=1')).body.data;
  assert.deepEqual(
    [row.status, row.failure_reason, row.exception_count],
    ['failed', 'It could not be carried out.', 0],
  );
});

test('what is asked wrongly is refused with the fix', async () => {
  const header = 'reference,kind,amount,currency,booked_at\n';
  const bad: [Record<string, unknown>, string, RegExp][] = [
    [{ from: '2026-02-30' }, 'from', /a day such as/],
    [{ from: '2020-01-01', to: '2026-01-01' }, 'to', /100 days/],
    [{ csv: header, faults: ['extra_line'] }, 'faults', /Leave it out/],
    [{ faults: ['fire'] }, 'faults[0]', /one of/],
  ];
  for (const [body, param, detail] of bad)
    await refuses(w, ['POST', '/v1/reconciliations', body], { code: 'parameter_invalid', param, detail });
  for (const [csv, detail] of [
    ['a,b\n', /lacks 'reference'/],
    [`${header}x,charge,1.5,USD,2026-01-01T00:00:00Z\n`, /Row 2: 'amount'/],
    [`${header}x,charge,-1,USD,2026-01-01T00:00:00Z\n`, /below zero for a refund/],
    [`${header}x,charge,1,usd,2026-01-01T00:00:00Z\n`, /'currency'/],
    [`${header}x,charge,1,USD,yesterday\n`, /'booked_at'/],
    [`${header}x,fee,1,USD,2026-01-01T00:00:00Z\n`, /'kind'/],
    [`${header}"x`, /ends inside quotes/],
  ] as const) {
    const reply = await w.call('POST', '/v1/reconciliations', { ...hour(), csv });
    assert.deepEqual([reply.status, reply.body.code, reply.body.param], [400, 'parameter_invalid', 'csv'], reply.text);
    assert.match(reply.body.detail, detail);
  }
});
