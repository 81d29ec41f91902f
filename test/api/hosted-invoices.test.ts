// The page of an invoice, its payment and its document. What must not appear: an invoice for whoever guesses, a second payment, a merchant's
// or a customer's text as markup, a document that differs from one drawing to the next.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import { createCreditNote } from '../../src/billing/create-credit-note.ts';
import { documentToken, hostedInvoiceUrl } from '../../src/billing/hosted-invoice.ts';
import { getInvoice, payInvoice, voidInvoice } from '../../src/billing/manage-invoices.ts';
import { updateSeller } from '../../src/billing/seller.ts';
import { hours, minutes } from '../../src/kit/clock.ts';
import type { Ctx } from '../../src/operation/context.ts';
import {
  ask,
  begin,
  bill,
  changeCard,
  invoicesOf,
  newCard,
  newPayer,
  openBilling,
  poor,
  subscribe,
  subscriptionOf,
} from '../kit/billing.ts';
import { newMeter, refusal, usagePrice, use } from '../kit/usage.ts';
import { closeProven, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let price: string;

before(async () => {
  ({ w, ctx, price } = await openBilling(999));
});
after(() => closeProven(w));

const page = (path: string, method: 'GET' | 'POST' = 'GET', headers: Record<string, string> = {}) =>
  w.app.server.inject({
    method,
    url: path.replace('http://florin.test', ''),
    headers: { ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...headers },
    ...(method === 'POST' ? { payload: 'x=1' } : {}),
  });

async function paid(more: Record<string, unknown> = {}) {
  const made = await begin(w, ctx, { who: more, price });
  const [invoice] = await invoicesOf(ctx, made.id);
  return { ...made, invoice };
}

/** Its renewal was declined. */
async function open(more: Record<string, unknown> = {}) {
  const made = await paid(more);
  await changeCard(w, ctx, made);
  await made.to('2027-02-01T00:00:00Z');
  return { ...made, invoice: (await invoicesOf(ctx, made.id)).at(-1) };
}

async function payOn(location: string, number = '4242424242424242') {
  const id = location.split('/').at(-1) ?? '';
  const token = await w.call('POST', `/pay/${id}/tokens`, {
    number,
    exp_month: 12,
    exp_year: 2031,
    cvc: '123',
  });
  assert.equal(token.status, 200, token.text);
  return await w.call(
    'POST',
    `/pay/${id}/payments`,
    { token: token.body.id },
    { headers: { 'idempotency-key': `press-${id}-${number}` } },
  );
}

describe('the page', () => {
  test('shows an invoice to whoever has its address, and stays out of caches, frames and referrers', async () => {
    const { invoice } = await paid();
    assert.equal(
      invoice.hosted_invoice_url,
      hostedInvoiceUrl(w.env, { account_id: ctx.account.account_id, id: invoice.id }),
    );
    const shown = await page(invoice.hosted_invoice_url);
    assert.equal(shown.statusCode, 200);
    for (const text of [invoice.number, 'Acme Coffee', 'Ada Lovelace', '$9.99', 'Paid', 'Visa •••• 4242'])
      assert.ok(shown.body.includes(text), text);
    assert.doesNotMatch(shown.body, /<script|method="post"/);
    assert.equal(shown.headers['cache-control'], 'no-store');
    assert.equal(shown.headers['referrer-policy'], 'same-origin');
    assert.match(String(shown.headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
  });

  test('any other address is not found: another token, another invoice’s, another tenant’s', async () => {
    const { invoice } = await paid();
    const other = (await paid()).invoice;
    const [, token = ''] = /\/([^/]+)$/.exec(invoice.hosted_invoice_url) ?? [];
    const foreign = documentToken(w.env, { account_id: w.other.account.account_id, id: invoice.id });
    const flipped = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const bad of [
      flipped,
      foreign,
      'x',
      token.slice(0, -1),
      `${token}A`,
      documentToken(w.env, { account_id: ctx.account.account_id, id: other.id }),
    ])
      for (const [tail, method] of [
        ['', 'GET'],
        ['/pdf', 'GET'],
        ['/pay', 'POST'],
      ] as const) {
        const answer = await page(`/invoice/${invoice.id}/${bad}${tail}`, method);
        assert.equal(answer.statusCode, 404, `${bad}${tail}`);
        assert.ok(!answer.body.includes(invoice.number));
      }
  });

  test('names are text, whatever is in them', async () => {
    const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`;
    await ask(ctx, updateSeller, {
      name: evil,
      footer: evil,
      tax_id: '<b>1</b>',
      address: { line1: evil, country: 'DE' },
    });
    const { invoice } = await paid({ name: evil, address: { line1: evil, city: evil.slice(0, 90), country: 'AT' } });
    const shown = await page(invoice.hosted_invoice_url);
    assert.equal(shown.statusCode, 200);
    assert.ok(shown.body.includes('&lt;script&gt;'));
    assert.doesNotMatch(shown.body, /<script|<img src=x|<b>1/);
    assert.equal((await page(invoice.invoice_pdf)).statusCode, 200);
    await ask(ctx, updateSeller, { name: 'Acme GmbH', footer: null, tax_id: 'DE123', address: null });
    const again = await page(invoice.hosted_invoice_url);
    assert.ok(!again.body.includes('Acme GmbH'), 'what was made before keeps its seller');
  });

  test('in the customer’s language, from right to left where that is so', async () => {
    const german = (await paid({ language: 'de-AT' })).invoice;
    assert.match((await page(german.hosted_invoice_url)).body, /<html lang="de" dir="ltr">[\s\S]*Rechnung/);
    const arabic = (await paid({ language: 'ar' })).invoice;
    assert.match((await page(arabic.hosted_invoice_url)).body, /<html lang="ar" dir="rtl">[\s\S]*فاتورة/);
    const odd = (await paid({ language: 'en-ab1' })).invoice;
    assert.match((await page(odd.hosted_invoice_url)).body, /<html lang="en"/);
  });
});

describe('paying on it', () => {
  test('leads to the page of one payment, however often and wherever it is pressed; then it is paid', async () => {
    const { id, invoice } = await open();
    assert.match((await page(invoice.hosted_invoice_url)).body, /method="post"/);
    const presses = await Promise.all(
      Array.from({ length: 8 }, () => page(`${invoice.hosted_invoice_url}/pay`, 'POST')),
    );
    const places = new Set(presses.map((one) => one.headers.location));
    assert.deepEqual([...new Set(presses.map((one) => one.statusCode))], [303]);
    assert.equal(places.size, 1);
    const [place = ''] = [...places].map(String);
    assert.match(place, /^\/pay\/pay_/);
    const declined = await payOn(place, '4000000000009995');
    assert.equal(declined.body.state, 'declined');
    const done = await payOn(place);
    assert.equal(done.body.state, 'complete');
    assert.ok(String(done.body.redirect_url).startsWith(invoice.hosted_invoice_url));
    const back = await page(String(done.body.redirect_url));
    assert.match(back.body, /class="state ">Paid|Paid/);
    const now = await ask(ctx, getInvoice, { id: invoice.id });
    assert.deepEqual([now.status, now.amount_paid, now.payment_under_way], ['paid', 999, false]);
    assert.equal((await subscriptionOf(ctx, id)).status, 'active');
    const again = await page(`${invoice.hosted_invoice_url}/pay`, 'POST');
    assert.equal(again.headers.location, new URL(invoice.hosted_invoice_url).pathname, 'nothing is left to pay');
  });

  test('too many presses are told on a page that leads back to the invoice', async () => {
    const { invoice } = await open();
    const press = () => page(`${invoice.hosted_invoice_url}/pay`, 'POST');
    w.clock.stop();
    let last = await press();
    for (let i = 0; i < 40 && last.statusCode === 303; i++) last = await press();
    w.clock.goOn();
    assert.deepEqual([last.statusCode, last.headers['cache-control']], [429, 'no-store']);
    assert.ok(Number(last.headers['retry-after']) > 0);
    assert.ok(last.body.includes(`href="${new URL(invoice.hosted_invoice_url).pathname}"`));
  });

  test('only our own page may post', async () => {
    const { invoice } = await open();
    const posted = await page(`${invoice.hosted_invoice_url}/pay`, 'POST', { 'sec-fetch-site': 'cross-site' });
    assert.equal(posted.statusCode, 403);
    assert.equal((await ask(ctx, getInvoice, { id: invoice.id })).payment_under_way, false);
  });

  test('whoever opens the page and leaves holds up nothing: the schedule goes on where it was', async () => {
    const { invoice } = await open();
    const before = await ask(ctx, getInvoice, { id: invoice.id });
    const pressed = await page(`${invoice.hosted_invoice_url}/pay`, 'POST');
    assert.equal((await ask(ctx, getInvoice, { id: invoice.id })).next_charge_at, null);
    w.clock.advance(hours(1) + minutes(1));
    await bill(w);
    const after = await ask(ctx, getInvoice, { id: invoice.id });
    assert.deepEqual(
      [after.payment_under_way, after.next_charge_at, after.status],
      [false, before.next_charge_at, 'open'],
    );
    assert.equal(
      (await payOn(String(pressed.headers.location))).body.state,
      'cancelled',
      'the page that was left is over',
    );
    const anew = await page(`${invoice.hosted_invoice_url}/pay`, 'POST');
    assert.notEqual(anew.headers.location, pressed.headers.location);
  });

  test('the merchant charges, credits or voids it all the same: the page that waits is withdrawn', async () => {
    const { customer, invoice } = await open();
    const pressed = await page(`${invoice.hosted_invoice_url}/pay`, 'POST');
    await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 99 });
    assert.equal((await payOn(String(pressed.headers.location))).body.state, 'cancelled', 'it asked for too much');
    const anew = await page(`${invoice.hosted_invoice_url}/pay`, 'POST');
    const charged = await ask(ctx, payInvoice, { id: invoice.id, payment_method: await newCard(w, customer) });
    assert.deepEqual([charged.status, charged.amount_paid], ['paid', 900]);
    assert.equal((await payOn(String(anew.headers.location))).body.state, 'cancelled');
    const other = await open();
    await page(`${other.invoice.hosted_invoice_url}/pay`, 'POST');
    assert.equal((await ask(ctx, voidInvoice, { id: other.invoice.id })).status, 'void');
  });

  test('a last invoice, of what was used until the end, goes on being charged when its page was left', async () => {
    const meter = await newMeter(ctx);
    const customer = await newPayer(w, {}, poor);
    const { id } = await subscribe(ctx, { customer, price: await usagePrice(ctx, meter.id) });
    await use(ctx, meter.event_name, customer, 100);
    w.clock.advance(hours(1));
    await ask(ctx, cancelSubscription, { id, at: 'now' });
    await bill(w);
    const last = async () => (await invoicesOf(ctx, id)).at(-1);
    const declined = await last();
    assert.deepEqual([declined.billing_reason, declined.status], ['subscription_cancel', 'open']);
    await page(`${declined.hosted_invoice_url}/pay`, 'POST');
    w.clock.advance(hours(1) + minutes(1));
    await bill(w);
    const after = await last();
    assert.deepEqual([after.payment_under_way, after.next_charge_at], [false, declined.next_charge_at]);
    assert.ok(after.next_charge_at);
  });

  test('a first invoice whose page waits holds up no cancelling: the page is withdrawn', async () => {
    const customer = await newPayer(w, {}, poor);
    const { id } = await subscribe(ctx, { customer, price });
    const [first] = await invoicesOf(ctx, id);
    const pressed = await page(`${first.hosted_invoice_url}/pay`, 'POST');
    assert.equal((await ask(ctx, cancelSubscription, { id, at: 'now' })).status, 'canceled');
    assert.equal((await ask(ctx, getInvoice, { id: first.id })).status, 'void');
    assert.equal((await payOn(String(pressed.headers.location))).body.state, 'cancelled');
  });

  test('while a card of the page is being charged, nobody else charges', async () => {
    const { invoice } = await open();
    const pressed = await page(`${invoice.hosted_invoice_url}/pay`, 'POST');
    const waiting = await payOn(String(pressed.headers.location), '4000000000003220');
    assert.equal(waiting.body.state, 'requires_authentication');
    assert.deepEqual(await refusal(ask(ctx, payInvoice, { id: invoice.id })), ['payment_in_progress', 'id']);
    assert.deepEqual(await refusal(ask(ctx, voidInvoice, { id: invoice.id })), ['payment_in_progress', 'id']);
    assert.deepEqual(await refusal(ask(ctx, createCreditNote, { invoice: invoice.id })), [
      'payment_in_progress',
      'invoice',
    ]);
  });
});

describe('the document', () => {
  test('is a PDF, the same bytes each time, at the page and by the API', async () => {
    const { invoice } = await paid({ name: '中华咖啡有限公司 ร้านกาแฟ شركة القهوة', language: 'zh-CN' });
    const first = await page(invoice.invoice_pdf);
    assert.equal(first.headers['content-type'], 'application/pdf');
    assert.equal(first.headers['content-disposition'], `attachment; filename="${invoice.number}.pdf"`);
    assert.equal(first.rawPayload.subarray(0, 5).toString(), '%PDF-');
    assert.equal(first.headers['cache-control'], 'no-store');
    assert.equal(first.headers['x-robots-tag'], 'noindex', 'a document says itself that it is not to be found');
    const second = await w.app.server.inject({
      method: 'GET',
      url: `/v1/invoices/${invoice.id}/pdf`,
      headers: { authorization: `Bearer ${w.tenant.secret}` },
    });
    assert.ok(first.rawPayload.equals(second.rawPayload));
    const stranger = await w.app.server.inject({
      method: 'GET',
      url: `/v1/invoices/${invoice.id}/pdf`,
      headers: { authorization: `Bearer ${w.other.secret}` },
    });
    assert.equal(stranger.statusCode, 404);
  });

  test('of a credit note too, which its invoice’s token does not open', async () => {
    const { invoice } = await paid();
    const note = await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 100, memo: 'One bag was torn' });
    const drawn = await page(note.pdf);
    assert.equal(drawn.rawPayload.subarray(0, 5).toString(), '%PDF-');
    const [, token = ''] = /\/([^/]+)$/.exec(invoice.hosted_invoice_url) ?? [];
    assert.equal((await page(`/credit_note/${note.id}/${token}/pdf`)).statusCode, 404);
    assert.match((await page(invoice.hosted_invoice_url)).body, new RegExp(note.number));
  });
});
