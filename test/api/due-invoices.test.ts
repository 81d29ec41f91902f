// Invoices that are sent and paid later: subscriptions without a card, the last day to pay, reminders, money that came another way. What
// must not appear: a card charged by itself, a reminder that comes twice, money in the books that nobody moved through us.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { listEvents } from '../../src/events/read-events.ts';
import { loadAccount } from '../../src/identity/account.ts';
import { must } from '../../src/kit/assert.ts';
import { days, seconds } from '../../src/kit/clock.ts';
import { type Ctx, emailKinds, type Message } from '../../src/operation/context.ts';
import { advance, ask, bill, clockFor, lost, newCard, newCustomer, newPrice, poor } from '../kit/billing.ts';
import { openWorld, type World } from '../kit/world.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
type Any = any;

let w: World;
let ctx: Ctx;
let price: string;
const sent: Message[] = [];

before(async () => {
  w = await openWorld({
    settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
    mailer: { send: async (message) => void sent.push(message) },
  });
  await api('PATCH', '/v1/email_settings', Object.fromEntries(emailKinds.map((kind) => [kind, true])));
  w.clock.advance(seconds(6));
  const account = must(await loadAccount(w.env.db.query, w.tenant.account.account_id), 'the account is there');
  ctx = { ...w.ctx(), account };
  price = await newPrice(ctx, 10_000);
});
after(async () => {
  await w.verify();
  await w.close();
});
beforeEach(() => {
  sent.length = 0;
});

async function api(method: 'GET' | 'POST' | 'PATCH', path: string, body?: Any, status?: number): Promise<Any> {
  const answer = await w.call(method, path, body);
  if (status === undefined) assert.ok(answer.status < 300, answer.text);
  else assert.equal(answer.status, status, answer.text);
  return answer.body;
}
const net = (days_until_due: number) => ({ collection_method: 'send_invoice', days_until_due });
const invoices = async (subscription: string): Promise<Any[]> =>
  (await api('GET', `/v1/invoices?subscription=${subscription}&limit=100`)).data.reverse();
const told = async (id: string): Promise<string[]> =>
  (await ask(ctx, listEvents, { object_id: id, limit: 100 })).data.map((e: Any) => e.type).reverse();
const statusOf = async (id: string) => (await api('GET', `/v1/subscriptions/${id}`)).status;
const payments = async (customer: string) => (await api('GET', `/v1/payments?customer=${customer}`)).data.length;

/** Begun on 1 January 2027, without a card. */
async function begun(more: Record<string, unknown> = {}, who: Record<string, unknown> = {}) {
  const customer = await newCustomer(w, who);
  const clock = await clockFor(ctx, customer, '2027-01-01T12:00:00Z');
  const s = await api('POST', '/v1/subscriptions', { customer, price, ...net(14), ...more });
  return { customer, clock, s, id: s.id as string, to: (at: string) => advance(w, ctx, clock, at) };
}

