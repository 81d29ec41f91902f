// Reports of invoices and credit notes: the file says what the API says of each, to the cent, under every filter of their lists, and by
// the time that stands on them. What must not appear: a stranger's row, a live cell, an address that opens the document.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTaxRate } from '../../src/catalog/manage-tax-rates.ts';
import { days, hours } from '../../src/kit/clock.ts';
import { readCsv } from '../../src/reports/csv.ts';
import { ask, begin, bill, newPayer, openBilling, subscribe } from '../kit/billing.ts';
import { signedIn, visit } from '../kit/people.ts';
import { refuses } from '../kit/refusal.ts';
import { newCoupon } from '../kit/usage.ts';
import { closeProven, type Tenant, type World } from '../kit/world.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
type Any = any;
type Row = Record<string, string>;

let w: World;
const canary = 'word-of-the-other-merchant';
const mean = '=HYPERLINK("http://evil.test","x")';
/** Whose names and texts a spreadsheet would take for formulas. */
let payer: string;
let subscription: string;
let other_subscription: string;
/** The moment between the first invoices and those that follow. */
let between: string;

async function api(method: string, path: string, body?: unknown, as?: string): Promise<Any> {
  const reply = await w.call(method, path, body, as === undefined ? {} : { as });
  assert.ok(reply.status < 300, `${method} ${path}: ${reply.text}`);
  return reply.body;
}

async function download(path: string, who: Tenant = w.tenant): Promise<Row[]> {
  const reply = await w.call('GET', `/v1/reports/${path}`, undefined, { as: who.secret });
  assert.equal(reply.status, 200, reply.text);
  const [header = [], ...rows] = await Array.fromAsync(readCsv([reply.text]));
  for (const row of rows) assert.equal(row.length, header.length);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])));
}

/** Oldest first, as files are. */
const listed = async (path: string): Promise<Any[]> => {
  const { data, has_more } = await api('GET', `/v1/${path}${path.includes('?') ? '&' : '?'}limit=100`);
  assert.ok(!has_more);
  return data.reverse();
};
const ids = (rows: Any[]): string[] => rows.map(({ id }) => id);
const file = async (path: string) => ids(await download(path));

const oneOff = (customer: string, amount: number, more: Record<string, unknown> = {}) =>
  api('POST', '/v1/invoices', {
    customer,
    currency: 'USD',
    lines: [{ description: 'Workshop', amount }],
    collection_method: 'send_invoice',
    days_until_due: 14,
    ...more,
  });

before(async () => {
  let ctx: Any;
  let price: string;
  ({ w, ctx, price } = await openBilling(4_000));
  await ask(ctx, createTaxRate, { display_name: 'VAT', country: 'AT', rate_ppm: 200_000, inclusive: false });
  payer = await newPayer(w, {
    name: mean,
    email: 'ada@example.com',
    address: { country: 'AT' },
    tax_id: 'ATU12345678',
  });
  const coupon = await newCoupon(ctx, { fixed_amounts: { USD: 400 }, duration: 'forever' });
  subscription = (await subscribe(ctx, { customer: payer, price, coupon, automatic_tax: true })).id;
  other_subscription = (await subscribe(ctx, { customer: await newPayer(w), price })).id;
  w.clock.advance(hours(1));
  between = w.clock.now().toISOString();
  w.clock.advance(days(32));
  await bill(w);

  const text = { description: '@SUM(1,2)', merchant_reference: '+1', metadata: { note: '=1+1' } };
  await oneOff(payer, 10_050, text);
  const voided = await oneOff(payer, 2_000, { days_until_due: 30 });
  await api('POST', `/v1/invoices/${voided.id}/void`);
  const given_up = await oneOff(payer, 3_000);
  await api('POST', `/v1/invoices/${given_up.id}/mark_uncollectible`);
  const by_bank = await oneOff(payer, 700, { currency: 'JPY' });
  await api('POST', `/v1/invoices/${by_bank.id}/mark_paid`, { reference: '-2+3' });
  const lowered = await oneOff(payer, 5_000);
  await api('POST', '/v1/credit_notes', { invoice: lowered.id, amount: 1_000, memo: '=2+5', reason: 'order_change' });
  const [first] = await listed(`invoices?subscription=${subscription}`);
  await api('POST', '/v1/credit_notes', { invoice: first.id, amount: 500 });
  const note = await api('POST', '/v1/credit_notes', { invoice: by_bank.id, amount: 100, memo: 'a mistake' });
  await api('POST', `/v1/credit_notes/${note.id}/void`);

  const theirs = await api('POST', '/v1/customers', { name: canary }, w.other.secret);
  const one = { customer: theirs.id, currency: 'USD', collection_method: 'send_invoice', days_until_due: 14 };
  const lines = [{ description: canary, amount: 123 }];
  const invoice = await api('POST', '/v1/invoices', { ...one, lines, description: canary }, w.other.secret);
  await api('POST', '/v1/credit_notes', { invoice: invoice.id, amount: 23, memo: canary }, w.other.secret);
});
after(() => closeProven(w));

