// Reports: the file says what the API says, to the cent and for one merchant alone; months are the merchant's; no cell is a formula.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readCsv } from '../../src/reports/csv.ts';
import { startOfDay } from '../../src/reports/period.ts';
import { reportTypes } from '../../src/reports/report.ts';
import { settleDue } from '../../src/settlements/settle.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type Tenant, type World } from '../kit/world.ts';

let w: World;
const day = 86_400_000;
const canary = 'word-of-the-other-merchant';

type Row = Record<string, string>;

async function download(path: string, who: Tenant = w.tenant): Promise<Row[]> {
  const reply = await w.call('GET', path, undefined, { as: who.secret });
  assert.equal(reply.status, 200, reply.text);
  return rowsOf(reply.text);
}

async function rowsOf(text: string): Promise<Row[]> {
  const [header = [], ...rows] = await Array.fromAsync(readCsv([text]));
  for (const row of rows) assert.equal(row.length, header.length);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])));
}

async function listed(path: string) {
  const all = [];
  for (let after_id = ''; ; ) {
    const { body } = await w.call('GET', `${path}${path.includes('?') ? '&' : '?'}limit=100${after_id}`);
    all.push(...body.data);
    if (!body.has_more) return all.reverse();
    after_id = `&starting_after=${body.data.at(-1).id}`;
  }
}

const pay = async (body: Record<string, unknown>, number?: string) =>
  (await w.call('POST', '/v1/payments', { currency: 'USD', token: await w.token(number), ...body })).body;