describe('a subscription whose invoices are sent', () => {
  test('needs no card, is active at once, and its invoice says until when', async () => {
    const { customer, s } = await begun();
    assert.deepEqual(
      [s.status, s.collection_method, s.days_until_due, s.open_invoice, s.latest_payment],
      ['active', 'send_invoice', 14, null, null],
    );
    const [invoice] = await invoices(s.id);
    assert.deepEqual(
      [invoice.status, invoice.collection_method, invoice.days_until_due, invoice.due_at, invoice.overdue],
      ['open', 'send_invoice', 14, '2027-01-15T23:59:59.000Z', false],
    );
    assert.deepEqual([invoice.next_charge_at, invoice.charges, invoice.amount_due], [null, 0, 10_000]);
    assert.deepEqual(await told(invoice.id), ['invoice.open', 'invoice.sent']);
    assert.ok((await told(s.id)).includes('subscription.activated'));
    assert.equal(await payments(customer), 0);
  });

  test('unpaid after the last day it is past due, goes on being billed, and is never charged', async () => {
    const { customer, id, to } = await begun();
    await newCard(w, customer);
    await to('2027-01-15T23:59:58Z');
    assert.equal(await statusOf(id), 'active');
    await to('2027-01-15T23:59:59Z');
    assert.equal(await statusOf(id), 'past_due');
    await to('2027-02-20T12:00:00Z');
    const [first, second] = await invoices(id);
    assert.deepEqual([first.status, first.overdue, second.status, second.overdue], ['open', true, 'open', true]);
    assert.deepEqual([first.charges, second.charges, await payments(customer)], [0, 0, 0]);
    assert.deepEqual(
      (await told(id)).filter((type) => type === 'subscription.past_due'),
      ['subscription.past_due'],
    );
    const paid = await api('POST', `/v1/invoices/${first.id}/pay`, {});
    assert.deepEqual([paid.status, paid.overdue], ['paid', false]);
    assert.equal(await statusOf(id), 'past_due', 'the second one is overdue, too');
    await api('POST', `/v1/invoices/${second.id}/pay`, {});
    assert.equal(await statusOf(id), 'active');
    assert.equal(await payments(customer), 2);
  });

  test('a declined card changes nothing and is not tried again', async () => {
    const { customer, id, to } = await begun();
    const [invoice] = await invoices(id);
    const poor = await newCard(w, customer, '4000000000009995');
    const tried = await api('POST', `/v1/invoices/${invoice.id}/pay`, { payment_method: poor });
    assert.deepEqual([tried.status, tried.next_charge_at, tried.charges], ['open', null, 1]);
    assert.equal(await statusOf(id), 'active');
    await to('2027-01-10T00:00:00Z');
    assert.equal((await invoices(id))[0].charges, 1);
  });

  test('void or given up, it is not waited for any more; what it billed gives nothing back', async () => {
    const { id, to } = await begun();
    await to('2027-01-20T00:00:00Z');
    const [first] = await invoices(id);
    assert.equal((await api('POST', `/v1/invoices/${first.id}/void`)).overdue, false);
    assert.equal(await statusOf(id), 'active');
    const preview = await api('GET', `/v1/subscriptions/${id}/preview?quantity=2`);
    assert.ok(
      preview.lines.every((line: Any) => line.amount > 0),
      'no credit for what nobody has to pay',
    );
    const other = await begun();
    await other.to('2027-01-20T00:00:00Z');
    const [open] = await invoices(other.id);
    await api('POST', `/v1/invoices/${open.id}/mark_uncollectible`);
    assert.equal(await statusOf(other.id), 'active');
    assert.ok(!(await told(open.id)).slice(-1).includes('invoice.reminder'));
    const given = async () =>
      (await api('GET', `/v1/subscriptions/${other.id}/preview?quantity=2`)).lines.filter(
        (line: Any) => line.amount < 0,
      );
    assert.deepEqual(await given(), [], 'nor what was given up');
    await api('POST', `/v1/invoices/${open.id}/mark_paid`, {});
    assert.equal((await given()).length, 1, 'paid after all, it does');
  });

  test('a change of plan is sent and holds at once; while something is overdue none is made', async () => {
    const { id, to } = await begun();
    await to('2027-01-10T12:00:00Z');
    const preview = await api('GET', `/v1/subscriptions/${id}/preview?quantity=2`);
    assert.deepEqual([preview.collection_method, preview.due_at], ['send_invoice', '2027-01-24T23:59:59.000Z']);
    const changed = await api('PATCH', `/v1/subscriptions/${id}`, { quantity: 2 });
    assert.deepEqual([changed.item.quantity, changed.status], [2, 'active']);
    const [, change] = await invoices(id);
    assert.deepEqual([change.status, change.amount_due], ['open', preview.amount_due]);
    assert.ok((await told(id)).includes('subscription.plan_changed'));
    await to('2027-01-16T12:00:00Z');
    const refused = await api('PATCH', `/v1/subscriptions/${id}`, { quantity: 3 }, 409);
    assert.match(refused.detail, /overdue/);
    await api('POST', `/v1/invoices/${(await invoices(id))[0].id}/mark_paid`);
    assert.equal((await api('GET', `/v1/subscriptions/${id}`)).item.quantity, 2, 'the older invoice changes nothing');
    const less = await api('PATCH', `/v1/subscriptions/${id}`, { quantity: 1 });
    assert.ok(less.credit_balance > 0 && less.credit_balance < 10_000, String(less.credit_balance));
  });

  test('the way is changed for the next invoices, with a card or none', async () => {
    const { customer, id, to } = await begun();
    const refused = await api('PATCH', `/v1/subscriptions/${id}`, { collection_method: 'charge_automatically' }, 400);
    assert.equal(refused.param, 'payment_method');
    await newCard(w, customer);
    const auto = await api('PATCH', `/v1/subscriptions/${id}`, { collection_method: 'charge_automatically' });
    assert.deepEqual([auto.collection_method, auto.days_until_due], ['charge_automatically', null]);
    await to('2027-02-02T00:00:00Z');
    const [first, second] = await invoices(id);
    assert.deepEqual([first.status, first.collection_method, second.status], ['open', 'send_invoice', 'paid']);
    assert.equal(await statusOf(id), 'past_due', 'the first one is still overdue');
    await api('PATCH', `/v1/subscriptions/${id}`, net(60));
    await to('2027-03-02T00:00:00Z');
    const third = (await invoices(id))[2];
    assert.deepEqual([third.status, third.due_at], ['open', '2027-04-30T23:59:59.000Z']);
    const shorter = await api('PATCH', `/v1/subscriptions/${id}`, { days_until_due: 7 });
    assert.equal(shorter.days_until_due, 7);
  });

  test('a trial needs no card, and its end sends the first invoice', async () => {
    const { id, to } = await begun({ trial_days: 10 });
    assert.equal(await statusOf(id), 'trialing');
    await to('2027-01-12T00:00:00Z');
    const open = (await invoices(id)).at(-1);
    assert.deepEqual([await statusOf(id), open.status, open.due_at], ['active', 'open', '2027-01-25T23:59:59.000Z']);
    await w.work();
    const trial = sent.find((mail) => mail.subject.startsWith('Your trial'));
    assert.match(trial?.text ?? '', /an invoice for \$100\.00/);
    assert.doesNotMatch(trial?.text ?? '', /no card|will be charged/);
  });

  test('what does not fit together is refused by its field', async () => {
    const customer = await newCustomer(w);
    const bad = async (body: Any, param: string, path = '/v1/subscriptions') => {
      const refused = await api('POST', path, body, 400);
      assert.equal(refused.param, param, JSON.stringify(refused));
    };
    await bad({ customer, price, days_until_due: 14 }, 'days_until_due');
    await bad({ customer, price, collection_method: 'send_invoice' }, 'days_until_due');
    await bad({ customer, price, ...net(0) }, 'days_until_due');
    await bad({ customer, price, ...net(366) }, 'days_until_due');
    await bad({ customer, price, collection_method: 'by_pigeon' }, 'collection_method');
    await bad({ customer, price }, 'payment_method');
    const session = { line_items: [{ price, quantity: 1 }], success_url: 'https://example.com/ok' };
    await bad({ ...session, ...net(14) }, 'collection_method', '/v1/checkout_sessions');
  });
});