describe('a file of invoices', () => {
  test('says of each what the list says, oldest first', async () => {
    const rows = await download('invoices');
    const api = await listed('invoices');
    assert.equal(rows.length, 9);
    const plain = (value: unknown) => (value === null ? '' : String(value));
    assert.deepEqual(
      rows.map((r) => [
        [r.id, r.number, r.created_at, r.updated_at, r.status, r.customer, r.customer_email, r.customer_country],
        [r.subscription, r.billing_reason, r.period_start, r.period_end, r.currency],
        [r.subtotal, r.discount, r.tax, r.total, r.credit_applied, r.amount_due, r.amount_paid, r.amount_credited],
        [r.collection_method, r.due_at, r.overdue, r.paid_at, r.payment, r.paid_out_of_band],
        [r.voided_at, r.uncollectible_at, r.test_clock, JSON.stringify(JSON.parse(r.metadata ?? ''))],
      ]),
      api.map((i) =>
        [
          [i.id, i.number, i.created_at, i.updated_at, i.status, i.customer],
          [i.subscription, i.billing_reason, i.period_start, i.period_end, i.currency],
          [i.subtotal, i.discount, i.tax, i.total, i.credit_applied, i.amount_due, i.amount_paid, i.amount_credited],
          [i.collection_method, i.due_at, i.overdue, i.paid_at, i.payment, i.paid_out_of_band],
          [i.voided_at, i.uncollectible_at, i.test_clock, JSON.stringify(i.metadata)],
        ].map((part, at) =>
          [...part, ...(at === 0 ? [i.customer_details.email, i.customer_details.address?.country ?? null] : [])].map(
            plain,
          ),
        ),
      ),
    );
    const [first] = rows;
    assert.deepEqual(
      [first?.subtotal, first?.discount, first?.tax, first?.total, first?.total_major, first?.amount_paid_major],
      ['4000', '400', '720', '4320', '43.20', '43.20'],
    );
    assert.deepEqual(
      rows.filter((r) => r.currency === 'JPY').map((r) => [r.total, r.total_major, r.paid_out_of_band, r.payment]),
      [['700', '700', 'true', '']],
    );
  });

  test('adds up: each row from its parts to what is left, and what is open to what customers owe', async () => {
    const rows = await download('invoices');
    const n = (text: string | undefined) => Number(text);
    for (const r of rows) assert.equal(n(r.subtotal) - n(r.discount) + n(r.tax), n(r.total), r.number);
    const open = rows.filter((r) => r.status === 'open' && r.currency === 'USD');
    const left = open.reduce((sum, r) => sum + n(r.amount_due) - n(r.amount_paid), 0);
    const { totals } = await api('GET', '/v1/receivables');
    assert.deepEqual([left, open.length], [totals[0].amount, totals[0].invoices]);
    assert.equal(left, 10_050 + 4_000);
    const statuses = [...new Set(rows.map((r) => r.status))].sort();
    assert.deepEqual(statuses, ['open', 'paid', 'uncollectible', 'void']);
  });

  test('no cell is a formula, whoever wrote it: the customer, the merchant, the bank', async () => {
    const { text } = await w.call('GET', '/v1/reports/invoices');
    const rows = await download('invoices');
    const own = rows.filter((r) => r.customer === payer);
    assert.equal(own.length, 7);
    for (const row of own) {
      assert.deepEqual([row.customer_name, row.customer_tax_id], [`'${mean}`, 'ATU12345678']);
      for (const cell of Object.values(row)) assert.ok(!/^[=+\-@]/.test(cell), cell);
    }
    const [workshop] = own.filter((r) => r.description !== '');
    assert.deepEqual([workshop?.description, workshop?.merchant_reference], ["'@SUM(1,2)", "'+1"]);
    assert.deepEqual(
      own.map((r) => r.out_of_band_reference).filter((text) => text !== ''),
      ["'-2+3"],
    );
    for (const { hosted_invoice_url, invoice_pdf } of await listed('invoices'))
      for (const address of [hosted_invoice_url, invoice_pdf]) assert.ok(!text.includes(address), 'a key to the page');
    assert.ok(!text.includes('://florin'));
  });

  test('is narrowed as the list is, by each filter and by several', async () => {
    const all = await file('invoices');
    const [, second] = await listed(`invoices?subscription=${subscription}`);
    const due = (await listed('invoices')).map((i) => i.due_at).filter((at) => at !== null);
    const latest = due.sort().at(-1);
    for (const query of [
      'status=open',
      'status=void,uncollectible',
      `customer=${payer}`,
      `subscription=${subscription}`,
      `payment=${second.payment}`,
      `due_from=${latest}`,
      `due_to=${latest}`,
      `due_from=${due[0]}&due_to=${latest}`,
      `customer=${payer}&status=paid&subscription=${subscription}`,
    ]) {
      const found = await file(`invoices?${query}`);
      assert.deepEqual(found, ids(await listed(`invoices?${query}`)), query);
      assert.ok(found.length > 0 && found.length < all.length, `${query} narrows`);
    }
    assert.deepEqual(await file(`invoices?from=${between}`), ids(await listed(`invoices?created_from=${between}`)));
    assert.deepEqual(await file(`invoices?to=${between}`), ids(await listed(`invoices?created_to=${between}`)));
    assert.equal((await file(`invoices?to=${between}`)).length, 2);
    assert.deepEqual(
      (await download('invoices?currency=JPY')).map((r) => r.currency),
      ['JPY'],
    );
    for (const query of ['customer=cus_none', 'subscription=sub_none', 'payment=pay_none', 'due_from=2999-01-01'])
      assert.deepEqual(await file(`invoices?${query}`), [], query);
  });

  test('a day of `due_from` and `due_to` is one of the merchant’s, both included', async () => {
    const [invoice] = await listed('invoices?status=open');
    const due_days = (await listed('invoices')).filter((i) => i.due_at !== null).length;
    const day = invoice.due_at.slice(0, 10);
    const next = new Date(Date.parse(invoice.due_at) + days(1)).toISOString().slice(0, 10);
    assert.ok((await file(`invoices?due_from=${day}&due_to=${day}`)).includes(invoice.id));
    assert.ok(!(await file(`invoices?due_from=${next}`)).includes(invoice.id));
    const ever = await file('invoices?due_to=9999-12-31T23:59:59-14:00');
    assert.equal(ever.length, due_days, 'those that are due on a day, whatever is asked for');
  });

  test('payments are narrowed by what they paid, as their list is', async () => {
    const [first] = await listed(`invoices?subscription=${subscription}`);
    for (const query of [`invoice=${first.id}`, `subscription=${subscription}`, `subscription=${other_subscription}`]) {
      const found = await file(`payments?${query}`);
      assert.deepEqual(found, ids(await listed(`payments?${query}`)), query);
      assert.equal(found.length, query.startsWith('invoice') ? 1 : 2);
    }
    assert.equal((await file(`refunds?payment=${first.payment}`)).length, 1);
    assert.deepEqual(await download(`payments?subscription=${subscription}`, w.other), []);
  });
});