before(async () => {
  w = await openWorld({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
  const mean = {
    description: '=HYPERLINK("http://evil.test","x")',
    merchant_reference: '@SUM(1,2)',
    metadata: { note: '+1' },
  };
  const first = await pay({ amount: 10_000, email: 'a@example.com', ...mean });
  await pay({ amount: 5_050, description: 'plain, with "quotes"\nand a line' });
  await pay({ amount: 700, currency: 'JPY', description: '-12' });
  await pay({ amount: 300 }, '4000000000000002');
  await w.call('POST', '/v1/payments', { amount: 1_000, currency: 'USD', token: await w.token(), capture: false });
  const refund = await w.call('POST', '/v1/refunds', { payment: first.id, amount: 2_500, note: '=1+1' });
  assert.equal(refund.status, 201, refund.text);
  const token = await w.call(
    'POST',
    '/v1/tokens',
    { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } },
    { as: w.other.publishable },
  );
  const theirs = await w.call(
    'POST',
    '/v1/payments',
    { amount: 123, currency: 'USD', token: token.body.id, description: canary, email: `${canary}@example.com` },
    { as: w.other.secret },
  );
  assert.equal(theirs.status, 201);
  await w.work();
});
after(() => w.close());

describe('a file', () => {
  test('of payments says what the list says, oldest first; text that could be a formula is inert', async () => {
    const reply = await w.call('GET', '/v1/reports/payments');
    assert.equal(reply.headers['content-type'], 'text/csv; charset=utf-8');
    assert.match(
      String(reply.headers['content-disposition']),
      /^attachment; filename="payments_to_\d{4}-\d\d-\d\d\.csv"$/,
    );
    assert.equal(reply.headers['cache-control'], 'no-store');
    assert.ok(reply.text.endsWith('\r\n') && !reply.text.startsWith('\uFEFF'));
    const rows = await rowsOf(reply.text);
    const api = await listed('/v1/payments');
    assert.equal(rows.length, 5);
    assert.deepEqual(
      rows.map((r) => [
        r.id,
        r.created_at,
        r.status,
        r.currency,
        Number(r.amount),
        Number(r.amount_refunded),
        r.card_brand,
        r.email,
        JSON.parse(r.metadata ?? ''),
      ]),
      api.map((p) => [
        p.id,
        p.created_at,
        p.status,
        p.currency,
        p.amount,
        p.amount_refunded,
        p.payment_method.card.brand,
        p.email ?? '',
        p.metadata,
      ]),
    );
    assert.deepEqual(
      rows.slice(0, 3).map((r) => [r.amount_major, r.description, r.merchant_reference]),
      [
        ['100.00', `'=HYPERLINK("http://evil.test","x")`, "'@SUM(1,2)"],
        ['50.50', 'plain, with "quotes"\nand a line', ''],
        ['700', '-12', ''],
      ],
    );
    assert.equal(rows[3]?.decline_code, 'generic_decline');
  });

  test('of refunds says what the list says', async () => {
    const [row, ...more] = await download('/v1/reports/refunds');
    const [refund] = await listed('/v1/refunds');
    assert.equal(more.length, 0);
    assert.deepEqual(
      [row?.id, row?.payment, row?.status, row?.amount, row?.amount_major, row?.note],
      [refund.id, refund.payment, 'succeeded', '2500', '25.00', "'=1+1"],
    );
  });

  test('of activities, settlements and the trial balance adds up to the ledger', async () => {
    w.clock.advance(7 * day);
    assert.equal(await settleDue(w.env), 3, 'two currencies here, one there');
    const rows = await download('/v1/reports/balance_activities');
    const usd = rows.filter((r) => r.currency === 'USD');
    const api = await listed('/v1/balance_activities?currency=USD');
    assert.deepEqual(
      usd.map((r) => [
        r.id,
        r.type,
        Number(r.amount),
        Number(r.fee),
        Number(r.net),
        r.status,
        r.source,
        r.payment,
        r.settlement,
        r.created_at,
      ]),
      api.map((a) => [a.id, a.type, a.amount, a.fee, a.net, a.status, a.source, a.payment, a.settlement, a.created_at]),
    );
    assert.deepEqual(
      usd.map((r) => r.net_major),
      ['96.80', '48.74', '-25.00'],
    );

    const settlements = await download('/v1/reports/settlements');
    assert.deepEqual(
      settlements
        .map((s) => [
          s.id,
          s.currency,
          s.settled_on,
          Number(s.gross),
          Number(s.refunded),
          Number(s.fees),
          Number(s.net),
        ])
        .sort(),
      (await listed('/v1/settlements'))
        .map((s) => [s.id, s.currency, s.settled_on, s.gross, s.refunded, s.fees, s.net])
        .sort(),
    );

    const trial = await download('/v1/reports/trial_balance');
    for (const currency of ['USD', 'JPY']) {
      const own = trial.filter((r) => r.currency === currency);
      assert.equal(
        own.reduce((sum, r) => sum + Number(r.balance), 0),
        0,
      );
    }
    const available = trial.find((r) => r.currency === 'USD' && r.ledger_account === 'available');
    assert.deepEqual([available?.balance, available?.balance_major], ['-12054', '-120.54']);
    await w.verify();
  });

  test('may begin with a byte order mark, and holds one currency when asked', async () => {
    const reply = await w.call('GET', '/v1/reports/payments?bom=true&currency=JPY');
    assert.ok(reply.text.startsWith('\uFEFFid,'));
    assert.deepEqual(
      (await rowsOf(reply.text)).map((r) => r.currency),
      ['JPY'],
    );
  });

  test('holds nothing of another merchant, and theirs nothing of ours', async () => {
    for (const type of reportTypes) {
      const ours = await w.call('GET', `/v1/reports/${type}`);
      assert.equal(ours.status, 200, ours.text);
      assert.ok(!ours.text.includes(canary), type);
      const theirs = await w.call('GET', `/v1/reports/${type}`, undefined, { as: w.other.secret });
      assert.ok(!theirs.text.includes('HYPERLINK') && !theirs.text.includes('JPY'), type);
    }
    const [row, ...more] = await download('/v1/reports/payments', w.other);
    assert.deepEqual([row?.description, more.length], [canary, 0]);
  });

  test('a publishable key gets none, and a HEAD makes none', async () => {
    assert.equal((await w.call('GET', '/v1/reports/payments', undefined, { as: w.tenant.publishable })).status, 403);
    assert.equal((await w.call('HEAD', '/v1/reports/payments')).status, 405);
  });

  test('what is asked wrongly is refused with the fix', async () => {
    const fields: [string, string, RegExp][] = [
      ['secrets', 'type', /one of 'payments'/],
      ['payments?from=2026-02-30', 'from', /a day such as 2026-01-31/],
      ['payments?from=2026-02-02&to=2026-02-01', 'from', /before 'to'/],
      ['payments?to=2026-02-02T10:00:00', 'to', /with a zone/],
      ['payments?month=2026-01', 'month', /Only a statement/],
      ['statement?from=2026-01-01', 'from', /of a 'month'/],
      ['statement?month=2026-13', 'month', /such as 2026-01/],
      ['trial_balance?from=2026-01-01', 'from', /everything up to 'to'/],
    ];
    for (const [path, param, detail] of fields) {
      await refuses(w, ['GET', `/v1/reports/${path}`], { code: 'parameter_invalid', param, detail });
    }
    await refuses(w, ['GET', '/v1/reports/payments?currency=usd'], {
      code: 'currency_unsupported',
      param: 'currency',
      detail: /'USD'/,
    });
    await refuses(w, ['GET', '/v1/reports/payments?columns=id'], {
      code: 'parameter_unknown',
      param: 'columns',
      detail: /Known here/,
    });
  });
});

describe('months', () => {
  test('a statement goes from the opening to the closing balance, in the zone of the merchant', async () => {
    const { account_id, merchant_id } = w.tenant.account;
    const time_zone = 'Asia/Tokyo';
    await w.env.db.query.updateTable('merchants').set({ time_zone }).where('id', '=', merchant_id).execute();
    // To a second before the month of Tokyo ends, which is in the middle of a day elsewhere.
    const month_now = w.clock.now().toLocaleDateString('en-CA', { timeZone: time_zone }).slice(0, 7);
    const [year = 0, month = 0] = month_now.split('-').map(Number);
    const next = month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, '0')}`;
    const edge = startOfDay(`${next}-01`, time_zone);
    w.clock.stop();
    w.clock.advance(edge.getTime() - w.clock.now().getTime() - 5_000);
    const before_edge = await pay({ amount: 20_000 });
    w.clock.advance(6_000);
    const after_edge = await pay({ amount: 30_000 });
    w.clock.goOn();
    assert.equal(after_edge.status, 'completed');

    const statement = (rows: Row[]) =>
      Object.fromEntries(rows.filter((r) => r.currency === 'USD').map((r) => [r.line, Number(r.amount)]));
    const old = await download(`/v1/reports/statement?month=${month_now}&currency=USD`);
    assert.deepEqual([old[0]?.time_zone, old[0]?.to], [time_zone, edge.toISOString()]);
    const s = statement(old);
    const young = statement(await download(`/v1/reports/statement?month=${next}&currency=USD`));
    assert.equal(young.opening_balance, s.closing_balance);
    assert.deepEqual(
      [young.charges, young.fees, young.closing_balance],
      [30_000, -900, (s.closing_balance ?? 0) + 29_100],
    );
    const lines = [
      'charges',
      'fees',
      'refunds',
      'refund_failures',
      'disputes',
      'dispute_fees',
      'dispute_reversals',
      'payouts',
      'payout_failures',
      'conversions',
    ];
    for (const one of [s, young]) {
      assert.equal(
        (one.opening_balance ?? 0) + lines.reduce((sum, line) => sum + (one[line] ?? Number.NaN), 0),
        one.closing_balance,
      );
    }

    // Days are of the zone too.
    const last = new Date(edge.getTime() - 1).toLocaleDateString('en-CA', { timeZone: time_zone });
    assert.deepEqual(
      (await download(`/v1/reports/payments?from=${last}&to=${last}`)).map((r) => r.id),
      [before_edge.id],
    );
    assert.deepEqual(
      (await download(`/v1/reports/payments?from=${next}-01`)).map((r) => r.id),
      [after_edge.id],
    );

    // The same sums as the balance of that moment.
    const past = await w.call('GET', `/v1/balances?at=${new Date(edge.getTime() - 1).toISOString()}`);
    const usd = past.body.data.find((b: { currency: string }) => b.currency === 'USD');
    assert.equal(usd.incoming + usd.available, s.closing_balance);
    const trial = (await w.call('GET', `/v1/ledger/trial_balance?at=${last}&currency=USD`)).body;
    assert.equal(trial.at, edge.toISOString());
    assert.equal(trial.currencies[0].debits, trial.currencies[0].credits);
    const held = trial.currencies[0].ledger_accounts.find(
      (a: { ledger_account: string }) => a.ledger_account === 'incoming',
    );
    assert.equal(-held.balance, usd.incoming);
    assert.equal(account_id, w.tenant.account.account_id);
  });
});

describe('a report that is narrowed', () => {
  const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);
  const file = async (path: string) => ids((await download(`/v1/reports/${path}`)) as { id: string }[]);

  test('of payments holds what the list shows under the same filters, and nothing else', async () => {
    const marked = await pay({
      amount: 4_242,
      email: 'Narrow@example.com',
      merchant_reference: 'ORD-77',
      metadata: { shop: 'north' },
    });
    assert.equal(marked.status, 'completed');
    const all = await file('payments');
    for (const query of [
      'status=failed',
      'status=failed,completed',
      'amount=4242',
      'amount_min=4000&amount_max=6000',
      'email=narrow%40example.com',
      'card_last_four=4242',
      'merchant_reference=ORD-77',
      'metadata%5Bshop%5D=north',
      'status=completed&email=narrow%40example.com',
    ]) {
      const found = await file(`payments?${query}`);
      assert.deepEqual(found, ids(await listed(`/v1/payments?${query}`)), query);
      assert.ok(found.length > 0 && found.length < all.length, `${query} narrows`);
    }
    assert.deepEqual(await file('payments?email=nobody%40example.com'), []);
    assert.deepEqual(await file(`payments?customer=${canary}`), []);
  });

  test('of refunds by their state, of activities by their type', async () => {
    assert.equal((await file('refunds?status=succeeded')).length, 1);
    assert.deepEqual(await file('refunds?status=failed'), []);
    const charges = await file('balance_activities?activity_type=charge&currency=USD');
    assert.deepEqual(charges, ids(await listed('/v1/balance_activities?type=charge&currency=USD')));
    assert.ok(charges.length > 0);
    const [{ payment }] = await listed('/v1/refunds');
    const of_payment = await file(`balance_activities?payment=${payment}`);
    assert.deepEqual(of_payment, ids(await listed(`/v1/balance_activities?payment=${payment}`)));
    assert.ok(of_payment.length >= 2);
    assert.deepEqual(await file(`refunds?payment=${payment}&status=succeeded`), await file('refunds'));
    assert.deepEqual(await file('balance_activities?payout=po_none'), []);
    assert.deepEqual(await file('payouts?bank_account=ba_none'), []);
  });

  test('of settlements by the days that were settled, both included', async () => {
    const all = await download('/v1/reports/settlements');
    const day = all[0]?.settled_on;
    const found = await file(`settlements?settled_from=${day}&settled_to=${day}`);
    assert.deepEqual(found.sort(), ids(await listed(`/v1/settlements?settled_from=${day}&settled_to=${day}`)).sort());
    assert.ok(found.length > 0);
    assert.deepEqual(await file('settlements?settled_to=2020-01-01'), []);
  });

  test('refuses a filter that it does not have, and a state that its objects never have', async () => {
    for (const [path, param, detail] of [
      ['refunds?email=a%40example.com', 'email', /cannot be narrowed by 'email'.*by status/],
      ['statement?status=paid', 'status', /no such filters/],
      ['payments?activity_type=charge', 'activity_type', /cannot be narrowed/],
      ['payments?status=won', 'status', /'won' is no state of payments.*completed/],
      ['disputes?status=paid', 'status', /'paid' is no state of disputes.*needs_response/],
    ] as const)
      await refuses(w, ['GET', `/v1/reports/${path}`], { code: 'parameter_invalid', param, detail });
  });
});