describe('its page, document and mails', () => {
  const page = (url: string) => w.app.server.inject({ method: 'GET', url: url.replace('http://florin.test', '') });

  test('the page says until when, and that it is overdue or paid; its payment settles it', async () => {
    const { customer, id, to } = await begun();
    const [invoice] = await invoices(id);
    const first = await page(invoice.hosted_invoice_url);
    for (const text of ['Due by', 'January 15, 2027', 'Payable within 14 days', 'Pay $100.00', 'Open'])
      assert.ok(first.body.includes(text), text);
    assert.ok(!first.body.includes('Overdue'));
    await to('2027-01-16T00:00:00Z');
    const late = await page(invoice.hosted_invoice_url);
    assert.ok(late.body.includes('Overdue') && late.body.includes('Pay $100.00'));
    const pressed = await w.app.server.inject({
      method: 'POST',
      url: `${invoice.hosted_invoice_url.replace('http://florin.test', '')}/pay`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'x=1',
    });
    assert.equal(pressed.statusCode, 303);
    const payment = String(pressed.headers.location).split('/').at(-1) ?? '';
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2031, cvc: '123' };
    const token = await w.call('POST', `/pay/${payment}/tokens`, card);
    const headers = { 'idempotency-key': `press-${payment}` };
    await w.call('POST', `/pay/${payment}/payments`, { token: token.body.id }, { headers });
    await w.work();
    const paid = await page(invoice.hosted_invoice_url);
    assert.ok(paid.body.includes('Paid') && !paid.body.includes('Overdue') && !paid.body.includes('Pay $100.00'));
    assert.equal(await statusOf(id), 'active');
    assert.equal(await payments(customer), 1);
    const pdf = await page(invoice.invoice_pdf);
    assert.equal(pdf.rawPayload.subarray(0, 5).toString(), '%PDF-');
  });

  test('it is sent with the day and the page, reminded of before and after it, once each, in the customer’s language', async () => {
    const { customer, id, to } = await begun({}, { language: 'de', email: 'buch@example.com' });
    const [invoice] = await invoices(id);
    await to('2027-02-15T00:00:00Z');
    await w.work();
    const own = sent.filter((mail) => mail.to === 'buch@example.com' && mail.text.includes(invoice.number));
    assert.deepEqual(
      own.map((mail) => mail.subject.replace(invoice.number, 'N')).sort(),
      [
        'Rechnung N von Acme Coffee',
        'Rechnung N von Acme Coffee ist am 15. Januar 2027 fällig',
        'Rechnung N von Acme Coffee ist überfällig',
        'Rechnung N von Acme Coffee ist überfällig',
      ].sort(),
    );
    for (const mail of own) {
      assert.ok(mail.text.includes(invoice.hosted_invoice_url), mail.text);
      assert.match(mail.text, /15\. Januar 2027/);
    }
    assert.deepEqual(await told(invoice.id), [
      'invoice.open',
      'invoice.sent',
      'invoice.reminder',
      'invoice.overdue',
      'invoice.reminder',
      'invoice.reminder',
    ]);
    assert.ok(customer);
  });

  test('in real time: two workers tell it once, and what was paid is not asked for', async () => {
    const customer = await newCustomer(w);
    const ids: string[] = [];
    for (let i = 0; i < 8; i++) ids.push((await api('POST', '/v1/subscriptions', { customer, price, ...net(10) })).id);
    const opened = (await Promise.all(ids.map(invoices))).map(([one]) => one);
    await w.work();
    sent.length = 0;
    await api('POST', `/v1/invoices/${opened[0].id}/mark_paid`);
    w.clock.advance(days(12));
    await Promise.all([bill(w), bill(w), bill(w)]);
    await w.work();
    for (const [i, { id }] of opened.entries()) {
      const types = (await told(id)).filter((type) => /overdue|reminder/.test(type));
      assert.deepEqual(types, i === 0 ? [] : ['invoice.overdue', 'invoice.reminder']);
    }
    assert.ok(!sent.some((mail) => mail.text.includes(opened[0].number) && /overdue/.test(mail.subject)));
  });

  test('sent again by hand while it is to be paid, and never what is charged', async () => {
    const { id } = await begun();
    const [invoice] = await invoices(id);
    await w.work();
    sent.length = 0;
    await api('POST', `/v1/invoices/${invoice.id}/send`);
    await w.work();
    assert.deepEqual(
      sent.map((mail) => mail.subject),
      [`Invoice ${invoice.number} from Acme Coffee`],
    );
    await api('POST', `/v1/invoices/${invoice.id}/mark_paid`);
    await api('POST', `/v1/invoices/${invoice.id}/send`, undefined, 409);
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const auto = await api('POST', '/v1/subscriptions', { customer, price });
    await api('POST', `/v1/invoices/${auto.latest_invoice}/send`, undefined, 409);
  });

  test('days and end are settings; the end gives it up, with its subscription where that is wanted', async () => {
    const before = await api('GET', '/v1/billing_settings');
    assert.deepEqual([before.reminder_days, before.after_due, before.after_due_days], [[-3, 1, 7], 'leave', 30]);
    const refused = await api('PATCH', '/v1/billing_settings', { after_due_days: 7 }, 400);
    assert.equal(refused.param, 'after_due_days');
    const set = await api('PATCH', '/v1/billing_settings', {
      reminder_days: [2, 2, -1],
      after_due: 'uncollectible',
      after_due_days: 5,
    });
    assert.deepEqual(set.reminder_days, [-1, 2]);
    const kept = await begun();
    await kept.to('2027-01-25T00:00:00Z');
    const [given] = await invoices(kept.id);
    assert.deepEqual([given.status, await statusOf(kept.id)], ['uncollectible', 'past_due']);
    assert.deepEqual((await told(given.id)).slice(2), [
      'invoice.reminder',
      'invoice.overdue',
      'invoice.reminder',
      'invoice.uncollectible',
    ]);
    await api('POST', `/v1/invoices/${given.id}/mark_paid`);
    assert.equal(await statusOf(kept.id), 'active');
    await api('PATCH', '/v1/billing_settings', { after_due: 'cancel' });
    const ended = await begun();
    await ended.to('2027-03-25T00:00:00Z');
    assert.equal(await statusOf(ended.id), 'canceled');
    assert.deepEqual(
      (await invoices(ended.id)).map((one) => one.status),
      ['uncollectible'],
    );
    // One that is charged waits for its next try when the end of the sent one ends the subscription: it is stopped, too.
    await api('PATCH', '/v1/billing_settings', { after_due_days: 20, retry_days: [30] });
    const both = await begun();
    await newCard(w, both.customer, poor);
    await api('PATCH', `/v1/subscriptions/${both.id}`, { collection_method: 'charge_automatically' });
    await both.to('2027-03-25T00:00:00Z');
    assert.equal(await statusOf(both.id), 'canceled');
    assert.deepEqual(
      (await invoices(both.id)).map((one) => [one.status, one.charges, one.next_charge_at]),
      [
        ['uncollectible', 0, null],
        ['open', 1, null],
      ],
    );
    await api('PATCH', '/v1/billing_settings', { retry_days: before.retry_days });
    await api('PATCH', '/v1/billing_settings', { reminder_days: [-3, 1, 7], after_due: 'leave', after_due_days: 30 });
  });
});