describe('a file of credit notes', () => {
  test('says of each what the list says, and no cell is a formula', async () => {
    const rows = await download('credit_notes');
    const list = await listed('credit_notes');
    assert.equal(rows.length, 3);
    assert.deepEqual(
      rows.map((r) => [
        [r.id, r.number, r.created_at, r.status, r.invoice, r.customer, r.subscription, r.method, r.refund, r.reason],
        [
          r.currency,
          Number(r.subtotal),
          Number(r.discount),
          Number(r.tax),
          Number(r.total),
          r.voided_at,
          r.void_reason,
        ],
      ]),
      list.map((n) => [
        [
          n.id,
          n.number,
          n.created_at,
          n.status,
          n.invoice,
          n.customer,
          n.subscription ?? '',
          n.method,
          n.refund ?? '',
        ].concat(n.reason),
        [n.currency, n.subtotal, n.discount, n.tax, n.total, n.voided_at ?? '', n.void_reason ?? ''],
      ]),
    );
    assert.deepEqual(
      rows.map((r) => [r.memo, r.total_major, r.status]),
      [
        ["'=2+5", '10.00', 'issued'],
        ['', '5.00', 'issued'],
        ['a mistake', '100', 'void'],
      ],
    );
  });

  test('those that hold come to what the invoices say was credited', async () => {
    const credited = new Map<string, number>();
    for (const note of await download('credit_notes'))
      if (note.status === 'issued')
        credited.set(note.invoice ?? '', (credited.get(note.invoice ?? '') ?? 0) + Number(note.total));
    for (const invoice of await download('invoices'))
      assert.equal(Number(invoice.amount_credited), credited.get(invoice.id ?? '') ?? 0, invoice.number);
  });

  test('is narrowed as the list is', async () => {
    const [first] = await listed(`invoices?subscription=${subscription}`);
    for (const query of [`invoice=${first.id}`, `subscription=${subscription}`]) {
      const found = await file(`credit_notes?${query}`);
      assert.deepEqual(found, ids(await listed(`credit_notes?${query}`)), query);
      assert.equal(found.length, 1, query);
    }
    assert.equal((await file(`credit_notes?customer=${payer}`)).length, 3);
    assert.deepEqual(await file('credit_notes?customer=cus_none'), []);
  });
});