describe('paid elsewhere', () => {
  test('is told apart, moves no money, is written down, and cannot be refunded by us', async () => {
    const { customer, id } = await begun();
    const [invoice] = await invoices(id);
    const balance = (await api('GET', '/v1/balances')).data;
    const paid = await api('POST', `/v1/invoices/${invoice.id}/mark_paid`, { reference: 'SEPA 4711' });
    assert.deepEqual(
      [paid.status, paid.paid_out_of_band, paid.out_of_band_reference, paid.amount_paid, paid.payment],
      ['paid', true, 'SEPA 4711', 10_000, null],
    );
    assert.deepEqual((await api('GET', '/v1/balances')).data, balance);
    assert.equal(await payments(customer), 0);
    assert.equal((await told(invoice.id)).at(-1), 'invoice.paid');
    const { rows } = await sql<{ action: string }>`
      select action from audit_events where target_id = ${invoice.id}`.execute(w.env.db.query);
    assert.deepEqual(
      rows.map((row) => row.action),
      ['invoices.mark_paid'],
    );
    await api('POST', `/v1/invoices/${invoice.id}/mark_paid`, {}, 409);
    const refund = await api('POST', '/v1/credit_notes', { invoice: invoice.id, method: 'refund' }, 400);
    assert.equal(refund.param, 'method');
    const note = await api('POST', '/v1/credit_notes', { invoice: invoice.id, amount: 500 });
    assert.equal(note.method, 'out_of_band');
  });

  test('also what was declined; a payment that waits on our page is withdrawn, one under way refused', async () => {
    const { id } = await begun();
    const [invoice] = await invoices(id);
    await w.app.server.inject({
      method: 'POST',
      url: `${invoice.hosted_invoice_url.replace('http://florin.test', '')}/pay`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'x=1',
    });
    const paid = await api('POST', `/v1/invoices/${invoice.id}/mark_paid`, {});
    assert.deepEqual([paid.status, paid.payment_under_way], ['paid', false]);
    const waiting = await api('GET', `/v1/payments/${paid.payment}`);
    assert.equal(waiting.status, 'cancelled');
  });

  test('strangers find nothing', async () => {
    const { id } = await begun();
    const [invoice] = await invoices(id);
    for (const verb of ['mark_paid', 'send', 'void', 'pay']) {
      const answer = await w.call('POST', `/v1/invoices/${invoice.id}/${verb}`, {}, { as: w.other.secret });
      assert.equal(answer.status, 404, answer.text);
    }
    assert.equal((await invoices(id))[0].status, 'open');
  });
});

describe('an invoice by hand', () => {
  const workshop = { description: 'Workshop', amount: 45_000 };
  const make = (body: Any, status = 201) => api('POST', '/v1/invoices', body, status);

  test('is open with its number at once, and paid, voided or given up like any other', async () => {
    const customer = await newCustomer(w);
    const body = { customer, currency: 'USD', lines: [workshop], ...net(30), description: 'Order 4711' };
    const invoice = await make(body);
    assert.deepEqual(
      [invoice.status, invoice.subscription, invoice.billing_reason, invoice.total, invoice.description],
      ['open', null, 'manual', 45_000, 'Order 4711'],
    );
    const [line] = invoice.lines;
    assert.deepEqual(
      [line.description, line.amount, line.product, line.price, line.recurring],
      ['Workshop', 45_000, null, null, null],
    );
    assert.deepEqual(await told(invoice.id), ['invoice.open', 'invoice.sent']);
    await w.work();
    const mail = sent.find((one) => one.text.includes(invoice.number));
    assert.match(mail?.text ?? '', /Workshop/);
    const page = await w.app.server.inject({ url: invoice.hosted_invoice_url.replace('http://florin.test', '') });
    assert.ok(page.body.includes('Workshop') && page.body.includes('Order 4711') && page.body.includes('Pay $450.00'));
    const pdf = await w.app.server.inject({ url: invoice.invoice_pdf.replace('http://florin.test', '') });
    assert.equal(pdf.statusCode, 200);
    const card = await newCard(w, customer);
    const paid = await api('POST', `/v1/invoices/${invoice.id}/pay`, { payment_method: card });
    assert.deepEqual([paid.status, paid.latest_payment.status, paid.amount_paid], ['paid', 'completed', 45_000]);
    const note = await api('POST', '/v1/credit_notes', { invoice: invoice.id, amount: 5_000 });
    assert.deepEqual([note.method, note.subscription], ['refund', null]);
    const second = await make(body);
    assert.equal((await api('POST', `/v1/invoices/${second.id}/void`)).status, 'void');
    const third = await make(body);
    assert.equal((await api('POST', `/v1/invoices/${third.id}/mark_uncollectible`)).status, 'uncollectible');
    assert.equal((await api('POST', `/v1/invoices/${third.id}/mark_paid`, {})).status, 'paid');
    const refused = await api('POST', '/v1/credit_notes', { invoice: third.id, method: 'credit_balance' }, 400);
    assert.equal(refused.param, 'method');
  });

  test('of prices, with the taxes of the customer’s country', async () => {
    const customer = await newCustomer(w, { address: { country: 'PT' } });
    await api('POST', '/v1/tax_rates', { display_name: 'IVA', country: 'PT', rate_ppm: 230_000, inclusive: false });
    const once = { type: 'one_time', amounts: [{ currency: 'USD', unit_amount: 250 }] };
    const book = await newPrice(ctx, 250, { ...once, recurring: undefined } as Any);
    const lines = [
      { price: book, quantity: 4 },
      { ...workshop, amount: 1_000, tax_category: 'exempt' },
    ];
    const invoice = await make({ customer, lines, automatic_tax: true, ...net(7) });
    assert.deepEqual([invoice.currency, invoice.subtotal, invoice.tax, invoice.total], ['USD', 2_000, 230, 2_230]);
    assert.deepEqual(
      invoice.lines.map((line: Any) => [line.quantity, line.unit_amount, line.amount, line.tax, line.price]),
      [
        [4, 250, 1_000, 230, book],
        [1, 1_000, 1_000, 0, null],
      ],
    );
  });

  test('charged automatically: the card of the customer, once, and tried again by the schedule', async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const invoice = await make({ customer, currency: 'USD', lines: [workshop] });
    assert.deepEqual([invoice.status, invoice.due_at], ['open', null]);
    await Promise.all([bill(w), bill(w)]);
    const paid = await api('GET', `/v1/invoices/${invoice.id}`);
    assert.deepEqual([paid.status, paid.charges, await payments(customer)], ['paid', 1, 1]);
    const poor = await newCard(w, customer, '4000000000009995');
    await api('PATCH', `/v1/customers/${customer}`, { default_payment_method: poor });
    const other = await make({ customer, currency: 'USD', lines: [workshop] });
    await bill(w);
    const declined = await api('GET', `/v1/invoices/${other.id}`);
    assert.deepEqual([declined.status, declined.decline_code, declined.charges], ['open', 'insufficient_funds', 1]);
    assert.ok(declined.next_charge_at);
    for (const wait of [2, 5, 7, 7]) {
      w.clock.advance(days(wait) + seconds(60));
      await bill(w);
    }
    const given = await api('GET', `/v1/invoices/${other.id}`);
    assert.deepEqual([given.status, given.charges], ['uncollectible', 5]);
  });

  test('of one minor unit, whatever its currency counts as one', async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const made = [];
    for (const currency of ['JPY', 'USD', 'KWD', 'BTC'])
      made.push(await make({ customer, currency, lines: [{ ...workshop, amount: 1 }] }));
    await bill(w);
    for (const { id, currency } of made) {
      const paid = await api('GET', `/v1/invoices/${id}`);
      assert.deepEqual([paid.status, paid.amount_paid, paid.currency], ['paid', 1, currency]);
    }
  });

  test('another card for what was declined is charged at once', async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer, lost);
    const invoice = await make({ customer, currency: 'USD', lines: [workshop] });
    await bill(w);
    assert.equal((await api('GET', `/v1/invoices/${invoice.id}`)).decline_code, 'lost_card');
    await api('PATCH', `/v1/customers/${customer}`, { default_payment_method: await newCard(w, customer) });
    await w.work();
    const paid = await api('GET', `/v1/invoices/${invoice.id}`);
    assert.deepEqual([paid.status, paid.charges], ['paid', 2]);
  });

  test('overdue it is told so, and there is no subscription to be past due', async () => {
    const customer = await newCustomer(w);
    const invoice = await make({ customer, currency: 'USD', lines: [workshop], ...net(1) });
    w.clock.advance(days(3));
    await bill(w);
    assert.equal((await api('GET', `/v1/invoices/${invoice.id}`)).overdue, true);
    assert.ok((await told(invoice.id)).includes('invoice.overdue'));
  });

  test('what is half, foreign or too little is refused by its field, and takes no number', async () => {
    const customer = await newCustomer(w);
    const good = { customer, currency: 'USD', lines: [workshop], ...net(30) };
    const last = (await make(good)).number;
    const bad = async (more: Any, param: string, status = 400) => {
      const refused = await make({ ...good, ...more }, status);
      assert.equal(refused.param, param, JSON.stringify(refused));
    };
    await bad({ lines: [] }, 'lines');
    await bad({ lines: [{ ...workshop, amount: 0 }] }, 'lines[0].amount');
    await bad({ lines: [workshop, { amount: 5 }] }, 'lines[1].description');
    await bad({ lines: [{ description: 'x' }] }, 'lines[0].amount');
    await bad({ lines: [{ ...workshop, price }] }, 'lines[0].amount');
    await bad({ lines: [{ price }] }, 'lines[0].price');
    await bad({ lines: [{ ...workshop, quantity: 2 }] }, 'lines[0].quantity');
    await bad({ currency: undefined }, 'currency');
    await bad({ collection_method: undefined }, 'days_until_due');
    await bad({ collection_method: 'charge_automatically', days_until_due: undefined }, 'collection_method');
    await bad({ customer: 'cus_nobody' }, 'customer', 404);
    const stranger = await w.call('POST', '/v1/invoices', good, { as: w.other.secret });
    assert.equal(stranger.status, 404, stranger.text);
    await bad({ lines: [{ price: 'price_nobody' }] }, 'lines[0].price', 404);
    const once = await newPrice(ctx, 250, { type: 'one_time', recurring: undefined } as Any);
    await bad({ currency: 'EUR', lines: [workshop, { price: once }] }, 'lines[1].price');
    const most = { ...workshop, amount: 999_999_999_999 };
    await bad({ lines: Array(100).fill(most) }, 'lines', 422);
    const next = (await make(good)).number;
    assert.equal(Number(next.slice(4)), Number(last.slice(4)) + 1);
    const twice = { key: 'one-invoice' };
    const [one, two] = [
      await w.call('POST', '/v1/invoices', good, twice),
      await w.call('POST', '/v1/invoices', good, twice),
    ];
    assert.equal(one.body.id, two.body.id);
  });
});