test('nothing of another account is in either, nor ours in theirs', async () => {
  for (const type of ['invoices', 'credit_notes']) {
    const ours = await w.call('GET', `/v1/reports/${type}`);
    assert.ok(!ours.text.includes(canary), type);
    const [row, ...more] = await download(type, w.other);
    assert.equal(more.length, 0);
    assert.equal(type === 'invoices' ? row?.customer_name : row?.memo, canary);
    for (const query of [`customer=${payer}`, `subscription=${subscription}`])
      assert.deepEqual(await download(`${type}?${query}`, w.other), [], query);
  }
});

test('a filter that does not belong is refused, and so is a time that is none', async () => {
  for (const [path, param, detail] of [
    ['invoices?email=a%40example.com', 'email', /of invoices cannot be narrowed by 'email'.*by status, customer/],
    ['invoices?amount=100', 'amount', /cannot be narrowed/],
    ['invoices?invoice=in_1', 'invoice', /cannot be narrowed/],
    ['invoices?status=completed', 'status', /'completed' is no state of invoices.*uncollectible/],
    ['payments?status=open', 'status', /'open' is no state of payments/],
    ['credit_notes?status=open', 'status', /of credit_notes cannot be narrowed by 'status'/],
    ['credit_notes?due_from=2026-01-01', 'due_from', /cannot be narrowed/],
    ['payments?due_to=2026-01-01', 'due_to', /cannot be narrowed/],
    ['payouts?subscription=sub_1', 'subscription', /cannot be narrowed/],
    ['invoices?due_from=yesterday!', 'due_from', /'due_from' must be a day such as/],
    ['invoices?due_to=2026-02-30', 'due_to', /'due_to' must be a day such as/],
    ['invoices?due_from=2026-02-02&due_to=2026-02-01', 'due_from', /before 'due_to'/],
    ['invoices?month=2026-01', 'month', /Only a statement/],
    ['invoices?format=pdf', 'format', /Only a statement/],
  ] as const)
    await refuses(w, ['GET', `/v1/reports/${path}`], { code: 'parameter_invalid', param, detail });
});

test('a person gets the file when their menus show invoices; it is no matter of balances', async () => {
  const { cookie } = await signedIn(w, ['operations']);
  for (const [type, status] of [
    ['invoices', 200],
    ['credit_notes', 200],
    ['refunds', 200],
    ['payouts', 403],
  ] as const)
    assert.equal((await visit(w, 'GET', `/v1/reports/${type}`, undefined, { cookie })).status, status, type);
});

test('what lives by a test clock counts on the days of that clock, and until now is until the furthest', async () => {
  const ctx = w.ctx();
  const price = (await listed(`subscriptions?customer=${payer}`))[0].item.price;
  const { id, to } = await begin(w, ctx, { price, start: '2031-01-31T12:00:00Z' });
  await to('2031-03-15T12:00:00Z');
  const [january, february, ...more] = await listed(`invoices?subscription=${id}`);
  assert.equal(more.length, 0);
  assert.deepEqual(
    [january, february].map((i) => i.created_at.slice(0, 10)),
    ['2031-01-31', '2031-02-28'],
  );
  assert.deepEqual(await file('invoices?from=2031-02-01&to=2031-02-28'), [february.id]);
  assert.deepEqual(await file(`invoices?subscription=${id}`), [january.id, february.id]);
  assert.deepEqual(await file('invoices'), ids(await listed('invoices')), 'all of the list, without a word of time');
  const note = await api('POST', '/v1/credit_notes', { invoice: january.id, amount: 100 });
  assert.deepEqual(await file('credit_notes?from=2031-03-01'), [note.id]);
  assert.deepEqual(await file('credit_notes'), ids(await listed('credit_notes')));
});
